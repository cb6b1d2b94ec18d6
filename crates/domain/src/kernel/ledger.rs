//! The ledger: entries into rows, reads in groups, numbers and signatures by one sequencer.
//!
//! A change writes its entry in its own transaction. Reads hand theirs to one writer that commits them
//! in groups, and wait. The sequencer gives pending entries their index, extends the tree and signs:
//! each batch is one transaction that succeeds only if term and size are still those it read; it signs
//! after that commit. An entry under a signed checkpoint never changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use strongroom_storage::sql::{Db, Row, Tx};
use strongroom_storage::{params, statements};
use strongroom_tlog::tile::needed_tiles_for_append;
use strongroom_tlog::{Appender, Checkpoint, Hash, Signer, TileMap, TilePath, leaf_hash};
use tokio::sync::{mpsc, oneshot};

use super::entry::EntryRow;
use super::error::{Error, Result};
use super::id::EntryId;
use super::strongroom::Strongroom;

statements! {
    pub ENTRY_INSERT = "INSERT INTO ledger_entry (entry_id, at, idx, actor_kind, actor_id, channel, verb, outcome, client_id, matter_id, \
        record_id, request_id, bytes) VALUES ($1, $2, NULL, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    pub HEAD = "SELECT size, root, term, holder, lease_until, checkpoint, signed_size, signed_at FROM ledger_head WHERE one = 'x'";
    pub HEAD_BEGIN = "INSERT INTO ledger_head (one, size, root, term, holder, lease_until, checkpoint, signed_size, signed_at) \
        VALUES ('x', 0, $1, 0, '', 0, $2, 0, 0)";
    pub HEAD_TAKE = "UPDATE ledger_head SET term = term + 1, holder = $1, lease_until = $2 WHERE one = 'x'";
    pub HEAD_GROW = "UPDATE ledger_head SET size = $1, root = $2, lease_until = $3 WHERE one = 'x' AND size = $4 AND term = $5";
    pub HEAD_SIGNED = "UPDATE ledger_head SET checkpoint = $1, signed_size = $2, signed_at = $3 WHERE one = 'x' AND signed_size < $2";
    pub PENDING = "SELECT entry_id, bytes FROM ledger_entry WHERE idx IS NULL ORDER BY at, entry_id LIMIT 2048";
    pub NUMBERED = "SELECT idx FROM ledger_entry WHERE entry_id = $1";
    pub NUMBER = "UPDATE ledger_entry SET idx = $1 WHERE entry_id = $2 AND idx IS NULL";
    pub TILE_PUT = "INSERT INTO ledger_tile (level, idx, bytes) VALUES ($1, $2, $3) ON CONFLICT (level, idx) DO UPDATE SET bytes = excluded.bytes";
    pub TILE = "SELECT bytes FROM ledger_tile WHERE level = $1 AND idx = $2";
    pub BUNDLE = "SELECT idx, bytes FROM ledger_entry WHERE idx >= $1 AND idx < $2 ORDER BY idx";
    pub COUNT = "SELECT COUNT(*) AS n FROM ledger_entry WHERE idx IS NOT NULL", scan_ok;
}

/// Writes an entry and the sets it names, inside a transaction.
///
/// # Errors
/// Storage.
pub async fn insert(tx: &mut Tx, entry: &EntryRow) -> Result<()> {
    tx.exec_one(
        &ENTRY_INSERT,
        &params![
            entry.id.to_string(),
            entry.at,
            entry.actor_kind.clone(),
            entry.actor_id.clone(),
            entry.channel.clone(),
            entry.verb.word(),
            entry.outcome.word(),
            entry.client.clone(),
            entry.matter.clone(),
            entry.record.clone(),
            entry.request.clone(),
            entry.bytes.clone()
        ],
    )
    .await?;
    for change in &entry.sets {
        let values = params![change.set.clone(), change.version, change.digest, entry.id.to_string()];
        tx.exec_one(&super::sets::SET_LOG, &values).await?;
    }
    Ok(())
}

