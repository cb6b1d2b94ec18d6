//! Beginning, asking after and giving up an upload.

use strongroom_storage::params;
use strongroom_storage::sql::Turn;

use crate::features::record::{Labels, content_index, refuse_same};
use crate::kernel::clock::{DAY, Micros};
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::id::{MatterId, RecordId, UploadId};
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::target::{Subject, Target};
use crate::kernel::text::{file_name, folder_path};
use crate::kernel::vault::{KeyOf, Numbered};
use crate::kernel::verb::Verb;

use super::row::{Meta, UploadRow, meta_at};
use super::{append, store};

/// How long an upload waits for its next part.
pub(super) const KEPT: Micros = 7 * DAY;

/// An upload to begin.
#[derive(Clone)]
pub struct NewUpload {
    /// The matter.
    pub matter: MatterId,
    /// What the file is called.
    pub filename: String,
    /// A path of folders, made on demand.
    pub folder: Option<String>,
    /// Never lower than the folder's.
    pub labels: Option<Labels>,
    /// Bytes to come.
    pub length: u64,
    /// The record of which it becomes a version.
    pub version_of: Option<RecordId>,
    /// Of the content, where the sender knows it: the same bytes are said before they are sent.
    pub sha256: Option<[u8; 32]>,
    /// File it although the matter holds the same bytes.
    pub keep_duplicate: bool,
    /// A word by which the sender knows the same file again, on another machine too; 64 hexadecimal digits.
    pub sample: Option<[u8; 32]>,
}

/// An upload as its sender sees it.
#[derive(Clone, Debug)]
pub struct UploadView {
    /// Its id.
    pub id: UploadId,
    /// The matter.
    pub matter: MatterId,
    /// What the file is called.
    pub filename: String,
    /// Bytes in all.
    pub length: u64,
    /// Bytes received.
    pub offset: u64,
    /// When it is given up.
    pub expires_at: Micros,
    /// The record, once it is done.
    pub record: Option<RecordId>,
    /// By what its sender knows the file again; while it is asked after.
    pub sample: Option<String>,
}

pub(super) fn view(row: &UploadRow, filename: String) -> UploadView {
    UploadView {
        id: row.id,
        matter: row.matter,
        filename,
        length: u64::try_from(row.length).unwrap_or(0),
        offset: u64::try_from(row.received).unwrap_or(0),
        expires_at: row.expires_at,
        record: row.record.as_deref().and_then(RecordId::parse),
        sample: None,
    }
}

struct BeginUpload(NewUpload);

impl Operation for BeginUpload {
    const VERB: Verb = Verb::UploadBegin;
    const TURN: Turn = Turn::Beside;
    const NUMBERS: Option<Numbered> = Some(Numbered::Record);
    type Output = UploadId;

    fn target(&self) -> Target {
        Target::Matter(self.0.matter)
    }

    fn content(&self) -> Vec<u8> {
        let new = &self.0;
        let said = (&new.filename, &new.folder, new.labels.map(Labels::words), new.length);
        let of = (new.version_of.map(|r| r.to_string()), new.sha256, new.keep_duplicate);
        serde_json::to_vec(&(said, of)).unwrap_or_default()
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<UploadId>> {
        let new = self.0;
        let matter = on.need_matter()?;
        let limit = tx.ctx().room.settings.record_limit;
        let length = i64::try_from(new.length).ok().filter(|_| new.length <= limit);
        let length = length.ok_or(Error::TooLarge { limit })?;
        folder_path(new.folder.as_deref().unwrap_or_default())?;
        if let (Some(sha256), false, None) = (new.sha256, new.keep_duplicate, new.version_of) {
            let key = tx.key(&matter.id.any(), KeyOf::Matter(matter.number))?;
            refuse_same(tx, matter.id, content_index(&key, &sha256)).await?;
        }
        let number = match new.version_of {
            Some(record) => {
                let facts = tx.load(async |loader| loader.record(record).await).await?;
                facts.filter(|r| r.matter == matter.id).ok_or(Error::NotFound)?.number
            }
            None => tx.vault().next_number(Numbered::Record)?,
        };
        let id: UploadId = tx.new_id();
        let key =
            tx.key(&id.any(), KeyOf::Record { matter: matter.number, record: number })?.derive("upload");
        let meta = Meta {
            filename: file_name(&new.filename),
            folder: new.folder,
            labels: new.labels.map(|l| l.words().into_iter().map(str::to_owned).collect()),
            version_of: new.version_of.map(|r| r.to_string()),
            keep_duplicate: new.keep_duplicate,
            sample: new.sample.map(hex::encode),
        };
        let body = serde_json::to_string(&meta).map_err(|e| Error::Internal(e.to_string()))?;
        let text = id.to_string();
        let row = UploadRow {
            id,
            matter: matter.id,
            staff: tx.ctx().me()?,
            number,
            length,
            received: 0,
            state: String::from("open"),
            record: None,
            created_at: tx.now(),
            expires_at: tx.now() + KEPT,
            sealed_meta: tx.seal(&key, meta_at(&text), &body),
        };
        let values = params![
            text.clone(),
            row.matter.to_string(),
            row.staff.to_string(),
            i64::from(row.number),
            row.length,
            row.received,
            row.state.clone(),
            None::<String>,
            row.created_at,
            row.expires_at,
            row.sealed_meta.clone(),
            row.bind().mac(tx.vault())?
        ];
        tx.exec_one(&store::UPLOAD_INSERT, &values).await?;
        Ok(Done::recording(id, Facts::about([id.any()]).clear("size", length)))
    }
}

struct GiveUpUpload(UploadRow);

impl Operation for GiveUpUpload {
    const VERB: Verb = Verb::UploadEnd;
    const TURN: Turn = Turn::Beside;
    type Output = ();

