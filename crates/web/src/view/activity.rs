//! What happened in a matter or to a record, in plain words, each line with its entry.

use askama::Template;

use super::field::Field;
use super::matters::MatterHead;
use super::parts::{Outcome, Pager, When};
use crate::layout::{Shell, Theme, Tone};

component!(EntryTable);

/// How far the ledger has come with an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum EntryState {
    Pending,
    Signed,
    Witnessed,
}

/// One entry in plain words.
#[derive(Clone)]
pub struct EntryLine {
    pub href: String,
    /// None while pending.
    pub receipt_href: Option<String>,
    /// "8,412"; none while pending.
    pub index: Option<String>,
    pub outcome: Outcome,
    /// Who: a name, or a short id for an auditor, who sees ids only.
    pub actor: String,
    /// "read Complaint as filed"
    pub says: String,
    /// Of what, by a short id, and where that alone is listed: for whoever sees ids only.
    pub of: Option<(String, String)>,
    /// "Refused: barred by a wall."
    pub rule: Option<String>,
    pub when: When,
    pub state: EntryState,
    /// Where the same was done several times in a row: all of it, this newest one first.
    pub run: Option<Run>,
}

/// A run of lines that say the same of the same person, folded into its newest.
#[derive(Clone)]
pub struct Run {
    /// "12 times, today 14:02 to today 14:31"
    pub says: String,
    pub lines: Vec<EntryLine>,
}

/// The table of entries that ledger and activity share.
#[derive(Template, Clone)]
#[template(path = "parts/entries.html")]
pub struct EntryTable {
    pub lines: Vec<EntryLine>,
    pub caption: String,
}

/// Whose activity it is.
pub enum ActivityOf {
    Matter(Box<MatterHead>),
    Record { id: String, title: String, matter_id: String, matter_name: String },
}

#[derive(Template)]
#[template(path = "matter_activity.html")]
pub struct MatterActivity {
    pub shell: Shell,
    pub of: ActivityOf,
    /// "refused", "changes", "all"
    pub show: Field,
    /// Where the filter goes: this page, by GET.
    pub action: String,
    pub entries: EntryTable,
    pub pager: Pager,
    /// Whether it is what was counted, and "Complete to Friday 21 November, checked against the daily count."
    pub complete: Option<(bool, String)>,
}
