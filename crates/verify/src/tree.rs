//! The Merkle tree of RFC 6962 section 2.1, in the plainest form that is fast enough.

use sha2::{Digest as _, Sha256};

/// SHA-256.
pub(crate) type Hash = [u8; 32];

/// `SHA-256(0x00 || entry)`
pub(crate) fn leaf(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// `SHA-256(0x01 || left || right)`
pub(crate) fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root that an inclusion proof leads to, straight from the definition of `PATH`: the last hash is the
/// half of the tree that the leaf is not in. `None` if the proof has too many or too few hashes.
pub(crate) fn root_of_proof(leaf: Hash, index: u64, size: u64, proof: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    if size == 1 {
        return proof.is_empty().then_some(leaf);
    }
    let (other_half, proof) = proof.split_last()?;
    let middle = largest_power_of_two_below(size);
    if index < middle {
        Some(node(&root_of_proof(leaf, index, middle, proof)?, other_half))
    } else {
        Some(node(other_half, &root_of_proof(leaf, index - middle, size - middle, proof)?))
    }
}

/// `size` is 2 at least.
fn largest_power_of_two_below(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// A tree that grows leaf by leaf: the roots of its complete subtrees from left to right, each smaller than
/// the one before.
#[derive(Default)]
pub(crate) struct Tree {
    peaks: Vec<(u32, Hash)>,
}

impl Tree {
    /// Adds a leaf; two subtrees of one height become one of the next. `complete` is told of each subtree
    /// of height 8, 16, … that this completes, and of the leaf (height 0), lowest first.
    pub(crate) fn push<E>(
        &mut self,
        leaf: Hash,
        mut complete: impl FnMut(u32, Hash) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut height, mut hash) = (0, leaf);
        complete(height, hash)?;
        while let Some((_, left)) = self.peaks.pop_if(|(left_height, _)| *left_height == height) {
            (height, hash) = (height + 1, node(&left, &hash));
            if height % 8 == 0 {
                complete(height, hash)?;
            }
        }
        self.peaks.push((height, hash));
        Ok(())
    }

    /// The root of the tree as it is now.
    pub(crate) fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev().map(|(_, hash)| *hash);
        let Some(last) = peaks.next() else { return Sha256::digest([]).into() };
        peaks.fold(last, |right, left| node(&left, &right))
    }
}
