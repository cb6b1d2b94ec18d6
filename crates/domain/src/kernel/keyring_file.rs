//! Where the keyring lies: two files in each replica folder, apart from database and blobs.
//!
//! `keyring` is the sealed keyring with its unseal methods; `keyring.key` is the random keyring key
//! without which it does not open. Every write goes to every replica and is read back; a replica that
//! cannot be written is an error, never a silence.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};

use strongroom_seal::keyring::Keyring;
use strongroom_seal::unseal::{RootKey, SealedKeyring};
use strongroom_seal::{Key, OsEntropy};
use strongroom_storage::disk::Disk;
use zeroize::Zeroizing;

use super::clock::Micros;
use super::error::{Error, Result};

/// The replicas of one keyring.
pub struct KeyringStore {
    disk: Disk,
    folders: Vec<PathBuf>,
    read_back: Mutex<Vec<Option<Micros>>>,
    /// Held while replicas are written, so that nobody who compares them reads one before and one after.
    writing: RwLock<()>,
    clock: std::sync::Arc<dyn super::clock::Clock>,
}

/// A keyring as it lies in a replica.
pub(super) struct Newest {
    body: Vec<u8>,
    pub(super) keyring: Keyring,
    pub(super) keyring_key: Key,
}

fn unreachable(folder: &Path, cause: impl std::fmt::Display) -> Error {
    Error::Unavailable(format!("the keyring replica in {} cannot be used: {cause}", folder.display()))
}

impl KeyringStore {
    /// The replicas in these folders.
    #[must_use]
    pub fn new(disk: Disk, folders: Vec<PathBuf>, clock: std::sync::Arc<dyn super::clock::Clock>) -> Self {
        let read_back = Mutex::new(vec![None; folders.len()]);
        Self { disk, folders, read_back, writing: RwLock::default(), clock }
    }

