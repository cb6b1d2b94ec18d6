//! The anchor: one number and one sum over the present state of every authority set.
//!
//! Rows, digest and `ledger_set` of a set all lie in the database, and whoever administers it can put all
//! three back together. What they cannot put back is the log under a signed checkpoint. So the row
//! `authority` counts the changes and keeps, sealed, the sum over all sets; the entry of each change (and
//! the time, once a minute) states that number and a MAC over the sum. Unsealing adds the sets up again
//! and holds the result against the newest statement in the log: what was put back while the server was
//! down, or before it started, keeps the firm sealed. While it runs, `sets::SetMarks` does the same.
//!
//! The time also states the counters, which only ever rise: a counter that was put back keeps the firm sealed too.
//!
//! What must hold: a summand is a MAC that is written nowhere, so that nobody can look for old states
//! whose sum comes out right; the number rises under the lock of its row, in the order of the commits.

use serde_json::{Value, json};
use strongroom_storage::sql::{Db, Row, Tx};
use strongroom_storage::{params, statements};
use strongroom_tlog::merkle::verify_inclusion;
use strongroom_tlog::tile::{self, FULL, needed_tiles_for_inclusion};
use strongroom_tlog::{TilePath, leaf_hash};

use super::bound::Bind;
use super::clock::{Micros, SECOND, parse_rfc3339};
use super::entry::hold_written;
use super::error::{Error, Result};
use super::ledger::{Head, signed};
use super::sets;
use super::strongroom::Strongroom;
use super::vault::{Column, Vault};
use super::verb::Verb;

statements! {
    pub AUTHORITY_BUMP = "UPDATE authority SET version = version + 1 WHERE one = 'x'";
    pub AUTHORITY = "SELECT version, sealed_sum FROM authority WHERE one = 'x'", scan_ok;
    pub AUTHORITY_SUM = "UPDATE authority SET sealed_sum = $1 WHERE one = 'x'";
    pub AUTHORITY_AGAIN = "UPDATE authority SET version = $1, sealed_sum = $2 WHERE one = 'x'";
    pub ALL_SETS = "SELECT set_id, version, digest, mac FROM authority_set WHERE set_id > $1 ORDER BY set_id LIMIT $2";
    pub RUN = "SELECT idx, bytes FROM ledger_entry WHERE idx >= $1 AND idx < $2 ORDER BY idx";
    pub UNNUMBERED = "SELECT entry_id, at, actor_kind, actor_id, channel, verb, outcome, client_id, matter_id, record_id, \
        request_id, bytes, pending_mac FROM ledger_entry WHERE idx IS NULL ORDER BY at, entry_id";
}

/// How far apart the clocks of nodes may be: statements this close together may stand in either order.
const SKEW: Micros = 5 * SECOND;

/// How many sets are read at once.
const PAGE: i64 = 1000;

/// The sum over all sets, modulo 2^256, lowest byte first.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Sum([u8; 32]);

impl Sum {
    const NOTHING: Self = Self([0; 32]);

    fn add(&mut self, summand: &[u8; 32]) {
        let mut carry = 0_u16;
        for (byte, more) in self.0.iter_mut().zip(summand) {
            let sum = u16::from(*byte) + u16::from(*more) + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
    }

    fn take(&mut self, summand: &[u8; 32]) {
        let mut borrow = 0_i16;
        for (byte, less) in self.0.iter_mut().zip(summand) {
            let rest = i16::from(*byte) - i16::from(*less) - borrow;
            *byte = rest.to_le_bytes()[0];
            borrow = i16::from(rest < 0);
        }
    }
}

/// What one set in one state adds to the sum.
fn summand(vault: &Vault, set: &str, version: i64, digest: &[u8]) -> Result<[u8; 32]> {
    Bind::table("authority summand").text(set).int(version).bytes(digest).mac(vault)
}

/// What the log states: how many changes there were, and a MAC over the sum after the last of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Changes of authority so far.
    pub number: i64,
    mac: [u8; 32],
}

impl Anchor {
    fn of(vault: &Vault, number: i64, sum: Sum) -> Result<Self> {
        let mac = Bind::table("authority anchor").int(number).bytes(&sum.0).mac(vault)?;
        Ok(Self { number, mac })
    }

