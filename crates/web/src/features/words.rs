//! The same few things said the same way on many pages: labels, entries, fields that offer the firm's names.

use strongroom_domain::features::ledger::{EntryView, State as LedgerState};
use strongroom_domain::features::record::{Labels as RecordLabels, Level as RecordLevel};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::asking::{Ask, Keeper};
use strongroom_domain::kernel::id::StaffId;

use crate::http::page::PageCx;
use crate::http::when;
use crate::view::activity::{EntryLine, EntryState, Run};
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

/// Levels to raise or lower to: those above or below the present one, and the present one where its marks may change.
pub(crate) fn levels_from(now: Level, up: bool, marks_may_change: bool, chosen: &str) -> Option<Field> {
    let place = Level::ALL.iter().position(|l| *l == now).unwrap_or_default();
    let (below, from) = Level::ALL.split_at(place);
    let above = from.get(1..).unwrap_or_default();
    // the nearest first: it is what is asked for most
    let mut offered: Vec<Level> = if up { above.to_vec() } else { below.iter().rev().copied().collect() };
    if marks_may_change {
        offered.push(now);
    }
    if offered.is_empty() {
        return None;
    }
    let choices = offered.into_iter().map(|l| {
        let says = if l == now {
            format!("{}, as now: change the marks only", l.label())
        } else {
            l.label().to_owned()
        };
        Choice::new(l.word(), says).chosen(l.word() == chosen)
    });
    Some(Field::new(Input::Select, "level", "Label").choices(choices.collect()))
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

/// What a page is about, so that its lines need not say it again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Within {
    /// The whole ledger, or one's own acts.
    Ledger,
    /// A matter.
    Matter,
    /// A record.
    Record,
}

/// What was done, without who did it; "it" is called by its name where the page does not say what it is.
fn act(entry: &EntryView, within: Within) -> String {
    let who = actor(entry);
    let says = entry.says.strip_prefix(&who).map_or(entry.says.as_str(), str::trim_start);
    let thing = match within {
        Within::Ledger => entry.record_title.as_ref().or(entry.matter_name.as_ref()),
        Within::Matter => entry.record_title.as_ref(),
        Within::Record => None,
    };
    match thing {
        Some(thing) => naming(says, thing),
        None if within == Within::Ledger => unnamed(says, entry),
        None => says.to_owned(),
    }
}

/// To whoever is told no names "it" would point at nothing: then the kind of thing is said.
fn unnamed(says: &str, entry: &EntryView) -> String {
    let kind = match (entry.record, entry.matter, entry.client) {
        (Some(_), ..) => "a record",
        (_, Some(_), _) => "a matter",
        (.., Some(_)) => "a client",
        _ => return says.to_owned(),
    };
    named(says, kind).unwrap_or_else(|| says.to_owned())
}

/// "read it" and a title make "read Complaint as filed".
fn naming(says: &str, thing: &str) -> String {
    named(says, thing).unwrap_or_else(|| format!("{says}: {thing}"))
}

/// The words with the thing's name in place of the first "it"; none where none stands there.
fn named(says: &str, thing: &str) -> Option<String> {
    let mut words: Vec<&str> = says.split(' ').collect();
    let place = words.iter_mut().find(|word| matches!(**word, "it" | "it:" | "its"))?;
    let name = match *place {
        "it:" => format!("{thing}:"),
        "its" => format!("{thing}'s"),
        _ => thing.to_owned(),
    };
    *place = &name;
    Some(words.join(" "))
}

/// The sentence at the head of an entry's own page.
pub(crate) fn headline(entry: &EntryView) -> String {
    match entry.record_title.as_ref().or(entry.matter_name.as_ref()) {
        Some(thing) => naming(&entry.says, thing),
        None => entry.says.clone(),
    }
}

/// What an entry is about, to whoever watches by ids: the end of the narrowest id, and the list of what is filtered by it.
fn of(page: &PageCx, entry: &EntryView, within: Within) -> Option<(String, String)> {
    if within != Within::Ledger
        || !watches(page.me.role)
        || entry.matter_name.is_some()
        || entry.record_title.is_some()
    {
        return None;
    }
    let (matter, client) = (entry.matter.map(|m| m.to_string()), entry.client.map(|c| c.to_string()));
    let narrowest =
        entry.record.map(|r| r.to_string()).or_else(|| matter.clone()).or_else(|| client.clone())?;
    let (kind, rest) = narrowest.split_once('_')?;
    let short = format!("{kind}_\u{2026}{}", &rest[rest.len().saturating_sub(6)..]);
    let href = match (matter, client) {
        (Some(matter), _) => format!("/ledger?matter={matter}"),
        (None, Some(client)) => format!("/ledger?client={client}"),
        _ => return None,
    };
    Some((short, href))
}