/// How many entries one batch of the sequencer takes at most: the LIMIT of [`PENDING`].
const BATCH: usize = 2048;

/// The tree as this process left it after its last batch, in its term.
pub(super) struct Left {
    term: i64,
    size: u64,
    root: Hash,
}

/// The entries that this process has written and not yet seen numbered: one that vanishes stops the node.
#[derive(Default)]
pub(super) struct Pending(Mutex<BTreeMap<String, bool>>);

impl Pending {
    fn with<T>(&self, f: impl FnOnce(&mut BTreeMap<String, bool>) -> T) -> Option<T> {
        self.0.lock().ok().map(|mut entries| f(&mut entries))
    }

    /// It is about to be committed: the sequencer may be faster than the answer of the commit.
    pub(super) fn written(&self, entry: EntryId) {
        self.with(|entries| entries.insert(entry.to_string(), false));
    }

    /// The commit was acknowledged.
    pub(super) fn committed(&self, entry: EntryId) {
        self.with(|entries| {
            if let Some(committed) = entries.get_mut(&entry.to_string()) {
                *committed = true;
            }
        });
    }

    /// Nobody knows whether it was committed.
    pub(super) fn forget(&self, entry: EntryId) {
        self.with(|entries| entries.remove(&entry.to_string()));
    }

    fn numbered(&self, ids: &[String]) {
        self.with(|entries| {
            for id in ids {
                entries.remove(id);
            }
        });
    }

    /// Those that must be found by whoever looks now.
    fn expected(&self) -> BTreeSet<String> {
        let committed = |entries: &mut BTreeMap<String, bool>| {
            entries.iter().filter(|(_, committed)| **committed).map(|(id, _)| id.clone()).collect()
        };
        self.with(committed).unwrap_or_default()
    }
}

type Waiting = (EntryRow, oneshot::Sender<Result<()>>);

/// The one writer of entries that belong to no other transaction.
pub struct ReadLog(mpsc::Sender<Waiting>);

/// How many entries one commit takes at most.
const GROUP: usize = 256;

impl ReadLog {
    /// Starts the writer; it ends when the last handle is dropped.
    #[must_use]
    pub fn start(db: Db, committed: Arc<tokio::sync::Notify>) -> Self {
        let (sender, mut receiver) = mpsc::channel::<Waiting>(4 * GROUP);
        tokio::spawn(async move {
            let mut group = Vec::with_capacity(GROUP);
            while receiver.recv_many(&mut group, GROUP).await > 0 {
                let outcome = commit(&db, &group).await;
                for (_, waiting) in group.drain(..) {
                    let answer = match &outcome {
                        Ok(()) => Ok(()),
                        Err(Error::Full) => Err(Error::Full),
                        Err(error) => Err(Error::Unavailable(error.to_string())),
                    };
                    waiting.send(answer).ok();
                }
                committed.notify_one();
            }
        });
        Self(sender)
    }

    /// Waits until the entry is durable. If the ledger cannot be written, nothing opens.
    ///
    /// # Errors
    /// Storage.
    pub async fn append(&self, entry: EntryRow) -> Result<()> {
        let (sender, receiver) = oneshot::channel();
        let gone = || Error::Unavailable(String::from("the ledger's writer has ended"));
        self.0.send((entry, sender)).await.map_err(|_| gone())?;
        receiver.await.map_err(|_| gone())?
    }
}

async fn commit(db: &Db, group: &[Waiting]) -> Result<()> {
    let mut tx = db.begin().await?;
    for (entry, _) in group {
        insert(&mut tx, entry).await?;
    }
    Ok(tx.commit().await?)
}

/// The ledger's key, as `strongroom-tlog` asks for it.
pub struct LedgerSigner(strongroom_seal::sign::SigningKey);

impl Signer for LedgerSigner {
    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }
    fn public(&self) -> [u8; 32] {
        self.0.public()
    }
}

fn bad(what: impl std::fmt::Display) -> Error {
    Error::Internal(format!("ledger: {what}"))
}

