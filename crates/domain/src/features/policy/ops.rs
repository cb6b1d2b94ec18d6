//! To propose other policies, to decide, to withdraw.
//!
//! What is decided on is what was proposed: the exact texts wait in a bound row, with the digest of those in whose
//! place they come. If other policies came into force meanwhile, the proposal has lost its ground.

use std::sync::Arc;

use strongroom_storage::params;

use crate::features::firm::set_policies;
use crate::features::staff::{Second, second_person};
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::gate::Gate;
use crate::kernel::id::{ProposalId, StaffId};
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::repeat::Answer;
use crate::kernel::sets::Set;
use crate::kernel::target::{Subject, Target};
use crate::kernel::text::Reason;
use crate::kernel::vault::KeyOf;
use crate::kernel::verb::Verb;

use super::bounds::{Breach, breaches};
use super::difference::difference;
use super::model::{Proposal, Replaced};
use super::texts::{Source, bind};
use super::{queries, store};

/// What came of proposing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// What was proposed.
    pub id: ProposalId,
    /// True where it came into force at once, because the firm has no second person.
    pub done: bool,
}

impl Answer for Proposed {
    fn made(&self) -> String {
        format!("{} {}", self.id, if self.done { "done" } else { "waits" })
    }

    fn again(made: &str) -> Option<Self> {
        let (id, state) = made.split_once(' ')?;
        Some(Self { id: ProposalId::parse(id)?, done: state == "done" })
    }
}

/// Proposes what a source offers. `digest` is that of the texts that the person has looked at.
///
/// # Errors
/// Refused; a reason that is none, told to whoever may propose; other texts than those looked at; texts that cannot be
/// used, or that go too far; something waits already; sealed; storage.
pub async fn propose(ctx: &Ctx, source: Source, digest: &str, reason: Result<Reason>) -> Result<Proposed> {
    // whoever may not is refused by the gate below, before anything of theirs is read
    let offer = match ctx.may_now(Verb::PolicyPropose, &Target::Firm).await? {
        true => Some((reason?, Arc::new(offered(ctx, source, digest).await?))),
        false => None,
    };
    ctx.perform(Propose { source, offer }).await
}

async fn offered(ctx: &Ctx, source: Source, digest: &str) -> Result<Gate> {
    let gate = queries::offer(ctx, source).await?;
    if hex::encode(gate.digest()) != digest {
        let says = "These are not the texts that you looked at: they were changed meanwhile. Look again.";
        return Err(Error::conflict("policy.other", says));
    }
    if gate.digest() == ctx.room.gate().digest() {
        return Err(Error::conflict("policy.same", "These are the policies in force already."));
    }
    held(gate).await
}

/// The same gate, where it keeps within what any policy may do.
async fn held(gate: Gate) -> Result<Gate> {
    let (gate, found) = queries::apart(move || breaches(&gate).map(|found| (gate, found))).await?;
    match found.first() {
        None => Ok(gate),
        Some(breach) => Err(too_far(breach)),
    }
}

fn too_far(breach: &Breach) -> Error {
    let rules = breach.rules.join(", ");
    let says = format!("No policy may do this. {} Rule {rules}: {}", breach.bound, breach.says);
    Error::conflict("policy.too_far", says)
}

struct Propose {
    source: Source,
    offer: Option<(Reason, Arc<Gate>)>,
}

impl Operation for Propose {
    const VERB: Verb = Verb::PolicyPropose;
    type Output = Proposed;

