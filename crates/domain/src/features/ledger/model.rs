//! An entry as people see it, and an entry's row.

use serde_json::{Map, Value};
use strongroom_storage::sql::Row;

use crate::kernel::clock::Micros;
use crate::kernel::entry::Outcome;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::id_of;
use crate::kernel::id::{AnyId, ClientId, EntryId, Id, Kind, MatterId, RecordId};
use crate::kernel::ledger::Head;
use crate::kernel::ledger::unsigned;
use crate::kernel::verb::Verb;

/// Which entry is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryRef {
    /// By its id.
    Id(EntryId),
    /// By its place in the log.
    Index(u64),
}

impl EntryRef {
    /// Reads `ent_…` or a decimal index; only the one spelling of each.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(id) = Id::parse(text) {
            return Some(Self::Id(id));
        }
        let index: u64 = text.parse().ok()?;
        (index.to_string() == text).then_some(Self::Index(index))
    }
}

/// How firmly an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Durable, not yet under a signed checkpoint.
    Pending,
    /// Under a checkpoint that the log has signed.
    Signed,
    /// Under a checkpoint that a witness has signed too.
    Witnessed,
}

/// How far the newest checkpoints reach.
#[derive(Clone, Copy, Debug)]
pub(super) struct Covered {
    /// That which the log has signed.
    pub(super) signed: u64,
    /// That which enough witnesses have signed too.
    pub(super) witnessed: u64,
}

impl From<&Head> for Covered {
    fn from(head: &Head) -> Self {
        Self { signed: head.signed_size, witnessed: head.witnessed_size }
    }
}

impl State {
    /// The word on screen and in the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Signed => "signed",
            Self::Witnessed => "witnessed",
        }
    }
}

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// `person`, `token`, `system`, `operator` or `anonymous`.
    pub kind: String,
    /// The id; for the system its role, for the operator the account on the machine.
    pub id: String,
    /// `E. Marsh`, where the directory knows the person.
    pub name: Option<String>,
}

/// An entry in a list.
#[derive(Clone, Debug)]
pub struct EntryView {
    /// Its id.
    pub id: EntryId,
    /// Its place in the log, once it has one.
    pub index: Option<u64>,
    /// When.
    pub at: Micros,
    /// Who.
    pub actor: Who,
    /// Through which face.
    pub channel: String,
    /// What: the verb's word.
    pub verb: String,
    /// `allowed`, `denied` or `failed`.
    pub outcome: String,
    /// In plain words.
    pub says: String,
    /// The client that it concerns, where the viewer may know.
    pub client: Option<ClientId>,
    /// The matter that it concerns, where the viewer may know.
    pub matter: Option<MatterId>,
    /// The record that it concerns, where the viewer may know.
    pub record: Option<RecordId>,
    /// The matter's name, where the viewer's permit opens it.
    pub matter_name: Option<String>,
    /// The record's title, where the viewer's permit opens it.
    pub record_title: Option<String>,
    /// How firmly it stands.
    pub state: State,
    /// Parts that the viewer may open: what each tells of, and what it says.
    pub opened: Vec<(String, Map<String, Value>)>,
}

impl EntryView {
    /// True for a refusal that a fresh code lifts: whoever acted was asked for one, and nobody was kept out.
    #[must_use]
    pub fn asked_for_a_code(&self) -> bool {
        let mut rules = self.opened.iter().flat_map(|(_, body)| super::words::rules_of(body)).peekable();
        self.outcome == "denied" && rules.peek().is_some() && rules.all(|rule| rule == "step-up")
    }
}

/// A page of a list, newest first.
#[derive(Clone, Debug, Default)]
pub struct EntryPage {
    /// The entries.
    pub items: Vec<EntryView>,
    /// Where the next page begins, if there is one.
    pub next: Option<EntryId>,
    /// Up to when the list is known to be complete: of a matter's activity, once it was counted.
    pub complete: Option<super::Complete>,
    /// What the client that was filtered by is called, where the viewer may know.
    pub client_name: Option<String>,
    /// What the matter that was filtered by is called, where the viewer may know.
    pub matter_name: Option<String>,
}

