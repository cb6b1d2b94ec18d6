//! Checks every statement against a migrated database, without running it.

use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};

use super::db::Backend;
use super::error::{DbError, classify};
use super::{Db, Engine, Sql};

/// A statement's name and what is wrong with it.
pub type Problem = (&'static str, String);

/// Prepares each statement on this engine; on SQLite also asks the planner, and reports each one that would read a whole
/// table without being marked [`Sql::scan_ok`]. A scan of a table that the statement does not name is a foreign key without an index,
/// which SQLite looks through when the row referred to changes. Meant for a test, against a database migrated from empty.
pub async fn check_statements(db: &Db, all: &[&Sql]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, sql) in all.iter().enumerate() {
        if all.iter().take(at).any(|other| other.name == sql.name && other.text != sql.text) {
            problems.push((sql.name, "another statement has this name".to_owned()));
        }
        match check(db, sql).await {
            Ok(scans) => problems.extend(scans.into_iter().map(|scan| (sql.name, scan))),
            Err(error) => problems.push((sql.name, error.to_string())),
        }
    }
    problems
}

async fn check(db: &Db, sql: &Sql) -> Result<Vec<String>, DbError> {
    let wrong = |e: sqlx::Error| classify(sql.name, &e);
    match db.backend() {
        Backend::Postgres(pool) => {
            let mut conn = pool.acquire().await.map_err(wrong)?;
            let text = AssertSqlSafe(sql.render(Engine::Postgres)).into_sql_str();
            conn.prepare(text).await.map(|_| Vec::new()).map_err(wrong)
        }
        Backend::Sqlite { readers, .. } => {
            let plan = readers.lend(sql.name).await?.conn()?.plan(sql)?;
            Ok(if sql.scan_ok { Vec::new() } else { scans(&plan) })
        }
    }
}

/// The lines of a plan that walk a whole table or index. Results of a CTE or subquery may be walked.
fn scans(plan: &[String]) -> Vec<String> {
    let made: Vec<&str> = plan
        .iter()
        .filter_map(|line| line.strip_prefix("MATERIALIZE ").or_else(|| line.strip_prefix("CO-ROUTINE ")))
        .collect();
    let harmless = |what: &str| {
        let name = what.split(' ').next().unwrap_or_default();
        what.contains("CONSTANT ROW")
            || what.contains("VIRTUAL TABLE")
            || what.contains("VALUES CLAUSE")
            || made.iter().any(|m| *m == name || what.starts_with(m))
    };
    plan.iter()
        .filter(|line| line.strip_prefix("SCAN ").is_some_and(|what| !harmless(what)))
        .map(|line| format!("reads everything ({line}): add an index or mark it scan_ok"))
        .collect()
}
