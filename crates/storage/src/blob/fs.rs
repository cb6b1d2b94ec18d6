//! A folder of blobs: `strongroom-blobs` (the mark), `temp/…` (being written), `ab/cdef…` (blobs).

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::memory::micros;
use super::{BlobError, BlobName, Entry, Room, fsio};

/// Names the folder a store of ours. If it is gone, so is the disk, and no blob counts as missing.
const MARK: &str = "strongroom-blobs";
const TEMP: &str = "temp";

/// The store.
#[derive(Debug)]
pub(super) struct Fs {
    root: PathBuf,
    /// Makes temporary names differ within the process; between processes `create_new` does.
    next: AtomicU64,
    /// Shards whose own name this process has put on the disk.
    durable: Mutex<BTreeSet<String>>,
}

/// Runs file operations where they may block.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    let ended = |_| Err(BlobError::Unavailable(io::Error::other("the task ended")));
    tokio::task::spawn_blocking(work).await.unwrap_or_else(ended)
}

/// Exactly this range of an open file.
pub(super) async fn read_range(file: fsio::Handle, offset: u64, len: usize) -> Result<Vec<u8>, BlobError> {
    blocking(move || read_now(&file, offset, len)).await
}

fn read_now(file: &fsio::Handle, offset: u64, len: usize) -> Result<Vec<u8>, BlobError> {
    let mut buffer = vec![0; len];
    fsio::read_at(file, &mut buffer, offset).map_err(BlobError::blob)?;
    Ok(buffer)
}

impl Fs {
    pub(super) async fn open(root: &Path) -> Result<Fs, BlobError> {
        let root = root.to_owned();
        let path = root.clone();
        blocking(move || prepare(&path).map_err(BlobError::store)).await?;
        Ok(Fs { root, next: AtomicU64::new(0), durable: Mutex::default() })
    }

    pub(super) fn path(&self, name: &BlobName) -> PathBuf {
        self.root.join(name.as_str())
    }

    pub(super) fn shard(&self, name: &BlobName) -> PathBuf {
        self.root.join(name.shard())
    }

    /// Makes the blob's folder, durably. One made by another writer counts only after our own `fsync`: theirs may be under way.
    pub(super) fn ensure_shard(&self, name: &BlobName) -> io::Result<()> {
        let known = || self.durable.lock().unwrap_or_else(PoisonError::into_inner);
        if !known().contains(name.shard()) {
            // Not recursive: if the root is gone, this must not make another one.
            fsio::create_dir_in(&self.root, name.shard())?;
            fsio::sync_dir(&self.root)?;
            known().insert(name.shard().to_owned());
        }
        Ok(())
    }

    /// A name that no other writer of this process has.
    pub(super) fn temp_path(&self) -> PathBuf {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        self.root.join(TEMP).join(format!("{}-{next}", std::process::id()))
    }

    pub(super) async fn open_blob(&self, name: &BlobName) -> Result<(fsio::Handle, u64), BlobError> {
        let (root, path) = (self.root.clone(), self.path(name));
        blocking(move || fsio::open(&path).map_err(|e| missing_or_gone(&root, e))).await
    }

    pub(super) async fn read(&self, name: &BlobName, offset: u64, len: usize) -> Result<Vec<u8>, BlobError> {
        let (root, path) = (self.root.clone(), self.path(name));
        blocking(move || {
            let (file, size) = fsio::open(&path).map_err(|e| missing_or_gone(&root, e))?;
            // Before the buffer is made: a wrong length must not cost its memory.
            match offset.checked_add(len as u64) {
                Some(end) if end <= size => read_now(&file, offset, len),
                _ => Err(BlobError::Short),
            }
        })
        .await
    }

    pub(super) async fn delete(&self, name: &BlobName) -> Result<(), BlobError> {
        let (root, path, shard) = (self.root.clone(), self.path(name), self.shard(name));
        blocking(move || {
            fsio::remove(&path).map_err(|e| missing_or_gone(&root, e))?;
            fsio::sync_dir(&shard).map_err(BlobError::store)
        })
        .await
    }

    pub(super) async fn list(&self, shard: u8) -> Result<Vec<Entry>, BlobError> {
        let (root, shard) = (self.root.clone(), format!("{shard:02x}"));
        blocking(move || {
            let found = match fsio::list(&root.join(&shard)) {
                Ok(found) => found,
                // A folder is made with its first blob.
                Err(error) => match missing_or_gone(&root, error) {
                    BlobError::Missing => return Ok(Vec::new()),
                    error => return Err(error),
                },
            };
            // What is not a name of ours is not ours to report.
            let entry = |file: fsio::Found| {
                let name = BlobName::parse(&format!("{shard}/{}", file.name)).ok()?;
                Some(Entry { name, len: file.len, modified: micros(file.modified) })
            };
            Ok(found.into_iter().filter_map(entry).collect())
        })
        .await
    }

    pub(super) async fn sweep(&self) -> Result<u64, BlobError> {
        let temp = self.root.join(TEMP);
        blocking(move || {
            let mut swept = 0;
            for file in fsio::list(&temp).map_err(BlobError::store)? {
                let removed = fsio::remove_abandoned(&temp.join(file.name)).map_err(BlobError::store)?;
                swept += u64::from(removed);
            }
            Ok(swept)
        })
        .await
    }

    pub(super) async fn room(&self) -> Result<Room, BlobError> {
        let root = self.root.clone();
        blocking(move || {
            let disk = rustix::fs::statvfs(&root).map_err(|e| BlobError::store(e.into()))?;
            Ok(Room { free: disk.f_bavail * disk.f_frsize, total: disk.f_blocks * disk.f_frsize })
        })
        .await
    }

    pub(super) async fn ping(&self) -> Result<(), BlobError> {
        let mark = self.root.join(MARK);
        blocking(move || fsio::open(&mark).map(drop).map_err(BlobError::store)).await
    }
}

/// Makes sure that the folder is ours.
fn prepare(root: &Path) -> io::Result<()> {
    let mark = root.join(MARK);
    if fsio::exists(&mark)? {
        return fsio::create_dir_in(root, TEMP);
    }
    fsio::create_dir_all(root)?;
    // An interrupted first start leaves `temp`, a new file system `lost+found`.
    let ours = |name: &String| name == TEMP || name == "lost+found";
    if !fsio::names(root)?.iter().all(ours) {
        return Err(io::Error::other("the folder holds something else than blobs"));
    }
    fsio::create_dir_in(root, TEMP)?;
    let mut file = fsio::create(&mark)?;
    fsio::write(&mut file, b"Blobs of Strongroom, layout 1. Do not change anything in this folder.\n")?;
    fsio::sync(&file)?;
    fsio::sync_dir(root)?;
    match root.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => fsio::sync_dir(parent),
        _ => Ok(()),
    }
}

/// `NotFound` means that the blob is missing only if the store itself is there.
fn missing_or_gone(root: &Path, error: io::Error) -> BlobError {
    if error.kind() == io::ErrorKind::NotFound
        && let Err(gone) = fsio::open(&root.join(MARK))
    {
        return BlobError::Unavailable(gone);
    }
    BlobError::blob(error)
}
