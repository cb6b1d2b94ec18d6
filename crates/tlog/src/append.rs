//! Growing the tree: new leaf hashes in, the tiles to write out.
//!
//! The appender holds the partial tile of each level, at most 8 times 255 hashes, and nothing else: that is
//! the whole right edge, from which root and new tiles follow. Appending costs O(new + log size).
//! What must hold: a full tile is given out once and never changes; every tile given out is one of the tree
//! of the size reached, so that writing them all, in any order, makes that tree servable.

use crate::merkle::{self, Hash, node_hash};
use crate::tile::{FULL, TileError, TilePath, TileSource, needed_tiles_for_append, read};

/// A tile to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// its name
    pub path: TilePath,
    /// its hashes, one after another
    pub bytes: Vec<u8>,
}

/// The right edge of a tree, ready to grow. Clone it before a transaction that may fail.
#[derive(Debug, Clone)]
pub struct Appender {
    size: u64,
    /// the hashes of each level's partial tile, level 0 first; none is ever full
    edge: [Vec<Hash>; 8],
}

impl Default for Appender {
    fn default() -> Self {
        Appender { size: 0, edge: std::array::from_fn(|_| Vec::new()) }
    }
}

impl Appender {
    /// The empty tree.
    pub fn new() -> Appender {
        Appender::default()
    }

    /// The right edge of the tree of `size` entries; reads [`needed_tiles_for_append`].
    pub fn load(size: u64, source: &impl TileSource) -> Result<Appender, TileError> {
        let mut appender = Appender { size, ..Appender::default() };
        for path in needed_tiles_for_append(size) {
            if let Some(level) = appender.edge.get_mut(usize::from(path.level)) {
                *level = read(source, path)?;
            }
        }
        Ok(appender)
    }

    /// How many entries the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        let mut folded: Option<Hash> = None;
        for level in &self.edge {
            let mut rest = level.as_slice();
            // the smallest complete subtree is the rightmost one
            while !rest.is_empty() {
                let smallest = 1 << rest.len().trailing_zeros();
                let Some((left, row)) = rest.split_at_checked(rest.len() - smallest) else { break };
                if let Some(hash) = merkle::complete_subtree(row) {
                    folded = Some(folded.map_or(hash, |right| node_hash(&hash, &right)));
                }
                rest = left;
            }
        }
        folded.unwrap_or_else(merkle::empty_root)
    }

    /// Adds entries by their leaf hashes; returns the tiles that are new: full ones, and the partial ones of
    /// the size reached. A tree of 2^64 entries is refused, and then nothing is changed.
    pub fn append(&mut self, leaves: &[Hash]) -> Result<Vec<Tile>, TileError> {
        let before = self.size;
        let after = u64::try_from(leaves.len()).ok().and_then(|n| before.checked_add(n));
        let after = after.ok_or(TileError::OutOfRange)?;
        let mut tiles = Vec::new();
        for (leaf, index) in leaves.iter().zip(before..) {
            self.push(*leaf, index, &mut tiles);
        }
        self.size = after;
        for (level, hashes) in (0u8..).zip(&self.edge) {
            let shift = 8 * u32::from(level);
            if !hashes.is_empty() && before >> shift != after >> shift {
                let path = TilePath { level, index: (after >> shift) >> 8, width: hashes.len() as u16 };
                tiles.push(Tile { path, bytes: hashes.concat() });
            }
        }
        Ok(tiles)
    }

    /// Adds the leaf at `index`; a level that fills up is given out and becomes one hash of the level above.
    fn push(&mut self, leaf: Hash, index: u64, tiles: &mut Vec<Tile>) {
        let (mut hash, mut index) = (leaf, index);
        for (level, hashes) in (0u8..).zip(&mut self.edge) {
            hashes.push(hash);
            if hashes.len() < usize::from(FULL) {
                return;
            }
            index >>= 8;
            let path = TilePath { level, index, width: FULL };
            tiles.push(Tile { path, bytes: hashes.concat() });
            let Some(above) = merkle::complete_subtree(hashes) else { return };
            hash = above;
            hashes.clear();
        }
    }
}