/// A size as the tree counts it.
///
/// # Errors
/// Negative: a fault of ours.
pub fn unsigned(n: i64) -> Result<u64> {
    u64::try_from(n).map_err(bad)
}

/// A size as a row keeps it.
///
/// # Errors
/// Larger than a row can keep.
pub fn signed(n: u64) -> Result<i64> {
    i64::try_from(n).map_err(bad)
}

/// The head of the ledger as the database has it.
pub struct Head {
    /// How many entries are numbered.
    pub size: u64,
    /// The tree's root at that size.
    pub root: Hash,
    /// The sequencer's term.
    pub term: i64,
    /// The newest signed checkpoint, a signed note.
    pub checkpoint: String,
    /// The size that it signs.
    pub signed_size: u64,
    /// When it was signed.
    pub signed_at: i64,
}

impl Strongroom {
    /// The head of the ledger.
    ///
    /// # Errors
    /// Storage, or there is none yet.
    pub async fn ledger_head(&self) -> Result<Head> {
        let row = self.db.one(&HEAD, &[]).await?;
        let root: Vec<u8> = row.get("root")?;
        let note: Vec<u8> = row.get("checkpoint")?;
        Ok(Head {
            size: unsigned(row.get("size")?)?,
            root: root.try_into().map_err(|_| bad("root"))?,
            term: row.get("term")?,
            checkpoint: String::from_utf8(note).map_err(bad)?,
            signed_size: unsigned(row.get("signed_size")?)?,
            signed_at: row.get("signed_at")?,
        })
    }

    /// The signer, while unsealed.
    pub(super) fn signer(&self) -> Result<LedgerSigner> {
        self.vault.ledger_signer().map(LedgerSigner)
    }

    /// The log's public key as a C2SP vkey line.
    ///
    /// # Errors
    /// Sealed.
    pub fn vkey(&self) -> Result<String> {
        let public = self.signer()?.public();
        strongroom_tlog::VerifierKey::new(&self.firm.origin, strongroom_tlog::KeyKind::Ed25519, public)
            .map(|key| key.to_string())
            .map_err(bad)
    }

    /// The tiles of the database that `paths` name.
    ///
    /// # Errors
    /// Storage.
    pub async fn tiles(&self, paths: &[TilePath]) -> Result<TileMap> {
        let mut map = TileMap::new();
        for path in paths {
            if let Some(bytes) = self.tile(*path).await? {
                map.insert(*path, bytes).map_err(bad)?;
            }
        }
        Ok(map)
    }

    /// One tile at exactly the width asked; a partial tile is the beginning of every later one.
    ///
    /// # Errors
    /// Storage.
    pub async fn tile(&self, path: TilePath) -> Result<Option<Vec<u8>>> {
        let Ok(index) = i64::try_from(path.index) else { return Ok(None) };
        let Some(row) = self.db.optional(&TILE, &params![i64::from(path.level), index]).await? else {
            return Ok(None);
        };
        let bytes: Vec<u8> = row.get("bytes")?;
        Ok(bytes.get(..usize::from(path.width) * 32).map(<[u8]>::to_vec))
    }

    /// Takes the sequencer's lease; the term that goes with it.
    ///
    /// # Errors
    /// Storage.
    pub(super) async fn take_term(&self) -> Result<i64> {
        let mut tx = self.db.begin().await?;
        let until = self.clock.now() + 5 * super::clock::SECOND;
        tx.exec_one(&HEAD_TAKE, &params![self.node.clone(), until]).await?;
        let term = tx.one(&HEAD, &[]).await?.get("term")?;
        tx.commit().await?;
        Ok(term)
    }

