//! The ledger as a list: all of it, by ids, for those who watch; one's own acts for everyone else.
//!
//! Names that someone searches for travel in the body of a form; the address that it leads to has ids alone.

use axum::http::{StatusCode, Uri};
use strongroom_domain::Error;
use strongroom_domain::features::ledger::{self, EntryPage, Filter};
use strongroom_domain::features::{client, matter};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::entry::Outcome;
use strongroom_domain::kernel::id::{ClientId, EntryId, MatterId};
use strongroom_domain::kernel::verb::Verb;

use crate::features::words::{Within, lines, people, watches};
use crate::http::form::{Fields, query};
use crate::http::page::{Page, Posted};
use crate::http::reply::{Answer, html_as, see_other};
use crate::http::when;
use crate::layout::Section;
use crate::view::activity::EntryTable;
use crate::view::field::{Choice, Field, Input};
use crate::view::ledger::Ledger;
use crate::view::parts::Pager;

const PAGE: usize = 50;
const FILTERS: [&str; 7] = ["person", "client", "matter", "verb", "outcome", "since", "until"];
/// How many things of one name are offered to choose from.
const FIT: usize = 20;

/// Clients and matters are asked for by name where this person sees names.
const fn by_name(role: Role) -> bool {
    matches!(role, Role::ComplianceOfficer)
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
        changes: false,
    })
}

fn select(name: &str, label: &str, mut choices: Vec<Choice>, all: &str) -> Field {
    let none = !choices.iter().any(|c| c.chosen);
    choices.insert(0, Choice::new("", all).chosen(none));
    Field::new(Input::Select, name, label).choices(choices).optional()
}

/// Every verb in plain words, in the order of the alphabet.
fn verbs(chosen: &str) -> Vec<Choice> {
    let mut all: Vec<(String, &str)> = Verb::ALL.iter().map(|v| (sentence(v.did()), v.word())).collect();
    all.sort();
    all.into_iter().map(|(says, word)| Choice::new(word, says).chosen(word == chosen)).collect()
}

/// With a capital in front.
pub(super) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What is to be put right before the form can be answered.
#[derive(Default)]
struct Unclear {
    client: Option<Box<Field>>,
    matter: Option<Box<Field>>,
}

fn fields(page: &Page, asked: &Fields, seen: Option<&EntryPage>, unclear: Unclear) -> Vec<Field> {
    let outcomes = [("allowed", "Allowed"), ("denied", "Refused"), ("failed", "Failed")]
        .into_iter()
        .map(|(word, says)| Choice::new(word, says).chosen(word == asked.get("outcome")))
        .collect();
    let thing = |name: &str, label: &str, called: Option<&String>| {
        let by_id = format!("{label}, by id");
        let hint = "Part of its name or reference.";
        let value = called.map_or_else(|| asked.get(name), String::as_str);
        if by_name(page.me.role) {
            Field::text(name, label).value(value).hint(hint).suggests(name).optional()
        } else {
            Field::text(name, by_id).value(value).optional()
        }
    };
    let day =
        |name: &str, label: &str| Field::new(Input::Date, name, label).value(asked.get(name)).optional();
    let client = || thing("client", "Client", seen.and_then(|s| s.client_name.as_ref()));
    let matter = || thing("matter", "Matter", seen.and_then(|s| s.matter_name.as_ref()));
    vec![
        select("person", "Person", people(page, &[asked.get("person")]), "Anyone"),
        select("verb", "What was done", verbs(asked.get("verb")), "Anything"),
        select("outcome", "How it came out", outcomes, "Either way"),
        unclear.client.map_or_else(client, |field| *field),
        unclear.matter.map_or_else(matter, |field| *field),
        day("since", "From"),
        day("until", "Until"),
    ]
}

/// The list, by the ids in the address.
pub(super) async fn list(page: Page, uri: Uri) -> Answer {
    draw(&page, &Fields::of_query(&uri), None).await
}

