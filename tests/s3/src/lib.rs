//! An S3 server for tests: a real one (`s3s-fs`) on a free loopback port, and the ways in which one fails: it answers
//! 500, slowly, too little or not at all.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;

/// How the store behaves from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    Well,
    /// Every request is answered with this status.
    Status(u16),
    /// So many requests are answered with 500, those after them well.
    FirstFail(u64),
    /// Answers come after so long.
    Slow(Duration),
    /// No answer comes.
    Mute,
    /// Bodies end after so many bytes, with the length of the whole in their head.
    Short(usize),
}

/// A running server. It ends with this.
pub struct Store {
    address: SocketAddr,
    mood: Arc<Mutex<Mood>>,
    /// Requests so far.
    asked: Arc<AtomicU64>,
    folder: tempfile::TempDir,
    task: tokio::task::JoinHandle<()>,
}

/// The bucket that is there.
pub const BUCKET: &str = "firm";
/// Who may use it.
pub const ACCESS_KEY: &str = "AKIASTRONGROOMTEST";
/// And by what.
pub const SECRET_KEY: &str = "a-secret-key-of-tests";

impl Store {
    /// Starts one with an empty bucket.
    pub async fn start() -> Store {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join(BUCKET)).expect("a bucket");
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).expect("a store"));
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let (mood, asked) = (Arc::new(Mutex::new(Mood::Well)), Arc::new(AtomicU64::new(0)));
        let task = tokio::spawn(accept(listener, service, mood.clone(), asked.clone()));
        Store { address, mood, asked, folder, task }
    }

    /// `http://127.0.0.1:…`
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on.
    pub fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
    }

    /// Requests so far.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }

    /// The bucket's objects, as files.
    pub fn objects(&self) -> std::path::PathBuf {
        self.folder.path().join(BUCKET)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, service: S3Service, mood: Arc<Mutex<Mood>>, asked: Arc<AtomicU64>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (service, mood, asked) = (service.clone(), mood.clone(), asked.clone());
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                asked.fetch_add(1, Ordering::SeqCst);
                answer(service.clone(), mood.clone(), request)
            });
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
    }
}

fn never(none: Infallible) -> Box<dyn std::error::Error + Send + Sync> {
    match none {}
}

type Body =
    Pin<Box<dyn hyper::body::Body<Data = Bytes, Error = Box<dyn std::error::Error + Send + Sync>> + Send>>;

fn empty(status: u16) -> Response<Body> {
    let body = http_body_util::Empty::new().map_err(never);
    let mut response = Response::new(Box::pin(body) as Body);
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    response
}

async fn answer(
    service: S3Service,
    mood: Arc<Mutex<Mood>>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Box<dyn std::error::Error + Send + Sync>> {
    let now = {
        let mut mood = mood.lock().unwrap_or_else(PoisonError::into_inner);
        let now = *mood;
        if let Mood::FirstFail(left) = now {
            *mood = if left > 1 { Mood::FirstFail(left - 1) } else { Mood::Well };
        }
        now
    };
    match now {
        Mood::Status(status) => return Ok(empty(status)),
        Mood::FirstFail(_) => return Ok(empty(500)),
        Mood::Slow(time) => tokio::time::sleep(time).await,
        Mood::Mute => std::future::pending().await,
        Mood::Well | Mood::Short(_) => {}
    }
    let answered = hyper::service::Service::call(&service, request).await;
    let (head, body) = answered.map_err(|e| format!("{e:?}"))?.into_parts();
    let body = match now {
        Mood::Short(most) => {
            let whole = BodyExt::collect(body).await.map_err(|e| format!("{e:?}"))?.to_bytes();
            if whole.len() > most {
                let cut: Result<Frame<Bytes>, Box<dyn std::error::Error + Send + Sync>> =
                    Ok(Frame::data(whole.slice(..most)));
                let broken = stream::iter([cut, Err("cut off".into())]);
                Box::pin(StreamBody::new(broken.boxed())) as Body
            } else {
                Box::pin(http_body_util::Full::new(whole).map_err(never)) as Body
            }
        }
        _ => Box::pin(body.map_err(|e| format!("{e:?}").into())) as Body,
    };
    Ok(Response::from_parts(head, body))
}
