//! Rows of people and of what waits for a second person, each with its seal.

use strongroom_seal::Entropy;
use strongroom_storage::params;
use strongroom_storage::sql::{Param, Row};
use zeroize::Zeroizing;

use crate::features::session::model::{digest, email_index};
use crate::kernel::actor::Role;
use crate::kernel::bound::Bind;
use crate::kernel::clock::{DAY, Micros};
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::{PersonFacts, Standing, bind_standing, id_of};
use crate::kernel::id::{ApprovalId, ClientId, StaffId};
use crate::kernel::operation::WriteTx;
use crate::kernel::repeat::Answer;
use crate::kernel::text::{Email, Name};
use crate::kernel::vault::{Column, Vault};

use super::store;

/// How long an enrolment link lasts.
pub(crate) const LINK_LASTS: Micros = 7 * DAY;

/// An enrolment link: shown once, to whoever invited.
pub struct Link {
    /// The part of the address that is secret: 43 letters, digits, `-` and `_`.
    pub secret: Zeroizing<String>,
    /// When it ends.
    pub expires_at: Micros,
}

/// Shown once: nothing of it is remembered.
impl Answer for Link {
    fn made(&self) -> String {
        String::new()
    }

    fn again(_: &str) -> Option<Self> {
        None
    }
}

/// By what a link is found; 256 bits, so that nobody guesses it.
pub(crate) fn link_lookup(vault: &Vault, secret: &str) -> Result<[u8; 32]> {
    digest(vault, "enrolment link", &[secret.as_bytes()])
}

/// A person's row.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: StaffId,
    pub(crate) client: Option<ClientId>,
    pub(crate) sealed_name: Vec<u8>,
    pub(crate) sealed_email: Vec<u8>,
    pub(crate) email_index: Vec<u8>,
    pub(crate) created_at: Micros,
    pub(crate) row_version: i64,
}

impl Person {
    /// A new person, sealed.
    pub(crate) fn new(
        vault: &Vault,
        entropy: &dyn Entropy,
        id: StaffId,
        now: Micros,
        (name, email): (&Name, &Email),
        client: Option<ClientId>,
    ) -> Result<Self> {
        let row = id.to_string();
        let at = |column| Column { table: "staff", row: &row, column, version: 1 };
        Ok(Self {
            id,
            client,
            sealed_name: vault.seal_system(at("name"), entropy, name.as_str().as_bytes())?,
            sealed_email: vault.seal_system(at("email"), entropy, email.as_str().as_bytes())?,
            email_index: email_index(vault, email.as_str())?.to_vec(),
            created_at: now,
            row_version: 1,
        })
    }

    /// The canonical form of the row.
    pub(crate) fn bind(&self) -> Bind {
        Bind::table("staff")
            .text(&self.id.to_string())
            .opt_text(self.client.map(|c| c.to_string()).as_deref())
            .bytes(&self.sealed_name)
            .bytes(&self.sealed_email)
            .bytes(&self.email_index)
            .int(self.created_at)
            .int(self.row_version)
    }

    /// Reads a row and checks its seal.
    pub(crate) fn read(row: &Row, vault: &Vault) -> Result<Self> {
        let client: Option<String> = row.get("client_id")?;
        let person = Self {
            id: id_of(row, "staff_id")?,
            client: client.as_deref().and_then(ClientId::parse),
            sealed_name: row.get("sealed_name")?,
            sealed_email: row.get("sealed_email")?,
            email_index: row.get("email_index")?,
            created_at: row.get("created_at")?,
            row_version: row.get("row_version")?,
        };
        person.bind().check(vault, &row.get::<Vec<u8>>("mac")?, &person.id.to_string())?;
        Ok(person)
    }

    /// The values that insert it.
    pub(crate) fn values(&self, vault: &Vault) -> Result<[Param; 8]> {
        Ok(params![
            self.id.to_string(),
            self.client.map(|c| c.to_string()),
            self.sealed_name.clone(),
            self.sealed_email.clone(),
            self.email_index.clone(),
            self.created_at,
            self.row_version,
            self.bind().mac(vault)?
        ])
    }
}

