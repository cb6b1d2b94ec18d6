//! Rows as they lie in a backup and in the copies of authority: JSON arrays, a value for each column in order, bytes in
//! base64. Sealed columns stay sealed; what stands in clear is what stands in clear in the database.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;
use strongroom_storage::sql::Param;
use strongroom_storage::sql::shape::{Kind, Table, Values};

/// A row as JSON.
#[must_use]
pub fn to_json(row: &Values) -> Value {
    let value = |param: &Param| match param {
        Param::Bool(value) => value.map_or(Value::Null, Value::Bool),
        Param::Int(value) => value.map_or(Value::Null, Value::from),
        Param::Text(value) => value.clone().map_or(Value::Null, Value::String),
        Param::Bytes(value) => {
            value.as_ref().map_or(Value::Null, |bytes| Value::String(BASE64.encode(bytes)))
        }
    };
    Value::Array(row.iter().map(value).collect())
}

/// The row that a JSON array holds for columns of these kinds; `None` where it holds none.
#[must_use]
pub fn from_json(row: &Value, columns: &[(String, Kind)]) -> Option<Values> {
    let row = row.as_array()?;
    if row.len() != columns.len() {
        return None;
    }
    row.iter().zip(columns).map(|(value, (_, kind))| param(value, *kind)).collect()
}

fn param(value: &Value, kind: Kind) -> Option<Param> {
    let null = value.is_null();
    Some(match kind {
        Kind::Bool => Param::Bool(if null { None } else { Some(value.as_bool()?) }),
        Kind::Int => Param::Int(if null { None } else { Some(value.as_i64()?) }),
        Kind::Text => Param::Text(if null { None } else { Some(value.as_str()?.to_owned()) }),
        Kind::Bytes => Param::Bytes(if null { None } else { Some(BASE64.decode(value.as_str()?).ok()?) }),
    })
}

/// A table's columns and what they hold, as a manifest says it.
#[must_use]
pub fn columns_of(table: &Table) -> Vec<(String, String)> {
    let word = |kind| match kind {
        Kind::Bool => "boolean",
        Kind::Int => "integer",
        Kind::Text => "text",
        Kind::Bytes => "bytes",
    };
    table.columns.iter().map(|(name, kind)| (name.clone(), word(*kind).to_owned())).collect()
}
