//! One file into a matter, by tus 1.0: begun with its digest, so that the server says at once whether the bytes
//! are there already; sent in parts; taken up where it stopped, after a lost connection or in a later run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use anyhow::{Context as _, bail};
use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::StreamExt as _;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use hyper::{Method, Request, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio::sync::OwnedMutexGuard;

use crate::http::{Connection, Problem, Sent, full, succeeded};
use crate::progress::Progress;
use crate::walk::Item;

/// What became of a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Filed {
    /// It is a record now.
    Added,
    /// The same bytes are in the matter already: this record.
    Already(String),
}

/// One request carries so much; a lost connection loses at most this.
const PART: u64 = 64 << 20;
/// So much is read at once.
const READ: usize = 256 << 10;
/// A file of at most this is sent with the request that begins it.
const SMALL: u64 = 256 << 10;
/// So often a part is tried.
const ATTEMPTS: u32 = 6;

/// The SHA-256 of a file.
pub async fn digest(path: &Path) -> anyhow::Result<String> {
    let path = path.to_owned();
    let hashed = tokio::task::spawn_blocking(move || -> anyhow::Result<String> {
        let mut file = std::fs::File::open(&path)?;
        let (mut hash, mut buffer) = (Context::new(&SHA256), vec![0; READ]);
        loop {
            let n = std::io::Read::read(&mut file, &mut buffer)?;
            if n == 0 {
                return Ok(hex::encode(hash.finish()));
            }
            hash.update(buffer.get(..n).unwrap_or_default());
        }
    });
    hashed.await.context("hashing was cut off")?
}

/// Adds a file, or says which record holds its bytes already.
pub async fn file(
    server: &mut Connection,
    matter: &str,
    item: &Item,
    begun: &Begun,
    progress: &Progress,
) -> anyhow::Result<Filed> {
    let sha256 = digest(&item.path).await?;
    let key = format!("{matter} {sha256}");
    let _alone = begun.alone(&key).await;
    let mut at = None;
    if let Some(url) = begun.get(&key) {
        at =
            offset(server, &url).await.ok().filter(|(_, length)| *length == item.size).map(|(o, _)| (url, o));
    }
    let (url, mut sent) = match at {
        Some(known) => known,
        None => match begin(server, matter, item, &sha256).await {
            Ok((_, true)) => {
                progress.add(item.size);
                return Ok(Filed::Added);
            }
            Ok((url, false)) => {
                begun.put(&key, &url);
                (url, 0)
            }
            Err(error) => return already(&error).map(Filed::Already).ok_or(error),
        },
    };
    progress.add(sent);
    let mut attempt = 0;
    loop {
        let length = PART.min(item.size - sent);
        match part(server, &url, item, sent, length, progress).await {
            Ok(()) => {
                sent += length;
                attempt = 0;
                if sent == item.size {
                    begun.forget(&key);
                    return Ok(Filed::Added);
                }
            }
            Err(error) => {
                if let Some(of) = already(&error) {
                    begun.forget(&key);
                    // what was sent in vain need not wait until it expires
                    if let Ok(answer) = server.send(tus("DELETE", &url), full("")).await {
                        crate::http::bounded(answer, 1 << 20).await?;
                    }
                    return Ok(Filed::Already(of));
                }
                attempt += 1;
                if attempt == ATTEMPTS || refused(&error) {
                    return Err(error);
                }
                tokio::time::sleep(Duration::from_millis(250 << attempt)).await;
                // what the server has, it says itself
                if let Ok((offset, _)) = offset(server, &url).await {
                    sent = offset;
                }
            }
        }
    }
}

/// The record that a refusal of a duplicate names.
fn already(error: &anyhow::Error) -> Option<String> {
    let problem = error.downcast_ref::<Problem>()?;
    let of = problem.body.get("duplicate_of")?;
    of.get("id").and_then(Value::as_str).or_else(|| of.as_str()).map(ToOwned::to_owned)
}

/// True where trying again would be answered the same.
fn refused(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Problem>().is_some_and(|p| {
        p.status.is_client_error()
            && !matches!(p.status, StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS)
    })
}

fn tus(method: &str, uri: &str) -> hyper::http::request::Builder {
    Request::builder().method(method).uri(uri).header("tus-resumable", "1.0.0")
}

/// Where the upload goes, and whether it is filed already: what is small goes along at once.
async fn begin(
    server: &mut Connection,
    matter: &str,
    item: &Item,
    sha256: &str,
) -> anyhow::Result<(String, bool)> {
    let size = item.size.to_string();
    let mut metadata = vec![("matter_id", matter), ("filename", &item.name), ("sha256", sha256)];
    if !item.folder.is_empty() {
        metadata.push(("folder", &item.folder));
    }
    let metadata: Vec<String> =
        metadata.iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).collect();
    let mut request = tus(Method::POST.as_str(), "/api/v1/uploads")
        .header("upload-length", size)
        .header("upload-metadata", metadata.join(","));
    let mut body = Vec::new();
    if item.size <= SMALL {
        request = request.header(CONTENT_TYPE, "application/offset+octet-stream");
        body = tokio::fs::read(&item.path).await?;
    }
    let answer = succeeded(server.send(request, full(body)).await?).await?;
    let filed = answer.headers().contains_key("x-record-id");
    let place = answer.headers().get(LOCATION).and_then(|l| l.to_str().ok());
    let place = place.context("the server did not say where the upload goes")?.to_owned();
    crate::http::bounded(answer, 1 << 20).await?;
    // the path alone: we speak to this server, whatever it calls itself
    let path = place
        .split_once("://")
        .map_or(place.as_str(), |(_, rest)| rest.find('/').map_or("", |at| &rest[at..]));
    if !path.starts_with('/') {
        bail!("the server did not say where the upload goes");
    }
    Ok((path.to_owned(), filed))
}

