//! Migrations: one ordered list, each in a transaction of its own, never edited afterwards.

use sha2::{Digest, Sha256};

use super::statement::{count_word, with_bytes_type};
use super::{Db, DbError, Engine, Row, Sql, Tx, params};

/// One step of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// Its place; ascending, gaps are allowed.
    pub number: u32,
    /// Its name in errors, like `hold`.
    pub name: &'static str,
    /// The statements, in the portable dialect.
    pub text: &'static str,
    /// Run *instead of* `text` on PostgreSQL. Keep such a step in a migration of its own, so that little is said twice.
    pub pg: Option<&'static str>,
}

impl Migration {
    /// Binds both texts, so the number means the same on both engines.
    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for part in [self.text, self.pg.unwrap_or("")] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hex::encode(hash.finalize())
    }
}

const CREATE: &str = "CREATE TABLE IF NOT EXISTS schema_migration \
     (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, at BIGINT NOT NULL)";
/// Two nodes that start together must not both migrate.
const LOCK: Sql = Sql::new("MIGRATION_LOCK", "SELECT pg_advisory_xact_lock(6003201854109257581)");
pub(super) const APPLIED: Sql =
    Sql::new("MIGRATION_APPLIED", "SELECT number, name, digest FROM schema_migration ORDER BY number")
        .scan_ok();
const RECORD: Sql = Sql::new(
    "MIGRATION_RECORD",
    "INSERT INTO schema_migration (number, name, digest, at) VALUES ($1, $2, $3, $4)",
);

/// Brings the schema up to the end of the list. `at` is now, in microseconds since 1970, UTC.
///
/// Refuses a database from a newer program ([`DbError::TooNew`]) and a changed text ([`DbError::Changed`]) before changing anything.
pub async fn migrate(db: &Db, migrations: &[Migration], at: i64) -> Result<(), DbError> {
    check_list(migrations)?;
    let mut tx = begin(db).await?;
    tx.script("MIGRATION_TABLE", CREATE.into()).await?;
    check_applied(&tx.all(&APPLIED, &[]).await?, migrations)?;
    tx.commit().await?;
    for migration in migrations {
        let mut tx = begin(db).await?;
        // Read again under the lock: another node may have been faster.
        let applied = tx.all(&APPLIED, &[]).await?;
        check_applied(&applied, migrations)?;
        if find(&applied, migration.number)?.is_some() {
            tx.rollback().await?;
            continue;
        }
        let text = match db.engine() {
            Engine::Sqlite => migration.text,
            Engine::Postgres => migration.pg.unwrap_or(migration.text),
        };
        tx.script(migration.name, with_bytes_type(text, db.engine())).await?;
        let row = params![migration.number, migration.name, migration.digest(), at];
        tx.exec_one(&RECORD, &row).await?;
        tx.commit().await?;
        tracing::info!(number = migration.number, name = migration.name, "migrated");
    }
    Ok(())
}

async fn begin(db: &Db) -> Result<Tx, DbError> {
    let mut tx = db.begin().await?;
    if db.engine() == Engine::Postgres {
        tx.exec(&LOCK, &[]).await?;
    }
    Ok(tx)
}

pub(super) fn check_list(migrations: &[Migration]) -> Result<(), DbError> {
    let unordered = |pair: &[Migration]| matches!(pair, [a, b] if a.number >= b.number);
    if let Some([_, second]) = migrations.windows(2).find(|pair| unordered(pair)) {
        return Err(DbError::Unsuitable(format!("migration {} is out of order", second.number)));
    }
    let deferrable =
        |m: &&Migration| [Some(m.text), m.pg].iter().flatten().any(|text| count_word(text, "DEFERRABLE") > 0);
    match migrations.iter().find(deferrable) {
        Some(m) => Err(DbError::Unsuitable(format!("migration {} ({}) uses DEFERRABLE", m.number, m.name))),
        None => Ok(()),
    }
}

/// Every applied migration must be known, unchanged, and have no unapplied one before it.
pub(super) fn check_applied(applied: &[Row], migrations: &[Migration]) -> Result<(), DbError> {
    let known = migrations.last().map_or(0, |m| m.number);
    let mut newest = 0;
    for row in applied {
        let number: u32 = row.get("number")?;
        newest = number;
        if number > known {
            return Err(DbError::TooNew { found: number, known });
        }
        let Some(migration) = migrations.iter().find(|m| m.number == number) else {
            return Err(DbError::Unsuitable(format!(
                "migration {number} was applied and is not in this program"
            )));
        };
        if row.get::<String>("digest")? != migration.digest() {
            return Err(DbError::Changed { number, name: migration.name.to_owned() });
        }
    }
    for migration in migrations.iter().filter(|m| m.number < newest) {
        if find(applied, migration.number)?.is_none() {
            let problem = format!("migration {} was never applied, but {newest} was", migration.number);
            return Err(DbError::Unsuitable(problem));
        }
    }
    Ok(())
}

pub(super) fn find(applied: &[Row], number: u32) -> Result<Option<&Row>, DbError> {
    for row in applied {
        if row.get::<u32>("number")? == number {
            return Ok(Some(row));
        }
    }
    Ok(None)
}
