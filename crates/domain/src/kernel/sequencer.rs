//! The sequencer: gives pending entries their index, extends the tree and signs.
//!
//! What must hold: each batch is one transaction that succeeds only if term and size are still those it read; it signs
//! after that commit; an entry under a signed checkpoint never changes.

use std::collections::BTreeSet;
use std::sync::Arc;

use strongroom_storage::sql::Row;
use strongroom_storage::{params, statements};
use strongroom_tlog::tile::needed_tiles_for_append;
use strongroom_tlog::{Appender, Checkpoint, Hash, Signer, VerifierKey, leaf_hash};

use super::error::{Error, Result};
use super::ledger::{HEAD, bad, signed};
use super::strongroom::Strongroom;
use super::vault::Vault;

statements! {
    pub HEAD_TAKE = "UPDATE ledger_head SET term = term + 1, holder = $1, lease_until = $2 WHERE one = 'x'";
    pub HEAD_GROW = "UPDATE ledger_head SET size = $1, root = $2, lease_until = $3 WHERE one = 'x' AND size = $4 AND term = $5";
    pub HEAD_SIGNED = "UPDATE ledger_head SET checkpoint = $1, signed_size = $2, signed_at = $3 WHERE one = 'x' AND signed_size < $2";
    pub PENDING = "SELECT entry_id, bytes FROM ledger_entry WHERE idx IS NULL ORDER BY at, entry_id LIMIT 2048";
    pub NUMBERED = "SELECT idx FROM ledger_entry WHERE entry_id = $1";
    pub NUMBER = "UPDATE ledger_entry SET idx = $1 WHERE entry_id = $2 AND idx IS NULL";
    pub TILE_PUT = "INSERT INTO ledger_tile (level, idx, bytes) VALUES ($1, $2, $3) ON CONFLICT (level, idx) DO UPDATE SET bytes = excluded.bytes";
}

/// How many entries one batch of the sequencer takes at most: the LIMIT of [`PENDING`].
const BATCH: usize = 2048;

/// The tree as this process left it after its last batch, in its term.
pub(super) struct Left {
    term: i64,
    size: u64,
    root: Hash,
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

/// The public key that signs the log of this origin.
///
/// # Errors
/// Sealed.
pub fn verifier(vault: &Vault, origin: &str) -> Result<VerifierKey> {
    let public = vault.ledger_signer()?.public();
    VerifierKey::new(origin, strongroom_tlog::KeyKind::Ed25519, public).map_err(bad)
}

impl Strongroom {
    /// The signer, while unsealed.
    pub(super) fn signer(&self) -> Result<LedgerSigner> {
        self.vault.ledger_signer().map(LedgerSigner)
    }

    /// The log's public key as a C2SP vkey line.
    ///
    /// # Errors
    /// Sealed.
    pub fn vkey(&self) -> Result<String> {
        verifier(&self.vault, &self.firm.origin).map(|key| key.to_string())
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
