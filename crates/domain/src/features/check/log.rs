//! The ledger against itself: entries, tiles, root, signature, and what the keyring remembers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;
use strongroom_storage::params;
use strongroom_storage::sql::Row;
use strongroom_tlog::bundle::BundlePath;
use strongroom_tlog::tile::{self, FULL, needed_tiles_for_root};
use strongroom_tlog::{Appender, Checkpoint, Hash, Note, TilePath, VerifierKey, leaf_hash};

use crate::kernel::clock::{SECOND, rfc3339};
use crate::kernel::error::{Error, Result};
use crate::kernel::ledger::{Head, signed};

use super::{Checker, store};

const FROM_REPLICA: &str = "Restore the ledger from a ledger replica or the newest backup.";
const REBUILD: &str = "The entries are whole: rebuild the tiles from them.";

/// What the walk found, before it is known whether entries or tiles are wrong.
#[derive(Default)]
struct Walk {
    /// Entries whose hash is not the one in the tile.
    differ: Vec<u64>,
    /// Tiles that are not what the entries make.
    tiles: BTreeSet<TilePath>,
    missing: bool,
}

/// The whole ledger up to its size now.
pub(super) async fn ledger(checker: &mut Checker<'_>) -> Result<()> {
    checker.begin("ledger");
    let head = checker.room.ledger_head().await?;
    for row in checker.room.db.all(&store::LATE, &params![checker.room.now() - 5 * SECOND]).await? {
        let repair = "Start the server: its sequencer numbers and signs what is pending.";
        checker.warn(
            "an entry has waited longer than five seconds for its number",
            row.get::<String>("entry_id")?,
            repair,
        );
    }
    let (walk, appender) = walk(checker, head.size).await?;
    let whole = !walk.missing && appender.root() == head.root;
    if !whole {
        let what = "the entries do not lead to the root of the log: an entry was removed, changed or moved";
        checker.damage(what, format!("size {}", head.size), FROM_REPLICA);
    }
    for index in walk.differ {
        if whole {
            checker.damage(
                "a hash in a tile of the log is not that of its entry",
                format!("entry {index}"),
                REBUILD,
            );
        } else {
            checker.damage(
                "the bytes of an entry are not those that the log holds",
                format!("entry {index}"),
                FROM_REPLICA,
            );
        }
    }
    for path in walk.tiles {
        checker.damage(
            "a tile of the log is not what the entries make",
            path.to_string(),
            if whole { REBUILD } else { FROM_REPLICA },
        );
    }
    signature(checker, &head).await?;
    remembered(checker, &head).await?;
    let now = checker.room.ledger_head().await?;
    for row in checker.room.db.all(&store::BEYOND, &params![signed(now.size)?]).await? {
        // numbered meanwhile by the running server, if its head has grown since
        if checker.room.ledger_head().await?.size <= row.get::<u64>("idx")? {
            checker.damage(
                "an entry has a number beyond the end of the log",
                row.get::<String>("entry_id")?,
                FROM_REPLICA,
            );
        }
    }
    Ok(())
}

