//! The keys, behind permits.
//!
//! What must hold: a key that opens a client's affairs leaves here for a [`Permit`] that covers the
//! thing, and for nothing else. Sealing drops every key at once; whatever streams meanwhile sees the
//! vault's [`SealWatch`] and stops before its next chunk. Nothing here is logged or printed.

use std::ops::Range;
use std::sync::{Mutex, RwLock};

use strongroom_seal::keyring::Keyring;
use strongroom_seal::mac::Macs;
use strongroom_seal::tree::Leaf;
use strongroom_seal::unseal::RootKey;
use strongroom_seal::{Clear, Entropy, Key, chunked, context};
use tokio::sync::watch;

use super::error::{Error, Result};
use super::id::AnyId;
use super::keyring_file::KeyringStore;
use super::permit::Permit;

mod numbers;

/// Where in the keyring a key lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyOf {
    /// The system key: opens no client's affairs.
    System,
    /// A client's (or a wall's) branch.
    Client(u32),
    /// A matter's own key: the first leaf of its branch.
    Matter(u32),
    /// A record's, below its matter.
    Record {
        /// The matter's number.
        matter: u32,
        /// The record's number.
        record: u32,
    },
}

/// What numbers are for. Numbers are never used twice: the keyring reserves them in blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbered {
    /// Clients and walls.
    Client,
    /// Matters.
    Matter,
    /// Records and uploads.
    Record,
}

/// Keys under the system key.
pub struct SystemKeys {
    /// MACs of bound rows.
    pub rows: Macs,
    /// Sealed columns of people, sessions, tokens.
    pub columns: Key,
    /// Blind indexes for sign-in.
    pub blind: Macs,
}

struct Open {
    keyring: Keyring,
    root: RootKey,
    keyring_key: Key,
    system: SystemKeys,
    /// Numbers of each kind that this node has reserved and not given out.
    spare: [Vec<Range<u64>>; 3],
}

/// See the module.
pub struct Vault {
    firm: [u8; 16],
    open: RwLock<Option<Open>>,
    saving: Mutex<()>,
    watch: watch::Sender<u64>,
    store: KeyringStore,
}

/// Tells a stream that the vault was sealed since it began.
#[derive(Clone)]
pub struct SealWatch(watch::Receiver<u64>, u64);

impl SealWatch {
    /// True while the vault has not been sealed since.
    #[must_use]
    pub fn holds(&self) -> bool {
        *self.0.borrow() == self.1
    }
}

/// A sealed column: where the value lies is part of what opens it.
#[derive(Clone, Copy)]
pub struct Column<'a> {
    /// The table.
    pub table: &'static str,
    /// The row's key.
    pub row: &'a str,
    /// The column.
    pub column: &'static str,
    /// The row's version.
    pub version: i64,
}

impl Vault {
    /// A sealed vault of the firm, whose keyring lies in `store`.
    #[must_use]
    pub fn new(firm: [u8; 16], store: KeyringStore) -> Self {
        Self { firm, open: RwLock::new(None), saving: Mutex::new(()), watch: watch::Sender::new(0), store }
    }

    /// The firm.
    #[must_use]
    pub const fn firm(&self) -> [u8; 16] {
        self.firm
    }

    /// Where the keyring lies.
    #[must_use]
    pub const fn store(&self) -> &KeyringStore {
        &self.store
    }

    /// Takes the keys in, of the newest state of the keyring that lies in any replica. It must be this firm's.
    ///
    /// # Errors
    /// It is another firm's keyring.
    pub fn unseal(&self, keyring: Keyring, root: RootKey, keyring_key: Key) -> Result<()> {
        let given = (keyring, keyring_key);
        let (keyring, keyring_key) = match self.store.newest(&root) {
            Ok(newest) if newest.keyring.age() > given.0.age() => (newest.keyring, newest.keyring_key),
            _ => given,
        };
        if keyring.firm() != self.firm {
            return Err(Error::conflict("keyring.other_firm", "This keyring belongs to another firm."));
        }
        let system = SystemKeys {
            rows: Macs::new(&keyring.system("bound rows")),
            columns: keyring.system("columns"),
            blind: Macs::new(&keyring.system("blind indexes")),
        };
        let mut open = self.open.write().map_err(|_| Error::Sealed)?;
        *open = Some(Open { keyring, root, keyring_key, system, spare: Default::default() });
        Ok(())
    }

