//! The matter's first page: folders, records, the selected one beside them, and the forms to add more.

use std::collections::BTreeSet;

use axum::http::{StatusCode, Uri};
use strongroom_domain::Error;
use strongroom_domain::features::record::{self, FolderView, Labels, RecordDetail, RecordPage, RecordView};
use strongroom_domain::kernel::id::{FolderId, MatterId, RecordId};
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::verb::Verb;

use super::forms;
use crate::features::matter::{crumbs, head};
use crate::features::words::{self, levels, marks};
use crate::http::api::{One, id_of};
use crate::http::form::{Fields, query};
use crate::http::page::Page;
use crate::http::reply::{Answer, html_as, see_other};
use crate::http::when::{count, fingerprint, many, size};
use crate::layout::Shell;
use crate::view::field::Field;
use crate::view::matters::MatterTab;
use crate::view::parts::{Kind, Pager};
use crate::view::records::{AddRecords, Drawer, ExportForm, FolderLink, MatterRecords, RecordRow};

const PAGE: usize = 100;

/// What was typed into the forms above the list, and what is wrong with it.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) fields: Fields,
    pub(super) error: Option<String>,
    pub(super) status: StatusCode,
}

/// The page.
pub(super) async fn show(One(id): One, page: Page, uri: Uri) -> Answer {
    let id: MatterId = id_of(&page.ctx, Verb::RecordList, &id).await?;
    // whoever knows the matter and may not list its records (records managers, compliance) sees its team
    let target = Target::Matter(id);
    if !page.ctx.may(Verb::RecordList, &target).await? && page.ctx.may(Verb::MatterSee, &target).await? {
        return Ok(see_other(&format!("/matters/{id}/team")));
    }
    let fields = Fields::of_query(&uri);
    let draft = page.draft(&format!("/matters/{id}"));
    draw(&page, id, &fields, Typed { fields: draft, ..Typed::default() }).await
}

/// The page, with the forms as they were typed.
pub(super) async fn draw(page: &Page, id: MatterId, asked: &Fields, typed: Typed) -> Answer {
    let folder = FolderId::parse(asked.get("folder"));
    let list = format!("page records {id} {}", asked.get("folder"));
    let after = match asked.some("after") {
        Some(cursor) => RecordId::parse(&page.ctx.open_cursor(&list, cursor)?),
        None => None,
    };
    let seen = record::list(&page.ctx, id, folder, after, PAGE).await?;
    let drawer = match asked.some("record") {
        Some(text) => {
            let place = query(&[("folder", asked.get("folder")), ("after", asked.get("after"))]);
            Some(drawer(page, id, text, &place).await?)
        }
        None => None,
    };
    let head = head(page, &seen.matter, MatterTab::Records).await?;
    let target = Target::Matter(id);
    let open = folder.and_then(|f| seen.folders.iter().find(|v| v.id == f)).map(|f| f.path.clone());
    let may_add = page.ctx.may(Verb::RecordAdd, &target).await?;
    let exports = page.ctx.may(Verb::MatterExport, &target).await?;
    let read_only = (!seen.matter.open).then(|| closed(&seen.matter.leads));
    let says = match folder.and_then(|f| seen.folders.iter().find(|v| v.id == f)) {
        Some(f) => {
            format!("{} here, {} in the matter", many(f.records, "record", "records"), count(seen.count))
        }
        None => format!("{}, {}", many(seen.count, "record", "records"), size(seen.bytes)),
    };
    let add = may_add.then(|| add(page, &seen.folders, open.as_deref(), &typed));
    let next = seen.next.map(|r| page.ctx.seal_cursor(&list, &r.to_string())).transpose()?;
    let path = format!("/matters/{id}");
    let href = |pairs: &[(&str, &str)]| {
        let query = query(pairs);
        if query.is_empty() { path.clone() } else { format!("{path}?{query}") }
    };
    let folder_text = folder.map(|f| f.to_string()).unwrap_or_default();
    let mut shell = crumbs(page, &seen.matter, &seen.matter.name);
    say_what_was_added(page, &mut shell, &seen.items);
    let view = MatterRecords {
        shell,
        csrf: page.csrf(),
        head,
        folders: tree(&seen, folder, &path),
        folder: open,
        says,
        rows: seen
            .items
            .iter()
            .map(|r| {
                row(
                    page,
                    r,
                    asked.get("record"),
                    href(&[
                        ("folder", &folder_text),
                        ("after", asked.get("after")),
                        ("record", &r.id.to_string()),
                    ]),
                )
            })
            .collect(),
        pager: Pager {
            first_href: after.map(|_| href(&[("folder", &folder_text)])),
            next_href: next.map(|c| href(&[("folder", &folder_text), ("after", &c)])),
            says: String::new(),
        },
        add,
        read_only,
        export: exports.then(|| ExportForm {
            // a fresh code was asked for in between: the form is as it was left
            open: typed.fields.has("reason"),
            reason: Field::reason("Why it is exported")
                .id("f-export-reason")
                .value(typed.fields.get("reason")),
        }),
        drawer,
    };
    html_as(typed.status, &view)
}

