//! Where the keyring lies: two files in each replica folder, apart from database and blobs.
//!
//! `keyring` is the sealed keyring with its unseal methods; `keyring.key` is the random keyring key
//! without which it does not open. Every write goes to every replica and is read back; a replica that
//! cannot be written is an error, never a silence.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use strongroom_seal::keyring::Keyring;
use strongroom_seal::unseal::{RootKey, SealedKeyring};
use strongroom_seal::{Key, OsEntropy};

use zeroize::Zeroizing;

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

/// A folder that nobody else on the machine looks into.
pub(super) fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A short file whose bytes are wiped when dropped; room for all of it at once, or growing would leave some behind.
fn read_secret(path: &Path) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(64));
    fs::File::open(path)?.take(48).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a file so that it is there, whole, even if the power fails now.
pub(super) fn write_durably(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = folder.join(format!("{name}.new"));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
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

    /// The sealed keyring and the keyring key of the newest replica that can be read.
    ///
    /// # Errors
    /// No replica can be read.
    pub fn load(&self) -> Result<(SealedKeyring, Key)> {
        let mut last = Error::Unavailable(String::from("no keyring replica is configured"));
        let mut newest: Option<(SealedKeyring, Key)> = None;
        for folder in &self.folders {
            match Self::read(folder) {
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

    fn read(folder: &Path) -> Result<(SealedKeyring, Key)> {
        let body = fs::read(folder.join("keyring")).map_err(|e| unreachable(folder, e))?;
        let key = read_secret(&folder.join("keyring.key")).map_err(|e| unreachable(folder, e))?;
        let key = Key::read(&key).ok_or_else(|| unreachable(folder, "keyring.key has a wrong length"))?;
        let sealed = SealedKeyring::from_bytes(&body).map_err(|e| unreachable(folder, e))?;
        Ok((sealed, key))
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

    fn write(&self, body: &[u8], keyring_key: &Key) -> Result<()> {
        for (place, folder) in self.folders.iter().enumerate() {
            make_private(folder).map_err(|e| unreachable(folder, e))?;
            write_durably(folder, "keyring.key", keyring_key.expose()).map_err(|e| unreachable(folder, e))?;
            write_durably(folder, "keyring", body).map_err(|e| unreachable(folder, e))?;
            let read = fs::read(folder.join("keyring")).map_err(|e| unreachable(folder, e))?;
            let key = read_secret(&folder.join("keyring.key")).map_err(|e| unreachable(folder, e))?;
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
