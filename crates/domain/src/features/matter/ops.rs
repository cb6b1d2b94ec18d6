//! Opening, renaming, closing and reopening matters.

use strongroom_storage::params;

use crate::kernel::actor::Role;
use crate::kernel::directory::{Known, MatterName};
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::MatterFacts;
use crate::kernel::id::{ClientId, MatterId, StaffId};
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::sets::Set;
use crate::kernel::target::{Subject, Target};
use crate::kernel::text::{Name, Reason, Reference};
use crate::kernel::vault::{Column, KeyOf, Numbered};
use crate::kernel::verb::Verb;

use super::{seats, store};

/// Opens a matter. A partner who opens one leads it; a records manager names the lead.
pub struct OpenMatter {
    /// Its client.
    pub client: ClientId,
    /// Its name.
    pub name: Name,
    /// The firm's reference.
    pub reference: Reference,
    /// Who leads, where a records manager opens it.
    pub lead: Option<StaffId>,
}

impl Operation for OpenMatter {
    const VERB: Verb = Verb::MatterCreate;
    const NUMBERS: Option<Numbered> = Some(Numbered::Matter);
    type Output = MatterId;

    fn target(&self) -> Target {
        Target::Client(self.client)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<MatterId>> {
        let me = tx.ctx().me()?;
        let mine = seats::role_of(tx, me).await?;
        let lead = match (mine, self.lead) {
            (Role::Partner, None) => me,
            (_, Some(lead)) => lead,
            (_, None) => return Err(Error::invalid("lead", "Name who leads the matter.")),
        };
        // the client's walls hold for its new matter too; to refuse a lead whom they bar would tell of them
        on.need_client()?;
        let id: MatterId = tx.new_id();
        tx.touch(Set::Seats(id)).await?;
        let number = tx.vault().next_number(Numbered::Matter)?;
        let mut matter = MatterFacts {
            id,
            client: self.client,
            number,
            open: true,
            opened_at: tx.now(),
            closed_at: None,
            sealed_name: Vec::new(),
            sealed_reference: Vec::new(),
            row_version: 1,
            seats: Vec::new(),
            walls: Vec::new(),
        };
        seal_names(tx, &mut matter, self.name.as_str(), self.reference.as_str())?;
        let values = params![
            id.to_string(),
            matter.client.to_string(),
            i64::from(number),
            "open",
            matter.opened_at,
            None::<i64>,
            matter.sealed_name.clone(),
            matter.sealed_reference.clone(),
            matter.row_version,
            matter.bind().mac(tx.vault())?
        ];
        tx.exec_one(&store::MATTER_INSERT, &values).await?;
        seats::insert(tx, id, lead, "lead", None).await?;
        let (name, reference) = (self.name.as_str().to_owned(), self.reference.as_str().to_owned());
        tx.learn(Known::Matter(id, MatterName { client: self.client, name, reference }));
        let mut facts = Facts::about([id.any(), lead.any()])
            .told(id.any(), KeyOf::Matter(number), "name", self.name.as_str())
            .told(id.any(), KeyOf::Matter(number), "lead", lead.to_string());
        facts.matter = Some(id.any());
        Ok(Done::recording(id, facts))
    }
}

/// Changes a matter's name and reference.
pub struct RenameMatter {
    /// The matter.
    pub matter: MatterId,
    /// Its new name; unchanged where none is given.
    pub name: Option<Name>,
    /// The new reference; unchanged where none is given.
    pub reference: Option<Reference>,
    /// The version that the caller read.
    pub version: Option<i64>,
}

impl Operation for RenameMatter {
    const VERB: Verb = Verb::MatterRename;
    type Output = i64;

