//! Every file operation of the blob store, and nothing else: the one place where a crash harness can make the disk fail,
//! tear and stall. All of it blocks; callers run it on tokio's blocking pool.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

/// A file open for reading.
#[derive(Debug, Clone)]
pub(super) struct Handle(Arc<File>);

/// A file open for writing, locked against the sweeper until it is closed.
#[derive(Debug)]
pub(super) struct Temp(File);

/// A name in a folder.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) name: String,
    pub(super) len: u64,
    pub(super) modified: SystemTime,
}

/// Makes a folder for its owner only, with those above it.
pub(super) fn create_dir_all(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes a folder in one that must be there; it may exist already.
pub(super) fn create_dir_in(parent: &Path, name: &str) -> io::Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(parent.join(name)) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

/// Makes a new file for its owner only, and locks it.
pub(super) fn create(path: &Path) -> io::Result<Temp> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Temp(file)),
        // The sweeper of another process was faster and is about to remove it.
        Err(TryLockError::WouldBlock) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Appends all of it.
pub(super) fn write(file: &mut Temp, bytes: &[u8]) -> io::Result<()> {
    file.0.write_all(bytes)
}

/// Puts the file's bytes on the disk.
pub(super) fn sync(file: &Temp) -> io::Result<()> {
    file.0.sync_all()
}

/// Gives the file its name. Both paths are in one file system.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// Puts the folder's names on the disk.
pub(super) fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Whether something has this name; an error if that cannot be known.
pub(super) fn exists(path: &Path) -> io::Result<bool> {
    path.try_exists()
}

/// Opens for reading; with the length.
pub(super) fn open(path: &Path) -> io::Result<(Handle, u64)> {
    let file = File::open(path)?;
    let len = file.metadata()?.len();
    Ok((Handle(Arc::new(file)), len))
}

/// Fills the buffer from this place, or `UnexpectedEof`.
pub(super) fn read_at(file: &Handle, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    file.0.read_exact_at(buffer, offset)
}

/// Removes a file.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// Removes a file whose writer is gone; whether it did.
pub(super) fn remove_abandoned(path: &Path) -> io::Result<bool> {
    let file = match OpenOptions::new().write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    match file.try_lock() {
        Ok(()) => match remove(path) {
            // Its writer has just given it its name.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            result => result.map(|()| true),
        },
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// The plain files of a folder. One that goes away meanwhile is left out.
pub(super) fn list(path: &Path) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let Ok(name) = entry.file_name().into_string() else { continue };
        if metadata.is_file() {
            found.push(Found { name, len: metadata.len(), modified: metadata.modified()? });
        }
    }
    Ok(found)
}

/// Every name in a folder, of whatever kind.
pub(super) fn names(path: &Path) -> io::Result<Vec<String>> {
    fs::read_dir(path)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}
