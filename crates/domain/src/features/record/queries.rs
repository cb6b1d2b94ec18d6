//! Seeing records: the page of a matter, and one record with its versions.

use std::collections::BTreeMap;

use strongroom_storage::params;
use strongroom_storage::sql::Row;

use crate::features::matter::head;
use crate::kernel::blind;
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::{MatterFacts, RecordFacts};
use crate::kernel::id::{FolderId, Id, MatterId, RecordId};
use crate::kernel::permit::Permit;
use crate::kernel::target::Target;
use crate::kernel::vault::{Column, KeyOf};
use crate::kernel::verb::Verb;

use super::labels::Labels;
use super::model::{FolderView, RecordDetail, RecordPage, RecordView, VersionFacts, VersionView, kind_of};
use super::store::{self, FolderRow, VersionRow};

pub(super) fn view(
    record: &RecordFacts,
    title: String,
    facts: VersionFacts,
    folder_path: String,
) -> Result<RecordView> {
    Ok(RecordView {
        id: record.id,
        matter: record.matter,
        folder: record.folder.as_deref().and_then(Id::parse),
        folder_path,
        title,
        kind: kind_of(&facts.media_type),
        filename: facts.filename,
        media_type: facts.media_type,
        size: u64::try_from(record.size).unwrap_or(0),
        sha256: facts.sha256,
        version: u32::try_from(record.version).unwrap_or(0),
        labels: Labels::of_row(&record.labels)?,
        created_at: record.created_at,
        created_by: record.created_by.clone(),
        changed_at: record.changed_at,
        etag: record.row_version,
    })
}

/// What kind of file the current version is, for a permit that covers the record; none where its facts do not open.
pub(crate) async fn kind_under(
    ctx: &Ctx,
    permit: &Permit,
    record: &RecordFacts,
    matter: u32,
) -> Result<Option<&'static str>> {
    let values = params![record.id.to_string(), record.version];
    let Some(row) = ctx.room.db.optional(&store::VERSION, &values).await? else { return Ok(None) };
    let vault = &ctx.room.vault;
    let version = VersionRow::read(&row, vault)?;
    let of = KeyOf::Record { matter, record: record.number };
    let Ok(key) = vault.key(permit, &record.id.any(), of) else { return Ok(None) };
    let facts = VersionFacts::open(vault, &key, record.id, version.version, &version.sealed_facts);
    Ok(facts.ok().map(|facts| kind_of(&facts.media_type)))
}

/// The folders of a matter by their paths, with how many records each holds.
async fn folders_of(ctx: &Ctx, permit: &Permit, matter: &MatterFacts) -> Result<Vec<FolderView>> {
    let mut folders = open_folders(ctx, permit, matter).await?;
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for row in ctx.room.db.all(&store::FOLDER_COUNTS, &params![matter.id.to_string()]).await? {
        counts.insert(row.get("folder_id")?, row.get("n")?);
    }
    for folder in &mut folders {
        folder.records = counts.get(&folder.id.to_string()).copied().unwrap_or_default();
    }
    folders.sort_by_key(|f| f.path.to_lowercase());
    Ok(folders)
}

/// As [`folders_of`], uncounted and in no order.
async fn open_folders(ctx: &Ctx, permit: &Permit, matter: &MatterFacts) -> Result<Vec<FolderView>> {
    let key = ctx.room.vault.key(permit, &matter.id.any(), KeyOf::Matter(matter.number))?;
    let mut folders = Vec::new();
    for row in ctx.room.db.all(&store::FOLDERS, &params![matter.id.to_string()]).await? {
        let folder = FolderRow::read(&row, &ctx.room.vault)?;
        let text = folder.id.to_string();
        let at = Column { table: "folder", row: &text, column: "name", version: folder.row_version };
        folders.push(FolderView {
            id: folder.id,
            path: ctx.room.vault.open_text(&key, at, &folder.sealed_name)?,
            labels: Labels::of_row(&folder.labels)?,
            records: 0,
            etag: folder.row_version,
        });
    }
    Ok(folders)
}

/// A page of a matter's records, newest change first. One entry names the records on it.
///
/// # Errors
/// Not found, refused, sealed, storage.
pub async fn list(
    ctx: &Ctx,
    matter: MatterId,
    folder: Option<FolderId>,
    after: Option<RecordId>,
    limit: usize,
) -> Result<RecordPage> {
    // no row is touched for someone who may not list: unknown and forbidden take the same path
    let target = Target::Matter(matter);
    let allowed = ctx.ask(Verb::RecordList, &target).await?;
    let (rows, more) = page_rows(ctx, matter, folder, after, limit).await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in &rows {
        records.push((RecordFacts::read(row, &ctx.room.vault)?, row.get::<Vec<u8>>("sealed_facts")?));
    }
    let facts = Facts::about(records.iter().map(|(r, _)| r.id.any())).clear("count", records.len());
    let (permit, subject) = allowed.permit(facts).await?;
    let matter = subject.need_matter()?;
    let folders = folders_of(ctx, &permit, matter).await?;
    // a folder of another matter answers as one that is nowhere
    if folder.is_some_and(|asked| !blind::to("folder-matter") && folders.iter().all(|f| f.id != asked)) {
        return Err(Error::NotFound);
    }
    let paths: BTreeMap<String, String> =
        folders.iter().map(|f| (f.id.to_string(), f.path.clone())).collect();
    let next = more.then(|| records.last().map(|(r, _)| r.id)).flatten();
    let items = open_page(ctx, &permit, matter, &records, &paths)?;
    let counts = ctx
        .room
        .db
        .one(&crate::features::matter::store::RECORD_COUNT, &params![matter.id.to_string()])
        .await?;
    Ok(RecordPage {
        matter: head(ctx, &permit, matter).await?,
        folders,
        items,
        next,
        count: counts.get::<u64>("n")?,
        bytes: counts.get::<u64>("bytes")?,
    })
}

