//! C2SP tlog-checkpoint: the note in which a log states its size and root.
//!
//! What must hold: a checkpoint is believed only under a signature by a key whose name is the origin; a
//! witness's cosignature alone never makes one.

use std::fmt;

use thiserror::Error;

use crate::merkle::Hash;
use crate::note::{KeyKind, Note, NoteError, Signer, Verified, VerifierKey};
use crate::text;

/// The body of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// the log's identity
    pub origin: String,
    /// how many entries the tree has
    pub size: u64,
    /// the root of that tree
    pub root: Hash,
    /// further lines, opaque; we write none, for monitors cannot audit them
    pub extensions: Vec<String>,
}

/// A checkpoint that the log has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened<'k> {
    /// what it says
    pub checkpoint: Checkpoint,
    /// the known keys that signed: the log's, and those of witnesses
    pub verified: Vec<Verified<'k>>,
}

/// Why a checkpoint is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CheckpointError {
    /// The note around it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The note's text is not a checkpoint.
    #[error("the text is not a checkpoint")]
    Malformed,
    /// Known keys have signed, but none that is the log's own.
    #[error("the log that the checkpoint names has not signed it")]
    NotSignedByLog,
}

impl Checkpoint {
    /// Reads the text of a note.
    pub fn parse(note_text: &str) -> Result<Checkpoint, CheckpointError> {
        Checkpoint::parse_lines(note_text).ok_or(CheckpointError::Malformed)
    }

    fn parse_lines(note_text: &str) -> Option<Checkpoint> {
        let mut lines = note_text.strip_suffix('\n')?.split('\n');
        let origin = lines.next().filter(|origin| !origin.is_empty())?.to_owned();
        let size = text::decimal(lines.next()?)?;
        let root = text::hash(lines.next()?)?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return None;
        }
        Some(Checkpoint { origin, size, root, extensions })
    }

    /// Signs it as the log: the key's name is the origin.
    pub fn sign(&self, signer: &(impl Signer + ?Sized)) -> Result<Note, CheckpointError> {
        let text = self.to_string();
        if Checkpoint::parse(&text)? != *self {
            return Err(CheckpointError::Malformed);
        }
        let mut note = Note::unsigned(&text)?;
        note.sign(&self.origin, signer)?;
        Ok(note)
    }

    /// Reads a note that must be a checkpoint signed by its log, one of `keys`; cosignatures by others of
    /// `keys` are reported too.
    pub fn open<'k>(note: &Note, keys: &'k [VerifierKey]) -> Result<Opened<'k>, CheckpointError> {
        let verified = note.verify(keys)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        let by_log = |v: &Verified<'_>| v.key.kind() == KeyKind::Ed25519 && v.key.name() == checkpoint.origin;
        if !verified.iter().any(by_log) {
            return Err(CheckpointError::NotSignedByLog);
        }
        Ok(Opened { checkpoint, verified })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, text::to_base64(&self.root))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
