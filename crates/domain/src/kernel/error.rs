//! What can go wrong, in words a person can act on. Causes go to the log, never to the screen.

use serde::Serialize;
use strongroom_storage::blob::BlobError;
use strongroom_storage::sql::DbError;

use super::asking::Ask;
use super::id::AnyId;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The rule that decided, and the sentence from its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Because {
    /// The rule's `@id`.
    pub rule: String,
    /// The rule's `@says`.
    pub says: String,
}

/// A refusal inside something that the person may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The rules that decided; never empty.
    pub because: Vec<Because>,
    /// True where a fresh code of the authenticator would change the answer.
    pub step_up: bool,
    /// Whom to ask.
    pub ask: Option<Ask>,
}

/// Why something was not done. Nothing of a client stands in any variant.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The gate refused, and the person may know of the thing.
    #[error("refused")]
    Refused(Refusal),
    /// It does not exist, or the person may not know that it does.
    #[error("not found")]
    NotFound,
    /// Nobody is signed in.
    #[error("not signed in")]
    SignedOut,
    /// The input does not say what it must. `field` is its name in the form.
    #[error("invalid {field}: {says}")]
    Invalid {
        /// The field's name.
        field: &'static str,
        /// What to do about it.
        says: String,
    },
    /// It cannot be so in the present state.
    #[error("conflict {code}: {says}")]
    Conflict {
        /// A stable code, `feature.reason`.
        code: &'static str,
        /// What to do about it.
        says: String,
    },
    /// The same bytes are already in this matter.
    #[error("duplicate of {of}")]
    Duplicate {
        /// The record that holds them.
        of: AnyId,
    },
    /// Someone changed it since it was read.
    #[error("changed since it was read")]
    Stale,
    /// Too many attempts.
    #[error("too many attempts")]
    Throttled {
        /// Seconds until another attempt makes sense.
        retry_after: u64,
    },
    /// Larger than allowed.
    #[error("too large")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The strongroom is sealed.
    #[error("sealed")]
    Sealed,
    /// Storage is full.
    #[error("storage is full")]
    Full,
    /// Storage cannot be reached, or the ledger cannot be written.
    #[error("storage is out of reach: {0}")]
    Unavailable(String),
    /// What is stored is not what was written: named, never served.
    #[error("damaged: {0}")]
    Damaged(AnyId),
    /// Authority rows do not agree with their seal or with the ledger.
    #[error("integrity: {table} {id}")]
    Tampered {
        /// The table whose row is wrong.
        table: &'static str,
        /// The row.
        id: String,
    },
    /// A fault of ours.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    /// True where for certain nothing was done. After any other error of an operation the commit may stand all the same,
    /// its answer lost: whatever the rows would name then must stay, until a sweep finds that nothing names it.
    #[must_use]
    pub const fn nothing_was_done(&self) -> bool {
        matches!(
            self,
            Self::Refused(_)
                | Self::NotFound
                | Self::SignedOut
                | Self::Invalid { .. }
                | Self::Conflict { .. }
                | Self::Duplicate { .. }
                | Self::Stale
                | Self::Throttled { .. }
                | Self::TooLarge { .. }
        )
    }

    /// An input error at `field`.
    #[must_use]
    pub fn invalid(field: &'static str, says: impl Into<String>) -> Self {
        Self::Invalid { field, says: says.into() }
    }

    /// A conflict with a stable code.
    #[must_use]
    pub fn conflict(code: &'static str, says: impl Into<String>) -> Self {
        Self::Conflict { code, says: says.into() }
    }
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Full(_) => Self::Full,
            DbError::Unavailable(_) | DbError::Busy(_) => Self::Unavailable(error.to_string()),
            // two changes of one set at once: the second finds its version taken
            DbError::RowsAffected { .. } | DbError::Conflict(_) => Self::Stale,
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<BlobError> for Error {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Full(_) => Self::Full,
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl From<&'static str> for Error {
    fn from(fault: &'static str) -> Self {
        Self::Internal(fault.to_owned())
    }
}