    /// As it stands among an entry's facts.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "number": self.number, "mac": hex::encode(self.mac) })
    }

    /// The statement among an entry's facts, if it makes one.
    fn of_facts(facts: &Value) -> Option<Self> {
        let stated = facts.get("authority")?;
        let mut mac = [0; 32];
        hex::decode_to_slice(stated.get("mac")?.as_str()?, &mut mac).ok()?;
        Some(Self { number: stated.get("number")?.as_i64()?, mac })
    }
}

/// The newest words of the log on what must not be put back.
#[derive(Default)]
struct Stated {
    anchor: Option<Anchor>,
    anchor_at: Option<Micros>,
    /// Entries of an earlier release state none.
    counters: Option<Value>,
    /// When the newest time was written, which states all there is to state.
    time_at: Option<Micros>,
}

impl Stated {
    /// Takes in an entry, the newest first or nearly so; true where nothing that is older can be newer.
    fn hear(&mut self, bytes: &[u8]) -> bool {
        let entry: Value = serde_json::from_slice(bytes).unwrap_or_default();
        let Some(at) = entry.get("at").and_then(Value::as_str).and_then(parse_rfc3339) else { return false };
        if entry.get("verb").and_then(Value::as_str) == Some(Verb::LedgerTime.word()) {
            self.time_at = self.time_at.max(Some(at));
        }
        if let Some(facts) = entry.get("facts") {
            if let Some(anchor) = Anchor::of_facts(facts) {
                self.anchor_at = self.anchor_at.max(Some(at));
                if self.anchor.as_ref().is_none_or(|known| known.number < anchor.number) {
                    self.anchor = Some(anchor);
                }
            }
            if self.counters.is_none() {
                self.counters = facts.get("counters").cloned();
            }
        }
        let past = |found: Option<Micros>| found.is_some_and(|found| at < found - SKEW);
        past(self.anchor_at) && past(self.time_at)
    }
}

fn column(number: i64) -> Column<'static> {
    Column { table: "authority", row: "x", column: "sum", version: number }
}

/// The sum in the row, sealed when the count stood at `then`; a count of 0 has none.
fn opened(vault: &Vault, row: &Row, then: i64) -> Result<Sum> {
    let number: i64 = row.get("version")?;
    let Some(sealed) = row.get::<Option<Vec<u8>>>("sealed_sum")? else {
        return if then == 0 { Ok(Sum::NOTHING) } else { Err(moved(number)) };
    };
    let clear = vault.open_system(column(then), &sealed).map_err(|_| moved(number))?;
    Ok(Sum(clear.as_slice().try_into().map_err(|_| moved(number))?))
}

fn read(vault: &Vault, row: &Row) -> Result<(i64, Sum)> {
    let number = row.get("version")?;
    Ok((number, opened(vault, row, number)?))
}

fn moved(number: i64) -> Error {
    Error::Tampered { table: "authority", id: number.to_string() }
}

/// Takes the row of the count for this transaction and raises it; what a change of authority begins its
/// commit with, so that number, sum and the entry's time rise in one order.
///
/// # Errors
/// Storage.
pub async fn take_turn(tx: &mut Tx) -> Result<()> {
    Ok(tx.exec_one(&AUTHORITY_BUMP, &[]).await?)
}

/// Writes the sum after `changes`, and says what the entry of this change will state. After [`take_turn`].
///
/// # Errors
/// Sealed, storage; [`Error::Tampered`] where the row is not the one that was written last.
pub async fn renew(
    tx: &mut Tx,
    vault: &Vault,
    entropy: &dyn strongroom_seal::Entropy,
    changes: &[sets::SetChange],
) -> Result<Anchor> {
    let row = tx.one(&AUTHORITY, &[]).await?;
    let number: i64 = row.get("version")?;
    // sealed by the change before this one
    let mut sum = opened(vault, &row, number - 1)?;
    for change in changes {
        if let Some((version, digest)) = &change.before {
            sum.take(&summand(vault, &change.set, *version, digest)?);
        }
        sum.add(&summand(vault, &change.set, change.version, &change.digest)?);
    }
    let sealed = vault.seal_system(column(number), entropy, &sum.0)?;
    tx.exec_one(&AUTHORITY_SUM, &params![sealed]).await?;
    Anchor::of(vault, number, sum)
}

