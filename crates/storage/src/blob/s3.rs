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
use std::time::Duration;

use futures_util::StreamExt as _;
use object_store::aws::{AmazonS3, AmazonS3Builder, S3ConditionalPut};
use object_store::path::Path;
use object_store::{
    ClientOptions, Error, ObjectMeta, ObjectStore as _, ObjectStoreExt as _, PutPayload, RetryConfig,
};
use tokio::time::timeout;

use super::{BlobError, BlobName, Entry};

mod reader;
mod writer;

pub(super) use reader::S3Reader;
pub(super) use writer::S3Writer;

const MARK: &str = "strongroom-blobs";
const MARK_TEXT: &[u8] = b"Blobs of Strongroom, layout 1. Do not change anything under this prefix.\n";

/// What is smaller goes in one request; the rest in parts of this size. A store takes 10,000 parts: 80 GiB.
const PART: usize = 8 << 20;
/// How long one request may take, with what it is retried; one that carries much; the joining of many parts.
const PATIENCE: Duration = Duration::from_secs(20);
const CARRYING: Duration = Duration::from_secs(120);
const JOINING: Duration = Duration::from_secs(600);
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
    inside(PATIENCE, work).await
}

async fn inside<T>(time: Duration, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let late = |_| Error::Generic { store: "S3", source: "no answer in time".into() };
    timeout(time, work).await.map_err(late).flatten()
}

impl S3 {
    pub(super) async fn open(bucket: &Bucket) -> Result<S3, BlobError> {
        let options = ClientOptions::new()
            .with_allow_http(bucket.allow_http)
            .with_connect_timeout(Duration::from_secs(5))
            .with_timeout_disabled()
            .with_read_timeout(CARRYING);
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
