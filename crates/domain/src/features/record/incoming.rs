//! Content coming in: encrypted and hashed as it streams, filed when it is whole.
//!
//! The blob is durable before the row that names it, the row before the answer. What is given up half-way
//! leaves no row; a blob without a row is swept after a grace period.

use bytes::Bytes;
use strongroom_storage::{params, sql::Turn};

use crate::features::upload::{self, UploadRow};
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::RecordFacts;
use crate::kernel::id::{MatterId, RecordId};
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::repeat::Answer;
use crate::kernel::target::{Subject, Target};
use crate::kernel::text::{Title, file_name};
use crate::kernel::vault::{Column, KeyOf, Numbered};
use crate::kernel::verb::Verb;

use super::labels::Labels;
use super::model::RecordView;
use super::sink::{Sink, Sunk};
use super::store;
use super::{folders, queries, version_row};

/// A record to be added.
#[derive(Clone, Default)]
pub struct NewRecord {
    /// The matter.
    pub matter: Option<MatterId>,
    /// What the file was called.
    pub filename: String,
    /// Its title; from the file's name where none is given.
    pub title: Option<String>,
    /// A path of folders, made on demand.
    pub folder: Option<String>,
    /// Never lower than the folder's.
    pub labels: Option<Labels>,
    /// File it although the matter holds the same bytes.
    pub keep_duplicate: bool,
}

/// Bytes on their way into a record. Dropping it leaves nothing.
pub struct Incoming<'a> {
    ctx: &'a Ctx,
    sink: Sink,
    filing: Filing,
}

/// What becomes of the bytes once they are whole.
#[derive(Clone)]
pub(crate) enum Filing {
    New {
        record: RecordId,
        number: u32,
        new: NewRecord,
        upload: Option<UploadRow>,
    },
    Version {
        record: RecordId,
        version: i64,
        filename: String,
        etag: Option<i64>,
        keep_duplicate: bool,
        upload: Option<UploadRow>,
    },
}

/// Begins to take in a new record. The gate has answered, and the ledger has it, when this returns.
///
/// # Errors
/// Not found, refused, sealed, storage, or input that cannot be.
pub async fn incoming(ctx: &Ctx, new: NewRecord) -> Result<Incoming<'_>> {
    let matter = new.matter.ok_or(Error::NotFound)?;
    crate::kernel::text::folder_path(new.folder.as_deref().unwrap_or_default())?;
    let record = RecordId::new(ctx.now(), ctx.room.random());
    let watch = ctx.room.vault.watch();
    let facts = Facts::about([record.any()]);
    let (permit, subject) = ctx.permit_with(Verb::UploadBegin, &Target::Matter(matter), facts).await?;
    let number = ctx.room.next_number(Numbered::Record).await?;
    let key_of = KeyOf::Record { matter: subject.need_matter()?.number, record: number };
    let key = ctx.room.vault.key(&permit, &record.any(), key_of)?;
    let context = ctx.room.vault.content_context(&record.to_string(), 1);
    let sink = Sink::begin(&ctx.room, watch, &key, &context).await?;
    Ok(Incoming { ctx, sink, filing: Filing::New { record, number, new, upload: None } })
}

/// Begins to take in a new version of a record.
///
/// # Errors
/// As [`incoming`]; stale where the record changed since it was read.
pub async fn incoming_version(
    ctx: &Ctx,
    record: RecordId,
    filename: String,
    etag: Option<i64>,
) -> Result<Incoming<'_>> {
    let watch = ctx.room.vault.watch();
    let target = Target::Record(record);
    let allowed = ctx.ask(Verb::RecordVersion, &target).await?;
    let subject = allowed.on();
    let facts = subject.need_record()?;
    // the version's own entry comes with the version: what begins here may still be cut off
    let of = Target::Matter(subject.need_matter()?.id);
    let (permit, _) = ctx.permit_with(Verb::UploadBegin, &of, Facts::about([record.any()])).await?;
    // what may be answered again is held against its version where it is known whether it is
    if etag.is_some_and(|e| e != facts.row_version) && !ctx.repeats() {
        return Err(Error::Stale);
    }
    let version = facts.version + 1;
    let key_of = KeyOf::Record { matter: subject.need_matter()?.number, record: facts.number };
    let key = ctx.room.vault.key(&permit, &record.any(), key_of)?;
    let context = ctx.room.vault.content_context(&record.to_string(), version);
    let sink = Sink::begin(&ctx.room, watch, &key, &context).await?;
    let etag = etag.or(Some(facts.row_version));
    Ok(Incoming {
        ctx,
        sink,
        filing: Filing::Version { record, version, filename, etag, keep_duplicate: true, upload: None },
    })
}

