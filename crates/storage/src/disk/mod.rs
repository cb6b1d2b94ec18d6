//! Every file operation on what the program itself keeps (blobs, parts of uploads, the keyring, ledger replicas), and
//! nothing else: the one layer at which a crash harness makes the disk fail, tear, forget, stall and fill up.
//!
//! What must hold: `storage` and `domain` touch no file but through a [`Disk`] (`tests/src/tidy.rs`), except that the
//! database's engine keeps its own. The program has the real disk; another is made by tests. All of it blocks: callers
//! run it where they may.

mod real;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

/// A disk. Clones share it.
#[derive(Debug, Clone)]
pub struct Disk(Arc<dyn Files>);

impl Default for Disk {
    fn default() -> Disk {
        Disk(Arc::new(real::Real))
    }
}

/// A name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// Its length.
    pub len: u64,
    /// When it was last written, by the file system's clock.
    pub modified: SystemTime,
}

/// The room of a disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// What can still be written.
    pub free: u64,
    /// What there is in all.
    pub total: u64,
}

/// What a disk can do. Implemented by the real one here, by a simulated one in tests.
pub trait Files: std::fmt::Debug + Send + Sync {
    /// Makes a folder for its owner only in one that must be there; it may exist already.
    fn create_dir_in(&self, parent: &Path, name: &str) -> io::Result<()>;
    /// Makes a new file for its owner only, locked against [`Files::remove_abandoned`] until it is closed.
    fn create(&self, path: &Path) -> io::Result<Box<dyn Writing>>;
    /// Makes a file for its owner only; what was in it is gone.
    fn replace(&self, path: &Path) -> io::Result<Box<dyn Writing>>;
    /// Gives a file its name, over what has it. Both paths are in one file system.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Puts the folder's names on the disk.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// Whether something has this name; an error if that cannot be known.
    fn exists(&self, path: &Path) -> io::Result<bool>;
    /// Opens for reading; with the length.
    fn open(&self, path: &Path) -> io::Result<(Arc<dyn Reading>, u64)>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty folder.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;
    /// Removes a file whose writer is gone; whether it did.
    fn remove_abandoned(&self, path: &Path) -> io::Result<bool>;
    /// The plain files of a folder. One that goes away meanwhile is left out.
    fn list(&self, path: &Path) -> io::Result<Vec<Found>>;
    /// Every name in a folder, of whatever kind.
    fn names(&self, path: &Path) -> io::Result<Vec<String>>;
    /// How much room there is where this folder lies.
    fn room(&self, path: &Path) -> io::Result<Room>;
    /// A step of the database, at which a harness may stop the world. The real disk lets everything pass.
    fn step(&self, step: Step) -> io::Result<()>;
}

/// Where a transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is about to begin.
    Begin,
    /// Everything was said; the commit is about to be asked for.
    Commit,
    /// The commit was answered; an error here is an answer that was lost.
    Committed,
}

/// A file open for writing.
pub trait Writing: std::fmt::Debug + Send + Sync {
    /// Appends all of it.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Puts the file's bytes on the disk. After an error they count as lost, whatever a later call says.
    fn sync(&self) -> io::Result<()>;
}

/// A file open for reading. It stays readable when it is removed.
pub trait Reading: std::fmt::Debug + Send + Sync {
    /// Fills the buffer from this place, or `UnexpectedEof`.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
}

impl Disk {
    /// A disk that is made of something else, for tests.
    pub fn made_of(files: Arc<dyn Files>) -> Disk {
        Disk(files)
    }

    /// All of a file.
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let (file, len) = self.open(path)?;
        let mut bytes = vec![0; usize::try_from(len).map_err(io::Error::other)?];
        file.read_at(&mut bytes, 0)?;
        Ok(bytes)
    }

    /// Fills the buffer with a file that must be exactly as long.
    pub fn read_exactly(&self, path: &Path, buffer: &mut [u8]) -> io::Result<()> {
        let (file, len) = self.open(path)?;
        if len != buffer.len() as u64 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it has a wrong length"));
        }
        file.read_at(buffer, 0)
    }

    /// Makes a folder for its owner only, with those above it, so that it is there even if the power fails now.
    pub fn make_folder(&self, path: &Path) -> io::Result<()> {
        let (Some(above), Some(name)) = (path.parent(), path.file_name()) else { return Ok(()) };
        if self.exists(path)? {
            return Ok(());
        }
        let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        self.make_folder(above)?;
        self.create_dir_in(above, &name.to_string_lossy())?;
        self.sync_dir(above)
    }

    /// As [`Disk::write_durably`] into a folder that is made where there is none, and reads it back.
    pub fn write_and_read_back(&self, folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.make_folder(folder)?;
        self.write_durably(folder, name, bytes)?;
        if self.read(&folder.join(name))? == bytes {
            return Ok(());
        }
        Err(io::Error::other("it does not read back as written"))
    }

    /// Writes a file so that it is there, whole, even if the power fails now; over what has its name.
    pub fn write_durably(&self, folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
        let temporary = folder.join(format!("{name}.new"));
        let mut file = self.replace(&temporary)?;
        file.write(bytes)?;
        file.sync()?;
        drop(file);
        self.rename(&temporary, &folder.join(name))?;
        self.sync_dir(folder)
    }
}

impl std::ops::Deref for Disk {
    type Target = dyn Files;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}
