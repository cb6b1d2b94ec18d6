//! Tables as they are, for copying them whole: their columns, their keys, and an order in which no row needs one of a
//! later table. Read from the catalog, so that a table is never forgotten because nobody listed it.
//!
//! The texts of these statements are made here, of names that the catalog gave, once for each table and kept.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::error::Cause;
use super::{Db, DbError, Param, Row, Sql, Tx, catalog};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `BOOLEAN`
    Bool,
    /// `BIGINT`
    Int,
    /// `TEXT`
    Text,
    /// `BYTES`
    Bytes,
}

impl Kind {
    fn parse(word: &str) -> Option<Kind> {
        Some(match word {
            "BOOLEAN" => Kind::Bool,
            "BIGINT" => Kind::Int,
            "TEXT" => Kind::Text,
            "BYTES" => Kind::Bytes,
            _ => return None,
        })
    }

    fn read(self, row: &Row, column: &str) -> Result<Param, DbError> {
        Ok(match self {
            Kind::Bool => Param::Bool(row.get(column)?),
            Kind::Int => Param::Int(row.get(column)?),
            Kind::Text => Param::Text(row.get(column)?),
            Kind::Bytes => Param::Bytes(row.get(column)?),
        })
    }

    /// Before every value of a key.
    fn least(self) -> Param {
        match self {
            Kind::Bool => Param::Bool(Some(false)),
            Kind::Int => Param::Int(Some(i64::MIN)),
            Kind::Text => Param::Text(Some(String::new())),
            Kind::Bytes => Param::Bytes(Some(Vec::new())),
        }
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<(String, Kind)>,
    /// The places of the key's columns.
    key: Vec<usize>,
    /// The tables whose rows its rows name.
    names: Vec<String>,
    /// A column that names another row of this table.
    own: Option<usize>,
}

/// One row: a value for each column, in order.
pub type Values = Vec<Param>;

/// Every table of ours, in an order in which no row names one of a later table.
pub async fn tables(db: &Db) -> Result<Vec<Table>, DbError> {
    let text = catalog(db).await?;
    let mut left = parse(&text).ok_or_else(|| unsuitable("the catalog is not written as it was"))?;
    let mut ordered: Vec<Table> = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let there = |name: &String| ordered.iter().any(|table| table.name == *name);
        let ready = left.iter().position(|table| table.names.iter().all(|n| there(n) || *n == table.name));
        let next = ready.ok_or_else(|| unsuitable("tables name each other in a circle"))?;
        ordered.push(left.remove(next));
    }
    Ok(ordered)
}

fn unsuitable(says: &str) -> DbError {
    DbError::Other { statement: "CATALOG", source: Cause::new("CATALOG", says) }
}

fn parse(text: &str) -> Option<Vec<Table>> {
    let mut tables: Vec<Table> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("table ") {
            let (columns, key, names) = (Vec::new(), Vec::new(), Vec::new());
            tables.push(Table { name: name.to_owned(), columns, key, names, own: None });
            continue;
        }
        let (table, line) = (tables.last_mut()?, line.trim());
        let place = |table: &Table, name: &str| table.columns.iter().position(|(c, _)| c == name);
        if let Some(column) = line.strip_prefix("column ") {
            let mut words = column.split(' ');
            table.columns.push((words.next()?.to_owned(), Kind::parse(words.next()?)?));
        } else if let Some(key) = line.strip_prefix("primary key (") {
            for name in key.trim_end_matches(')').split(", ") {
                table.key.push(place(table, name)?);
            }
        } else if let Some(reference) = line.strip_prefix("foreign key (") {
            let (from, to) = reference.split_once(") -> ")?;
            let target = to.split(' ').next()?.to_owned();
            if target == table.name {
                table.own = Some(place(table, from)?);
            }
            table.names.push(target);
        }
    }
    Some(tables)
}

