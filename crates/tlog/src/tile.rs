//! C2SP tlog-tiles, the hash tiles: their names, and roots and proofs computed from them.
//!
//! A tile holds up to 256 hashes of one level; each is the root of a complete subtree of 256^level leaves.
//! What must hold: every root and proof is a fold over complete subtrees, and a complete subtree never
//! crosses a tile. So one function finds a hash ([`Reader::complete`]), and the tiles a computation needs are
//! known before it starts: `needed_tiles_for_*` names them, storage fetches them into a [`TileMap`], and
//! then the computation itself does no I/O. Tiles are our own storage's; they are not trusted by verifiers,
//! who check the proof that comes out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use thiserror::Error;

use crate::merkle::{self, Hash, node_hash};
use crate::text;

/// The number of hashes in a full tile (C2SP tlog-tiles: tiles of height 8).
pub const FULL: u16 = 256;

/// The name of a hash tile: `tile/<L>/<N>[.p/<W>]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePath {
    /// the level `L`, 0 to 63; level 0 holds leaf hashes
    pub level: u8,
    /// the place `N` of the tile in its level
    pub index: u64,
    /// how many hashes: 256 for a full tile, 1 to 255 for a partial one
    pub width: u16,
}

/// Why a root or proof cannot be computed from the tiles at hand.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TileError {
    /// The source does not have this tile, or has fewer hashes of it.
    #[error("{0} is missing")]
    Missing(TilePath),
    /// The bytes are not that many hashes of 32 bytes.
    #[error("{path} has {bytes} bytes")]
    WrongLength {
        /// which tile
        path: TilePath,
        /// how long it is
        bytes: usize,
    },
    /// The index or the sizes asked for lie outside the tree.
    #[error("index or size lies outside the tree")]
    OutOfRange,
}

/// Where tiles come from. A source may answer with a wider version of the tile: a partial tile is the
/// beginning of every later one, and logs may delete it once the full one exists.
pub trait TileSource {
    /// The bytes of the tile, at least `width` hashes of them, or `None`.
    fn tile(&self, level: u8, index: u64, width: u16) -> Option<Vec<u8>>;
}

/// Tiles in memory, the widest version of each.
#[derive(Debug, Clone, Default)]
pub struct TileMap(BTreeMap<(u8, u64), Vec<u8>>);

impl TileMap {
    /// An empty map.
    pub fn new() -> TileMap {
        TileMap::default()
    }

    /// Adds a tile; bytes that are not `path.width` hashes are refused.
    pub fn insert(&mut self, path: TilePath, bytes: Vec<u8>) -> Result<(), TileError> {
        if bytes.len() != usize::from(path.width) * 32 {
            return Err(TileError::WrongLength { path, bytes: bytes.len() });
        }
        let kept = self.0.entry((path.level, path.index)).or_default();
        if kept.len() < bytes.len() {
            *kept = bytes;
        }
        Ok(())
    }
}

impl TileSource for TileMap {
    fn tile(&self, level: u8, index: u64, width: u16) -> Option<Vec<u8>> {
        let bytes = self.0.get(&(level, index))?;
        bytes.get(..usize::from(width) * 32).map(<[u8]>::to_vec)
    }
}

/// The root of the tree of `size` entries.
pub fn root(size: u64, source: &impl TileSource) -> Result<Hash, TileError> {
    Reader::new(size, source).range(&(0, size))
}

/// The inclusion proof (RFC 6962 section 2.1.1) of the entry at `index` in the tree of `size` entries.
pub fn inclusion_proof(index: u64, size: u64, source: &impl TileSource) -> Result<Vec<Hash>, TileError> {
    let mut reader = Reader::new(size, source);
    inclusion_ranges(index, size)?.iter().map(|range| reader.range(range)).collect()
}

/// The consistency proof (RFC 6962 section 2.1.2) from `old` entries to `new`; empty if `old` is 0 or `new`.
pub fn consistency_proof(old: u64, new: u64, source: &impl TileSource) -> Result<Vec<Hash>, TileError> {
    let mut reader = Reader::new(new, source);
    consistency_ranges(old, new)?.iter().map(|range| reader.range(range)).collect()
}

/// The tiles that [`root`] reads.
pub fn needed_tiles_for_root(size: u64) -> Vec<TilePath> {
    tiles_of(&[(0, size)], size)
}

/// The tiles that [`inclusion_proof`] reads; none if the index is not in the tree.
pub fn needed_tiles_for_inclusion(index: u64, size: u64) -> Vec<TilePath> {
    tiles_of(&inclusion_ranges(index, size).unwrap_or_default(), size)
}

