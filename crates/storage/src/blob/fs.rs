//! A folder of blobs: `strongroom-blobs` (the mark), `temp/…` (being written), `ab/cdef…` (blobs).

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::memory::micros;
use super::{BlobError, BlobName, Entry};
use crate::disk::{Disk, Found, Reading, Room};

/// Names the folder a store of ours. If it is gone, so is the disk, and no blob counts as missing.
const MARK: &str = "strongroom-blobs";
const TEMP: &str = "temp";

/// Up to so many bytes are read with the opening.
const SMALL: u64 = 72 << 10;

/// A blob that was opened.
pub(super) enum Opened {
    Small(Bytes),
    Large(Arc<dyn Reading>, u64),
}

/// The store.
#[derive(Debug)]
pub(super) struct Fs {
    pub(super) disk: Disk,
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
pub(super) async fn read_range(
    file: Arc<dyn Reading>,
    offset: u64,
    len: usize,
) -> Result<Vec<u8>, BlobError> {
    blocking(move || read_now(&*file, offset, len)).await
}

fn read_now(file: &dyn Reading, offset: u64, len: usize) -> Result<Vec<u8>, BlobError> {
    let mut buffer = vec![0; len];
    file.read_at(&mut buffer, offset).map_err(BlobError::blob)?;
    Ok(buffer)
}

impl Fs {
    pub(super) async fn open(disk: Disk, root: &Path) -> Result<Fs, BlobError> {
        let root = root.to_owned();
        let (on, path) = (disk.clone(), root.clone());
        blocking(move || prepare(&on, &path).map_err(BlobError::store)).await?;
        Ok(Fs { disk, root, next: AtomicU64::new(0), durable: Mutex::default() })
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
            self.disk.create_dir_in(&self.root, name.shard())?;
            self.disk.sync_dir(&self.root)?;
            known().insert(name.shard().to_owned());
        }
        Ok(())
    }

    /// A name that no other writer of this process has.
    pub(super) fn temp_path(&self) -> PathBuf {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        self.root.join(TEMP).join(format!("{}-{next}", std::process::id()))
    }

    /// Opens a blob; a small one is read at once, on the same way to a thread that may wait.
    pub(super) async fn open_blob(&self, name: &BlobName) -> Result<Opened, BlobError> {
        let (disk, root, path) = (self.disk.clone(), self.root.clone(), self.path(name));
        blocking(move || {
            let (file, len) = disk.open(&path).map_err(|e| missing_or_gone(&disk, &root, e))?;
            match usize::try_from(len) {
                Ok(small) if len <= SMALL => read_now(&*file, 0, small).map(|all| Opened::Small(all.into())),
                _ => Ok(Opened::Large(file, len)),
            }
        })
        .await
    }

    pub(super) async fn read(&self, name: &BlobName, offset: u64, len: usize) -> Result<Vec<u8>, BlobError> {
        let (disk, root, path) = (self.disk.clone(), self.root.clone(), self.path(name));
        blocking(move || {
            let (file, size) = disk.open(&path).map_err(|e| missing_or_gone(&disk, &root, e))?;
            // Before the buffer is made: a wrong length must not cost its memory.
            match offset.checked_add(len as u64) {
                Some(end) if end <= size => read_now(&*file, offset, len),
                _ => Err(BlobError::Short),
            }
        })
        .await
    }

    pub(super) async fn delete(&self, name: &BlobName) -> Result<(), BlobError> {
        let (disk, root) = (self.disk.clone(), self.root.clone());
        let (path, shard) = (self.path(name), self.shard(name));
        blocking(move || {
            disk.remove(&path).map_err(|e| missing_or_gone(&disk, &root, e))?;
            disk.sync_dir(&shard).map_err(BlobError::store)
        })
        .await
    }

    pub(super) async fn list(&self, shard: u8) -> Result<Vec<Entry>, BlobError> {
        let (disk, root, shard) = (self.disk.clone(), self.root.clone(), format!("{shard:02x}"));
        blocking(move || {
            let found = match disk.list(&root.join(&shard)) {
                Ok(found) => found,
                // A folder is made with its first blob.
                Err(error) => match missing_or_gone(&disk, &root, error) {
                    BlobError::Missing => return Ok(Vec::new()),
                    error => return Err(error),
                },
            };
            // What is not a name of ours is not ours to report.
            let entry = |file: Found| {
                let name = BlobName::parse(&format!("{shard}/{}", file.name)).ok()?;
                Some(Entry { name, len: file.len, modified: micros(file.modified) })
            };
            Ok(found.into_iter().filter_map(entry).collect())
        })
        .await
    }

    pub(super) async fn sweep(&self) -> Result<u64, BlobError> {
        let (disk, temp) = (self.disk.clone(), self.root.join(TEMP));
        blocking(move || {
            let mut swept = 0;
            for file in disk.list(&temp).map_err(BlobError::store)? {
                let removed = disk.remove_abandoned(&temp.join(file.name)).map_err(BlobError::store)?;
                swept += u64::from(removed);
            }
            Ok(swept)
        })
        .await
    }

    pub(super) async fn room(&self) -> Result<Room, BlobError> {
        let (disk, root) = (self.disk.clone(), self.root.clone());
        blocking(move || disk.room(&root).map_err(BlobError::store)).await
    }

    pub(super) async fn ping(&self) -> Result<(), BlobError> {
        let (disk, mark) = (self.disk.clone(), self.root.join(MARK));
        blocking(move || disk.open(&mark).map(drop).map_err(BlobError::store)).await
    }
}

/// Makes sure that the folder is ours.
fn prepare(disk: &Disk, root: &Path) -> io::Result<()> {
    let mark = root.join(MARK);
    if disk.exists(&mark)? {
        return disk.create_dir_in(root, TEMP);
    }
    disk.make_folder(root)?;
    // An interrupted first start leaves `temp` and half a mark, a new file system `lost+found`.
    let ours =
        |name: &String| name == TEMP || name.strip_suffix(".new") == Some(MARK) || name == "lost+found";
    if !disk.names(root)?.iter().all(ours) {
        return Err(io::Error::other("the folder holds something else than blobs"));
    }
    disk.create_dir_in(root, TEMP)?;
    disk.write_durably(root, MARK, b"Blobs of Strongroom, layout 1. Do not change anything in this folder.\n")
}

/// `NotFound` means that the blob is missing only if the store itself is there.
fn missing_or_gone(disk: &Disk, root: &Path, error: io::Error) -> BlobError {
    if error.kind() == io::ErrorKind::NotFound
        && let Err(gone) = disk.open(&root.join(MARK))
    {
        return BlobError::Unavailable(gone);
    }
    BlobError::blob(error)
}
