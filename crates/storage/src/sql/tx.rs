//! A transaction, whichever engine runs it.

use super::error::Cause;
use super::postgres::PgTx;
use super::sqlite::SqliteTx;
use super::{DbError, Engine, Param, Row, Sql};
use crate::disk::{Disk, Step};

/// Whether a write transaction may run beside others that mind turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Beside others that run beside others.
    Beside,
    /// Alone among those that mind turns.
    Alone,
}

/// An open transaction. Dropping it rolls back.
///
/// After the first error every further statement and the commit answer [`DbError::Aborted`], and so they do when a
/// statement's future was dropped half-way: nobody knows then what was done.
#[derive(Debug)]
pub struct Tx {
    inner: Inner,
    state: State,
    /// Asked at the steps of a transaction that writes; none for a snapshot.
    disk: Option<Disk>,
}

#[derive(Debug)]
enum Inner {
    Sqlite(SqliteTx),
    Postgres(PgTx),
}

/// Whether more may be done.
#[derive(Debug, PartialEq, Eq)]
enum State {
    Usable,
    /// A statement is running, or its future was dropped.
    Running,
    Failed,
}

impl Tx {
    pub(super) fn sqlite(tx: SqliteTx, disk: Option<&Disk>) -> Tx {
        Tx { inner: Inner::Sqlite(tx), state: State::Usable, disk: disk.cloned() }
    }

    pub(super) fn postgres(tx: PgTx, disk: Option<&Disk>) -> Tx {
        Tx { inner: Inner::Postgres(tx), state: State::Usable, disk: disk.cloned() }
    }

    /// Which engine runs it.
    pub fn engine(&self) -> Engine {
        match self.inner {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    /// Every row.
    pub async fn all(&mut self, sql: &Sql, params: &[Param]) -> Result<Vec<Row>, DbError> {
        self.enter(sql.name)?;
        let result = match &mut self.inner {
            Inner::Sqlite(tx) => tx.all(sql, params).await,
            Inner::Postgres(tx) => tx.all(sql, params).await,
        };
        self.leave(result)
    }

    /// The row, if there is one. More than one is an error.
    pub async fn optional(&mut self, sql: &Sql, params: &[Param]) -> Result<Option<Row>, DbError> {
        let rows = self.all(sql, params).await?;
        at_most_one(sql, rows)
    }

    /// The row. None, or more than one, is an error.
    pub async fn one(&mut self, sql: &Sql, params: &[Param]) -> Result<Row, DbError> {
        let rows = self.all(sql, params).await?;
        exactly_one(sql, rows)
    }

    /// Runs a statement; how many rows it touched.
    pub async fn exec(&mut self, sql: &Sql, params: &[Param]) -> Result<u64, DbError> {
        self.enter(sql.name)?;
        if self.disk.is_none() {
            let source = Cause::new(sql.name, "a snapshot is read-only");
            return self.leave(Err(DbError::Other { statement: sql.name, source }));
        }
        let result = match &mut self.inner {
            Inner::Sqlite(tx) => tx.exec(sql, params),
            Inner::Postgres(tx) => tx.exec(sql, params).await,
        };
        self.leave(result)
    }

    /// Runs a statement that must touch exactly one row. If it does not, the transaction has failed.
    pub async fn exec_one(&mut self, sql: &Sql, params: &[Param]) -> Result<(), DbError> {
        match self.exec(sql, params).await? {
            1 => Ok(()),
            actual => self.leave(Err(DbError::RowsAffected { statement: sql.name, expected: 1, actual })),
        }
    }

    /// Until this transaction ends, no other gets past here with the same mark: what is looked for next and then added
    /// is added once. SQLite has one writer at a time anyway.
    pub async fn alone_over(&mut self, mark: [u8; 4]) -> Result<(), DbError> {
        let name = "ALONE_OVER";
        self.enter(name)?;
        let result = match &mut self.inner {
            Inner::Sqlite(_) => Ok(()),
            Inner::Postgres(tx) => tx.alone_over(name, mark).await,
        };
        self.leave(result)
    }

    /// Runs several statements of fixed text, for migrations.
    pub(super) async fn script(
        &mut self,
        name: &'static str,
        text: std::borrow::Cow<'static, str>,
    ) -> Result<(), DbError> {
        self.enter(name)?;
        let result = match &mut self.inner {
            Inner::Sqlite(tx) => tx.script(name, text),
            Inner::Postgres(tx) => tx.script(name, text).await,
        };
        self.leave(result)
    }

    /// Makes it durable. Once begun this runs to its end even if the caller's future is dropped.
    pub async fn commit(self) -> Result<(), DbError> {
        if self.state != State::Usable {
            self.rollback().await?;
            return Err(DbError::Aborted { statement: "commit" });
        }
        let disk = self.disk.clone();
        let step = |step| {
            let stopped = |e: std::io::Error| DbError::Unavailable(Cause::new("commit", e.to_string()));
            disk.as_ref().map_or(Ok(()), |disk| disk.step(step).map_err(stopped))
        };
        if let Err(stopped) = step(Step::Commit) {
            self.rollback().await.ok();
            return Err(stopped);
        }
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await,
            Inner::Postgres(tx) => tx.commit().await,
        }?;
        step(Step::Committed)
    }

    /// Undoes it. Returns when everything it may have read is durable, so that a refusal never tells of a write that is lost.
    pub async fn rollback(self) -> Result<(), DbError> {
        match self.inner {
            Inner::Sqlite(tx) => tx.rollback().await,
            Inner::Postgres(tx) => tx.rollback().await,
        }
    }

    fn enter(&mut self, statement: &'static str) -> Result<(), DbError> {
        match std::mem::replace(&mut self.state, State::Running) {
            State::Usable => Ok(()),
            State::Running | State::Failed => {
                self.state = State::Failed;
                Err(DbError::Aborted { statement })
            }
        }
    }

    fn leave<T>(&mut self, result: Result<T, DbError>) -> Result<T, DbError> {
        self.state = if result.is_ok() { State::Usable } else { State::Failed };
        result
    }
}

/// For statements that name one row.
pub(super) fn at_most_one(sql: &Sql, mut rows: Vec<Row>) -> Result<Option<Row>, DbError> {
    let row = rows.pop();
    match rows.len() as u64 {
        0 => Ok(row),
        more => Err(DbError::RowsAffected { statement: sql.name, expected: 1, actual: more + 1 }),
    }
}

/// For statements whose row must be there.
pub(super) fn exactly_one(sql: &Sql, rows: Vec<Row>) -> Result<Row, DbError> {
    at_most_one(sql, rows)?.ok_or(DbError::RowsAffected { statement: sql.name, expected: 1, actual: 0 })
}
