//! One client for both sides: HTTP/1.1 over TLS 1.3, connections kept open, bodies made as they are sent.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A request's body.
pub type Sent = BoxBody<Bytes, Infallible>;

/// Bytes that are at hand.
pub fn full(bytes: impl Into<Bytes>) -> Sent {
    Full::new(bytes.into()).boxed()
}

/// A body from pieces.
pub fn pieces(pieces: impl Iterator<Item = Bytes> + Send + Sync + 'static) -> Sent {
    StreamBody::new(stream::iter(pieces.map(|p| Ok(Frame::data(p))))).boxed()
}

/// A server and how it is reached.
#[derive(Clone)]
pub struct Target {
    pub port: u16,
    pub tls: Option<TlsConnector>,
    pub bearer: Option<String>,
}

/// One kept connection.
pub struct Talk {
    sender: SendRequest<Sent>,
    bearer: Option<String>,
}

impl Target {
    pub async fn talk(&self) -> Talk {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.expect("the server answers");
        stream.set_nodelay(true).expect("no delay");
        let sender = match &self.tls {
            None => begin(stream).await,
            Some(tls) => {
                let name = ServerName::try_from("localhost").expect("a name");
                begin(tls.connect(name, stream).await.expect("TLS")).await
            }
        };
        Talk { sender, bearer: self.bearer.clone() }
    }
}

async fn begin<S>(stream: S) -> SendRequest<Sent>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("HTTP");
    tokio::spawn(connection);
    sender
}

impl Talk {
    /// A request, and how many bytes its answer had.
    pub async fn send(&mut self, request: hyper::http::request::Builder, body: Sent) -> (StatusCode, u64) {
        let mut response = self.open(request, body).await;
        let mut bytes = 0;
        while let Some(frame) = response.body_mut().frame().await {
            bytes += frame.expect("the answer is whole").data_ref().map_or(0, Bytes::len) as u64;
        }
        (response.status(), bytes)
    }

    /// A request, and its answer's JSON.
    pub async fn json(&mut self, request: hyper::http::request::Builder, body: Sent) -> serde_json::Value {
        let response = self.open(request, body).await;
        let bytes = response.into_body().collect().await.expect("the answer is whole").to_bytes();
        serde_json::from_slice(&bytes).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&bytes)))
    }

    async fn open(
        &mut self,
        request: hyper::http::request::Builder,
        body: Sent,
    ) -> Response<hyper::body::Incoming> {
        let mut request = request.header("host", "localhost");
        if let Some(bearer) = &self.bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        self.sender.ready().await.expect("the connection holds");
        self.sender.send_request(request.body(body).expect("a request")).await.expect("an answer")
    }

    /// A `GET` that must succeed; its bytes.
    pub async fn get(&mut self, path: &str) -> u64 {
        let (status, bytes) = self.send(Request::get(path), full("")).await;
        assert!(status.is_success(), "{path}: {status}");
        bytes
    }
}

/// What a run took.
pub struct Run {
    pub wall: Duration,
    pub each: Vec<Duration>,
}

impl Run {
    /// A latency, in milliseconds.
    pub fn percentile(&mut self, percent: usize) -> f64 {
        self.each.sort_unstable();
        let at = (self.each.len() * percent / 100).min(self.each.len().saturating_sub(1));
        self.each.get(at).map_or(0.0, |d| d.as_secs_f64() * 1e3)
    }

    pub fn rate(&self) -> f64 {
        self.each.len() as f64 / self.wall.as_secs_f64()
    }
}

/// Does `count` requests over so many connections at once; the connections stand before the clock begins.
pub async fn many<F>(target: &Target, at_once: usize, count: usize, one: F) -> Run
where
    F: AsyncFn(&mut Talk, usize),
{
    run(target, at_once, one, move |next, _| next < count).await
}

/// Does requests over so many connections for so long.
pub async fn during<F>(target: &Target, at_once: usize, seconds: u64, one: F) -> Run
where
    F: AsyncFn(&mut Talk, usize),
{
    run(target, at_once, one, move |_, begun: Instant| begun.elapsed() < Duration::from_secs(seconds)).await
}

async fn run<F, G>(target: &Target, at_once: usize, one: F, goes_on: G) -> Run
where
    F: AsyncFn(&mut Talk, usize),
    G: Fn(usize, Instant) -> bool,
{
    let next = AtomicUsize::new(0);
    let mut talks = Vec::new();
    for _ in 0..at_once {
        talks.push(target.talk().await);
    }
    let begun = Instant::now();
    // in one task: TLS and HTTP of each connection are tasks of their own
    let talking = talks.iter_mut().map(async |talk| {
        let mut each = Vec::new();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if !goes_on(n, begun) {
                return each;
            }
            let started = Instant::now();
            one(talk, n).await;
            each.push(started.elapsed());
        }
    });
    let each = join_all(talking).await.concat();
    Run { wall: begun.elapsed(), each }
}
