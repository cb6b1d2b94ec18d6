//! The accept loop: bounded connections, a time limit on every head and handshake, and who is at the other end.

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper::{HeaderMap, Request};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use strongroom_web::Acquainted;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::pace::{Paced, PacedBody};
use super::places::{GRACE, Place, Places};
use super::tls::Shared;
use super::wire::{Broken, Wire};
use super::{Stop, told_to_stop};
use crate::config::Config;

/// The most that a request's head, or one read of a body, takes in memory.
const BUFFER: usize = 128 * 1024;

/// A router behind listeners.
#[derive(Clone)]
pub(crate) struct Front(Arc<Inner>);

struct Inner {
    router: Router,
    tls: Option<watch::Receiver<Shared>>,
    stop: watch::Receiver<Stop>,
    places: Places,
    head: Duration,
    stall: Duration,
    proxies: Vec<IpAddr>,
}

impl Front {
    pub(crate) fn new(
        config: &Config,
        tls: Option<watch::Receiver<Shared>>,
        router: Router,
        stop: watch::Receiver<Stop>,
    ) -> Self {
        let server = &config.server;
        Self(Arc::new(Inner {
            router,
            tls,
            stop,
            places: Places::new(server.max_connections),
            head: Duration::from_secs(server.header_timeout_seconds),
            stall: Duration::from_secs(server.stall_timeout_seconds),
            proxies: server.trusted_proxies.clone(),
        }))
    }

    /// The same places and limits before another router.
    pub(super) fn with(&self, router: Router) -> Self {
        let old = &self.0;
        Self(Arc::new(Inner {
            router,
            tls: None,
            stop: old.stop.clone(),
            places: old.places.clone(),
            head: old.head,
            stall: old.stall,
            proxies: Vec::new(),
        }))
    }

    /// Takes connections until told to stop.
    pub(crate) async fn accept(self, listener: TcpListener) {
        let mut stop = self.0.stop.clone();
        loop {
            let Some(place) = self.place().await else { return };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = told_to_stop(&mut stop) => return,
            };
            match accepted {
                Ok((stream, peer)) => {
                    // a proxy speaks for many
                    let proxied = self.0.proxies.contains(&peer.ip().to_canonical());
                    let share = self.0.places.share(peer.ip());
                    if share.is_none() && !proxied {
                        tracing::debug!("an address has its share of connections");
                        continue;
                    }
                    let greeted = self.clone().greet(stream, peer, place);
                    tokio::spawn(async move {
                        greeted.await;
                        drop(share);
                    });
                }
                Err(error) => {
                    // out of descriptors: others must end first
                    tracing::warn!(cause = %error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    /// A place for one connection; it is free again when dropped.
    pub(super) async fn place(&self) -> Option<Place> {
        self.0.places.take().await
    }

    /// Waits until every connection has ended, so long at most.
    pub(crate) async fn drained(&self, at_most: Duration) {
        if !self.0.places.drained(at_most).await {
            tracing::warn!("some requests were cut off: their time was up");
        }
    }

    async fn greet(self, stream: TcpStream, peer: SocketAddr, place: Place) {
        let broken = Broken::default();
        let Ok(stream) = Wire::new(stream, broken.clone()) else { return };
        let Some(tls) = &self.0.tls else { return self.converse(stream, peer, place, &broken).await };
        let acceptor = TlsAcceptor::from(tls.borrow().clone());
        let shaken = tokio::select! {
            shaken = tokio::time::timeout(self.0.head, acceptor.accept(stream)) => shaken.ok(),
            () = self.0.places.crowded_out() => None,
        };
        match shaken {
            Some(Ok(stream)) => self.converse(stream, peer, place, &broken).await,
            Some(Err(error)) => tracing::debug!(cause = %error, "no TLS handshake"),
            None => tracing::debug!("a TLS handshake took too long"),
        }
    }

    /// Speaks HTTP/1.1 over a stream until it ends; says so where that was in the middle of a message.
    pub(super) async fn converse<S>(&self, stream: S, peer: SocketAddr, _place: Place, broken: &Broken)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let front = &self.0;
        let router = TowerToHyperService::new(front.router.clone());
        let known = Acquainted::default();
        let service = service_fn(|request: Request<Incoming>| {
            let mut request = request.map(|body| Body::new(PacedBody::new(body, front.stall)));
            let address = whose(request.headers(), peer, &front.proxies);
            // believed once, here; nothing behind may believe it again
            request.headers_mut().remove("x-forwarded-for");
            request.extensions_mut().insert(ConnectInfo(address));
            request.extensions_mut().insert(known.clone());
            router.call(request)
        });
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(front.head).max_buf_size(BUFFER);
        let io = TokioIo::new(Paced::new(stream, front.stall));
        let mut connection = pin!(builder.serve_connection(io, service));
        let mut stop = front.stop.clone();
        let ended = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            () = told_to_stop(&mut stop) => {
                // between two requests it ends at once, else after this one
                connection.as_mut().graceful_shutdown();
                Some(connection.as_mut().await)
            }
            () = front.places.crowded() => {
                connection.as_mut().graceful_shutdown();
                match tokio::time::timeout(GRACE, connection.as_mut()).await {
                    Ok(ended) => Some(ended),
                    Err(_) if known.is() => Some(connection.as_mut().await),
                    // a stranger who is still at it stands in the way of others
                    Err(_) => None,
                }
            }
        };
        if !matches!(ended, Some(Ok(()))) {
            tracing::debug!(
                cause = ended.and_then(Result::err).map(tracing::field::display),
                "a connection ended early"
            );
            broken.off();
        }
    }
}

/// The client's address: the last one in `X-Forwarded-For` that is no proxy of ours, if one of ours says so.
fn whose(headers: &HeaderMap, peer: SocketAddr, proxies: &[IpAddr]) -> SocketAddr {
    if !proxies.contains(&peer.ip().to_canonical()) {
        return peer;
    }
    let said = headers.get_all("x-forwarded-for");
    let said: Vec<&str> = said.iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).collect();
    let mut client = peer;
    for address in said.iter().rev() {
        let Ok(address) = address.trim().parse::<IpAddr>() else { break };
        client = SocketAddr::new(address, 0);
        if !proxies.contains(&address.to_canonical()) {
            break;
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::whose;
    use hyper::HeaderMap;
    use hyper::header::HeaderValue;
    use std::net::{IpAddr, SocketAddr};

    fn asked(peer: &str, said: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for line in said {
            headers.append("x-forwarded-for", HeaderValue::from_static(line));
        }
        let peer = SocketAddr::new(peer.parse().unwrap(), 9);
        let proxies: [IpAddr; 2] = ["10.0.0.2".parse().unwrap(), "10.0.0.3".parse().unwrap()];
        whose(&headers, peer, &proxies).ip().to_string()
    }

    #[test]
    fn a_stranger_cannot_name_another_address() {
        assert_eq!(asked("192.0.2.9", &["198.51.100.1"]), "192.0.2.9");
    }

    #[test]
    fn a_proxy_is_believed_about_the_last_hop_only() {
        assert_eq!(asked("10.0.0.2", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(asked("10.0.0.2", &["203.0.113.7, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(asked("10.0.0.2", &["203.0.113.7", "198.51.100.1, 10.0.0.3"]), "198.51.100.1");
        assert_eq!(asked("10.0.0.2", &[]), "10.0.0.2");
        assert_eq!(asked("10.0.0.2", &["nonsense"]), "10.0.0.2");
    }
}
