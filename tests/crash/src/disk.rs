//! A disk in memory that keeps what was synced and may lose all the rest.
//!
//! It knows two states: what the running program sees, and what is on the platter. A file's bytes reach the platter by
//! `sync`, a name by `sync_dir` of its folder. When the power fails, each change that was not synced may have reached
//! the platter or not: names of one folder in their order, bytes in sectors of 512. A failed `sync` has lost the bytes
//! for good, whatever a later one says, as on Linux. A killed program loses nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::chance::Chance;

mod files;

pub use files::Shared;

/// What is to go wrong, at one of the disk's steps; each operation and each step of a transaction counts as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing.
    None,
    /// The world stops at this step.
    Stop(u64),
    /// The operation of this step fails once with an I/O error.
    Fail(u64),
    /// Each operation from this step on that takes room finds none.
    Full(u64),
}

type Ino = u64;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Folder,
    File(Ino),
}

type Tree = BTreeMap<PathBuf, Node>;

/// A change of one folder's names.
#[derive(Clone, Debug)]
enum Change {
    Put(PathBuf, Node),
    Take(PathBuf),
    Move(PathBuf, PathBuf, Node),
}

impl Change {
    fn folder(&self) -> &Path {
        let (Self::Put(path, _) | Self::Take(path) | Self::Move(_, path, _)) = self;
        path.parent().unwrap_or(path)
    }

    fn apply(self, tree: &mut Tree) {
        match self {
            Self::Put(path, node) => drop(tree.insert(path, node)),
            Self::Take(path) => drop(tree.remove(&path)),
            Self::Move(from, to, node) => {
                tree.remove(&from);
                tree.insert(to, node);
            }
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Inode {
    bytes: Vec<u8>,
    kept: Vec<u8>,
    /// A sync failed: what was not on the platter by then never comes there.
    lost: bool,
    writers: u32,
}

#[derive(Clone, Debug)]
struct State {
    files: BTreeMap<Ino, Inode>,
    seen: Tree,
    kept: Tree,
    loose: Vec<Change>,
    next: Ino,
    steps: u64,
    trouble: Trouble,
    /// What happened at the step of the trouble.
    struck: Option<String>,
    off: bool,
    /// It says of everything that it was synced, and keeps nothing of it.
    lies: bool,
    modified: SystemTime,
}

/// Told when the world stops, and at each commit that was answered.
pub trait Witness: Send + Sync {
    /// A transaction is durable.
    fn committed(&self);
    /// Nothing happens after this.
    fn stopped(&self);
}

/// See the module.
pub struct SimDisk {
    state: Mutex<State>,
    witness: Mutex<Option<Arc<dyn Witness>>>,
}

impl std::fmt::Debug for SimDisk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SimDisk").finish_non_exhaustive()
    }
}

/// The world has stopped.
fn off() -> io::Error {
    io::Error::other("the machine is off")
}

fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

impl SimDisk {
    /// An empty disk, on which nothing goes wrong. Files are as old as it says, in microseconds since 1970.
    #[must_use]
    pub fn new(now: i64) -> Arc<Self> {
        let modified = UNIX_EPOCH + Duration::from_micros(now.unsigned_abs());
        Self::with(State {
            files: BTreeMap::new(),
            seen: Tree::new(),
            kept: Tree::new(),
            loose: Vec::new(),
            next: 1,
            steps: 0,
            trouble: Trouble::None,
            struck: None,
            off: false,
            lies: false,
            modified,
        })
    }

    fn with(state: State) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(state), witness: Mutex::new(None) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is told from now on.
    pub fn watched_by(&self, witness: Arc<dyn Witness>) {
        *self.witness.lock().unwrap_or_else(PoisonError::into_inner) = Some(witness);
    }

    /// The same disk for another run, in which this goes wrong. Steps are counted anew.
    #[must_use]
    pub fn again(&self, trouble: Trouble) -> Arc<Self> {
        let mut state = self.state().clone();
        (state.steps, state.trouble, state.struck, state.off) = (0, trouble, None, false);
        state.files.values_mut().for_each(|file| file.writers = 0);
        Self::with(state)
    }