impl Incoming<'_> {
    /// Takes bytes in.
    ///
    /// # Errors
    /// Too large, sealed meanwhile, storage.
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.sink.write(&bytes).await
    }

    /// Files what came in. The content and its ledger entry are durable when this returns.
    ///
    /// # Errors
    /// The same bytes are in the matter already; refused meanwhile; storage. Nothing is kept then.
    pub async fn finish(self) -> Result<RecordView> {
        let sunk = self.sink.finish().await?;
        file(self.ctx, self.filing, sunk).await
    }
}

async fn file(ctx: &Ctx, filing: Filing, sunk: Sunk) -> Result<RecordView> {
    let blob = sunk.blob.clone();
    let done = match filing {
        Filing::New { record, number, new, upload } => {
            ctx.perform(AddRecord { record, number, new, upload, sunk }).await
        }
        Filing::Version { record, version, filename, etag, keep_duplicate, upload } => {
            ctx.perform(AddVersion { record, version, filename, etag, keep_duplicate, upload, sunk }).await
        }
    };
    let named = match &done {
        Ok(filed) => filed.view.is_some(),
        Err(error) => !error.nothing_was_done(),
    };
    if !named {
        ctx.room.blobs.delete(&blob).await.ok();
    }
    match done? {
        Filed { view: Some(view), .. } => Ok(view),
        // it was filed under the same key before: what came now is dropped
        Filed { record, view: None } => Ok(queries::read(ctx, record).await?.record),
    }
}

/// What was filed; only its id is remembered.
struct Filed {
    record: RecordId,
    view: Option<RecordView>,
}

impl Filed {
    const fn seen(view: RecordView) -> Self {
        Self { record: view.id, view: Some(view) }
    }
}

impl Answer for Filed {
    fn made(&self) -> String {
        self.record.to_string()
    }

    fn again(made: &str) -> Option<Self> {
        Some(Self { record: RecordId::parse(made)?, view: None })
    }
}

/// Files the bytes of a finished upload.
pub(crate) async fn finish_upload(ctx: &Ctx, filing: Filing, sink: Sink) -> Result<RecordView> {
    let sunk = sink.finish().await?;
    file(ctx, filing, sunk).await
}

struct AddRecord {
    record: RecordId,
    number: u32,
    new: NewRecord,
    upload: Option<UploadRow>,
    sunk: Sunk,
}

impl Operation for AddRecord {
    const VERB: Verb = Verb::RecordAdd;
    const TURN: Turn = Turn::Beside;
    type Output = Filed;

    fn target(&self) -> Target {
        self.new.matter.map_or(Target::Unknown, Target::Matter)
    }

