//! Identifiers that name their type: `mat_01K…` cannot be passed where a record is meant.
//!
//! 128 bits, the first 48 of them the time in milliseconds, so that text order is order of making.
//! There is no conversion from text but [`Id::parse`], which checks the prefix.

use std::fmt;
use std::marker::PhantomData;

use serde::{Serialize, Serializer};

/// A kind of thing that has an identifier; its prefix is the first part of every id's text.
pub trait Kind: 'static {
    /// Three letters, unique among all kinds.
    const PREFIX: &'static str;
}

/// The identifier of a `T`.
pub struct Id<T>(u128, PhantomData<fn() -> T>);

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl<T: Kind> Id<T> {
    /// A new identifier made at `at_micros` (UTC microseconds) with 80 random bits.
    #[must_use]
    pub fn new(at_micros: i64, random: [u8; 10]) -> Self {
        let millis = u128::from(u64::try_from(at_micros / 1000).unwrap_or(0)) & 0xFFFF_FFFF_FFFF;
        let low = random.iter().fold(0_u128, |acc, byte| (acc << 8) | u128::from(*byte));
        Self((millis << 80) | low, PhantomData)
    }

    /// Reads `mat_` and 26 characters; anything else is no identifier of a `T`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(T::PREFIX)?.strip_prefix('_')?;
        if rest.len() != 26 {
            return None;
        }
        let mut value = 0_u128;
        for (place, byte) in rest.bytes().enumerate() {
            let digit = u128::try_from(ALPHABET.iter().position(|a| *a == byte)?).ok()?;
            if place == 0 && digit > 7 {
                return None;
            }
            value = (value << 5) | digit;
        }
        Some(Self(value, PhantomData))
    }

    /// The sixteen bytes, big-endian, as they stand in a sealing context.
    #[must_use]
    pub const fn bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The same thing without its type, for ledger entries and permits.
    #[must_use]
    pub fn any(self) -> AnyId {
        AnyId(self.to_string())
    }
}

impl<T: Kind> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::PREFIX)?;
        f.write_str("_")?;
        for place in (0..26).rev() {
            let digit = usize::try_from((self.0 >> (place * 5)) & 31).unwrap_or(0);
            let letter = ALPHABET.get(digit).copied().unwrap_or(b'0');
            write!(f, "{}", char::from(letter))?;
        }
        Ok(())
    }
}

impl<T: Kind> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<T: Kind> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// An identifier whose type is told by its prefix only: what a ledger entry is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct AnyId(String);

impl AnyId {
    /// The text, prefix included.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same as a typed identifier, where it is one of a `T`.
    #[must_use]
    pub fn typed<T: Kind>(&self) -> Option<Id<T>> {
        Id::parse(&self.0)
    }

    /// Reads any text that is shaped like an identifier of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, rest) = text.split_once('_')?;
        let shaped = prefix.len() == 3
            && prefix.bytes().all(|b| b.is_ascii_lowercase())
            && rest.len() == 26
            && rest.bytes().all(|b| ALPHABET.contains(&b));
        shaped.then(|| Self(text.to_owned()))
    }
}

impl<T: Kind> From<Id<T>> for AnyId {
    fn from(id: Id<T>) -> Self {
        id.any()
    }
}

impl fmt::Display for AnyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal, $id:ident;)*) => {
        $($(#[$doc])* pub enum $name {}
        impl Kind for $name { const PREFIX: &'static str = $prefix; }
        $(#[$doc])* pub type $id = Id<$name>;)*
        /// Every prefix in use, for the test that they are unique.
        pub const PREFIXES: &[&str] = &[$($prefix),*];
    };
}

kinds! {
    /// A waiting decision of a second person.
    Approval = "apr", ApprovalId;
    /// A client of the firm.
    Client = "cli", ClientId;
    /// A password, authenticator or set of recovery codes.
    Credential = "crd", CredentialId;
    /// An entry of the ledger.
    Entry = "ent", EntryId;
    /// The firm.
    Firm = "frm", FirmId;
    /// A folder in a matter.
    Folder = "fol", FolderId;
    /// A group of staff.
    Group = "grp", GroupId;
    /// A matter.
    Matter = "mat", MatterId;
    /// Policies that wait for a second person, or waited.
    Proposal = "pro", ProposalId;
    /// A record (a document or file).
    Record = "rec", RecordId;
    /// One request to the server.
    Request = "req", RequestId;
    /// A seat on a matter's team.
    Seat = "sea", SeatId;
    /// A signed-in browser.
    Session = "ses", SessionId;
    /// A person: staff, or a client contact.
    Staff = "stf", StaffId;
    /// A personal access token.
    Token = "tok", TokenId;
    /// A resumable upload.
    Upload = "upl", UploadId;
    /// An ethical wall.
    Wall = "wal", WallId;
}
