//! A firm for tests: the real router over real storage, people who can sign in, a clock that stands still.
//!
//! Tests read as stories: `let f = TestFirm::new().await; let ann = f.person("ann").await; …`. The engine is
//! `SQLite` in a temporary folder, or a database of its own in the server that `TEST_DATABASE_URL` names.
//! Everything is made through operations, nothing behind the program's back, except where a test plays the
//! thief: [`TestFirm::tamper`].

mod firm;
mod http;
mod person;

pub use firm::{KEY_FILE, TestFirm, database, mutated};
pub use http::{Answer, Browser};
pub use person::{Person, ROLES};

/// Words that tests put into every field and file, and then search for in every byte on disk.
pub const CANARIES: &[&str] = &["QuillonBasalt", "Vermithrane", "oskelpotamia", "TANZANITE-77-LODESTAR"];

/// When tests begin: noon of a Sunday in November 2026.
pub const NOON: i64 = 1_795_348_800_000_000;
