//! Where the keyring lies: two files in each replica folder, apart from database and blobs.
//!
//! `keyring` is the sealed keyring with its unseal methods; `keyring.key` is the random keyring key
//! without which it does not open. Every write goes to every replica and is read back; a replica that
//! cannot be written is an error, never a silence.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use strongroom_seal::keyring::Keyring;
use strongroom_seal::unseal::{RootKey, SealedKeyring};
use strongroom_seal::{Key, OsEntropy};

use super::clock::Micros;
use super::error::{Error, Result};

/// The replicas of one keyring.
pub struct KeyringStore {
    folders: Vec<PathBuf>,
    read_back: Mutex<Vec<Option<Micros>>>,
    clock: std::sync::Arc<dyn super::clock::Clock>,
}

fn unreachable(folder: &Path, cause: impl std::fmt::Display) -> Error {
    Error::Unavailable(format!("the keyring replica in {} cannot be used: {cause}", folder.display()))
}

fn write_durably(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = folder.join(format!("{name}.new"));
    let mut file = fs::File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, folder.join(name))?;
    fs::File::open(folder)?.sync_all()
}

impl KeyringStore {
    /// The replicas in these folders.
    #[must_use]
    pub fn new(folders: Vec<PathBuf>, clock: std::sync::Arc<dyn super::clock::Clock>) -> Self {
        let read_back = Mutex::new(vec![None; folders.len()]);
        Self { folders, read_back, clock }
    }

    /// True where a keyring lies in any replica.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.folders.iter().any(|f| f.join("keyring").exists())
    }

    /// Each replica and when it was last read back.
    #[must_use]
    pub fn replicas(&self) -> Vec<(PathBuf, Option<Micros>)> {
        let read: Vec<Option<Micros>> = self.read_back.lock().map(|r| r.clone()).unwrap_or_default();
        self.folders.iter().cloned().zip(read.into_iter().chain(std::iter::repeat(None))).collect()
    }

    /// The sealed keyring and the keyring key of the first replica that can be read.
    ///
    /// # Errors
    /// No replica can be read.
    pub fn load(&self) -> Result<(SealedKeyring, Key)> {
        let mut last = Error::Unavailable(String::from("no keyring replica is configured"));
        for folder in &self.folders {
            match Self::read(folder) {
                Ok(found) => return Ok(found),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn read(folder: &Path) -> Result<(SealedKeyring, Key)> {
        let body = fs::read(folder.join("keyring")).map_err(|e| unreachable(folder, e))?;
        let key = fs::read(folder.join("keyring.key")).map_err(|e| unreachable(folder, e))?;
        let key: [u8; 32] =
            key.try_into().map_err(|_| unreachable(folder, "keyring.key has a wrong length"))?;
        let sealed = SealedKeyring::from_bytes(&body).map_err(|e| unreachable(folder, e))?;
        Ok((sealed, Key::from_bytes(key)))
    }

    /// Writes a new sealed keyring into every replica: at `init`.
    ///
    /// # Errors
    /// A replica cannot be written or does not read back.
    pub fn create(&self, sealed: &SealedKeyring, keyring_key: &Key) -> Result<()> {
        self.write(&sealed.to_bytes(), keyring_key)
    }

    /// Writes the keyring's present state into every replica, under the same root key.
    ///
    /// # Errors
    /// A replica cannot be written or does not read back.
    pub fn save(&self, root: &RootKey, keyring: &Keyring, keyring_key: &Key) -> Result<()> {
        let (sealed, _) = self.load()?;
        let sealed = sealed
            .reseal(root, keyring, keyring_key, &OsEntropy)
            .map_err(|e| Error::Internal(e.to_string()))?;
        self.write(&sealed.to_bytes(), keyring_key)
    }

    fn write(&self, body: &[u8], keyring_key: &Key) -> Result<()> {
        for (place, folder) in self.folders.iter().enumerate() {
            fs::create_dir_all(folder).map_err(|e| unreachable(folder, e))?;
            write_durably(folder, "keyring.key", keyring_key.expose()).map_err(|e| unreachable(folder, e))?;
            write_durably(folder, "keyring", body).map_err(|e| unreachable(folder, e))?;
            let read = fs::read(folder.join("keyring")).map_err(|e| unreachable(folder, e))?;
            if read != body {
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
