//! One SQLite connection, and the few that read.
//!
//! Statements run on the thread that asks: one takes some microseconds, and handing it to a thread of its own took ten
//! times as long (measured: half of a server's time went into waking threads). What may take long does not: commits
//! (they sync) and statements that may scan a table run where waiting is allowed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{Cause, classify_rusqlite};
use super::row::{Inner, Own, Value};
use super::{DbError, DbOptions, Engine, Param, Row, Sql, param};

/// How a connection is opened.
#[derive(Debug, Clone)]
pub(super) struct Opening {
    path: PathBuf,
    busy: Duration,
    statements: usize,
    writes: bool,
}

impl Opening {
    pub(super) fn new(path: &Path, options: &DbOptions, writes: bool) -> Self {
        let (busy, statements) = (options.busy_timeout, options.statement_cache);
        Self { path: path.to_owned(), busy, statements, writes }
    }

    /// How long it waits for another process.
    pub(super) const fn busy(&self) -> Duration {
        self.busy
    }

    /// Opens it. Waits for the disk.
    pub(super) fn open(&self) -> Result<Conn, DbError> {
        self.connect().map(Conn).map_err(|e| classify_rusqlite("connect", &e))
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let way =
            if self.writes { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
        let conn = Connection::open_with_flags(&self.path, way | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        conn.busy_timeout(self.busy)?;
        conn.set_prepared_statement_cache_capacity(self.statements);
        conn.execute_batch(
            "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF;",
        )?;
        conn.execute_batch(if self.writes {
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -8192; \
             PRAGMA journal_size_limit = 67108864;"
        } else {
            "PRAGMA query_only = ON; PRAGMA cache_size = -2048;"
        })?;
        Ok(conn)
    }
}

/// An open connection.
#[derive(Debug)]
pub(super) struct Conn(Connection);

impl Conn {
    pub(super) fn all(&self, sql: &Sql, params: &[Param]) -> Result<Vec<Row>, DbError> {
        param::no_nuls(sql.name, params)?;
        let rows = self.rows(sql, params).map_err(|e| classify_rusqlite(sql.name, &e))?;
        let row = |own| Row { statement: sql.name, inner: Inner::Sqlite(own) };
        Ok(rows.into_iter().map(row).collect())
    }

    fn rows(&self, sql: &Sql, params: &[Param]) -> rusqlite::Result<Vec<Own>> {
        let mut statement = self.0.prepare_cached(&sql.render(Engine::Sqlite))?;
        bind(&mut statement, params)?;
        let columns: Arc<[String]> = statement.column_names().into_iter().map(str::to_owned).collect();
        let count = columns.len();
        let mut rows = statement.raw_query();
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let values = (0..count).map(|at| row.get_ref(at).map(owned)).collect::<rusqlite::Result<_>>()?;
            all.push(Own { columns: columns.clone(), values });
        }
        Ok(all)
    }

    pub(super) fn exec(&self, sql: &Sql, params: &[Param]) -> Result<u64, DbError> {
        param::no_nuls(sql.name, params)?;
        let done = || {
            let mut statement = self.0.prepare_cached(&sql.render(Engine::Sqlite))?;
            bind(&mut statement, params)?;
            statement.raw_execute()
        };
        done().map(|rows| rows as u64).map_err(|e| classify_rusqlite(sql.name, &e))
    }

    /// How the planner would run a statement: a line for each step.
    pub(super) fn plan(&self, sql: &Sql) -> Result<Vec<String>, DbError> {
        let text = sql.render(Engine::Sqlite);
        let lines = || {
            self.0.prepare(&text)?;
            let mut plan = self.0.prepare(&format!("EXPLAIN QUERY PLAN {text}"))?;
            let mut rows = plan.raw_query();
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                all.push(row.get("detail")?);
            }
            Ok(all)
        };
        lines().map_err(|e| classify_rusqlite(sql.name, &e))
    }

    /// Statements that begin and end transactions: prepared once.
    pub(super) fn steps(&self, name: &'static str, steps: &[&'static str]) -> Result<(), DbError> {
        let step = |text| {
            let mut statement = self.0.prepare_cached(text)?;
            statement.raw_query().next().map(drop)
        };
        steps.iter().try_for_each(|text| step(text)).map_err(|e| classify_rusqlite(name, &e))
    }

    /// As [`Conn::steps`] of one, without waiting for another process: false where one is in the way.
    pub(super) fn step_now(
        &self,
        name: &'static str,
        step: &'static str,
        busy: Duration,
    ) -> Result<bool, DbError> {
        let patience = |time| self.0.busy_timeout(time).map_err(|e| classify_rusqlite(name, &e));
        patience(Duration::ZERO)?;
        let done = self.steps(name, &[step]);
        patience(busy)?;
        match done {
            Err(DbError::Busy(_)) => Ok(false),
            done => done.map(|()| true),
        }
    }

    /// Reads every page, and holds tables and indexes against each other.
    pub(super) fn is_sound(&self) -> Result<(), DbError> {
        let said = self.0.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
        match said.map_err(|e| classify_rusqlite("check", &e))?.as_str() {
            "ok" => Ok(()),
            // it may name a row, never what is in it
            says => {
                Err(DbError::Unavailable(Cause::new("check", format!("the database is damaged: {says}"))))
            }
        }
    }

    /// Writes all that this connection sees into an empty file.
    pub(super) fn copy_into(&self, path: &Path) -> Result<(), DbError> {
        let path = path.to_string_lossy();
        let copied = self.0.execute("VACUUM INTO ?1", [path.as_ref()]);
        copied.map(drop).map_err(|e| classify_rusqlite("copy", &e))
    }

    /// Several statements of fixed text.
    pub(super) fn script(&self, name: &'static str, text: &str) -> Result<(), DbError> {
        self.0.execute_batch(text).map_err(|e| classify_rusqlite(name, &e))
    }

    /// Whether a transaction is open.
    pub(super) fn in_transaction(&self) -> bool {
        !self.0.is_autocommit()
    }
}