/// Reads the entries in the order of their numbers and grows the tree again from them.
async fn walk(checker: &mut Checker<'_>, size: u64) -> Result<(Walk, Appender)> {
    let (mut walk, mut appender) = (Walk::default(), Appender::new());
    let mut start = 0;
    while start < size {
        let end = size.min(start + u64::from(FULL));
        let range = params![signed(start)?, signed(end)?];
        let rows = checker.room.db.all(&store::ENTRIES, &range).await?;
        let mut sets: BTreeMap<String, BTreeSet<(String, i64, String)>> = BTreeMap::new();
        for row in checker.room.db.all(&store::SETS_OF_ENTRIES, &range).await? {
            let set = (row.get("set_id")?, row.get("version")?, hex::encode(row.get::<Vec<u8>>("digest")?));
            sets.entry(row.get("entry_id")?).or_default().insert(set);
        }
        let width = u16::try_from(end - start).unwrap_or(FULL);
        let path = TilePath { level: 0, index: start / u64::from(FULL), width };
        let stored = stored_hashes(checker, path).await?;
        if stored.len() != usize::from(width) {
            checker.damage("a tile of the log is missing or cut", path.to_string(), REBUILD);
        }
        let mut found: BTreeMap<u64, &Row> = BTreeMap::new();
        for row in &rows {
            found.insert(row.get("idx")?, row);
        }
        let mut leaves: Vec<Hash> = Vec::with_capacity(usize::from(width));
        for (place, index) in (start..end).enumerate() {
            let in_tile = stored.get(place).copied();
            let Some(row) = found.get(&index) else {
                checker.damage("an entry of the log is not there", format!("entry {index}"), FROM_REPLICA);
                walk.missing = true;
                leaves.push(in_tile.unwrap_or_default());
                continue;
            };
            let bytes: Vec<u8> = row.get("bytes")?;
            let leaf = leaf_hash(&bytes);
            if in_tile.is_some_and(|hash| hash != leaf) && walk.differ.len() < 100 {
                walk.differ.push(index);
            }
            leaves.push(leaf);
            let named = sets.remove(&row.get::<String>("entry_id")?).unwrap_or_default();
            look_at(checker, index, row, &bytes, &named)?;
        }
        let tiles = appender.append(&leaves).map_err(|e| Error::Internal(e.to_string()))?;
        for tile in tiles.into_iter().filter(|tile| tile.path.level > 0) {
            let stored = checker.room.tile(tile.path).await?;
            if stored.as_deref() != Some(tile.bytes.as_slice()) && walk.tiles.len() < 100 {
                walk.tiles.insert(tile.path);
            }
        }
        checker.looked_at(rows.len());
        start = end;
    }
    Ok((walk, appender))
}

async fn stored_hashes(checker: &Checker<'_>, path: TilePath) -> Result<Vec<Hash>> {
    let bytes = checker.room.tile(path).await?.unwrap_or_default();
    Ok(bytes.as_chunks::<32>().0.to_vec())
}

