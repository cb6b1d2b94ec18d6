//! Rows of records, their versions and folders.

use strongroom_storage::params;
use strongroom_storage::sql::{Param, Row};
use strongroom_storage::statements;

use crate::kernel::bound::Bind;
use crate::kernel::error::Result;
use crate::kernel::facts::id_of;
use crate::kernel::id::{FolderId, MatterId, RecordId};
use crate::kernel::vault::Vault;

statements! {
    pub RECORD_INSERT = "INSERT INTO record (record_id, matter_id, folder_id, number, labels, version, size, created_at, created_by, changed_at, sealed_title, row_version, mac) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    pub RECORD_UPDATE = "UPDATE record SET folder_id = $1, labels = $2, version = $3, size = $4, changed_at = $5, sealed_title = $6, row_version = $7, mac = $8 \
        WHERE record_id = $9 AND row_version = $10";
    pub VERSION_INSERT = "INSERT INTO record_version (record_id, version, matter_id, blob, size, content_index, sealed_facts, created_at, created_by, mac) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    pub VERSIONS = "SELECT record_id, version, matter_id, blob, size, content_index, sealed_facts, created_at, created_by, mac \
        FROM record_version WHERE record_id = $1 ORDER BY version DESC";
    pub VERSION = "SELECT record_id, version, matter_id, blob, size, content_index, sealed_facts, created_at, created_by, mac \
        FROM record_version WHERE record_id = $1 AND version = $2";
    pub SAME_CONTENT = "SELECT record_id FROM record_version WHERE matter_id = $1 AND content_index = $2 ORDER BY created_at LIMIT 1";
    pub PAGE = "SELECT r.record_id AS record_id, r.matter_id AS matter_id, r.folder_id AS folder_id, r.number AS number, r.labels AS labels, \
        r.version AS version, r.size AS size, r.created_at AS created_at, r.created_by AS created_by, r.changed_at AS changed_at, \
        r.sealed_title AS sealed_title, r.row_version AS row_version, r.mac AS mac, v.sealed_facts AS sealed_facts \
        FROM record r JOIN record_version v ON v.record_id = r.record_id AND v.version = r.version \
        WHERE r.matter_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR (r.changed_at, r.record_id) < ($2, CAST($3 AS TEXT))) \
        ORDER BY r.changed_at DESC, r.record_id DESC LIMIT $4";
    pub FOLDER_PAGE = "SELECT r.record_id AS record_id, r.matter_id AS matter_id, r.folder_id AS folder_id, r.number AS number, r.labels AS labels, \
        r.version AS version, r.size AS size, r.created_at AS created_at, r.created_by AS created_by, r.changed_at AS changed_at, \
        r.sealed_title AS sealed_title, r.row_version AS row_version, r.mac AS mac, v.sealed_facts AS sealed_facts \
        FROM record r JOIN record_version v ON v.record_id = r.record_id AND v.version = r.version \
        WHERE r.folder_id = $1 AND r.matter_id = $5 AND (CAST($2 AS BIGINT) IS NULL OR (r.changed_at, r.record_id) < ($2, CAST($3 AS TEXT))) \
        ORDER BY r.changed_at DESC, r.record_id DESC LIMIT $4";
    pub MATTER_ENTRIES = "SELECT entry_id, at, idx, actor_kind, actor_id, channel, verb, outcome, client_id, matter_id, record_id, bytes \
        FROM ledger_entry WHERE matter_id = $1 AND (at, entry_id) > ($2, CAST($3 AS TEXT)) \
        ORDER BY at, entry_id LIMIT $4";
    pub MATTERS_BY_CHANGE = "SELECT DISTINCT s.matter_id AS matter_id, \
        COALESCE((SELECT MAX(r.changed_at) FROM record r WHERE r.matter_id = s.matter_id), 0) AS at \
        FROM seat s WHERE s.staff_id = $1 AND (s.until IS NULL OR s.until > $2) ORDER BY at DESC, matter_id DESC LIMIT $3";
    pub TITLES = "SELECT record_id, matter_id, folder_id, number, labels, version, size, created_at, created_by, changed_at, sealed_title, row_version, mac \
        FROM record WHERE matter_id = $1 ORDER BY changed_at DESC, record_id DESC LIMIT $2";
    pub FOLDER_COUNTS = "SELECT folder_id, COUNT(*) AS n FROM record WHERE matter_id = $1 AND folder_id IS NOT NULL GROUP BY folder_id";
    pub FOLDERS = "SELECT folder_id, matter_id, parent_id, name_index, sealed_name, labels, created_at, row_version, mac \
        FROM folder WHERE matter_id = $1 ORDER BY created_at, folder_id";
    pub FOLDER_BY_NAME = "SELECT folder_id, matter_id, parent_id, name_index, sealed_name, labels, created_at, row_version, mac \
        FROM folder WHERE matter_id = $1 AND name_index = $2";
    pub FOLDER_INSERT = "INSERT INTO folder (folder_id, matter_id, parent_id, name_index, sealed_name, labels, created_at, row_version, mac) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (matter_id, name_index) DO NOTHING";
}

