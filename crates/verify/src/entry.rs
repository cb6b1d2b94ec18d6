//! A ledger entry in plain words.
//!
//! An entry is a JSON object: `v, at, nonce, id, actor {kind, id}, channel, verb, about [ids], outcome,
//! request, facts {…}, parts [{about, commitment, sealed}]`. What must hold: what is printed is all of the
//! entry, except nonces and sealed bytes; a field that this program does not know is printed as it is, not
//! dropped; and nothing in it can command a terminal.

use serde_json::{Map, Value};

use crate::note::hex;
use crate::receipt::Opened;

pub(crate) struct Entry {
    /// empty if the bytes are not a JSON object
    fields: Map<String, Value>,
    bytes: Vec<u8>,
}

impl Entry {
    pub(crate) fn parse(bytes: &[u8]) -> Entry {
        Entry { fields: serde_json::from_slice(bytes).unwrap_or_default(), bytes: bytes.to_vec() }
    }

    pub(crate) fn verb(&self) -> Option<&str> {
        self.fields.get("verb")?.as_str()
    }

    pub(crate) fn outcome(&self) -> Option<&str> {
        self.fields.get("outcome")?.as_str()
    }

    /// Whether some part about that thing has the commitment that these bytes hash to.
    pub(crate) fn commits_to(&self, opened: &Opened<'_>) -> bool {
        let commitment = opened.commitment();
        self.parts().any(|(about, committed)| about == opened.about && committed == commitment)
    }

    /// Of each sealed part: what it is about, and its commitment.
    fn parts(&self) -> impl Iterator<Item = (&str, &str)> {
        let parts = self.fields.get("parts").and_then(Value::as_array).into_iter().flatten();
        parts.map(|part| (text(part, "about"), text(part, "commitment")))
    }

    pub(crate) fn in_words(&self, opened: &[Opened<'_>]) -> Vec<String> {
        if self.fields.is_empty() {
            let bytes = match std::str::from_utf8(&self.bytes) {
                Ok(text) => inset(text),
                Err(_) => hex(&self.bytes),
            };
            return vec!["  The entry is not in a form that this program knows. Its bytes:".into(), bytes];
        }
        let mut lines = Vec::new();
        for (label, field) in [
            ("when", "at"),
            ("who", "actor"),
            ("did", "verb"),
            ("outcome", "outcome"),
            ("about", "about"),
            ("through", "channel"),
            ("request", "request"),
            ("entry", "id"),
            ("facts", "facts"),
        ] {
            if let Some(value) = self.fields.get(field) {
                lines.push(format!("  {label:<10}{}", words(value)));
            }
        }
        let told = ["at", "actor", "verb", "outcome", "about", "channel", "request", "id", "facts", "nonce"];
        for (name, value) in self.fields.iter().filter(|(name, _)| !told.contains(&name.as_str())) {
            let told_otherwise = (name == "v" && value == 1) || (name == "parts" && value.is_array());
            if !told_otherwise {
                lines.push(format!("  {:<10}{}", inset(name), words(value)));
            }
        }
        for (about, commitment) in self.parts() {
            let matching = opened.iter().find(|o| o.about == about && o.commitment() == commitment);
            lines.push(match matching.map(|o| (std::str::from_utf8(o.part()), o.part())) {
                Some((Ok(part), _)) => format!("  opened    about {about}: {}", inset(part)),
                Some((Err(_), part)) => format!("  opened    about {about}, in hex: {}", hex(part)),
                None => {
                    format!("  sealed    a part about {}, which this receipt does not open", inset(about))
                }
            });
        }
        lines
    }
}

fn text<'v>(object: &'v Value, field: &str) -> &'v str {
    object.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Lists and objects without their JSON punctuation.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => inset(text),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            // by name, whatever order the reader of JSON was built to keep
            let mut told: Vec<String> =
                fields.iter().map(|(name, value)| format!("{} {}", inset(name), words(value))).collect();
            told.sort();
            told.join(", ")
        }
        other => other.to_string(),
    }
}

/// Text of several lines, far enough to the right that none of them looks like a line of this report.
fn inset(text: &str) -> String {
    text.replace('\n', "\n            ")
}

/// Makes text harmless to a terminal: no control characters but newlines, none that turn the line around.
pub(crate) fn plain(text: &str) -> String {
    let harmless = |c: char| {
        c == '\n'
            || !(c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'))
    };
    text.chars().map(|c| if harmless(c) { c.to_string() } else { c.escape_unicode().to_string() }).collect()
}

/// Seconds since 1970 as `YYYY-MM-DDThh:mm:ssZ`.
pub(crate) fn utc(seconds: u64) -> String {
    let (mut days, second) = (seconds / 86_400, seconds % 86_400);
    let leap = |y: u64| y.is_multiple_of(4) && (!y.is_multiple_of(100) || y.is_multiple_of(400));
    // 146,097 days are 400 years, after which the calendar repeats
    let mut year = 1970 + days / 146_097 * 400;
    days %= 146_097;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", days + 1)
}
