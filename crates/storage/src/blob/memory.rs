//! Blobs in memory, for tests.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;

use super::{BlobError, BlobName, Entry};

/// The bytes and when they came.
type Kept = BTreeMap<BlobName, (Bytes, i64)>;

/// All blobs.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<Kept>);

impl Memory {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn put(&self, name: &BlobName, bytes: Vec<u8>) -> Result<u64, BlobError> {
        let mut kept = self.lock();
        if kept.contains_key(name) {
            return Err(BlobError::Exists);
        }
        let len = bytes.len() as u64;
        kept.insert(name.clone(), (bytes.into(), modified_now()));
        Ok(len)
    }

    pub(super) fn get(&self, name: &BlobName) -> Result<Bytes, BlobError> {
        self.lock().get(name).map(|(bytes, _)| bytes.clone()).ok_or(BlobError::Missing)
    }

    pub(super) fn delete(&self, name: &BlobName) -> Result<(), BlobError> {
        self.lock().remove(name).map(drop).ok_or(BlobError::Missing)
    }

    pub(super) fn list(&self, shard: u8) -> Result<Vec<Entry>, BlobError> {
        let shard = format!("{shard:02x}");
        let kept = self.lock();
        let here = kept.iter().filter(|(name, _)| name.shard() == shard);
        Ok(here
            .map(|(name, (bytes, modified))| Entry {
                name: name.clone(),
                len: bytes.len() as u64,
                modified: *modified,
            })
            .collect())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "stands in for the file system's own clock, which no caller sets either"
)]
fn modified_now() -> i64 {
    micros(SystemTime::now())
}

/// Microseconds since 1970; a clock before that is 1970.
pub(super) fn micros(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// Exactly this range.
pub(super) fn range(bytes: &Bytes, offset: u64, len: usize) -> Result<Vec<u8>, BlobError> {
    let start = usize::try_from(offset).map_err(|_| BlobError::Short)?;
    let end = start.checked_add(len).ok_or(BlobError::Short)?;
    bytes.get(start..end).map(<[u8]>::to_vec).ok_or(BlobError::Short)
}
