//! The second person's part: what waits, and the decision.

use strongroom_storage::params;

use crate::kernel::actor::Role;
use crate::kernel::blind;
use crate::kernel::clock::Micros;
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::id::{ApprovalId, StaffId};
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::target::{Subject, Target};
use crate::kernel::verb::Verb;

use super::model::Approval;
use super::{authority, store};

/// What waits for a second person, or was decided by one.
#[derive(Clone, Debug)]
pub struct ApprovalView {
    /// Its id.
    pub id: ApprovalId,
    /// `role` or `credential`.
    pub kind: String,
    /// About whom.
    pub staff: StaffId,
    /// Their name.
    pub staff_name: String,
    /// The role asked for.
    pub role: Option<Role>,
    /// Who asked.
    pub asked_by: StaffId,
    /// Their name.
    pub asked_by_name: String,
    /// When.
    pub asked_at: Micros,
    /// `waiting`, `approved`, `rejected` or `withdrawn`.
    pub state: String,
    /// Who decided, by name.
    pub decided_by_name: Option<String>,
    /// When it was decided.
    pub decided_at: Option<Micros>,
    /// Why it was asked.
    pub reason: Option<String>,
    /// True where the viewer could decide it.
    pub mine: bool,
    /// True where the viewer asked for it and could withdraw it.
    pub asked: bool,
}

/// What waits, then what was decided, the newest first; at most two hundred of each.
///
/// # Errors
/// Refused, sealed, storage.
pub async fn approvals(ctx: &Ctx) -> Result<Vec<ApprovalView>> {
    let me = ctx.me()?;
    let role = ctx.role().await?;
    ctx.permit(Verb::ApprovalList, &Target::Firm).await?;
    let second = matches!(role, Role::Partner | Role::ComplianceOfficer);
    let mut decided = Vec::new();
    let mut views = Vec::new();
    for state in ["waiting", "approved", "rejected", "withdrawn"] {
        for row in ctx.room.db.all(&store::APPROVALS_IN, &params![state]).await? {
            let approval = Approval::read(&row, &ctx.room.vault)?;
            let mine = second && approval.asked_by != me && approval.staff != me && state == "waiting";
            let asked = role == Role::Administrator && approval.asked_by == me && state == "waiting";
            let view = ApprovalView { mine, asked, ..view(ctx, approval)? };
            if state == "waiting" { views.push(view) } else { decided.push(view) }
        }
    }
    decided.sort_by_key(|view| std::cmp::Reverse(view.decided_at));
    views.extend(decided);
    Ok(views)
}

fn view(ctx: &Ctx, approval: Approval) -> Result<ApprovalView> {
    let name = |id: StaffId| ctx.room.directory.staff(id).map_or_else(|| id.to_string(), |s| s.name);
    let at = approval.id.to_string();
    let reason = ctx.room.vault.open_system_text(Approval::column(&at), &approval.sealed_reason)?;
    Ok(ApprovalView {
        id: approval.id,
        staff_name: name(approval.staff),
        asked_by_name: name(approval.asked_by),
        decided_by_name: approval.decided_by.map(name),
        kind: approval.kind,
        staff: approval.staff,
        role: approval.role,
        asked_by: approval.asked_by,
        asked_at: approval.asked_at,
        state: approval.state,
        decided_at: approval.decided_at,
        reason: Some(reason).filter(|r| !r.is_empty()),
        mine: false,
        asked: false,
    })
}

struct DecideApproval {
    approval: ApprovalId,
    approve: bool,
    staff: StaffId,
    asked_by: StaffId,
    me: StaffId,
}

impl Operation for DecideApproval {
    const VERB: Verb = Verb::ApprovalDecide;
    type Output = ();

    fn target(&self) -> Target {
        Target::Staff(self.staff)
    }

