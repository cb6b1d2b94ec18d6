//! Copies of authority beside a copied ledger: for each authority set that its entries changed, the rows as they are now.
//! A restore puts them over what a backup holds, so that a wall made or a seat ended since then is not undone by it.
//!
//! What must hold: a copy is written before the checkpoint that covers its entries; the newest copy of a set wins; and
//! none is believed but by the MACs of its rows and the digest that the ledger names.
//!
//! `authority/<size>-<n>`, both with leading zeros: one JSON object, `sets` with `set`, `version`, `digest`, `mac` (those of
//! its row in `authority_set`) and `tables`: `name`, `columns`, `rows`.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use strongroom_storage::sql::Tx;
use strongroom_storage::sql::shape::Table;
use strongroom_storage::{params, statements};

use super::copied::{columns_of, to_json};
use super::error::{Error, Result};
use super::ledger::signed;
use super::sets::{self, Set};
use super::strongroom::Strongroom;

statements! {
    pub SETS_CHANGED = "SELECT DISTINCT s.set_id AS set_id FROM ledger_entry e JOIN ledger_set s ON s.entry_id = e.entry_id \
        WHERE e.idx >= $1 AND e.idx < $2 ORDER BY s.set_id";
    pub SET_ROW = "SELECT version, digest, mac FROM authority_set WHERE set_id = $1";
}

/// Sets of one file.
const TOGETHER: usize = 200;

/// A file of copies.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copies {
    /// The sets.
    pub sets: Vec<SetCopy>,
}

/// A set as it was last.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetCopy {
    /// Its name.
    pub set: String,
    /// Its version.
    pub version: i64,
    /// The digest over its rows, in hexadecimal.
    pub digest: String,
    /// The MAC of set, version and digest, in hexadecimal.
    pub mac: String,
    /// Its rows.
    pub tables: Vec<RowsCopy>,
}

/// Rows of one table.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowsCopy {
    /// The table.
    pub name: String,
    /// Its columns and what they hold.
    pub columns: Vec<(String, String)>,
    /// The rows: a value for each column.
    pub rows: Vec<Value>,
}

/// The tables of a set and the column that names its owner; the one that others name comes first.
#[must_use]
pub fn tables_of(set: Set) -> (&'static [(&'static str, &'static str)], String) {
    match set {
        Set::Seats(id) => (&[("matter", "matter_id"), ("seat", "matter_id")], id.to_string()),
        Set::WallsOfMatter(id) => (&[("wall_part", "thing_id")], id.to_string()),
        Set::WallsOfClient(id) => (&[("wall_part", "thing_id")], id.to_string()),
        Set::Wall(id) => (&[("wall", "wall_id"), ("wall_part", "wall_id")], id.to_string()),
        Set::Members(id) => (&[("staff_group", "group_id"), ("group_member", "group_id")], id.to_string()),
        Set::Person(id) => {
            let tables = &[
                ("staff", "staff_id"),
                ("standing", "staff_id"),
                ("credential", "staff_id"),
                ("session", "staff_id"),
                ("token", "staff_id"),
            ];
            (tables, id.to_string())
        }
        Set::Firm(id) => (&[("firm", "firm_id"), ("policy_file", "")], id.to_string()),
    }
}

impl Strongroom {
    /// Files of the sets that the entries from `held` on changed, as they are now.
    pub(crate) async fn authority_copies(&self, held: u64, size: u64) -> Result<Vec<(String, Vec<u8>)>> {
        let rows = self.db.all(&SETS_CHANGED, &params![signed(held)?, signed(size)?]).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let shapes = self.shapes().await?;
        let mut files = Vec::new();
        for (n, together) in rows.chunks(TOGETHER).enumerate() {
            let mut copies = Copies { sets: Vec::with_capacity(together.len()) };
            for row in together {
                let id: String = row.get("set_id")?;
                // rows and digest of one moment
                let mut moment = self.db.snapshot().await?;
                copies.sets.extend(copy_of(&mut moment, shapes, &id).await?);
                moment.rollback().await?;
            }
            let text = serde_json::to_vec(&copies).map_err(|e| Error::Internal(e.to_string()))?;
            files.push((format!("authority/{size:020}-{n:06}"), text));
        }
        Ok(files)
    }
}

async fn copy_of(moment: &mut Tx, shapes: &[Table], id: &str) -> Result<Option<SetCopy>> {
    let (Some(set), Some(row)) = (Set::parse(id), moment.optional(&SET_ROW, &params![id]).await?) else {
        return Ok(None);
    };
    let (tables, owner) = tables_of(set);
    let mut copies = Vec::with_capacity(tables.len());
    for (name, column) in tables {
        let Some(shape) = shapes.iter().find(|shape| shape.name == *name) else { continue };
        let rows = if column.is_empty() {
            shape.page(moment, None, u32::MAX).await?
        } else {
            shape.rows_of(moment, column, &owner).await?
        };
        copies.push(RowsCopy {
            name: (*name).to_owned(),
            columns: columns_of(shape),
            rows: rows.iter().map(to_json).collect(),
        });
    }
    Ok(Some(SetCopy {
        set: id.to_owned(),
        version: row.get("version")?,
        digest: hex::encode(row.get::<Vec<u8>>("digest")?),
        mac: hex::encode(row.get::<Vec<u8>>("mac")?),
        tables: copies,
    }))
}

impl SetCopy {
    /// Whether set, version and digest carry the system's MAC.
    ///
    /// # Errors
    /// They do not; sealed.
    pub fn check(&self, vault: &super::vault::Vault) -> Result<()> {
        let (digest, mac) = (hex::decode(&self.digest), hex::decode(&self.mac));
        let (digest, mac) = (digest.unwrap_or_default(), mac.unwrap_or_default());
        sets::bind(&self.set, self.version, &digest).check(vault, &mac, &self.set)
    }
}
