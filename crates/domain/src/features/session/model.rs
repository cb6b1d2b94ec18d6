//! Rows by which people sign in, each with its seal.

use strongroom_storage::sql::Row;

use crate::kernel::blind;
use crate::kernel::bound::Bind;
use crate::kernel::clock::Micros;
use crate::kernel::error::Result;
use crate::kernel::facts::id_of;
use crate::kernel::id::{CredentialId, SessionId, StaffId, TokenId};
use crate::kernel::strongroom::Settings;
use crate::kernel::vault::{Column, Vault};
use crate::kernel::verb::Scope;

/// A password, authenticator, recovery code or enrolment link.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(crate) id: CredentialId,
    pub(crate) staff: StaffId,
    pub(crate) kind: String,
    pub(crate) sealed_secret: Vec<u8>,
    pub(crate) lookup: Option<Vec<u8>>,
    pub(crate) created_at: Micros,
    pub(crate) expires_at: Option<Micros>,
    pub(crate) used: i64,
    pub(crate) ended_at: Option<Micros>,
}

impl Credential {
    /// The canonical form of the row.
    pub(crate) fn bind(&self) -> Bind {
        Bind::table("credential")
            .text(&self.id.to_string())
            .text(&self.staff.to_string())
            .text(&self.kind)
            .bytes(&self.sealed_secret)
            .opt_text(self.lookup.as_ref().map(hex::encode).as_deref())
            .int(self.created_at)
            .opt_int(self.expires_at)
            .int(self.used)
            .opt_int(self.ended_at)
    }

    /// Reads a row and checks its seal.
    pub(crate) fn read(row: &Row, vault: &Vault) -> Result<Self> {
        let credential = Self {
            id: id_of(row, "credential_id")?,
            staff: id_of(row, "staff_id")?,
            kind: row.get("kind")?,
            sealed_secret: row.get("sealed_secret")?,
            lookup: row.get("lookup")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
            used: row.get("used")?,
            ended_at: row.get("ended_at")?,
        };
        credential.bind().check(vault, &row.get::<Vec<u8>>("mac")?, &credential.id.to_string())?;
        Ok(credential)
    }

    /// Where its secret lies.
    pub(crate) const fn column(row: &str) -> Column<'_> {
        Column { table: "credential", row, column: "secret", version: 1 }
    }
}

/// A signed-in browser.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) staff: StaffId,
    pub(crate) secret_hash: Vec<u8>,
    pub(crate) created_at: Micros,
    pub(crate) seen_at: Micros,
    pub(crate) stepped_up_at: Option<Micros>,
    pub(crate) ended_at: Option<Micros>,
    pub(crate) sealed_place: Vec<u8>,
}

impl Session {
    /// The canonical form of the row.
    pub(crate) fn bind(&self) -> Bind {
        Bind::table("session")
            .text(&self.id.to_string())
            .text(&self.staff.to_string())
            .bytes(&self.secret_hash)
            .int(self.created_at)
            .int(self.seen_at)
            .opt_int(self.stepped_up_at)
            .opt_int(self.ended_at)
            .bytes(&self.sealed_place)
    }

    /// Reads a row and checks its seal.
    pub(crate) fn read(row: &Row, vault: &Vault) -> Result<Self> {
        let session = Self {
            id: id_of(row, "session_id")?,
            staff: id_of(row, "staff_id")?,
            secret_hash: row.get("secret_hash")?,
            created_at: row.get("created_at")?,
            seen_at: row.get("seen_at")?,
            stepped_up_at: row.get("stepped_up_at")?,
            ended_at: row.get("ended_at")?,
            sealed_place: row.get("sealed_place")?,
        };
        session.bind().check(vault, &row.get::<Vec<u8>>("mac")?, &session.id.to_string())?;
        Ok(session)
    }

    /// True while it carries requests.
    pub(crate) fn holds(&self, now: Micros, settings: &Settings) -> bool {
        (self.ended_at.is_none() || blind::to("session-end"))
            && (now < self.seen_at.saturating_add(settings.session_idle) || blind::to("session-idle"))
            && (now < self.created_at.saturating_add(settings.session_overall)
                || blind::to("session-overall"))
    }

    /// Where its place lies.
    pub(crate) const fn column(row: &str) -> Column<'_> {
        Column { table: "session", row, column: "place", version: 1 }
    }
}

/// A personal access token.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) id: TokenId,
    pub(crate) staff: StaffId,
    pub(crate) secret_hash: Vec<u8>,
    pub(crate) scopes: String,
    pub(crate) created_at: Micros,
    pub(crate) expires_at: Micros,
    /// When it last carried a request, to the hour.
    pub(crate) seen_at: Option<Micros>,
    pub(crate) ended_at: Option<Micros>,
    pub(crate) sealed_name: Vec<u8>,
}

impl Token {
    /// The canonical form of the row.
    pub(crate) fn bind(&self) -> Bind {
        Bind::table("token")
            .text(&self.id.to_string())
            .text(&self.staff.to_string())
            .bytes(&self.secret_hash)
            .text(&self.scopes)
            .int(self.created_at)
            .int(self.expires_at)
            .opt_int(self.seen_at)
            .opt_int(self.ended_at)
            .bytes(&self.sealed_name)
    }

    /// Reads a row and checks its seal.
    pub(crate) fn read(row: &Row, vault: &Vault) -> Result<Self> {
        let token = Self {
            id: id_of(row, "token_id")?,
            staff: id_of(row, "staff_id")?,
            secret_hash: row.get("secret_hash")?,
            scopes: row.get("scopes")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
            seen_at: row.get("seen_at")?,
            ended_at: row.get("ended_at")?,
            sealed_name: row.get("sealed_name")?,
        };
        token.bind().check(vault, &row.get::<Vec<u8>>("mac")?, &token.id.to_string())?;
        Ok(token)
    }

    /// What it may be used for.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        self.scopes.split(' ').filter_map(Scope::parse).collect()
    }

    /// Where its name lies.
    pub(crate) const fn column(row: &str) -> Column<'_> {
        Column { table: "token", row, column: "name", version: 1 }
    }
}

/// The blind index of an address, by which a row of staff is found.
pub(crate) fn email_index(vault: &Vault, email: &str) -> Result<[u8; 16]> {
    vault.with_system(|keys| keys.blind.blind_index("staff email", email))
}

/// What is stored of a secret of 256 bits: its digest under the system key.
pub(crate) fn digest(vault: &Vault, label: &str, parts: &[&[u8]]) -> Result<[u8; 32]> {
    vault.with_system(|keys| keys.blind.mac(label, parts))
}
