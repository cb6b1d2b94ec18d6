//! RFC 6962 section 2.1: the Merkle tree hash, and the verification of inclusion and consistency proofs.
//!
//! What must hold: a proof is accepted only if it has exactly the hashes that RFC 6962 puts in it; one
//! hash too many or too few is as wrong as a changed one. Making proofs is in [`crate::tile`].

use sha2::{Digest, Sha256};
use thiserror::Error;

/// A SHA-256 hash: of a leaf, of a node, or of a whole tree.
pub type Hash = [u8; 32];

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProofError {
    /// The entry's index is not below the size of the tree.
    #[error("index {index} is not in a tree of {size} entries")]
    IndexOutOfRange {
        /// the index asked for
        index: u64,
        /// the size of the tree
        size: u64,
    },
    /// A consistency proof runs from the smaller tree to the larger one.
    #[error("a tree of {new} entries cannot extend one of {old}")]
    SizesReversed {
        /// the size said to be the earlier one
        old: u64,
        /// the size said to be the later one
        new: u64,
    },
    /// Every tree extends the empty one: that it does proves nothing.
    #[error("a proof from the empty tree proves nothing")]
    FromEmptyTree,
    /// A proof for these sizes has another number of hashes.
    #[error("the proof has {got} hashes, which does not fit the sizes")]
    WrongLength {
        /// how many hashes the proof has
        got: usize,
    },
    /// The proof leads to another root than the one given.
    #[error("the proof leads to another root hash")]
    RootMismatch,
    /// The hashes of the proof do not lead to the earlier root.
    #[error("the proof does not lead to the earlier root hash")]
    OldRootMismatch,
}

/// `MTH({}) = SHA-256()`, RFC 6962 section 2.1.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// `SHA-256(0x00 || entry)`, RFC 6962 section 2.1.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// `SHA-256(0x01 || left || right)`, RFC 6962 section 2.1.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The hash of a complete subtree whose leaves are `row`; `None` unless their number is a power of two.
pub(crate) fn complete_subtree(row: &[Hash]) -> Option<Hash> {
    let mut row = row.to_vec();
    while row.len() > 1 {
        let (pairs, odd) = row.as_chunks::<2>();
        if !odd.is_empty() {
            return None;
        }
        row = pairs.iter().map(|[left, right]| node_hash(left, right)).collect();
    }
    row.first().copied()
}

/// Verifies that the leaf is the one at `index` in the tree of `size` entries with this root
/// (RFC 6962 section 2.1.1; the algorithm is RFC 9162 section 2.1.3.2).
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::IndexOutOfRange { index, size });
    }
    let wrong_length = ProofError::WrongLength { got: proof.len() };
    // `place` walks up from the leaf, `last` from the last leaf: where they meet, the tree has no right half
    let (mut place, mut last, mut hash) = (index, size.saturating_sub(1), *leaf);
    for sibling in proof {
        if last == 0 {
            return Err(wrong_length);
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(sibling, &hash);
            while place & 1 == 0 && place != 0 {
                (place, last) = (place >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    if last != 0 {
        return Err(wrong_length);
    }
    if hash == *root { Ok(()) } else { Err(ProofError::RootMismatch) }
}

/// Verifies that the tree of `new` entries begins with the whole tree of `old` entries
/// (RFC 6962 section 2.1.2; the algorithm is RFC 9162 section 2.1.4.2).
///
/// A tree extends itself, with the empty proof. Every tree extends the empty one, which therefore proves
/// nothing and is refused (as in the published vectors): a caller who may hold an empty tree says so itself.
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    let wrong_length = ProofError::WrongLength { got: proof.len() };
    if old > new {
        return Err(ProofError::SizesReversed { old, new });
    }
    if old == 0 {
        return Err(ProofError::FromEmptyTree);
    }
    if old == new {
        return match (proof, old_root == new_root) {
            ([], true) => Ok(()),
            ([], false) => Err(ProofError::RootMismatch),
            _ => Err(wrong_length),
        };
    }
    // The walk starts at the largest complete subtree that ends where the old tree ends.
    let start = old.trailing_zeros();
    let (mut place, mut last) = ((old - 1) >> start, (new - 1) >> start);
    let mut hashes = proof.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { hashes.next() };
    let Some(first) = first else { return Err(wrong_length) };
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in hashes {
        if last == 0 {
            return Err(wrong_length);
        }
        if place & 1 == 1 || place == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while place & 1 == 0 && place != 0 {
                (place, last) = (place >> 1, last >> 1);
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    if last != 0 {
        return Err(wrong_length);
    }
    if old_hash != *old_root {
        return Err(ProofError::OldRootMismatch);
    }
    if new_hash == *new_root { Ok(()) } else { Err(ProofError::RootMismatch) }
}
