//! The witness's server: `POST /add-checkpoint` as tlog-witness has it, and a page of text that says what it is.

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::args::WitnessServe;
use super::keep::{Keep, No};
use crate::config::Config;
use crate::room;
use crate::say::Ending;
use crate::serve::{Front, Stop, orders, tls, told_to_stop};

/// No request is longer: a proof of 63 hashes and a note of many signatures.
const LARGEST: usize = 64 << 10;

pub(super) fn run(options: &WitnessServe) -> anyhow::Result<Ending> {
    let mut config = Config::default();
    config.server.listen = vec![options.listen];
    config.server.tls_certificate.clone_from(&options.tls_certificate);
    config.server.tls_key_file.clone_from(&options.tls_key);
    config.server.max_connections = 256;
    crate::telemetry::start(&config.log);
    crate::serve::runtime()?.block_on(serve(options, &config))?;
    Ok(Ending::Done)
}

async fn serve(options: &WitnessServe, config: &Config) -> anyhow::Result<()> {
    let _lock = room::lock_new(&options.data)?
        .with_context(|| format!("another process works in {}", options.data.display()))?;
    let keep = Arc::new(Keep::open(&options.data)?);
    let listener = TcpListener::bind(options.listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {}", options.listen))?;
    let router = Router::new()
        .route("/", get(about))
        .route("/add-checkpoint", post(add_checkpoint))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(keep.clone());
    let tls = tls::load(&config.server)?.map(watch::Sender::new);
    let (stop, mut stopping) = watch::channel(Stop::Running);
    let front = Front::new(config, tls.as_ref().map(watch::Sender::subscribe), router, stopping.clone());
    let listen = listener.local_addr()?.to_string();
    tokio::spawn(front.clone().accept(listener));
    let orders = tokio::spawn(orders(stop, tls, config.server.clone())?);
    tracing::info!(vkey = %keep.vkey(), listen, "witnessing");
    told_to_stop(&mut stopping).await;
    front.drained(config.stop_timeout()).await;
    orders.abort();
    tracing::info!("stopped");
    Ok(())
}

async fn about(State(keep): State<Arc<Keep>>) -> Response {
    match keep.all() {
        Ok(all) => {
            let mut text = format!("A witness of transparency logs (C2SP tlog-witness).\n{}\n", keep.vkey());
            all.iter().for_each(|(origin, size)| text.push_str(&format!("{origin}: {size}\n")));
            text.into_response()
        }
        Err(error) => broken(&error),
    }
}

async fn add_checkpoint(State(keep): State<Arc<Keep>>, body: String) -> Response {
    // it waits for the disk
    let decided = tokio::task::spawn_blocking(move || keep.add_checkpoint(&body, super::seconds())).await;
    match decided {
        Ok(Ok(lines)) => lines.into_response(),
        Ok(Err(No::Refused(refusal))) => {
            let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
            match refusal {
                strongroom_tlog::witness::Refusal::Conflict(size) => {
                    (status, [(header::CONTENT_TYPE, "text/x.tlog.size")], format!("{size}\n"))
                        .into_response()
                }
                other => (status, format!("{other}\n")).into_response(),
            }
        }
        Ok(Err(No::Broken(error))) => broken(&error),
        Err(error) => broken(&error.into()),
    }
}

fn broken(error: &anyhow::Error) -> Response {
    tracing::error!(cause = room::why(error), "this witness cannot sign");
    (StatusCode::INTERNAL_SERVER_ERROR, "this witness cannot sign at the moment\n").into_response()
}
