//! Sealed bytes under random names: a local folder, a bucket of an S3-compatible store, or memory for tests.
//!
//! What must hold:
//! - [`Writer::commit`] returns only when the bytes **and** their name are durable: temporary name, `fsync`, rename, `fsync` of
//!   the folder; or the store's answer for the whole object. A failed `fsync` is a lost blob; it is removed and never tried again under that name;
//! - a name is never overwritten, and a reader sees a whole blob or none;
//! - a folder that went away (an unmounted disk) is [`BlobError::Unavailable`], never "missing": nobody may conclude from it
//!   that blobs were deleted.
//!
//! Deliberately absent: encryption and hashing (the caller seals), names (the caller draws them), a policy for sweeping.

mod error;
mod fs;
mod memory;
mod name;
mod s3;
#[cfg(test)]
mod tests;
mod writer;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use crate::disk::{Disk, Reading};

pub use crate::disk::Room;
pub use error::BlobError;
pub use name::{BadName, BlobName};
pub use s3::Bucket;

use fs::Fs;
use memory::Memory;
use s3::{S3, S3Reader, S3Writer};

/// A store of blobs. Clones share it.
#[derive(Debug, Clone)]
pub struct Blobs(Backend);

#[derive(Debug, Clone)]
enum Backend {
    Fs(Arc<Fs>),
    S3(Arc<S3>),
    Memory(Arc<Memory>),
}

impl Blobs {
    /// Opens a folder, and prepares it if it is empty or does not exist. Refuses a folder with other things in it.
    pub async fn folder(disk: &Disk, path: &Path) -> Result<Blobs, BlobError> {
        Ok(Blobs(Backend::Fs(Arc::new(Fs::open(disk.clone(), path).await?))))
    }

    /// Opens a bucket, and prepares its prefix if nothing is there. Refuses a prefix with other things in it.
    pub async fn bucket(bucket: &Bucket) -> Result<Blobs, BlobError> {
        Ok(Blobs(Backend::S3(Arc::new(S3::open(bucket).await?))))
    }

    /// Keeps everything in memory, for tests.
    pub fn memory() -> Blobs {
        Blobs(Backend::Memory(Arc::default()))
    }

    /// Begins a blob, which has its name from [`Writer::commit`] on.
    pub fn create(&self, name: &BlobName) -> Writer {
        Writer(match &self.0 {
            Backend::Fs(fs) => Sink::Fs(writer::FsWriter::create(Arc::clone(fs), name.clone())),
            Backend::S3(s3) => Sink::S3(S3Writer::create(s3, name)),
            Backend::Memory(memory) => Sink::Memory(Arc::clone(memory), name.clone(), Vec::new()),
        })
    }

    /// Opens a blob for several reads.
    pub async fn open(&self, name: &BlobName) -> Result<Reader, BlobError> {
        Ok(Reader(match &self.0 {
            Backend::Fs(fs) => match fs.open_blob(name).await? {
                fs::Opened::Small(bytes) => Source::Memory(bytes),
                fs::Opened::Large(file, len) => Source::File(file, len),
            },
            Backend::S3(s3) => Source::S3(S3Reader::open(s3, name).await?),
            Backend::Memory(memory) => Source::Memory(memory.get(name)?),
        }))
    }

    /// Exactly `len` bytes from `offset`; [`BlobError::Short`] if the blob ends before.
    pub async fn read(&self, name: &BlobName, offset: u64, len: usize) -> Result<Vec<u8>, BlobError> {
        match &self.0 {
            Backend::Fs(fs) => fs.read(name, offset, len).await,
            Backend::S3(s3) => S3Reader::open(s3, name).await?.read(offset, len).await,
            Backend::Memory(memory) => memory::range(&memory.get(name)?, offset, len),
        }
    }

    /// How long the blob is.
    pub async fn len(&self, name: &BlobName) -> Result<u64, BlobError> {
        self.open(name).await.map(|reader| reader.len())
    }

    /// Deletes the blob, durably. Deleting what is not there is [`BlobError::Missing`].
    pub async fn delete(&self, name: &BlobName) -> Result<(), BlobError> {
        match &self.0 {
            Backend::Fs(fs) => fs.delete(name).await,
            Backend::S3(s3) => s3.delete(name).await,
            Backend::Memory(memory) => memory.delete(name),
        }
    }

    /// Every blob, a page at a time, ordered by name. Blobs made or deleted meanwhile may or may not be in it.
    pub fn list(&self) -> Listing {
        Listing { store: self.clone(), shard: Some(0) }
    }

