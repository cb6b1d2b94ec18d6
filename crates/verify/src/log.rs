//! A whole log: every tile and the signed root, recomputed from the entries.
//!
//! The entries are read once, in order, a bundle of 256 at a time; at each moment one bundle, one tile and
//! a few hashes a level are in memory, whatever the size of the log. What must hold: a log is verified only
//! if every entry, every tile of the tree and the root agree. An older checkpoint needs no consistency
//! proof here: the root of its size is computed on the way and must be the one it has.

use std::io::{IsTerminal as _, Write as _};

use crate::note::Checkpoint;
use crate::policy::Trust;
use crate::source::Source;
use crate::tree::{self, Hash, Tree};
use crate::{Failure, Outcome, not_verified, receipt};

/// Hashes in a tile, entries in a bundle.
const FULL: u64 = 256;

/// Verifies the log at `source`; with `since`, also that it begins with the log of that checkpoint.
pub(crate) fn verify(source: &Source, since: Option<&[u8]>, trust: &Trust) -> Outcome<String> {
    let note = source.read("checkpoint")?;
    let note = note.ok_or_else(|| Failure::CouldNotRun("there is no ledger here: no checkpoint".into()))?;
    let (checkpoint, signers) = trust.open(&note)?;
    let kept = since.map(|file| open_kept(file, &checkpoint, trust)).transpose()?;
    recompute(source, &checkpoint, kept.as_ref())?;

    let Checkpoint { origin, size, .. } = &checkpoint;
    let mut report =
        format!("Verified: all {size} entries of {origin}, every tile, and the root that it signed.\n");
    if let Some(kept) = &kept {
        report +=
            &format!("It begins with the very {} entries of the checkpoint that you kept.\n", kept.size);
    }
    report += &signers.join("\n");
    Ok(crate::entry::plain(&report) + "\n")
}

/// The checkpoint that the verifier kept; a receipt has one too.
fn open_kept(file: &[u8], now: &Checkpoint, trust: &Trust) -> Outcome<Checkpoint> {
    let kept = trust.open_kept(receipt::checkpoint_of(file))?;
    if kept.origin != now.origin {
        return not_verified(format!("the checkpoint that you kept is of another ledger, {}", kept.origin));
    }
    if kept.size > now.size {
        let why =
            format!("the ledger has {} entries, but had {} before: the last are gone", now.size, kept.size);
        return not_verified(why);
    }
    Ok(kept)
}

fn recompute(source: &Source, signed: &Checkpoint, kept: Option<&Checkpoint>) -> Outcome<()> {
    let mut tree = Tree::default();
    let mut tiles = UpperTiles { source, rows: Default::default() };
    let mut progress = Progress::new(signed.size);
    check_kept(kept, 0, &tree)?;
    for number in 0..signed.size.div_ceil(FULL) {
        let first = number * FULL;
        let width = (signed.size - first).min(FULL);
        let hashes = read_tile(source, 0, number, width)?;
        let (path, bundle, rest_allowed) = read_partial(source, "entries", number, width)?;
        let mut rest = bundle.as_slice();
        for (index, expected) in (first..).zip(&hashes) {
            let Some((entry, after)) = split_entry(rest) else {
                return not_verified(format!("entry {index} is cut off in {path}"));
            };
            let leaf = tree::leaf(entry);
            if leaf != *expected {
                return not_verified(format!(
                    "entry {index} in {path} is not the one whose hash is in the tree"
                ));
            }
            tree.push(leaf, |height, hash| tiles.complete(height, hash))?;
            check_kept(kept, index + 1, &tree)?;
            rest = after;
        }
        if !rest.is_empty() && !rest_allowed {
            return not_verified(format!(
                "{path} goes on after entry {}, the last that belongs there",
                first + width - 1
            ));
        }
        progress.show(first + width);
    }
    tiles.finish()?;
    if tree.root() == signed.root {
        return Ok(());
    }
    // all entries fit all tiles, so someone made both anew; only an older checkpoint can narrow it down
    let sound = kept.map_or(0, |kept| kept.size);
    not_verified(format!(
        "the entries and tiles are not those that were signed; the first bad one is entry {sound} or later"
    ))
}

/// At the size of the checkpoint that the verifier kept, the tree must be the one of then.
fn check_kept(kept: Option<&Checkpoint>, size: u64, tree: &Tree) -> Outcome<()> {
    match kept {
        Some(kept) if kept.size == size && kept.root != tree.root() => not_verified(format!(
            "the ledger's first {size} entries are not those of the checkpoint that you kept"
        )),
        _ => Ok(()),
    }
}

