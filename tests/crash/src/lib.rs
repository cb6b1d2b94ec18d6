//! A firm on a disk that fails, forgets and fills up, run by run, each from one seed.
//!
//! What must hold after each (`docs/faults.md`, rows 1 to 6): what was acknowledged is there byte for byte, with its
//! entry; what was not is there whole or not at all; a checkpoint that was shown is the beginning of what is there; the
//! program comes up by itself, `check --deep` is content, and work goes on. A failure prints its seed:
//! `cargo run -p crash -- --seed N` runs it again.
//!
//! The disk under blobs, keyring and ledger replicas is simulated; the database's engine writes to the machine's own,
//! and what it had not synced is cut from the end of its log.

mod chance;
mod disk;
mod journal;
mod run;
mod work;
mod world;

pub use run::{Told, run, run_on_a_liar};
pub use world::Template;