    /// Removes what crashed writers left; how many. Blobs being written, here or in another process, stay.
    pub async fn sweep_temps(&self) -> Result<u64, BlobError> {
        match &self.0 {
            Backend::Fs(fs) => fs.sweep().await,
            Backend::S3(_) | Backend::Memory(_) => Ok(0),
        }
    }

    /// How much room the store has; none where it has no bound of its own.
    pub async fn room(&self) -> Result<Option<Room>, BlobError> {
        match &self.0 {
            Backend::Fs(fs) => fs.room().await.map(Some),
            Backend::S3(_) | Backend::Memory(_) => Ok(None),
        }
    }

    /// Whether the store is there.
    pub async fn ping(&self) -> Result<(), BlobError> {
        match &self.0 {
            Backend::Fs(fs) => fs.ping().await,
            Backend::S3(s3) => s3.ping().await,
            Backend::Memory(_) => Ok(()),
        }
    }
}

/// A blob being written. Dropping it removes what was written.
#[derive(Debug)]
pub struct Writer(Sink);

#[derive(Debug)]
enum Sink {
    Fs(writer::FsWriter),
    S3(S3Writer),
    Memory(Arc<Memory>, BlobName, Vec<u8>),
}

impl Writer {
    /// Appends. Returns while the piece is still on its way to the disk, so that the caller can hash the next one; an
    /// error of an earlier piece comes with a later call.
    pub async fn write(&mut self, piece: impl Into<Bytes>) -> Result<(), BlobError> {
        let piece = piece.into();
        match &mut self.0 {
            Sink::Fs(writer) => writer.write(piece).await,
            Sink::S3(writer) => writer.write(piece).await,
            Sink::Memory(_, _, bytes) => {
                bytes.extend_from_slice(&piece);
                Ok(())
            }
        }
    }

    /// How many bytes were handed over so far.
    pub fn written(&self) -> u64 {
        match &self.0 {
            Sink::Fs(writer) => writer.written(),
            Sink::S3(writer) => writer.written(),
            Sink::Memory(_, _, bytes) => bytes.len() as u64,
        }
    }

    /// Makes the blob durable under its name; its length. After an error the blob does not exist, as far as could be
    /// arranged: use another name next time. Once begun this runs to its end even if the caller's future is dropped.
    pub async fn commit(self) -> Result<u64, BlobError> {
        match self.0 {
            Sink::Fs(writer) => writer.commit().await,
            Sink::S3(writer) => writer.commit().await,
            Sink::Memory(memory, name, bytes) => memory.put(&name, bytes),
        }
    }
}

/// An open blob. In a folder it stays readable while open, even when deleted; a small one is read when it is opened.
#[derive(Debug, Clone)]
pub struct Reader(Source);

#[derive(Debug, Clone)]
enum Source {
    File(Arc<dyn Reading>, u64),
    S3(S3Reader),
    Memory(Bytes),
}

impl Reader {
    /// How long the blob was when opened.
    #[expect(clippy::len_without_is_empty, reason = "nobody asks whether a blob is empty")]
    pub fn len(&self) -> u64 {
        match &self.0 {
            Source::File(_, len) => *len,
            Source::S3(reader) => reader.len(),
            Source::Memory(bytes) => bytes.len() as u64,
        }
    }

    /// Exactly `len` bytes from `offset`; [`BlobError::Short`] if the blob ends before.
    pub async fn read(&self, offset: u64, len: usize) -> Result<Vec<u8>, BlobError> {
        match &self.0 {
            Source::File(file, _) => fs::read_range(file.clone(), offset, len).await,
            Source::S3(reader) => reader.read(offset, len).await,
            Source::Memory(bytes) => memory::range(bytes, offset, len),
        }
    }
}

/// One blob of a [`Listing`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: BlobName,
    /// Its length.
    pub len: u64,
    /// When its last byte was written, in microseconds since 1970, UTC, by the file system's clock.
    pub modified: i64,
}

/// A walk over the store, one folder at a time.
#[derive(Debug)]
pub struct Listing {
    store: Blobs,
    shard: Option<u8>,
}

impl Listing {
    /// The next blobs; `None` at the end. A page is never empty.
    pub async fn next(&mut self) -> Result<Option<Vec<Entry>>, BlobError> {
        while let Some(shard) = self.shard {
            let mut page = match &self.store.0 {
                Backend::Fs(fs) => fs.list(shard).await?,
                Backend::S3(s3) => s3.list(shard).await?,
                Backend::Memory(memory) => memory.list(shard)?,
            };
            self.shard = shard.checked_add(1);
            if !page.is_empty() {
                page.sort_by(|a, b| a.name.cmp(&b.name));
                return Ok(Some(page));
            }
        }
        Ok(None)
    }
}
