//! Rows: a column by name, as one of a few types, or an error that says which.

use sqlx::{ColumnIndex, Row as _, TypeInfo, ValueRef};

use super::DbError;

/// One row of a result.
pub struct Row {
    pub(super) statement: &'static str,
    pub(super) inner: Inner,
}

/// The driver's row.
pub(super) enum Inner {
    Sqlite(sqlx::sqlite::SqliteRow),
    Postgres(sqlx::postgres::PgRow),
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

/// The driver's own decoding, with our error.
fn primitive<T>(row: &Row, column: &str, wanted: &str) -> Result<Option<T>, DbError>
where
    T: for<'r> sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    let (value, found) = match &row.inner {
        Inner::Sqlite(r) => (r.try_get::<Option<T>, _>(column), type_name(r, column)),
        Inner::Postgres(r) => (r.try_get::<Option<T>, _>(column), type_name(r, column)),
    };
    value.map_err(|_| match found {
        None => row.wrong(column, "no such column in the result"),
        Some(found) => row.wrong(column, format!("is {found}, expected {wanted}")),
    })
}

fn type_name<R: sqlx::Row>(row: &R, column: &str) -> Option<String>
where
    for<'c> &'c str: ColumnIndex<R>,
{
    row.try_get_raw(column).ok().map(|raw| raw.type_info().name().to_owned())
}
