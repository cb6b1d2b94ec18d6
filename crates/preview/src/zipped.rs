//! ZIP archives, read with suspicion: bounds on entries, on what unpacks and on how much it grows.

use crate::{
    model::{Entry, Preview, Refusal},
    text::line_of,
};
use std::io::{Cursor, Read};
use zip::{ZipArchive, result::ZipError};

const MAX_ENTRIES: usize = 100_000;
const MAX_LISTED: usize = 2000;
const MAX_PART: u64 = 48 * 1024 * 1024;
const MAX_TOTAL: u64 = 128 * 1024 * 1024;
const MAX_GROWTH: u64 = 200;
/// Small parts may grow as they like.
const FREE: u64 = 1024 * 1024;

/// An open archive with what is left of its budget.
pub(crate) struct Archive {
    zip: ZipArchive<Cursor<Vec<u8>>>,
    left: u64,
}

impl Archive {
    pub(crate) fn open(bytes: Vec<u8>) -> Result<Self, Refusal> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(refusal)?;
        if zip.len() > MAX_ENTRIES {
            return Err(Refusal::TooBig);
        }
        Ok(Self { zip, left: MAX_TOTAL })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }

    /// The names of parts that begin and end so, shorter names first, then by letter: `slide2` before `slide10`.
    pub(crate) fn names(&self, prefix: &str, suffix: &str) -> Vec<String> {
        let fits = |n: &str| n.starts_with(prefix) && n.ends_with(suffix);
        let all = self.zip.file_names().flatten();
        let mut names: Vec<String> = all.filter(|n| fits(n)).map(|n| n.into_owned()).collect();
        names.sort_by_key(|n| (n.len(), n.clone()));
        names
    }

    /// Unpacks one part as text. `None` if there is no such part.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        let part = match self.zip.by_name(name) {
            Ok(part) => part,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(e) => return Err(refusal(e)),
        };
        let packed = part.compressed_size();
        let allowed = MAX_PART.min(self.left).min(FREE.max(packed.saturating_mul(MAX_GROWTH)));
        let mut bytes = Vec::new();
        part.take(allowed + 1).read_to_end(&mut bytes).map_err(|_| Refusal::Damaged)?;
        let size = bytes.len() as u64;
        if size > allowed {
            return Err(Refusal::TooBig);
        }
        self.left = self.left.saturating_sub(size);
        let (text, _, _) = encoding_rs::UTF_8.decode(&bytes);
        Ok(Some(text.into_owned()))
    }

    /// What is in the archive; nothing is unpacked.
    pub(crate) fn listing(mut self) -> Preview {
        let total = self.zip.len() as u64;
        let listed = self.zip.len().min(MAX_LISTED);
        let entries = (0..listed).filter_map(|i| self.entry(i)).collect();
        Preview::Listing { entries, total }
    }

    fn entry(&mut self, index: usize) -> Option<Entry> {
        let part = self.zip.by_index_raw(index).ok()?;
        let name = match part.name() {
            Ok(name) => line_of(&name),
            Err(_) => line_of(&String::from_utf8_lossy(part.name_raw())),
        };
        Some(Entry { name, size: part.size(), encrypted: part.encrypted() })
    }
}

fn refusal(error: ZipError) -> Refusal {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            Refusal::Encrypted
        }
        ZipError::UnsupportedArchive(_) => Refusal::Unsupported,
        _ => Refusal::Damaged,
    }
}
