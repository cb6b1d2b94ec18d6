//! What is in force, what could come instead, what waits. Each time the firm's row and the approved texts are held
//! against their digest and the ledger, so that what was put back while the server ran is found here and not only
//! at the next start.

use std::sync::Arc;

use strongroom_storage::params;

use crate::kernel::ctx::Ctx;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::Loader;
use crate::kernel::gate::{Gate, digest_of};
use crate::kernel::id::{ProposalId, StaffId};
use crate::kernel::operation::WriteTx;
use crate::kernel::strongroom::Strongroom;
use crate::kernel::target::Target;
use crate::kernel::verb::Verb;

use super::bounds::breaches;
use super::difference::{Difference, difference};
use super::model::{Candidate, Look, Offer, Overview, Proposal, ProposalView, Replaced};
use super::store;
use super::texts::{Source, approved};

/// The policies in force and what could come instead.
///
/// # Errors
/// Refused; rows that were changed behind the program's back; sealed; storage.
pub async fn overview(ctx: &Ctx) -> Result<Overview> {
    ctx.permit(Verb::PolicyList, &Target::Firm).await?;
    let gate = in_force(ctx).await?;
    let mut candidates = Vec::new();
    for source in Source::ALL {
        let (room, present) = (ctx.room.clone(), gate.clone());
        let offer = apart(move || Ok(source.gate(&room).map(|read| offer_of(&present, read)))).await?;
        candidates.extend(offer.map(|offer| Candidate { source, offer }));
    }
    let me = ctx.me()?;
    let may = ctx.may(Verb::PolicyDecide, &Target::Firm).await?;
    let mut proposals = Vec::new();
    for row in ctx.room.db.all(&store::LATELY, &[]).await? {
        proposals.push(view(ctx, Proposal::read(&row, &ctx.room.vault)?, me, may)?);
    }
    Ok(Overview {
        digest: hex::encode(gate.digest()),
        files: gate.files().to_vec(),
        rules: gate.texts().to_vec(),
        candidates,
        proposals,
    })
}

fn offer_of(present: &Gate, read: std::result::Result<Gate, String>) -> Offer {
    match read {
        Err(why) => Offer::Unusable(why),
        Ok(gate) if gate.digest() == present.digest() => Offer::Same,
        Ok(gate) => {
            let rules = super::difference::rules(present, &gate).len();
            Offer::Other { digest: hex::encode(gate.digest()), rules }
        }
    }
}

/// What a source offers, rule by rule and in practice.
///
/// # Errors
/// Refused; nothing is offered there; what is offered cannot be used; sealed; storage.
pub async fn look(ctx: &Ctx, source: Source) -> Result<Look> {
    ctx.permit(Verb::PolicyList, &Target::Firm).await?;
    let (present, gate) = (in_force(ctx).await?, offer(ctx, source).await?);
    apart(move || {
        Ok(Look {
            source,
            digest: hex::encode(gate.digest()),
            difference: difference(&present, &gate)?,
            breaches: breaches(&gate)?,
        })
    })
    .await
}

/// One proposal; with what it would change while it waits, and what it changed or would have changed afterwards.
/// None where it lost its ground, where the texts before it were not kept, or where this release cannot read them.
///
/// # Errors
/// Not found; refused; sealed; storage.
pub async fn proposal(ctx: &Ctx, id: ProposalId) -> Result<(ProposalView, Option<Difference>)> {
    let Some(proposal) = proposal_row(ctx, id).await? else {
        return ctx.unknown(Verb::PolicyList).await;
    };
    ctx.permit(Verb::PolicyList, &Target::Firm).await?;
    let present = in_force(ctx).await?;
    let before = match proposal.state.as_str() {
        "waiting" => Some(present).filter(|p| p.digest().as_slice() == proposal.instead_of.as_slice()),
        _ => replaced(ctx, &proposal).await?,
    };
    // texts that waited long enough may be of a vocabulary that is no more
    let after = Gate::read(&proposal.texts()?);
    let difference = match (before, after) {
        (Some(before), Ok(after)) => Some(apart(move || difference(&before, &after)).await?),
        (Some(_), Err(e)) if proposal.state == "waiting" => return Err(unusable(&e)),
        _ => None,
    };
    let may = ctx.may(Verb::PolicyDecide, &Target::Firm).await?;
    Ok((view(ctx, proposal, ctx.me()?, may)?, difference))
}

