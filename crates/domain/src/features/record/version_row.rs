//! A version as it is filed: what tells of it is sealed, and its bytes are found again in their matter.

use strongroom_preview::sniff;
use strongroom_seal::{Key, mac};
use strongroom_storage::params;

use crate::kernel::error::{Error, Result};
use crate::kernel::facts::{MatterFacts, RecordFacts, id_of};
use crate::kernel::id::{MatterId, Record};
use crate::kernel::operation::WriteTx;
use crate::kernel::target::Target;
use crate::kernel::vault::{Column, KeyOf};
use crate::kernel::verb::Verb;

use super::model::VersionFacts;
use super::sink::Sunk;
use super::store::{self, VersionRow};

/// Files what came in as the record's newest version. The same bytes elsewhere in the matter are said, unless they
/// are wanted all the same.
pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    matter: &MatterFacts,
    record: &RecordFacts,
    key: &Key,
    filename: String,
    sunk: &Sunk,
    keep_duplicate: bool,
) -> Result<VersionFacts> {
    let matter_key = tx.key(&matter.id.any(), KeyOf::Matter(matter.number))?;
    let content_index = content_index(&matter_key, &sunk.sha256);
    // two who send the same bytes at one moment would not see each other's
    let [a, b, c, d, ..] = content_index;
    tx.alone_over([a, b, c, d]).await?;
    if !keep_duplicate {
        refuse_same(tx, matter.id, content_index).await?;
    }
    let media_type = sniff(&sunk.head, &filename).mime.to_owned();
    let facts = VersionFacts { filename, media_type, sha256: hex::encode(sunk.sha256) };
    let row = VersionFacts::row(record.id, record.version);
    let at = Column { table: "record_version", row: &row, column: "facts", version: record.version };
    let body = serde_json::to_string(&facts).map_err(|e| Error::Internal(e.to_string()))?;
    let version = VersionRow {
        record: record.id,
        version: record.version,
        matter: matter.id,
        blob: sunk.blob.as_str().to_owned(),
        size: record.size,
        content_index: content_index.to_vec(),
        sealed_facts: tx.seal(key, at, &body),
        created_at: tx.now(),
        created_by: tx.ctx().actor().name(),
    };
    tx.exec_one(&store::VERSION_INSERT, &version.values(tx.vault())?).await?;
    Ok(facts)
}

/// The same bytes in the matter are said to be there, to whoever may list its records; from anyone else they are taken
/// without a word.
pub(crate) async fn refuse_same(
    tx: &mut WriteTx<'_>,
    matter: MatterId,
    content_index: [u8; 16],
) -> Result<()> {
    match tx.optional(&store::SAME_CONTENT, &params![matter.to_string(), content_index]).await? {
        Some(row) if tx.may(Verb::RecordList, &Target::Matter(matter)).await? => {
            Err(Error::Duplicate { of: id_of::<Record>(&row, "record_id")?.any() })
        }
        _ => Ok(()),
    }
}

/// The blind index under which the same bytes in one matter are found.
pub(crate) fn content_index(matter_key: &Key, sha256: &[u8; 32]) -> [u8; 16] {
    mac::blind_index(&matter_key.derive("content index"), "sha256", &hex::encode(sha256))
}
