//! The sequencer: gives pending entries their index, extends the tree and signs. Of several nodes one does it, by a lease
//! with a term; the others follow.
//!
//! What must hold: each batch is one transaction that succeeds only if term and size are still those it read, so that a
//! node that was paused past its lease writes nothing; it signs after that commit; an entry under a signed checkpoint
//! never changes; nothing is numbered that this program did not write (each pending entry carries a MAC). A node takes over when the lease has not moved for [`PATIENCE`] of its own clock: clocks are never
//! compared with one another.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use strongroom_storage::sql::{Engine, Row};
use strongroom_storage::{params, statements};
use strongroom_tlog::tile::{needed_tiles_for_append, needed_tiles_for_root, root};
use strongroom_tlog::{Appender, Checkpoint, Hash, Note, Signer, VerifierKey, leaf_hash};

use super::clock::{Micros, SECOND};
use super::entry::hold_written;
use super::error::{Error, Result};
use super::ledger::{Head, bad, signed};
use super::strongroom::Strongroom;
use super::vault::Vault;

statements! {
    pub HEAD_TAKE = "UPDATE ledger_head SET term = term + 1, holder = $1, lease_until = $2 WHERE one = 'x' AND term = $3";
    pub HEAD_RENEW = "UPDATE ledger_head SET lease_until = $1 WHERE one = 'x' AND term = $2";
    pub HEAD_GROW = "UPDATE ledger_head SET size = $1, root = $2, lease_until = $3 WHERE one = 'x' AND size = $4 AND term = $5";
    pub HEAD_SIGNED = "UPDATE ledger_head SET checkpoint = $1, signed_size = $2, signed_at = $3 WHERE one = 'x' AND signed_size < $2";
    pub PENDING = "SELECT entry_id, at, actor_kind, actor_id, channel, verb, outcome, client_id, matter_id, record_id, request_id, \
        bytes, pending_mac FROM ledger_entry WHERE idx IS NULL ORDER BY at, entry_id LIMIT 2048";
    pub NUMBERED = "SELECT idx FROM ledger_entry WHERE entry_id = $1";
    pub NUMBER = "UPDATE ledger_entry SET idx = $1, pending_mac = NULL WHERE entry_id = $2 AND idx IS NULL";
    pub TILE_PUT = "INSERT INTO ledger_tile (level, idx, bytes) VALUES ($1, $2, $3) ON CONFLICT (level, idx) DO UPDATE SET bytes = excluded.bytes";
}

/// How many entries one batch of the sequencer takes at most: the LIMIT of [`PENDING`].
const BATCH: usize = 2048;

/// The lease is renewed this often, and is said to last as long again and again.
const RENEWED: Micros = SECOND;
const LEASE: Micros = 5 * SECOND;
/// A lease that did not move for so long is taken over.
const PATIENCE: Micros = 4 * SECOND;

/// A lease that its node has given up.
const GIVEN_UP: Micros = 0;

/// The tree as this process left it after its last batch, in its term.
struct Left {
    size: u64,
    root: Hash,
}

/// What this node knows of the lease, and of what it did under it.
#[derive(Default)]
pub(super) struct Lease {
    /// This node's term; while it is the ledger's too, this node numbers and signs.
    term: Option<i64>,
    left: Option<Left>,
    renewed_at: Micros,
    /// Another's lease, as it was first seen and when.
    seen: Option<(i64, i64, Micros)>,
}

/// The ledger's key, as `strongroom-tlog` asks for it.
pub struct LedgerSigner(strongroom_seal::sign::SigningKey);

