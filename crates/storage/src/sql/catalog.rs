//! The schema as text, equal on both engines, for `schema.snap` and for rules about the schema.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::statement::count_word;
use super::{Db, DbError, Engine, Row, Sql};

/// Tables by name with columns in order, keys, indexes, the number of checks, and trigger names.
///
/// What it cannot compare: the text of checks, of partial indexes' conditions and of triggers, which each engine keeps in its
/// own words. The tables of the migration runner and of the engine are left out.
pub async fn catalog(db: &Db) -> Result<String, DbError> {
    let tables = match db.engine() {
        Engine::Sqlite => sqlite(db).await?,
        Engine::Postgres => postgres(db).await?,
    };
    let mut out = String::new();
    for (name, table) in tables.into_iter().filter(|(name, _)| name != "schema_migration") {
        let _ = writeln!(out, "table {name}");
        let mut rest = table.rest;
        rest.sort();
        for line in table.columns.iter().chain(&rest) {
            let _ = writeln!(out, "  {line}");
        }
        if table.checks > 0 {
            let _ = writeln!(out, "  checks {}", table.checks);
        }
    }
    Ok(out)
}

#[derive(Default)]
struct Table {
    columns: Vec<String>,
    rest: Vec<String>,
    checks: i64,
}

type Tables = BTreeMap<String, Table>;

/// `column email TEXT not null default ''`
fn column(name: &str, kind: &str, not_null: bool, default: Option<String>) -> String {
    let kind = match kind.to_ascii_uppercase().as_str() {
        "BLOB" | "BYTEA" => "BYTES".to_owned(),
        other => other.to_owned(),
    };
    let null = if not_null { " not null" } else { "" };
    // PostgreSQL says 'x'::text and 0; SQLite says what was written.
    let default =
        default.map(|d| format!(" default {}", d.split("::").next().unwrap_or_default().to_lowercase()));
    format!("column {name} {kind}{null}{}", default.unwrap_or_default())
}

fn index(name: &str, unique: bool, columns: &str, partial: bool) -> String {
    let unique = if unique { "unique " } else { "" };
    let partial = if partial { " partial" } else { "" };
    format!("{unique}index {name} ({columns}){partial}")
}

fn reference(columns: &str, table: &str, targets: &str, on_delete: &str) -> String {
    let action = match on_delete {
        "NO ACTION" | "a" => "",
        "CASCADE" | "c" => " on delete cascade",
        "RESTRICT" | "r" => " on delete restrict",
        "SET NULL" | "n" => " on delete set null",
        _ => " on delete set default",
    };
    format!("foreign key ({columns}) -> {table} ({targets}){action}")
}

const SQLITE_TABLES: Sql = Sql::new(
    "CATALOG_TABLES",
    "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
);
const SQLITE_COLUMNS: Sql = Sql::new(
    "CATALOG_COLUMNS",
    "SELECT name, type AS kind, \"notnull\" AS required, dflt_value, pk FROM pragma_table_info($1) ORDER BY cid",
);
const SQLITE_INDEXES: Sql = Sql::new(
    "CATALOG_INDEXES",
    "SELECT name, \"unique\" AS is_unique, origin, partial FROM pragma_index_list($1)",
);
const SQLITE_INDEX_COLUMNS: Sql = Sql::new(
    "CATALOG_INDEX_COLUMNS",
    "SELECT name, \"desc\" AS descending FROM pragma_index_xinfo($1) WHERE \"key\" = 1 ORDER BY seqno",
);
const SQLITE_REFERENCES: Sql = Sql::new(
    "CATALOG_REFERENCES",
    "SELECT id, \"table\" AS target, \"from\" AS source, \"to\" AS target_column, on_delete \
     FROM pragma_foreign_key_list($1) ORDER BY id, seq",
);
const SQLITE_TRIGGERS: Sql =
    Sql::new("CATALOG_TRIGGERS", "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = $1");

async fn sqlite(db: &Db) -> Result<Tables, DbError> {
    let mut tables = Tables::new();
    for row in db.all(&SQLITE_TABLES, &[]).await? {
        let name: String = row.get("name")?;
        let text: String = row.get("sql")?;
        let mut table =
            Table { checks: i64::try_from(count_word(&text, "CHECK")).unwrap_or(0), ..Table::default() };
        let this = [name.as_str().into()];
        let mut key = Vec::new();
        for row in db.all(&SQLITE_COLUMNS, &this).await? {
            let (name, kind): (String, String) = (row.get("name")?, row.get("kind")?);
            let required = row.get::<i64>("required")? != 0;
            table.columns.push(column(&name, &kind, required, row.get("dflt_value")?));
            match row.get::<i64>("pk")? {
                0 => {}
                place => key.push((place, name)),
            }
        }
        key.sort();
        if !key.is_empty() {
            let key: Vec<String> = key.into_iter().map(|(_, name)| name).collect();
            table.rest.push(format!("primary key ({})", key.join(", ")));
        }
        for row in db.all(&SQLITE_INDEXES, &this).await? {
            let name: String = row.get("name")?;
            let columns = sqlite_index_columns(db, &name).await?;
            match row.get::<String>("origin")?.as_str() {
                "pk" => {}
                "u" => table.rest.push(format!("unique ({columns})")),
                _ => {
                    let (unique, partial) =
                        (row.get::<i64>("is_unique")? != 0, row.get::<i64>("partial")? != 0);
                    table.rest.push(index(&name, unique, &columns, partial));
                }
            }
        }
        table.rest.extend(sqlite_references(&db.all(&SQLITE_REFERENCES, &this).await?)?);
        for row in db.all(&SQLITE_TRIGGERS, &this).await? {
            table.rest.push(format!("trigger {}", row.get::<String>("name")?));
        }
        tables.insert(name, table);
    }
    Ok(tables)
}

