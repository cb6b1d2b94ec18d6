//! Why: who may do what with a thing, by which rules, also as of a past instant.
//!
//! Authority rows are kept with their start and end, so the answer for a past instant comes from the same
//! rules over the rows of then. About a thing that the asker may not know of, the answer is "not found".

#[cfg(test)]
mod tests;

use crate::features::ledger::knows_walls;
use crate::kernel::actor::Role;
use crate::kernel::asking::Ask as Whom;
use crate::kernel::blind;
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Because, Error, Result};
use crate::kernel::facts::{MatterFacts, PersonFacts, WallAnswer};
use crate::kernel::gate::Decision;
use crate::kernel::id::StaffId;
use crate::kernel::target::{Subject, Target, principal};
use crate::kernel::verb::Verb;

/// What is asked.
pub struct Ask {
    /// About whom; the asker where none is named.
    pub person: Option<StaffId>,
    /// What they would do.
    pub action: Verb,
    /// With what.
    pub thing: Target,
    /// As of when; now where none is given.
    pub at: Option<i64>,
}

/// Answers, and leaves an entry that it was asked.
///
/// # Errors
/// Not found where the asker may not know of the thing or the person; refused; sealed; storage.
pub async fn explain(ctx: &Ctx, ask: Ask) -> Result<Decision> {
    let me = ctx.me()?;
    let person = ask.person.unwrap_or(me);
    let verb = if person == me { Verb::ExplainOwn } else { Verb::ExplainOther };
    // the asker must know of the thing itself; an auditor knows ids only, of every thing
    let role = ctx.role().await?;
    let watches = matches!(role, Role::Auditor);
    let known = match ask.thing.known_by() {
        None => true,
        Some(see) => watches || blind::to("explain-known") || ctx.may_now(see, &ask.thing).await?,
    };
    // while a client is presented no wall is told of, and an answer here would tell
    if !known || ask.thing == Target::Unknown || ctx.presents().is_some() {
        return ctx.unknown(verb).await;
    }
    let about = ask.thing.id().into_iter().chain([person.any()]);
    ctx.permit_with(verb, &explain_target(&ask.thing), Facts::about(about)).await?;
    let at = ask.at.unwrap_or_else(|| ctx.now());
    let (mut subject, facts) = ctx
        .load(async |loader| {
            let subject = Subject::load(loader, &ask.thing, Some(person)).await?;
            Ok((subject, loader.person(person).await?))
        })
        .await?;
    if !subject.exists {
        return Err(Error::NotFound);
    }
    // a person at a client is known to administrators alone: to anyone else, like someone who is not there
    let contact = |f: &PersonFacts| f.at(ctx.now()).is_some_and(|s| s.role == Role::ClientContact);
    let hidden = |f: &PersonFacts| person != me && contact(f) && !blind::to("contacts-hidden");
    let facts = facts.filter(|f| !hidden(f)).ok_or(Error::NotFound)?;
    if person != me && !watches {
        known_near(ctx, role, &mut subject).await?;
    }
    let mut how = subject.situation(&ask.thing, person, at);
    // to whoever may not know of walls it is as if none had stood, also in the past
    let walls_known = matches!(role, Role::Auditor | Role::ComplianceOfficer)
        || subject.matter.as_ref().is_some_and(|matter| knows_walls(ctx, matter));
    if !walls_known {
        how.wall = WallAnswer::None;
    }
    if let Some(matter) = &subject.matter {
        how.open = matter.opened_at <= at && matter.closed_at.is_none_or(|c| at < c);
    }
    let who = principal(&facts, None, ask.action, at, &mut how);
    let id = ask.thing.id().map_or_else(|| String::from("firm"), |id| id.to_string());
    ctx.room.gate().decide(&who, ask.action, ask.thing.kind(), &id, &how)
}

/// Leaves of the matters around a client or a wall those of which the asker may know, and of their walls those of which
/// the asker may know: an answer about someone else tells of no seat and no wall beyond that.
async fn known_near(ctx: &Ctx, asker: Role, subject: &mut Subject) -> Result<()> {
    if blind::to("explain-near") {
        return Ok(());
    }
    let mut near = Vec::with_capacity(subject.near.len());
    for mut matter in std::mem::take(&mut subject.near) {
        if !ctx.may_now(Verb::MatterSee, &Target::Matter(matter.id)).await? {
            continue;
        }
        if asker != Role::ComplianceOfficer && !knows_walls(ctx, &matter) {
            matter.walls.clear();
        }
        near.push(matter);
    }
    subject.near = near;
    Ok(())
}

/// Whom `person` may ask about what these rules forbid with a thing. The leads of a matter are named to those only
/// who may see its team.
///
/// # Errors
/// Sealed, storage.
pub async fn whom_to_ask(
    ctx: &Ctx,
    person: StaffId,
    because: &[Because],
    thing: &Target,
) -> Result<Option<Whom>> {
    let matter = match thing {
        Target::Matter(_) | Target::Record(_) => {
            ctx.load(async |loader| Subject::load(loader, thing, None).await).await?.matter
        }
        _ => None,
    };
    let matter = match matter {
        Some(m) if ctx.may_now(Verb::TeamSee, &Target::Matter(m.id)).await? => Some(m),
        _ => None,
    };
    ctx.whom_to_ask(Some(person), because, matter.as_ref()).await
}

/// The policies know `explain` on firm, client, matter and record.
fn explain_target(thing: &Target) -> Target {
    match thing {
        Target::Client(_) | Target::Matter(_) | Target::Record(_) => thing.clone(),
        _ => Target::Firm,
    }
}

/// The gate's answer for someone else about a matter whose facts are at hand, without an entry: for the
/// page that lists who can open it.
pub(crate) async fn decide_for(
    ctx: &Ctx,
    matter: &MatterFacts,
    person: StaffId,
    verb: Verb,
) -> Result<Decision> {
    let facts = ctx.load(async |loader| loader.person(person).await).await?.ok_or(Error::NotFound)?;
    let subject = Subject { matter: Some(matter.clone()), exists: true, ..Subject::default() };
    let target = Target::Matter(matter.id);
    let mut how = subject.situation(&target, person, ctx.now());
    let who = principal(&facts, None, verb, ctx.now(), &mut how);
    ctx.room.gate().decide(&who, verb, target.kind(), &matter.id.to_string(), &how)
}
