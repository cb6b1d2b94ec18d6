//! A ledger entry: one JSON object, kept as exact bytes, at most 32 KiB.
//!
//! In clear stand ids, times, verb and outcome. What tells of someone or something is a *part*, sealed
//! under the key of the narrowest thing it tells of; beside it stands SHA-256(32 random bytes || part),
//! the random bytes being inside the seal, so that a receipt may carry the opened part and a verifier
//! can check it. After destruction the key is gone, the part's bytes stay, and the tree verifies.
//! `docs/formats.md` specifies every field.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};
use strongroom_seal::{Entropy, chunked, context, mac};
use strongroom_storage::sql::Row;

use super::bound::Bind;
use super::clock::{Micros, rfc3339};
use super::error::{Error, Result};
use super::id::{AnyId, EntryId, SessionId, StaffId};
use super::sets::SetChange;
use super::vault::{KeyOf, Vault};
use super::verb::Verb;

/// The largest entry in bytes.
pub const MAX_BYTES: usize = 32 * 1024;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Allowed,
    /// The gate refused.
    Denied,
    /// Allowed, but it could not be done.
    Failed,
}

impl Outcome {
    /// The word in the entry.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Allowed, Self::Denied, Self::Failed].into_iter().find(|o| o.word() == word)
    }
}

/// A sealed part: what it tells of, the key it is sealed under, and what it says.
#[derive(Clone, Debug)]
pub struct Told {
    /// The narrowest thing it tells of.
    pub about: AnyId,
    /// Where that thing's key lies.
    pub key: KeyOf,
    /// What it says.
    pub body: Map<String, Value>,
}

/// What an operation records: typed facts in clear, and what must be sealed. Never content.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The things it concerns.
    pub about: Vec<AnyId>,
    /// The client whose activity shows it.
    pub client: Option<AnyId>,
    /// The matter whose activity shows it.
    pub matter: Option<AnyId>,
    /// The record whose activity shows it.
    pub record: Option<AnyId>,
    /// Numbers, states and ids in clear.
    pub clear: Map<String, Value>,
    /// Sealed parts.
    pub told: Vec<Told>,
    /// Who nobody knew before this was done: the entry is theirs.
    pub came_in: Option<CameIn>,
}

/// Somebody who proved who they are: the act that began as a stranger's ends as theirs.
#[derive(Clone, Debug)]
pub struct CameIn {
    /// Who.
    pub staff: StaffId,
    /// The session that began by it.
    pub session: Option<SessionId>,
}

impl Facts {
    /// Facts about some things.
    #[must_use]
    pub fn about(things: impl IntoIterator<Item = AnyId>) -> Self {
        Self { about: things.into_iter().collect(), ..Self::default() }
    }

    /// Says that the act is this person's, who was nobody known when it began.
    #[must_use]
    pub const fn by(mut self, staff: StaffId, session: Option<SessionId>) -> Self {
        self.came_in = Some(CameIn { staff, session });
        self
    }

    /// Adds a number, state or id that stands in clear.
    #[must_use]
    pub fn clear(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.clear.insert(name.to_owned(), value.into());
        self
    }

    /// Adds something told, sealed under the thing's key.
    #[must_use]
    pub fn told(mut self, about: AnyId, key: KeyOf, name: &str, value: impl Into<Value>) -> Self {
        self.tell(about, key, name, value.into());
        self
    }

    pub(super) fn tell(&mut self, about: AnyId, key: KeyOf, name: &str, value: Value) {
        if let Some(part) = self.told.iter_mut().find(|t| t.about == about && t.key == key) {
            part.body.insert(name.to_owned(), value);
        } else {
            let mut body = Map::new();
            body.insert(name.to_owned(), value);
            self.told.push(Told { about, key, body });
        }
    }
}

