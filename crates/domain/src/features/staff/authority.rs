//! What needs a second person: roles and sign-ins. Asked by an administrator, decided by a partner or a
//! compliance officer; then, and only then, an enrolment link can be had.

use strongroom_storage::params;

use crate::features::session::credential::{self, New};
use crate::features::session::{end_carriers, end_credentials};
use crate::kernel::actor::Role;
use crate::kernel::blind;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::{PersonFacts, SeatFacts, id_of};
use crate::kernel::id::{ApprovalId, Staff, StaffId};
use crate::kernel::loader::SEATS_OF_PERSON;
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::repeat::Answer;
use crate::kernel::sets::Set;
use crate::kernel::target::{Subject, Target};
use crate::kernel::text::Reason;
use crate::kernel::vault::KeyOf;
use crate::kernel::verb::Verb;

use super::model::{Approval, LINK_LASTS, Link, link_lookup, stand, standing};
use super::{first, store};

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What was asked.
    pub approval: ApprovalId,
    /// True where it took effect at once, because the firm has no second person.
    pub done: bool,
}

impl Answer for Asked {
    fn made(&self) -> String {
        format!("{} {}", self.approval, if self.done { "done" } else { "waits" })
    }

    fn again(made: &str) -> Option<Self> {
        let (approval, state) = made.split_once(' ')?;
        Some(Self { approval: ApprovalId::parse(approval)?, done: state == "done" })
    }
}

/// Who decides beside the administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Second {
    /// Someone else must.
    Needed,
    /// The firm said at `init` that one administrator keeps it alone.
    Lone,
    /// No partner or compliance officer has ever enrolled.
    NoneYet,
}

impl Second {
    /// The word in the ledger.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Needed => "waiting",
            Self::Lone => "lone_administrator",
            Self::NoneYet => "none_yet",
        }
    }
}

/// Whether the firm has someone to be the second person. Suspending all of them does not make an administrator
/// free again: whoever was ever active counts, and nobody's rows may be missing.
pub(crate) async fn second_person(tx: &mut WriteTx<'_>) -> Result<Second> {
    if tx.ctx().room.firm.lone_administrator || blind::to("second-person") {
        return Ok(Second::Lone);
    }
    for role in [Role::Partner, Role::ComplianceOfficer] {
        for row in tx.all(&store::STANDING_OF, &params![role.word()]).await? {
            let id: StaffId = id_of(&row, "staff_id")?;
            if tx.load(async |loader| loader.person(id).await).await?.is_some() {
                return Ok(Second::Needed);
            }
        }
    }
    // none is found: then everyone whom the ledger has ever named must be there, as it named them
    for row in tx.all(&store::EVERYONE, &[]).await? {
        let set: String = row.get("set_id")?;
        let named = set.strip_prefix("person:").and_then(crate::kernel::id::Id::<Staff>::parse);
        let id = named.ok_or_else(|| Error::Internal(String::from("a set of no person")))?;
        if tx.load(async |loader| loader.person(id).await).await?.is_none() {
            tracing::error!(staff.id = %id, "the ledger names a person whose rows are gone");
            return Err(Error::Tampered { table: "staff", id: id.to_string() });
        }
    }
    Ok(Second::NoneYet)
}

