//! What a snapshot consists of, in `snapshots/<id>.json`, bound by a MAC under the system key.
//!
//! ```text
//! strongroom-backup        the mark: which firm's
//! rows/ab/cdef…            rows of one table, a JSON array a line; named by the SHA-256 of the file
//! blobs/…                  the sealed files, as in the store
//! ledger/…                 the ledger with its copies of authority, as in a replica
//! snapshots/<id>.json      what belongs together
//! ```

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use strongroom_storage::disk::Disk;

use crate::kernel::bound::Bind;
use crate::kernel::error::{Error, Result};
use crate::kernel::vault::Vault;

/// The mark of a backup's folder; the firm's id follows.
pub(super) const MARK: &str = "strongroom-backup";

/// Tables whose rows are not kept: what is under way, and what is only of the moment. The ledger has its own copy.
pub(super) const LEFT_OUT: [&str; 9] = [
    "upload",
    "upload_part",
    "remembered_answer",
    "throttle",
    "authority",
    "ledger_entry",
    "ledger_set",
    "ledger_head",
    "ledger_tile",
];

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Of the format: 1.
    pub format: u32,
    /// The snapshot's name.
    pub id: String,
    /// The firm.
    pub firm: String,
    /// The ledger's origin.
    pub origin: String,
    /// When its transaction began, in microseconds since 1970.
    pub taken_at: i64,
    /// The last migration of the database that was copied.
    pub schema: u32,
    /// The release that took it.
    pub program: String,
    /// Its tables, in the order in which they can be put back.
    pub tables: Vec<TableCopy>,
    /// Files that its rows name.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many entries of the ledger were numbered and signed when it was whole: none of its rows is newer.
    pub ledger_size: u64,
    /// MAC of all of the above, in hexadecimal.
    #[serde(default)]
    pub mac: String,
}

/// The rows of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableCopy {
    /// The table.
    pub name: String,
    /// Its columns and what they hold.
    pub columns: Vec<(String, String)>,
    /// How many rows.
    pub rows: u64,
    /// SHA-256 of each file of rows, in order.
    pub pieces: Vec<String>,
}

impl Manifest {
    fn bind(&self) -> Result<Bind> {
        let bare = Self { mac: String::new(), ..self.clone() };
        let text = serde_json::to_string(&bare).map_err(|e| Error::Internal(e.to_string()))?;
        Ok(Bind::table("backup manifest").text(&text))
    }

    /// Bound, as it is written.
    pub(super) fn sealed(mut self, vault: &Vault) -> Result<Self> {
        self.mac = hex::encode(self.bind()?.mac(vault)?);
        Ok(self)
    }

    /// Holds it against its MAC.
    ///
    /// # Errors
    /// Someone changed it, or it is another firm's; sealed.
    pub fn check(&self, vault: &Vault) -> Result<()> {
        let mac = hex::decode(&self.mac).unwrap_or_default();
        self.bind()?.check(vault, &mac, &self.id)
    }
}

/// Where a file of rows lies.
pub(super) fn piece_path(folder: &Path, hash: &str) -> PathBuf {
    let (shard, rest) = hash.split_at_checked(2).unwrap_or(("", hash));
    folder.join("rows").join(shard).join(rest)
}

/// A sentence of a file that is not what it should be.
pub(super) fn unreadable(path: &Path, cause: impl std::fmt::Display) -> Error {
    Error::Unavailable(format!("{} cannot be used: {cause}", path.display()))
}

/// A snapshot of a folder by its name; the newest where none is named.
///
/// # Errors
/// It is no folder of backups, or holds no such snapshot; a manifest cannot be read.
pub fn snapshot(disk: &Disk, folder: &Path, wanted: Option<&str>) -> Result<Manifest> {
    let found = snapshots(disk, folder)?.into_iter().rfind(|m| wanted.is_none_or(|id| m.id == id));
    found.ok_or_else(|| unreadable(folder, "it holds no such snapshot"))
}

/// The snapshots of a folder, oldest first.
pub(super) fn snapshots(disk: &Disk, folder: &Path) -> Result<Vec<Manifest>> {
    let mark = folder.join(MARK);
    disk.read(&mark).map_err(|e| unreadable(&mark, e))?;
    let place = folder.join("snapshots");
    let names = disk.names(&place).map_err(|e| unreadable(&place, e))?;
    let mut all: Vec<Manifest> = Vec::with_capacity(names.len());
    for name in names.iter().filter(|name| name.ends_with(".json")) {
        let path = place.join(name);
        let bytes = disk.read(&path).map_err(|e| unreadable(&path, e))?;
        all.push(serde_json::from_slice(&bytes).map_err(|e| unreadable(&path, e))?);
    }
    all.sort_by(|a, b| (a.taken_at, &a.id).cmp(&(b.taken_at, &b.id)));
    Ok(all)
}
