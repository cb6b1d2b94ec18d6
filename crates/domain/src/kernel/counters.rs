//! What all nodes of a firm count together: the numbers that were given out, how often the firm was sealed, and the
//! newest generation of the keyring.
//!
//! What must hold: a number is given once, whichever node gives it, and also after the database was put back: a block
//! begins above what the database says *and* above what this node's keyring remembers. A counter that does not carry our
//! seal is refused, and so is one that is lower than the ledger has stated.

use strongroom_storage::sql::{Row, Tx};
use strongroom_storage::{params, statements};

use super::bound::Bind;
use super::error::{Error, Result};
use super::strongroom::Strongroom;
use super::vault::{Numbered, Vault};

statements! {
    pub COUNTER = "SELECT value, mac FROM counter WHERE name = $1";
    pub COUNTER_PUT = "INSERT INTO counter (name, value, mac) VALUES ($1, $2, $3) \
        ON CONFLICT (name) DO UPDATE SET value = excluded.value, mac = excluded.mac";
}

/// How many numbers one write of the keyring reserves.
const BLOCK: u64 = 1024;
/// With fewer left, an operation that takes numbers reserves the next block before it begins: more than can run at once.
const LOW: u64 = 128;

/// How many numbers a restore leaves out: more than a firm gives between a backup and the loss of its database, and one
/// in four thousand of those that there are.
const SKIPPED: u64 = 1 << 20;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// The first number of a kind that no node has reserved.
    Next(Numbered),
    /// How often the firm was sealed, by whichever node.
    Seals,
    /// The newest generation of the keyring that any node has opened.
    Keyring,
}

impl Counter {
    const ALL: [Self; 5] = [
        Self::Next(Numbered::Client),
        Self::Next(Numbered::Matter),
        Self::Next(Numbered::Record),
        Self::Seals,
        Self::Keyring,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Next(Numbered::Client) => "next client",
            Self::Next(Numbered::Matter) => "next matter",
            Self::Next(Numbered::Record) => "next record",
            Self::Seals => "seals",
            Self::Keyring => "keyring generation",
        }
    }

    /// Whoever reads it and then writes it is alone over it.
    const fn mark(self) -> [u8; 4] {
        match self {
            Self::Next(Numbered::Client) => *b"n cl",
            Self::Next(Numbered::Matter) => *b"n ma",
            Self::Next(Numbered::Record) => *b"n re",
            Self::Seals => *b"seal",
            Self::Keyring => *b"keyr",
        }
    }
}

fn bind(name: &str, value: i64) -> Bind {
    Bind::table("counter").text(name).int(value)
}

/// The value of a counter, from its row; 0 where there is none yet.
fn value(vault: &Vault, name: &str, row: Option<&Row>) -> Result<u64> {
    let Some(row) = row else { return Ok(0) };
    let Some(value) = row.get::<Option<i64>>("value")? else { return Ok(0) };
    bind(name, value).check(vault, &row.get::<Vec<u8>>("mac")?, name)?;
    u64::try_from(value).map_err(|_| Error::Tampered { table: "counter", id: name.to_owned() })
}

impl Strongroom {
    /// What a counter says now.
    pub(super) async fn counter(&self, counter: Counter) -> Result<u64> {
        let name = counter.name();
        let row = self.db.optional(&COUNTER, &params![name]).await?;
        self.counted(counter, row.as_ref())
    }

    /// The same, from a row that was read with others.
    pub(super) fn counted(&self, counter: Counter, row: Option<&Row>) -> Result<u64> {
        value(&self.vault, counter.name(), row)
    }

    /// All of them, for the entry that writes the time.
    pub(crate) async fn counters(&self) -> Result<serde_json::Value> {
        let mut said = serde_json::Map::new();
        for counter in Counter::ALL {
            said.insert(counter.name().to_owned(), self.counter(counter).await?.into());
        }
        Ok(said.into())
    }

    /// No counter may be lower than the ledger has said: it only ever rises.
    pub(super) async fn hold_counters(&self, stated: &serde_json::Value) -> Result<()> {
        for counter in Counter::ALL {
            let stated = stated.get(counter.name()).and_then(serde_json::Value::as_u64).unwrap_or_default();
            let found = self.counter(counter).await?;
            if found < stated {
                tracing::error!(counter = counter.name(), stated, found, "a counter was put back");
                return Err(Error::Tampered { table: "counter", id: counter.name().to_owned() });
            }
        }
        Ok(())
    }

    /// Changes a counter, alone over it; its new value.
    pub(super) async fn count(
        &self,
        counter: Counter,
        change: impl FnOnce(u64) -> Result<u64>,
    ) -> Result<u64> {
        let mut tx = self.db.begin().await?;
        let changed = self.count_in(&mut tx, counter, change).await;
        match changed {
            Ok(new) => tx.commit().await.map(|()| new).map_err(Error::from),
            Err(error) => {
                tx.rollback().await.ok();
                Err(error)
            }
        }
    }

    async fn count_in(
        &self,
        tx: &mut Tx,
        counter: Counter,
        change: impl FnOnce(u64) -> Result<u64>,
    ) -> Result<u64> {
        let name = counter.name();
        tx.alone_over(counter.mark()).await?;
        let row = tx.optional(&COUNTER, &params![name]).await?;
        let old = value(&self.vault, name, row.as_ref())?;
        let new = change(old)?;
        let stored = i64::try_from(new).map_err(|e| Error::Internal(e.to_string()))?;
        if new != old {
            tx.exec_one(&COUNTER_PUT, &params![name, stored, bind(name, stored).mac(&self.vault)?]).await?;
        }
        Ok(new)
    }

    /// After a restore: numbers begin so far above what the backup and this keyring know that none is given twice which
    /// another node gave in between.
    ///
    /// # Errors
    /// Sealed, storage.
    pub(crate) async fn skip_numbers(&self) -> Result<()> {
        for kind in [Numbered::Client, Numbered::Matter, Numbered::Record] {
            let known = self.vault.numbers_known(kind)?;
            self.count(Counter::Next(kind), |there| Ok(there.max(known) + SKIPPED)).await?;
        }
        Ok(())
    }

    /// The next number of a kind.
    ///
    /// # Errors
    /// As [`Strongroom::ensure_numbers`].
    pub(crate) async fn next_number(&self, kind: Numbered) -> Result<u32> {
        Box::pin(self.ensure_numbers(kind)).await?;
        self.vault.next_number(kind)
    }

    /// Makes sure that whoever begins now finds numbers of a kind. Never inside a transaction: a block is this node's
    /// from the commit on, whatever becomes of the operation.
    ///
    /// # Errors
    /// Sealed, storage, or a replica of the keyring cannot be written.
    pub(crate) async fn ensure_numbers(&self, kind: Numbered) -> Result<()> {
        if self.vault.numbers_left(kind)? >= LOW {
            return Ok(());
        }
        let _one_at_a_time = self.numbering.lock().await;
        if self.vault.numbers_left(kind)? >= LOW {
            return Ok(());
        }
        let known = self.vault.numbers_known(kind)?;
        let end = self.count(Counter::Next(kind), |there| Ok(there.max(known) + BLOCK)).await?;
        self.vault.take_numbers(kind, end - BLOCK..end)
    }
}