/// The tiles that [`consistency_proof`] reads; none if `old` is above `new`.
pub fn needed_tiles_for_consistency(old: u64, new: u64) -> Vec<TilePath> {
    tiles_of(&consistency_ranges(old, new).unwrap_or_default(), new)
}

/// The partial tiles at the right edge, which [`crate::Appender::load`] reads.
pub fn needed_tiles_for_append(size: u64) -> Vec<TilePath> {
    needed_tiles_for_root(size)
}

/// Every tile of a tree of `size` entries, level by level, left to right.
pub fn all_tiles(size: u64) -> impl Iterator<Item = TilePath> {
    (0..8).flat_map(move |level| {
        let hashes = size >> (8 * u32::from(level));
        (0..hashes.div_ceil(u64::from(FULL))).map(move |index| TilePath::in_tree(level, index, size))
    })
}

/// The tiles of a tree of `new` entries that one of `old` entries does not have, or has narrower.
pub fn tiles_since(old: u64, new: u64) -> impl Iterator<Item = TilePath> {
    (0..8).flat_map(move |level| {
        let (had, has) = (old >> (8 * u32::from(level)), new >> (8 * u32::from(level)));
        let end = if has > had { has.div_ceil(u64::from(FULL)) } else { 0 };
        (had / u64::from(FULL)..end).map(move |index| TilePath::in_tree(level, index, new))
    })
}

impl TilePath {
    /// The tile as it stands in a tree of `size` entries: partial if the tree ends in it.
    /// `level` is below 8; the width is 0 where the tree has no such tile.
    fn in_tree(level: u8, index: u64, size: u64) -> TilePath {
        let hashes = size >> (8 * u32::from(level.min(7)));
        let width = hashes.saturating_sub(index.saturating_mul(u64::from(FULL))).min(u64::from(FULL));
        TilePath { level, index, width: width as u16 }
    }

    /// Reads `tile/<L>/<N>[.p/<W>]`; only the one spelling that [`fmt::Display`] writes.
    pub fn parse(path: &str) -> Option<TilePath> {
        let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let level = text::decimal(level).and_then(|l| u8::try_from(l).ok()).filter(|l| *l < 64)?;
        let (index, width) = parse_place(rest)?;
        Some(TilePath { level, index, width })
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/", self.level)?;
        write_place(f, self.index, self.width)
    }
}

/// Writes `<N>[.p/<W>]`: the index in groups of three digits, all but the last after an `x`.
pub(crate) fn write_place(f: &mut fmt::Formatter<'_>, index: u64, width: u16) -> fmt::Result {
    let mut groups = vec![index % 1000];
    let mut rest = index / 1000;
    while rest > 0 {
        groups.push(rest % 1000);
        rest /= 1000;
    }
    for (left, group) in groups.iter().enumerate().rev() {
        if left > 0 { write!(f, "x{group:03}/")? } else { write!(f, "{group:03}")? }
    }
    if width < FULL { write!(f, ".p/{width}") } else { Ok(()) }
}

/// Reads `<N>[.p/<W>]`.
pub(crate) fn parse_place(place: &str) -> Option<(u64, u16)> {
    let (digits, width) = match place.split_once(".p/") {
        Some((digits, width)) => (digits, text::decimal(width).filter(|w| (1..256).contains(w))? as u16),
        None => (place, FULL),
    };
    let (above, last) = match digits.rsplit_once('/') {
        Some((above, last)) => (Some(above), last),
        None => (None, digits),
    };
    let mut index = three_digits(last)?;
    let mut unit: u64 = 1;
    for group in above.into_iter().flat_map(|above| above.rsplit('/')) {
        unit = unit.checked_mul(1000)?;
        index = three_digits(group.strip_prefix('x')?)?.checked_mul(unit)?.checked_add(index)?;
    }
    // a first group of zeroes would be a second spelling of a shorter name
    if above.is_some() && index < unit { None } else { Some((index, width)) }
}