/// How much of an upload has arrived, and how much it is.
async fn offset(server: &mut Connection, url: &str) -> anyhow::Result<(u64, u64)> {
    let answer = succeeded(server.send(tus("HEAD", url), full("")).await?).await?;
    let number = |name: &str| {
        answer
            .headers()
            .get(name)
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.parse().ok())
            .context("no offset")
    };
    Ok((number("upload-offset")?, number("upload-length")?))
}

async fn part(
    server: &mut Connection,
    url: &str,
    item: &Item,
    from: u64,
    length: u64,
    progress: &Progress,
) -> anyhow::Result<()> {
    let request = tus("PATCH", url)
        .header("upload-offset", from.to_string())
        .header(CONTENT_TYPE, "application/offset+octet-stream")
        .header(CONTENT_LENGTH, length.to_string());
    let counted = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let body = stream(&item.path, from, length, progress.clone(), counted.clone()).await?;
    let outcome = async { succeeded(server.send(request, body).await?).await }.await;
    match outcome {
        Ok(answer) => crate::http::bounded(answer, 1 << 20).await.map(drop),
        Err(error) => {
            progress.take_back(counted.load(std::sync::atomic::Ordering::Relaxed));
            Err(error)
        }
    }
}

async fn stream(
    path: &Path,
    from: u64,
    length: u64,
    progress: Progress,
    counted: std::sync::Arc<std::sync::atomic::AtomicU64>,
) -> anyhow::Result<Sent> {
    let mut file = tokio::fs::File::open(path).await?;
    file.seek(std::io::SeekFrom::Start(from)).await?;
    let chunks = futures_util::stream::try_unfold((file, length), move |(mut file, left)| {
        let (progress, counted) = (progress.clone(), counted.clone());
        async move {
            if left == 0 {
                return Ok(None);
            }
            let want = usize::try_from(left).unwrap_or(READ).min(READ);
            let mut buffer = vec![0; want];
            file.read_exact(&mut buffer).await?;
            progress.add(want as u64);
            counted.fetch_add(want as u64, std::sync::atomic::Ordering::Relaxed);
            Ok::<_, std::io::Error>(Some((Frame::data(Bytes::from(buffer)), (file, left - want as u64))))
        }
    });
    Ok(StreamBody::new(chunks.boxed()).boxed_unsync())
}

/// Uploads that were begun, kept between runs: which matter, which digest, where. No names.
pub struct Begun {
    file: Option<PathBuf>,
    known: Mutex<BTreeMap<String, String>>,
    /// What is being sent right now: a folder may hold the same bytes twice, and they must not go into one upload from
    /// two sides.
    sending: Mutex<BTreeMap<String, Weak<tokio::sync::Mutex<()>>>>,
}

impl Begun {
    /// What an earlier run left.
    pub fn load() -> Self {
        let set = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let state = set("XDG_STATE_HOME").or_else(|| Some(set("HOME")?.join(".local/state")));
        let file = state.map(|s| s.join("strongroom/uploads.json"));
        let text = file.as_deref().and_then(|f| std::fs::read(f).ok()).unwrap_or_default();
        let known = Mutex::new(serde_json::from_slice(&text).unwrap_or_default());
        Self { file, known, sending: Mutex::default() }
    }

    /// Held while a file's bytes are sent: whoever has the same ones waits, and then finds them there.
    async fn alone(&self, key: &str) -> OwnedMutexGuard<()> {
        let turn = {
            let mut sending = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
            sending.retain(|_, turn| turn.strong_count() > 0);
            let turn = sending.get(key).and_then(Weak::upgrade).unwrap_or_default();
            sending.insert(key.to_owned(), Arc::downgrade(&turn));
            turn
        };
        turn.lock_owned().await
    }

    fn get(&self, key: &str) -> Option<String> {
        self.known.lock().ok()?.get(key).cloned()
    }

    fn put(&self, key: &str, url: &str) {
        self.change(|known| known.insert(key.to_owned(), url.to_owned()));
    }

    fn forget(&self, key: &str) {
        self.change(|known| known.remove(key));
    }

    /// To remember is a comfort: where it cannot be written, the next run starts the file anew.
    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, String>) -> Option<String>) {
        let (Ok(mut known), Some(file)) = (self.known.lock(), &self.file) else { return };
        change(&mut known);
        if let (Some(folder), Ok(text)) = (file.parent(), serde_json::to_vec(&*known)) {
            let _ = std::fs::create_dir_all(folder);
            let _ = crate::file::replace(file, &text);
        }
    }
}