/// Adds every set up and writes the sum, under a number that the ledger has stated: after a restore.
///
/// # Errors
/// Sealed, storage; [`Error::Tampered`] where a set carries no MAC of ours.
pub async fn begin_again(
    db: &Db,
    vault: &Vault,
    entropy: &dyn strongroom_seal::Entropy,
    number: i64,
) -> Result<()> {
    let sum = add_up(db, vault, |_, _| ()).await?;
    let sealed = vault.seal_system(column(number), entropy, &sum.0)?;
    let mut tx = db.begin().await?;
    tx.exec_one(&AUTHORITY_AGAIN, &params![number, sealed]).await?;
    Ok(tx.commit().await?)
}

async fn add_up(db: &Db, vault: &Vault, mut seen: impl FnMut(&str, i64)) -> Result<Sum> {
    let (mut sum, mut after) = (Sum::NOTHING, String::new());
    loop {
        let rows = db.all(&ALL_SETS, &params![after.clone(), PAGE]).await?;
        let Some(last) = rows.last() else { return Ok(sum) };
        after = last.get("set_id")?;
        for row in &rows {
            let (set, version): (String, i64) = (row.get("set_id")?, row.get("version")?);
            let digest: Vec<u8> = row.get("digest")?;
            sets::bind(&set, version, &digest).check(vault, &row.get::<Vec<u8>>("mac")?, &set)?;
            sum.add(&summand(vault, &set, version, &digest)?);
            seen(&set, version);
        }
    }
}

impl Strongroom {
    /// What the database says now, for the entry that writes the time.
    pub(super) async fn anchor(&self) -> Result<Anchor> {
        let (number, sum) = read(&self.vault, &self.db.one(&AUTHORITY, &[]).await?)?;
        Anchor::of(&self.vault, number, sum)
    }

    /// Adds every set up and holds the sum against the row and against the newest statement of the log; the
    /// marks below which no set may fall are those of the sets that were added up.
    ///
    /// # Errors
    /// [`Error::Tampered`] where authority is not as the log says; storage.
    pub(crate) async fn hold_authority(&self, head: &Head) -> Result<()> {
        let (number, sum) = read(&self.vault, &self.db.one(&AUTHORITY, &[]).await?)?;
        let marks = &self.marks;
        if add_up(&self.db, &self.vault, |set, version| marks.raise(set, version)).await? != sum {
            tracing::error!(number, "authority sets were added, removed or put back");
            return Err(moved(number));
        }
        let here = Anchor::of(&self.vault, number, sum)?;
        let stated = self.newest_statement(head).await?;
        if let Some(counters) = &stated.counters {
            self.hold_counters(counters).await?;
        }
        match stated.anchor {
            Some(stated) if stated == here => Ok(()),
            stated => {
                let stated = stated.map_or(0, |anchor| anchor.number);
                tracing::error!(
                    number,
                    stated,
                    "authority is not as the newest entry of the ledger states it"
                );
                Err(moved(number))
            }
        }
    }

    /// The statement with the highest number, and the newest of the counters, in what is pending and in the newest
    /// entries of the log, back to what is older than both by more than any clock could be wrong: no further than the
    /// last minute that the firm was unsealed. Each entry is held against the tree.
    async fn newest_statement(&self, head: &Head) -> Result<Stated> {
        let mut newest = Stated::default();
        for row in self.db.all(&UNNUMBERED, &[]).await?.iter().rev() {
            // under no checkpoint yet: only what we wrote says anything
            hold_written(&self.vault, row)?;
            newest.hear(&row.get::<Vec<u8>>("bytes")?);
        }
        // after what is pending: what another node numbers in between is under this head
        let newer = self.ledger_head().await?;
        let head = if newer.size >= head.size { &newer } else { head };
        let mut end = head.size;
        while end > 0 {
            let start = (end - 1) / u64::from(FULL) * u64::from(FULL);
            let rows = self.db.all(&RUN, &params![signed(start)?, signed(end)?]).await?;
            self.hold_run(head, start, end, &rows).await?;
            let mut enough = false;
            for row in rows.iter().rev() {
                enough |= newest.hear(&row.get::<Vec<u8>>("bytes")?);
            }
            if enough {
                break;
            }
            end = start;
        }
        Ok(newest)
    }