/// The policies in whose place a proposal was to come.
async fn replaced(ctx: &Ctx, proposal: &Proposal) -> Result<Option<Arc<Gate>>> {
    let row = ctx.room.db.optional(&store::REPLACED, &params![proposal.id.to_string()]).await?;
    let Some(row) = row else { return Ok(None) };
    let files = Replaced::read(&row, &ctx.room.vault, proposal)?;
    Ok(Gate::read(&files).ok().map(Arc::new))
}

/// What waits for this person's decision, if anything does; without an entry, for the page of the day.
///
/// # Errors
/// Sealed, storage.
pub async fn waiting_for_me(ctx: &Ctx) -> Result<Option<ProposalView>> {
    let Some(row) = ctx.room.db.optional(&store::POLICY_WAITING, &[]).await? else { return Ok(None) };
    let may = ctx.may(Verb::PolicyDecide, &Target::Firm).await?;
    let view = view(ctx, Proposal::read(&row, &ctx.room.vault)?, ctx.me()?, may)?;
    Ok(Some(view).filter(|v| v.mine))
}

/// Whether the rows are those of the policies in force.
///
/// # Errors
/// They are not; sealed; storage.
pub async fn agree(ctx: &Ctx) -> Result<()> {
    in_force(ctx).await.map(drop)
}

pub(super) async fn proposal_row(ctx: &Ctx, id: ProposalId) -> Result<Option<Proposal>> {
    let row = ctx.room.db.optional(&store::ONE, &params![id.to_string()]).await?;
    row.map(|row| Proposal::read(&row, &ctx.room.vault)).transpose()
}

/// What a source offers.
pub(super) async fn offer(ctx: &Ctx, source: Source) -> Result<Gate> {
    let room = ctx.room.clone();
    let read = apart(move || Ok(source.gate(&room))).await?;
    read.ok_or(Error::NotFound)?.map_err(|why| unusable(&why))
}

fn unusable(why: &impl std::fmt::Display) -> Error {
    Error::conflict("policy.unusable", format!("These policies cannot be used. {why}"))
}

/// Looking through a whole table of situations takes a while: not on the threads that serve.
pub(super) async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let gone = |cause: String| Error::Internal(format!("policies: {cause}"));
    tokio::task::spawn_blocking(work).await.map_err(|e| gone(e.to_string()))?
}

/// The policies in force, after their rows were held against digest and ledger.
async fn in_force(ctx: &Ctx) -> Result<Arc<Gate>> {
    ctx.load(async |loader| hold_in(loader, &ctx.room).await).await
}

/// As [`in_force`], inside a transaction.
pub(super) async fn hold(tx: &mut WriteTx<'_>) -> Result<Arc<Gate>> {
    let room = tx.ctx().room.clone();
    tx.load(async |loader| hold_in(loader, &room).await).await
}

async fn hold_in(loader: &mut Loader<'_, '_>, room: &Strongroom) -> Result<Arc<Gate>> {
    let id = room.firm.id;
    loader.firm(id).await?;
    let files = approved(loader.reader, loader.vault).await?;
    let row = loader.reader.optional(&store::DIGEST, &[]).await?;
    let named: Vec<u8> = row.ok_or(Error::NotFound)?.get("policies")?;
    if named != digest_of(&files) {
        tracing::error!("the approved policies are not those that the firm's row names");
        return Err(Error::Tampered { table: "policy_file", id: id.to_string() });
    }
    let gate = room.gate();
    // the rows are true; then others were approved in this very moment, and the gate follows them
    if named == gate.digest() { Ok(gate) } else { Err(Error::Stale) }
}

fn view(ctx: &Ctx, p: Proposal, me: StaffId, may: bool) -> Result<ProposalView> {
    let name = |id: StaffId| ctx.room.directory.staff(id).map_or_else(|| id.to_string(), |s| s.name);
    let row = p.id.to_string();
    Ok(ProposalView {
        reason: ctx.room.vault.open_system_text(Proposal::column(&row), &p.sealed_reason)?,
        id: p.id,
        source: p.source,
        digest: hex::encode(&p.digest),
        instead_of: hex::encode(&p.instead_of),
        proposed_by: p.proposed_by,
        proposed_by_name: name(p.proposed_by),
        proposed_at: p.proposed_at,
        mine: may && p.state == "waiting" && p.proposed_by != me,
        own: p.proposed_by == me,
        state: p.state,
        decided_by_name: p.decided_by.map(name),
        decided_at: p.decided_at,
    })
}
