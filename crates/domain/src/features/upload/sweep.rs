//! What nobody waits for any more: uploads past their time, blobs that no row names.

use std::sync::Arc;

use strongroom_storage::params;
use strongroom_storage::sql::Turn;

use crate::kernel::actor::SystemRole;
use crate::kernel::clock::HOUR;
use crate::kernel::entry::Facts;
use crate::kernel::error::Result;
use crate::kernel::facts::id_of;
use crate::kernel::id::UploadId;
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::strongroom::Strongroom;
use crate::kernel::target::{Subject, Target};
use crate::kernel::verb::Verb;

use super::row::UploadRow;
use super::store;

struct SweepUploads;

impl Operation for SweepUploads {
    const VERB: Verb = Verb::UploadSweep;
    const TURN: Turn = Turn::Beside;
    type Output = usize;

    fn target(&self) -> Target {
        Target::Firm
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<usize>> {
        let mut swept = Vec::new();
        let rows = tx.all(&store::EXPIRED, &params![tx.now()]).await?;
        for row in &rows {
            let id: UploadId = id_of(row, "upload_id")?;
            let Some(row) = tx.optional(&store::UPLOAD, &params![id.to_string()]).await? else { continue };
            let mut upload = UploadRow::read(&row, tx.vault())?;
            let received = upload.received;
            upload.state = String::from("ended");
            upload.save(tx, received).await?;
            tx.exec(&store::PARTS_DELETE, &params![id.to_string()]).await?;
            swept.push(id.any());
        }
        let count = swept.len();
        Ok(Done::recording(count, Facts::about(swept).clear("count", count)))
    }
}

/// Ends expired uploads and deletes blobs that no row has named for an hour; how many of each.
///
/// # Errors
/// Sealed, storage.
pub async fn sweep(room: &Arc<Strongroom>) -> Result<(usize, usize)> {
    let ctx = room.system(SystemRole::Sweeper);
    let waiting = room.db.all(&store::EXPIRED, &params![room.now()]).await?;
    let ended = if waiting.is_empty() { 0 } else { ctx.perform(SweepUploads).await? };
    let mut dropped = 0;
    let mut listing = room.blobs.list();
    let before = room.now() - HOUR;
    while let Some(page) = listing.next().await? {
        for blob in page.iter().filter(|b| b.modified < before) {
            let name = params![blob.name.as_str()];
            let named = room.db.optional(&store::BLOB_OF_VERSION, &name).await?.is_some()
                || room.db.optional(&store::BLOB_OF_PART, &name).await?.is_some();
            if !named {
                room.blobs.delete(&blob.name).await?;
                dropped += 1;
            }
        }
    }
    Ok((ended, dropped))
}
