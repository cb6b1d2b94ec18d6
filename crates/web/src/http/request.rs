//! Around every request: its id, one line in the log, the headers of every answer, and the last stop of a
//! panic. The line tells method, route template, status and time; never a raw path, a query or a name.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, USER_AGENT};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use strongroom_domain::kernel::ctx::Place;
use strongroom_domain::kernel::id::{RequestId, StaffId};
use strongroom_domain::{Ctx, Error};

use super::fair::{Seat, seated, streams};
use super::form::Fields;
use super::page::Page;
use super::problem::Problem;
use crate::state::WebState;

/// What a request gathers on its way: the log line and the error pages are made from it.
pub struct Rq {
    /// Its id.
    pub id: RequestId,
    /// Where it came from.
    pub place: Place,
    /// Path and query, to come back to; never logged.
    pub here: String,
    /// True for requests that do not change anything.
    pub safe: bool,
    pub(super) ctx: OnceLock<Arc<Ctx>>,
    pub(super) page: OnceLock<Page>,
    pub(super) typed: Mutex<Option<Fields>>,
    /// It carries or brings a file.
    streams: bool,
    seat: Mutex<Option<Seat>>,
    acquainted: Acquainted,
}

/// Whether somebody of the firm has asked over a connection; set here, read by the listener that put it among the
/// request's extensions: strangers have to make room first.
#[derive(Clone, Default)]
pub struct Acquainted(Arc<AtomicBool>);

impl Acquainted {
    /// True once somebody who is signed in has asked.
    #[must_use]
    pub fn is(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Rq {
    /// The context, once someone is known.
    #[must_use]
    pub fn ctx(&self) -> Option<&Arc<Ctx>> {
        self.ctx.get()
    }

    /// Takes a place among the requests of who asks.
    ///
    /// # Errors
    /// Throttled.
    pub(super) async fn sit(&self, state: &WebState, who: Option<StaffId>) -> Result<(), Error> {
        let Some(who) = who else { return Ok(()) };
        self.acquainted.0.store(true, Ordering::Relaxed);
        let seat = state.fair().seat(who, self.streams).await?;
        if let Ok(mut kept) = self.seat.lock() {
            *kept = Some(seat);
        }
        Ok(())
    }

    /// Takes the context, for the log line and `X-Ledger-Entry`.
    pub fn known(&self, ctx: Ctx) -> Arc<Ctx> {
        let ctx = Arc::new(ctx.under(self.id));
        self.ctx.set(ctx.clone()).ok();
        ctx
    }
}

/// The policy of every page: nothing but our own files, no inline code, no frames around us.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; \
    connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; base-uri 'none'";

const FIXED: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    (
        "permissions-policy",
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
         microphone=(), midi=(), payment=(), publickey-credentials-get=(), screen-wake-lock=(), usb=(), \
         xr-spatial-tracking=()",
    ),
];

/// The outermost layer.
pub async fn observe(State(state): State<WebState>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let room = state.room();
    let route = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str).to_owned();
    let rq = Arc::new(Rq {
        id: RequestId::new(room.now(), room.random()),
        place: place(&state, &request),
        here: request.uri().path_and_query().map_or_else(|| String::from("/"), ToString::to_string),
        safe: request.method().is_safe(),
        ctx: OnceLock::new(),
        page: OnceLock::new(),
        typed: Mutex::new(None),
        streams: streams(request.method(), &route, request.headers()),
        seat: Mutex::new(None),
        acquainted: request.extensions().get::<Acquainted>().cloned().unwrap_or_default(),
    });
    let method = known(request.method());
    request.extensions_mut().insert(rq.clone());
    let (request, rest) = super::lingering::linger(request);
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = answer.unwrap_or_else(|_| {
        state.metrics().panicked();
        tracing::error!(route, request.id = %rq.id, "a handler panicked");
        Problem::internal().into_response()
    });
    dress(&state, &rq, response.headers_mut());
    rest.closes(response.headers_mut());
    let status = response.status().as_u16();
    let took = started.elapsed();
    state.metrics().answered(method, &route, status, took);
    let actor = rq.ctx().map_or("anonymous", |ctx| ctx.actor().kind());
    let entry = rq.ctx().and_then(|ctx| ctx.last_entry());
    tracing::info!(
        method,
        route,
        status,
        duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        request.id = %rq.id,
        actor,
        ledger.entry = entry.map(tracing::field::display),
        "request"
    );
    let seat = rq.seat.lock().ok().and_then(|mut seat| seat.take());
    seated(response, seat)
}

/// A method by its name. A stranger may make up others without end: they are one, in the log and in the counters.
fn known(method: &Method) -> &'static str {
    const ALL: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    ALL.into_iter().find(|name| *name == method.as_str()).unwrap_or("other")
}

fn dress(state: &WebState, rq: &Rq, headers: &mut HeaderMap) {
    for (name, value) in FIXED {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    headers.entry("content-security-policy").or_insert(HeaderValue::from_static(CSP));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if state.is_tls() {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert("strict-transport-security", year);
    }
    if let Ok(id) = HeaderValue::from_str(&rq.id.to_string()) {
        headers.insert("x-request-id", id);
    }
    let entry = rq.ctx().and_then(|ctx| ctx.last_entry());
    if let Some(Ok(entry)) = entry.map(|e| HeaderValue::from_str(&e.to_string())) {
        state.metrics().entry();
        headers.insert("x-ledger-entry", entry);
    }
}

/// Where the request came from, as the ledger will seal it.
fn place(state: &WebState, request: &Request) -> Place {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip().to_string());
    let text = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok());
    // the last address is the one that our own proxy has seen; those before it anyone may write
    let forwarded = text("x-forwarded-for").and_then(|v| v.rsplit(',').next()).map(|v| v.trim().to_owned());
    let address = if state.settings().trusted_proxy { forwarded.or(peer) } else { peer };
    let device =
        text(USER_AGENT.as_str()).unwrap_or_default().chars().filter(|c| !c.is_control()).take(300).collect();
    Place { address: address.unwrap_or_default().chars().take(64).collect(), device }
}
