//! The whole server as one router, with its layers in order: observe, then origin, then drawing of errors,
//! then the seal, then the handler.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use strongroom_domain::Error;

use crate::http::page::Page;
use crate::http::problem::Problem;
use crate::http::trouble::Trouble;
use crate::http::{csrf, request, trouble};
use crate::state::WebState;
use crate::{assets, routes};

/// The server. Its listener and its timeouts are `app`'s.
pub fn app(state: WebState) -> Router {
    let pages = routes::pages()
        .fallback(nothing_here)
        .method_not_allowed_fallback(no_such_method_page)
        .layer(from_fn_with_state(state.clone(), sealed_page))
        .layer(from_fn(own_page))
        .layer(from_fn_with_state(state.clone(), trouble::draw));
    let (api, _) = routes::api().split_for_parts();
    let api = api
        .method_not_allowed_fallback(no_such_method)
        .layer(from_fn_with_state(state.clone(), sealed_api))
        .layer(from_fn(own_script));
    let (open, _) = routes::open().split_for_parts();
    let open = open.method_not_allowed_fallback(no_such_method);
    let files = Router::new()
        .route("/assets/{*path}", get(assets::serve))
        .route("/problems/{code}", get(routes::problem));
    pages
        .merge(api)
        .merge(open)
        .merge(files)
        .layer(from_fn_with_state(state.clone(), request::observe))
        .with_state(state)
}

/// The counters, in the text format of Prometheus, for a listener of `app`'s.
#[must_use]
pub fn metrics(state: &WebState) -> String {
    state.metrics().render(state.is_sealed(), state.room().checkpoint().0)
}

/// What is answered by pages while sealed.
const WHILE_SEALED: [&str; 3] = ["/unseal", "/unseal/restart", "/theme"];

async fn sealed_page(State(state): State<WebState>, request: Request, next: Next) -> Response {
    if state.is_sealed() && !WHILE_SEALED.contains(&request.uri().path()) {
        if is_api(&request) {
            return Problem::from(Error::Sealed).into_response();
        }
        state.drafts().forget();
        return Trouble::from(Error::Sealed).into_response();
    }
    next.run(request).await
}

async fn sealed_api(State(state): State<WebState>, request: Request, next: Next) -> Response {
    if state.is_sealed() {
        return Problem::from(Error::Sealed).into_response();
    }
    next.run(request).await
}

fn is_api(request: &Request) -> bool {
    ["/api/", "/ledger/tile"].iter().any(|p| request.uri().path().starts_with(p))
}

async fn own_page(request: Request, next: Next) -> Response {
    if csrf::own_page(request.method(), request.headers()) {
        return next.run(request).await;
    }
    Trouble::from(Problem::csrf()).into_response()
}

/// A program with a token has no origin to hold.
async fn own_script(request: Request, next: Next) -> Response {
    if request.headers().contains_key(AUTHORIZATION) || csrf::own_page(request.method(), request.headers()) {
        return next.run(request).await;
    }
    Problem::csrf().into_response()
}

/// An address that nobody answers.
async fn nothing_here(page: Result<Page, Trouble>, request: Request) -> Response {
    if is_api(&request) {
        return Problem::not_found().into_response();
    }
    match page {
        Ok(_) => Trouble::from(Error::NotFound).into_response(),
        Err(trouble) => trouble.into_response(),
    }
}

async fn no_such_method() -> Problem {
    Problem::new("method", "See /api/openapi.json for what this address answers.")
}

async fn no_such_method_page() -> Trouble {
    Trouble::from(Problem::new("method", "This address does not answer that."))
}