fn three_digits(text: &str) -> Option<u64> {
    if text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// Leaves from the first number up to, not including, the second.
type Range = (u64, u64);

/// A complete subtree of `2^height` leaves, the `index`-th of that height.
#[derive(Clone, Copy)]
struct Subtree {
    height: u32,
    index: u64,
}

/// Where a subtree's hash is found: `count` hashes of a tile, from `offset`, folded.
struct Place {
    tile: TilePath,
    offset: usize,
    count: usize,
}

impl Subtree {
    fn place(self, size: u64) -> Place {
        let (level, within) = (self.height / 8, self.height % 8);
        let start = self.index << within;
        Place {
            tile: TilePath::in_tree(level as u8, start >> 8, size),
            offset: (start & 255) as usize,
            count: 1 << within,
        }
    }
}

/// The complete subtrees that make up a range, left to right. Every range here starts at a multiple of the
/// smallest power of two that is not below its length, so that the subtrees are aligned.
fn subtrees((begin, end): Range) -> impl DoubleEndedIterator<Item = Subtree> {
    let length = end.saturating_sub(begin);
    (0..64u32).rev().filter(move |height| (length >> height) & 1 == 1).map(move |height| {
        // the bits of `length` above this one are the leaves to the left
        let left = length.checked_shr(height + 1).and_then(|n| n.checked_shl(height + 1)).unwrap_or(0);
        Subtree { height, index: (begin + left) >> height }
    })
}

/// The siblings on the way from a leaf to the root, the leaf's own first.
fn inclusion_ranges(index: u64, size: u64) -> Result<Vec<Range>, TileError> {
    if index >= size {
        return Err(TileError::OutOfRange);
    }
    let (mut low, mut high) = (0, size);
    let mut ranges = Vec::new();
    while high - low > 1 {
        let middle = low + split(high - low);
        if index < middle {
            ranges.push((middle, high));
            high = middle;
        } else {
            ranges.push((low, middle));
            low = middle;
        }
    }
    ranges.reverse();
    Ok(ranges)
}

/// `PROOF(old, D[new])`: the way down to the edge of the old tree.
fn consistency_ranges(old: u64, new: u64) -> Result<Vec<Range>, TileError> {
    if old > new {
        return Err(TileError::OutOfRange);
    }
    let (mut low, mut high) = (0, new);
    let mut ranges = Vec::new();
    while old > low && old < high {
        let middle = low + split(high - low);
        if old <= middle {
            ranges.push((middle, high));
            high = middle;
        } else {
            ranges.push((low, middle));
            low = middle;
        }
    }
    // the verifier knows the old root already if the old tree is the whole left subtree
    if low > 0 {
        ranges.push((low, high));
    }
    ranges.reverse();
    Ok(ranges)
}

/// The largest power of two below `n`, for `n` above 1.
fn split(n: u64) -> u64 {
    1 << (n.saturating_sub(1).max(1)).ilog2()
}

fn tiles_of(ranges: &[Range], size: u64) -> Vec<TilePath> {
    let tiles: BTreeSet<TilePath> =
        ranges.iter().flat_map(|range| subtrees(*range)).map(|subtree| subtree.place(size).tile).collect();
    tiles.into_iter().collect()
}

/// Reads hashes of the tree of `size` entries; keeps the last tile, for neighbours ask for the same one.
struct Reader<'a, S> {
    size: u64,
    source: &'a S,
    last: Option<(TilePath, Vec<Hash>)>,
}

impl<'a, S: TileSource> Reader<'a, S> {
    fn new(size: u64, source: &'a S) -> Self {
        Reader { size, source, last: None }
    }

    /// `MTH(D[begin:end])` for a range of the tree: its complete subtrees, folded from the right.
    fn range(&mut self, range: &Range) -> Result<Hash, TileError> {
        let mut folded = None;
        for subtree in subtrees(*range).rev() {
            let left = self.complete(subtree)?;
            folded = Some(folded.map_or(left, |right| node_hash(&left, &right)));
        }
        Ok(folded.unwrap_or_else(merkle::empty_root))
    }

    fn complete(&mut self, subtree: Subtree) -> Result<Hash, TileError> {
        let Place { tile, offset, count } = subtree.place(self.size);
        let hashes = match &mut self.last {
            Some((path, hashes)) if *path == tile => hashes,
            last => &last.insert((tile, read(self.source, tile)?)).1,
        };
        let row = hashes.get(offset..offset + count).ok_or(TileError::Missing(tile))?;
        merkle::complete_subtree(row).ok_or(TileError::Missing(tile))
    }
}

/// The first `path.width` hashes of a tile.
pub(crate) fn read(source: &impl TileSource, path: TilePath) -> Result<Vec<Hash>, TileError> {
    let bytes = source.tile(path.level, path.index, path.width).ok_or(TileError::Missing(path))?;
    let (hashes, rest) = bytes.as_chunks::<32>();
    match hashes.get(..usize::from(path.width)) {
        Some(hashes) if rest.is_empty() => Ok(hashes.to_vec()),
        _ => Err(TileError::WrongLength { path, bytes: bytes.len() }),
    }
}
