//! Keys that can be destroyed one by one: a puncturable tree (after Goldreich, Goldwasser and Micali).
//!
//! A seed at the root gives every leaf its key; each step down is HKDF-Expand-SHA-512 with 0 or 1. To destroy a
//! leaf, the seeds above it are dropped and those of their other children kept. A tree of 64 levels is addressed
//! by branch (a client, a matter) and leaf (a record), 32 bits each, highest bit first.
//!
//! **What must hold.** The key of a live leaf never changes, whatever is destroyed around it. The key of a
//! destroyed leaf cannot be computed from anything [`Tree::encode`] writes afterwards. The nodes kept are the
//! fewest possible, so that the encoding is determined by the root and by what was destroyed, in any order.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::secret::Key;

mod cover;
#[cfg(test)]
mod tests;

use cover::{Cover, Walk};

/// Where a key lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Leaf {
    /// The client, matter, concern or person: numbers are never used twice.
    pub branch: u32,
    /// The record in the branch; 0 is the branch's own key.
    pub leaf: u32,
}

impl Leaf {
    fn address(self) -> u64 {
        u64::from(self.branch) << 32 | u64::from(self.leaf)
    }
}

/// The bytes are not those of a tree, or not its one canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the canonical form of a key tree")]
pub struct Malformed;

/// A tree of 2^32 branches with 2^32 leaves each.
pub struct Tree(Cover<64>);

impl Tree {
    /// A new tree, with nothing destroyed.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(Cover::whole(Key::generate(entropy)))
    }

    /// The key of a leaf; `None` if it was destroyed.
    pub fn key(&self, leaf: Leaf) -> Option<Key> {
        self.0.key(leaf.address())
    }

    /// What is left of a branch; `None` if all of it was destroyed.
    pub fn branch(&self, branch: u32) -> Option<Branch> {
        self.0.below::<32>(u64::from(branch)).map(Branch)
    }

    /// Destroys a leaf. The encoding written next no longer opens it; the old ones must be replaced everywhere.
    pub fn destroy(&mut self, leaf: Leaf) {
        self.0.destroy(leaf.address(), 64);
    }

    /// Destroys a branch and every leaf in it.
    pub fn destroy_branch(&mut self, branch: u32) {
        self.0.destroy(u64::from(branch) << 32, 32);
    }

    /// Whether the leaf was destroyed, alone or with its branch.
    pub fn is_destroyed(&self, leaf: Leaf) -> bool {
        !self.0.covers(leaf.address())
    }

    /// How many seeds are kept: 1 when nothing is destroyed, at most 64 more for each destruction.
    pub fn nodes(&self) -> usize {
        self.0.nodes()
    }

    /// The canonical form.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        self.0.encode()
    }

    /// Reads the canonical form, and nothing else.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        Cover::decode(bytes).map(Self).ok_or(Malformed)
    }
}

/// One branch, half the way down: its leaves cost half as much as from the tree, and neighbours next to nothing
/// ([`Branch::walk`]).
pub struct Branch(Cover<32>);

impl Branch {
    /// The key of a leaf; `None` if it was destroyed.
    pub fn key(&self, leaf: u32) -> Option<Key> {
        self.0.key(u64::from(leaf))
    }

    /// The keys of many leaves, fastest in ascending order: the path that two have in common is taken once.
    pub fn walk(&self) -> Leaves<'_> {
        Leaves(self.0.walk())
    }
}

/// A walk over the leaves of a branch. It remembers the last path, and wipes it when dropped.
pub struct Leaves<'a>(Walk<'a, 32>);

impl Leaves<'_> {
    /// The key of a leaf; `None` if it was destroyed.
    pub fn key(&mut self, leaf: u32) -> Option<Key> {
        self.0.key(u64::from(leaf))
    }
}

/// Seeds by the address of the first leaf below them.
type Nodes = BTreeMap<u64, Node>;

/// A kept seed.
struct Node {
    depth: u8,
    seed: Key,
}
