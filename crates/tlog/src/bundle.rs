//! C2SP tlog-tiles, the entry bundles: the entries of one level-0 tile, each after its length in two bytes.
//!
//! What must hold: a bundle has exactly the entries its name says, and no byte more.

use std::fmt;

use thiserror::Error;

use crate::tile::{FULL, TilePath, parse_place, write_place};

/// The name of an entry bundle: `tile/entries/<N>[.p/<W>]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundlePath {
    /// the place `N` of the bundle: its first entry is `256 * N`
    pub index: u64,
    /// how many entries: 256 for a full bundle, 1 to 255 for a partial one
    pub width: u16,
}

/// Why bytes are not the bundle they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BundleError {
    /// An entry has more bytes than two bytes can count.
    #[error("an entry of {0} bytes is too long for a bundle")]
    EntryTooLong(usize),
    /// The bytes end inside the entry with this place in the bundle.
    #[error("the bundle ends inside its entry {0}")]
    Truncated(usize),
    /// Bytes are left after the last entry.
    #[error("{0} bytes are left after the last entry of the bundle")]
    Trailing(usize),
}

impl BundlePath {
    /// The bundle that holds entry `index` of a tree of `size` entries; `None` if the tree has no such entry.
    pub fn of_entry(index: u64, size: u64) -> Option<BundlePath> {
        let bundle = index >> 8;
        let width = size.checked_sub(bundle << 8)?.min(u64::from(FULL)) as u16;
        (index < size).then_some(BundlePath { index: bundle, width })
    }

    /// The level-0 hash tile over the same entries.
    pub fn tile(self) -> TilePath {
        TilePath { level: 0, index: self.index, width: self.width }
    }

    /// Reads `tile/entries/<N>[.p/<W>]`; only the one spelling that [`fmt::Display`] writes.
    pub fn parse(path: &str) -> Option<BundlePath> {
        let (index, width) = parse_place(path.strip_prefix("tile/entries/")?)?;
        Some(BundlePath { index, width })
    }
}

impl fmt::Display for BundlePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/entries/")?;
        write_place(f, self.index, self.width)
    }
}

/// Adds an entry to the end of a bundle. A partial bundle is the beginning of the next, so it grows in place.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), BundleError> {
    let length = u16::try_from(entry.len()).map_err(|_| BundleError::EntryTooLong(entry.len()))?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// The entries of a bundle of `width` entries.
pub fn parse(bundle: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleError> {
    let mut rest = bundle;
    let mut entries = Vec::with_capacity(usize::from(width));
    for place in 0..usize::from(width) {
        let truncated = BundleError::Truncated(place);
        let (length, after) = rest.split_first_chunk::<2>().ok_or(truncated)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(truncated)?;
        entries.push(entry);
        rest = after;
    }
    if rest.is_empty() { Ok(entries) } else { Err(BundleError::Trailing(rest.len())) }
}
