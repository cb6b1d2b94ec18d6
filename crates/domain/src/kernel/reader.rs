//! One way to ask the database, whether inside the operation's transaction or beside it.

use strongroom_storage::sql::{Db, Param, Row, Sql, Tx};

use super::error::{Error, Result};

#[cfg(test)]
thread_local! {
    /// How many statements and decisions were asked for on this thread, for tests that hold two paths to the same length.
    pub(crate) static ASKED: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

pub(super) fn count() {
    #[cfg(test)]
    ASKED.with(|asked| asked.set(asked.get() + 1));
}

/// Where a query runs.
pub enum Reader<'a> {
    /// On the read pool.
    Db(&'a Db),
    /// Inside a transaction.
    Tx(&'a mut Tx),
}

impl Reader<'_> {
    /// Every row.
    ///
    /// # Errors
    /// Storage.
    pub async fn all(&mut self, sql: &'static Sql, params: &[Param]) -> Result<Vec<Row>> {
        count();
        Ok(match self {
            Self::Db(db) => db.all(sql, params).await?,
            Self::Tx(tx) => tx.all(sql, params).await?,
        })
    }

    /// One row or none.
    ///
    /// # Errors
    /// Storage.
    pub async fn optional(&mut self, sql: &'static Sql, params: &[Param]) -> Result<Option<Row>> {
        count();
        Ok(match self {
            Self::Db(db) => db.optional(sql, params).await?,
            Self::Tx(tx) => tx.optional(sql, params).await?,
        })
    }

    /// Exactly one row.
    ///
    /// # Errors
    /// Storage, or there is none.
    pub async fn one(&mut self, sql: &'static Sql, params: &[Param]) -> Result<Row> {
        count();
        Ok(match self {
            Self::Db(db) => db.one(sql, params).await?,
            Self::Tx(tx) => tx.one(sql, params).await?,
        })
    }

    /// Changes rows; only inside a transaction.
    ///
    /// # Errors
    /// Storage, or not inside a transaction.
    pub async fn exec(&mut self, sql: &'static Sql, params: &[Param]) -> Result<u64> {
        match self {
            Self::Db(_) => Err(Error::Internal(String::from("a change outside a transaction"))),
            Self::Tx(tx) => Ok(tx.exec(sql, params).await?),
        }
    }
}
