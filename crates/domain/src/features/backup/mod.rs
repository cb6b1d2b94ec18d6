//! Backup and restore. A backup is one consistent point of the database, every sealed file that it names, and a copy of
//! the ledger; the keyring is in none. Taken again into the same folder it adds only what is new.
//!
//! What must hold:
//! - a backup tells a thief what the database and the files tell: sealed things stay sealed, and no key is in it;
//! - what was written is read back before a snapshot counts; a snapshot that is not whole has no manifest;
//! - whoever takes one is told, at that time, what it would not come back without: the keyring's replicas, of which two
//!   must read back, and a replica of the ledger;
//! - a restore goes into an empty place only. Authority comes back as it was last, not as it was when the backup was
//!   taken; what came in after it is lost, and the ledger says so.

mod authority;
mod files;
mod ledger;
mod manifest;
mod restore;
pub(crate) mod store;
mod take;
#[cfg(test)]
mod tests;

pub use crate::features::check::Progress;
pub use manifest::{Manifest, snapshot};
pub use restore::{Lost, Restored, Restoring, restore};
pub use take::{LastBackup, Taken, Warning, backup};

pub(crate) use take::newest;
