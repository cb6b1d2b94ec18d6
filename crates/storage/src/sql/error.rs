//! What can go wrong with a database, in words a caller can act on.
//!
//! No error keeps the driver's own error: PostgreSQL's `DETAIL` and its data exceptions quote the row. What stays is the
//! statement's name, the engine's code and its message, where that message is made of names only.

use std::fmt;

use sqlx::postgres::PgDatabaseError;

/// A failed call. Cheap to clone: SQLite commits in groups, and every member of a failed group gets the error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// Not reachable, broken, or closing. If a commit says this, its outcome is unknown.
    #[error("the database is unavailable ({0})")]
    Unavailable(Cause),
    /// The database's disk is full.
    #[error("the database's disk is full ({0})")]
    Full(Cause),
    /// A constraint or a trigger refused the row.
    #[error("refused by {0}")]
    Conflict(Constraint),
    /// Locks, a deadlock or a time limit; the same transaction may succeed if tried again.
    #[error("the database is busy ({0})")]
    Busy(Cause),
    /// Another number of rows than the statement must touch or find.
    #[error("{statement}: expected {expected} row(s), got {actual}")]
    RowsAffected {
        /// Name of the statement.
        statement: &'static str,
        /// What must be.
        expected: u64,
        /// What was.
        actual: u64,
    },
    /// A column is missing, null, or of another type than asked for.
    #[error("{statement}: column {column}: {problem}")]
    Decode {
        /// Name of the statement.
        statement: &'static str,
        /// Name of the column.
        column: String,
        /// Type names only.
        problem: String,
    },
    /// An earlier statement of this transaction failed (or was abandoned half-way): only rollback is left.
    #[error("{statement}: the transaction had already failed")]
    Aborted {
        /// The statement that was refused.
        statement: &'static str,
    },
    /// The database was migrated by a newer version of the program.
    #[error("the database is at migration {found}, this program knows up to {known}: run the newer program")]
    TooNew {
        /// Highest number in the database.
        found: u32,
        /// Highest number in the program.
        known: u32,
    },
    /// A migration that was applied has another text now.
    #[error("migration {number} ({name}) was applied with another text: never edit one, add the next")]
    Changed {
        /// Its number.
        number: u32,
        /// Its name in the program.
        name: String,
    },
    /// The database or the list of migrations cannot be used as it is.
    #[error("{0}")]
    Unsuitable(String),
    /// A bug: the statement does not fit the schema, or the driver and we disagree.
    #[error("{source}")]
    Other {
        /// Name of the statement.
        statement: &'static str,
        /// What the engine said.
        source: Cause,
    },
}

/// Where it happened and what the engine called it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Name of the statement, or of the step (`begin`, `commit`, `connect`).
    pub statement: &'static str,
    /// The engine's code: SQLSTATE, or SQLite's extended result code.
    pub code: Option<String>,
    /// Names and conditions, never values.
    pub message: String,
}

impl Cause {
    pub(super) fn new(statement: &'static str, message: impl Into<String>) -> Cause {
        Cause { statement, code: None, message: message.into() }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.statement, self.message)?;
        match &self.code {
            Some(code) => write!(f, " [{code}]"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Cause {}

/// What refused a row. Unique constraints are named alike on both engines: `staff.email` or `member.matter_id, member.staff_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// Name of the statement.
    pub statement: &'static str,
    /// Which kind.
    pub kind: ConstraintKind,
    /// Columns (unique, not null), the constraint's name (check; foreign key on PostgreSQL) or the trigger's message.
    pub name: String,
}

/// Kinds of [`Constraint`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintKind {
    /// `UNIQUE` or `PRIMARY KEY`
    Unique,
    /// `REFERENCES`, from either side
    ForeignKey,
    /// `CHECK`
    Check,
    /// `NOT NULL`
    NotNull,
    /// A trigger's own refusal: `RAISE(ABORT, …)` or `RAISE EXCEPTION`
    Trigger,
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            ConstraintKind::Unique => "unique constraint",
            ConstraintKind::ForeignKey => "foreign key",
            ConstraintKind::Check => "check",
            ConstraintKind::NotNull => "not null",
            ConstraintKind::Trigger => "trigger",
        };
        write!(f, "{kind} {} ({})", self.name, self.statement)
    }
}

