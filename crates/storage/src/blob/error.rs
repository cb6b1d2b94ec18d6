//! What can go wrong with a blob.

use std::io;

/// A failed call.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlobError {
    /// No blob has this name.
    #[error("no such blob")]
    Missing,
    /// The blob ends before what was asked for.
    #[error("the blob ends early")]
    Short,
    /// A blob has this name already.
    #[error("a blob has this name already")]
    Exists,
    /// The disk, or the quota, is full.
    #[error("the blob store is full")]
    Full(#[source] io::Error),
    /// The store cannot be used: I/O errors, permissions, a folder that went away. A write that says this is lost.
    #[error("the blob store is unavailable")]
    Unavailable(#[source] io::Error),
}

impl BlobError {
    /// Sorts an I/O error of the store as a whole: here even `NotFound` means that the store is not there.
    pub(super) fn store(error: io::Error) -> BlobError {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => BlobError::Full(error),
            _ => BlobError::Unavailable(error),
        }
    }

    /// Sorts an I/O error of one blob.
    pub(super) fn blob(error: io::Error) -> BlobError {
        match error.kind() {
            io::ErrorKind::NotFound => BlobError::Missing,
            io::ErrorKind::UnexpectedEof => BlobError::Short,
            io::ErrorKind::AlreadyExists => BlobError::Exists,
            _ => BlobError::store(error),
        }
    }
}