/// Why nothing can be added, and whom to ask.
fn closed(leads: &[String]) -> String {
    let ask = match leads {
        [] => String::from("A records manager can reopen it."),
        [one] => format!("{one}, who leads it, or a records manager can reopen it."),
        [first @ .., last] => {
            format!("{} or {last}, who lead it, or a records manager can reopen it.", first.join(", "))
        }
    };
    format!("This matter is closed and can only be read. {ask}")
}

/// "Letter before claim and 2 more are added and sealed.": by the title of the list that is on the screen anyway.
fn say_what_was_added(page: &Page, shell: &mut Shell, items: &[RecordView]) {
    let (Some((count, first)), Some(flash)) = (page.added(), shell.flash.as_mut()) else { return };
    if let Some(record) = items.iter().find(|r| r.id == first) {
        flash.text = added_says(&record.title, count);
    }
}

/// What was added, in a sentence.
pub(super) fn added_says(title: &str, count: usize) -> String {
    match count.saturating_sub(1) {
        0 => format!("{title} is added and sealed."),
        more => format!("{title} and {more} more are added and sealed."),
    }
}

fn tree(seen: &RecordPage, open: Option<FolderId>, path: &str) -> Vec<FolderLink> {
    if seen.folders.is_empty() {
        return Vec::new();
    }
    let all = FolderLink {
        name: String::from("All records"),
        href: path.to_owned(),
        depth: 0,
        count: Some(seen.count),
        current: open.is_none(),
    };
    let link = |f: &FolderView| FolderLink {
        name: f.path.rsplit('/').next().unwrap_or_default().to_owned(),
        href: format!("{path}?folder={}", f.id),
        depth: u8::try_from(f.path.matches('/').count().min(6)).unwrap_or(6),
        count: Some(f.records),
        current: open == Some(f.id),
    };
    std::iter::once(all).chain(seen.folders.iter().map(link)).collect()
}

fn row(page: &Page, r: &RecordView, selected: &str, select_href: String) -> RecordRow {
    let id = r.id.to_string();
    RecordRow {
        select_href,
        selected: id == selected,
        id,
        title: r.title.clone(),
        kind: Kind { word: r.kind.to_owned() },
        folder: Some(spaced(&r.folder_path)).filter(|f| !f.is_empty()),
        labels: words::labels(r.labels),
        size: size(r.size),
        bytes: r.size,
        changed: page.clocks.when(r.changed_at),
    }
}

/// "Evidence / Experts".
pub(super) fn spaced(path: &str) -> String {
    path.replace('/', " / ")
}

fn add(_: &Page, folders: &[FolderView], open: Option<&str>, typed: &Typed) -> AddRecords {
    let failed = typed.error.is_some();
    let folder = if failed { typed.fields.get("folder") } else { open.unwrap_or_default() };
    let known: BTreeSet<String> = folders.iter().map(|f| f.path.clone()).collect();
    AddRecords {
        open: failed,
        folder: Field::text("folder", "Folder")
            .value(folder)
            .optional()
            .hint("A path such as Evidence/Experts. New ones are made.")
            .list("folder-list"),
        known_folders: known.into_iter().collect(),
        level: levels(words::level(Labels::DEFAULT.level)),
        marks: marks(None),
        error: typed.error.clone(),
        new_folder: Field::text("new_folder", "Name of the folder").id("f-new-folder"),
        limit: String::new(),
    }
}

async fn drawer(page: &Page, matter: MatterId, id: &str, place: &str) -> Result<Drawer, Error> {
    let id: RecordId = id_of(&page.ctx, Verb::RecordRead, id).await?;
    let RecordDetail { record: r, versions, matter: of } = record::read(&page.ctx, id).await?;
    if of.id != matter {
        return Err(Error::NotFound);
    }
    let by = versions.iter().find(|v| v.current).map(|v| page.name_of(&v.created_by)).unwrap_or_default();
    let target = Target::Record(id);
    let place = if place.is_empty() { String::new() } else { format!("?{place}") };
    Ok(Drawer {
        id: id.to_string(),
        close_href: format!("/matters/{matter}{place}#row-{id}"),
        version_says: format!("Version {} of {}, added by {by}", r.version, versions.len()),
        version: r.version,
        changed: page.clocks.when(r.changed_at),
        kind: Kind { word: r.kind.to_owned() },
        folder: Some(spaced(&r.folder_path)).filter(|f| !f.is_empty()),
        size: size(r.size),
        fingerprint: fingerprint(&r.sha256),
        labels: words::labels(r.labels),
        preview: forms::preview(&r, r.version),
        trail: forms::trail(page, id).await?,
        why: forms::why(page, id).await?,
        may_download: page.ctx.may(Verb::RecordDownload, &target).await?,
        may_add: page.ctx.may(Verb::RecordVersion, &target).await?,
        title: r.title,
        filename: r.filename,
    })
}