/// The values that insert a standing without end.
pub(crate) fn standing_values(
    vault: &Vault,
    id: StaffId,
    since: Micros,
    role: Role,
    state: &str,
) -> Result<[Param; 5]> {
    let standing = Standing { since, until: None, role, state: state.to_owned() };
    Ok(params![id.to_string(), since, role.word(), state, bind_standing(id, &standing).mac(vault)?])
}

/// The present standing.
pub(crate) fn standing(person: &PersonFacts, now: Micros) -> Result<&Standing> {
    person.at(now).ok_or(Error::NotFound)
}

/// Ends the present standing and begins the next. Whoever calls it touches the person's set.
pub(crate) async fn stand(tx: &mut WriteTx<'_>, person: &PersonFacts, role: Role, state: &str) -> Result<()> {
    let now = tx.now();
    let mut old = standing(person, now)?.clone();
    if old.since == now {
        // begun in this very microsecond: it never held
        let next = Standing { since: now, until: None, role, state: state.to_owned() };
        let mac = bind_standing(person.id, &next).mac(tx.vault())?;
        let values = params![role.word(), state, mac, person.id.to_string(), now];
        return tx.exec_one(&store::STANDING_NOW, &values).await;
    }
    old.until = Some(now);
    let mac = bind_standing(person.id, &old).mac(tx.vault())?;
    tx.exec_one(&store::STANDING_END, &params![now, mac, person.id.to_string(), old.since]).await?;
    let values = standing_values(tx.vault(), person.id, now, role, state)?;
    tx.exec_one(&store::STANDING_INSERT, &values).await
}

/// What waits for a second person, or was decided by one.
#[derive(Clone)]
pub(crate) struct Approval {
    pub(crate) id: ApprovalId,
    pub(crate) kind: String,
    pub(crate) staff: StaffId,
    pub(crate) role: Option<Role>,
    pub(crate) asked_by: StaffId,
    pub(crate) asked_at: Micros,
    pub(crate) state: String,
    pub(crate) decided_by: Option<StaffId>,
    pub(crate) decided_at: Option<Micros>,
    pub(crate) sealed_reason: Vec<u8>,
}

impl Approval {
    /// The canonical form of the row.
    pub(crate) fn bind(&self) -> Bind {
        Bind::table("approval")
            .text(&self.id.to_string())
            .text(&self.kind)
            .text(&self.staff.to_string())
            .opt_text(self.role.map(Role::word))
            .text(&self.asked_by.to_string())
            .int(self.asked_at)
            .text(&self.state)
            .opt_text(self.decided_by.map(|d| d.to_string()).as_deref())
            .opt_int(self.decided_at)
            .bytes(&self.sealed_reason)
    }

    /// Reads a row and checks its seal.
    pub(crate) fn read(row: &Row, vault: &Vault) -> Result<Self> {
        let role: Option<String> = row.get("role")?;
        let decided_by: Option<String> = row.get("decided_by")?;
        let approval = Self {
            id: id_of(row, "approval_id")?,
            kind: row.get("kind")?,
            staff: id_of(row, "staff_id")?,
            role: role.as_deref().and_then(Role::parse),
            asked_by: id_of(row, "asked_by")?,
            asked_at: row.get("asked_at")?,
            state: row.get("state")?,
            decided_by: decided_by.as_deref().and_then(StaffId::parse),
            decided_at: row.get("decided_at")?,
            sealed_reason: row.get("sealed_reason")?,
        };
        approval.bind().check(vault, &row.get::<Vec<u8>>("mac")?, &approval.id.to_string())?;
        Ok(approval)
    }

    /// Where its reason lies.
    pub(crate) const fn column(row: &str) -> Column<'_> {
        Column { table: "approval", row, column: "reason", version: 1 }
    }
}
