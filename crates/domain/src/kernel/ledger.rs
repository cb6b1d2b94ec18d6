//! The ledger: entries into rows, reads in groups; and the log as the database has it. Numbers and signatures are the
//! sequencer's (`sequencer.rs`).
//!
//! A change writes its entry in its own transaction. Reads hand theirs to one writer that commits them in groups, and
//! wait.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use strongroom_storage::sql::{Db, Tx};
use strongroom_storage::{params, statements};
use strongroom_tlog::{Hash, TileMap, TilePath};
use tokio::sync::{mpsc, oneshot};

use super::entry::EntryRow;
use super::error::{Error, Result};
use super::id::EntryId;
use super::strongroom::Strongroom;

statements! {
    pub ENTRY_INSERT = "INSERT INTO ledger_entry (entry_id, at, idx, actor_kind, actor_id, channel, verb, outcome, client_id, matter_id, \
        record_id, request_id, bytes, pending_mac) VALUES ($1, $2, NULL, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    pub HEAD = "SELECT size, root, term, holder, lease_until, checkpoint, signed_size, signed_at, witnessed, \
        witnessed_size FROM ledger_head WHERE one = 'x'";
    pub HEAD_BEGIN = "INSERT INTO ledger_head (one, size, root, term, holder, lease_until, checkpoint, signed_size, signed_at) \
        VALUES ('x', 0, $1, 0, '', 0, $2, 0, 0)";
    pub TILE = "SELECT bytes FROM ledger_tile WHERE level = $1 AND idx = $2";
    pub BUNDLE = "SELECT idx, bytes FROM ledger_entry WHERE idx >= $1 AND idx < $2 ORDER BY idx";
    pub COUNT = "SELECT COUNT(*) AS n FROM ledger_entry WHERE idx >= $1 AND idx < $2";
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
            entry.bytes.clone(),
            entry.mac
        ],
    )
    .await?;
    for change in &entry.sets {
        let values = params![change.set.clone(), change.version, change.digest, entry.id.to_string()];
        tx.exec_one(&super::sets::SET_LOG, &values).await?;
    }
    Ok(())
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

    pub(super) fn numbered(&self, ids: &[String]) {
        self.with(|entries| {
            for id in ids {
                entries.remove(id);
            }
        });
    }

    /// Those that must be found by whoever looks now.
    pub(super) fn expected(&self) -> BTreeSet<String> {
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

pub(super) fn bad(what: impl std::fmt::Display) -> Error {
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
    /// Until when the sequencer holds it, by its own clock: a sign of life to others, who compare it with itself.
    pub lease_until: i64,
    /// The newest signed checkpoint, a signed note.
    pub checkpoint: String,
    /// The size that it signs.
    pub signed_size: u64,
    /// When it was signed.
    pub signed_at: i64,
    /// The newest checkpoint that enough witnesses have signed too.
    pub witnessed: Option<String>,
    /// The size that it signs.
    pub witnessed_size: u64,
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
        let witnessed: Option<Vec<u8>> = row.get("witnessed")?;
        Ok(Head {
            size: unsigned(row.get("size")?)?,
            root: root.try_into().map_err(|_| bad("root"))?,
            term: row.get("term")?,
            lease_until: row.get("lease_until")?,
            checkpoint: String::from_utf8(note).map_err(bad)?,
            signed_size: unsigned(row.get("signed_size")?)?,
            signed_at: row.get("signed_at")?,
            witnessed: witnessed.map(String::from_utf8).transpose().map_err(bad)?,
            witnessed_size: unsigned(row.get("witnessed_size")?)?,
        })
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
}