/// Sorts a driver error. `statement` is the statement's name or the step's.
pub(super) fn classify(statement: &'static str, error: &sqlx::Error) -> DbError {
    let unavailable = |text: &str| DbError::Unavailable(Cause::new(statement, text));
    match error {
        sqlx::Error::Database(db) => match db.try_downcast_ref::<PgDatabaseError>() {
            Some(pg) => classify_postgres(statement, pg),
            None => unavailable("the server's answer was not understood"),
        },
        sqlx::Error::Io(e) => match e.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                DbError::Full(Cause::new(statement, e.kind().to_string()))
            }
            kind => unavailable(&format!("I/O: {kind}")),
        },
        sqlx::Error::Tls(_) => unavailable("TLS failed"),
        sqlx::Error::PoolTimedOut => unavailable("no connection in time"),
        sqlx::Error::PoolClosed => unavailable("closed"),
        sqlx::Error::WorkerCrashed => unavailable("the database thread ended"),
        sqlx::Error::Protocol(_) => unavailable("the server's answer was not understood"),
        sqlx::Error::BeginFailed => unavailable("the transaction did not begin"),
        sqlx::Error::Configuration(_) => DbError::Unsuitable("the database address is not valid".to_owned()),
        _ => DbError::Other { statement, source: Cause::new(statement, "driver error") },
    }
}

/// The same for SQLite's.
pub(super) fn classify_rusqlite(statement: &'static str, error: &rusqlite::Error) -> DbError {
    use rusqlite::Error as E;
    match error {
        E::SqliteFailure(code, message) => {
            let said = message.clone().unwrap_or_else(|| code.to_string());
            classify_sqlite(statement, &code.extended_code.to_string(), &said)
        }
        E::SqlInputError { error: code, msg, .. } => {
            classify_sqlite(statement, &code.extended_code.to_string(), msg)
        }
        E::InvalidPath(_) => DbError::Unsuitable("the database address is not valid".to_owned()),
        _ => DbError::Other { statement, source: Cause::new(statement, "driver error") },
    }
}

fn classify_sqlite(statement: &'static str, code: &str, message: &str) -> DbError {
    let number: i32 = code.parse().unwrap_or(1);
    let cause = Cause { statement, code: Some(code.to_owned()), message: message.to_owned() };
    let conflict =
        |kind, name: &str| DbError::Conflict(Constraint { statement, kind, name: name.to_owned() });
    // "UNIQUE constraint failed: staff.email"
    let named = message.split_once(": ").map_or(message, |(_, name)| name);
    // The low byte is the kind of failure, the rest refines it.
    match (number & 0xff, number >> 8) {
        (19, 8 | 6 | 10) => conflict(ConstraintKind::Unique, named),
        (19, 3) => conflict(ConstraintKind::ForeignKey, ""),
        (19, 1) => conflict(ConstraintKind::Check, named),
        (19, 5) => conflict(ConstraintKind::NotNull, named),
        (19, 7) => conflict(ConstraintKind::Trigger, message),
        (5 | 6, _) => DbError::Busy(cause),
        (13, _) => DbError::Full(cause),
        // READONLY IOERR CORRUPT CANTOPEN PROTOCOL NOTADB, NOMEM
        (8 | 10 | 11 | 14 | 15 | 26 | 7, _) => DbError::Unavailable(cause),
        _ => DbError::Other { statement, source: cause },
    }
}

fn classify_postgres(statement: &'static str, error: &PgDatabaseError) -> DbError {
    let code = error.code();
    // Class 22 (data exceptions) quotes the value.
    let message = if code.starts_with("22") { "data exception" } else { error.message() };
    let cause = Cause { statement, code: Some(code.to_owned()), message: message.to_owned() };
    let table = error.table().unwrap_or_default();
    let constraint = error.constraint().unwrap_or_default();
    let conflict = |kind, name: String| DbError::Conflict(Constraint { statement, kind, name });
    match code {
        "23505" => {
            conflict(ConstraintKind::Unique, unique_columns(error).unwrap_or_else(|| constraint.to_owned()))
        }
        "23503" | "23001" => conflict(ConstraintKind::ForeignKey, constraint.to_owned()),
        "23514" => conflict(ConstraintKind::Check, constraint.to_owned()),
        "23502" => {
            conflict(ConstraintKind::NotNull, format!("{table}.{}", error.column().unwrap_or_default()))
        }
        "P0001" | "23000" => conflict(ConstraintKind::Trigger, error.message().to_owned()),
        "53100" => DbError::Full(cause),
        // serialization failure, deadlock, lock not available, cancelled by a time limit
        "40001" | "40P01" | "55P03" | "57014" => DbError::Busy(cause),
        _ if ["08", "53", "57", "58", "28", "F0", "XX"].iter().any(|class| code.starts_with(class)) => {
            DbError::Unavailable(cause)
        }
        _ => DbError::Other { statement, source: cause },
    }
}

/// `Key (matter_id, staff_id)=(…) already exists.` → `member.matter_id, member.staff_id`; the values stay behind.
fn unique_columns(error: &PgDatabaseError) -> Option<String> {
    let table = error.table()?;
    let columns = error.detail()?.split_once('(')?.1.split_once(")=(")?.0;
    Some(columns.split(", ").map(|column| format!("{table}.{column}")).collect::<Vec<_>>().join(", "))
}
