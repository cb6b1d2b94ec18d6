//! The simulated disk as the program uses it: each operation is a step.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use strongroom_storage::disk::{Files, Found, Reading, Room, Step, Writing};

use super::{Change, Ino, Inode, Node, SimDisk, missing, off};

/// A disk that can be handed to the program: it must be shared to make files that are open.
#[derive(Clone, Debug)]
pub struct Shared(pub Arc<SimDisk>);

#[derive(Debug)]
struct Open {
    disk: Arc<SimDisk>,
    ino: Ino,
    path: PathBuf,
}

impl Open {
    fn with<T>(&self, f: impl FnOnce(&mut Inode) -> T) -> io::Result<T> {
        self.disk.state().files.get_mut(&self.ino).map(f).ok_or_else(missing)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.with(|file| file.writers = file.writers.saturating_sub(1)).ok();
    }
}

impl Writing for Open {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let passed = self.disk.pass("write", &self.path, true);
        if passed.is_err() && !self.disk.is_off() {
            // a write that fails may have written some of it
            self.with(|file| file.bytes.extend_from_slice(&bytes[..bytes.len() / 2]))?;
        }
        passed?;
        self.with(|file| file.bytes.extend_from_slice(bytes))
    }

    fn sync(&self) -> io::Result<()> {
        if let Err(error) = self.disk.pass("sync", &self.path, false) {
            self.with(|file| file.lost = true)?;
            return Err(error);
        }
        let lies = self.disk.state().lies;
        self.with(|file| {
            if !file.lost && !lies {
                file.kept.clone_from(&file.bytes);
            }
        })
    }
}

#[derive(Debug)]
struct Reader(Arc<SimDisk>, Ino, PathBuf);

impl Reading for Reader {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.pass("read", &self.2, false)?;
        let state = self.0.state();
        let file = state.files.get(&self.1).ok_or_else(missing)?;
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let bytes = start.checked_add(buffer.len()).and_then(|end| file.bytes.get(start..end));
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

impl Files for Shared {
    fn create_dir_in(&self, parent: &Path, name: &str) -> io::Result<()> {
        self.0.pass("make folder", &parent.join(name), true)?;
        self.0.folder(parent)?;
        let path = parent.join(name);
        if self.0.node(&path).is_err() {
            self.0.change(Change::Put(path, Node::Folder));
        }
        Ok(())
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Writing>> {
        self.0.pass("create", path, true)?;
        if self.0.node(path).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.0.begin(path)
    }

    fn replace(&self, path: &Path) -> io::Result<Box<dyn Writing>> {
        self.0.pass("create", path, true)?;
        self.0.begin(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.pass("name", to, false)?;
        self.0.folder(to.parent().ok_or_else(missing)?)?;
        let node = self.0.node(from)?;
        if from.parent() == to.parent() {
            self.0.change(Change::Move(from.to_owned(), to.to_owned(), node));
        } else {
            self.0.change(Change::Put(to.to_owned(), node));
            self.0.change(Change::Take(from.to_owned()));
        }
        Ok(())
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.0.pass("sync names", path, false)?;
        self.0.folder(path)?;
        let mut guard = self.0.state();
        let state = &mut *guard;
        for change in std::mem::take(&mut state.loose) {
            if change.folder() == path {
                change.apply(&mut state.kept);
            } else {
                state.loose.push(change);
            }
        }
        Ok(())
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        if self.0.is_off() {
            return Err(off());
        }
        Ok(path.parent().is_none() || self.0.node(path).is_ok())
    }

    fn open(&self, path: &Path) -> io::Result<(Arc<dyn Reading>, u64)> {
        self.0.pass("open", path, false)?;
        let ino = self.0.ino(path)?;
        let len = self.0.state().files.get(&ino).map_or(0, |file| file.bytes.len());
        Ok((Arc::new(Reader(self.0.clone(), ino, path.to_owned())), len as u64))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.pass("remove", path, false)?;
        self.0.ino(path)?;
        self.0.change(Change::Take(path.to_owned()));
        Ok(())
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.0.pass("remove folder", path, false)?;
        self.0.folder(path)?;
        if !self.names(path)?.is_empty() {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
        self.0.change(Change::Take(path.to_owned()));
        Ok(())
    }

    fn remove_abandoned(&self, path: &Path) -> io::Result<bool> {
        let Ok(ino) = self.0.ino(path) else { return Ok(false) };
        let written = self.0.state().files.get(&ino).is_some_and(|file| file.writers > 0);
        if written {
            return Ok(false);
        }
        self.remove(path).map(|()| true)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Found>> {
        let names = self.names(path)?;
        let state = self.0.state();
        let found = names.into_iter().filter_map(|name| match state.seen.get(&path.join(&name)) {
            Some(Node::File(ino)) => {
                let len = state.files.get(ino).map_or(0, |file| file.bytes.len()) as u64;
                Some(Found { name, len, modified: state.modified })
            }
            _ => None,
        });
        Ok(found.collect())
    }

    fn names(&self, path: &Path) -> io::Result<Vec<String>> {
        self.0.pass("list", path, false)?;
        self.0.folder(path)?;
        let state = self.0.state();
        let here = state.seen.keys().filter(|name| name.parent() == Some(path));
        Ok(here.filter_map(|name| Some(name.file_name()?.to_str()?.to_owned())).collect())
    }

    fn room(&self, _: &Path) -> io::Result<Room> {
        Ok(Room { free: 1 << 40, total: 1 << 41 })
    }

    fn step(&self, step: Step) -> io::Result<()> {
        let what = match step {
            Step::Begin => "begin",
            Step::Commit => "commit",
            Step::Committed => "answer to commit",
        };
        if step == Step::Committed && !self.0.is_off() {
            self.0.tell(|witness| witness.committed());
        }
        self.0.pass(what, Path::new("database"), step == Step::Commit)
    }
}

impl SimDisk {
    fn begin(self: &Arc<Self>, path: &Path) -> io::Result<Box<dyn Writing>> {
        self.folder(path.parent().ok_or_else(missing)?)?;
        let ino = {
            let mut state = self.state();
            let ino = state.next;
            state.next += 1;
            state.files.insert(ino, Inode { writers: 1, ..Inode::default() });
            ino
        };
        self.change(Change::Put(path.to_owned(), Node::File(ino)));
        Ok(Box::new(Open { disk: self.clone(), ino, path: path.to_owned() }))
    }
}