    /// Numbers up to 2,048 pending entries and signs; how many it numbered.
    ///
    /// # Errors
    /// Sealed, storage, or another sequencer holds the lease.
    pub async fn sequence(&self) -> Result<usize> {
        let mut left = self.sequencing.lock().await;
        if self.only_examines() {
            return Ok(0);
        }
        let signer = self.signer()?;
        let head = self.ledger_head().await?;
        let term = *self.term.lock().await;
        if left.as_ref().is_some_and(|l| l.term == head.term && (l.size, l.root) != (head.size, head.root)) {
            return Err(Error::Tampered { table: "ledger_head", id: head.size.to_string() });
        }
        let expected = self.pending.expected();
        let pending = self.db.all(&PENDING, &[]).await?;
        self.hold_pending(expected, &pending).await?;
        if pending.is_empty() {
            *left = Some(Left { term, size: head.size, root: head.root });
            if head.signed_size < head.size {
                self.sign(&signer, head.size, head.root).await?;
            }
            return Ok(0);
        }
        // until the commit is acknowledged nobody knows what is left
        *left = None;
        let edge = self.tiles(&needed_tiles_for_append(head.size)).await?;
        let mut appender = Appender::load(head.size, &edge).map_err(bad)?;
        if appender.root() != head.root {
            return Err(Error::Tampered { table: "ledger_tile", id: head.size.to_string() });
        }
        let mut leaves = Vec::with_capacity(pending.len());
        let mut ids: Vec<String> = Vec::with_capacity(pending.len());
        for row in &pending {
            leaves.push(leaf_hash(&row.get::<Vec<u8>>("bytes")?));
            ids.push(row.get("entry_id")?);
        }
        let tiles = appender.append(&leaves).map_err(bad)?;
        let until = self.clock.now() + 5 * super::clock::SECOND;
        let mut tx = self.db.begin().await?;
        let values = params![signed(appender.size())?, appender.root(), until, signed(head.size)?, term];
        tx.exec_one(&HEAD_GROW, &values).await?;
        for (id, index) in ids.iter().zip(head.size..) {
            tx.exec_one(&NUMBER, &params![signed(index)?, id.clone()]).await?;
        }
        for tile in tiles {
            let values = params![i64::from(tile.path.level), signed(tile.path.index)?, tile.bytes];
            tx.exec_one(&TILE_PUT, &values).await?;
        }
        tx.commit().await?;
        *left = Some(Left { term, size: appender.size(), root: appender.root() });
        self.pending.numbered(&ids);
        self.sign(&signer, appender.size(), appender.root()).await?;
        Ok(ids.len())
    }

    /// What this process committed must still be there: pending, or numbered by another node meanwhile.
    async fn hold_pending(&self, mut expected: BTreeSet<String>, pending: &[Row]) -> Result<()> {
        for row in pending {
            expected.remove(&row.get::<String>("entry_id")?);
        }
        if pending.len() >= BATCH {
            return Ok(());
        }
        for id in expected {
            let row = self.db.optional(&NUMBERED, &params![id.clone()]).await?;
            let Some(row) = row else {
                tracing::error!(
                    entry = id,
                    "an entry that was committed has vanished before it was numbered"
                );
                return Err(Error::Tampered { table: "ledger_entry", id });
            };
            if row.get::<Option<i64>>("idx")?.is_some() {
                self.pending.numbered(&[id]);
            }
        }
        Ok(())
    }

    async fn sign(&self, signer: &LedgerSigner, size: u64, root: Hash) -> Result<()> {
        let checkpoint = Checkpoint { origin: self.firm.origin.clone(), size, root, extensions: Vec::new() };
        let note = checkpoint.sign(signer).map_err(bad)?.to_string();
        let mut tx = self.db.begin().await?;
        tx.exec(&HEAD_SIGNED, &params![note.clone().into_bytes(), signed(size)?, self.clock.now()]).await?;
        tx.commit().await?;
        self.signed.send_replace((size, Arc::from(note.as_str())));
        Ok(())
    }

    /// Numbers and signs all that is pending.
    ///
    /// # Errors
    /// As [`Strongroom::sequence`].
    pub async fn sequence_all(&self) -> Result<()> {
        while self.sequence().await? > 0 {}
        Ok(())
    }
}
