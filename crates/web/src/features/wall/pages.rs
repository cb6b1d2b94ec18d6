//! Walls in a browser: the list and one wall.

use axum::http::Uri;
use strongroom_domain::features::wall::{self, EndWall, ReviewWall, WallKind, WallSpec, WallView};
use strongroom_domain::kernel::clock::DAY;
use strongroom_domain::kernel::id::WallId;
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::text::{Name, Reason};
use strongroom_domain::kernel::verb::Verb;
use strongroom_domain::{Error, Result};

use super::history;
use crate::features::words::{on_form, person};
use crate::http::api::{One, id_of};
use crate::http::form::{Fields, query};
use crate::http::page::{Page, Posted};
use crate::http::reply::{Answer, done, html};
use crate::http::when::many;
use crate::layout::{Crumb, Section, Tone};
use crate::view::field::Field;
use crate::view::parts::{Chip, Icon, Pager, Person};
use crate::view::walls::{AffectedRow, Covered, Wall, WallActs, WallRow, Walls};

const LIST: &str = "page walls";
const PAGE: usize = 100;
const REVIEW_AFTER: i64 = 180 * DAY;

/// The chip that says what a wall does.
pub(crate) fn kind_chip(kind: WallKind) -> Chip {
    Chip::toned(Tone::Note, Icon::Wall, if kind == WallKind::Bars { "Bars" } else { "Admits only" })
}

/// What a wall does, in a sentence.
const fn effect(kind: WallKind) -> &'static str {
    match kind {
        WallKind::Bars => "Bars the people below from everything it covers.",
        WallKind::Admits => {
            "Admits only the people below to everything it covers. It grants nothing by itself."
        }
    }
}

fn covers(w: &WallView) -> String {
    let named: Vec<&str> = w
        .clients
        .iter()
        .filter_map(|(_, n)| n.as_deref())
        .chain(w.matters.iter().filter_map(|(_, n)| n.as_deref()))
        .collect();
    let all = w.clients.len() + w.matters.len();
    match named.first() {
        Some(first) if all > 1 => format!("{first} and {} more", all - 1),
        Some(first) => (*first).to_owned(),
        None => many(all as u64, "thing", "things"),
    }
}

fn row(page: &Page, w: WallView) -> WallRow {
    let stale = w.reviewed_at.unwrap_or(w.made_at) + REVIEW_AFTER < page.ctx.now();
    WallRow {
        id: w.id.to_string(),
        kind: kind_chip(w.kind),
        covers: covers(&w),
        people: many(w.people.len() as u64, "person", "people"),
        since: page.clocks.day(w.made_at),
        note: (stale && w.ended_at.is_none()).then(|| Chip::toned(Tone::Warn, Icon::Clock, "Review is due")),
        ended: w.ended_at.is_some(),
        name: w.name,
    }
}

/// The list.
pub(super) async fn list(page: Page, uri: Uri) -> Answer {
    let fields = Fields::of_query(&uri);
    let after = match fields.some("after") {
        Some(cursor) => WallId::parse(&page.ctx.open_cursor(LIST, cursor)?),
        None => None,
    };
    if page.presenting.is_some() {
        return Err(Error::NotFound.into());
    }
    let (mut found, next) = wall::walls(&page.ctx, after, PAGE).await?;
    // what stands comes first, whatever is newer
    found.sort_by_key(|w| w.ended_at.is_some());
    let next = next.map(|id| page.ctx.seal_cursor(LIST, &id.to_string())).transpose()?;
    let view = Walls {
        shell: page.shell("Walls", Section::Walls),
        says: many(found.len() as u64, "wall", "walls"),
        pager: Pager {
            first_href: fields.has("after").then(|| String::from("/walls")),
            next_href: next.map(|c| format!("/walls?{}", query(&[("after", &c)]))),
            says: String::new(),
        },
        rows: found.into_iter().map(|w| row(&page, w)).collect(),
        may_make: page.ctx.may(Verb::WallMake, &Target::Firm).await?,
    };
    html(&view)
}