async fn sqlite_index_columns(db: &Db, index: &str) -> Result<String, DbError> {
    let mut columns = Vec::new();
    for row in db.all(&SQLITE_INDEX_COLUMNS, &[index.into()]).await? {
        let name = row.get::<Option<String>>("name")?.unwrap_or_else(|| "(expression)".to_owned());
        let descending = row.get::<i64>("descending")? != 0;
        columns.push(if descending { format!("{name} desc") } else { name });
    }
    Ok(columns.join(", "))
}

fn sqlite_references(rows: &[Row]) -> Result<Vec<String>, DbError> {
    let mut keys: BTreeMap<i64, (Vec<String>, String, Vec<String>, String)> = BTreeMap::new();
    for row in rows {
        let key = keys.entry(row.get("id")?).or_default();
        key.0.push(row.get("source")?);
        key.1 = row.get("target")?;
        // Null when the key names no column: then it is the target's primary key.
        key.2.push(row.get::<Option<String>>("target_column")?.unwrap_or_else(|| "primary key".to_owned()));
        key.3 = row.get("on_delete")?;
    }
    Ok(keys
        .into_values()
        .map(|(from, table, to, action)| reference(&from.join(", "), &table, &to.join(", "), &action))
        .collect())
}

const PG_COLUMNS: Sql = Sql::new(
    "CATALOG_COLUMNS",
    "SELECT CAST(c.relname AS TEXT) AS table_name, CAST(a.attname AS TEXT) AS name, \
       format_type(a.atttypid, a.atttypmod) AS kind, a.attnotnull AS required, pg_get_expr(d.adbin, d.adrelid) AS dflt_value \
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
     LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
     WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname, a.attnum",
);
const PG_CONSTRAINTS: Sql = Sql::new(
    "CATALOG_CONSTRAINTS",
    "SELECT CAST(c.relname AS TEXT) AS table_name, CAST(k.contype AS TEXT) AS kind, CAST(k.confdeltype AS TEXT) AS on_delete, \
       CAST(f.relname AS TEXT) AS target, \
       (SELECT string_agg(a.attname, ', ' ORDER BY x.i) FROM unnest(k.conkey) WITH ORDINALITY x(n, i) \
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.n) AS columns, \
       (SELECT string_agg(a.attname, ', ' ORDER BY x.i) FROM unnest(k.confkey) WITH ORDINALITY x(n, i) \
          JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = x.n) AS target_columns \
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_class f ON f.oid = k.confrelid \
     WHERE c.relnamespace = current_schema()::regnamespace",
);
const PG_INDEXES: Sql = Sql::new(
    "CATALOG_INDEXES",
    "SELECT CAST(t.relname AS TEXT) AS table_name, CAST(c.relname AS TEXT) AS name, i.indisunique AS is_unique, \
       i.indpred IS NOT NULL AS partial, \
       (SELECT string_agg(COALESCE(a.attname, '(expression)') || CASE WHEN pg_index_column_has_property(i.indexrelid, x.i::int, 'desc') \
            THEN ' desc' ELSE '' END, ', ' ORDER BY x.i) FROM unnest(i.indkey::int2[]) WITH ORDINALITY x(n, i) \
          LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = x.n AND x.n > 0 WHERE x.i <= i.indnkeyatts) AS columns \
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid \
     WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace \
       AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u'))",
);
const PG_TRIGGERS: Sql = Sql::new(
    "CATALOG_TRIGGERS",
    "SELECT CAST(c.relname AS TEXT) AS table_name, CAST(t.tgname AS TEXT) AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
     WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace",
);

async fn postgres(db: &Db) -> Result<Tables, DbError> {
    let mut tables = Tables::new();
    for row in db.all(&PG_COLUMNS, &[]).await? {
        let (name, kind): (String, String) = (row.get("name")?, row.get("kind")?);
        let line = column(&name, &kind, row.get("required")?, row.get("dflt_value")?);
        tables.entry(row.get("table_name")?).or_default().columns.push(line);
    }
    for row in db.all(&PG_CONSTRAINTS, &[]).await? {
        let table = tables.entry(row.get("table_name")?).or_default();
        let columns = row.get::<Option<String>>("columns")?.unwrap_or_default();
        match row.get::<String>("kind")?.as_str() {
            "p" => table.rest.push(format!("primary key ({columns})")),
            "u" => table.rest.push(format!("unique ({columns})")),
            "c" => table.checks += 1,
            "f" => {
                let (target, to): (String, String) = (row.get("target")?, row.get("target_columns")?);
                table.rest.push(reference(&columns, &target, &to, &row.get::<String>("on_delete")?));
            }
            _ => {}
        }
    }
    for row in db.all(&PG_INDEXES, &[]).await? {
        let (name, columns): (String, String) = (row.get("name")?, row.get("columns")?);
        let line = index(&name, row.get("is_unique")?, &columns, row.get("partial")?);
        tables.entry(row.get("table_name")?).or_default().rest.push(line);
    }
    for row in db.all(&PG_TRIGGERS, &[]).await? {
        tables
            .entry(row.get("table_name")?)
            .or_default()
            .rest
            .push(format!("trigger {}", row.get::<String>("name")?));
    }
    Ok(tables)
}
