//! An upload's row, bound like all that the gate reads.

use serde::{Deserialize, Serialize};
use strongroom_seal::Key;
use strongroom_storage::params;
use strongroom_storage::sql::Row;

use crate::kernel::bound::Bind;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::{id_of, number};
use crate::kernel::id::{MatterId, RecordId, StaffId, UploadId};
use crate::kernel::operation::WriteTx;
use crate::kernel::vault::{Column, Vault};

use super::store;

/// What is sealed of an upload.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Meta {
    pub(crate) filename: String,
    pub(crate) folder: Option<String>,
    pub(crate) labels: Option<Vec<String>>,
    pub(crate) version_of: Option<String>,
    pub(crate) keep_duplicate: bool,
    /// By what the sender's browsers know the same file again.
    #[serde(default)]
    pub(crate) sample: Option<String>,
}

/// See the module.
#[derive(Clone)]
pub(crate) struct UploadRow {
    pub(crate) id: UploadId,
    pub(crate) matter: MatterId,
    pub(crate) staff: StaffId,
    pub(crate) number: u32,
    pub(crate) length: i64,
    pub(crate) received: i64,
    pub(crate) state: String,
    pub(crate) record: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) sealed_meta: Vec<u8>,
}

impl UploadRow {
    pub(crate) fn bind(&self) -> Bind {
        Bind::table("upload")
            .text(&self.id.to_string())
            .text(&self.matter.to_string())
            .text(&self.staff.to_string())
            .int(i64::from(self.number))
            .int(self.length)
            .int(self.received)
            .text(&self.state)
            .opt_text(self.record.as_deref())
            .int(self.created_at)
            .int(self.expires_at)
            .bytes(&self.sealed_meta)
    }

    pub(crate) fn read(row: &Row, vault: &Vault) -> Result<Self> {
        let upload = Self {
            id: id_of(row, "upload_id")?,
            matter: id_of(row, "matter_id")?,
            staff: id_of(row, "staff_id")?,
            number: number(row)?,
            length: row.get("length")?,
            received: row.get("received")?,
            state: row.get("state")?,
            record: row.get("record_id")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
            sealed_meta: row.get("sealed_meta")?,
        };
        upload.bind().check(vault, &row.get::<Vec<u8>>("mac")?, &upload.id.to_string())?;
        Ok(upload)
    }

    pub(crate) fn meta(&self, vault: &Vault, key: &Key) -> Result<Meta> {
        let row = self.id.to_string();
        let clear = vault.open_column(key, meta_at(&row), &self.sealed_meta)?;
        serde_json::from_slice(clear.as_slice()).map_err(|_| Error::Damaged(self.id.any()))
    }

    /// Writes the row as it is now, if it is still as it was received before.
    pub(crate) async fn save(&self, tx: &mut WriteTx<'_>, received_before: i64) -> Result<()> {
        let values = params![
            self.received,
            self.state.clone(),
            self.record.clone(),
            self.expires_at,
            self.bind().mac(tx.vault())?,
            self.id.to_string(),
            received_before
        ];
        tx.exec_one(&store::UPLOAD_CHANGE, &values).await
    }
}

pub(crate) const fn meta_at(row: &str) -> Column<'_> {
    Column { table: "upload", row, column: "meta", version: 1 }
}

/// Marks an upload done, in the transaction that files its record.
pub(crate) async fn finish_in(tx: &mut WriteTx<'_>, upload: &UploadRow, record: RecordId) -> Result<()> {
    let mut done = upload.clone();
    done.state = String::from("done");
    done.record = Some(record.to_string());
    done.save(tx, upload.received).await?;
    tx.exec(&store::PARTS_DELETE, &params![upload.id.to_string()]).await?;
    Ok(())
}