fn covered(w: &WallView) -> Vec<Covered> {
    let hidden = || String::from("Something you may not see");
    let clients = w.clients.iter().map(|(id, name)| Covered {
        named: name.is_some(),
        href: name.is_some().then(|| format!("/clients/{id}")),
        name: name.clone().unwrap_or_else(hidden),
        says: String::from("Client, with all its matters"),
    });
    let matters = w.matters.iter().map(|(id, name)| Covered {
        named: name.is_some(),
        href: name.is_some().then(|| format!("/matters/{id}")),
        name: name.clone().unwrap_or_else(hidden),
        says: String::from("Matter"),
    });
    clients.chain(matters).collect()
}

/// Who loses what, as rows.
pub(super) async fn affected(page: &Page, spec: &WallSpec) -> Result<Vec<AffectedRow>> {
    let found = wall::affected(&page.ctx, spec).await?;
    Ok(found
        .loses
        .into_iter()
        .map(|(staff, _, matter)| AffectedRow {
            person: Person { name: person(page, staff), href: Some(format!("/staff/{staff}")) },
            says: format!("Loses {matter} while the wall stands."),
            loses: true,
        })
        .collect())
}

/// A spec as the wall is now, or nothing where its texts no longer parse.
pub(super) fn spec_of(w: &WallView) -> Result<WallSpec> {
    Ok(WallSpec {
        name: Name::parse(&w.name)?,
        reason: Reason::parse(&w.reason)?,
        kind: w.kind,
        clients: w.clients.iter().map(|(id, _)| *id).collect(),
        matters: w.matters.iter().map(|(id, _)| *id).collect(),
        staff: w.staff.clone(),
        groups: w.groups.clone(),
    })
}

async fn draw(page: &Page, id: WallId) -> Answer {
    let (w, history) = wall::wall_with_changes(&page.ctx, id).await?;
    let mut shell = page.shell("Wall", Section::Walls);
    shell.crumbs = vec![Crumb::link("Walls", "/walls"), Crumb::here(&w.name)];
    let may_change = w.ended_at.is_none() && page.ctx.may(Verb::WallChange, &Target::Wall(id)).await?;
    let groups = w.groups.iter().filter_map(|g| page.ctx.room().directory().group(*g)).collect();
    let view = Wall {
        shell,
        csrf: page.csrf(),
        id: id.to_string(),
        kind: kind_chip(w.kind),
        effect: effect(w.kind).to_owned(),
        reason: w.reason.clone(),
        since: page.clocks.day(w.made_at),
        ended: w.ended_at.map(|at| page.clocks.when(at)),
        covers: covered(&w),
        people: w
            .people
            .iter()
            .map(|p| Person { name: person(page, *p), href: Some(format!("/staff/{p}")) })
            .collect(),
        groups,
        affected: if may_change { affected(page, &spec_of(&w)?).await? } else { Vec::new() },
        changes: history.iter().map(|c| history::line(page, &w, c)).collect(),
        acts: may_change.then(|| WallActs {
            etag: w.etag.to_string(),
            review_note: Field::reason("What you found").id("review-note").optional(),
            end_reason: Field::reason("Why it ends").id("end-reason"),
            open: false,
        }),
        last_review: w.reviewed_at.map(|at| page.clocks.day(at)),
        name: w.name,
    };
    html(&view)
}

/// One wall.
pub(super) async fn show(One(id): One, page: Page) -> Answer {
    let id = id_of(&page.ctx, Verb::WallSee, &id).await?;
    draw(&page, id).await
}

/// Looked at, and still needed.
pub(super) async fn review(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let wall = id_of(&page.ctx, Verb::WallChange, &id).await?;
    let note = fields.some("review_note").or_else(|| fields.some("reason")).map(Reason::parse).transpose()?;
    page.ctx.perform(ReviewWall { wall, note, etag: fields.etag() }).await?;
    Ok(done(&format!("/walls/{wall}"), "wall-reviewed", page.ctx.last_entry()))
}

/// Ends it.
pub(super) async fn end(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let wall = id_of(&page.ctx, Verb::WallEnd, &id).await?;
    let reason = match Reason::parse(fields.get("reason")) {
        Ok(reason) => reason,
        Err(error) => {
            on_form(error)?;
            return draw(&page, wall).await;
        }
    };
    page.ctx.perform(EndWall { wall, reason, etag: fields.etag() }).await?;
    Ok(done(&format!("/walls/{wall}"), "wall-ended", page.ctx.last_entry()))
}
