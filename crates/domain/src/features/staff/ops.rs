//! Inviting, suspending, resuming.

use strongroom_storage::params;

use crate::features::session::model::email_index;
use crate::features::session::{credential, end_carriers};
use crate::kernel::actor::Role;
use crate::kernel::directory::{Known, StaffName};
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::id::{ApprovalId, ClientId, StaffId};
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::repeat::Answer;
use crate::kernel::sets::Set;
use crate::kernel::target::{Subject, Target};
use crate::kernel::text::{Email, Name, Reason};
use crate::kernel::vault::KeyOf;
use crate::kernel::verb::Verb;

use super::authority::{self, Second};
use super::model::{Link, Person, stand, standing, standing_values};
use super::store;

/// Invites a person.
pub struct InviteStaff {
    /// Their name.
    pub name: Name,
    /// Their address.
    pub email: Email,
    /// What they shall be.
    pub role: Role,
    /// A client contact's client.
    pub client: Option<ClientId>,
}

/// A person who was invited.
pub struct Invited {
    /// Who.
    pub staff: StaffId,
    /// The link to give them; none while a second person has to agree.
    pub link: Option<Link>,
    /// What waits for a second person.
    pub approval: Option<ApprovalId>,
}

impl Answer for Invited {
    fn made(&self) -> String {
        let staff = self.staff.to_string();
        match (&self.link, self.approval) {
            (None, Some(approval)) => format!("{staff} {approval}"),
            _ => staff,
        }
    }

    fn again(made: &str) -> Option<Self> {
        let (staff, approval) = made.split_once(' ')?;
        Some(Self { staff: StaffId::parse(staff)?, link: None, approval: ApprovalId::parse(approval) })
    }
}

impl Operation for InviteStaff {
    const VERB: Verb = Verb::StaffInvite;
    type Output = Invited;

    fn target(&self) -> Target {
        Target::Firm
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<Invited>> {
        let contact = self.role == Role::ClientContact;
        if contact != self.client.is_some() {
            let says =
                if contact { "Name the client." } else { "Only a client contact belongs to a client." };
            return Err(Error::invalid("client_id", says));
        }
        let index = email_index(tx.vault(), self.email.as_str())?;
        if tx.optional(&store::EMAIL_TAKEN, &params![index]).await?.is_some() {
            return Err(Error::conflict("staff.email", "Someone has this address already."));
        }
        if let Some(client) = self.client
            && tx.load(async |loader| loader.client(client).await).await?.is_none()
        {
            return Err(Error::invalid("client_id", "There is no such client."));
        }
        let id: StaffId = tx.new_id();
        tx.touch(Set::Person(id)).await?;
        let now = tx.now();
        let entropy = tx.ctx().room.entropy.clone();
        let person =
            Person::new(tx.vault(), entropy.as_ref(), id, now, (&self.name, &self.email), self.client)?;
        let second = if contact { Second::NoneYet } else { authority::second_person(tx).await? };
        let values = person.values(tx.vault())?;
        tx.exec_one(&store::STAFF_INSERT, &values).await?;
        let values = standing_values(tx.vault(), id, now, self.role, "invited")?;
        tx.exec_one(&store::STANDING_INSERT, &values).await?;
        let approval = if contact {
            None
        } else {
            Some(authority::ask(tx, "role", id, Some(self.role), None, second).await?.id)
        };
        let link = if second == Second::Needed { None } else { Some(authority::issue(tx, id).await?) };
        let (name, email) = (self.name.as_str().to_owned(), self.email.as_str().to_owned());
        let mut facts = Facts::about([id.any()])
            .clear("role", self.role.word())
            .told(id.any(), KeyOf::System, "name", name.clone())
            .told(id.any(), KeyOf::System, "email", email.clone());
        if !contact {
            facts = facts.clear("second_person", second.word());
        }
        facts.about.extend(approval.map(|a| a.any()));
        tx.learn(Known::Staff(id, StaffName { name, email }));
        let approval = approval.filter(|_| second == Second::Needed);
        Ok(Done::recording(Invited { staff: id, link, approval }, facts))
    }
}

/// Suspends a person: they are out at once, and their tokens end.
pub struct SuspendStaff {
    /// Whom.
    pub staff: StaffId,
    /// Why; kept sealed.
    pub reason: Reason,
}

impl Operation for SuspendStaff {
    const VERB: Verb = Verb::StaffSuspend;
    type Output = ();

    fn target(&self) -> Target {
        Target::Staff(self.staff)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<()>> {
        let person = on.person.as_ref().ok_or(Error::NotFound)?;
        let present = standing(person, tx.now())?.clone();
        if present.state == "suspended" {
            return Err(Error::conflict("staff.suspended", "This person is suspended already."));
        }
        authority::keep_an_administrator(tx, person).await?;
        tx.touch(Set::Person(self.staff)).await?;
        let ended = end_carriers(tx, self.staff, None, true).await?;
        stand(tx, person, present.role, "suspended").await?;
        let facts = Facts::default().clear("ended", ended).told(
            self.staff.any(),
            KeyOf::System,
            "reason",
            self.reason.as_str(),
        );
        Ok(Done::recording((), facts))
    }
}

/// Lifts a suspension.
pub struct ResumeStaff {
    /// Whose.
    pub staff: StaffId,
    /// Why; kept sealed.
    pub reason: Option<Reason>,
}

impl Operation for ResumeStaff {
    const VERB: Verb = Verb::StaffResume;
    type Output = ();

    fn target(&self) -> Target {
        Target::Staff(self.staff)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<()>> {
        let person = on.person.as_ref().ok_or(Error::NotFound)?;
        let present = standing(person, tx.now())?.clone();
        if present.state != "suspended" {
            return Err(Error::conflict("staff.active", "This person is not suspended."));
        }
        tx.touch(Set::Person(self.staff)).await?;
        let enrolled = credential::live_in(tx, self.staff).await?.iter().any(|c| c.kind == "password");
        stand(tx, person, present.role, if enrolled { "active" } else { "invited" }).await?;
        let mut facts = Facts::default();
        if let Some(reason) = &self.reason {
            facts = facts.told(self.staff.any(), KeyOf::System, "reason", reason.as_str());
        }
        Ok(Done::recording((), facts))
    }
}
