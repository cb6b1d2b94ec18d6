//! The operator's socket in the data folder: unseal, seal, check, while the server runs; and the same API as
//! elsewhere, for `import` and `export` on this machine. Only the server's own account (and root) can open it;
//! who did what stands in the ledger by the account's name.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use strongroom_domain::features::check::Progress;
use strongroom_domain::features::{backup, check, firm};
use strongroom_domain::kernel::actor::{Actor, Channel};
use strongroom_domain::kernel::clock::rfc3339;
use strongroom_domain::kernel::ctx::{Ctx, Place};
use tokio::net::UnixListener;
use tokio::sync::{mpsc, watch};

use super::front::Front;
use super::seals::{Given, Seals};
use super::wire::Broken;
use super::{Stop, told_to_stop};
use crate::config::Config;
use crate::room;

/// The name of the account at the other end.
#[derive(Clone)]
struct Operator(String);

#[derive(Clone)]
struct Control {
    seals: Arc<Seals>,
    public_url: String,
    key_file: Option<PathBuf>,
}

/// Opens the socket. The lock on the data folder is held, so an old one is nobody's.
pub(super) fn listen(
    config: &Config,
    seals: &Arc<Seals>,
    web: Router,
    stop: watch::Receiver<Stop>,
) -> anyhow::Result<Front> {
    let path = config.socket();
    let _ = std::fs::remove_file(&path);
    let (short, _open) = strongroom_client::http::short(&path)?;
    let listener = UnixListener::bind(&short).with_context(|| format!("the socket {}", path.display()))?;
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&path, mode).with_context(|| format!("the socket {}", path.display()))?;
    let control = Control {
        seals: seals.clone(),
        public_url: config.server.public_url.clone(),
        key_file: config.unseal.key_file.clone(),
    };
    let router = Router::new()
        .route("/control/status", get(status))
        .route("/control/unseal", post(unseal))
        .route("/control/restart", post(restart))
        .route("/control/seal", post(seal))
        .route("/control/first-link", post(first_link))
        .route("/control/check", post(run_check))
        .route("/control/backup", post(run_backup))
        .with_state(control)
        .fallback_service(web);
    let front = Front::new(config, None, Router::new(), stop.clone());
    tokio::spawn(accept(listener, front.clone(), router, stop));
    Ok(front)
}

async fn accept(listener: UnixListener, front: Front, router: Router, mut stop: watch::Receiver<Stop>) {
    loop {
        let Some(place) = front.place().await else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = told_to_stop(&mut stop) => return,
        };
        let Ok((stream, _)) = accepted else { continue };
        let Ok(peer) = stream.peer_cred() else { continue };
        let operator = Operator(room::account(peer.uid()));
        let front = front.with(router.clone().layer(Extension(operator)));
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        tokio::spawn(async move {
            front.converse(stream, here, place, &Broken::default()).await;
        });
    }
}

/// A sentence for whoever asked.
fn refuse(error: &anyhow::Error) -> Response {
    (StatusCode::CONFLICT, Json(json!({ "says": room::why(error) }))).into_response()
}

async fn status(State(control): State<Control>) -> Json<Value> {
    let status = strongroom_web::Unsealer::status(control.seals.as_ref()).await;
    let method = match status.method {
        strongroom_web::SealMethod::Passphrase => json!("passphrase"),
        strongroom_web::SealMethod::KeyFile => json!("key_file"),
        strongroom_web::SealMethod::Shares { given, needed } => json!({ "given": given, "needed": needed }),
    };
    Json(json!({ "sealed": status.sealed, "method": method, "public_url": control.public_url }))
}

#[derive(Deserialize)]
struct Secret {
    /// A passphrase, a share or the root key; none asks for the key file of the configuration.
    secret: Option<String>,
}

