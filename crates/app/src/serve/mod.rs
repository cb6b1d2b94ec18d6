//! `serve`: the firm, reachable. It starts sealed unless a key file opens it; while sealed it says that it is
//! alive, takes a passphrase or shares, and serves checkpoint and hash tiles.
//!
//! What must hold: one server for a data folder; at the end every request that had begun is answered (or its
//! time was up), every entry is signed, and the keyring remembers the last checkpoint.

mod control;
mod front;
mod pace;
mod places;
pub(crate) mod seals;
pub(crate) mod tls;
mod wire;
mod work;

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::http::header;
use axum::routing::get;
use strongroom_domain::Strongroom;
use strongroom_web::{Settings, WebState};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::config::Config;
use crate::room;
use crate::say::Ending;
pub(crate) use front::Front;
use seals::Seals;

/// Two threads are plenty where one writer commits in groups, and each one more keeps memory of its own.
const THREADS: usize = 2;
/// Cedar refuses where it sees little stack left, and a deep future leaves little of the two mebibytes that are usual.
const STACK: usize = 8 << 20;

/// The runtime of a server.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    // Argon2 asks for memory of its own; eight such threads at once are enough
    Ok(builder
        .worker_threads(THREADS)
        .thread_stack_size(STACK)
        .max_blocking_threads(16)
        .enable_all()
        .build()?)
}

/// Runs the command.
pub(crate) fn run(config: &Config) -> anyhow::Result<Ending> {
    crate::telemetry::start(&config.log);
    runtime()?.block_on(async {
        let mut listeners = Vec::new();
        for address in &config.server.listen {
            let listener = TcpListener::bind(address).await;
            listeners.push(listener.with_context(|| format!("cannot listen on {address}"))?);
        }
        serve(config, listeners, async |_| Ok(())).await?;
        Ok(Ending::Done)
    })
}

/// Serves until told to stop. `then` runs once the server answers: the demo firm's tokens, its ready file.
pub(crate) async fn serve<F>(config: &Config, listeners: Vec<TcpListener>, then: F) -> anyhow::Result<()>
where
    F: AsyncFnOnce(&Arc<Strongroom>) -> anyhow::Result<()>,
{
    let data = config.data();
    let _lock = room::lock(config)?
        .with_context(|| format!("another process works in {}: is the server running?", data.display()))?;
    crate::hardening::raise_open_files();
    if !crate::hardening::lock_memory() {
        tracing::warn!("memory with keys can be swapped out: set LimitMEMLOCK=infinity, or go without swap");
    }
    let tls = tls::load(&config.server)?.map(watch::Sender::new);
    let room = room::open(config).await?;
    if let Some(key_file) = &config.unseal.key_file {
        room::unseal_with_file(&room, key_file, &room::me()).await?;
    }
    let seals = Arc::new(Seals::new(room.clone()));
    let settings = Settings {
        public_url: config.server.public_url.trim_end_matches('/').to_owned(),
        trusted_proxy: false,
        time_zone: config.firm.time_zone.clone(),
        help: config.firm.help.clone(),
    };
    let state = WebState::new(room.clone(), settings, seals.clone());
    let (stop, mut stopping) = watch::channel(Stop::Running);
    let certificate = tls.as_ref().map(watch::Sender::subscribe);
    let front = Front::new(config, certificate, strongroom_web::app(state.clone()), stopping.clone());
    let bound: Vec<String> =
        listeners.iter().filter_map(|l| Some(l.local_addr().ok()?.to_string())).collect();
    let listen = bound.join(", ");
    for listener in listeners {
        tokio::spawn(front.clone().accept(listener));
    }
    if let Some(address) = config.metrics.listen {
        let listener = TcpListener::bind(address).await;
        let listener = listener.with_context(|| format!("cannot listen on {address} for metrics"))?;
        let metrics = Front::new(config, None, metrics(state.clone()), stopping.clone());
        tokio::spawn(metrics.accept(listener));
    }
    let socket = control::listen(config, &seals, strongroom_web::app(state), stopping.clone())?;
    let mut work = work::start(&room);
    work.push(tokio::spawn(orders(stop.clone(), tls, config.server.clone())?));
    tracing::info!(
        url = config.server.public_url,
        listen,
        tls = config.server.tls_certificate.is_some(),
        sealed = room.vault().is_sealed(),
        "serving"
    );
    let outcome = tokio::select! {
        outcome = then(&room) => outcome,
        () = told_to_stop(&mut stopping) => Ok(()),
    };
    if outcome.is_ok() {
        told_to_stop(&mut stopping).await;
    }
    stop.send_if_modified(|s| std::mem::replace(s, Stop::Stopping) == Stop::Running);
    tracing::info!("stopping");
    let wait = config.stop_timeout();
    tokio::select! {
        () = async { front.drained(wait).await; socket.drained(wait).await; } => {}
        _ = stopping.wait_for(|s| *s == Stop::Now) => tracing::warn!("stopping at once"),
    }
    work.iter().for_each(tokio::task::JoinHandle::abort);
    let _ = std::fs::remove_file(config.socket());
    room::close(&room).await;
    tracing::info!("stopped");
    outcome
}

/// What Prometheus asks for.
fn metrics(state: WebState) -> Router {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Router::new().route("/metrics", get(async move || (kind, strongroom_web::metrics(&state))))
}

/// How far the end is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Not at all.
    Running,
    /// No new connection; requests that have begun are answered.
    Stopping,
    /// Nobody is waited for.
    Now,
}

/// Waits for the order to stop.
pub(crate) async fn told_to_stop(stop: &mut watch::Receiver<Stop>) {
    // nobody left to give the order is the order too
    let _ = stop.wait_for(|s| *s != Stop::Running).await;
}

/// Does what the system tells the process: SIGHUP reads the certificate anew, SIGTERM and SIGINT stop it, a
/// second one at once.
pub(crate) fn orders(
    stop: watch::Sender<Stop>,
    tls: Option<watch::Sender<tls::Shared>>,
    server: crate::config::Server,
) -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                _ = hang_up.recv() => {
                    tls::reload(tls.as_ref(), &server);
                    continue;
                }
            }
            stop.send_modify(|s| *s = if *s == Stop::Running { Stop::Stopping } else { Stop::Now });
        }
    })
}
