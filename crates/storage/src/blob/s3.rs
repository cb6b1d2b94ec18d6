//! A bucket of an S3-compatible store: `<prefix>/strongroom-blobs` (the mark), `<prefix>/ab/cdef…` (blobs).
//!
//! What must hold: a name is promised only after the store has answered for the whole object; an answer that ends early
//! or does not come is an error, never a shorter blob; a bucket that cannot be asked for its mark is
//! [`BlobError::Unavailable`], never "missing".
//!
//! Parts of uploads that a crash left behind cost room and nothing else: give the bucket a rule that drops incomplete
//! multipart uploads after some days, for they are in no listing of objects.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::aws::{AmazonS3, AmazonS3Builder, S3ConditionalPut};
use object_store::path::Path;
use object_store::{
    ClientOptions, Error, MultipartUpload, ObjectMeta, ObjectStore as _, ObjectStoreExt as _, PutMode,
    PutPayload, RetryConfig,
};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{BlobError, BlobName, Entry};

const MARK: &str = "strongroom-blobs";
const MARK_TEXT: &[u8] = b"Blobs of Strongroom, layout 1. Do not change anything under this prefix.\n";

/// What is smaller goes in one request; the rest in parts of this size. A store takes 10,000 parts: 80 GiB.
const PART: usize = 8 << 20;
/// How long one request may take, with what it is retried.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long is waited for the next bytes of an answer.
const STALL: Duration = Duration::from_secs(10);

/// Where a bucket is, and who may use it.
#[derive(Clone)]
pub struct Bucket {
    /// The store's address: `https://…`; plain HTTP only where `allow_http` says so.
    pub endpoint: String,
    /// The bucket's name.
    pub bucket: String,
    /// Before every name; may be empty.
    pub prefix: String,
    /// The region, as the store's signatures want it.
    pub region: String,
    /// The name of the key.
    pub access_key: String,
    /// The key.
    pub secret_key: String,
    /// The bucket stands in the host's name, not in the path.
    pub virtual_host: bool,
    /// Plain HTTP is meant: the store is on this machine, or behind a tunnel.
    pub allow_http: bool,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bucket")
            .field("endpoint", &self.endpoint)
            .field("bucket", &self.bucket)
            .finish_non_exhaustive()
    }
}

/// The store.
#[derive(Debug)]
pub(super) struct S3 {
    store: AmazonS3,
    prefix: String,
}

fn gone(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> BlobError {
    BlobError::Unavailable(io::Error::other(error))
}

/// Waits no longer than a request may take.
async fn within<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let late = |_| Error::Generic { store: "S3", source: "no answer in time".into() };
    timeout(PATIENCE, work).await.map_err(late).flatten()
}

impl S3 {
    pub(super) async fn open(bucket: &Bucket) -> Result<S3, BlobError> {
        let options = ClientOptions::new()
            .with_allow_http(bucket.allow_http)
            .with_connect_timeout(Duration::from_secs(5))
            .with_timeout_disabled()
            .with_read_timeout(STALL);
        let retry =
            RetryConfig { max_retries: 4, retry_timeout: Duration::from_secs(10), ..RetryConfig::default() };
        let store = AmazonS3Builder::new()
            .with_endpoint(&bucket.endpoint)
            .with_bucket_name(&bucket.bucket)
            .with_region(&bucket.region)
            .with_access_key_id(&bucket.access_key)
            .with_secret_access_key(&bucket.secret_key)
            .with_virtual_hosted_style_request(bucket.virtual_host)
            .with_allow_http(bucket.allow_http)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_client_options(options)
            .with_retry(retry)
            .build()
            .map_err(gone)?;
        let s3 = S3 { store, prefix: bucket.prefix.trim_matches('/').to_owned() };
        s3.prepare().await?;
        Ok(s3)
    }

    fn path(&self, name: &str) -> Path {
        Path::from_iter(self.prefix.split('/').chain(name.split('/')).filter(|part| !part.is_empty()))
    }

    /// Makes sure that the prefix is ours.
    async fn prepare(&self) -> Result<(), BlobError> {
        match within(self.store.head(&self.path(MARK))).await {
            Ok(_) => return Ok(()),
            Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(gone(error)),
        }
        let mut there = self.store.list(Some(&self.path("")));
        match timeout(PATIENCE, there.next()).await.map_err(gone)? {
            None => {}
            Some(Ok(_)) => return Err(gone("the bucket holds something else than blobs under this prefix")),
            Some(Err(error)) => return Err(gone(error)),
        }
        within(self.store.put(&self.path(MARK), PutPayload::from_static(MARK_TEXT))).await.map_err(gone)?;
        Ok(())
    }

