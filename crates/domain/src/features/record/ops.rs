//! Changing what is said of a record: title, folder, labels.

use strongroom_seal::Key;
use strongroom_storage::params;
use strongroom_storage::sql::Turn;

use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::RecordFacts;
use crate::kernel::id::RecordId;
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::target::{Subject, Target};
use crate::kernel::text::{Reason, Title};
use crate::kernel::vault::{Column, KeyOf};
use crate::kernel::verb::Verb;

use super::labels::Labels;
use super::{folders, store};

pub(super) fn open_title(tx: &WriteTx<'_>, key: &Key, record: &RecordFacts) -> Result<String> {
    let row = record.id.to_string();
    let at = Column { table: "record", row: &row, column: "title", version: record.row_version };
    tx.vault().open_text(key, at, &record.sealed_title)
}

/// Writes a record's row in its next version.
pub(super) async fn update(
    tx: &mut WriteTx<'_>,
    key: &Key,
    old: &RecordFacts,
    mut record: RecordFacts,
    title: &str,
) -> Result<RecordFacts> {
    record.row_version = old.row_version + 1;
    record.changed_at = tx.now();
    let row = record.id.to_string();
    let at = Column { table: "record", row: &row, column: "title", version: record.row_version };
    record.sealed_title = tx.seal(key, at, title);
    let values = params![
        record.folder.clone(),
        record.labels.clone(),
        record.version,
        record.size,
        record.changed_at,
        record.sealed_title.clone(),
        record.row_version,
        record.bind().mac(tx.vault())?,
        row,
        old.row_version
    ];
    tx.exec_one(&store::RECORD_UPDATE, &values).await?;
    Ok(record)
}

struct Held<'a> {
    old: &'a RecordFacts,
    key_of: KeyOf,
    key: Key,
    title: String,
}

/// The record as it stands, held against the version that the caller read.
fn hold<'a>(tx: &WriteTx<'_>, on: &'a Subject, etag: Option<i64>) -> Result<Held<'a>> {
    let old = on.need_record()?;
    if etag.is_some_and(|e| e != old.row_version) {
        return Err(Error::Stale);
    }
    let key_of = KeyOf::Record { matter: on.need_matter()?.number, record: old.number };
    let key = tx.key(&old.id.any(), key_of)?;
    let title = open_title(tx, &key, old)?;
    Ok(Held { old, key_of, key, title })
}

/// Changes a record's title.
pub struct RenameRecord {
    /// The record.
    pub record: RecordId,
    /// Its new title.
    pub title: Title,
    /// The version that the caller read.
    pub etag: Option<i64>,
}

impl Operation for RenameRecord {
    const VERB: Verb = Verb::RecordRename;
    const TURN: Turn = Turn::Beside;
    type Output = i64;

    fn target(&self) -> Target {
        Target::Record(self.record)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<i64>> {
        let held = hold(tx, on, self.etag)?;
        let record = update(tx, &held.key, held.old, held.old.clone(), self.title.as_str()).await?;
        let facts = Facts::default().told(self.record.any(), held.key_of, "title", self.title.as_str()).told(
            self.record.any(),
            held.key_of,
            "title_before",
            held.title,
        );
        Ok(Done::recording(record.row_version, facts))
    }
}

/// Moves a record to another folder of its matter.
pub struct MoveRecord {
    /// The record.
    pub record: RecordId,
    /// A path of folders, made on demand; none for the matter itself.
    pub folder: Option<String>,
    /// The version that the caller read.
    pub etag: Option<i64>,
}

impl Operation for MoveRecord {
    const VERB: Verb = Verb::RecordMove;
    const TURN: Turn = Turn::Beside;
    type Output = i64;

    fn target(&self) -> Target {
        Target::Record(self.record)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<i64>> {
        let held = hold(tx, on, self.etag)?;
        let path = self.folder.unwrap_or_default();
        let folder = folders::ensure(tx, on.need_matter()?, &path, None).await?;
        let mut record = held.old.clone();
        record.folder = folder.map(|(id, _)| id.to_string());
        // a folder's label holds for what is put into it
        let labels = Labels::of_row(&record.labels)?;
        record.labels = folder.map_or(labels, |(_, l)| labels.or_higher(l)).stored();
        let labels = record.labels.clone();
        let record = update(tx, &held.key, held.old, record, &held.title).await?;
        let facts = Facts::default().told(self.record.any(), held.key_of, "folder", path).told(
            self.record.any(),
            held.key_of,
            "labels",
            labels,
        );
        Ok(Done::recording(record.row_version, facts))
    }
}

/// Raises a label.
pub struct RaiseLabel {
    /// The record.
    pub record: RecordId,
    /// The new labels: nothing of the old is taken away.
    pub labels: Labels,
    /// The version that the caller read.
    pub etag: Option<i64>,
}

impl Operation for RaiseLabel {
    const VERB: Verb = Verb::LabelRaise;
    const TURN: Turn = Turn::Beside;
    type Output = i64;

    fn target(&self) -> Target {
        Target::Record(self.record)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<i64>> {
        let before = Labels::of_row(&on.need_record()?.labels)?;
        if !before.rises_to(self.labels) {
            let says =
                "That would lower the label. Lowering needs the lead or a records manager, and a reason.";
            return Err(Error::conflict("label.lowers", says));
        }
        relabel(tx, on, self.labels, self.etag, None).await
    }
}

/// Lowers a label, with a reason. A records manager does it without reading.
pub struct LowerLabel {
    /// The record.
    pub record: RecordId,
    /// The new labels.
    pub labels: Labels,
    /// Why.
    pub reason: Reason,
    /// The version that the caller read.
    pub etag: Option<i64>,
}

impl Operation for LowerLabel {
    const VERB: Verb = Verb::LabelLower;
    const TURN: Turn = Turn::Beside;
    type Output = i64;

    fn target(&self) -> Target {
        Target::Record(self.record)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<i64>> {
        relabel(tx, on, self.labels, self.etag, Some(self.reason)).await
    }
}

async fn relabel(
    tx: &mut WriteTx<'_>,
    on: &Subject,
    labels: Labels,
    etag: Option<i64>,
    reason: Option<Reason>,
) -> Result<Done<i64>> {
    let held = hold(tx, on, etag)?;
    let mut record = held.old.clone();
    let before = record.labels.clone();
    record.labels = labels.stored();
    let id = record.id.any();
    let record = update(tx, &held.key, held.old, record, &held.title).await?;
    let mut facts = Facts::default().told(id.clone(), held.key_of, "labels", labels.stored()).told(
        id.clone(),
        held.key_of,
        "labels_before",
        before,
    );
    if let Some(reason) = reason {
        facts = facts.told(id, held.key_of, "reason", reason.as_str());
    }
    Ok(Done::recording(record.row_version, facts))
}