    /// Drops every key. Streams stop before their next chunk.
    pub fn seal(&self) {
        let mut open = self.open.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        *open = None;
        self.watch.send_modify(|epoch| *epoch += 1);
    }

    /// True while no key is here.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.open.read().map_or(true, |open| open.is_none())
    }

    /// A watch for a stream that begins now.
    #[must_use]
    pub fn watch(&self) -> SealWatch {
        let receiver = self.watch.subscribe();
        let now = *receiver.borrow();
        SealWatch(receiver, now)
    }

    fn with<T>(&self, f: impl FnOnce(&Open) -> Result<T>) -> Result<T> {
        let open = self.open.read().map_err(|_| Error::Sealed)?;
        f(open.as_ref().ok_or(Error::Sealed)?)
    }

    /// Uses the keys under the system key: they open no client's affairs.
    ///
    /// # Errors
    /// Sealed.
    pub fn with_system<T>(&self, f: impl FnOnce(&SystemKeys) -> T) -> Result<T> {
        self.with(|open| Ok(f(&open.system)))
    }

    /// Signs with the ledger's key. For the sequencer.
    pub(super) fn ledger_signer(&self) -> Result<strongroom_seal::sign::SigningKey> {
        self.with(|open| Ok(open.keyring.ledger_key()))
    }

    /// The key of a thing, for a permit that covers it.
    ///
    /// # Errors
    /// Sealed, destroyed, or the permit does not cover it (a fault of ours).
    pub fn key(&self, permit: &Permit, thing: &AnyId, of: KeyOf) -> Result<Key> {
        if !permit.covers(thing, of) {
            return Err(Error::Internal(String::from("a permit does not cover what was asked of it")));
        }
        self.any_key(of)
    }

    /// The keys of records of one matter, for a permit that covers each; cheaper than one by one. Records
    /// must come in the order of their numbers.
    ///
    /// # Errors
    /// Sealed, destroyed, or the permit does not cover one of them.
    pub fn record_keys(&self, permit: &Permit, matter: u32, records: &[(AnyId, u32)]) -> Result<Vec<Key>> {
        self.with(|open| {
            let branch = open.keyring.matters().branch(matter).ok_or(Error::NotFound)?;
            let mut leaves = branch.walk();
            records
                .iter()
                .map(|(thing, record)| {
                    if !permit.covers(thing, KeyOf::Record { matter, record: *record }) {
                        return Err(Error::Internal(String::from(
                            "a permit does not cover what was asked of it",
                        )));
                    }
                    leaves.key(*record).ok_or(Error::NotFound)
                })
                .collect()
        })
    }

    /// The key of a thing, to seal a ledger part under it. For the kernel's entry writer only.
    pub(super) fn any_key(&self, of: KeyOf) -> Result<Key> {
        self.with(|open| {
            let gone = || Error::NotFound;
            match of {
                KeyOf::System => Ok(open.system.columns.duplicate()),
                KeyOf::Client(branch) => {
                    open.keyring.clients().key(Leaf { branch, leaf: 0 }).ok_or_else(gone)
                }
                KeyOf::Matter(branch) => {
                    open.keyring.matters().key(Leaf { branch, leaf: 0 }).ok_or_else(gone)
                }
                KeyOf::Record { matter, record } => {
                    open.keyring.matters().key(Leaf { branch: matter, leaf: record }).ok_or_else(gone)
                }
            }
        })
    }

    /// The generation of the keyring that is open.
    pub(super) fn generation(&self) -> Result<u64> {
        self.with(|open| Ok(open.keyring.generation()))
    }

    fn change<T>(&self, f: impl FnOnce(&mut Keyring) -> Result<T>) -> Result<T> {
        let mut guard = self.open.write().map_err(|_| Error::Sealed)?;
        f(&mut guard.as_mut().ok_or(Error::Sealed)?.keyring)
    }

    /// Writes the keyring into every replica. The caller holds `saving`.
    fn save(&self) -> Result<()> {
        let sealed = self.with(|open| self.store.sealed(&open.root, &open.keyring, &open.keyring_key))?;
        self.store.put(&sealed)
    }

    /// Brings the replicas of the keyring to one state, where a start finds several. One that is out of reach keeps
    /// nobody from working: health and `check` say so.
    pub(super) fn even_out(&self) {
        let Ok(_one_at_a_time) = self.saving.lock() else { return };
        if let Err(error) = self.with(|open| self.store.even_out(&open.root)) {
            tracing::error!(cause = %error, "a keyring replica could not be brought up to the others");
        }
    }

    /// Keeps a checkpoint in the keyring.
    pub(super) fn keep_checkpoint(&self, size: u64, root: [u8; 32]) -> Result<()> {
        let _one_at_a_time = self.saving.lock().map_err(|_| Error::Sealed)?;
        let older = || Error::Tampered { table: "ledger_head", id: size.to_string() };
        self.change(|keyring| keyring.note_checkpoint(size, root).map_err(|_| older()))?;
        self.save()
    }

    /// The checkpoint that the keyring remembers.
    pub(crate) fn kept_checkpoint(&self) -> Result<(u64, [u8; 32])> {
        self.with(|open| Ok(open.keyring.checkpoint()))
    }

    /// Seals a column's value.
    #[must_use]
    pub fn seal_column(&self, key: &Key, at: Column<'_>, entropy: &dyn Entropy, plain: &[u8]) -> Vec<u8> {
        chunked::seal(key, &self.column_context(at), entropy, plain)
    }

    /// Opens a column's value.
    ///
    /// # Errors
    /// It was changed, moved here from elsewhere, or cut.
    pub fn open_column(&self, key: &Key, at: Column<'_>, sealed: &[u8]) -> Result<Clear> {
        chunked::open(key, &self.column_context(at), sealed).map_err(|_| {
            tracing::error!(
                table = at.table,
                row = at.row,
                column = at.column,
                "a sealed column does not open: changed, moved or cut"
            );
            AnyId::parse(at.row)
                .map_or_else(|| Error::Tampered { table: at.table, id: at.row.to_owned() }, Error::Damaged)
        })
    }

    /// Opens a column's text.
    ///
    /// # Errors
    /// As [`Vault::open_column`].
    pub fn open_text(&self, key: &Key, at: Column<'_>, sealed: &[u8]) -> Result<String> {
        let clear = self.open_column(key, at, sealed)?;
        String::from_utf8(clear.as_slice().to_vec())
            .map_err(|_| Error::Internal(format!("column {} holds no text", at.column)))
    }

    /// Seals a column under the system key.
    ///
    /// # Errors
    /// Sealed.
    pub fn seal_system(&self, at: Column<'_>, entropy: &dyn Entropy, plain: &[u8]) -> Result<Vec<u8>> {
        self.with_system(|keys| self.seal_column(&keys.columns, at, entropy, plain))
    }

    /// Opens a column that is sealed under the system key.
    ///
    /// # Errors
    /// Sealed, or as [`Vault::open_column`].
    pub fn open_system(&self, at: Column<'_>, sealed: &[u8]) -> Result<Clear> {
        self.with_system(|keys| self.open_column(&keys.columns, at, sealed))?
    }

    /// Opens text that is sealed under the system key.
    ///
    /// # Errors
    /// As [`Vault::open_system`].
    pub fn open_system_text(&self, at: Column<'_>, sealed: &[u8]) -> Result<String> {
        self.with_system(|keys| self.open_text(&keys.columns, at, sealed))?
    }

    /// The context of a content version: firm, record, version.
    #[must_use]
    pub fn content_context(&self, record: &str, version: i64) -> Vec<u8> {
        context(&[&self.firm, b"content", record.as_bytes(), &version.to_be_bytes()])
    }

    /// The context of one part of an upload: firm, upload, where the part starts.
    #[must_use]
    pub fn part_context(&self, upload: &str, start: i64) -> Vec<u8> {
        context(&[&self.firm, b"upload", upload.as_bytes(), &start.to_be_bytes()])
    }

    fn column_context(&self, at: Column<'_>) -> Vec<u8> {
        context(&[
            &self.firm,
            at.table.as_bytes(),
            at.row.as_bytes(),
            at.column.as_bytes(),
            &at.version.to_be_bytes(),
        ])
    }
}
