//! One record in full: preview, versions, facts, labels, who opened it, why.

use axum::http::{StatusCode, Uri};
use strongroom_domain::Error;
use strongroom_domain::features::record::{self, RecordDetail, RecordView};
use strongroom_domain::kernel::id::RecordId;
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::verb::Verb;

use super::forms;
use super::list::spaced;
use crate::features::matter::crumbs;
use crate::features::words::{self, at, levels_from, marks};
use crate::http::api::{One, id_of};
use crate::http::form::Fields;
use crate::http::page::Page;
use crate::http::reply::{Answer, html_as};
use crate::http::when::{fingerprint, size};
use crate::layout::Crumb;
use crate::view::field::Field;
use crate::view::parts::Kind;
use crate::view::records::{LabelForm, Record, RecordForms, VersionRow};

/// Which form was sent, what was typed into it and what is wrong.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) part: Part,
    pub(super) fields: Fields,
    pub(super) wrong: Option<(&'static str, String)>,
}

/// The forms of the page.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    #[default]
    None,
    Title,
    Folder,
    Raise,
    Lower,
    Version,
}

/// The page.
pub(super) async fn show(One(id): One, page: Page, uri: Uri) -> Answer {
    let id = id_of(&page.ctx, Verb::RecordRead, &id).await?;
    let asked = Fields::of_query(&uri);
    draw(&page, id, asked.get("version").parse().ok(), Typed::default()).await
}

/// The page, with a form as it was typed.
pub(super) async fn draw(page: &Page, id: RecordId, version: Option<u32>, typed: Typed) -> Answer {
    let RecordDetail { record: r, versions, matter } = record::read(&page.ctx, id).await?;
    let shown = match version {
        Some(v) => versions.iter().find(|w| w.version == v).ok_or(Error::NotFound)?,
        None => versions.iter().find(|w| w.current).ok_or(Error::NotFound)?,
    };
    let mut shell = crumbs(page, &matter, &matter.name);
    shell.title = if page.presenting.is_some() { shell.title } else { r.title.clone() };
    shell.crumbs.pop();
    shell.crumbs.push(Crumb::link(&matter.name, format!("/matters/{}", matter.id)));
    shell.crumbs.push(Crumb::here(&r.title));
    if let (Some((_, added)), Some(flash)) = (page.added(), shell.flash.as_mut())
        && added == id
    {
        flash.text = format!("Version {} is added and sealed.", r.version);
    }
    let target = Target::Record(id);
    let status = if typed.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let general = typed.wrong.as_ref().filter(|(name, _)| name.is_empty() || typed.part == Part::Version);
    let view = Record {
        shell,
        csrf: page.csrf(),
        id: id.to_string(),
        kind: Kind { word: record_kind(&r, &shown.media_type) },
        matter_id: matter.id.to_string(),
        matter_name: matter.name.clone(),
        client_name: matter.client_name.clone(),
        folder: Some(spaced(&r.folder_path)).filter(|f| !f.is_empty()),
        size: size(shown.size),
        created: page.clocks.when(r.created_at),
        labels: words::labels(r.labels),
        version: shown.version,
        fingerprint: fingerprint(&shown.sha256),
        filename: shown.filename.clone(),
        preview: forms::preview(&r, shown.version),
        may_download: page.ctx.may(Verb::RecordDownload, &target).await?,
        error: general.map(|(_, says)| says.clone()),
        forms: record_forms(page, &r, &typed).await?,
        trail: forms::trail(page, id).await?,
        activity_href: format!("/records/{id}/activity"),
        why: forms::why(page, id).await?,
        versions: versions
            .iter()
            .map(|v| VersionRow {
                number: v.version,
                current: v.current,
                filename: v.filename.clone(),
                size: size(v.size),
                added_by: page.name_of(&v.created_by),
                when: page.clocks.when(v.created_at),
                fingerprint: fingerprint(&v.sha256),
            })
            .collect(),
        title: r.title,
    };
    html_as(status, &view)
}

fn record_kind(r: &RecordView, media_type: &str) -> String {
    if media_type == r.media_type { r.kind.to_owned() } else { record::kind_of(media_type).to_owned() }
}

async fn record_forms(page: &Page, r: &RecordView, typed: &Typed) -> Result<RecordForms, Error> {
    let target = Target::Record(r.id);
    let wrong = |part: Part| typed.wrong.as_ref().filter(|_| typed.part == part);
    let value = |part: Part, name: &str, now: &str| {
        if typed.part == part { typed.fields.get(name).to_owned() } else { now.to_owned() }
    };
    let may = async |verb| page.ctx.may(verb, &target).await;
    let title = Field::text("title", "Title").value(value(Part::Title, "title", &r.title));
    let folder =
        Field::text("folder", "Folder").value(value(Part::Folder, "folder", &r.folder_path)).optional();
    let level = words::level(r.labels.level);
    let (any_mark, all_marks) =
        (r.labels.privileged || r.labels.special_category, r.labels.privileged && r.labels.special_category);
    let label = |part: Part, id: &str, up: bool| {
        let marks_may_change = if up { !all_marks } else { any_mark };
        let offered = levels_from(level, up, marks_may_change, &value(part, "level", ""))?;
        let why =
            Field::reason("Why the label is lowered").id("f-lower-reason").value(value(part, "reason", ""));
        Some(LabelForm {
            open: typed.part == part,
            level: at(offered.id(format!("f-{id}-level")), &["labels", "level"], wrong(part)),
            marks: Some(marks(Some(r.labels)).id(format!("f-{id}-marks"))),
            reason: (!up).then(|| at(why, &["reason"], wrong(part))),
        })
    };
    Ok(RecordForms {
        etag: r.etag.to_string(),
        title: may(Verb::RecordRename).await?.then(|| at(title, &["title"], wrong(Part::Title))),
        folder: may(Verb::RecordMove).await?.then(|| at(folder, &["folder"], wrong(Part::Folder))),
        raise: if may(Verb::LabelRaise).await? { label(Part::Raise, "raise", true) } else { None },
        lower: if may(Verb::LabelLower).await? { label(Part::Lower, "lower", false) } else { None },
        add_version: may(Verb::RecordVersion).await?,
    })
}
