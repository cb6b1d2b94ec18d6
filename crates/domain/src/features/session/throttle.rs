//! Slowing down whoever guesses (NIST SP 800-63B, 3.2.2). Each wrong attempt doubles the wait of its buckets;
//! no account is ever locked. Every attempt is counted *before* it is looked at, so that guesses sent side by
//! side gain nothing, and taken back when it was right.
//!
//! A device that has signed in to the account before has its own bucket and no other: a guesser elsewhere
//! does not slow the owner down. Nothing here is a key or an authority: the rows are not bound.

use std::net::IpAddr;

use strongroom_storage::params;

use crate::kernel::clock::{DAY, HOUR, MINUTE, Micros, SECOND};
use crate::kernel::error::{Error, Result};
use crate::kernel::reader::Reader;
use crate::kernel::strongroom::Strongroom;

use super::{model, store};

/// The longest wait of an account on one network or device.
const LONGEST: Micros = 15 * MINUTE;

/// Attempts that share a pace.
pub(super) struct Bucket {
    key: [u8; 32],
    /// Wrong attempts that cost nothing yet.
    free: i64,
    /// The longest wait.
    longest: Micros,
    /// A wrong attempt is forgotten after this long without another.
    forgets: Micros,
    /// A right attempt empties it; else it takes back one.
    empties: bool,
}

impl Bucket {
    fn new(
        room: &Strongroom,
        parts: &[&[u8]],
        free: i64,
        longest: Micros,
        forgets: Micros,
        empties: bool,
    ) -> Result<Self> {
        Ok(Self { key: model::digest(&room.vault, "throttle", parts)?, free, longest, forgets, empties })
    }

    const fn wait(&self, failures: i64) -> Micros {
        let over = failures - self.free;
        if over <= 0 {
            return 0;
        }
        let seconds = if over > 20 { self.longest } else { SECOND << (over - 1) };
        if seconds < self.longest { seconds } else { self.longest }
    }
}

/// The part of an address that one guesser holds: /24 of the fourth, /48 of the sixth version.
pub(super) fn network(address: &str) -> Vec<u8> {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => v4.octets().into_iter().take(3).collect(),
        Ok(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.octets().into_iter().take(3).collect(),
            None => v6.octets().into_iter().take(6).collect(),
        },
        Err(_) => address.as_bytes().to_vec(),
    }
}

/// The buckets of a password attempt on an account (a blind index, known or not) from a network.
pub(super) fn for_password(
    room: &Strongroom,
    account: &[u8],
    address: &str,
    device: Option<[u8; 16]>,
) -> Result<Vec<Bucket>> {
    if let Some(device) = device {
        return Ok(vec![Bucket::new(room, &[b"device", account, &device], 3, LONGEST, HOUR, true)?]);
    }
    let network = network(address);
    Ok(vec![
        Bucket::new(room, &[b"account and network", account, &network], 0, LONGEST, DAY, true)?,
        // an office signs in from one network: it is slowed late, and forgets soon
        Bucket::new(room, &[b"network", &network], 30, LONGEST, 10 * MINUTE, false)?,
        // a hundred wrong passwords from wherever: from then on one a minute from strange devices
        Bucket::new(room, &[b"account", account], 100, MINUTE, DAY, false)?,
    ])
}

/// The buckets of a code: whoever gets here knows the password or holds a session.
pub(super) fn for_code(room: &Strongroom, account: &[u8], device: Option<[u8; 16]>) -> Result<Vec<Bucket>> {
    let one = match device {
        Some(device) => Bucket::new(room, &[b"code, device", account, &device], 3, LONGEST, HOUR, true)?,
        None => Bucket::new(room, &[b"code", account], 2, LONGEST, DAY, true)?,
    };
    Ok(vec![one])
}

/// How often each bucket has failed, or how long to wait.
async fn failures(reader: &mut Reader<'_>, buckets: &[Bucket], now: Micros) -> Result<Vec<i64>> {
    let mut counted = Vec::with_capacity(buckets.len());
    for bucket in buckets {
        let row = reader.optional(&store::THROTTLE, &params![bucket.key]).await?;
        let (failures, last_at): (i64, i64) = match row {
            Some(row) => (row.get("failures")?, row.get("last_at")?),
            None => (0, 0),
        };
        let failures = if now - last_at >= bucket.forgets { 0 } else { failures };
        let free_at = last_at.saturating_add(bucket.wait(failures));
        if failures > 0 && now < free_at {
            let seconds = (free_at - now + SECOND - 1) / SECOND;
            return Err(Error::Throttled { retry_after: u64::try_from(seconds).unwrap_or(1) });
        }
        counted.push(failures);
    }
    Ok(counted)
}

/// Whether an attempt would have to wait. A crowd of guessers is sent away by this without writing anything.
pub(super) async fn may_try(room: &Strongroom, buckets: &[Bucket]) -> Result<()> {
    failures(&mut Reader::Db(&room.db), buckets, room.now()).await.map(drop)
}

/// Counts an attempt, or says how long to wait.
pub(super) async fn attempt(room: &Strongroom, buckets: &[Bucket]) -> Result<()> {
    let now = room.now();
    let mut tx = room.db.begin().await?;
    let counted = match failures(&mut Reader::Tx(&mut tx), buckets, now).await {
        Ok(counted) => counted,
        Err(error) => {
            tx.rollback().await?;
            return Err(error);
        }
    };
    for (bucket, failures) in buckets.iter().zip(counted) {
        tx.exec(&store::THROTTLE_PUT, &params![bucket.key, failures + 1, now]).await?;
    }
    // now and then, what nobody remembers
    if room.random::<1>() == [0] {
        tx.exec(&store::THROTTLE_SWEEP, &params![now - DAY]).await?;
    }
    Ok(tx.commit().await?)
}

/// The attempt was right: it is taken back.
pub(super) async fn succeeded(room: &Strongroom, buckets: &[Bucket]) -> Result<()> {
    let mut tx = room.db.begin().await?;
    for bucket in buckets {
        if bucket.empties {
            tx.exec(&store::THROTTLE_CLEAR, &params![bucket.key]).await?;
            continue;
        }
        if let Some(row) = tx.optional(&store::THROTTLE, &params![bucket.key]).await? {
            let failures: i64 = row.get("failures")?;
            let last_at: i64 = row.get("last_at")?;
            tx.exec(&store::THROTTLE_PUT, &params![bucket.key, (failures - 1).max(0), last_at]).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// True once a minute for an account and network: so often a wrong password leaves an entry.
pub(super) async fn worth_an_entry(room: &Strongroom, account: &[u8], address: &str) -> Result<bool> {
    let key = model::digest(&room.vault, "throttle", &[b"entry", account, &network(address)])?;
    let now = room.now();
    let mut tx = room.db.begin().await?;
    let row = tx.optional(&store::THROTTLE, &params![key]).await?;
    let last: Option<i64> = row.map(|row| row.get("last_at")).transpose()?;
    let due = last.is_none_or(|last| now - last >= MINUTE);
    if due {
        tx.exec(&store::THROTTLE_PUT, &params![key, 1_i64, now]).await?;
    }
    tx.commit().await?;
    Ok(due)
}