/// Who, through what, when: the frame of every entry of one request.
pub struct Frame<'a> {
    /// `person`, `token`, `system`, `operator` or `anonymous`.
    pub actor_kind: &'a str,
    /// The actor's id or name.
    pub actor_id: &'a str,
    /// The face.
    pub channel: &'a str,
    /// The request.
    pub request: &'a str,
    /// When.
    pub at: Micros,
    /// The entry's id, which the permit names too.
    pub entry: EntryId,
}

/// An entry as it is stored, not yet numbered.
#[derive(Clone, Debug)]
pub struct EntryRow {
    /// Its id.
    pub id: EntryId,
    /// When.
    pub at: Micros,
    /// See [`Frame`].
    pub actor_kind: String,
    /// See [`Frame`].
    pub actor_id: String,
    /// See [`Frame`].
    pub channel: String,
    /// What was done.
    pub verb: Verb,
    /// What came of it.
    pub outcome: Outcome,
    /// Whose activity shows it.
    pub client: Option<String>,
    /// Whose activity shows it.
    pub matter: Option<String>,
    /// Whose activity shows it.
    pub record: Option<String>,
    /// See [`Frame`].
    pub request: String,
    /// Sets that the change renewed.
    pub sets: Vec<SetChange>,
    /// The exact bytes.
    pub bytes: Vec<u8>,
    /// Says that we wrote it, until a checkpoint does.
    pub mac: [u8; 32],
}

/// The form of an entry's row that its MAC is over, while it has no number.
fn bind_pending(row: &Row) -> Result<Bind> {
    let text = |name: &str| row.get::<String>(name);
    let optional = |name: &str| row.get::<Option<String>>(name);
    Ok(Bind::table("ledger_entry")
        .text(&text("entry_id")?)
        .int(row.get("at")?)
        .text(&text("actor_kind")?)
        .text(&text("actor_id")?)
        .text(&text("channel")?)
        .text(&text("verb")?)
        .text(&text("outcome")?)
        .opt_text(optional("client_id")?.as_deref())
        .opt_text(optional("matter_id")?.as_deref())
        .opt_text(optional("record_id")?.as_deref())
        .text(&text("request_id")?)
        .bytes(&row.get::<Vec<u8>>("bytes")?))
}

/// Holds a pending entry against its MAC.
///
/// # Errors
/// [`Error::Tampered`] where we did not write it so; sealed.
pub(super) fn hold_written(vault: &Vault, row: &Row) -> Result<()> {
    let mac: Option<Vec<u8>> = row.get("pending_mac")?;
    bind_pending(row)?.check(vault, &mac.unwrap_or_default(), &row.get::<String>("entry_id")?)
}

/// The context under which a part is sealed.
#[must_use]
pub fn part_context(firm: &[u8; 16], entry: &str, about: &str) -> Vec<u8> {
    context(&[firm, b"ledger part", entry.as_bytes(), about.as_bytes()])
}