fn one_line(page: &PageCx, entry: &EntryView, within: Within) -> EntryLine {
    let id = entry.id.to_string();
    EntryLine {
        href: format!("/ledger/{id}"),
        receipt_href: entry.index.map(|_| format!("/ledger/{id}/receipt")),
        index: entry.index.map(when::count),
        outcome: outcome(&entry.outcome),
        actor: actor(entry),
        says: act(entry, within),
        of: of(page, entry, within),
        rule: None,
        when: page.clocks.when(entry.at),
        state: entry_state(entry),
        run: None,
    }
}

/// From how many on the same line is folded.
const RUN: usize = 3;

/// Lines of a table of entries. Where one person did the same several times in a row, the lines are folded into one.
pub(crate) fn lines<'a>(
    page: &PageCx,
    entries: impl IntoIterator<Item = &'a EntryView>,
    within: Within,
) -> Vec<EntryLine> {
    let entries: Vec<&EntryView> = entries.into_iter().collect();
    // the same words may tell of two things where names are not shown: those stay apart
    let same = |a: &&EntryView, b: &&EntryView| {
        let key = |e: &EntryView| (e.actor.clone(), e.says.clone(), e.client, e.matter, e.record);
        key(a) == key(b)
    };
    let runs = entries.chunk_by(same);
    runs.flat_map(|run| folded(&run.iter().map(|e| one_line(page, e, within)).collect::<Vec<_>>())).collect()
}

fn folded(run: &[EntryLine]) -> Vec<EntryLine> {
    let (Some(newest), Some(oldest)) = (run.first(), run.last()) else { return Vec::new() };
    if run.len() < RUN {
        return run.to_vec();
    }
    let (from, to) = (&oldest.when.text, &newest.when.text);
    let when = if from == to { to.clone() } else { format!("{from} to {to}") };
    let run = Run { says: format!("{} times, {when}", run.len()), lines: run.to_vec() };
    vec![EntryLine { run: Some(run), ..newest.clone() }]
}

/// A few acts on one thing; the same act of the same person in a row is said once, with how often.
pub(crate) fn trails<'a>(page: &PageCx, entries: impl IntoIterator<Item = &'a EntryView>) -> Vec<TrailLine> {
    let all: Vec<TrailLine> = entries.into_iter().map(|e| trail(page, e)).collect();
    let runs = all.chunk_by(|a, b| a.says == b.says && a.outcome == b.outcome);
    let said = runs.filter_map(|run| {
        let newest = run.first()?.clone();
        Some(if run.len() < RUN {
            run.to_vec()
        } else {
            vec![TrailLine { says: format!("{}, {} times", newest.says, run.len()), ..newest }]
        })
    });
    said.flatten().collect()
}

/// One line of a short trail.
fn trail(page: &PageCx, entry: &EntryView) -> TrailLine {
    TrailLine {
        outcome: outcome(&entry.outcome),
        says: entry.says.clone(),
        when: page.clocks.when(entry.at),
        href: format!("/ledger/{}", entry.id),
    }
}

/// Whom to ask, by name as far as names may be told: "Hugh Pemberton, who leads this matter".
pub(crate) fn whom(room: &strongroom_domain::Strongroom, ask: &Ask) -> String {
    let names: Vec<String> =
        ask.people.iter().filter_map(|p| room.directory().staff(*p)).map(|s| s.name).take(3).collect();
    let said = match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    };
    let many = names.len() > 1;
    match (ask.keeper, said.is_empty()) {
        (Keeper::Lead, true) => String::from("the lead of the matter"),
        (Keeper::Lead, false) => format!("{said}, who {} this matter", if many { "lead" } else { "leads" }),
        (Keeper::Role(role), nobody) => {
            let role = role.says().to_lowercase();
            let one = if role.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
            match (nobody, many) {
                (true, _) => format!("{one} {role}"),
                (false, false) => format!("{said}, {role}"),
                (false, true) => format!("{said}, {role}s"),
            }
        }
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

/// With a capital letter, as a heading begins.
pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// True for the roles that see every entry.
pub(crate) const fn watches(role: Role) -> bool {
    matches!(role, Role::Auditor | Role::ComplianceOfficer)
}

/// Whether a label has every one of these words.
pub(crate) fn fits(label: &str, words: &str) -> bool {
    let label = label.to_lowercase();
    words.to_lowercase().split_whitespace().all(|word| label.contains(word))
}