/// The statement of this text; made once.
fn statement(name: &'static str, text: String) -> &'static Sql {
    static MADE: Mutex<BTreeMap<String, &'static Sql>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(text).or_insert_with_key(|text| {
        let text: &'static str = Box::leak(text.clone().into_boxed_str());
        Box::leak(Box::new(Sql::new(name, text)))
    })
}

impl Table {
    fn list(&self) -> String {
        self.columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn key_columns(&self) -> impl Iterator<Item = &(String, Kind)> {
        self.key.iter().filter_map(|place| self.columns.get(*place))
    }

    fn values(&self, row: &Row) -> Result<Values, DbError> {
        self.columns.iter().map(|(name, kind)| kind.read(row, name)).collect()
    }

    /// The key of a row.
    pub fn key_of(&self, row: &[Param]) -> Values {
        self.key.iter().filter_map(|place| row.get(*place)).cloned().collect()
    }

    /// Up to `limit` rows after a key, in the order of the keys; from the first where none is given.
    pub async fn page(
        &self,
        tx: &mut Tx,
        after: Option<&Values>,
        limit: u32,
    ) -> Result<Vec<Values>, DbError> {
        let keys: Vec<&str> = self.key_columns().map(|(name, _)| name.as_str()).collect();
        let marks: Vec<String> = (1..=keys.len()).map(|n| format!("${n}")).collect();
        let (columns, keys, marks, last) =
            (self.list(), keys.join(", "), marks.join(", "), self.key.len() + 1);
        let text = format!(
            "SELECT {columns} FROM {} WHERE ({keys}) > ({marks}) ORDER BY {keys} LIMIT ${last}",
            self.name
        );
        let least = || self.key_columns().map(|(_, kind)| kind.least()).collect();
        let mut params = after.cloned().unwrap_or_else(least);
        params.push(Param::Int(Some(i64::from(limit))));
        let rows = tx.all(statement("COPY_PAGE", text), &params).await?;
        rows.iter().map(|row| self.values(row)).collect()
    }

    /// The rows whose `column` holds this text.
    pub async fn rows_of(&self, tx: &mut Tx, column: &str, owner: &str) -> Result<Vec<Values>, DbError> {
        let text = format!("SELECT {} FROM {} WHERE {column} = $1", self.list(), self.name);
        let rows = tx.all(statement("COPY_ROWS_OF", text), &[owner.into()]).await?;
        rows.iter().map(|row| self.values(row)).collect()
    }

    /// Removes the rows whose `column` holds this text.
    pub async fn remove_of(&self, tx: &mut Tx, column: &str, owner: &str) -> Result<(), DbError> {
        let text = format!("DELETE FROM {} WHERE {column} = $1", self.name);
        tx.exec(statement("COPY_REMOVE_OF", text), &[owner.into()]).await.map(drop)
    }

    /// Puts a row in; over the one that has its key.
    pub async fn put(&self, tx: &mut Tx, row: &Values) -> Result<(), DbError> {
        let marks: Vec<String> = (1..=self.columns.len()).map(|n| format!("${n}")).collect();
        let keys: Vec<&str> = self.key_columns().map(|(name, _)| name.as_str()).collect();
        let others = self.columns.iter().enumerate().filter(|(place, _)| !self.key.contains(place));
        let set: Vec<String> = others.map(|(_, (name, _))| format!("{name} = excluded.{name}")).collect();
        let clash =
            if set.is_empty() { String::from("NOTHING") } else { format!("UPDATE SET {}", set.join(", ")) };
        let text = format!(
            "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO {clash}",
            self.name,
            self.list(),
            marks.join(", "),
            keys.join(", ")
        );
        tx.exec(statement("COPY_PUT", text), row).await.map(drop)
    }

    /// Whether its rows name other rows of it: then they are put in twice, first without those names.
    pub fn names_itself(&self) -> bool {
        self.own.is_some()
    }

    /// The row, naming no other row of its table.
    pub fn alone(&self, row: &Values) -> Values {
        let mut row = row.clone();
        if let Some(own) = self.own.and_then(|place| row.get_mut(place)) {
            *own = Param::Text(None);
        }
        row
    }
}
