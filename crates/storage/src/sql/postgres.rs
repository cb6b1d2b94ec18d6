//! PostgreSQL: one pool, `READ COMMITTED` writes (see [`Sql::for_update`]), `REPEATABLE READ` snapshots.

use std::borrow::Cow;
use std::str::FromStr;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, Postgres};

use super::error::{Cause, classify};
use super::row::Inner;
use super::{DbError, DbOptions, Engine, Param, Row, Sql, Turn, param};
use crate::on_this_machine;

/// Opens the pool and looks whether this database can carry us.
pub(super) async fn connect(url: &str, options: &DbOptions) -> Result<PgPool, DbError> {
    let millis = |d: std::time::Duration| d.as_millis().to_string();
    let connect = PgConnectOptions::from_str(url).map_err(|e| classify("connect", &e))?;
    says_how_it_is_protected(url, connect.get_host())?;
    let connect = connect
        .application_name("strongroom")
        .statement_cache_capacity(options.statement_cache)
        .options([
            // A server set to `off` would acknowledge what it may forget.
            ("synchronous_commit", "on".to_owned()),
            ("lock_timeout", millis(options.busy_timeout)),
            // a process that stands still in the middle of a transaction holds up the others so long and no longer
            ("idle_in_transaction_session_timeout", millis(options.busy_timeout / 2)),
            // and one that has gone without a word is noticed
            ("tcp_keepalives_idle", "5".to_owned()),
            ("tcp_keepalives_interval", "2".to_owned()),
            ("tcp_keepalives_count", "3".to_owned()),
            ("tcp_user_timeout", millis(options.busy_timeout)),
            ("client_min_messages", "warning".to_owned()),
        ])
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(options.pg_connections)
        .acquire_timeout(options.acquire_timeout)
        .connect_with(connect)
        .await
        .map_err(|e| classify("connect", &e))?;
    suitable(&pool).await?;
    Ok(pool)
}

/// Without a word about TLS the driver would take whatever the server offers, plain text included.
fn says_how_it_is_protected(url: &str, host: &str) -> Result<(), DbError> {
    if host.starts_with('/') || on_this_machine(host) || url.contains("sslmode=") || url.contains("ssl-mode=")
    {
        return Ok(());
    }
    let wanted = "the database is on another machine, and its address does not say how the way there is protected: add \
        ?sslmode=verify-full&sslrootcert=FILE (or sslmode=disable, where the network itself is encrypted)";
    Err(DbError::Unsuitable(wanted.to_owned()))
}

/// Text must sort and compare as on SQLite: by bytes.
async fn suitable(pool: &PgPool) -> Result<(), DbError> {
    const DATABASE: Sql = Sql::new(
        "DATABASE_KIND",
        "SELECT pg_encoding_to_char(encoding) AS encoding, CAST(datcollate AS TEXT) AS collation, \
         current_setting('server_version_num') AS version FROM pg_database WHERE datname = current_database()",
    );
    let rows = pool_all(pool, &DATABASE, &[]).await?;
    let row = super::tx::exactly_one(&DATABASE, rows)?;
    let (encoding, collation): (String, String) = (row.get("encoding")?, row.get("collation")?);
    let version: String = row.get("version")?;
    if encoding != "UTF8" || !["C", "POSIX", "C.UTF-8", "C.utf8"].contains(&collation.as_str()) {
        return Err(DbError::Unsuitable(format!(
            "the database has encoding {encoding} and collation {collation}: create it with \
             TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
        )));
    }
    if version.parse::<u32>().unwrap_or(0) < 140_000 {
        return Err(DbError::Unsuitable("PostgreSQL 14 or newer is needed".to_owned()));
    }
    Ok(())
}

/// What a database that can be reached answers a statement in. One that cannot must not keep people waiting until TCP
/// gives up.
const PATIENCE: Duration = Duration::from_secs(15);

async fn within<T>(
    name: &'static str,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, DbError> {
    // boxed: on their way up through a deep stack of operations these would be many kilobytes each
    match tokio::time::timeout(PATIENCE, Box::pin(work)).await {
        Ok(done) => done.map_err(|e| classify(name, &e)),
        Err(_) => Err(DbError::Unavailable(Cause::new(name, "the database does not answer"))),
    }
}

/// Rows outside a transaction.
pub(super) async fn pool_all(pool: &PgPool, sql: &Sql, params: &[Param]) -> Result<Vec<Row>, DbError> {
    let mut conn = within(sql.name, pool.acquire()).await?;
    let done = all(&mut conn, sql, params).await;
    if matches!(done, Err(DbError::Unavailable(_))) {
        conn.close_on_drop();
    }
    done
}

async fn all(conn: &mut PgConnection, sql: &Sql, params: &[Param]) -> Result<Vec<Row>, DbError> {
    let text = AssertSqlSafe(sql.render(Engine::Postgres));
    let query = sqlx::query_with(text, param::postgres(sql.name, params)?);
    let rows = within(sql.name, query.fetch_all(conn)).await?;
    Ok(rows.into_iter().map(|row| Row { statement: sql.name, inner: Inner::Postgres(row) }).collect())
}

