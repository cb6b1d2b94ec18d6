//! Where Strongroom keeps things: rows ([`sql`]) and sealed bytes ([`blob`]).
//!
//! What must hold here:
//! - **A success is durable.** A commit or a blob name is returned only after `fsync`; a failed `fsync` is a lost write, never retried and trusted.
//! - **One text, two engines.** Every statement is a named constant that SQLite and PostgreSQL both prepare.
//! - **Errors carry no values.** Statement, column and constraint names only: never what a parameter or a row held.
//!
//! Deliberately absent: law, keys, HTTP, a clock and randomness. Times and names come from the caller.

pub mod blob;
pub mod disk;
pub mod sql;