/// Our statements name their parameters `$1`, `$2`, in any order and as often as they like.
fn bind(statement: &mut rusqlite::CachedStatement<'_>, params: &[Param]) -> rusqlite::Result<()> {
    for at in 1..=statement.parameter_count() {
        let name = statement.parameter_name(at).and_then(|name| name.strip_prefix('$'));
        let place = name.and_then(|name| name.parse::<usize>().ok()).unwrap_or(at);
        let given = place.checked_sub(1).and_then(|n| params.get(n));
        let Some(given) = given else {
            return Err(rusqlite::Error::InvalidParameterCount(params.len(), place));
        };
        match given {
            Param::Bool(value) => statement.raw_bind_parameter(at, value),
            Param::Int(value) => statement.raw_bind_parameter(at, value),
            Param::Text(value) => statement.raw_bind_parameter(at, value),
            Param::Bytes(value) => statement.raw_bind_parameter(at, value),
        }?;
    }
    Ok(())
}

fn owned(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Real(_) => Value::Real,
        ValueRef::Text(bytes) => String::from_utf8(bytes.to_vec()).map_or(Value::NoText, Value::Text),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

/// Connections that only read, opened as needed.
#[derive(Debug, Clone)]
pub(super) struct Readers(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    opening: Opening,
    idle: Mutex<Vec<Conn>>,
    places: Arc<Semaphore>,
    at_most: u32,
    patience: Duration,
}

/// A connection until it is dropped; it goes back then.
#[derive(Debug)]
pub(super) struct Lent {
    conn: Option<Conn>,
    from: Arc<Inside>,
    place: Option<OwnedSemaphorePermit>,
}

impl Readers {
    pub(super) fn new(path: &Path, options: &DbOptions) -> Self {
        let places = Arc::new(Semaphore::new(usize::try_from(options.readers).unwrap_or(1)));
        let opening = Opening::new(path, options, false);
        let (idle, at_most) = (Mutex::default(), options.readers);
        Self(Arc::new(Inside { opening, idle, places, at_most, patience: options.acquire_timeout }))
    }

    /// A connection, as soon as one is free.
    pub(super) async fn lend(&self, statement: &'static str) -> Result<Lent, DbError> {
        let unavailable = |says: &str| DbError::Unavailable(Cause::new(statement, says));
        let waits = tokio::time::timeout(self.0.patience, self.0.places.clone().acquire_owned());
        let place = waits.await.map_err(|_| unavailable("no connection in time"))?;
        let place = place.map_err(|_| unavailable("closed"))?;
        let idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = match idle {
            Some(conn) => conn,
            None => self.0.opening.open()?,
        };
        Ok(Lent { conn: Some(conn), from: self.0.clone(), place: Some(place) })
    }

    /// Waits for those that are lent, and closes all.
    pub(super) async fn close(&self) {
        if let Ok(all) = self.0.places.acquire_many(self.0.at_most).await {
            all.forget();
        }
        self.0.places.close();
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Rows outside a transaction.
    pub(super) async fn all(&self, sql: &Sql, params: &[Param]) -> Result<Vec<Row>, DbError> {
        let mut lent = self.lend(sql.name).await?;
        lent.all(sql, params).await
    }
}

impl Lent {
    pub(super) fn conn(&self) -> Result<&Conn, DbError> {
        self.conn.as_ref().ok_or_else(|| lost("read"))
    }

    /// Here, or where waiting is allowed.
    pub(super) async fn all(&mut self, sql: &Sql, params: &[Param]) -> Result<Vec<Row>, DbError> {
        if !sql.scan_ok {
            return self.conn()?.all(sql, params);
        }
        let conn = self.conn.take().ok_or_else(|| lost(sql.name))?;
        // with the connection goes its place: a scan goes on when whoever asked has hung up
        let place = self.place.take();
        let (sql, params) = (*sql, params.to_vec());
        let work = tokio::task::spawn_blocking(move || {
            let rows = conn.all(&sql, &params);
            (conn, place, rows)
        });
        let (conn, place, rows) = work.await.map_err(|_| lost(sql.name))?;
        (self.conn, self.place) = (Some(conn), place);
        rows
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(conn) = self.conn.take() else { return };
        // a snapshot that was dropped is over
        if conn.in_transaction() && conn.steps("rollback", &["ROLLBACK"]).is_err() {
            return;
        }
        if !self.from.places.is_closed() {
            self.from.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        }
    }
}

pub(super) fn lost(statement: &'static str) -> DbError {
    DbError::Unavailable(Cause::new(statement, "the connection was lost"))
}
