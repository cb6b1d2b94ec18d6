//! Parameters: four types, each of which may be null.

use sqlx::{Arguments, Postgres};

use super::DbError;
use super::error::Cause;

/// A bound value. A null keeps its type, which PostgreSQL needs.
#[derive(Clone, PartialEq, Eq)]
pub enum Param {
    /// `BOOLEAN`
    Bool(Option<bool>),
    /// `BIGINT`
    Int(Option<i64>),
    /// `TEXT`, without NUL characters (PostgreSQL has none)
    Text(Option<String>),
    /// `BYTES`
    Bytes(Option<Vec<u8>>),
}

/// The type only: values do not belong in logs.
impl std::fmt::Debug for Param {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Param::Bool(_) => "Bool(_)",
            Param::Int(_) => "Int(_)",
            Param::Text(_) => "Text(_)",
            Param::Bytes(_) => "Bytes(_)",
        })
    }
}

/// `From<T>` and `From<Option<T>>` for each type that is a parameter.
macro_rules! from {
    ($($source:ty => $variant:ident, |$value:ident| $convert:expr;)*) => {$(
        impl From<$source> for Param {
            fn from($value: $source) -> Param { Param::$variant(Some($convert)) }
        }
        impl From<Option<$source>> for Param {
            fn from(value: Option<$source>) -> Param { Param::$variant(value.map(|$value| $convert)) }
        }
    )*};
}

from! {
    bool => Bool, |v| v;
    i64 => Int, |v| v;
    i32 => Int, |v| i64::from(v);
    u32 => Int, |v| i64::from(v);
    u16 => Int, |v| i64::from(v);
    u8 => Int, |v| i64::from(v);
    &str => Text, |v| v.to_owned();
    &String => Text, |v| v.clone();
    String => Text, |v| v;
    Vec<u8> => Bytes, |v| v;
    &Vec<u8> => Bytes, |v| v.clone();
    &[u8] => Bytes, |v| v.to_vec();
}

impl<const N: usize> From<[u8; N]> for Param {
    fn from(value: [u8; N]) -> Param {
        Param::Bytes(Some(value.to_vec()))
    }
}
impl<const N: usize> From<&[u8; N]> for Param {
    fn from(value: &[u8; N]) -> Param {
        Param::Bytes(Some(value.to_vec()))
    }
}
impl<const N: usize> From<Option<[u8; N]>> for Param {
    fn from(value: Option<[u8; N]>) -> Param {
        Param::Bytes(value.map(|v| v.to_vec()))
    }
}
impl From<&Param> for Param {
    fn from(value: &Param) -> Param {
        value.clone()
    }
}

/// An array of [`Param`]s: `&params![id, now, None::<String>]`.
#[macro_export]
macro_rules! params {
    () => { ([] as [$crate::sql::Param; 0]) };
    ($($value:expr),+ $(,)?) => { [$($crate::sql::Param::from($value)),+] };
}

/// PostgreSQL refuses NUL in text and SQLite keeps it: it is refused on both.
pub(super) fn no_nuls(statement: &'static str, params: &[Param]) -> Result<(), DbError> {
    let has = |param: &Param| matches!(param, Param::Text(Some(text)) if text.contains('\0'));
    if params.iter().any(has) {
        let source = Cause::new(statement, "a text parameter contains NUL");
        return Err(DbError::Other { statement, source });
    }
    Ok(())
}

/// Copies the parameters into the driver's form.
pub(super) fn postgres(
    statement: &'static str,
    params: &[Param],
) -> Result<sqlx::postgres::PgArguments, DbError> {
    no_nuls(statement, params)?;
    let mut args = sqlx::postgres::PgArguments::default();
    for param in params {
        match param.clone() {
            Param::Bool(v) => bind::<Postgres, _>(&mut args, v),
            Param::Int(v) => bind::<Postgres, _>(&mut args, v),
            Param::Text(v) => bind::<Postgres, _>(&mut args, v),
            Param::Bytes(v) => bind::<Postgres, _>(&mut args, v),
        }
        .map_err(|_| unbindable(statement))?;
    }
    Ok(args)
}

fn bind<'a, D: sqlx::Database, T>(args: &mut D::Arguments, value: T) -> Result<(), sqlx::error::BoxDynError>
where
    T: sqlx::Encode<'a, D> + sqlx::Type<D>,
{
    args.add(value)
}

fn unbindable(statement: &'static str) -> DbError {
    DbError::Other { statement, source: Cause::new(statement, "a parameter could not be bound") }
}
