//! Keys that can be destroyed one by one: a puncturable tree (after Goldreich, Goldwasser and Micali).
//!
//! A seed at the root gives every leaf its key; each step down is HKDF-Expand-SHA-512 with 0 or 1. To destroy a
//! leaf, the seeds above it are dropped and those of their other children kept. A tree of 64 levels is addressed
//! by branch (a client, a matter) and leaf (a record), 32 bits each, highest bit first.
//!
//! **What must hold.** The key of a live leaf never changes, whatever is destroyed around it. The key of a
//! destroyed leaf cannot be computed from anything [`Tree::encode`] writes afterwards. The nodes kept are the
//! fewest possible, so that the encoding is determined by the root and by what was destroyed, in any order. A key
//! that was computed is remembered for as long as nothing is destroyed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

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
pub struct Tree {
    cover: Cover<64>,
    /// Keys of live leaves: the way down is 64 steps, some 70 microseconds.
    known: Mutex<BTreeMap<u64, Key>>,
}

/// So many keys are remembered; then it begins anew.
const KNOWN: usize = 4096;

impl Tree {
    /// A new tree, with nothing destroyed.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self::over(Cover::whole(Key::generate(entropy)))
    }

    fn over(cover: Cover<64>) -> Self {
        Self { cover, known: Mutex::default() }
    }

    /// Whatever is destroyed, no key that was computed before outlives it.
    fn destroy_below(&mut self, start: u64, depth: u8) {
        self.known.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
        self.cover.destroy(start, depth);
    }

    /// The key of a leaf; `None` if it was destroyed.
    pub fn key(&self, leaf: Leaf) -> Option<Key> {
        let address = leaf.address();
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.cover.covers(address) {
            return None;
        }
        if let Some(key) = known().get(&address) {
            return Some(key.duplicate());
        }
        let key = self.cover.key(address)?;
        let mut known = known();
        if known.len() == KNOWN {
            known.clear();
        }
        known.insert(address, key.duplicate());
        Some(key)
    }

    /// What is left of a branch; `None` if all of it was destroyed.
    pub fn branch(&self, branch: u32) -> Option<Branch> {
        self.cover.below::<32>(u64::from(branch)).map(Branch)
    }

    /// Destroys a leaf. The encoding written next no longer opens it; the old ones must be replaced everywhere.
    pub fn destroy(&mut self, leaf: Leaf) {
        self.destroy_below(leaf.address(), 64);
    }

    /// Destroys a branch and every leaf in it.
    pub fn destroy_branch(&mut self, branch: u32) {
        self.destroy_below(u64::from(branch) << 32, 32);
    }

    /// Whether the leaf was destroyed, alone or with its branch.
    pub fn is_destroyed(&self, leaf: Leaf) -> bool {
        !self.cover.covers(leaf.address())
    }

    /// How many seeds are kept: 1 when nothing is destroyed, at most 64 more for each destruction.
    pub fn nodes(&self) -> usize {
        self.cover.nodes()
    }

    /// The canonical form.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        self.cover.encode()
    }

    /// Reads the canonical form, and nothing else.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        Cover::decode(bytes).map(Self::over).ok_or(Malformed)
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