/// A row of `record_version`.
#[derive(Clone)]
pub(crate) struct VersionRow {
    pub(crate) record: RecordId,
    pub(crate) version: i64,
    pub(crate) matter: MatterId,
    pub(crate) blob: String,
    pub(crate) size: i64,
    pub(crate) content_index: Vec<u8>,
    pub(crate) sealed_facts: Vec<u8>,
    pub(crate) created_at: i64,
    pub(crate) created_by: String,
}

impl VersionRow {
    pub(crate) fn bind(&self) -> Bind {
        Bind::table("record_version")
            .text(&self.record.to_string())
            .int(self.version)
            .text(&self.matter.to_string())
            .text(&self.blob)
            .int(self.size)
            .bytes(&self.content_index)
            .bytes(&self.sealed_facts)
            .int(self.created_at)
            .text(&self.created_by)
    }

    /// What [`VERSION_INSERT`] takes.
    pub(crate) fn values(&self, vault: &Vault) -> Result<Vec<Param>> {
        Ok(Vec::from(params![
            self.record.to_string(),
            self.version,
            self.matter.to_string(),
            self.blob.clone(),
            self.size,
            self.content_index.clone(),
            self.sealed_facts.clone(),
            self.created_at,
            self.created_by.clone(),
            self.bind().mac(vault)?
        ]))
    }

    pub(crate) fn read(row: &Row, vault: &Vault) -> Result<Self> {
        let version = Self {
            record: id_of(row, "record_id")?,
            version: row.get("version")?,
            matter: id_of(row, "matter_id")?,
            blob: row.get("blob")?,
            size: row.get("size")?,
            content_index: row.get("content_index")?,
            sealed_facts: row.get("sealed_facts")?,
            created_at: row.get("created_at")?,
            created_by: row.get("created_by")?,
        };
        version.bind().check(vault, &row.get::<Vec<u8>>("mac")?, &version.record.to_string())?;
        Ok(version)
    }
}

/// A row of `folder`.
#[derive(Clone)]
pub(crate) struct FolderRow {
    pub(crate) id: FolderId,
    pub(crate) matter: MatterId,
    pub(crate) parent: Option<String>,
    pub(crate) name_index: Vec<u8>,
    pub(crate) sealed_name: Vec<u8>,
    pub(crate) labels: String,
    pub(crate) created_at: i64,
    pub(crate) row_version: i64,
}

impl FolderRow {
    pub(crate) fn bind(&self) -> Bind {
        Bind::table("folder")
            .text(&self.id.to_string())
            .text(&self.matter.to_string())
            .opt_text(self.parent.as_deref())
            .bytes(&self.name_index)
            .bytes(&self.sealed_name)
            .text(&self.labels)
            .int(self.created_at)
            .int(self.row_version)
    }

    pub(crate) fn read(row: &Row, vault: &Vault) -> Result<Self> {
        let folder = Self {
            id: id_of(row, "folder_id")?,
            matter: id_of(row, "matter_id")?,
            parent: row.get("parent_id")?,
            name_index: row.get("name_index")?,
            sealed_name: row.get("sealed_name")?,
            labels: row.get("labels")?,
            created_at: row.get("created_at")?,
            row_version: row.get("row_version")?,
        };
        folder.bind().check(vault, &row.get::<Vec<u8>>("mac")?, &folder.id.to_string())?;
        Ok(folder)
    }
}
