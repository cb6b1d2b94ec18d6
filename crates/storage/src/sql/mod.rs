//! The SQL facade: one portable text per statement, run on SQLite or PostgreSQL.
//!
//! The portable dialect (architecture.md section 3) and what this module adds to it:
//! - columns are `TEXT`, `BIGINT`, `BOOLEAN` and `BYTES`; the word `BYTES` becomes `BLOB` or `BYTEA`, in statements too
//!   (`CAST($2 AS BYTES) IS NULL`), but not inside quotes and comments;
//! - [`Sql::for_update`] locks the rows read, where the engine has row locks;
//! - **after any error a [`Tx`] refuses everything but rollback**, on both engines: PostgreSQL does that by itself, and on
//!   SQLite going on could leave half an operation. "Insert or find" is `ON CONFLICT DO NOTHING`, not catching an error;
//! - foreign keys are never `DEFERRABLE`: SQLite commits in groups, and one deferred violation would fail strangers
//!   ([`migrate()`] refuses them).

mod catalog;
mod check;
mod db;
mod error;
pub mod migrate;
mod param;
mod postgres;
mod row;
pub mod shape;
mod sqlite;
mod sqlite_conn;
mod statement;
#[cfg(test)]
mod tests;
mod tx;
mod upgrade;

pub use crate::{params, statements};
pub use catalog::catalog;
pub use check::{Problem, check_statements};
pub use db::{Db, DbOptions, Engine};
pub use error::{Cause, Constraint, ConstraintKind, DbError};
pub use migrate::{Migration, migrate};
pub use param::Param;
pub use row::{Column, Row};
pub use statement::Sql;
pub use tx::{Turn, Tx};
pub use upgrade::{CopyPlace, Pending, pending};
