//! Text that was checked once, at the edge. Inside, the type is the proof. Every text is brought into the form
//! NFC, so that what two keyboards write differently is one name.

use unicode_normalization::UnicodeNormalization as _;

use super::error::{Error, Result};

/// A character that may not stand in a name: controls, and the marks that reorder text on screen.
#[must_use]
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{FEFF}')
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident ($field:literal, $max:literal, lines: $lines:literal, $says:literal);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Reads what was typed.
            ///
            /// # Errors
            /// Empty, too long, or with characters that deceive the eye.
            pub fn parse(text: &str) -> Result<Self> {
                let text: String = text.trim().nfc().collect();
                if text.is_empty() {
                    return Err(Error::invalid($field, $says));
                }
                if text.chars().count() > $max {
                    return Err(Error::invalid($field, concat!("At most ", $max, " characters.")));
                }
                if text.chars().any(|c| is_deceptive(c) && !($lines && (c == '\n' || c == '\r' || c == '\t'))) {
                    return Err(Error::invalid($field, "Control and text-direction characters cannot stand here."));
                }
                Ok(Self(text))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )*};
}

texts! {
    /// The name of a client, matter, wall, group, folder or person.
    Name("name", 200, lines: false, "Give it a name.");
    /// The firm's own reference.
    Reference("reference", 60, lines: false, "Give it a reference.");
    /// Why something is done, as the ledger will keep it.
    Reason("reason", 2000, lines: true, "Say why: the ledger keeps the reason.");
    /// The title of a record.
    Title("title", 300, lines: false, "Give it a title.");
}

/// An address of electronic mail, in lower case.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Reads an address; checks its shape only.
    ///
    /// # Errors
    /// Without exactly one `@` between two parts, or with characters that cannot stand in one.
    pub fn parse(text: &str) -> Result<Self> {
        let text: String = text.trim().to_lowercase().nfc().collect();
        let wrong = || Error::invalid("email", "Give a whole address, such as a.name@firm.example.");
        let (local, domain) = text.split_once('@').ok_or_else(wrong)?;
        let plain = text.len() <= 254 && !text.chars().any(|c| c.is_whitespace() || is_deceptive(c));
        if local.is_empty() || domain.len() < 3 || domain.contains('@') || !domain.contains('.') || !plain {
            return Err(wrong());
        }
        Ok(Self(text))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a file was called where it came from: the last part of its path, without what deceives.
/// At most 255 bytes; never empty.
#[must_use]
pub fn file_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).find(|p| !p.is_empty()).unwrap_or("");
    let mut name: String = last.chars().map(|c| if is_deceptive(c) { '\u{FFFD}' } else { c }).collect();
    name = name.trim().trim_end_matches('.').to_owned();
    if name.is_empty() || name.chars().all(|c| c == '.') {
        return String::from("unnamed");
    }
    if name.len() > 255 {
        // keep the ending, which says what it is
        let ending: String = name
            .rsplit_once('.')
            .map(|(_, e)| e)
            .filter(|e| e.len() <= 16)
            .map(|e| format!(".{e}"))
            .unwrap_or_default();
        let mut cut = 255 - ending.len();
        while !name.is_char_boundary(cut) {
            cut -= 1;
        }
        name.truncate(cut);
        name.push_str(&ending);
    }
    name
}

/// The folders of a path such as `Pleadings/2026`, each checked as a name; `.` and `..` are refused.
///
/// # Errors
/// A part that is no name, or more than 16 parts.
pub fn folder_path(given: &str) -> Result<Vec<Name>> {
    let parts: Vec<&str> = given.split(['/', '\\']).filter(|p| !p.trim().is_empty()).collect();
    if parts.len() > 16 {
        return Err(Error::invalid("folder", "Folders go at most 16 deep."));
    }
    parts
        .into_iter()
        .map(|part| {
            if matches!(part.trim(), "." | "..") {
                return Err(Error::invalid("folder", "A folder cannot be called that."));
            }
            Name::parse(part)
                .map_err(|_| Error::invalid("folder", "A folder's name has up to 200 ordinary characters."))
        })
        .collect()
}
