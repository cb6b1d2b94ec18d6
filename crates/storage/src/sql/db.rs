//! The database: one engine, one way to write and one to read.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgPool;

use super::error::Cause;
use super::postgres::{self, PgTx};
use super::sqlite::{self, SqliteTx, Writer};
use super::sqlite_conn::Readers;
use super::tx::{at_most_one, exactly_one};
use super::{DbError, Param, Row, Sql, Turn, Tx};
use crate::disk::{Disk, Step};

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one file.
    Sqlite,
    /// A server.
    Postgres,
}

/// How to connect. The defaults serve one firm on one machine.
#[derive(Debug, Clone)]
pub struct DbOptions {
    /// How long a lock held by another process or transaction is waited for.
    pub busy_timeout: Duration,
    /// How long a free connection is waited for.
    pub acquire_timeout: Duration,
    /// Reading connections on SQLite, opened as needed.
    pub readers: u32,
    /// Connections on PostgreSQL, for reading and writing.
    pub pg_connections: u32,
    /// Prepared statements kept per connection.
    pub statement_cache: usize,
    /// Asked at each step of a write transaction: the real disk lets all pass, a harness stops the world there.
    pub disk: Disk,
}

impl Default for DbOptions {
    fn default() -> DbOptions {
        DbOptions {
            busy_timeout: Duration::from_secs(10),
            // a server that is gone is said while the person still looks at the screen
            acquire_timeout: Duration::from_secs(5),
            readers: 4,
            pg_connections: 16,
            statement_cache: 128,
            disk: Disk::default(),
        }
    }
}

/// A connected database. Clones share it.
#[derive(Debug, Clone)]
pub struct Db {
    backend: Backend,
    disk: Disk,
}

/// What a [`Db`] is made of.
#[derive(Debug, Clone)]
pub(super) enum Backend {
    Sqlite { writer: Arc<Writer>, readers: Readers },
    Postgres(PgPool),
}

impl Db {
    /// Connects to `postgres://…`, `sqlite:path` or a bare path. The folder of a path must exist.
    pub async fn connect(url: &str, options: DbOptions) -> Result<Db, DbError> {
        let Some(path) = Db::file_of(url) else {
            let backend = Backend::Postgres(postgres::connect(url, &options).await?);
            return Ok(Db { backend, disk: options.disk });
        };
        let named = path.to_string_lossy();
        if named.is_empty() || named.contains(":memory:") || named.contains("://") {
            let wanted = "the database address must be postgres://… or the path of a file";
            return Err(DbError::Unsuitable(wanted.to_owned()));
        }
        let (writer, readers) = sqlite::connect(path, &options).await?;
        Ok(Db { backend: Backend::Sqlite { writer, readers }, disk: options.disk })
    }

    /// The file that an address names; none where it is a server's.
    pub fn file_of(url: &str) -> Option<&Path> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return None;
        }
        Some(Path::new(url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url)))
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        match self.backend {
            Backend::Sqlite { .. } => Engine::Sqlite,
            Backend::Postgres(_) => Engine::Postgres,
        }
    }

    pub(super) fn backend(&self) -> &Backend {
        &self.backend
    }

    pub(super) const fn disk(&self) -> &Disk {
        &self.disk
    }

    /// A write transaction that minds no turn ([`Db::begin_in`]). On SQLite this waits until it is this caller's turn, and holds up the other writers until it
    /// ends: do slow work before it.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        self.may_begin()?;
        Ok(match &self.backend {
            Backend::Sqlite { writer, .. } => Tx::sqlite(writer.begin().await?, Some(&self.disk)),
            Backend::Postgres(pool) => Tx::postgres(PgTx::write(pool).await?, Some(&self.disk)),
        })
    }

    /// A write transaction that others of its kind may run beside, or none, until it ends. On SQLite every write
    /// transaction runs alone anyway; PostgreSQL keeps the turns by an advisory lock.
    pub async fn begin_in(&self, turn: Turn) -> Result<Tx, DbError> {
        self.may_begin()?;
        Ok(match &self.backend {
            Backend::Sqlite { writer, .. } => Tx::sqlite(writer.begin().await?, Some(&self.disk)),
            Backend::Postgres(pool) => Tx::postgres(PgTx::write_in(pool, turn).await?, Some(&self.disk)),
        })
    }

    /// Until it ends, nobody else begins in any turn: for what must be read together over many statements, however long
    /// it takes. On SQLite there is nobody else, so this is nothing.
    pub async fn hold_turn(&self) -> Result<Option<Tx>, DbError> {
        match &self.backend {
            Backend::Sqlite { .. } => Ok(None),
            Backend::Postgres(pool) => Ok(Some(Tx::postgres(PgTx::hold_turn(pool).await?, None))),
        }
    }

    fn may_begin(&self) -> Result<(), DbError> {
        self.disk.step(Step::Begin).map_err(|e| DbError::Unavailable(Cause::new("begin", e.to_string())))
    }

    /// A read-only transaction that sees one moment: that of this call.
    pub async fn snapshot(&self) -> Result<Tx, DbError> {
        Ok(match &self.backend {
            Backend::Sqlite { readers, .. } => Tx::sqlite(SqliteTx::snapshot(readers).await?, None),
            Backend::Postgres(pool) => Tx::postgres(PgTx::snapshot(pool).await?, None),
        })
    }

    /// Every row.
    pub async fn all(&self, sql: &Sql, params: &[Param]) -> Result<Vec<Row>, DbError> {
        match &self.backend {
            Backend::Sqlite { readers, .. } => readers.all(sql, params).await,
            Backend::Postgres(pool) => postgres::pool_all(pool, sql, params).await,
        }
    }

    /// The row, if there is one. More than one is an error.
    pub async fn optional(&self, sql: &Sql, params: &[Param]) -> Result<Option<Row>, DbError> {
        at_most_one(sql, self.all(sql, params).await?)
    }

    /// The row. None, or more than one, is an error.
    pub async fn one(&self, sql: &Sql, params: &[Param]) -> Result<Row, DbError> {
        exactly_one(sql, self.all(sql, params).await?)
    }

    /// Whether it answers.
    pub async fn ping(&self) -> Result<(), DbError> {
        const PING: Sql = Sql::new("PING", "SELECT 1 AS alive");
        if let Backend::Sqlite { writer, .. } = &self.backend {
            writer.in_place()?;
        }
        self.one(&PING, &[]).await.map(drop)
    }

    /// Waits for running transactions and closes every connection. On SQLite this folds the log into the file.
    pub async fn close(&self) {
        match &self.backend {
            Backend::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Backend::Postgres(pool) => pool.close().await,
        }
    }
}
