//! Every table of bound rows: its columns in the order in which `Bind` takes them, which is that of the
//! schema, and where its sealed columns lie.

use strongroom_storage::sql::{Param, Row, Sql};

use crate::kernel::bound::Bind;
use crate::kernel::error::Result;

use super::store;

/// What a column holds.
#[derive(Clone, Copy)]
pub(super) enum Holds {
    Text,
    Int,
    Bytes,
    Bool,
    /// Text that the table got when it had rows: bound where there is one.
    Later,
    /// Bytes that may be null, bound as hexadecimal text.
    Hex,
}

/// A part of a row's key.
#[derive(Clone, Copy)]
pub(super) enum KeyPart {
    Text(&'static str),
    Int(&'static str),
}

/// The key under which a table's columns are sealed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Under {
    System,
    Client,
    Matter,
    Record,
    /// A key of its own below a number of records.
    Upload,
}

/// The version in a sealed column's context.
#[derive(Clone, Copy)]
pub(super) enum Version {
    /// Always 1.
    One,
    /// That column's value.
    Of(&'static str),
}

/// See the module.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) page: &'static Sql,
    pub(super) key: &'static [KeyPart],
    pub(super) columns: &'static [(&'static str, Holds)],
    /// The columns `sealed_<name>`.
    pub(super) sealed: &'static [(&'static str, &'static str)],
    pub(super) under: Under,
    pub(super) version: Version,
}

impl Table {
    /// The cursor before the first row.
    pub(super) fn start(&self) -> Vec<Param> {
        self.key
            .iter()
            .map(|part| match part {
                KeyPart::Text(_) => Param::Text(Some(String::new())),
                KeyPart::Int(_) => Param::Int(Some(i64::MIN)),
            })
            .collect()
    }

    /// The cursor at a row.
    pub(super) fn at(&self, row: &Row) -> Result<Vec<Param>> {
        self.key
            .iter()
            .map(|part| {
                Ok(match part {
                    KeyPart::Text(column) => Param::Text(Some(row.get(column)?)),
                    KeyPart::Int(column) => Param::Int(Some(row.get(column)?)),
                })
            })
            .collect()
    }

    /// The row's key in words: its parts, a slash between them.
    pub(super) fn id(&self, row: &Row) -> Result<String> {
        let parts = self.key.iter().map(|part| {
            Ok(match part {
                KeyPart::Text(column) => row.get::<String>(column)?,
                KeyPart::Int(column) => row.get::<i64>(column)?.to_string(),
            })
        });
        Ok(parts.collect::<Result<Vec<String>>>()?.join("/"))
    }

    /// The canonical form of a row.
    pub(super) fn bind(&self, row: &Row) -> Result<Bind> {
        let mut bind = Bind::table(self.name);
        for (column, holds) in self.columns {
            bind = match holds {
                Holds::Text => bind.opt_text(row.get::<Option<String>>(column)?.as_deref()),
                Holds::Later => bind.later_text(row.get::<Option<String>>(column)?.as_deref()),
                Holds::Int => bind.opt_int(row.get(column)?),
                Holds::Bytes => bind.bytes(&row.get::<Vec<u8>>(column)?),
                Holds::Bool => bind.int(i64::from(row.get::<bool>(column)?)),
                Holds::Hex => bind.opt_text(row.get::<Option<Vec<u8>>>(column)?.map(hex::encode).as_deref()),
            };
        }
        Ok(bind)
    }
}

use Holds::{Bool, Bytes, Hex, Int, Later, Text};

macro_rules! tables {
    ($($name:literal, $page:ident, [$($key:expr),*], $under:ident, $version:expr, sealed [$($sealed:literal),*], { $($column:literal $holds:ident),* })*) => {
        /// Every table of bound rows.
        pub(super) const TABLES: &[Table] = &[$(Table {
            name: $name,
            page: &store::$page,
            key: &[$($key),*],
            columns: &[$(($column, $holds)),*],
            sealed: &[$((concat!("sealed_", $sealed), $sealed)),*],
            under: Under::$under,
            version: $version,
        }),*];
    };
}

use KeyPart::{Int as N, Text as T};
use Version::{Of, One};

