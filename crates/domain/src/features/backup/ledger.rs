//! The ledger of a restore: the longest copy that is signed, whole, and contains what the keyring remembers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use strongroom_storage::disk::Disk;
use strongroom_storage::params;
use strongroom_storage::sql::{Db, Tx};
use strongroom_tlog::bundle::{self, BundlePath};
use strongroom_tlog::{Appender, Checkpoint, Hash, Note, VerifierKey, leaf_hash};

use super::manifest::unreadable;
use super::store;
use crate::kernel::clock::{Micros, parse_rfc3339};
use crate::kernel::error::{Error, Result};
use crate::kernel::ledger::signed;
use crate::kernel::sequencer::TILE_PUT;
use crate::kernel::sets::SET_LOG;

/// A copy of the ledger.
pub(super) struct Copy {
    pub(super) folder: PathBuf,
    pub(super) size: u64,
    root: Hash,
    note: Vec<u8>,
}

/// What the entries say in sum.
#[derive(Default)]
pub(super) struct Said {
    /// The newest version of each authority set.
    pub(super) sets: BTreeMap<String, i64>,
    /// The highest number of changes of authority that was stated.
    pub(super) number: i64,
    /// Up to where earlier restores have said what was lost.
    pub(super) accounted: i64,
}

/// The longest of the copies in these folders that is whole and begins with what the keyring remembers.
///
/// # Errors
/// None is, or the longest ends before what the keyring remembers: then the end of the ledger is lost.
pub(super) fn longest(
    disk: &Disk,
    folders: &[PathBuf],
    key: &VerifierKey,
    kept: (u64, Hash),
) -> Result<Copy> {
    let mut copies: Vec<Copy> = folders.iter().filter_map(|folder| read(disk, folder, key)).collect();
    copies.sort_by_key(|copy| std::cmp::Reverse(copy.size));
    let reached = copies.first().map_or(0, |copy| copy.size);
    if reached >= kept.0 && reached > 0 {
        let mut broken = Vec::new();
        // a shorter one that is whole would bring back what was taken away since
        for copy in copies.into_iter().take_while(|copy| copy.size == reached) {
            match walk(disk, &copy, kept) {
                Ok(()) => return Ok(copy),
                Err(error) => broken.push(format!("{}: {error}", copy.folder.display())),
            }
        }
        let says = format!(
            "The longest copy of the ledger is not whole ({}). Nothing was restored. Mend it from another copy of the same \
            length, or take it out of the list and say in writing what is lost by that.",
            broken.join("; ")
        );
        return Err(Error::conflict("ledger.not_whole", says));
    }
    let says = format!(
        "The keyring remembers a ledger of {} entries, and the longest copy that could be read has {reached}. Nothing was \
        restored. Look for a newer replica of the ledger and name it with --ledger.",
        kept.0
    );
    Err(Error::conflict("ledger.end_lost", says))
}

fn read(disk: &Disk, folder: &Path, key: &VerifierKey) -> Option<Copy> {
    let note = disk.read(&folder.join("checkpoint")).ok()?;
    let opened = Checkpoint::open(&Note::parse(&note).ok()?, std::slice::from_ref(key)).ok()?;
    let (size, root) = (opened.checkpoint.size, opened.checkpoint.root);
    Some(Copy { folder: folder.to_owned(), size, root, note })
}

/// Reads every entry in its order, and holds the tree that they make against the checkpoint and what is remembered.
fn walk(disk: &Disk, copy: &Copy, kept: (u64, Hash)) -> Result<()> {
    let mut appender = Appender::new();
    let other = |what: &str| unreadable(&copy.folder, what);
    while appender.size() < copy.size {
        let start = appender.size();
        let leaves: Vec<Hash> = bundle_at(disk, copy, start)?.iter().map(|entry| leaf_hash(entry)).collect();
        let upto = usize::try_from(kept.0.saturating_sub(start)).unwrap_or(usize::MAX).min(leaves.len());
        let (before, after) = leaves.split_at(upto);
        for leaves in [before, after] {
            appender.append(leaves).map_err(|_| other("its tree cannot be grown"))?;
            if appender.size() == kept.0 && appender.root() != kept.1 {
                return Err(other("it is another ledger than the keyring remembers"));
            }
        }
    }
    if appender.root() == copy.root { Ok(()) } else { Err(other("its entries do not make its checkpoint")) }
}

