//! Reading an object: a range at once, or one long answer for who goes on where the last call ended.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::path::Path;
use object_store::{Error, ObjectStore as _, ObjectStoreExt as _};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::{S3, STALL, gone, within};
use crate::blob::{BlobError, BlobName};

/// An object that is read, mostly from its beginning to its end.
#[derive(Clone)]
pub(in crate::blob) struct S3Reader {
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
    pub(in crate::blob) async fn open(s3: &Arc<S3>, name: &BlobName) -> Result<S3Reader, BlobError> {
        let len = s3.head(name).await?.size;
        Ok(S3Reader { s3: s3.clone(), path: s3.path(name.as_str()), len, running: Arc::default() })
    }

    pub(in crate::blob) const fn len(&self) -> u64 {
        self.len
    }

    /// Exactly these bytes. Whoever goes on where the last call ended is answered from one long answer of the store.
    pub(in crate::blob) async fn read(&self, offset: u64, len: usize) -> Result<Vec<u8>, BlobError> {
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

    /// The next bytes of the long answer. It is begun where there is none, and once more where it ended before its time:
    /// a store does not wait for ever while somebody reads slowly.
    async fn more(&self, now: &mut Running, from: u64) -> Result<Bytes, BlobError> {
        let waiting = now.body.is_some();
        match self.piece(now, from).await {
            Err(BlobError::Unavailable(_)) if waiting => {
                now.body = None;
                self.piece(now, from).await
            }
            done => done,
        }
    }

    async fn piece(&self, now: &mut Running, from: u64) -> Result<Bytes, BlobError> {
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