    fn target(&self) -> Target {
        Target::Matter(self.matter)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<i64>> {
        let old = on.need_matter()?;
        let before = tx.ctx().room().directory().matter(tx.permit(), old.id).ok_or(Error::NotFound)?;
        let name = self.name.as_ref().map_or(before.name.as_str(), Name::as_str);
        let reference = self.reference.as_ref().map_or(before.reference.as_str(), Reference::as_str);
        if self.name.is_none() && self.reference.is_none() {
            return Err(Error::invalid("name", "Say what is to change: name, reference or state."));
        }
        if (name, reference) == (before.name.as_str(), before.reference.as_str()) {
            return Err(Error::conflict("matter.same", "The matter is called so already."));
        }
        let version = update(tx, old, self.version, old.open, name, reference).await?;
        let facts = Facts::default().told(old.id.any(), KeyOf::Matter(old.number), "name", name).told(
            old.id.any(),
            KeyOf::Matter(old.number),
            "name_before",
            before.name.clone(),
        );
        let (name, reference) = (name.to_owned(), reference.to_owned());
        tx.learn(Known::Matter(old.id, MatterName { client: old.client, name, reference }));
        Ok(Done::recording(version, facts))
    }
}

/// Closes a matter: from then on it is read-only.
pub struct CloseMatter {
    /// The matter.
    pub matter: MatterId,
    /// Why.
    pub reason: Option<Reason>,
    /// The version that the caller read.
    pub version: Option<i64>,
}

impl Operation for CloseMatter {
    const VERB: Verb = Verb::MatterClose;
    type Output = i64;

    fn target(&self) -> Target {
        Target::Matter(self.matter)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<i64>> {
        set_state(tx, on, self.version, false, self.reason).await
    }
}

/// Reopens a closed matter.
pub struct ReopenMatter {
    /// The matter.
    pub matter: MatterId,
    /// Why.
    pub reason: Option<Reason>,
    /// The version that the caller read.
    pub version: Option<i64>,
}

impl Operation for ReopenMatter {
    const VERB: Verb = Verb::MatterReopen;
    type Output = i64;

    fn target(&self) -> Target {
        Target::Matter(self.matter)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<i64>> {
        set_state(tx, on, self.version, true, self.reason).await
    }
}

async fn set_state(
    tx: &mut WriteTx<'_>,
    on: &Subject,
    version: Option<i64>,
    open: bool,
    reason: Option<Reason>,
) -> Result<Done<i64>> {
    let old = on.need_matter()?;
    if old.open == open {
        let says = if open { "The matter is open already." } else { "The matter is closed already." };
        return Err(Error::conflict("matter.state", says));
    }
    let name = tx.ctx().room().directory().matter(tx.permit(), old.id).ok_or(Error::NotFound)?;
    let version = update(tx, old, version, open, &name.name, &name.reference).await?;
    let mut facts = Facts::default().clear("state", if open { "open" } else { "closed" });
    if let Some(reason) = reason {
        facts = facts.told(old.id.any(), KeyOf::Matter(old.number), "reason", reason.as_str());
    }
    Ok(Done::recording(version, facts))
}

async fn update(
    tx: &mut WriteTx<'_>,
    old: &MatterFacts,
    read: Option<i64>,
    open: bool,
    name: &str,
    reference: &str,
) -> Result<i64> {
    if read.is_some_and(|v| v != old.row_version) {
        return Err(Error::Stale);
    }
    let mut matter = old.clone();
    matter.row_version += 1;
    matter.open = open;
    matter.closed_at = if open { None } else { old.closed_at.or(Some(tx.now())) };
    seal_names(tx, &mut matter, name, reference)?;
    let values = params![
        if open { "open" } else { "closed" },
        matter.closed_at,
        matter.sealed_name.clone(),
        matter.sealed_reference.clone(),
        matter.row_version,
        matter.bind().mac(tx.vault())?,
        matter.id.to_string(),
        old.row_version
    ];
    // a closed matter must not become open again by yesterday's row
    tx.touch(Set::Seats(matter.id)).await?;
    tx.exec_one(&store::MATTER_UPDATE, &values).await?;
    Ok(matter.row_version)
}

fn seal_names(tx: &WriteTx<'_>, matter: &mut MatterFacts, name: &str, reference: &str) -> Result<()> {
    let key = tx.key(&matter.id.any(), KeyOf::Matter(matter.number))?;
    let row = matter.id.to_string();
    let at = |column| Column { table: "matter", row: &row, column, version: matter.row_version };
    matter.sealed_name = tx.seal(&key, at("name"), name);
    matter.sealed_reference = tx.seal(&key, at("reference"), reference);
    Ok(())
}
