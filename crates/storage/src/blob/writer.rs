//! Writing a blob to a folder: pieces are gathered and go to the disk in the background, one batch at a time.

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
    Idle(Draft),
    /// A batch is being written.
    Running(JoinHandle<Result<Draft, BlobError>>),
    Failed,
}

impl FsWriter {
    pub(super) async fn create(fs: Arc<Fs>, name: BlobName) -> Result<FsWriter, BlobError> {
        let place = Arc::clone(&fs);
        let draft = blocking(move || {
            loop {
                let path = place.temp_path();
                match place.disk.create(&path) {
                    Ok(file) => return Ok(Draft { disk: place.disk.clone(), file, path, named: false }),
                    // Left by an earlier process with our number.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    Err(error) => return Err(BlobError::store(error)),
                }
            }
        })
        .await?;
        Ok(FsWriter { fs, name, batch: Vec::new(), batch_len: 0, written: 0, step: Step::Idle(draft) })
    }

    pub(super) fn written(&self) -> u64 {
        self.written
    }

    pub(super) async fn write(&mut self, piece: Bytes) -> Result<(), BlobError> {
        self.written += piece.len() as u64;
        self.batch_len += piece.len();
        self.batch.push(piece);
        if self.batch_len >= BATCH {
            let mut draft = self.draft().await?;
            let batch = std::mem::take(&mut self.batch);
            self.batch_len = 0;
            self.step = Step::Running(tokio::task::spawn_blocking(move || {
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
            let mut draft = draft;
            append(&mut draft, &batch)?;
            publish(&fs, draft, &name)?;
            Ok(written)
        })
        .await
    }

    /// Takes the draft, after the batch being written. After an error there is none, and every later call fails too.
    async fn draft(&mut self) -> Result<Draft, BlobError> {
        let failed = || BlobError::Unavailable(io::Error::other("an earlier write failed"));
        // The handle stays in place until it has answered, so that a dropped future loses nothing.
        let ended = match &mut self.step {
            Step::Running(batch) => Some(batch.await.unwrap_or_else(|_| Err(failed()))),
            Step::Idle(_) | Step::Failed => None,
        };
        match (ended, std::mem::replace(&mut self.step, Step::Failed)) {
            (Some(result), _) => result,
            (None, Step::Idle(draft)) => Ok(draft),
            (None, Step::Running(_) | Step::Failed) => Err(failed()),
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
