//! Rows: a column by name, as one of a few types, or an error that says which.

use std::sync::Arc;

use sqlx::{ColumnIndex, Row as _, TypeInfo, ValueRef};

use super::DbError;

/// One row of a result.
pub struct Row {
    pub(super) statement: &'static str,
    pub(super) inner: Inner,
}

/// The driver's row.
pub(super) enum Inner {
    Sqlite(Own),
    Postgres(sqlx::postgres::PgRow),
}

/// A row of SQLite, read whole.
pub(super) struct Own {
    pub(super) columns: Arc<[String]>,
    pub(super) values: Vec<Value>,
}

/// What SQLite keeps in a column.
pub(super) enum Value {
    Null,
    Int(i64),
    /// We have none; a statement that makes one is wrong.
    Real,
    Text(String),
    /// Text that is not UTF-8: nothing of ours.
    NoText,
    Blob(Vec<u8>),
}

impl Value {
    const fn name(&self) -> &'static str {
        match self {
            Value::Null => "NULL",
            Value::Int(_) => "INTEGER",
            Value::Real => "REAL",
            Value::Text(_) => "TEXT",
            Value::NoText => "TEXT that is not UTF-8",
            Value::Blob(_) => "BLOB",
        }
    }
}

impl Own {
    fn value(&self, column: &str) -> Option<&Value> {
        self.columns.iter().position(|name| name == column).and_then(|at| self.values.get(at))
    }
}

/// A type as SQLite keeps it.
trait Kept: Sized {
    fn kept(value: &Value) -> Option<Self>;
}

impl Kept for bool {
    fn kept(value: &Value) -> Option<Self> {
        if let Value::Int(value) = value { Some(*value != 0) } else { None }
    }
}

impl Kept for i64 {
    fn kept(value: &Value) -> Option<Self> {
        if let Value::Int(value) = value { Some(*value) } else { None }
    }
}

impl Kept for i32 {
    fn kept(value: &Value) -> Option<Self> {
        i64::kept(value).and_then(|value| value.try_into().ok())
    }
}

impl Kept for String {
    fn kept(value: &Value) -> Option<Self> {
        if let Value::Text(value) = value { Some(value.clone()) } else { None }
    }
}

impl Kept for Vec<u8> {
    fn kept(value: &Value) -> Option<Self> {
        if let Value::Blob(value) = value { Some(value.clone()) } else { None }
    }
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row").field("statement", &self.statement).finish_non_exhaustive()
    }
}

impl Row {
    /// The value of a column. A null is an error unless `T` is an `Option`.
    pub fn get<T: Column>(&self, column: &str) -> Result<T, DbError> {
        T::read(self, column)
    }

    /// The name of the statement that found it.
    pub fn statement(&self) -> &'static str {
        self.statement
    }

    fn wrong(&self, column: &str, problem: impl Into<String>) -> DbError {
        DbError::Decode { statement: self.statement, column: column.to_owned(), problem: problem.into() }
    }
}

/// A type a column can be read as.
pub trait Column: Sized {
    /// What an error says was wanted.
    const WANTED: &'static str;

    /// Reads it; null is `None`.
    #[doc(hidden)]
    fn read_nullable(row: &Row, column: &str) -> Result<Option<Self>, DbError>;

    /// Reads it; null is an error.
    #[doc(hidden)]
    fn read(row: &Row, column: &str) -> Result<Self, DbError> {
        Self::read_nullable(row, column)?
            .ok_or_else(|| row.wrong(column, format!("is null, expected {}", Self::WANTED)))
    }
}

impl<T: Column> Column for Option<T> {
    const WANTED: &'static str = T::WANTED;
    fn read_nullable(row: &Row, column: &str) -> Result<Option<Self>, DbError> {
        T::read_nullable(row, column).map(Some)
    }
}

impl Column for bool {
    const WANTED: &'static str = "BOOLEAN";
    fn read_nullable(row: &Row, column: &str) -> Result<Option<Self>, DbError> {
        primitive(row, column, Self::WANTED)
    }
}

impl Column for i64 {
    const WANTED: &'static str = "BIGINT";
    fn read_nullable(row: &Row, column: &str) -> Result<Option<Self>, DbError> {
        // An integer literal is a BIGINT on SQLite and an INTEGER on PostgreSQL.
        if let Inner::Postgres(pg) = &row.inner
            && type_name(pg, column).as_deref() == Some("INT4")
        {
            return primitive::<i32>(row, column, Self::WANTED).map(|v| v.map(i64::from));
        }
        primitive(row, column, Self::WANTED)
    }
}

impl Column for u32 {
    const WANTED: &'static str = "BIGINT from 0 to 4294967295";
    fn read_nullable(row: &Row, column: &str) -> Result<Option<Self>, DbError> {
        i64::read_nullable(row, column)?
            .map(|v| v.try_into().map_err(|_| row.wrong(column, "out of range of u32")))
            .transpose()
    }
}

impl Column for u64 {
    const WANTED: &'static str = "BIGINT from 0";
    fn read_nullable(row: &Row, column: &str) -> Result<Option<Self>, DbError> {
        i64::read_nullable(row, column)?
            .map(|v| v.try_into().map_err(|_| row.wrong(column, "is negative")))
            .transpose()
    }
}

impl Column for String {
    const WANTED: &'static str = "TEXT";
    fn read_nullable(row: &Row, column: &str) -> Result<Option<Self>, DbError> {
        primitive(row, column, Self::WANTED)
    }
}

impl Column for Vec<u8> {
    const WANTED: &'static str = "BYTES";
    fn read_nullable(row: &Row, column: &str) -> Result<Option<Self>, DbError> {
        primitive(row, column, Self::WANTED)
    }
}

impl<const N: usize> Column for [u8; N] {
    const WANTED: &'static str = "BYTES of a fixed length";
    fn read_nullable(row: &Row, column: &str) -> Result<Option<Self>, DbError> {
        let Some(bytes) = Vec::<u8>::read_nullable(row, column)? else { return Ok(None) };
        let len = bytes.len();
        bytes.try_into().map(Some).map_err(|_| row.wrong(column, format!("{len} bytes, expected {N}")))
    }
}

/// A value as its engine has it, with our error.
fn primitive<T>(row: &Row, column: &str, wanted: &str) -> Result<Option<T>, DbError>
where
    T: Kept,
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    let missing = || row.wrong(column, "no such column in the result");
    match &row.inner {
        Inner::Sqlite(own) => match own.value(column).ok_or_else(missing)? {
            Value::Null => Ok(None),
            value => T::kept(value)
                .map(Some)
                .ok_or_else(|| row.wrong(column, format!("is {}, expected {wanted}", value.name()))),
        },
        Inner::Postgres(r) => r.try_get::<Option<T>, _>(column).map_err(|_| match type_name(r, column) {
            None => missing(),
            Some(found) => row.wrong(column, format!("is {found}, expected {wanted}")),
        }),
    }
}

fn type_name<R: sqlx::Row>(row: &R, column: &str) -> Option<String>
where
    for<'c> &'c str: ColumnIndex<R>,
{
    row.try_get_raw(column).ok().map(|raw| raw.type_info().name().to_owned())
}