    fn content(&self) -> Vec<u8> {
        let new = &self.new;
        let said =
            (&new.filename, &new.title, &new.folder, new.labels.map(Labels::words), new.keep_duplicate);
        serde_json::to_vec(&(said, self.sunk.sha256)).unwrap_or_default()
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<Filed>> {
        let matter = on.need_matter()?;
        tx.admit(self.record.any());
        let path = self.new.folder.as_deref().unwrap_or_default();
        let folder = folders::ensure(tx, matter, path, None).await?;
        let inherited = folder.map(|(_, l)| l);
        let labels = match (self.new.labels, inherited) {
            (Some(given), Some(inherited)) => given.or_higher(inherited),
            (Some(given), None) => given,
            (None, inherited) => inherited.unwrap_or(Labels::DEFAULT),
        };
        let filename = file_name(&self.new.filename);
        let title = match &self.new.title {
            Some(title) => Title::parse(title)?.as_str().to_owned(),
            None => title_of(&filename),
        };
        let key_of = KeyOf::Record { matter: matter.number, record: self.number };
        let key = tx.key(&self.record.any(), key_of)?;
        let id = self.record.to_string();
        let at = Column { table: "record", row: &id, column: "title", version: 1 };
        let record = RecordFacts {
            id: self.record,
            number: self.number,
            folder: folder.map(|(id, _)| id.to_string()),
            labels: labels.stored(),
            version: 1,
            size: size_of(&self.sunk)?,
            created_at: tx.now(),
            created_by: tx.ctx().actor().name(),
            changed_at: tx.now(),
            sealed_title: tx.seal(&key, at, &title),
            row_version: 1,
            matter: matter.id,
        };
        let values = params![
            id,
            matter.id.to_string(),
            record.folder.clone(),
            i64::from(record.number),
            record.labels.clone(),
            record.version,
            record.size,
            record.created_at,
            record.created_by.clone(),
            record.changed_at,
            record.sealed_title.clone(),
            record.row_version,
            record.bind().mac(tx.vault())?
        ];
        tx.exec_one(&store::RECORD_INSERT, &values).await?;
        let (sunk, keep) = (&self.sunk, self.new.keep_duplicate);
        let facts = version_row::insert(tx, matter, &record, &key, filename, sunk, keep).await?;
        if let Some(upload) = &self.upload {
            upload::finish_in(tx, upload, self.record).await?;
        }
        let mut told = Facts::about([self.record.any()])
            .clear("size", record.size)
            .clear("version", 1)
            .told(self.record.any(), key_of, "title", title.as_str())
            .told(self.record.any(), key_of, "sha256", facts.sha256.as_str())
            .told(self.record.any(), key_of, "labels", labels.stored());
        told.record = Some(self.record.any());
        let view = queries::view(&record, title, facts, path.to_owned())?;
        Ok(Done::recording(Filed::seen(view), told))
    }
}

struct AddVersion {
    record: RecordId,
    version: i64,
    filename: String,
    etag: Option<i64>,
    keep_duplicate: bool,
    upload: Option<UploadRow>,
    sunk: Sunk,
}

impl Operation for AddVersion {
    const VERB: Verb = Verb::RecordVersion;
    const TURN: Turn = Turn::Beside;
    type Output = Filed;

    fn target(&self) -> Target {
        Target::Record(self.record)
    }

    fn content(&self) -> Vec<u8> {
        serde_json::to_vec(&(&self.filename, self.sunk.sha256)).unwrap_or_default()
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<Filed>> {
        let (matter, old) = (on.need_matter()?, on.need_record()?);
        if self.etag.is_some_and(|e| e != old.row_version) || self.version != old.version + 1 {
            return Err(Error::Stale);
        }
        let key_of = KeyOf::Record { matter: matter.number, record: old.number };
        let key = tx.key(&self.record.any(), key_of)?;
        let title = super::ops::open_title(tx, &key, old)?;
        let mut record = old.clone();
        record.version = self.version;
        record.size = size_of(&self.sunk)?;
        let record = super::ops::update(tx, &key, old, record, &title).await?;
        let filename = file_name(&self.filename);
        let keep = self.keep_duplicate;
        let facts = version_row::insert(tx, matter, &record, &key, filename, &self.sunk, keep).await?;
        if let Some(upload) = &self.upload {
            upload::finish_in(tx, upload, self.record).await?;
        }
        let told = Facts::default().clear("size", record.size).clear("version", record.version).told(
            self.record.any(),
            key_of,
            "sha256",
            facts.sha256.as_str(),
        );
        let view = queries::view(&record, title, facts, String::new())?;
        Ok(Done::recording(Filed::seen(view), told))
    }
}

fn size_of(sunk: &Sunk) -> Result<i64> {
    i64::try_from(sunk.size).map_err(|_| Error::TooLarge { limit: u64::MAX >> 1 })
}

/// A title from a file's name: without its ending, underscores as spaces.
fn title_of(filename: &str) -> String {
    let stem = filename
        .rsplit_once('.')
        .filter(|(stem, e)| !stem.is_empty() && e.len() <= 5)
        .map_or(filename, |(s, _)| s);
    let title: String = stem.replace('_', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    let title: String = if title.is_empty() { filename.to_owned() } else { title };
    title.chars().take(300).collect()
}
