//! C2SP tlog-witness: what a log sends to `add-checkpoint`, and how a witness decides.
//!
//! ```text
//! old <size>
//! <base64 of a hash of the consistency proof>…
//!
//! <the signed checkpoint>
//! ```
//! What must hold: a witness signs only what goes on from what it has signed before, and what its log has signed. It
//! keeps the new checkpoint durably *before* its cosignature leaves, in one step with reading the old.

use std::fmt;

use thiserror::Error;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::merkle::{Hash, verify_consistency};
use crate::note::{Note, NoteError, VerifierKey};
use crate::text;

/// No proof of consistency in a tree of 2^63 entries is longer.
pub const MAX_HASHES: usize = 63;

/// A request to cosign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// the size of the checkpoint that the log believes the witness knows
    pub old: u64,
    /// that the new tree begins with the old one
    pub proof: Vec<Hash>,
    /// the new checkpoint
    pub checkpoint: Note,
}

/// Why a witness does not sign; each has the status that tlog-witness gives it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// 400: not a request, or `old` is larger than the checkpoint.
    #[error("not a request to cosign: {0}")]
    Malformed(&'static str),
    /// 404: a log that this witness does not know.
    #[error("this witness does not know the log")]
    UnknownLog,
    /// 403: the log has not signed it.
    #[error("the log has not signed the checkpoint")]
    NotSigned,
    /// 409: the witness knows another size, or another root at this size.
    #[error("this witness knows {0} entries")]
    Conflict(u64),
    /// 422: the proof does not hold: the log was forked.
    #[error("the new tree does not begin with the old one")]
    Forked,
}

impl Refusal {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Refusal::Malformed(_) => 400,
            Refusal::NotSigned => 403,
            Refusal::UnknownLog => 404,
            Refusal::Conflict(_) => 409,
            Refusal::Forked => 422,
        }
    }
}

impl From<NoteError> for Refusal {
    fn from(_: NoteError) -> Self {
        Refusal::Malformed("the checkpoint")
    }
}

impl AddCheckpoint {
    /// Reads a request.
    pub fn parse(body: &str) -> Result<AddCheckpoint, Refusal> {
        let (head, checkpoint) = body.split_once("\n\n").ok_or(Refusal::Malformed("no checkpoint"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(text::decimal);
        let old = old.ok_or(Refusal::Malformed("the line `old`"))?;
        let proof: Option<Vec<Hash>> = lines.map(text::hash).collect();
        let proof = proof.filter(|p| p.len() <= MAX_HASHES).ok_or(Refusal::Malformed("the proof"))?;
        Ok(AddCheckpoint { old, proof, checkpoint: Note::parse(checkpoint.as_bytes())? })
    }

    /// The log that it is about, unbelieved: by it a witness finds the key.
    pub fn origin(&self) -> Option<&str> {
        self.checkpoint.text().split('\n').next()
    }

    /// What a witness that knows `known` of this log (nothing yet: size 0) decides: the checkpoint to keep and to sign.
    pub fn decide(&self, known: (u64, Hash), log: &[VerifierKey]) -> Result<Checkpoint, Refusal> {
        let opened = match Checkpoint::open(&self.checkpoint, log) {
            Ok(opened) => opened.checkpoint,
            Err(CheckpointError::Malformed) => return Err(Refusal::Malformed("the checkpoint")),
            Err(_) => return Err(Refusal::NotSigned),
        };
        if self.old > opened.size {
            return Err(Refusal::Malformed("`old` is larger than the checkpoint"));
        }
        let (size, root) = known;
        if self.old != size || (size == opened.size && size > 0 && root != opened.root) {
            return Err(Refusal::Conflict(size));
        }
        let follows = if size == 0 || size == opened.size {
            self.proof.is_empty()
        } else {
            verify_consistency(size, &root, opened.size, &opened.root, &self.proof).is_ok()
        };
        if follows { Ok(opened) } else { Err(Refusal::Forked) }
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", text::to_base64(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