/// A search by names: leads to the list by ids, or asks which one is meant.
pub(super) async fn find(posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    if page.presenting.is_some() {
        return Err(Error::NotFound.into());
    }
    let mut kept: Vec<(&str, String)> = FILTERS.iter().map(|n| (*n, fields.get(n).to_owned())).collect();
    let unclear = if by_name(page.me.role) {
        let client = client_named(&page, fields.get("client").trim()).await?;
        let matter = matter_named(&page, fields.get("matter").trim()).await?;
        for (name, found) in [("client", &client), ("matter", &matter)] {
            if let (Ok(id), Some(slot)) = (found, kept.iter_mut().find(|(n, _)| *n == name)) {
                slot.1.clone_from(id);
            }
        }
        Unclear { client: client.err(), matter: matter.err() }
    } else {
        // only ids go on into the address, whatever was typed
        let id = |name: &str, label: &str, fits: bool| {
            let says = "An id is wanted here, as it stands in an entry.";
            (!fits).then(|| Box::new(Field::text(name, format!("{label}, by id")).error(says).optional()))
        };
        let typed = |name: &str| fields.get(name).trim().to_owned();
        let (client, matter) = (typed("client"), typed("matter"));
        Unclear {
            client: id("client", "Client", client.is_empty() || ClientId::parse(&client).is_some()),
            matter: id("matter", "Matter", matter.is_empty() || MatterId::parse(&matter).is_some()),
        }
    };
    // and of the rest only what a filter can be
    if unclear.client.is_none() && unclear.matter.is_none() {
        filter(&page, &Fields(kept.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect()))?;
    }
    if unclear.client.is_some() || unclear.matter.is_some() {
        return draw(&page, &fields, Some(unclear)).await;
    }
    let pairs: Vec<(&str, &str)> = kept.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let query = query(&pairs);
    Ok(see_other(&if query.is_empty() { String::from("/ledger") } else { format!("/ledger?{query}") }))
}

/// The id that was meant, or the field that asks again.
type Meant = Result<String, Box<Field>>;

async fn client_named(page: &Page, words: &str) -> Result<Meant, Error> {
    if words.is_empty() || ClientId::parse(words).is_some() {
        return Ok(Ok(words.to_owned()));
    }
    let (found, _) = client::clients(&page.ctx, words, None, FIT).await?;
    let all = found.into_iter().map(|c| (c.id.to_string(), c.name.clone(), c.name)).collect();
    Ok(meant("client", "Client", words, all))
}

async fn matter_named(page: &Page, words: &str) -> Result<Meant, Error> {
    if words.is_empty() || MatterId::parse(words).is_some() {
        return Ok(Ok(words.to_owned()));
    }
    let (found, _) = matter::matters(&page.ctx, words, None, None, FIT).await?;
    let all = found
        .into_iter()
        .map(|m| (m.id.to_string(), m.name.clone(), format!("{} ({})", m.name, m.client_name)))
        .collect();
    Ok(meant("matter", "Matter", words, all))
}

/// One that fits, or that alone has this very name; else the choice between those that fit.
fn meant(name: &str, label: &str, words: &str, all: Vec<(String, String, String)>) -> Meant {
    let exact: Vec<&(String, String, String)> =
        all.iter().filter(|(_, n, _)| n.eq_ignore_ascii_case(words)).collect();
    match (all.as_slice(), exact.as_slice()) {
        ([], _) => {
            let none = format!("You see no {} of that name or reference.", label.to_lowercase());
            Err(Box::new(Field::text(name, label).value(words).error(none).suggests(name).optional()))
        }
        ([(id, ..)], _) | (_, [(id, ..)]) => Ok(id.clone()),
        (many, _) => {
            let choices = many.iter().map(|(id, _, says)| Choice::new(id, says)).collect();
            let several = format!("Several fit \u{201c}{words}\u{201d}. Choose one.");
            Err(Box::new(select(name, label, choices, "Any").error(several)))
        }
    }
}