    fn target(&self) -> Target {
        Target::Firm
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<Proposed>> {
        // the gate that lets this run lets the texts be read before it
        let (reason, gate) = self.offer.ok_or(Error::Stale)?;
        let present = queries::hold(tx).await?;
        if tx.optional(&store::POLICY_WAITING, &[]).await?.is_some() {
            let says = "Other policies wait for a decision already. They are decided or withdrawn first.";
            return Err(Error::conflict("policy.waiting", says));
        }
        let second = second_person(tx).await?;
        let done = second != Second::Needed;
        let (me, now, id) = (tx.ctx().me()?, tx.now(), tx.new_id());
        let text = ProposalId::to_string(&id);
        let entropy = tx.ctx().room.entropy.clone();
        let reason = reason.as_str();
        let unwritten = |e: serde_json::Error| Error::Internal(e.to_string());
        let proposal = Proposal {
            id,
            source: self.source,
            files: serde_json::to_string(gate.files()).map_err(unwritten)?,
            digest: gate.digest().to_vec(),
            instead_of: present.digest().to_vec(),
            proposed_by: me,
            proposed_at: now,
            state: String::from(if done { "approved" } else { "waiting" }),
            decided_by: done.then_some(me),
            decided_at: done.then_some(now),
            sealed_reason: tx.vault().seal_system(
                Proposal::column(&text),
                entropy.as_ref(),
                reason.as_bytes(),
            )?,
        };
        let values = proposal.values(tx.vault())?;
        tx.exec_one(&store::INSERT, &values).await?;
        let files = serde_json::to_string(present.files()).map_err(unwritten)?;
        let values = Replaced { proposal: id, files }.values(tx.vault())?;
        tx.exec_one(&store::REPLACED_INSERT, &values).await?;
        let facts = facts(&present, &gate, id)?
            .clear("source", self.source.word())
            .clear("second_person", second.word())
            .told(tx.ctx().room.firm.id.any(), KeyOf::System, "reason", reason);
        if done {
            put_in_force(tx, gate).await?;
        }
        Ok(Done::recording(Proposed { id, done }, facts))
    }
}

/// The entry names both digests, and the rules that are not the same.
fn facts(present: &Gate, other: &Gate, id: ProposalId) -> Result<Facts> {
    let difference = difference(present, other)?;
    // an entry has room for many names, not for any number of them
    let some = |word: &str| difference.ids(word).into_iter().take(80).collect::<Vec<_>>();
    Ok(Facts::about([id.any()])
        .clear("policies", hex::encode(other.digest()))
        .clear("instead_of", hex::encode(present.digest()))
        .clear("rules_added", some("added"))
        .clear("rules_changed", some("changed"))
        .clear("rules_removed", some("removed")))
}

/// Texts and digest, in the one transaction; the gate is another after its commit.
async fn put_in_force(tx: &mut WriteTx<'_>, gate: Arc<Gate>) -> Result<()> {
    tx.touch(Set::Firm(tx.ctx().room.firm.id)).await?;
    tx.exec(&store::FILES_DROP, &[]).await?;
    for (name, text) in gate.files() {
        let mac = bind(name, text).mac(tx.vault())?;
        tx.exec_one(&store::FILE_INSERT, &params![name.clone(), text.clone(), mac]).await?;
    }
    set_policies(tx, gate.digest()).await?;
    tx.adopt(gate);
    Ok(())
}

/// Decides as the second person.
///
/// # Errors
/// Not found; proposed by oneself; decided already; texts that can no longer be used, or go too far; refused; sealed;
/// storage.
pub async fn decide(ctx: &Ctx, id: ProposalId, approve: bool) -> Result<()> {
    let Some(proposal) = queries::proposal_row(ctx, id).await? else {
        return ctx.unknown(Verb::PolicyDecide).await;
    };
    let gate = if approve && ctx.may_now(Verb::PolicyDecide, &Target::Firm).await? {
        let files = proposal.texts()?;
        let unusable = |e: String| Error::conflict("policy.unusable", e);
        let gate = Gate::read(&files).map_err(|e| unusable(e.to_string()))?;
        Some(Arc::new(held(gate).await?))
    } else {
        None
    };
    ctx.perform(Decide { id, proposed_by: proposal.proposed_by, approve, gate }).await
}

struct Decide {
    id: ProposalId,
    proposed_by: StaffId,
    approve: bool,
    gate: Option<Arc<Gate>>,
}

impl Operation for Decide {
    const VERB: Verb = Verb::PolicyDecide;
    type Output = ();

    fn target(&self) -> Target {
        Target::Firm
    }

    /// One's own is what one has proposed.
    fn concerns(&self) -> Option<StaffId> {
        Some(self.proposed_by)
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<()>> {
        let present = queries::hold(tx).await?;
        let state = if self.approve { "approved" } else { "rejected" };
        let proposal = end(tx, self.id, self.proposed_by, state).await?;
        if !self.approve {
            let facts = Facts::about([self.id.any(), self.proposed_by.any()])
                .clear("decision", state)
                .clear("policies", hex::encode(&proposal.digest));
            return Ok(Done::recording((), facts));
        }
        if proposal.instead_of != present.digest() {
            let says =
                "Other policies came into force after this was proposed. Reject it; it can be proposed anew.";
            return Err(Error::conflict("policy.outdated", says));
        }
        let gate = self.gate.filter(|gate| gate.digest().as_slice() == proposal.digest.as_slice());
        let gate = gate.ok_or(Error::Stale)?;
        let mut facts = facts(&present, &gate, self.id)?.clear("decision", state);
        facts.about.push(self.proposed_by.any());
        put_in_force(tx, gate).await?;
        Ok(Done::recording((), facts))
    }
}

/// Ends the waiting of a proposal.
async fn end(tx: &mut WriteTx<'_>, id: ProposalId, proposed_by: StaffId, state: &str) -> Result<Proposal> {
    let row = tx.optional(&store::ONE, &params![id.to_string()]).await?;
    let mut proposal = Proposal::read(&row.ok_or(Error::NotFound)?, tx.vault())?;
    if proposal.proposed_by != proposed_by {
        return Err(Error::Tampered { table: "policy_proposal", id: id.to_string() });
    }
    if proposal.state != "waiting" {
        return Err(Error::conflict("policy.decided", "This was decided or withdrawn already."));
    }
    proposal.state = state.to_owned();
    proposal.decided_by = Some(tx.ctx().me()?);
    proposal.decided_at = Some(tx.now());
    let values = proposal.ending(tx.vault())?;
    tx.exec_one(&store::END, &values).await?;
    Ok(proposal)
}

/// Withdraws what one has proposed.
///
/// # Errors
/// Not found; proposed by someone else; decided already; refused; sealed; storage.
pub async fn withdraw(ctx: &Ctx, id: ProposalId) -> Result<()> {
    let Some(proposal) = queries::proposal_row(ctx, id).await? else {
        return ctx.unknown(Verb::PolicyWithdraw).await;
    };
    ctx.perform(Withdraw { id, proposed_by: proposal.proposed_by }).await
}

struct Withdraw {
    id: ProposalId,
    proposed_by: StaffId,
}

impl Operation for Withdraw {
    const VERB: Verb = Verb::PolicyWithdraw;
    type Output = ();

    fn target(&self) -> Target {
        Target::Firm
    }

    fn concerns(&self) -> Option<StaffId> {
        Some(self.proposed_by)
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<()>> {
        let proposal = end(tx, self.id, self.proposed_by, "withdrawn").await?;
        let facts = Facts::about([self.id.any()]).clear("policies", hex::encode(&proposal.digest));
        Ok(Done::recording((), facts))
    }
}
