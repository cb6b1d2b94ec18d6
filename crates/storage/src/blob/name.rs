//! Names: random hex drawn by the caller, so that a name says nothing and needs no escaping.

use std::fmt;
use std::str::FromStr;

/// `ab/cdef…`: 32 to 64 lower-case hex digits, the first two of which are the folder.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobName(String);

/// Not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a blob's name is two hex digits, a slash, and 30 to 62 more")]
pub struct BadName;

impl BlobName {
    /// The name made of these random bytes.
    pub fn from_random(bytes: [u8; 16]) -> BlobName {
        let mut name = hex::encode(bytes);
        name.insert(2, '/');
        BlobName(name)
    }

    /// Parses `ab/cdef…`, as stored in a row.
    pub fn parse(text: &str) -> Result<BlobName, BadName> {
        let hex = |part: &str| part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match text.split_once('/') {
            Some((shard, rest))
                if shard.len() == 2 && (30..=62).contains(&rest.len()) && hex(shard) && hex(rest) =>
            {
                Ok(BlobName(text.to_owned()))
            }
            _ => Err(BadName),
        }
    }

    /// `ab/cdef…`, for a row.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its folder, `ab`.
    pub(super) fn shard(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }
}

impl FromStr for BlobName {
    type Err = BadName;
    fn from_str(text: &str) -> Result<BlobName, BadName> {
        BlobName::parse(text)
    }
}

impl fmt::Display for BlobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for BlobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobName({})", self.0)
    }
}
