//! The same few things said the same way on many pages: labels, entries, fields that offer the firm's names.

use strongroom_domain::features::ledger::{EntryView, State as LedgerState};
use strongroom_domain::features::record::{Labels as RecordLabels, Level as RecordLevel};
use strongroom_domain::kernel::id::StaffId;

use crate::http::page::PageCx;
use crate::http::when;
use crate::view::activity::{EntryLine, EntryState};
use crate::view::field::{Choice, Field, Input};
use crate::view::parts::{Labels, Level, Outcome, TrailLine};

/// The level as pages know it.
pub(crate) const fn level(level: RecordLevel) -> Level {
    match level {
        RecordLevel::Public => Level::Public,
        RecordLevel::Internal => Level::Internal,
        RecordLevel::Confidential => Level::Confidential,
        RecordLevel::HighlyConfidential => Level::HighlyConfidential,
    }
}

/// Chips of a record's labels.
pub(crate) fn labels(of: RecordLabels) -> Labels {
    let mut marks = Vec::new();
    if of.privileged {
        marks.push(String::from("Privileged"));
    }
    if of.special_category {
        marks.push(String::from("Special category"));
    }
    Labels { level: Some(level(of.level)), marks }
}

/// No labels: a matter has none of its own.
pub(crate) const fn no_labels() -> Labels {
    Labels { level: None, marks: Vec::new() }
}

/// A choice of level.
pub(crate) fn levels(chosen: Level) -> Field {
    let choices = Level::ALL.iter().map(|l| Choice::new(l.word(), l.label()).chosen(*l == chosen)).collect();
    Field::new(Input::Select, "level", "Label").choices(choices)
}

/// Boxes for the marks.
pub(crate) fn marks(of: Option<RecordLabels>) -> Field {
    let choices = vec![
        Choice::new("privileged", "Privileged").chosen(of.is_some_and(|l| l.privileged)),
        Choice::new("special_category", "Special category")
            .hint("Health, beliefs, criminal records")
            .chosen(of.is_some_and(|l| l.special_category)),
    ];
    Field::new(Input::Boxes, "marks", "Marks").choices(choices).optional()
}

/// How an act came out.
pub(crate) fn outcome(word: &str) -> Outcome {
    match word {
        "denied" => Outcome::Denied,
        "failed" => Outcome::Failed,
        _ => Outcome::Allowed,
    }
}

const fn state(state: LedgerState) -> EntryState {
    match state {
        LedgerState::Pending => EntryState::Pending,
        LedgerState::Signed => EntryState::Signed,
        LedgerState::Witnessed => EntryState::Witnessed,
    }
}

/// The state of an entry, for pages.
pub(crate) const fn entry_state(entry: &EntryView) -> EntryState {
    state(entry.state)
}

/// Who acted, as far as it is known by name.
pub(crate) fn actor(entry: &EntryView) -> String {
    entry.actor.name.clone().unwrap_or_else(|| match entry.actor.kind.as_str() {
        "system" => String::from("The system"),
        "operator" => String::from("The operator"),
        "anonymous" => String::from("A stranger"),
        _ => entry.actor.id.clone(),
    })
}

/// What was done, without who did it.
fn act(entry: &EntryView) -> String {
    let who = actor(entry);
    let says = entry.says.strip_prefix(&who).map_or(entry.says.as_str(), str::trim_start);
    match (&entry.record_title, &entry.matter_name) {
        (Some(title), _) => format!("{says}: {title}"),
        (None, Some(name)) => format!("{says}: {name}"),
        (None, None) => says.to_owned(),
    }
}

/// One line of a table of entries.
pub(crate) fn line(page: &PageCx, entry: &EntryView) -> EntryLine {
    let id = entry.id.to_string();
    EntryLine {
        href: format!("/ledger/{id}"),
        receipt_href: entry.index.map(|_| format!("/ledger/{id}/receipt")),
        index: entry.index.map(when::count),
        outcome: outcome(&entry.outcome),
        actor: actor(entry),
        says: act(entry),
        rule: None,
        when: page.clocks.when(entry.at),
        state: entry_state(entry),
    }
}

/// One line of a short trail.
pub(crate) fn trail(page: &PageCx, entry: &EntryView) -> TrailLine {
    TrailLine {
        outcome: outcome(&entry.outcome),
        says: entry.says.clone(),
        when: page.clocks.when(entry.at),
        href: format!("/ledger/{}", entry.id),
    }
}

/// Everyone of the firm, to choose from.
pub(crate) fn people(page: &PageCx, chosen: &[&str]) -> Vec<Choice> {
    let mut all = page.ctx.room().directory().all_staff();
    all.sort_by_key(|(_, name)| name.name.to_lowercase());
    all.into_iter()
        .map(|(id, name)| {
            let id = id.to_string();
            let there = chosen.contains(&id.as_str());
            Choice::new(id, name.name).chosen(there)
        })
        .collect()
}

/// The name of a person.
pub(crate) fn person(page: &PageCx, id: StaffId) -> String {
    page.ctx.room().directory().staff(id).map_or_else(|| id.to_string(), |s| s.name)
}

/// An error at the field that it belongs to.
pub(crate) fn at(field: Field, names: &[&str], wrong: Option<&(&'static str, String)>) -> Field {
    match wrong {
        Some((name, says)) if names.contains(name) => field.error(says),
        _ => field,
    }
}

/// What of an error belongs on the form; the rest is trouble.
pub(crate) fn on_form(
    error: strongroom_domain::Error,
) -> Result<(&'static str, String), crate::http::trouble::Trouble> {
    match error {
        strongroom_domain::Error::Invalid { field, says } => Ok((field, says)),
        strongroom_domain::Error::Conflict { says, .. } => Ok(("", says)),
        other => Err(other.into()),
    }
}

/// The sentence above a form that has something wrong.
pub(crate) fn above(wrong: Option<&(&'static str, String)>) -> Option<String> {
    wrong.map(
        |(name, says)| {
            if name.is_empty() { says.clone() } else { String::from("Look at the field marked below.") }
        },
    )
}