/// `length (two bytes, big-endian) || entry`
fn split_entry(bundle: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bundle.split_first_chunk::<2>()?;
    rest.split_at_checked(u16::from_be_bytes(*length).into())
}

/// The tiles of levels 1 to 7, as the entries make them: each is compared as soon as it is full.
struct UpperTiles<'a> {
    source: &'a Source,
    rows: [Row; 7],
}

#[derive(Default)]
struct Row {
    tile: u64,
    hashes: Vec<Hash>,
}

impl UpperTiles<'_> {
    /// A subtree of this height is complete. Heights 8, 16, … are the hashes of levels 1, 2, …
    fn complete(&mut self, height: u32, hash: Hash) -> Outcome<()> {
        let (level, row) = match self.rows.iter_mut().enumerate().find(|(i, _)| height == 8 * (*i as u32 + 1))
        {
            Some((i, row)) => (i as u32 + 1, row),
            None => return Ok(()),
        };
        row.hashes.push(hash);
        if row.hashes.len() as u64 == FULL {
            compare(self.source, level, row)?;
            *row = Row { tile: row.tile + 1, hashes: Vec::new() };
        }
        Ok(())
    }

    /// The partial tiles at the right edge.
    fn finish(&self) -> Outcome<()> {
        let partial = (1..).zip(&self.rows).filter(|(_, row)| !row.hashes.is_empty());
        partial.into_iter().try_for_each(|(level, row)| compare(self.source, level, row))
    }
}

fn compare(source: &Source, level: u32, row: &Row) -> Outcome<()> {
    let found = read_tile(source, level, row.tile, row.hashes.len() as u64)?;
    let Some(place) = row.hashes.iter().zip(&found).position(|(computed, found)| computed != found) else {
        return Ok(());
    };
    let span = 1u64 << (8 * level);
    let first = (row.tile * FULL + place as u64) * span;
    let path = path(&level.to_string(), row.tile, row.hashes.len() as u64);
    not_verified(format!("{path} has a wrong hash over entries {first} to {}", first + (span - 1)))
}

fn read_tile(source: &Source, level: u32, number: u64, width: u64) -> Outcome<Vec<Hash>> {
    let (path, bytes, rest_allowed) = read_partial(source, &level.to_string(), number, width)?;
    let (hashes, odd) = bytes.as_chunks::<32>();
    let found = hashes.len() as u64;
    if !odd.is_empty() || found < width || (found > width && !rest_allowed) {
        let first = (number * FULL) << (8 * level);
        return not_verified(format!("{path}, over entries from {first} on, has {} bytes", bytes.len()));
    }
    Ok(hashes.iter().take(width as usize).copied().collect())
}

/// A tile or bundle by its path. A log may delete a partial one once the full one exists: then that is read,
/// of which the partial one is the beginning (`true`: more may follow).
fn read_partial(source: &Source, kind: &str, number: u64, width: u64) -> Outcome<(String, Vec<u8>, bool)> {
    let exact = path(kind, number, width);
    if let Some(bytes) = source.read(&exact)? {
        return Ok((exact, bytes, false));
    }
    if width < FULL
        && let Some(bytes) = source.read(&path(kind, number, FULL))?
    {
        return Ok((path(kind, number, FULL), bytes, true));
    }
    let first =
        if kind == "entries" { format!(", which has entry {}", number * FULL) } else { String::new() };
    not_verified(format!("{exact}{first} is missing"))
}

/// `tile/<L>/<N>[.p/<W>]`: N in groups of three digits, all but the last after an `x`.
fn path(kind: &str, number: u64, width: u64) -> String {
    let mut place = format!("{:03}", number % 1000);
    let mut above = number / 1000;
    while above > 0 {
        place = format!("x{:03}/{place}", above % 1000);
        above /= 1000;
    }
    let partial = if width < FULL { format!(".p/{width}") } else { String::new() };
    format!("tile/{kind}/{place}{partial}")
}

/// Tells on standard error how far a long run is: one moving line on a terminal, else a line each tenth.
struct Progress {
    size: u64,
    step: u64,
    next: u64,
    terminal: bool,
}

impl Progress {
    fn new(size: u64) -> Progress {
        let terminal = std::io::stderr().is_terminal();
        // short runs say nothing
        let step = if size < 200_000 { u64::MAX } else { size / if terminal { 100 } else { 10 } };
        Progress { size, step, next: step, terminal }
    }

    fn show(&mut self, done: u64) {
        if done < self.next {
            return;
        }
        self.next = done.saturating_add(self.step);
        let end = if self.terminal && done < self.size { "\r" } else { "\n" };
        let _ = write!(std::io::stderr(), "{done} of {} entries{end}", self.size);
    }
}