    /// The bytes of an entry, held against the tree.
    pub(crate) async fn entry_under_tree(&self, head: &Head, index: u64) -> Result<Vec<u8>> {
        let forged = || Error::Tampered { table: "ledger_entry", id: index.to_string() };
        let row = self.db.optional(&RUN, &params![signed(index)?, signed(index + 1)?]).await?;
        let bytes: Vec<u8> = row.ok_or_else(forged)?.get("bytes")?;
        let tiles = self.tiles(&needed_tiles_for_inclusion(index, head.size)).await?;
        let proof = tile::inclusion_proof(index, head.size, &tiles).map_err(|_| forged())?;
        verify_inclusion(&leaf_hash(&bytes), index, head.size, &proof, &head.root).map_err(|_| forged())?;
        Ok(bytes)
    }

    /// The entries from `start` (the first of a tile) to `end` are those under the tree's root: the proof of the
    /// first is made of all the other hashes of their tile.
    async fn hold_run(&self, head: &Head, start: u64, end: u64, rows: &[Row]) -> Result<()> {
        let forged = |index: u64| Error::Tampered { table: "ledger_entry", id: index.to_string() };
        let width = u16::try_from(end - start).map_err(|_| forged(start))?;
        let path = TilePath { level: 0, index: start / u64::from(FULL), width };
        let hashes = self.tile(path).await?.ok_or_else(|| forged(start))?;
        let hashes = hashes.as_chunks::<32>().0;
        if rows.len() != hashes.len() {
            return Err(forged(start));
        }
        for ((row, hash), index) in rows.iter().zip(hashes).zip(start..) {
            if row.get::<u64>("idx")? != index || leaf_hash(&row.get::<Vec<u8>>("bytes")?) != *hash {
                return Err(forged(index));
            }
        }
        let tiles = self.tiles(&needed_tiles_for_inclusion(start, head.size)).await?;
        let proof = tile::inclusion_proof(start, head.size, &tiles).map_err(|_| forged(start))?;
        let first = hashes.first().ok_or_else(|| forged(start))?;
        verify_inclusion(first, start, head.size, &proof, &head.root).map_err(|_| forged(start))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{SECOND, SKEW, Stated, Sum};
    use crate::kernel::clock::rfc3339;

    /// A log of an earlier release states no counters: looking for them would read all of it at each start.
    #[test]
    fn nothing_older_than_the_newest_time_is_read() {
        let entry = |verb: &str, at| {
            let anchor = json!({ "number": 4, "mac": "00".repeat(32) });
            let entry = json!({ "verb": verb, "at": rfc3339(at), "facts": { "authority": anchor } });
            entry.to_string().into_bytes()
        };
        let at = 1_772_442_000 * SECOND;
        let mut stated = Stated::default();
        assert!(!stated.hear(&entry("matter.open", at + SKEW)), "no time was written yet");
        assert!(!stated.hear(&entry("ledger.time", at)));
        assert!(!stated.hear(&entry("matter.open", at - SKEW)), "clocks may differ by so much");
        assert!(stated.hear(&entry("record.read", at - SKEW - 1)));
    }

    #[test]
    fn what_is_added_can_be_taken_again_in_any_order() {
        let (a, b, c) = ([0xff; 32], [7; 32], [0x80; 32]);
        let mut sum = Sum::NOTHING;
        for summand in [&a, &b, &c] {
            sum.add(summand);
        }
        for summand in [&b, &c, &a] {
            sum.take(summand);
        }
        assert!(sum == Sum::NOTHING);
    }

    #[test]
    fn the_sum_is_that_of_numbers_of_256_bits() {
        let mut one = [0; 32];
        one[0] = 1;
        let mut sum = Sum([0xff; 32]);
        sum.add(&one);
        assert!(sum == Sum::NOTHING, "it wraps");
        sum.take(&one);
        assert!(sum == Sum([0xff; 32]), "and back");
        let mut top = [0; 32];
        top[31] = 1;
        let mut sum = Sum::NOTHING;
        sum.add(&top);
        sum.take(&one);
        assert_eq!((sum.0[31], sum.0[0]), (0, 0xff), "the borrow runs to the end");
    }
}