/// Writes an entry.
///
/// # Errors
/// Sealed; or larger than [`MAX_BYTES`].
pub fn compose(
    vault: &Vault,
    entropy: &dyn Entropy,
    frame: &Frame<'_>,
    verb: Verb,
    outcome: Outcome,
    facts: Facts,
    sets: Vec<SetChange>,
) -> Result<EntryRow> {
    let id = frame.entry;
    let mut nonce = [0_u8; 16];
    entropy.fill(&mut nonce);
    let mut entry = Map::new();
    entry.insert("v".into(), json!(1));
    entry.insert("at".into(), json!(rfc3339(frame.at)));
    entry.insert("nonce".into(), json!(hex::encode(nonce)));
    entry.insert("id".into(), json!(id.to_string()));
    entry.insert("actor".into(), json!({ "kind": frame.actor_kind, "id": frame.actor_id }));
    entry.insert("channel".into(), json!(frame.channel));
    entry.insert("verb".into(), json!(verb.word()));
    entry.insert("about".into(), json!(facts.about));
    let mut of = Map::new();
    for (kind, id) in [("client", &facts.client), ("matter", &facts.matter), ("record", &facts.record)] {
        if let Some(id) = id {
            of.insert(kind.into(), json!(id));
        }
    }
    entry.insert("of".into(), Value::Object(of));
    entry.insert("outcome".into(), json!(outcome.word()));
    entry.insert("request".into(), json!(frame.request));
    let mut clear = facts.clear;
    if !sets.is_empty() {
        let named: Vec<Value> = sets
            .iter()
            .map(|s| json!({ "set": s.set, "version": s.version, "digest": hex::encode(s.digest) }))
            .collect();
        clear.insert("sets".into(), Value::Array(named));
    }
    if !clear.is_empty() {
        entry.insert("facts".into(), Value::Object(clear));
    }
    let mut parts = Vec::with_capacity(facts.told.len());
    for told in facts.told {
        let key = match vault.any_key(told.key) {
            Ok(key) => key,
            // a key that is already destroyed tells of nothing that could be sealed
            Err(Error::NotFound) => continue,
            Err(error) => return Err(error),
        };
        let mut salted = vec![0_u8; 32];
        entropy.fill(&mut salted);
        salted.extend_from_slice(Value::Object(told.body).to_string().as_bytes());
        let commitment = mac::sha256(&salted);
        let sealed = chunked::seal(
            &key,
            &part_context(&vault.firm(), &id.to_string(), told.about.as_str()),
            entropy,
            &salted,
        );
        parts.push(json!({
            "about": told.about, "commitment": hex::encode(commitment), "sealed": BASE64.encode(sealed),
        }));
    }
    entry.insert("parts".into(), Value::Array(parts));
    let bytes = Value::Object(entry).to_string().into_bytes();
    if bytes.len() > MAX_BYTES {
        return Err(Error::Internal(format!("an entry of {} bytes", bytes.len())));
    }
    let mut row = EntryRow {
        id,
        at: frame.at,
        actor_kind: frame.actor_kind.to_owned(),
        actor_id: frame.actor_id.to_owned(),
        channel: frame.channel.to_owned(),
        verb,
        outcome,
        client: facts.client.map(|i| i.to_string()),
        matter: facts.matter.map(|i| i.to_string()),
        record: facts.record.map(|i| i.to_string()),
        request: frame.request.to_owned(),
        sets,
        bytes,
        mac: [0; 32],
    };
    row.mac = row.bind().mac(vault)?;
    Ok(row)
}

impl EntryRow {
    /// As [`bind_pending`] has it.
    fn bind(&self) -> Bind {
        Bind::table("ledger_entry")
            .text(&self.id.to_string())
            .int(self.at)
            .text(&self.actor_kind)
            .text(&self.actor_id)
            .text(&self.channel)
            .text(self.verb.word())
            .text(self.outcome.word())
            .opt_text(self.client.as_deref())
            .opt_text(self.matter.as_deref())
            .opt_text(self.record.as_deref())
            .text(&self.request)
            .bytes(&self.bytes)
    }
}

/// Opens a part of an entry with a key: the 32 random bytes and what it says.
///
/// # Errors
/// It does not open, or does not match its commitment.
pub fn open_part(firm: &[u8; 16], key: &strongroom_seal::Key, entry: &str, part: &Value) -> Result<Vec<u8>> {
    let damaged = || Error::Tampered { table: "ledger_entry", id: entry.to_owned() };
    let about = part.get("about").and_then(Value::as_str).ok_or_else(damaged)?;
    let sealed = part.get("sealed").and_then(Value::as_str).ok_or_else(damaged)?;
    let sealed = BASE64.decode(sealed).map_err(|_| damaged())?;
    let clear = chunked::open(key, &part_context(firm, entry, about), &sealed).map_err(|_| damaged())?;
    let commitment = part.get("commitment").and_then(Value::as_str).ok_or_else(damaged)?;
    if hex::encode(mac::sha256(clear.as_slice())) != commitment {
        return Err(damaged());
    }
    Ok(clear.as_slice().to_vec())
}