/// The columns by which an entry is found, and the sets that it names, are those of its bytes.
fn look_at(
    checker: &mut Checker<'_>,
    index: u64,
    row: &Row,
    bytes: &[u8],
    named: &BTreeSet<(String, i64, String)>,
) -> Result<()> {
    let json: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let actor = json.get("actor");
    let mut agree = text(json.get("at")) == rfc3339(row.get("at")?);
    for (column, said) in [
        ("entry_id", json.get("id")),
        ("actor_kind", actor.and_then(|a| a.get("kind"))),
        ("actor_id", actor.and_then(|a| a.get("id"))),
        ("channel", json.get("channel")),
        ("verb", json.get("verb")),
        ("outcome", json.get("outcome")),
        ("request_id", json.get("request")),
    ] {
        agree &= row.get::<String>(column)? == text(said);
    }
    let about: BTreeSet<String> =
        json.get("about").and_then(Value::as_array).into_iter().flatten().map(|v| text(Some(v))).collect();
    let of = json.get("of");
    for (column, kind) in [("client_id", "client"), ("matter_id", "matter"), ("record_id", "record")] {
        let found: Option<String> = row.get(column)?;
        agree &= match of {
            Some(of) => found.as_deref() == of.get(kind).and_then(Value::as_str),
            // entries of before said only what they are about
            None => found.is_none_or(|id| about.contains(&id)),
        };
    }
    if !agree {
        let repair = "Put the row's columns back as its bytes say; the bytes are what the log holds.";
        checker.damage(
            "the columns of an entry are not those of its bytes",
            format!("entry {index}"),
            repair,
        );
    }
    let sets: BTreeSet<(String, i64, String)> = json
        .get("facts")
        .and_then(|facts| facts.get("sets"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|set| {
            let version = set.get("version").and_then(Value::as_i64).unwrap_or_default();
            (text(set.get("set")), version, text(set.get("digest")))
        })
        .collect();
    if sets != *named {
        let repair = "Put the rows of ledger_set back as the entry says.";
        checker.damage(
            "what an entry says of authority sets is not what stands beside it",
            format!("entry {index}"),
            repair,
        );
    }
    Ok(())
}

/// The newest checkpoint is signed by our key, over a root that the tiles lead to.
async fn signature(checker: &mut Checker<'_>, head: &Head) -> Result<()> {
    if head.signed_size == 0 {
        return Ok(());
    }
    let id = format!("size {}", head.signed_size);
    let key = VerifierKey::parse(&checker.room.vkey()?).map_err(|e| Error::Internal(e.to_string()))?;
    let keys = [key];
    let note = Note::parse(head.checkpoint.as_bytes());
    let opened = note.ok().and_then(|note| Checkpoint::open(&note, &keys).ok().map(|o| o.checkpoint));
    let Some(checkpoint) =
        opened.filter(|c| c.size == head.signed_size && c.origin == checker.room.firm.origin)
    else {
        let repair =
            "Start the server: it signs a new checkpoint. If this comes back, the signing key was changed.";
        checker.damage("the newest checkpoint does not carry our signature", id, repair);
        return Ok(());
    };
    if root_at(checker, head.signed_size).await? != Some(checkpoint.root) {
        checker.damage("the log is another than the newest checkpoint signs", id, FROM_REPLICA);
    }
    Ok(())
}

/// Each ledger replica is the beginning of the log; with `deep`, byte by byte.
pub(super) async fn replicas(checker: &mut Checker<'_>, deep: bool) -> Result<()> {
    checker.begin("ledger replicas");
    for (folder, state) in checker.room.ledger_replicas() {
        let name = folder.display().to_string();
        match checker.room.replica_agrees(&folder).await? {
            Err(why) => {
                let repair = "Do not delete the replica: it is evidence. Find out what happened to the database, and restore the ledger from it.";
                checker.damage(format!("a ledger replica does not agree: {why}"), name.clone(), repair);
            }
            Ok(size) if deep => compare(checker, &folder, size).await?,
            Ok(_) => {}
        }
        if let Some(why) = state.trouble {
            checker.warn(
                format!("a ledger replica is not kept up: {why}"),
                name,
                "Bring the folder back within reach.",
            );
        }
        checker.looked_at(1);
    }
    Ok(())
}

async fn compare(checker: &mut Checker<'_>, folder: &Path, size: u64) -> Result<()> {
    let bundles =
        (0..size.div_ceil(u64::from(FULL))).filter_map(|n| BundlePath::of_entry(n * u64::from(FULL), size));
    for path in bundles {
        let here = checker.room.bundle_bytes(path).await?;
        differs(checker, folder, &path.to_string(), &here);
    }
    for path in tile::all_tiles(size) {
        let here = checker.room.tile(path).await?.unwrap_or_default();
        differs(checker, folder, &path.to_string(), &here);
    }
    Ok(())
}

fn differs(checker: &mut Checker<'_>, folder: &Path, name: &str, here: &[u8]) {
    if checker.room.vault.store().disk().read(&folder.join(name)).ok().as_deref() != Some(here) {
        let file = folder.join(name).display().to_string();
        let repair = "If strongroom-verify verifies the exported ledger, move the replica away and let the server write a new one.";
        checker.damage("a file of a ledger replica is missing or not what the log holds", file, repair);
    }
}

/// What is said of a log that is older than the keyring: of a backup that is only tried, it is no news.
pub(crate) const NOT_REMEMBERED: &str =
    "the log does not contain the checkpoint that the keyring remembers: it was rolled back or forked";

/// The log begins with the one that the keyring remembers.
async fn remembered(checker: &mut Checker<'_>, head: &Head) -> Result<()> {
    let (size, root) = checker.room.vault.kept_checkpoint()?;
    if size > head.size || (size > 0 && root_at(checker, size).await? != Some(root)) {
        checker.damage(NOT_REMEMBERED, format!("size {size}"), FROM_REPLICA);
    }
    Ok(())
}

async fn root_at(checker: &Checker<'_>, size: u64) -> Result<Option<Hash>> {
    let tiles = checker.room.tiles(&needed_tiles_for_root(size)).await?;
    Ok(tile::root(size, &tiles).ok())
}
