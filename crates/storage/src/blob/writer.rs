//! Writing a blob to a folder: pieces are gathered and go to the disk in the background, one batch at a time. One that
//! is no larger than a batch goes there in one step.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinHandle;

use super::fs::{Fs, blocking};
use super::{BlobError, BlobName};
use crate::disk::{Disk, Writing};

/// A batch goes to the disk when it is this large: large enough that the hand-over costs nothing, small enough for memory.
const BATCH: usize = 512 * 1024;

/// A temporary file with its place. Its drop removes it.
#[derive(Debug)]
struct Draft {
    disk: Disk,
    file: Box<dyn Writing>,
    path: PathBuf,
    named: bool,
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.named {
            // What cannot be removed now, the sweeper removes later.
            let _ = self.disk.remove(&self.path);
        }
    }
}

/// A blob on its way to the disk.
#[derive(Debug)]
pub(super) struct FsWriter {
    fs: Arc<Fs>,
    name: BlobName,
    batch: Vec<Bytes>,
    batch_len: usize,
    written: u64,
    step: Step,
}

#[derive(Debug)]
enum Step {
    /// Nothing is on the disk yet.
    New,
    /// A batch is being written.
    Running(JoinHandle<Result<Draft, BlobError>>),
    Failed,
}

impl FsWriter {
    pub(super) const fn create(fs: Arc<Fs>, name: BlobName) -> FsWriter {
        FsWriter { fs, name, batch: Vec::new(), batch_len: 0, written: 0, step: Step::New }
    }

    pub(super) fn written(&self) -> u64 {
        self.written
    }

    pub(super) async fn write(&mut self, piece: Bytes) -> Result<(), BlobError> {
        self.written += piece.len() as u64;
        self.batch_len += piece.len();
        self.batch.push(piece);
        if self.batch_len >= BATCH {
            let (fs, draft) = (Arc::clone(&self.fs), self.draft().await?);
            let batch = std::mem::take(&mut self.batch);
            self.batch_len = 0;
            self.step = Step::Running(tokio::task::spawn_blocking(move || {
                let mut draft = begun(&fs, draft)?;
                append(&mut draft, &batch)?;
                Ok(draft)
            }));
        }
        Ok(())
    }

    pub(super) async fn commit(mut self) -> Result<u64, BlobError> {
        let draft = self.draft().await?;
        let (fs, batch, written, name) = (self.fs, self.batch, self.written, self.name);
        blocking(move || {
            let mut draft = begun(&fs, draft)?;
            append(&mut draft, &batch)?;
            publish(&fs, draft, &name)?;
            Ok(written)
        })
        .await
    }

    /// Takes the draft, after the batch being written; none where nothing was. After an error every later call fails too.
    async fn draft(&mut self) -> Result<Option<Draft>, BlobError> {
        let failed = || BlobError::Unavailable(io::Error::other("an earlier write failed"));
        // The handle stays in place until it has answered, so that a dropped future loses nothing.
        let ended = match &mut self.step {
            Step::Running(batch) => Some(batch.await.unwrap_or_else(|_| Err(failed()))),
            Step::New | Step::Failed => None,
        };
        match (ended, std::mem::replace(&mut self.step, Step::Failed)) {
            (Some(result), _) => result.map(Some),
            (None, Step::New) => Ok(None),
            (None, Step::Running(_) | Step::Failed) => Err(failed()),
        }
    }
}

fn begun(fs: &Fs, draft: Option<Draft>) -> Result<Draft, BlobError> {
    if let Some(draft) = draft {
        return Ok(draft);
    }
    loop {
        let path = fs.temp_path();
        match fs.disk.create(&path) {
            Ok(file) => return Ok(Draft { disk: fs.disk.clone(), file, path, named: false }),
            // Left by an earlier process with our number.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(BlobError::store(error)),
        }
    }
}

fn append(draft: &mut Draft, batch: &[Bytes]) -> Result<(), BlobError> {
    batch.iter().try_for_each(|piece| draft.file.write(piece)).map_err(BlobError::store)
}

/// Temporary name, `fsync`, rename, `fsync` of the folder.
fn publish(fs: &Fs, mut draft: Draft, name: &BlobName) -> Result<(), BlobError> {
    let (path, shard) = (fs.path(name), fs.shard(name));
    draft.file.sync().map_err(BlobError::store)?;
    fs.ensure_shard(name).map_err(BlobError::store)?;
    // Names are drawn at random, so between this look and the rename nobody else comes with the same one.
    if fs.disk.exists(&path).map_err(BlobError::store)? {
        return Err(BlobError::Exists);
    }
    fs.disk.rename(&draft.path, &path).map_err(BlobError::store)?;
    draft.named = true;
    fs.disk.sync_dir(&shard).map_err(|error| {
        // It may or may not survive a crash: take it back, for it was not promised to anyone.
        let _ = fs.disk.remove(&path);
        BlobError::store(error)
    })
}