/// The entries of the bundle that begins at an index.
fn bundle_at(disk: &Disk, copy: &Copy, start: u64) -> Result<Vec<Vec<u8>>> {
    let gone = || unreadable(&copy.folder, "entries are missing");
    let path = BundlePath::of_entry(start, copy.size).ok_or_else(gone)?;
    let file = copy.folder.join(path.to_string());
    let bytes = disk.read(&file).map_err(|e| unreadable(&file, e))?;
    let entries = bundle::parse(&bytes, path.width).map_err(|e| unreadable(&file, e))?;
    Ok(entries.into_iter().map(<[u8]>::to_vec).collect())
}

/// Puts the copy into an empty database; what its entries say of authority.
pub(super) async fn put(db: &Db, disk: &Disk, copy: &Copy, now: Micros) -> Result<Said> {
    let (mut said, mut appender) = (Said::default(), Appender::new());
    while appender.size() < copy.size {
        let start = appender.size();
        let entries = bundle_at(disk, copy, start)?;
        let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let tiles = appender.append(&leaves).map_err(|e| unreadable(&copy.folder, e))?;
        let mut tx = db.begin().await?;
        for (bytes, index) in entries.iter().zip(start..) {
            put_entry(&mut tx, index, bytes, &mut said).await?;
        }
        for tile in tiles {
            let values = params![i64::from(tile.path.level), signed(tile.path.index)?, tile.bytes];
            tx.exec_one(&TILE_PUT, &values).await?;
        }
        tx.commit().await?;
    }
    let mut tx = db.begin().await?;
    let values = params![signed(copy.size)?, copy.root, copy.note.clone(), now];
    tx.exec_one(&store::HEAD_PUT, &values).await?;
    tx.commit().await?;
    Ok(said)
}

async fn put_entry(tx: &mut Tx, index: u64, bytes: &[u8], said: &mut Said) -> Result<()> {
    let strange = || Error::Tampered { table: "ledger_entry", id: index.to_string() };
    let json: Value = serde_json::from_slice(bytes).map_err(|_| strange())?;
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let of = |kind: &str| text(json.get("of").and_then(|of| of.get(kind)));
    let actor = json.get("actor").ok_or_else(strange)?;
    let id = text(json.get("id")).ok_or_else(strange)?;
    let at = text(json.get("at")).as_deref().and_then(parse_rfc3339).ok_or_else(strange)?;
    let need = |value: Option<&Value>| text(value).ok_or_else(strange);
    let values = params![
        id.clone(),
        at,
        signed(index)?,
        need(actor.get("kind"))?,
        need(actor.get("id"))?,
        need(json.get("channel"))?,
        need(json.get("verb"))?,
        need(json.get("outcome"))?,
        of("client"),
        of("matter"),
        of("record"),
        need(json.get("request"))?,
        bytes.to_vec()
    ];
    tx.exec_one(&store::ENTRY_PUT, &values).await?;
    let facts = json.get("facts");
    let number = facts.and_then(|f| f.get("authority")?.get("number")?.as_i64()).unwrap_or(0);
    said.number = said.number.max(number);
    if json.get("verb").and_then(Value::as_str) == Some("system.restore") {
        let to = facts.and_then(|f| f.get("to")?.as_i64()).unwrap_or(0);
        said.accounted = said.accounted.max(to);
    }
    for set in facts.and_then(|f| f.get("sets")?.as_array()).into_iter().flatten() {
        let name = need(set.get("set"))?;
        let version = set.get("version").and_then(Value::as_i64).ok_or_else(strange)?;
        let digest = hex::decode(need(set.get("digest"))?).map_err(|_| strange())?;
        tx.exec_one(&SET_LOG, &params![name.clone(), version, digest, id.clone()]).await?;
        let newest = said.sets.entry(name).or_insert(0);
        *newest = version.max(*newest);
    }
    Ok(())
}