    /// True where a keyring lies in any replica.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.folders.iter().any(|f| !matches!(self.disk.exists(&f.join("keyring")), Ok(false)))
    }

    /// The disk that they lie on.
    pub(crate) const fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Each replica and when it was last read back.
    #[must_use]
    pub fn replicas(&self) -> Vec<(PathBuf, Option<Micros>)> {
        let read: Vec<Option<Micros>> = self.read_back.lock().map(|r| r.clone()).unwrap_or_default();
        self.folders.iter().cloned().zip(read.into_iter().chain(std::iter::repeat(None))).collect()
    }

    /// Until it is dropped, this process writes no replica: for whoever holds them against one another.
    pub(crate) fn unchanging(&self) -> RwLockReadGuard<'_, ()> {
        self.writing.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many replicas read back with the newest state.
    #[must_use]
    pub fn readable(&self) -> usize {
        let _unchanging = self.unchanging();
        let Ok((newest, _)) = self.load() else { return 0 };
        let newest = newest.to_bytes();
        let newest = |folder: &&PathBuf| self.read(folder).is_ok_and(|(found, _)| found.to_bytes() == newest);
        self.folders.iter().filter(newest).count()
    }

    /// The sealed keyring and the keyring key of the newest replica that can be read.
    ///
    /// # Errors
    /// No replica can be read.
    pub fn load(&self) -> Result<(SealedKeyring, Key)> {
        let mut last = Error::Unavailable(String::from("no keyring replica is configured"));
        let mut newest: Option<(SealedKeyring, Key)> = None;
        for folder in &self.folders {
            match self.read(folder) {
                // an old copy brings the destroyed back: only the newest generation counts
                Ok(found) if newest.as_ref().is_none_or(|(n, _)| n.generation() < found.0.generation()) => {
                    newest = Some(found);
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(cause = %error, "a keyring replica cannot be read");
                    last = error;
                }
            }
        }
        newest.ok_or(last)
    }

    /// The two files of a replica.
    fn read(&self, folder: &Path) -> Result<(SealedKeyring, Key)> {
        let body = self.disk.read(&folder.join("keyring")).map_err(|e| unreachable(folder, e))?;
        let key = self.read_key(folder).map_err(|e| unreachable(folder, e))?;
        let key =
            Key::read(key.as_slice()).ok_or_else(|| unreachable(folder, "keyring.key has a wrong length"))?;
        let sealed = SealedKeyring::from_bytes(&body).map_err(|e| unreachable(folder, e))?;
        Ok((sealed, key))
    }

    /// Wiped when dropped; on the heap, for an array would leave a copy behind wherever it is moved.
    fn read_key(&self, folder: &Path) -> std::io::Result<Zeroizing<Vec<u8>>> {
        let mut key = Zeroizing::new(vec![0; 32]);
        self.disk.read_exactly(&folder.join("keyring.key"), key.as_mut_slice())?;
        Ok(key)
    }

    /// Writes a new sealed keyring into every replica: at `init`.
    ///
    /// # Errors
    /// A replica cannot be written or does not read back.
    pub fn create(&self, sealed: &SealedKeyring, keyring_key: &Key) -> Result<()> {
        self.write(&sealed.to_bytes(), keyring_key)
    }

    /// The keyring's present state, sealed anew under the same root key and methods.
    ///
    /// # Errors
    /// No replica can be read, or this keyring is older than theirs.
    pub fn sealed(&self, root: &RootKey, keyring: &Keyring, keyring_key: &Key) -> Result<Vec<u8>> {
        let (sealed, _) = self.load()?;
        let sealed = sealed.reseal(root, keyring, keyring_key, &OsEntropy);
        Ok(sealed.map_err(|e| Error::Internal(e.to_string()))?.to_bytes())
    }

    /// Writes a sealed keyring into every replica, under the keyring key that lies there.
    ///
    /// # Errors
    /// A replica cannot be written or does not read back.
    pub fn put(&self, sealed: &[u8]) -> Result<()> {
        let (_, keyring_key) = self.load()?;
        self.write(sealed, &keyring_key)
    }

    /// The newest state that lies in any replica, opened with what opened one of them. Whoever wrote last may have been
    /// cut off between two replicas, and an older state gives numbers out twice.
    ///
    /// # Errors
    /// No replica can be read and opened.
    pub(super) fn newest(&self, root: &RootKey) -> Result<Newest> {
        let mut newest: Option<Newest> = None;
        for folder in &self.folders {
            let Ok((sealed, keyring_key)) = self.read(folder) else { continue };
            let opened = match sealed.open_with_root(root.duplicate(), &keyring_key) {
                Ok(opened) => opened.keyring,
                Err(error) => {
                    tracing::error!(cause = %unreachable(folder, error), "a keyring replica does not open");
                    continue;
                }
            };
            if newest.as_ref().is_none_or(|n| n.keyring.age() < opened.age()) {
                newest = Some(Newest { body: sealed.to_bytes(), keyring: opened, keyring_key });
            }
        }
        newest.ok_or_else(|| Error::Unavailable(String::from("no keyring replica opens")))
    }

    /// Brings every replica to the newest state that is found. One that cannot be written is an error after the others
    /// were tried; nothing is worse than before then.
    ///
    /// # Errors
    /// No replica can be read, or one cannot be written.
    pub(super) fn even_out(&self, root: &RootKey) -> Result<()> {
        let _alone = self.writing.write();
        let Newest { body, keyring_key, .. } = self.newest(root)?;
        let mut outcome = Ok(());
        for place in 0..self.folders.len() {
            let agrees = |folder: &PathBuf| {
                let key = self.read_key(folder).is_ok_and(|key| key.as_slice() == keyring_key.expose());
                key && self.disk.read(&folder.join("keyring")).is_ok_and(|found| found == body)
            };
            if !self.folders.get(place).is_some_and(agrees) {
                outcome = self.write_one(place, &body, &keyring_key).and(outcome);
            }
        }
        outcome
    }

    fn write(&self, body: &[u8], keyring_key: &Key) -> Result<()> {
        let _alone = self.writing.write();
        (0..self.folders.len()).try_for_each(|place| self.write_one(place, body, keyring_key))
    }

    fn write_one(&self, place: usize, body: &[u8], keyring_key: &Key) -> Result<()> {
        if let Some(folder) = self.folders.get(place) {
            let lost = |e: std::io::Error| unreachable(folder, e);
            self.disk.make_folder(folder).map_err(lost)?;
            self.disk.write_durably(folder, "keyring.key", keyring_key.expose()).map_err(lost)?;
            self.disk.write_durably(folder, "keyring", body).map_err(lost)?;
            let read = self.disk.read(&folder.join("keyring")).map_err(lost)?;
            let key = self.read_key(folder).map_err(lost)?;
            if read != body || key.as_slice() != keyring_key.expose() {
                return Err(unreachable(folder, "it does not read back as written"));
            }
            if let Ok(mut at) = self.read_back.lock()
                && let Some(at) = at.get_mut(place)
            {
                *at = Some(self.clock.now());
            }
        }
        Ok(())
    }
}
