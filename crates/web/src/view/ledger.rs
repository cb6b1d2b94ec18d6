//! The ledger: filter, table, and one entry with its proof.

use askama::Template;

use super::activity::{EntryState, EntryTable};
use super::field::Field;
use super::parts::{Csrf, Outcome, Pager, When};
use crate::layout::{Shell, Theme, Tone};

#[derive(Template)]
#[template(path = "ledger.html")]
pub struct Ledger {
    pub shell: Shell,
    pub csrf: Csrf,
    /// person, client, matter, verb, outcome, since, until: those that this person may filter by.
    pub filters: Vec<Field>,
    pub filtered: bool,
    /// The filter asks again: nothing is listed yet.
    pub unclear: bool,
    pub entries: EntryTable,
    pub pager: Pager,
    /// "You see ids, not names: an auditor reads no client's affairs."
    pub what_you_see: String,
    /// "128,402 entries, the last checkpoint signed today 14:05"
    pub says: String,
    /// Outside witnesses are asked to sign.
    pub witnesses: bool,
}

/// One line of an entry's facts.
pub struct Fact {
    pub name: String,
    pub value: String,
    pub href: Option<String>,
    /// The word that programs use, small beside it: `record.read`.
    pub raw: Option<String>,
}

/// A sealed part that this person may read, with its commitment.
pub struct OpenedPart {
    /// "Reason", "Names as they were"
    pub name: String,
    pub value: String,
    /// What it is in full, behind a disclosure: what a browser calls itself.
    pub raw: Option<String>,
}

#[derive(Template)]
#[template(path = "entry.html")]
pub struct Entry {
    pub shell: Shell,
    /// "E. Marsh read Complaint as filed"
    pub says: String,
    pub outcome: Outcome,
    pub rules: Vec<String>,
    /// "T. Reyes can ask Hugh Pemberton, who leads this matter."
    pub ask: Option<String>,
    pub state: EntryState,
    /// None while pending.
    pub index: Option<u64>,
    pub when: When,
    pub facts: Vec<Fact>,
    pub opened: Vec<OpenedPart>,
    /// How many parts stay sealed for this person.
    pub sealed_parts: u32,
    /// The entry's exact bytes, standard base64.
    pub entry_base64: String,
    /// The same bytes as text, for reading.
    pub entry_text: String,
    pub receipt_href: Option<String>,
    /// Outside witnesses are asked to sign.
    pub witnesses: bool,
}
