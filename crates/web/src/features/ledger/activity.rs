//! What happened in a matter, and who opened a record.

use axum::http::Uri;
use strongroom_domain::features::ledger::{self, Complete, EntryPage, Part};
use strongroom_domain::features::{matter as matters, record as records};
use strongroom_domain::kernel::id::EntryId;
use strongroom_domain::kernel::verb::Verb;

use crate::features::matter::{crumbs, head};
use crate::features::words::{Within, lines};
use crate::http::api::{One, id_of};
use crate::http::form::{Fields, query};
use crate::http::page::Page;
use crate::http::reply::{Answer, html};
use crate::layout::{Crumb, Shell};
use crate::view::activity::{ActivityOf, EntryTable, MatterActivity};
use crate::view::field::{Choice, Field, Input};
use crate::view::matters::MatterTab;
use crate::view::parts::Pager;

const PAGE: usize = 100;
const SHOWN: [(&str, &str, Part); 3] = [
    ("all", "Everything", Part::Everything),
    ("changes", "Changes", Part::Changes),
    ("refused", "Refusals", Part::Refusals),
];

/// The part that is asked for, and its word; all of it where none is.
fn part(asked: &Fields) -> (&'static str, Part) {
    let [(all, _, everything), ..] = SHOWN;
    SHOWN.iter().find(|(w, ..)| *w == asked.get("show")).map_or((all, everything), |(w, _, part)| (w, *part))
}

fn draw(
    page: &Page,
    asked: &Fields,
    shell: Shell,
    of: ActivityOf,
    path: String,
    list: &str,
    seen: &EntryPage,
) -> Answer {
    let (show, _) = part(asked);
    let choices = SHOWN.iter().map(|(w, says, _)| Choice::new(*w, *says).chosen(*w == show)).collect();
    let within = if matches!(of, ActivityOf::Matter(_)) { Within::Matter } else { Within::Record };
    let next = seen.next.map(|id| page.ctx.seal_cursor(list, &id.to_string())).transpose()?;
    let view = MatterActivity {
        shell,
        of,
        show: Field::new(Input::Select, "show", "Show").choices(choices),
        entries: EntryTable {
            lines: lines(
                page,
                seen.items.iter().filter(|e| page.presenting.is_none() || e.outcome != "denied"),
                within,
            ),
            caption: String::from("Activity, newest first"),
        },
        pager: Pager {
            first_href: asked.has("after").then(|| format!("{path}?{}", query(&[("show", show)]))),
            next_href: next.map(|c| format!("{path}?{}", query(&[("show", show), ("after", &c)]))),
            says: String::new(),
        },
        action: path,
        complete: seen.complete.map(|c| complete(page, c)),
    };
    html(&view)
}

fn complete(page: &Page, counted: Complete) -> (bool, String) {
    let when = page.clocks.when(counted.to).text;
    let says = if counted.holds {
        format!("Complete to {when}, checked against the daily count.")
    } else {
        format!("This list is not what was counted {when}: ask your administrator to run the check.")
    };
    (counted.holds, says)
}

fn after(page: &Page, asked: &Fields, list: &str) -> Result<Option<EntryId>, strongroom_domain::Error> {
    match asked.some("after") {
        Some(cursor) => Ok(EntryId::parse(&page.ctx.open_cursor(list, cursor)?)),
        None => Ok(None),
    }
}

/// Of a matter.
pub(super) async fn matter(One(id): One, page: Page, uri: Uri) -> Answer {
    let asked = Fields::of_query(&uri);
    let id = id_of(&page.ctx, Verb::MatterActivity, &id).await?;
    let (show, part) = part(&asked);
    let list = format!("page activity {id} {show}");
    let seen = ledger::matter_activity_of(&page.ctx, id, part, after(&page, &asked, &list)?, PAGE).await?;
    let of = matters::matter(&page.ctx, id).await?;
    let head = head(&page, &of, MatterTab::Activity).await?;
    let shell = crumbs(&page, &of, "Activity");
    draw(
        &page,
        &asked,
        shell,
        ActivityOf::Matter(Box::new(head)),
        format!("/matters/{id}/activity"),
        &list,
        &seen,
    )
}

/// Of a record.
pub(super) async fn record(One(id): One, page: Page, uri: Uri) -> Answer {
    let asked = Fields::of_query(&uri);
    let id = id_of(&page.ctx, Verb::RecordActivity, &id).await?;
    let (show, part) = part(&asked);
    let list = format!("page activity {id} {show}");
    let seen = ledger::record_activity_of(&page.ctx, id, part, after(&page, &asked, &list)?, PAGE).await?;
    let detail = records::read(&page.ctx, id).await?;
    let mut shell = crumbs(&page, &detail.matter, "Who opened it");
    shell.crumbs.pop();
    shell.crumbs.push(Crumb::link(&detail.record.title, format!("/records/{id}")));
    shell.crumbs.push(Crumb::here("Who opened it"));
    let of = ActivityOf::Record {
        id: id.to_string(),
        title: detail.record.title,
        matter_id: detail.matter.id.to_string(),
        matter_name: detail.matter.name,
    };
    draw(&page, &asked, shell, of, format!("/records/{id}/activity"), &list, &seen)
}