    fn target(&self) -> Target {
        Target::Matter(self.0.matter)
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<()>> {
        let mut row = self.0;
        let (id, received) = (row.id, row.received);
        row.state = String::from("ended");
        row.save(tx, received).await?;
        tx.exec(&store::PARTS_DELETE, &params![id.to_string()]).await?;
        Ok(Done::recording((), Facts::about([id.any()])))
    }
}

/// Begins an upload.
///
/// # Errors
/// Not found, refused, the same bytes are in the matter already, too large, sealed, storage.
pub async fn create(ctx: &Ctx, new: NewUpload) -> Result<UploadView> {
    if let Some(record) = new.version_of
        && !ctx.may_now(Verb::RecordVersion, &Target::Record(record)).await?
    {
        ctx.permit(Verb::RecordVersion, &Target::Record(record)).await?;
    }
    let filename = file_name(&new.filename);
    let id = ctx.perform(BeginUpload(new)).await?;
    let row = own(ctx, id).await?;
    if row.length == 0 && row.state == "open" {
        return append::complete(ctx, row).await;
    }
    Ok(view(&row, filename))
}

/// The actor's own upload; anyone else's is not found.
pub(super) async fn own(ctx: &Ctx, id: UploadId) -> Result<UploadRow> {
    let row = ctx.room.db.optional(&store::UPLOAD, &params![id.to_string()]).await?;
    let row = row.map(|r| UploadRow::read(&r, &ctx.room.vault)).transpose()?;
    match row {
        Some(row) if Some(row.staff) == ctx.actor.person() && row.state != "ended" => Ok(row),
        _ => ctx.unknown(Verb::UploadPart).await,
    }
}

/// How far an upload is. One that was whole when the server stopped is filed now.
///
/// # Errors
/// Not found, refused, sealed, storage.
pub async fn status(ctx: &Ctx, id: UploadId) -> Result<UploadView> {
    let row = own(ctx, id).await?;
    if row.state == "open" && row.received == row.length {
        return append::complete(ctx, row).await;
    }
    let facts = Facts::about([id.any()]);
    let (permit, subject) = ctx.permit_with(Verb::UploadPart, &Target::Matter(row.matter), facts).await?;
    let of = KeyOf::Record { matter: subject.need_matter()?.number, record: row.number };
    let key = ctx.room.vault.key(&permit, &id.any(), of)?.derive("upload");
    let meta = row.meta(&ctx.room.vault, &key)?;
    Ok(UploadView { sample: meta.sample, ..view(&row, meta.filename) })
}

/// Gives an upload up.
///
/// # Errors
/// Not found, refused, sealed, storage.
pub async fn end(ctx: &Ctx, id: UploadId) -> Result<()> {
    let row = own(ctx, id).await?;
    let blobs = append::part_blobs(ctx, id).await?;
    ctx.perform(GiveUpUpload(row)).await?;
    append::drop_blobs(ctx, blobs).await;
    Ok(())
}

/// The actor's uploads that have stopped before their end. One whose bytes are in the matter already is over:
/// it is ended, and the others are told.
///
/// # Errors
/// Refused, sealed, storage.
pub async fn mine(ctx: &Ctx) -> Result<Vec<UploadView>> {
    let me = ctx.me()?;
    ctx.permit(Verb::UploadList, &Target::Firm).await?;
    let mut views = Vec::new();
    for row in ctx.room.db.all(&store::UPLOADS_OF, &params![me.to_string()]).await? {
        let row = UploadRow::read(&row, &ctx.room.vault)?;
        if ctx.may_now(Verb::UploadPart, &Target::Matter(row.matter)).await? {
            match status(ctx, row.id).await {
                // it was whole, and is filed now
                Ok(view) if view.record.is_some() => {}
                Ok(view) => views.push(view),
                Err(Error::Duplicate { .. }) => end(ctx, row.id).await?,
                // given up meanwhile
                Err(Error::NotFound) => {}
                // it is told where it is asked for, and swept when its time is over; the others are told here
                Err(Error::Damaged(_)) => tracing::error!(upload = %row.id, "an upload's parts do not hold"),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(views)
}