impl Signer for LedgerSigner {
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_vec()
    }
    fn public(&self) -> Vec<u8> {
        self.0.public().to_vec()
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

/// A checkpoint that carries our signature; else what is wrong with it.
pub(super) fn opened(bytes: &[u8], key: &VerifierKey) -> std::result::Result<Checkpoint, &'static str> {
    let note = Note::parse(bytes).map_err(|_| "its checkpoint is no signed note")?;
    let opened = Checkpoint::open(&note, std::slice::from_ref(key));
    opened.map(|o| o.checkpoint).map_err(|_| "its checkpoint is not signed by this firm's ledger")
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

    /// Whether this node numbers and signs, as far as it knows.
    #[must_use]
    pub fn signs(&self) -> bool {
        self.signing.load(Ordering::SeqCst)
    }

    /// Takes the lease, whoever has it: whoever comes in new goes on with what is pending.
    pub(super) async fn take_lease(&self) -> Result<()> {
        let mut lease = self.lease.lock().await;
        let head = self.ledger_head().await?;
        self.take_over(&mut lease, &head).await.map(drop)
    }

    /// Takes the lease over from the term that was read; false where another was faster.
    async fn take_over(&self, lease: &mut Lease, head: &Head) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let until = self.now() + LEASE;
        let taken = tx.exec(&HEAD_TAKE, &params![self.node.clone(), until, head.term]).await? == 1;
        tx.commit().await?;
        *lease = Lease::default();
        if taken {
            lease.term = Some(head.term + 1);
            lease.renewed_at = self.now();
        }
        self.signing.store(taken, Ordering::SeqCst);
        Ok(taken)
    }

    /// True where nobody has moved the lease for so long that this node should take it.
    fn lies_idle(&self, lease: &mut Lease, head: &Head) -> bool {
        let (now, found) = (self.now(), (head.term, head.lease_until));
        if head.lease_until == GIVEN_UP {
            return true;
        }
        match lease.seen {
            Some((term, until, since)) if (term, until) == found => now - since >= PATIENCE,
            _ => {
                lease.seen = Some((found.0, found.1, now));
                false
            }
        }
    }

    /// Whoever looks next takes the lease.
    pub(super) async fn give_up_lease(&self) -> Result<()> {
        let mut lease = self.lease.lock().await;
        self.signing.store(false, Ordering::SeqCst);
        let Some(term) = std::mem::take(&mut *lease).term else { return Ok(()) };
        let mut tx = self.db.begin().await?;
        tx.exec(&HEAD_RENEW, &params![GIVEN_UP, term]).await?;
        Ok(tx.commit().await?)
    }

    /// Says that this node lives, where others look.
    async fn renew(&self, lease: &mut Lease, term: i64) -> Result<()> {
        let now = self.now();
        if self.db.engine() == Engine::Sqlite || now - lease.renewed_at < RENEWED {
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        tx.exec(&HEAD_RENEW, &params![now + LEASE, term]).await?;
        tx.commit().await?;
        lease.renewed_at = now;
        Ok(())
    }

    /// Another node numbers: what it signed is this node's newest checkpoint too, if it goes on from it.
    async fn follow(&self, lease: &mut Lease, head: &Head) -> Result<()> {
        *lease = Lease { seen: lease.seen, ..Lease::default() };
        self.signing.store(false, Ordering::SeqCst);
        let (known, note) = self.checkpoint();
        if head.signed_size > known {
            let key = verifier(&self.vault, &self.firm.origin)?;
            for (size, note) in [(known, &*note), (head.signed_size, head.checkpoint.as_str())] {
                let tiles = self.tiles(&needed_tiles_for_root(size)).await?;
                let signed_root = opened(note.as_bytes(), &key).map(|checkpoint| checkpoint.root);
                if size > 0 && root(size, &tiles).ok() != signed_root.ok() {
                    return Err(Error::Tampered { table: "ledger_tile", id: size.to_string() });
                }
            }
            self.signed.send_replace((head.signed_size, Arc::from(head.checkpoint.as_str())));
        } else if head.size < known {
            return Err(Error::Tampered { table: "ledger_head", id: head.size.to_string() });
        }
        Ok(())
    }

    /// Numbers up to 2,048 pending entries and signs; how many it numbered. Where another node holds the lease, it is
    /// followed.
    ///
    /// # Errors
    /// Sealed, storage; [`Error::Tampered`] where the ledger is not as this node left or knew it.
    pub async fn sequence(&self) -> Result<usize> {
        let mut lease = self.lease.lock().await;
        if self.only_examines() {
            return Ok(0);
        }
        let signer = self.signer()?;
        let mut head = self.ledger_head().await?;
        if lease.term != Some(head.term) {
            self.follow(&mut lease, &head).await?;
            if !self.lies_idle(&mut lease, &head) || !self.take_over(&mut lease, &head).await? {
                return Ok(0);
            }
            tracing::info!(term = head.term + 1, "this node numbers and signs the ledger from now on");
            head = self.ledger_head().await?;
        }
        let Some(term) = lease.term else { return Ok(0) };
        if lease.left.as_ref().is_some_and(|l| (l.size, l.root) != (head.size, head.root)) {
            return Err(Error::Tampered { table: "ledger_head", id: head.size.to_string() });
        }
        let expected = self.pending.expected();
        let pending = self.db.all(&PENDING, &[]).await?;
        self.hold_pending(expected, &pending).await?;
        if pending.is_empty() {
            lease.left = Some(Left { size: head.size, root: head.root });
            self.renew(&mut lease, term).await?;
            if head.signed_size < head.size {
                self.sign(&signer, head.size, head.root).await?;
            }
            return Ok(0);
        }
        // until the commit is acknowledged nobody knows what is left
        lease.left = None;
        let edge = self.tiles(&needed_tiles_for_append(head.size)).await?;
        let mut appender = Appender::load(head.size, &edge).map_err(bad)?;
        if appender.root() != head.root {
            return Err(Error::Tampered { table: "ledger_tile", id: head.size.to_string() });
        }
        let mut leaves = Vec::with_capacity(pending.len());
        let mut ids: Vec<String> = Vec::with_capacity(pending.len());
        for row in &pending {
            // what is numbered is signed: only what we wrote
            hold_written(&self.vault, row)?;
            leaves.push(leaf_hash(&row.get::<Vec<u8>>("bytes")?));
            ids.push(row.get("entry_id")?);
        }
        let tiles = appender.append(&leaves).map_err(bad)?;
        let until = self.now() + LEASE;
        let mut tx = self.db.begin().await?;
        let values = params![signed(appender.size())?, appender.root(), until, signed(head.size)?, term];
        if tx.exec(&HEAD_GROW, &values).await? != 1 {
            // fenced: another has the lease, or has written meanwhile. The next look says which.
            tx.rollback().await?;
            return Ok(0);
        }
        for (id, index) in ids.iter().zip(head.size..) {
            tx.exec_one(&NUMBER, &params![signed(index)?, id.clone()]).await?;
        }
        for tile in tiles {
            let values = params![i64::from(tile.path.level), signed(tile.path.index)?, tile.bytes];
            tx.exec_one(&TILE_PUT, &values).await?;
        }
        tx.commit().await?;
        lease.left = Some(Left { size: appender.size(), root: appender.root() });
        lease.renewed_at = self.now();
        self.pending.numbered(&ids);
        self.sign(&signer, appender.size(), appender.root()).await?;
        Ok(ids.len())
    }

    /// What this process committed must still be there: pending, or numbered by another node meanwhile.
    pub(super) async fn hold_pending(&self, mut expected: BTreeSet<String>, pending: &[Row]) -> Result<()> {
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
