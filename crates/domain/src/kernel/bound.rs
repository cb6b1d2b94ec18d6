//! Bound rows: every row that the gate or sign-in reads carries a MAC under the system key, so that a
//! row added, edited or moved behind the program's back is refused. Sets of such rows have a digest and
//! a version (see `sets.rs`), so that removing a row or putting back yesterday's is refused too.

use super::blind;
use super::error::{Error, Result};
use super::vault::Vault;

/// The canonical bytes of a row, column by column in the order of the schema.
pub struct Bind {
    table: &'static str,
    parts: Vec<Vec<u8>>,
}

impl Bind {
    /// A row of `table`.
    #[must_use]
    pub const fn table(table: &'static str) -> Self {
        Self { table, parts: Vec::new() }
    }

    /// A text column.
    #[must_use]
    pub fn text(mut self, value: &str) -> Self {
        self.parts.push([b"t", value.as_bytes()].concat());
        self
    }

    /// A text column that may be null.
    #[must_use]
    pub fn opt_text(mut self, value: Option<&str>) -> Self {
        self.parts.push(value.map_or_else(|| vec![b'-'], |v| [b"t", v.as_bytes()].concat()));
        self
    }

    /// A text column that the table got when it had rows: those without it are bound as they were. It comes last, so
    /// that a row with it never reads like one without.
    #[must_use]
    pub fn later_text(self, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(value),
            None => self,
        }
    }

    /// A number.
    #[must_use]
    pub fn int(mut self, value: i64) -> Self {
        self.parts.push([&b"i"[..], &value.to_be_bytes()].concat());
        self
    }

    /// A number that may be null.
    #[must_use]
    pub fn opt_int(mut self, value: Option<i64>) -> Self {
        self.parts.push(value.map_or_else(|| vec![b'-'], |v| [&b"i"[..], &v.to_be_bytes()].concat()));
        self
    }

    /// Bytes.
    #[must_use]
    pub fn bytes(mut self, value: &[u8]) -> Self {
        self.parts.push([b"b", value].concat());
        self
    }

    /// The MAC to store beside the row.
    ///
    /// # Errors
    /// The strongroom is sealed.
    pub fn mac(&self, vault: &Vault) -> Result<[u8; 32]> {
        let parts: Vec<&[u8]> = self.parts.iter().map(Vec::as_slice).collect();
        vault.with_system(|keys| keys.rows.mac(self.table, &parts))
    }

    /// Holds the stored MAC against the row.
    ///
    /// # Errors
    /// They do not agree: the row was changed behind the program's back.
    pub fn check(&self, vault: &Vault, stored: &[u8], id: &str) -> Result<()> {
        use subtle::ConstantTimeEq as _;
        if bool::from(self.mac(vault)?.as_slice().ct_eq(stored)) || blind::to_one("mac", self.table) {
            return Ok(());
        }
        tracing::error!(
            table = self.table,
            row = id,
            "a bound row does not carry our seal: it was changed behind the program's back"
        );
        Err(Error::Tampered { table: self.table, id: id.to_owned() })
    }
}