    pub(super) async fn ping(&self) -> Result<(), BlobError> {
        within(self.store.head(&self.path(MARK))).await.map(drop).map_err(gone)
    }

    /// "Not found" means that the blob is missing only if the store itself is there.
    async fn sort(&self, error: Error) -> BlobError {
        if !matches!(error, Error::NotFound { .. }) {
            return gone(error);
        }
        match self.ping().await {
            Ok(()) => BlobError::Missing,
            Err(gone) => gone,
        }
    }

    async fn head(&self, name: &BlobName) -> Result<ObjectMeta, BlobError> {
        match within(self.store.head(&self.path(name.as_str()))).await {
            Ok(meta) => Ok(meta),
            Err(error) => Err(self.sort(error).await),
        }
    }

    pub(super) async fn delete(&self, name: &BlobName) -> Result<(), BlobError> {
        // a store answers well for the deletion of nothing
        self.head(name).await?;
        match within(self.store.delete(&self.path(name.as_str()))).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.sort(error).await),
        }
    }

    pub(super) async fn list(&self, shard: u8) -> Result<Vec<Entry>, BlobError> {
        let shard = format!("{shard:02x}");
        let mut found = self.store.list(Some(&self.path(&shard)));
        let mut page = Vec::new();
        while let Some(object) = timeout(PATIENCE, found.next()).await.map_err(gone)? {
            let object = object.map_err(gone)?;
            let file = object.location.filename().unwrap_or_default();
            // what is not a name of ours is not ours to report
            if let Ok(name) = BlobName::parse(&format!("{shard}/{file}")) {
                let modified = object.last_modified.timestamp_micros();
                page.push(Entry { name, len: object.size, modified });
            }
        }
        Ok(page)
    }
}

/// An object that is read, mostly from its beginning to its end.
#[derive(Clone)]
pub(super) struct S3Reader {
    s3: Arc<S3>,
    path: Path,
    len: u64,
    /// An answer that is under way, and how far it was read.
    running: Arc<Mutex<Option<Running>>>,
}

impl std::fmt::Debug for S3Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3Reader").field("len", &self.len).finish_non_exhaustive()
    }
}

struct Running {
    at: u64,
    left: Bytes,
    body: Option<BoxStream<'static, Result<Bytes, Error>>>,
}

impl S3Reader {
    pub(super) async fn open(s3: &Arc<S3>, name: &BlobName) -> Result<S3Reader, BlobError> {
        let len = s3.head(name).await?.size;
        Ok(S3Reader { s3: s3.clone(), path: s3.path(name.as_str()), len, running: Arc::default() })
    }

    pub(super) const fn len(&self) -> u64 {
        self.len
    }

    /// Exactly these bytes. Whoever goes on where the last call ended is answered from one long answer of the store.
    pub(super) async fn read(&self, offset: u64, len: usize) -> Result<Vec<u8>, BlobError> {
        let end = offset.checked_add(len as u64).filter(|end| *end <= self.len).ok_or(BlobError::Short)?;
        if len == 0 {
            return Ok(Vec::new());
        }
        let mut running = self.running.lock().await;
        let mut now = match running.take() {
            Some(now) if now.at == offset => now,
            _ => Running { at: offset, left: self.range(offset, end).await?, body: None },
        };
        let mut bytes = Vec::with_capacity(len);
        while bytes.len() < len {
            if now.left.is_empty() {
                now.left = self.more(&mut now, offset + bytes.len() as u64).await?;
            }
            let take = now.left.len().min(len - bytes.len());
            bytes.extend_from_slice(&now.left.split_to(take));
        }
        now.at = end;
        *running = Some(now);
        Ok(bytes)
    }

    /// One range, whole.
    async fn range(&self, from: u64, to: u64) -> Result<Bytes, BlobError> {
        match within(self.s3.store.get_range(&self.path, from..to)).await {
            Ok(bytes) if bytes.len() as u64 == to - from => Ok(bytes),
            Ok(_) => Err(gone("the store answered with another length")),
            Err(error) => Err(self.s3.sort(error).await),
        }
    }

