//! The ledger as a list: all of it, by ids, for those who watch; one's own acts for everyone else.

use axum::http::Uri;
use strongroom_domain::Error;
use strongroom_domain::features::ledger::{self, Filter};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::entry::Outcome;
use strongroom_domain::kernel::id::{ClientId, EntryId, MatterId};
use strongroom_domain::kernel::verb::Verb;

use crate::features::words::{line, people};
use crate::http::form::{Fields, query};
use crate::http::page::Page;
use crate::http::reply::{Answer, html};
use crate::http::when;
use crate::layout::Section;
use crate::view::activity::EntryTable;
use crate::view::field::{Choice, Field, Input};
use crate::view::ledger::Ledger;
use crate::view::parts::Pager;

const PAGE: usize = 50;
const FILTERS: [&str; 7] = ["person", "client", "matter", "verb", "outcome", "since", "until"];

/// True for the roles that see every entry.
pub(super) const fn watches(role: Role) -> bool {
    matches!(role, Role::Auditor | Role::ComplianceOfficer)
}

fn outcome(word: &str) -> Option<Outcome> {
    match word {
        "allowed" => Some(Outcome::Allowed),
        "denied" => Some(Outcome::Denied),
        "failed" => Some(Outcome::Failed),
        _ => None,
    }
}

fn filter(page: &Page, asked: &Fields) -> Result<Filter, Error> {
    let wrong =
        |field: &'static str| move || Error::invalid(field, "This is not of the kind that the filter takes.");
    let id = |name: &'static str| asked.some(name).map(str::trim);
    Ok(Filter {
        verb: asked.some("verb").map(|w| Verb::parse(w).ok_or_else(wrong("verb"))).transpose()?,
        actor: id("person").map(str::to_owned),
        client: id("client").map(|t| ClientId::parse(t).ok_or_else(wrong("client"))).transpose()?,
        matter: id("matter").map(|t| MatterId::parse(t).ok_or_else(wrong("matter"))).transpose()?,
        record: None,
        outcome: asked.some("outcome").map(|w| outcome(w).ok_or_else(wrong("outcome"))).transpose()?,
        since: asked.some("since").map(|t| page.clocks.start_of(t).ok_or_else(wrong("since"))).transpose()?,
        until: asked.some("until").map(|t| page.clocks.end_of(t).ok_or_else(wrong("until"))).transpose()?,
    })
}

fn select(name: &str, label: &str, mut choices: Vec<Choice>, all: &str) -> Field {
    let none = !choices.iter().any(|c| c.chosen);
    choices.insert(0, Choice::new("", all).chosen(none));
    Field::new(Input::Select, name, label).choices(choices).optional()
}

fn fields(page: &Page, asked: &Fields) -> Vec<Field> {
    let verbs = Verb::ALL
        .iter()
        .map(|v| Choice::new(v.word(), v.word()).chosen(v.word() == asked.get("verb")))
        .collect();
    let outcomes = [("allowed", "Allowed"), ("denied", "Refused"), ("failed", "Failed")]
        .into_iter()
        .map(|(word, says)| Choice::new(word, says).chosen(word == asked.get("outcome")))
        .collect();
    let text = |name: &str, label: &str| Field::text(name, label).value(asked.get(name)).optional();
    let day =
        |name: &str, label: &str| Field::new(Input::Date, name, label).value(asked.get(name)).optional();
    vec![
        select("person", "Person", people(page, &[asked.get("person")]), "Anyone"),
        select("verb", "What was done", verbs, "Anything"),
        select("outcome", "How it came out", outcomes, "Either way"),
        text("client", "Client, by id"),
        text("matter", "Matter, by id"),
        day("since", "From"),
        day("until", "Until"),
    ]
}

/// The list.
pub(super) async fn list(page: Page, uri: Uri) -> Answer {
    if page.presenting.is_some() {
        return Err(Error::NotFound.into());
    }
    let asked = Fields::of_query(&uri);
    let all = watches(page.me.role);
    let kept: Vec<(&str, &str)> = FILTERS.iter().map(|name| (*name, asked.get(name))).collect();
    let name = format!("page ledger {}", query(&kept));
    let after = match asked.some("after") {
        Some(cursor) => EntryId::parse(&page.ctx.open_cursor(&name, cursor)?),
        None => None,
    };
    let seen = if all {
        ledger::entries(&page.ctx, &filter(&page, &asked)?, after, PAGE).await?
    } else {
        ledger::own_acts(&page.ctx, after, PAGE).await?
    };
    let next = seen.next.map(|id| page.ctx.seal_cursor(&name, &id.to_string())).transpose()?;
    let href = |extra: Option<&str>| {
        let mut pairs = kept.clone();
        pairs.extend(extra.map(|cursor| ("after", cursor)));
        format!("/ledger?{}", query(&pairs))
    };
    let (size, _) = page.ctx.room().checkpoint();
    let what = match (all, page.me.role) {
        (true, Role::Auditor) => "You see ids, not names of clients: an auditor reads no client's affairs.",
        (true, _) => "You see every entry by ids. What happened in a matter is opened for its own team only.",
        (false, _) => {
            "These are your own acts. What others did in your matters stands on the page of each matter."
        }
    };
    let view = Ledger {
        shell: page.shell("Ledger", Section::Ledger),
        csrf: page.csrf(),
        filters: if all { fields(&page, &asked) } else { Vec::new() },
        filtered: all && FILTERS.iter().any(|name| asked.some(name).is_some()),
        entries: EntryTable {
            lines: seen.items.iter().map(|e| line(&page, e)).collect(),
            caption: String::from(if all { "Entries of the ledger" } else { "Your own acts" }),
        },
        pager: Pager {
            first_href: after.map(|_| href(None)),
            next_href: next.as_deref().map(|c| href(Some(c))),
            says: String::new(),
        },
        what_you_see: what.to_owned(),
        says: format!("{} under a signed checkpoint", when::many(size, "entry", "entries")),
    };
    html(&view)
}