/// A transaction that reads many statements one after the other may stand idle between them; one that others wait for
/// less long, for its process may have been stopped.
const READS_LONG: &str = "SELECT set_config('idle_in_transaction_session_timeout', '0', true)";
const HOLDS_LONG: &str = "SELECT set_config('idle_in_transaction_session_timeout', '60s', true)";

/// A transaction. One that is dropped, or whose answer did not come, takes its connection with it: nobody else is given
/// one of which it is not known what it still does.
#[derive(Debug)]
pub(super) struct PgTx(Option<PoolConnection<Postgres>>);

impl Drop for PgTx {
    fn drop(&mut self) {
        if let Some(mut conn) = self.0.take() {
            conn.close_on_drop();
        }
    }
}

fn ended(name: &'static str) -> DbError {
    DbError::Aborted { statement: name }
}

impl PgTx {
    async fn begin(pool: &PgPool, begin: &'static str) -> Result<PgTx, DbError> {
        let mut tx = PgTx(Some(within("begin", pool.acquire()).await?));
        tx.run("begin", begin).await?;
        Ok(tx)
    }

    fn conn(&mut self, name: &'static str) -> Result<&mut PgConnection, DbError> {
        self.0.as_deref_mut().ok_or_else(|| ended(name))
    }

    /// A statement of fixed text.
    async fn run(&mut self, name: &'static str, text: &'static str) -> Result<(), DbError> {
        let done = within(name, sqlx::raw_sql(text).execute(self.conn(name)?)).await;
        self.kept(done).map(drop)
    }

    /// A connection that did not answer in time is nobody's any more.
    fn kept<T>(&mut self, done: Result<T, DbError>) -> Result<T, DbError> {
        if matches!(done, Err(DbError::Unavailable(_)))
            && let Some(mut conn) = self.0.take()
        {
            conn.close_on_drop();
        }
        done
    }

    pub(super) async fn write(pool: &PgPool) -> Result<PgTx, DbError> {
        PgTx::begin(pool, "BEGIN").await
    }

    /// One whose turn it is. Statements of one transaction see what others commit between them, so what is read
    /// together must not be changed meanwhile.
    pub(super) async fn write_in(pool: &PgPool, turn: Turn) -> Result<PgTx, DbError> {
        let mut tx = PgTx::write(pool).await?;
        let lock = match turn {
            Turn::Beside => {
                "SELECT pg_advisory_xact_lock_shared(hashtext('strongroom ' || current_schema()))"
            }
            Turn::Alone => "SELECT pg_advisory_xact_lock(hashtext('strongroom ' || current_schema()))",
        };
        tx.run("turn", lock).await?;
        Ok(tx)
    }

    /// As [`PgTx::write_in`] alone, for long.
    pub(super) async fn hold_turn(pool: &PgPool) -> Result<PgTx, DbError> {
        let mut tx = PgTx::write_in(pool, Turn::Alone).await?;
        tx.run("turn", HOLDS_LONG).await?;
        Ok(tx)
    }

    /// A lock of its own kind: by schema and mark, apart from the turns.
    pub(super) async fn alone_over(&mut self, name: &'static str, mark: [u8; 4]) -> Result<(), DbError> {
        let lock = "SELECT pg_advisory_xact_lock(hashtext('strongroom ' || current_schema()), $1)";
        let query = sqlx::query(lock).bind(i32::from_be_bytes(mark));
        let done = within(name, query.execute(self.conn(name)?)).await;
        self.kept(done).map(drop)
    }

    pub(super) async fn snapshot(pool: &PgPool) -> Result<PgTx, DbError> {
        let mut tx = PgTx::begin(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?;
        // PostgreSQL takes the snapshot at the first query, not at BEGIN.
        tx.run("begin", READS_LONG).await?;
        Ok(tx)
    }

    pub(super) async fn all(&mut self, sql: &Sql, params: &[Param]) -> Result<Vec<Row>, DbError> {
        let done = all(self.conn(sql.name)?, sql, params).await;
        self.kept(done)
    }

    pub(super) async fn exec(&mut self, sql: &Sql, params: &[Param]) -> Result<u64, DbError> {
        let text = AssertSqlSafe(sql.render(Engine::Postgres));
        let query = sqlx::query_with(text, param::postgres(sql.name, params)?);
        let done = within(sql.name, query.execute(self.conn(sql.name)?)).await;
        self.kept(done).map(|done| done.rows_affected())
    }

    /// A migration takes as long as it takes.
    pub(super) async fn script(
        &mut self,
        name: &'static str,
        text: Cow<'static, str>,
    ) -> Result<(), DbError> {
        let done = sqlx::raw_sql(AssertSqlSafe(text)).execute(self.conn(name)?).await;
        done.map(drop).map_err(|e| classify(name, &e))
    }

    pub(super) async fn commit(mut self) -> Result<(), DbError> {
        let committing = tokio::spawn(async move {
            self.run("commit", "COMMIT").await?;
            drop(self.0.take());
            Ok(())
        });
        committing.await.unwrap_or_else(|_| Err(DbError::Unavailable(Cause::new("commit", "the task ended"))))
    }

    pub(super) async fn rollback(mut self) -> Result<(), DbError> {
        if self.0.is_some() {
            self.run("rollback", "ROLLBACK").await?;
            drop(self.0.take());
        }
        Ok(())
    }
}
