//! Refusals of strangers: counted, one entry a minute, so that strangers cannot fill the disk.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many strangers were turned away since the last entry.
#[derive(Default)]
pub struct Strangers(AtomicU64);

impl Strangers {
    /// One more.
    pub fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The count so far, which starts again.
    pub fn take(&self) -> u64 {
        self.0.swap(0, Ordering::Relaxed)
    }
}