async fn page_rows(
    ctx: &Ctx,
    matter: MatterId,
    folder: Option<FolderId>,
    after: Option<RecordId>,
    limit: usize,
) -> Result<(Vec<Row>, bool)> {
    let from = match after {
        Some(after) => {
            ctx.load(async |loader| loader.record(after).await).await?.filter(|r| r.matter == matter)
        }
        None => None,
    };
    let (at, id) = (from.as_ref().map(|r| r.changed_at), from.as_ref().map(|r| r.id.to_string()));
    let wanted = i64::try_from(limit + 1).unwrap_or(201);
    let mut rows = match folder {
        Some(folder) => {
            let within = params![folder.to_string(), at, id, wanted, matter.to_string()];
            ctx.room.db.all(&store::FOLDER_PAGE, &within).await?
        }
        None => ctx.room.db.all(&store::PAGE, &params![matter.to_string(), at, id, wanted]).await?,
    };
    let more = rows.len() > limit;
    rows.truncate(limit);
    Ok((rows, more))
}

fn open_page(
    ctx: &Ctx,
    permit: &Permit,
    matter: &MatterFacts,
    records: &[(RecordFacts, Vec<u8>)],
    paths: &BTreeMap<String, String>,
) -> Result<Vec<RecordView>> {
    // one walk down the matter's branch gives every key of the page
    let mut order: Vec<usize> = (0..records.len()).collect();
    order.sort_by_key(|i| records.get(*i).map(|(r, _)| r.number));
    let sorted: Vec<_> =
        order.iter().filter_map(|i| records.get(*i)).map(|(r, _)| (r.id.any(), r.number)).collect();
    let keys = ctx.room.vault.record_keys(permit, matter.number, &sorted)?;
    let mut views: Vec<(usize, RecordView)> = Vec::with_capacity(records.len());
    for (place, key) in order.into_iter().zip(&keys) {
        let Some((record, sealed_facts)) = records.get(place) else { continue };
        let row = record.id.to_string();
        let at = Column { table: "record", row: &row, column: "title", version: record.row_version };
        let title = ctx.room.vault.open_text(key, at, &record.sealed_title)?;
        let facts = VersionFacts::open(&ctx.room.vault, key, record.id, record.version, sealed_facts)?;
        let path = record.folder.as_ref().and_then(|f| paths.get(f)).cloned().unwrap_or_default();
        views.push((place, view(record, title, facts, path)?));
    }
    views.sort_by_key(|(place, _)| *place);
    Ok(views.into_iter().map(|(_, view)| view).collect())
}

/// One record with its versions.
///
/// # Errors
/// Not found, refused, damaged, sealed, storage.
pub async fn read(ctx: &Ctx, id: RecordId) -> Result<RecordDetail> {
    let (permit, subject) = ctx.permit(Verb::RecordRead, &Target::Record(id)).await?;
    let (matter, record) = (subject.need_matter()?, subject.need_record()?);
    let key_of = KeyOf::Record { matter: matter.number, record: record.number };
    let key = ctx.room.vault.key(&permit, &id.any(), key_of)?;
    let mut versions = Vec::new();
    for row in ctx.room.db.all(&store::VERSIONS, &params![id.to_string()]).await? {
        let version = VersionRow::read(&row, &ctx.room.vault)?;
        let facts = VersionFacts::open(&ctx.room.vault, &key, id, version.version, &version.sealed_facts)?;
        versions.push(VersionView {
            version: u32::try_from(version.version).unwrap_or(0),
            filename: facts.filename,
            media_type: facts.media_type,
            size: u64::try_from(version.size).unwrap_or(0),
            sha256: facts.sha256,
            created_at: version.created_at,
            created_by: version.created_by,
            current: version.version == record.version,
        });
    }
    let current = versions.iter().find(|v| v.current).ok_or_else(|| Error::Damaged(id.any()))?;
    let facts = VersionFacts {
        filename: current.filename.clone(),
        media_type: current.media_type.clone(),
        sha256: current.sha256.clone(),
    };
    let row = id.to_string();
    let at = Column { table: "record", row: &row, column: "title", version: record.row_version };
    let title = ctx.room.vault.open_text(&key, at, &record.sealed_title)?;
    let folders =
        if record.folder.is_some() { open_folders(ctx, &permit, matter).await? } else { Vec::new() };
    let path = folders
        .into_iter()
        .find(|f| Some(f.id.to_string()) == record.folder)
        .map(|f| f.path)
        .unwrap_or_default();
    Ok(RecordDetail {
        record: view(record, title, facts, path)?,
        versions,
        matter: head(ctx, &permit, matter).await?,
    })
}