    /// What lies on the platter after a power failure: all that was synced, and some of the rest.
    #[must_use]
    pub fn after_power_failure(&self, chance: &Chance) -> Arc<Self> {
        let mut state = self.state().clone();
        let mut reached: BTreeMap<PathBuf, usize> = BTreeMap::new();
        for change in &state.loose {
            *reached.entry(change.folder().to_owned()).or_default() += 1;
        }
        reached.values_mut().for_each(|loose| *loose = chance.below(*loose + 1));
        for change in std::mem::take(&mut state.loose) {
            let left = reached.entry(change.folder().to_owned()).or_default();
            if *left > 0 {
                *left -= 1;
                change.apply(&mut state.kept);
            }
        }
        // what lies in a folder whose own name was lost is lost
        let folders: BTreeSet<PathBuf> = state.kept.keys().cloned().collect();
        let rooted =
            |path: &Path| path.ancestors().skip(1).all(|a| a.parent().is_none() || folders.contains(a));
        state.kept.retain(|path, _| rooted(path));
        state.seen = state.kept.clone();
        for file in state.files.values_mut() {
            file.bytes = torn(file, chance);
            file.kept = file.bytes.clone();
            file.lost = false;
        }
        let disk = Self::with(state);
        disk.again(Trouble::None)
    }

    /// From now on it lies about what was synced.
    pub fn lie(&self) {
        self.state().lies = true;
    }

    /// Steps so far.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.state().steps
    }

    /// Whether the world has stopped.
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.state().off
    }

    /// What went wrong, and where.
    #[must_use]
    pub fn struck(&self) -> Option<String> {
        self.state().struck.clone()
    }

    /// From now on nothing goes wrong any more; a full disk has room again.
    pub fn mend(&self) {
        self.state().trouble = Trouble::None;
    }

    /// Stops the world now.
    pub fn stop(&self) {
        let stops = {
            let mut state = self.state();
            !std::mem::replace(&mut state.off, true)
        };
        if stops {
            self.tell(|witness| witness.stopped());
        }
    }

    fn tell(&self, what: impl Fn(&dyn Witness)) {
        let witness = self.witness.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(witness) = witness {
            what(&*witness);
        }
    }

    /// Counts a step, and lets happen there what is to happen.
    fn pass(&self, what: &str, path: &Path, takes_room: bool) -> io::Result<()> {
        let stops = {
            let mut state = self.state();
            if state.off {
                return Err(off());
            }
            state.steps += 1;
            let here = || format!("{what} {}", path.display());
            match state.trouble {
                Trouble::Stop(at) if state.steps == at => {
                    state.struck = Some(here());
                    state.off = true;
                    true
                }
                Trouble::Fail(at) if state.steps == at => {
                    state.struck = Some(here());
                    return Err(io::Error::from_raw_os_error(EIO));
                }
                Trouble::Full(from) if state.steps >= from && takes_room => {
                    state.struck.get_or_insert_with(here);
                    return Err(io::ErrorKind::StorageFull.into());
                }
                _ => false,
            }
        };
        if stops {
            self.tell(|witness| witness.stopped());
            return Err(off());
        }
        Ok(())
    }

    fn change(&self, change: Change) {
        let mut state = self.state();
        change.clone().apply(&mut state.seen);
        state.loose.push(change);
    }

    fn node(&self, path: &Path) -> io::Result<Node> {
        self.state().seen.get(path).cloned().ok_or_else(missing)
    }

    fn ino(&self, path: &Path) -> io::Result<Ino> {
        match self.node(path)? {
            Node::File(ino) => Ok(ino),
            Node::Folder => Err(io::ErrorKind::IsADirectory.into()),
        }
    }

    fn folder(&self, path: &Path) -> io::Result<()> {
        match self.node(path) {
            Ok(Node::Folder) => Ok(()),
            Ok(Node::File(_)) => Err(io::ErrorKind::NotADirectory.into()),
            Err(_) if path.parent().is_none() || path.as_os_str().is_empty() => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Linux's number of an input or output error.
const EIO: i32 = 5;

/// A file's bytes after a power failure: what was synced, and of the rest some sectors.
fn torn(file: &Inode, chance: &Chance) -> Vec<u8> {
    let mut bytes = file.kept.clone();
    if file.lost || file.bytes.len() <= bytes.len() {
        return bytes;
    }
    let rest = &file.bytes[bytes.len()..];
    let reached = match chance.below(3) {
        0 => 0,
        1 => rest.len(),
        _ => chance.below(rest.len() + 1),
    };
    for sector in rest[..reached].chunks(512) {
        let zero = chance.one_in(4);
        bytes.extend(sector.iter().map(|byte| if zero { 0 } else { *byte }));
    }
    bytes
}
