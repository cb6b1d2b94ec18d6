//! The receipt file: a tlog-proof, and after it, if the holder may know them, opened parts of the entry.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! …
//! — demo.strongroom.invalid/ledger …
//!
//! strongroom-opened/v1
//! opened rec_7Q… base64(32 random bytes || part)
//! ```
//! The proof's format allows nothing after it, so the opened parts are a second section behind an empty
//! line: C2SP tools are given the first section only. What must hold: an opened part says nothing until its
//! bytes, random ones included, hash to the commitment that the *entry* has for that thing. Which entry
//! field that is, the domain knows; this module compares with the commitment it is given.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::merkle::Hash;
use crate::proof::{Proof, TlogProofError};
use crate::text;

const HEADER: &str = "strongroom-opened/v1";
const SECTION: &str = "\n\nstrongroom-opened/v1\n";
/// The random bytes before the part, so that a guessed part cannot be confirmed from its commitment.
pub const SALT: usize = 32;

/// A receipt as it was read or made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// the proof, with the entry in `extra`
    pub proof: Proof,
    /// opened parts of the entry, possibly none
    pub opened: Vec<OpenedPart>,
}

/// What was inside one sealed part of the entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedPart {
    /// the id of the thing it tells of
    pub about: String,
    /// 32 random bytes, then the part itself
    pub bytes: Vec<u8>,
}

impl Receipt {
    /// Reads a receipt file. A section of opened parts must have at least one.
    pub fn parse(receipt: &str) -> Result<Receipt, TlogProofError> {
        let Some((proof, opened)) = receipt.rsplit_once(SECTION) else {
            return Ok(Receipt { proof: Proof::parse(receipt)?, opened: Vec::new() });
        };
        let malformed = TlogProofError::Malformed("opened parts");
        let lines = opened.strip_suffix('\n').ok_or(malformed.clone())?;
        let opened: Option<Vec<OpenedPart>> = lines.split('\n').map(parse_opened).collect();
        let proof = Proof::parse(&format!("{proof}\n"))?;
        Ok(Receipt { proof, opened: opened.ok_or(malformed)? })
    }
}

impl OpenedPart {
    /// `SHA-256(32 random bytes || part)`, as the entry has it beside the sealed part.
    pub fn commitment(&self) -> Hash {
        Sha256::digest(&self.bytes).into()
    }

    /// The part without the random bytes; `None` if it is shorter than they are.
    pub fn part(&self) -> Option<&[u8]> {
        self.bytes.get(SALT..)
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.proof)?;
        if !self.opened.is_empty() {
            writeln!(f, "\n{HEADER}")?;
        }
        self.opened.iter().try_for_each(|OpenedPart { about, bytes }| {
            writeln!(f, "opened {about} {}", text::to_base64(bytes))
        })
    }
}

/// `opened <about-id> <base64>`
fn parse_opened(line: &str) -> Option<OpenedPart> {
    let (about, bytes) = line.strip_prefix("opened ")?.split_once(' ')?;
    let bytes = text::from_base64(bytes)?;
    let is_id = !about.is_empty() && about.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (is_id && bytes.len() >= SALT).then(|| OpenedPart { about: about.to_owned(), bytes })
}