async fn unseal(
    State(control): State<Control>,
    Extension(Operator(operator)): Extension<Operator>,
    Json(given): Json<Secret>,
) -> Response {
    let given = match (given.secret.map(zeroize::Zeroizing::new), &control.key_file) {
        (Some(secret), _) => control.seals.give_as(&secret, &operator).await,
        (None, Some(key_file)) => control.seals.take_file(key_file, &operator).await,
        (None, None) => Err(anyhow::anyhow!("the configuration names no key file")),
    };
    match given {
        Ok(Given::Unsealed) => Json(json!({ "sealed": false })).into_response(),
        Ok(Given::More(shares)) => {
            let body = json!({ "sealed": true, "have": shares.have, "needed": shares.needed, "numbers": shares.numbers });
            Json(body).into_response()
        }
        Err(error) => {
            tracing::warn!(operator, cause = room::why(&error), "not unsealed");
            refuse(&error)
        }
    }
}

async fn restart(State(control): State<Control>) -> Json<Value> {
    control.seals.forget().await;
    Json(json!({}))
}

async fn seal(
    State(control): State<Control>,
    Extension(Operator(operator)): Extension<Operator>,
) -> Response {
    let room = control.seals.room();
    if room.vault().is_sealed() {
        return Json(json!({ "sealed": true })).into_response();
    }
    let ctx = Ctx::new(room.clone(), Actor::Operator(operator), Channel::Cli, Place::default());
    match room.seal(&ctx).await {
        Ok(()) => Json(json!({ "sealed": true })).into_response(),
        Err(error) => refuse(&error.into()),
    }
}

async fn first_link(
    State(control): State<Control>,
    Extension(Operator(operator)): Extension<Operator>,
) -> Response {
    match firm::renew_first_link(control.seals.room(), &operator).await {
        Ok(link) => {
            let url = crate::init::link(control.public_url.trim_end_matches('/'), &link.secret);
            Json(json!({ "link": url, "until": rfc3339(link.expires_at) })).into_response()
        }
        Err(error) => refuse(&error.into()),
    }
}

#[derive(Deserialize)]
struct Depth {
    deep: bool,
}

/// One JSON object a line, as `told` gets them.
fn line_by_line(work: impl FnOnce(mpsc::Sender<Value>) + Send + 'static) -> Response {
    let (lines, told) = mpsc::channel::<Value>(64);
    tokio::task::spawn_blocking(move || work(lines));
    let lines = futures_util::stream::unfold(told, |mut told| async {
        told.recv().await.map(|line| (Ok::<_, std::io::Error>(Bytes::from(format!("{line}\n"))), told))
    });
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines.boxed())).into_response()
}

/// Steps, findings, the end. A check of a large store takes long.
async fn run_check(
    State(control): State<Control>,
    Extension(Operator(operator)): Extension<Operator>,
    Json(depth): Json<Depth>,
) -> Response {
    let runtime = tokio::runtime::Handle::current();
    line_by_line(move |lines| runtime.block_on(check_into(lines, &control, &operator, depth.deep)))
}

#[derive(Deserialize)]
struct Where {
    to: PathBuf,
}

/// Steps, and what was taken.
async fn run_backup(
    State(control): State<Control>,
    Extension(Operator(operator)): Extension<Operator>,
    Json(folder): Json<Where>,
) -> Response {
    let runtime = tokio::runtime::Handle::current();
    line_by_line(move |lines| runtime.block_on(backup_into(lines, &control, &operator, &folder.to)))
}

/// A slow reader misses steps, never what was found.
fn steps(lines: &mpsc::Sender<Value>) -> impl FnMut(Progress) + use<> {
    let tell = lines.clone();
    move |p: Progress| {
        let _ = tell.try_send(json!({ "step": p.step, "done": p.done }));
    }
}

async fn backup_into(lines: mpsc::Sender<Value>, control: &Control, operator: &str, to: &std::path::Path) {
    let end = match backup::backup(control.seals.room(), operator, to, &mut steps(&lines)).await {
        Ok(taken) => crate::backup::as_json(&taken),
        Err(error) => json!({ "says": crate::say::words(&error) }),
    };
    let _ = lines.send(end).await;
}

async fn check_into(lines: mpsc::Sender<Value>, control: &Control, operator: &str, deep: bool) {
    let end = match check::check(control.seals.room(), operator, deep, &mut steps(&lines)).await {
        Ok(findings) => {
            for finding in findings {
                if lines.send(crate::check::as_json(&finding)).await.is_err() {
                    return;
                }
            }
            json!({ "end": true })
        }
        Err(error) => json!({ "says": crate::say::words(&error) }),
    };
    let _ = lines.send(end).await;
}
