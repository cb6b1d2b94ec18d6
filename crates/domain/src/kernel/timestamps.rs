//! Timestamps of checkpoints by an authority outside (RFC 3161): once a day, what the ledger was by then.
//!
//! What must hold: a token is kept only if it grants, is over this checkpoint and answers this question. Whether the
//! authority's signature holds is for whoever relies on it to say, with the authority's certificate and a tool that is not
//! ours (`openssl ts -verify`): the checkpoint and the token are served as they are. An authority out of reach holds
//! nothing up.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use strongroom_seal::mac::sha256;
use strongroom_storage::{params, statements};

use super::clock::Micros;
use super::error::{Error, Result};
use super::ledger::signed;
use super::strongroom::Strongroom;

#[cfg(test)]
pub(crate) mod tests;
mod token;

statements! {
    pub STAMPS = "SELECT size, said_at FROM ledger_timestamp ORDER BY size DESC LIMIT $1", scan_ok;
    pub STAMP = "SELECT note, token FROM ledger_timestamp WHERE size = $1";
    pub STAMP_PUT = "INSERT INTO ledger_timestamp (size, said_at, note, token) VALUES ($1, $2, $3, $4) ON CONFLICT (size) DO NOTHING";
}

/// How often is looked whether a timestamp is due, and an authority that failed is asked again.
const LOOKS: Duration = Duration::from_secs(60);

/// The way to an authority: `app` has one over HTTP.
pub trait Authority: Send + Sync {
    /// Sends a `TimeStampReq`; a `TimeStampResp`, or why there is none.
    fn stamp(&self, query: Vec<u8>) -> BoxFuture<'_, std::result::Result<Vec<u8>, String>>;
}

/// Whom to ask, and how often.
pub struct Stamping {
    /// The authority.
    pub authority: Arc<dyn Authority>,
    /// From one timestamp to the next.
    pub every: Micros,
}

/// A checkpoint that has a timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// How many entries it signs.
    pub size: u64,
    /// When, as the authority says.
    pub said_at: Micros,
}

/// What this process knows of the authority.
#[derive(Default)]
pub(super) struct Stamped {
    trouble: Mutex<Option<String>>,
}

impl Strongroom {
    /// The newest timestamps.
    ///
    /// # Errors
    /// Storage.
    pub async fn timestamps(&self, limit: u32) -> Result<Vec<Stamp>> {
        let rows = self.db.all(&STAMPS, &params![i64::from(limit)]).await?;
        rows.iter().map(|row| Ok(Stamp { size: row.get("size")?, said_at: row.get("said_at")? })).collect()
    }

    /// The checkpoint of this size as it was stamped, and the authority's token.
    ///
    /// # Errors
    /// Not found, storage.
    pub async fn timestamp(&self, size: u64) -> Result<(Vec<u8>, Vec<u8>)> {
        let size = signed(size).map_err(|_| Error::NotFound)?;
        let row = self.db.optional(&STAMP, &params![size]).await?.ok_or(Error::NotFound)?;
        Ok((row.get("note")?, row.get("token")?))
    }

    /// Why there is no newer timestamp, where the last attempt failed.
    #[must_use]
    pub fn timestamp_trouble(&self) -> Option<String> {
        self.stamped.trouble.lock().ok().and_then(|trouble| trouble.clone())
    }

    /// Asks for a timestamp where one is due; true where one was given.
    ///
    /// # Errors
    /// Sealed, storage; what the authority answers is no timestamp of this checkpoint.
    pub async fn stamp_if_due(&self) -> Result<bool> {
        let Some(stamping) = self.settings.timestamps.clone() else { return Ok(false) };
        let newest = self.timestamps(1).await?.first().copied();
        let (size, note) = self.checkpoint();
        let due =
            newest.is_none_or(|stamp| self.now() - stamp.said_at >= stamping.every && stamp.size < size);
        if !due || size == 0 {
            return Ok(false);
        }
        let said = self.stamp(&stamping, size, note.as_bytes()).await;
        let trouble = said.as_ref().err().map(ToString::to_string);
        if let Ok(mut kept) = self.stamped.trouble.lock() {
            *kept = trouble;
        }
        said.map(|()| true)
    }

    async fn stamp(&self, stamping: &Stamping, size: u64, note: &[u8]) -> Result<()> {
        let (digest, nonce) = (sha256(note), self.random::<8>());
        let answer =
            stamping.authority.stamp(token::query(&digest, nonce)).await.map_err(Error::Unavailable)?;
        let said_at = token::said(&answer, &digest, nonce)
            .map_err(|why| Error::Unavailable(format!("the authority's answer is no timestamp: {why}")))?;
        let mut tx = self.db.begin().await?;
        tx.exec(&STAMP_PUT, &params![signed(size)?, said_at, note.to_vec(), answer]).await?;
        Ok(tx.commit().await?)
    }

    /// Keeps checkpoints stamped, where this node signs. Ends never; drop the task to stop it.
    pub async fn run_timestamps(self: Arc<Self>) {
        if self.settings.timestamps.is_none() {
            return;
        }
        loop {
            if self.is_awake()
                && self.signs()
                && let Err(error) = self.stamp_if_due().await
            {
                tracing::error!(cause = %error, "the ledger was not stamped");
            }
            tokio::time::sleep(LOOKS).await;
        }
    }
}