    /// One's own is what is about oneself, and what one has asked for.
    fn concerns(&self) -> Option<StaffId> {
        Some(if self.asked_by == self.me { self.me } else { self.staff })
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<()>> {
        let person = on.person.as_ref().ok_or(Error::NotFound)?;
        let state = if self.approve { "approved" } else { "rejected" };
        let approval = settle(tx, self.approval, (self.staff, self.asked_by), state).await?;
        if self.approve {
            match (approval.kind.as_str(), approval.role) {
                ("role", Some(role)) => authority::give_role(tx, person, role).await?,
                _ => authority::reset(tx, person).await?,
            }
        }
        Ok(Done::recording((), told(approval)))
    }
}

/// Ends the waiting of a request, which must still be the one that was judged.
async fn settle(
    tx: &mut WriteTx<'_>,
    id: ApprovalId,
    (staff, asked_by): (StaffId, StaffId),
    state: &str,
) -> Result<Approval> {
    let row = tx.optional(&store::APPROVAL_ROW, &params![id.to_string()]).await?;
    let mut approval = Approval::read(&row.ok_or(Error::NotFound)?, tx.vault())?;
    if approval.staff != staff || approval.asked_by != asked_by {
        return Err(Error::Tampered { table: "approval", id: id.to_string() });
    }
    if approval.state != "waiting" && !blind::to("approval-waiting") {
        return Err(Error::conflict("approval.decided", "This was decided or withdrawn already."));
    }
    let (me, now) = (tx.ctx().me()?, tx.now());
    approval.state = state.to_owned();
    approval.decided_by = Some(me);
    approval.decided_at = Some(now);
    let values = params![state, me.to_string(), now, approval.bind().mac(tx.vault())?, id.to_string()];
    tx.exec_one(&store::APPROVAL_DECIDE, &values).await?;
    Ok(approval)
}

fn told(approval: Approval) -> Facts {
    let facts = Facts::about([approval.id.any(), approval.asked_by.any()])
        .clear("kind", approval.kind)
        .clear("decision", approval.state);
    match approval.role {
        Some(role) => facts.clear("role", role.word()),
        None => facts,
    }
}

struct WithdrawApproval {
    approval: ApprovalId,
    staff: StaffId,
    asked_by: StaffId,
}

impl Operation for WithdrawApproval {
    const VERB: Verb = Verb::ApprovalWithdraw;
    type Output = ();

    fn target(&self) -> Target {
        Target::Staff(self.staff)
    }

    /// One's own is what one has asked for.
    fn concerns(&self) -> Option<StaffId> {
        Some(self.asked_by)
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<()>> {
        let approval = settle(tx, self.approval, (self.staff, self.asked_by), "withdrawn").await?;
        Ok(Done::recording((), told(approval)))
    }
}

/// Decides what an administrator has asked for.
///
/// # Errors
/// Not found; about oneself, or asked by oneself; decided already; refused; sealed; storage.
pub async fn decide_approval(ctx: &Ctx, id: ApprovalId, approve: bool) -> Result<()> {
    let me = ctx.me()?;
    let (staff, asked_by) = about(ctx, Verb::ApprovalDecide, id).await?;
    let decided = ctx.perform(DecideApproval { approval: id, approve, staff, asked_by, me }).await;
    hide(ctx, decided).await
}

/// Takes back what the actor has asked for, while it waits.
///
/// # Errors
/// Not found; asked by someone else; decided already; refused; sealed; storage.
pub async fn withdraw_approval(ctx: &Ctx, id: ApprovalId) -> Result<()> {
    let (staff, asked_by) = about(ctx, Verb::ApprovalWithdraw, id).await?;
    let withdrawn = ctx.perform(WithdrawApproval { approval: id, staff, asked_by }).await;
    hide(ctx, withdrawn).await
}

/// Whoever may not list the requests is not told by a refusal that there is this one.
async fn hide(ctx: &Ctx, done: Result<()>) -> Result<()> {
    match done {
        Err(Error::Refused(_)) if !ctx.may(Verb::ApprovalList, &Target::Firm).await? => Err(Error::NotFound),
        done => done,
    }
}

/// About whom a request is, and who asked.
async fn about(ctx: &Ctx, verb: Verb, id: ApprovalId) -> Result<(StaffId, StaffId)> {
    let Some(row) = ctx.room.db.optional(&store::APPROVAL_ROW, &params![id.to_string()]).await? else {
        return ctx.unknown(verb).await;
    };
    let approval = Approval::read(&row, &ctx.room.vault)?;
    Ok((approval.staff, approval.asked_by))
}