async fn draw(page: &Page, asked: &Fields, unclear: Option<Unclear>) -> Answer {
    if page.presenting.is_some() {
        return Err(Error::NotFound.into());
    }
    let all = watches(page.me.role);
    let status = if unclear.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let kept: Vec<(&str, &str)> = FILTERS.iter().map(|name| (*name, asked.get(name))).collect();
    let (seen, after, next) = match &unclear {
        // nothing is listed until it is clear what is meant
        Some(_) => (EntryPage::default(), None, None),
        None => {
            let name = format!("page ledger {}", query(&kept));
            let after = match asked.some("after") {
                Some(cursor) => EntryId::parse(&page.ctx.open_cursor(&name, cursor)?),
                None => None,
            };
            let seen = if all {
                ledger::entries(&page.ctx, &filter(page, asked)?, after, PAGE).await?
            } else {
                ledger::own_acts(&page.ctx, after, PAGE).await?
            };
            let next = seen.next.map(|id| page.ctx.seal_cursor(&name, &id.to_string())).transpose()?;
            (seen, after, next)
        }
    };
    let href = |extra: Option<&str>| {
        let mut pairs = kept.clone();
        pairs.extend(extra.map(|cursor| ("after", cursor)));
        format!("/ledger?{}", query(&pairs))
    };
    let (size, _) = page.ctx.room().checkpoint();
    let filtered = all && FILTERS.iter().any(|name| asked.some(name).is_some());
    let view = Ledger {
        witnesses: page.ctx.room().settings().witnesses.is_some(),
        shell: page.shell("Ledger", Section::Ledger),
        csrf: page.csrf(),
        unclear: unclear.is_some(),
        filters: if all { fields(page, asked, Some(&seen), unclear.unwrap_or_default()) } else { Vec::new() },
        filtered,
        entries: EntryTable {
            lines: lines(page, &seen.items, Within::Ledger),
            caption: String::from(if all { "Entries of the ledger" } else { "Your own acts" }),
        },
        pager: Pager {
            first_href: after.map(|_| href(None)),
            next_href: next.as_deref().map(|c| href(Some(c))),
            says: String::new(),
        },
        what_you_see: what_is_seen(page.me.role).to_owned(),
        says: format!("{} under a signed checkpoint", when::many(size, "entry", "entries")),
    };
    html_as(status, &view)
}

const fn what_is_seen(role: Role) -> &'static str {
    match role {
        Role::Auditor => "You see ids, not names of clients: an auditor reads no client's affairs.",
        Role::ComplianceOfficer => {
            "You see every entry by ids. What happened in a matter is opened for its own team only."
        }
        _ => "These are your own acts. What others did in your matters stands on the page of each matter.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thing(id: &str, name: &str) -> (String, String, String) {
        (id.to_owned(), name.to_owned(), name.to_owned())
    }

    #[test]
    fn a_name_leads_to_one_thing_or_to_a_choice() {
        let two = || vec![thing("cli_1", "Northwind"), thing("cli_2", "Northwind Shipping")];
        assert_eq!(
            meant("client", "Client", "north", vec![thing("cli_1", "Northwind")]).ok().as_deref(),
            Some("cli_1")
        );
        assert_eq!(meant("client", "Client", "northwind", two()).ok().as_deref(), Some("cli_1"));
        let choice = meant("client", "Client", "north", two()).expect_err("a choice");
        assert_eq!(choice.choices.len(), 3);
        let none = meant("client", "Client", "north", Vec::new()).expect_err("none");
        assert_eq!(none.value, "north", "what was typed is kept");
    }

    #[test]
    fn verbs_are_plain_words() {
        let all = verbs("record.read");
        assert!(all.iter().any(|c| c.label == "Read it" && c.chosen));
        assert!(all.iter().all(|c| !c.label.contains('.')), "a raw verb is shown");
    }
}