/// True where the second person has agreed to the role that the person now has.
pub(super) async fn agreed(tx: &mut WriteTx<'_>, staff: StaffId, role: Role) -> Result<bool> {
    if role == Role::ClientContact || blind::to("approval-agreed") {
        return Ok(true);
    }
    let rows = tx.all(&store::APPROVALS_OF, &params![staff.to_string()]).await?;
    for row in &rows {
        let approval = Approval::read(row, tx.vault())?;
        if approval.kind == "role" && approval.state == "approved" && approval.role == Some(role) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes down what is asked; as decided already where the firm has no second person.
pub(super) async fn ask(
    tx: &mut WriteTx<'_>,
    kind: &'static str,
    staff: StaffId,
    role: Option<Role>,
    reason: Option<&Reason>,
    second: Second,
) -> Result<Approval> {
    for row in tx.all(&store::APPROVALS_OF, &params![staff.to_string()]).await? {
        let other = Approval::read(&row, tx.vault())?;
        if other.state == "waiting" && other.kind == kind {
            let says = "This is asked already and waits for a partner or a compliance officer.";
            return Err(Error::conflict("approval.waiting", says));
        }
    }
    let id: ApprovalId = tx.new_id();
    let text = id.to_string();
    let me = tx.ctx().me()?;
    let now = tx.now();
    let entropy = tx.ctx().room.entropy.clone();
    let reason = reason.map_or("", Reason::as_str);
    let waits = second == Second::Needed;
    let approval = Approval {
        id,
        kind: kind.to_owned(),
        staff,
        role,
        asked_by: me,
        asked_at: now,
        state: String::from(if waits { "waiting" } else { "approved" }),
        decided_by: (!waits).then_some(me),
        decided_at: (!waits).then_some(now),
        sealed_reason: tx.vault().seal_system(
            Approval::column(&text),
            entropy.as_ref(),
            reason.as_bytes(),
        )?,
    };
    let values = params![
        text,
        kind,
        staff.to_string(),
        role.map(Role::word),
        me.to_string(),
        now,
        approval.state.clone(),
        approval.decided_by.map(|d| d.to_string()),
        approval.decided_at,
        approval.sealed_reason.clone(),
        approval.bind().mac(tx.vault())?
    ];
    tx.exec_one(&store::APPROVAL_INSERT, &values).await?;
    Ok(approval)
}

/// The last active administrator cannot be suspended, reset or given another role.
pub(super) async fn keep_an_administrator(tx: &mut WriteTx<'_>, person: &PersonFacts) -> Result<()> {
    let now = tx.now();
    let present = standing(person, now)?;
    if present.role != Role::Administrator || present.state != "active" || blind::to("last-administrator") {
        return Ok(());
    }
    for row in tx.all(&store::STANDING_OF, &params![Role::Administrator.word()]).await? {
        let id: StaffId = id_of(&row, "staff_id")?;
        if id == person.id {
            continue;
        }
        let other = tx.load(async |loader| loader.person(id).await).await?;
        let other = other.as_ref().and_then(|p| p.at(now));
        if other.is_some_and(|s| s.role == Role::Administrator && s.state == "active") {
            return Ok(());
        }
    }
    Err(Error::conflict(
        "staff.last_administrator",
        "This is the last active administrator. Make another one first.",
    ))
}

/// A role that cannot hold the person's seats must not meet them.
async fn fits_seats(tx: &mut WriteTx<'_>, staff: StaffId, role: Role) -> Result<()> {
    let now = tx.now();
    for row in tx.all(&SEATS_OF_PERSON, &params![staff.to_string()]).await? {
        let seat = SeatFacts::read(&row, tx.vault())?;
        if seat.until.is_some_and(|u| u <= now) || blind::to("fits-seats") {
            continue;
        }
        if !role.can_hold_seat() {
            return Err(Error::conflict(
                "staff.has_seats",
                "This person sits on matters, which that role cannot. End the seats first.",
            ));
        }
        if role == Role::Paralegal && seat.seat == "lead" {
            return Err(Error::conflict(
                "staff.leads",
                "This person leads matters, which a paralegal cannot. Give someone else the lead first.",
            ));
        }
    }
    Ok(())
}

/// Gives the role that was agreed to.
pub(super) async fn give_role(tx: &mut WriteTx<'_>, person: &PersonFacts, role: Role) -> Result<()> {
    tx.touch(Set::Person(person.id)).await?;
    let present = standing(person, tx.now())?.clone();
    if present.role != role {
        keep_an_administrator(tx, person).await?;
        fits_seats(tx, person.id, role).await?;
        stand(tx, person, role, &present.state).await?;
    }
    Ok(())
}

/// Ends all that the person signs in with; they enrol anew.
pub(super) async fn reset(tx: &mut WriteTx<'_>, person: &PersonFacts) -> Result<()> {
    let present = standing(person, tx.now())?.clone();
    not_suspended(&present.state)?;
    keep_an_administrator(tx, person).await?;
    tx.touch(Set::Person(person.id)).await?;
    end_credentials(tx, person.id, |_| true).await?;
    end_carriers(tx, person.id, None, true).await?;
    stand(tx, person, present.role, "invited").await?;
    Ok(())
}

fn not_suspended(state: &str) -> Result<()> {
    if state == "suspended" {
        return Err(Error::conflict(
            "staff.suspended",
            "This person is suspended. Lift the suspension first.",
        ));
    }
    Ok(())
}

/// Issues a link; older ones end. Whoever calls it has made sure that a second person agreed.
pub(super) async fn issue(tx: &mut WriteTx<'_>, staff: StaffId) -> Result<Link> {
    tx.touch(Set::Person(staff)).await?;
    end_credentials(tx, staff, |kind| kind == "link").await?;
    let secret = first::secret(tx.ctx().room());
    let lookup = Some(link_lookup(tx.vault(), &secret)?);
    let expires_at = tx.now() + LINK_LASTS;
    let new = New { staff, kind: "link", secret: b"", lookup, expires_at: Some(expires_at), used: 0 };
    credential::insert(tx, new).await?;
    Ok(Link { secret, expires_at })
}

fn told(staff: StaffId, second: Second, reason: Option<&Reason>, approval: ApprovalId) -> Facts {
    let facts = Facts::about([staff.any(), approval.any()]).clear("second_person", second.word());
    match reason {
        Some(reason) => facts.told(staff.any(), KeyOf::System, "reason", reason.as_str()),
        None => facts,
    }
}

/// Asks for another role.
pub struct ChangeRole {
    /// Whose.
    pub staff: StaffId,
    /// Which.
    pub role: Role,
    /// Why.
    pub reason: Option<Reason>,
}

impl Operation for ChangeRole {
    const VERB: Verb = Verb::RoleChange;
    type Output = Asked;

    fn target(&self) -> Target {
        Target::Staff(self.staff)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<Asked>> {
        let person = on.person.as_ref().ok_or(Error::NotFound)?;
        let present = standing(person, tx.now())?.clone();
        let contact = |role| role == Role::ClientContact;
        if contact(present.role) || contact(self.role) {
            return Err(Error::invalid("role", "A client contact stays one. Invite the person anew."));
        }
        if present.role == self.role
            && (present.state != "invited" || agreed(tx, self.staff, self.role).await?)
        {
            return Err(Error::invalid("role", "This is the person's role already."));
        }
        if present.role != self.role {
            keep_an_administrator(tx, person).await?;
            fits_seats(tx, self.staff, self.role).await?;
        }
        let second = second_person(tx).await?;
        let approval = ask(tx, "role", self.staff, Some(self.role), self.reason.as_ref(), second).await?;
        let done = second != Second::Needed;
        if done {
            give_role(tx, person, self.role).await?;
        }
        let facts =
            told(self.staff, second, self.reason.as_ref(), approval.id).clear("role", self.role.word());
        Ok(Done::recording(Asked { approval: approval.id, done }, facts))
    }
}

/// Asks that all that a person signs in with be ended, so that they enrol anew.
pub struct ResetCredentials {
    /// Whose.
    pub staff: StaffId,
    /// Why.
    pub reason: Option<Reason>,
}

impl Operation for ResetCredentials {
    const VERB: Verb = Verb::CredentialReset;
    type Output = Asked;

    fn target(&self) -> Target {
        Target::Staff(self.staff)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<Asked>> {
        let person = on.person.as_ref().ok_or(Error::NotFound)?;
        let present = standing(person, tx.now())?.clone();
        not_suspended(&present.state)?;
        if present.state == "invited" {
            return Err(Error::conflict("staff.invited", "This person has not enrolled. Issue a new link."));
        }
        keep_an_administrator(tx, person).await?;
        let second = second_person(tx).await?;
        let approval = ask(tx, "credential", self.staff, None, self.reason.as_ref(), second).await?;
        let done = second != Second::Needed;
        if done {
            reset(tx, person).await?;
        }
        let facts = told(self.staff, second, self.reason.as_ref(), approval.id).clear("step", "asked");
        Ok(Done::recording(Asked { approval: approval.id, done }, facts))
    }
}

/// Issues an enrolment link to someone who is invited, or whose sign-in was reset, with a second person's yes.
pub struct IssueLink {
    /// To whom.
    pub staff: StaffId,
}

impl Operation for IssueLink {
    const VERB: Verb = Verb::CredentialReset;
    type Output = Link;

    fn target(&self) -> Target {
        Target::Staff(self.staff)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<Link>> {
        let person = on.person.as_ref().ok_or(Error::NotFound)?;
        let present = standing(person, tx.now())?.clone();
        if present.state != "invited" {
            let says = "This person has enrolled. To give them a new start, reset their sign-in: a second person decides.";
            return Err(Error::conflict("staff.enrolled", says));
        }
        if !agreed(tx, self.staff, present.role).await? {
            let says = "A partner or a compliance officer must first agree to this role.";
            return Err(Error::conflict("approval.waiting", says));
        }
        let link = issue(tx, self.staff).await?;
        let facts = Facts::default().clear("step", "link").clear("expires_at", link.expires_at);
        Ok(Done::recording(link, facts))
    }
}
