//! Writing an object: small ones in one request, large ones in parts.

use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{Error, MultipartUpload, ObjectStore as _, ObjectStoreExt as _, PutMode, PutPayload};
use tokio::task::JoinHandle;

use super::{CARRYING, JOINING, PART, S3, gone, inside, within};
use crate::blob::{BlobError, BlobName};

/// An object on its way: small ones in one request, large ones in parts, one of them under way.
pub(in crate::blob) struct S3Writer {
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
    pub(in crate::blob) fn create(s3: &Arc<S3>, name: &BlobName) -> S3Writer {
        S3Writer {
            s3: s3.clone(),
            path: s3.path(name.as_str()),
            written: 0,
            part: Vec::new(),
            part_len: 0,
            parts: None,
        }
    }

    pub(in crate::blob) const fn written(&self) -> u64 {
        self.written
    }

    pub(in crate::blob) async fn write(&mut self, piece: Bytes) -> Result<(), BlobError> {
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
        parts.running = Some(tokio::spawn(inside(CARRYING, upload.put_part(payload))));
        self.parts = Some(parts);
        Ok(())
    }

    pub(in crate::blob) async fn commit(mut self) -> Result<u64, BlobError> {
        if self.parts.is_none() {
            let payload = PutPayload::from_iter(std::mem::take(&mut self.part));
            let sent = self.s3.store.put_opts(&self.path, payload.clone(), PutMode::Create.into());
            return match inside(CARRYING, sent).await {
                Ok(_) => Ok(self.written),
                Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => {
                    self.s3.is_ours(&self.path, &payload).await.map(|()| self.written)
                }
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
        let joined = inside(JOINING, upload.complete()).await;
        // an answer may be lost, and asked for again when the parts are joined already: what is there counts
        let stored = match (within(self.s3.store.head(&self.path)).await, joined) {
            (Ok(found), _) => found.size,
            (Err(_), Err(error)) | (Err(error), Ok(_)) => return Err(gone(error)),
        };
        if stored == self.written {
            return Ok(stored);
        }
        within(self.s3.store.delete(&self.path)).await.map_err(gone)?;
        Err(gone("the store kept another length"))
    }
}

impl S3 {
    /// A request that was sent again finds what the first one left. Anything else under this name is another's.
    async fn is_ours(&self, path: &Path, payload: &PutPayload) -> Result<(), BlobError> {
        let found = within(async { self.store.get(path).await?.bytes().await }).await.map_err(gone)?;
        let mut rest = &found[..];
        let same = payload.iter().all(|piece| {
            let (same, after) = (rest.starts_with(piece), rest.get(piece.len()..).unwrap_or_default());
            rest = after;
            same
        });
        if same && rest.is_empty() { Ok(()) } else { Err(BlobError::Exists) }
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
