//! C2SP tlog-proof: an inclusion proof and the signed checkpoint it leads to, in one text.
//!
//! `extra` carries the entry's exact bytes. The format leaves it unauthenticated; here it is believed only
//! because [`Proof::verify`] hashes it to the very leaf that the proof is for.

use std::fmt;

use thiserror::Error;

use crate::checkpoint::{Checkpoint, CheckpointError, Opened};
use crate::merkle::{self, Hash, ProofError, leaf_hash};
use crate::note::{Note, NoteError, VerifierKey};
use crate::text;

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// A proof as it was read or made; nothing of it is believed before [`Proof::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// the entry's exact bytes
    pub extra: Option<Vec<u8>>,
    /// the entry's index in the log
    pub index: u64,
    /// the inclusion proof, the leaf's sibling first
    pub path: Vec<Hash>,
    /// the signed checkpoint
    pub checkpoint: Note,
}

/// Why a proof is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TlogProofError {
    /// The text is not in the format; which part.
    #[error("not a tlog-proof: {0}")]
    Malformed(&'static str),
    /// There is no entry in `extra` to verify.
    #[error("the proof does not carry the entry")]
    NoEntry,
    /// The signatures, or the text they are over.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The hashes do not lead from the entry to the signed root.
    #[error(transparent)]
    Inclusion(#[from] ProofError),
}

impl From<NoteError> for TlogProofError {
    fn from(error: NoteError) -> Self {
        TlogProofError::Checkpoint(error.into())
    }
}

impl Proof {
    /// Reads a tlog-proof.
    pub fn parse(proof: &str) -> Result<Proof, TlogProofError> {
        let rest = proof.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('\n'));
        let rest = rest.ok_or(TlogProofError::Malformed("the first line"))?;
        // a proof of no hashes has nothing between the index and the empty line
        let (head, checkpoint) = rest.split_once("\n\n").ok_or(TlogProofError::Malformed("no checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        let extra = lines.next_if(|line| line.starts_with("extra "));
        let extra = extra.and_then(|line| line.strip_prefix("extra ")).map(text::from_base64);
        let extra = extra.map(|bytes| bytes.ok_or(TlogProofError::Malformed("extra"))).transpose()?;
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(text::decimal);
        let index = index.ok_or(TlogProofError::Malformed("index"))?;
        let path: Option<Vec<Hash>> = lines.map(text::hash).collect();
        let path = path.ok_or(TlogProofError::Malformed("a hash of the inclusion proof"))?;
        let checkpoint = Note::parse(checkpoint.as_bytes())?;
        Checkpoint::parse(checkpoint.text())?;
        Ok(Proof { extra, index, path, checkpoint })
    }

    /// Verifies that the log, one of `keys`, has the entry in `extra` at this index.
    pub fn verify<'k>(&self, keys: &'k [VerifierKey]) -> Result<Opened<'k>, TlogProofError> {
        let entry = self.extra.as_deref().ok_or(TlogProofError::NoEntry)?;
        self.verify_leaf(&leaf_hash(entry), keys)
    }

    /// Verifies that the log, one of `keys`, has the leaf with this hash at this index.
    pub fn verify_leaf<'k>(
        &self,
        leaf: &Hash,
        keys: &'k [VerifierKey],
    ) -> Result<Opened<'k>, TlogProofError> {
        let opened = Checkpoint::open(&self.checkpoint, keys)?;
        let Checkpoint { size, root, .. } = &opened.checkpoint;
        merkle::verify_inclusion(leaf, self.index, *size, &self.path, root)?;
        Ok(opened)
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", text::to_base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", text::to_base64(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