    /// The next bytes of the long answer; it is begun where there is none.
    async fn more(&self, now: &mut Running, from: u64) -> Result<Bytes, BlobError> {
        if now.body.is_none() {
            let options = object_store::GetOptions::new().with_range(Some(from..self.len));
            now.body = match within(self.s3.store.get_opts(&self.path, options)).await {
                Ok(answer) => Some(answer.into_stream()),
                Err(error) => return Err(self.s3.sort(error).await),
            };
        }
        let Some(body) = now.body.as_mut() else { return Err(gone("no answer")) };
        match timeout(STALL, body.next()).await.map_err(gone)? {
            Some(Ok(bytes)) => Ok(bytes),
            Some(Err(error)) => Err(gone(error)),
            None => Err(gone("the store's answer ended early")),
        }
    }
}

/// An object on its way: small ones in one request, large ones in parts, one of them under way.
pub(super) struct S3Writer {
    s3: Arc<S3>,
    path: Path,
    written: u64,
    part: Vec<Bytes>,
    part_len: usize,
    parts: Option<Parts>,
}

impl std::fmt::Debug for S3Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3Writer").field("written", &self.written).finish_non_exhaustive()
    }
}

struct Parts {
    upload: Option<Box<dyn MultipartUpload>>,
    running: Option<JoinHandle<Result<(), Error>>>,
}

impl Drop for Parts {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.abort();
        }
        // what was sent need not wait for the bucket's rule
        if let Some(mut upload) = self.upload.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move { within(upload.abort()).await.ok() });
        }
    }
}

impl S3Writer {
    pub(super) fn create(s3: &Arc<S3>, name: &BlobName) -> S3Writer {
        S3Writer {
            s3: s3.clone(),
            path: s3.path(name.as_str()),
            written: 0,
            part: Vec::new(),
            part_len: 0,
            parts: None,
        }
    }

    pub(super) const fn written(&self) -> u64 {
        self.written
    }

    pub(super) async fn write(&mut self, piece: Bytes) -> Result<(), BlobError> {
        self.written += piece.len() as u64;
        self.part_len += piece.len();
        self.part.push(piece);
        if self.part_len >= PART {
            self.send().await?;
        }
        Ok(())
    }

    /// Sends a part, when the one before it has arrived.
    async fn send(&mut self) -> Result<(), BlobError> {
        let payload = PutPayload::from_iter(std::mem::take(&mut self.part));
        self.part_len = 0;
        let mut parts = match self.parts.take() {
            Some(parts) => parts,
            None => Parts::begin(&self.s3, &self.path).await?,
        };
        parts.settle().await?;
        let upload = parts.upload.as_mut().ok_or_else(|| gone("no upload"))?;
        parts.running = Some(tokio::spawn(within(upload.put_part(payload))));
        self.parts = Some(parts);
        Ok(())
    }

    pub(super) async fn commit(mut self) -> Result<u64, BlobError> {
        if self.parts.is_none() {
            let payload = PutPayload::from_iter(std::mem::take(&mut self.part));
            return match within(self.s3.store.put_opts(&self.path, payload, PutMode::Create.into())).await {
                Ok(_) => Ok(self.written),
                Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Err(BlobError::Exists),
                Err(error) => Err(gone(error)),
            };
        }
        if self.part_len > 0 {
            self.send().await?;
        }
        let Some(mut parts) = self.parts.take() else { return Err(gone("no upload")) };
        parts.settle().await?;
        // names are drawn at random, so between this look and the end nobody else comes with the same one
        match within(self.s3.store.head(&self.path)).await {
            Err(Error::NotFound { .. }) => {}
            Ok(_) => return Err(BlobError::Exists),
            Err(error) => return Err(gone(error)),
        }
        let mut upload = parts.upload.take().ok_or_else(|| gone("no upload"))?;
        within(upload.complete()).await.map_err(gone)?;
        let stored = within(self.s3.store.head(&self.path)).await.map_err(gone)?.size;
        if stored == self.written {
            return Ok(stored);
        }
        within(self.s3.store.delete(&self.path)).await.map_err(gone)?;
        Err(gone("the store kept another length"))
    }
}

impl Parts {
    async fn begin(s3: &S3, path: &Path) -> Result<Parts, BlobError> {
        let upload = within(s3.store.put_multipart(path)).await.map_err(gone)?;
        Ok(Parts { upload: Some(upload), running: None })
    }

    /// The part under way has arrived.
    async fn settle(&mut self) -> Result<(), BlobError> {
        match self.running.take() {
            Some(running) => running.await.map_err(gone)?.map_err(gone),
            None => Ok(()),
        }
    }
}
