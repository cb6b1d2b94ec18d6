//! Authority as it was last: the copies that lie beside the ledger are put over what the snapshot holds.

use std::collections::BTreeMap;
use std::path::PathBuf;

use strongroom_storage::disk::Disk;
use strongroom_storage::params;
use strongroom_storage::sql::shape::{self, Table, Values};
use strongroom_storage::sql::{Db, Param, Tx};

use super::ledger::Said;
use super::manifest::unreadable;
use super::store;
use crate::kernel::authority_copy::{Copies, SetCopy, tables_of};
use crate::kernel::copied::from_json;
use crate::kernel::error::{Error, Result};
use crate::kernel::sets::{SET_PUT, Set};
use crate::kernel::vault::Vault;

/// The newest copy of each set in these folders.
fn newest(disk: &Disk, vault: &Vault, folders: &[PathBuf]) -> Result<BTreeMap<String, SetCopy>> {
    let mut newest: BTreeMap<String, SetCopy> = BTreeMap::new();
    for folder in folders {
        let place = folder.join("authority");
        if !disk.exists(&place).unwrap_or(false) {
            continue;
        }
        for name in disk.names(&place).map_err(|e| unreadable(&place, e))? {
            let path = place.join(&name);
            if name.ends_with(".new") {
                continue;
            }
            let copies =
                disk.read(&path).ok().and_then(|bytes| serde_json::from_slice::<Copies>(&bytes).ok());
            let Some(copies) = copies else {
                tracing::error!(file = %path.display(), "a copy of authority cannot be read");
                continue;
            };
            for copy in copies.sets {
                // one that nobody of ours wrote must not hide one of ours
                if copy.check(vault).is_err() {
                    tracing::error!(file = %path.display(), set = copy.set, "a copy of authority carries no MAC of ours");
                    continue;
                }
                if newest.get(&copy.set).is_none_or(|known| known.version < copy.version) {
                    newest.insert(copy.set.clone(), copy);
                }
            }
        }
    }
    Ok(newest)
}

/// People before what names them, walls before their parts, matters before their seats.
const fn turn(set: Set) -> u8 {
    match set {
        Set::Firm(_) => 0,
        Set::Person(_) => 1,
        Set::Members(_) => 2,
        Set::Wall(_) => 3,
        Set::Seats(_) => 4,
        Set::WallsOfMatter(_) | Set::WallsOfClient(_) => 5,
    }
}

/// Brings every set to the newest state that the ledger names; how many were older, and which are newer now than the
/// ledger's last word: they changed while it was copied.
///
/// # Errors
/// A set is older than the ledger says, and no copy of it is as new; a copy carries no MAC of ours; storage.
pub(super) async fn renew(
    db: &Db,
    vault: &Vault,
    disk: &Disk,
    folders: &[PathBuf],
    said: &Said,
) -> Result<(u64, Vec<Set>)> {
    let copies = newest(disk, vault, folders)?;
    let shapes = shape::tables(db).await?;
    let mut sets: Vec<(Set, &str, i64)> = Vec::new();
    for (name, version) in &said.sets {
        let set = Set::parse(name).ok_or_else(|| missing(name))?;
        sets.push((set, name, *version));
    }
    sets.sort_by_key(|(set, name, _)| (turn(*set), (*name).to_owned()));
    let (mut renewed, mut ahead) = (0, Vec::new());
    for (set, name, version) in sets {
        let mut tx = db.begin().await?;
        let here = tx.optional(&store::SET_VERSION, &params![name]).await?;
        let here: i64 = here.map_or(Ok(0), |row| row.get("version"))?;
        if here < version {
            let copy =
                copies.get(name).filter(|copy| copy.version >= version).ok_or_else(|| missing(name))?;
            if put(&mut tx, &shapes, set, copy).await? && copy.version > version {
                ahead.push(set);
            }
            renewed += 1;
        }
        tx.commit().await?;
    }
    Ok((renewed, ahead))
}

fn missing(set: &str) -> Error {
    let says = format!(
        "The ledger says that {set} changed after the snapshot was taken, and no copy of that change was found. Nothing may \
        be decided by an older state. Name the newest replica of the ledger with --ledger."
    );
    Error::conflict("restore.authority", says)
}

/// Puts a set's rows and digest; false where they have nothing to stand on.
async fn put(tx: &mut Tx, shapes: &[Table], set: Set, copy: &SetCopy) -> Result<bool> {
    let (tables, owner) = tables_of(set);
    // a matter of a client that came after the snapshot has nothing to stand on
    if let Set::Seats(_) = set
        && !client_is_there(tx, shapes, copy).await?
    {
        return Ok(false);
    }
    for (name, column) in tables {
        let Some(shape) = named(shapes, name) else { continue };
        let rows: Vec<Values> = copy
            .tables
            .iter()
            .filter(|table| table.name == *name)
            .flat_map(|table| &table.rows)
            .map(|row| from_json(row, &shape.columns).ok_or_else(|| missing(&copy.set)))
            .collect::<Result<_>>()?;
        // the first names what others name: it is put over, and never taken away
        if column.is_empty() {
            tx.exec(&store::FILES_DROP, &[]).await?;
        } else if tables.first().is_some_and(|(first, _)| first != name) {
            shape.remove_of(tx, column, &owner).await?;
        }
        for row in &rows {
            shape.put(tx, row).await?;
        }
    }
    let (digest, mac) = (hex::decode(&copy.digest), hex::decode(&copy.mac));
    let wrong = |_| missing(&copy.set);
    let values = params![copy.set.clone(), copy.version, digest.map_err(wrong)?, mac.map_err(wrong)?];
    tx.exec_one(&SET_PUT, &values).await?;
    Ok(true)
}

fn named<'a>(shapes: &'a [Table], name: &str) -> Option<&'a Table> {
    shapes.iter().find(|shape| shape.name == name)
}

async fn client_is_there(tx: &mut Tx, shapes: &[Table], copy: &SetCopy) -> Result<bool> {
    let (Some(matter), Some(clients)) = (named(shapes, "matter"), named(shapes, "client")) else {
        return Ok(false);
    };
    let rows = copy.tables.iter().filter(|table| table.name == "matter").flat_map(|table| &table.rows);
    for row in rows {
        let row = from_json(row, &matter.columns).ok_or_else(|| missing(&copy.set))?;
        let place = matter.columns.iter().position(|(name, _)| name == "client_id");
        if let Some(Param::Text(Some(client))) = place.and_then(|place| row.get(place)) {
            return Ok(!clients.rows_of(tx, "client_id", client).await?.is_empty());
        }
    }
    Ok(false)
}
