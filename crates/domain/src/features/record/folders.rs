//! Folders of a matter: made on demand, named by their whole path, with labels that new records inherit.

use strongroom_seal::mac;
use strongroom_storage::params;
use strongroom_storage::sql::Turn;

use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::MatterFacts;
use crate::kernel::id::{FolderId, MatterId};
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::target::{Subject, Target};
use crate::kernel::text::folder_path;
use crate::kernel::vault::{Column, KeyOf};
use crate::kernel::verb::Verb;

use super::labels::Labels;
use super::store::{self, FolderRow};

/// Makes a folder, and those above it.
pub struct MakeFolder {
    /// The matter.
    pub matter: MatterId,
    /// `Pleadings/2026`.
    pub path: String,
    /// What new records in it inherit.
    pub labels: Option<Labels>,
}

impl Operation for MakeFolder {
    const VERB: Verb = Verb::FolderMake;
    const TURN: Turn = Turn::Beside;
    type Output = FolderId;

    fn target(&self) -> Target {
        Target::Matter(self.matter)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<FolderId>> {
        let matter = on.need_matter()?;
        let (folder, _) = ensure(tx, matter, &self.path, self.labels)
            .await?
            .ok_or_else(|| Error::invalid("path", "Give the folder a name."))?;
        let facts = Facts::about([folder.any()]).told(
            matter.id.any(),
            KeyOf::Matter(matter.number),
            "folder",
            self.path.as_str(),
        );
        Ok(Done::recording(folder, facts))
    }
}

/// Finds the folder of a path or makes it, with those above it; `None` for the matter itself. Answers with
/// the labels that a new record in it inherits.
pub(super) async fn ensure(
    tx: &mut WriteTx<'_>,
    matter: &MatterFacts,
    path: &str,
    labels: Option<Labels>,
) -> Result<Option<(FolderId, Labels)>> {
    let parts = folder_path(path)?;
    let key = tx.key(&matter.id.any(), KeyOf::Matter(matter.number))?;
    let index_key = key.derive("folder names");
    let mut so_far = String::new();
    let mut found: Option<(FolderId, Labels)> = None;
    let last = parts.len().saturating_sub(1);
    for (depth, part) in parts.iter().enumerate() {
        if !so_far.is_empty() {
            so_far.push('/');
        }
        so_far.push_str(part.as_str());
        let index = mac::blind_index(&index_key, "folder", &so_far.to_lowercase());
        if let Some(there) = named(tx, matter, index).await? {
            found = Some(there);
            continue;
        }
        let inherited = found.map_or(Labels::DEFAULT, |(_, l)| l);
        let own =
            if depth == last { labels.map_or(inherited, |l| l.or_higher(inherited)) } else { inherited };
        let id: FolderId = tx.new_id();
        let row_text = id.to_string();
        let at = Column { table: "folder", row: &row_text, column: "name", version: 1 };
        let folder = FolderRow {
            id,
            matter: matter.id,
            parent: found.map(|(id, _)| id.to_string()),
            name_index: index.to_vec(),
            sealed_name: tx.seal(&key, at, &so_far),
            labels: own.stored(),
            created_at: tx.now(),
            row_version: 1,
        };
        let values = params![
            row_text,
            folder.matter.to_string(),
            folder.parent.clone(),
            folder.name_index.clone(),
            folder.sealed_name.clone(),
            folder.labels.clone(),
            folder.created_at,
            folder.row_version,
            folder.bind().mac(tx.vault())?
        ];
        found = Some(match tx.exec(&store::FOLDER_INSERT, &values).await? {
            1 => (id, own),
            // many files that arrive together want the same new folder: another request made it first
            _ => named(tx, matter, index).await?.ok_or(Error::Stale)?,
        });
    }
    Ok(found)
}

/// The matter's folder under this blind index of its path, and its labels.
async fn named(
    tx: &mut WriteTx<'_>,
    matter: &MatterFacts,
    index: [u8; 16],
) -> Result<Option<(FolderId, Labels)>> {
    let row = tx.optional(&store::FOLDER_BY_NAME, &params![matter.id.to_string(), index]).await?;
    let Some(row) = row else { return Ok(None) };
    let folder = FolderRow::read(&row, tx.vault())?;
    Ok(Some((folder.id, Labels::of_row(&folder.labels)?)))
}
