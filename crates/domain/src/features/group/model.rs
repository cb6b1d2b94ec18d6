//! The row of a group, with its seal.

use strongroom_storage::sql::Row;

use crate::kernel::bound::Bind;
use crate::kernel::clock::Micros;
use crate::kernel::error::Result;
use crate::kernel::facts::id_of;
use crate::kernel::id::GroupId;
use crate::kernel::vault::{Column, Vault};

/// A group.
#[derive(Clone)]
pub(crate) struct Group {
    pub(crate) id: GroupId,
    pub(crate) sealed_name: Vec<u8>,
    pub(crate) created_at: Micros,
    pub(crate) row_version: i64,
}

impl Group {
    /// The canonical form of the row.
    pub(crate) fn bind(&self) -> Bind {
        Bind::table("staff_group")
            .text(&self.id.to_string())
            .bytes(&self.sealed_name)
            .int(self.created_at)
            .int(self.row_version)
    }

    /// Reads a row and checks its seal.
    pub(crate) fn read(row: &Row, vault: &Vault) -> Result<Self> {
        let group = Self {
            id: id_of(row, "group_id")?,
            sealed_name: row.get("sealed_name")?,
            created_at: row.get("created_at")?,
            row_version: row.get("row_version")?,
        };
        group.bind().check(vault, &row.get::<Vec<u8>>("mac")?, &group.id.to_string())?;
        Ok(group)
    }

    /// Where its name lies.
    pub(crate) const fn column(row: &str, version: i64) -> Column<'_> {
        Column { table: "staff_group", row, column: "name", version }
    }
}