/// One entry with its exact bytes.
#[derive(Clone, Debug)]
pub struct EntryFull {
    /// As in a list.
    pub view: EntryView,
    /// The bytes that the log holds.
    pub bytes: Vec<u8>,
}

/// A receipt, or not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// The text of the file.
    Ready(String),
    /// No checkpoint covers the entry yet: ask again in a second.
    Pending,
}

/// What a watcher searches for. Empty finds everything.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// What was done.
    pub verb: Option<Verb>,
    /// Who did it: an id.
    pub actor: Option<String>,
    /// A client.
    pub client: Option<ClientId>,
    /// A matter.
    pub matter: Option<MatterId>,
    /// A record.
    pub record: Option<RecordId>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// Not before.
    pub since: Option<Micros>,
    /// Before.
    pub until: Option<Micros>,
    /// What changed something, and not what only read.
    pub changes: bool,
}

/// Which part of an activity is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    #[default]
    Everything,
    /// What changed something.
    Changes,
    /// What was refused.
    Refusals,
}

/// An entry's row with its parts, still sealed.
pub(super) struct Raw {
    pub(super) id: EntryId,
    pub(super) at: Micros,
    pub(super) index: Option<u64>,
    pub(super) actor_kind: String,
    pub(super) actor_id: String,
    pub(super) channel: String,
    pub(super) verb: String,
    pub(super) outcome: String,
    pub(super) client: Option<ClientId>,
    pub(super) matter: Option<MatterId>,
    pub(super) record: Option<RecordId>,
    pub(super) bytes: Vec<u8>,
}

impl Raw {
    pub(super) fn read(row: &Row) -> Result<Self> {
        fn opt<T: Kind>(row: &Row, column: &'static str) -> Result<Option<Id<T>>> {
            Ok(row.get::<Option<String>>(column)?.and_then(|text| Id::parse(&text)))
        }
        Ok(Self {
            id: id_of(row, "entry_id")?,
            at: row.get("at")?,
            index: row.get::<Option<i64>>("idx")?.map(unsigned).transpose()?,
            actor_kind: row.get("actor_kind")?,
            actor_id: row.get("actor_id")?,
            channel: row.get("channel")?,
            verb: row.get("verb")?,
            outcome: row.get("outcome")?,
            client: opt(row, "client_id")?,
            matter: opt(row, "matter_id")?,
            record: opt(row, "record_id")?,
            bytes: row.get("bytes")?,
        })
    }

    pub(super) fn denied(&self) -> bool {
        self.outcome == Outcome::Denied.word()
    }

    /// The entry as JSON.
    pub(super) fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.bytes)
            .map_err(|_| Error::Tampered { table: "ledger_entry", id: self.id.to_string() })
    }

    /// The things that the entry names, in clear.
    pub(super) fn about(&self) -> Vec<AnyId> {
        let json = self.json().unwrap_or_default();
        let about = json.get("about").and_then(Value::as_array).cloned().unwrap_or_default();
        about.iter().filter_map(Value::as_str).filter_map(AnyId::parse).collect()
    }

    /// The sealed parts.
    pub(super) fn parts(&self) -> Vec<(AnyId, Value)> {
        let json = self.json().unwrap_or_default();
        let parts = json.get("parts").and_then(Value::as_array).cloned().unwrap_or_default();
        parts
            .into_iter()
            .filter_map(|part| Some((AnyId::parse(part.get("about")?.as_str()?)?, part)))
            .collect()
    }

    pub(super) fn state(&self, covered: Covered) -> State {
        match self.index {
            Some(index) if index < covered.witnessed => State::Witnessed,
            Some(index) if index < covered.signed => State::Signed,
            _ => State::Pending,
        }
    }
}