tables! {
    "firm", P_FIRM, [T("firm_id")], System, One, sealed ["name"], {
        "firm_id" Text, "origin" Text, "created_at" Int, "lone_administrator" Bool, "policies" Bytes, "sealed_name" Bytes }
    "counter", P_COUNTER, [T("name")], System, One, sealed [], { "name" Text, "value" Int }
    "policy_file", P_POLICY_FILE, [T("name")], System, One, sealed [], { "name" Text, "text" Text }
    "policy_proposal", P_POLICY_PROPOSAL, [T("proposal_id")], System, One, sealed ["reason"], {
        "proposal_id" Text, "source" Text, "files" Text, "digest" Bytes, "instead_of" Bytes, "proposed_by" Text, "proposed_at" Int, "state" Text,
        "decided_by" Text, "decided_at" Int, "sealed_reason" Bytes }
    "policy_replaced", P_POLICY_REPLACED, [T("proposal_id")], System, One, sealed [], { "proposal_id" Text, "files" Text }
    "authority_set", P_AUTHORITY_SET, [T("set_id")], System, One, sealed [], { "set_id" Text, "version" Int, "digest" Bytes }
    "staff", P_STAFF, [T("staff_id")], System, Of("row_version"), sealed ["name", "email"], {
        "staff_id" Text, "client_id" Text, "sealed_name" Bytes, "sealed_email" Bytes, "email_index" Bytes, "created_at" Int, "row_version" Int }
    "standing", P_STANDING, [T("staff_id"), N("since")], System, One, sealed [], {
        "staff_id" Text, "since" Int, "until" Int, "role" Text, "state" Text }
    "credential", P_CREDENTIAL, [T("credential_id")], System, One, sealed ["secret"], {
        "credential_id" Text, "staff_id" Text, "kind" Text, "sealed_secret" Bytes, "lookup" Hex, "created_at" Int, "expires_at" Int,
        "used" Int, "ended_at" Int }
    "session", P_SESSION, [T("session_id")], System, One, sealed ["place"], {
        "session_id" Text, "staff_id" Text, "secret_hash" Bytes, "created_at" Int, "seen_at" Int, "stepped_up_at" Int, "ended_at" Int,
        "sealed_place" Bytes }
    "token", P_TOKEN, [T("token_id")], System, One, sealed ["name"], {
        "token_id" Text, "staff_id" Text, "secret_hash" Bytes, "scopes" Text, "created_at" Int, "expires_at" Int, "seen_at" Int, "ended_at" Int, "sealed_name" Bytes }
    "staff_group", P_GROUP, [T("group_id")], System, Of("row_version"), sealed ["name"], {
        "group_id" Text, "sealed_name" Bytes, "created_at" Int, "row_version" Int }
    "group_member", P_MEMBER, [T("group_id"), T("staff_id"), N("since")], System, One, sealed [], {
        "group_id" Text, "staff_id" Text, "since" Int, "until" Int }
    "approval", P_APPROVAL, [T("approval_id")], System, One, sealed ["reason"], {
        "approval_id" Text, "kind" Text, "staff_id" Text, "role" Text, "asked_by" Text, "asked_at" Int, "state" Text, "decided_by" Text,
        "decided_at" Int, "sealed_reason" Bytes }
    "client", P_CLIENT, [T("client_id")], Client, Of("row_version"), sealed ["name", "reference"], {
        "client_id" Text, "number" Int, "sealed_name" Bytes, "sealed_reference" Bytes, "created_at" Int, "row_version" Int,
        "created_by" Later }
    "matter", P_MATTER, [T("matter_id")], Matter, Of("row_version"), sealed ["name", "reference"], {
        "matter_id" Text, "client_id" Text, "number" Int, "state" Text, "opened_at" Int, "closed_at" Int, "sealed_name" Bytes,
        "sealed_reference" Bytes, "row_version" Int }
    "seat", P_SEAT, [T("seat_id")], System, One, sealed [], {
        "seat_id" Text, "matter_id" Text, "staff_id" Text, "seat" Text, "since" Int, "until" Int, "given_by" Text, "ended_by" Text }
    "wall", P_WALL, [T("wall_id")], Client, Of("row_version"), sealed ["name", "reason"], {
        "wall_id" Text, "number" Int, "kind" Text, "made_at" Int, "made_by" Text, "ended_at" Int, "reviewed_at" Int, "sealed_name" Bytes,
        "sealed_reason" Bytes, "row_version" Int }
    "wall_part", P_WALL_PART, [T("wall_id"), T("thing_id"), N("since")], System, One, sealed [], {
        "wall_id" Text, "thing_id" Text, "since" Int, "until" Int }
    "folder", P_FOLDER, [T("folder_id")], Matter, Of("row_version"), sealed ["name"], {
        "folder_id" Text, "matter_id" Text, "parent_id" Text, "name_index" Bytes, "sealed_name" Bytes, "labels" Text, "created_at" Int,
        "row_version" Int }
    "record", P_RECORD, [T("record_id")], Record, Of("row_version"), sealed ["title"], {
        "record_id" Text, "matter_id" Text, "folder_id" Text, "number" Int, "labels" Text, "version" Int, "size" Int, "created_at" Int,
        "created_by" Text, "changed_at" Int, "sealed_title" Bytes, "row_version" Int }
    "record_version", P_VERSION, [T("record_id"), N("version")], Record, Of("version"), sealed ["facts"], {
        "record_id" Text, "version" Int, "matter_id" Text, "blob" Text, "size" Int, "content_index" Bytes, "sealed_facts" Bytes,
        "created_at" Int, "created_by" Text }
    "upload", P_UPLOAD, [T("upload_id")], Upload, One, sealed ["meta"], {
        "upload_id" Text, "matter_id" Text, "staff_id" Text, "number" Int, "length" Int, "received" Int, "state" Text, "record_id" Text,
        "created_at" Int, "expires_at" Int, "sealed_meta" Bytes }
}
