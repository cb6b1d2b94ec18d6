//! Own refusals: whether the actor may know of what they were refused. A thing that is hidden and a thing
//! that never was must leave acts that one cannot tell apart: about nothing, for no reason, without a receipt.

use crate::kernel::blind;
use crate::kernel::ctx::Ctx;
use crate::kernel::error::Result;
use crate::kernel::id::{Client, Matter, Record, Staff, Wall};
use crate::kernel::target::Target;
use crate::kernel::verb::Verb;

use super::model::Raw;

/// Whether the actor may know of what they were refused. An id that named nothing is like one that is hidden.
pub(super) async fn knows_of(ctx: &Ctx, raw: &Raw) -> Result<bool> {
    if blind::to("own-refusal-known") {
        return Ok(true);
    }
    if let Some(id) = raw.matter {
        return ctx.may_now(Verb::MatterSee, &Target::Matter(id)).await;
    }
    if let Some(id) = raw.client {
        return ctx.may_now(Verb::ClientSee, &Target::Client(id)).await;
    }
    for id in raw.about() {
        if let Some(id) = id.typed::<Wall>() {
            return ctx.may_now(Verb::WallSee, &Target::Wall(id)).await;
        }
        if let Some(id) = id.typed::<Staff>() {
            return Ok(ctx.me()? == id || ctx.may_now(Verb::StaffSee, &Target::Staff(id)).await?);
        }
        // a client, matter or record of which no row told the matter: it named nothing
        let of_clients = id.typed::<Client>().is_some()
            || id.typed::<Matter>().is_some()
            || id.typed::<Record>().is_some();
        if of_clients {
            return Ok(false);
        }
    }
    Ok(Verb::parse(&raw.verb).is_some_and(of_the_firm))
}

/// Verbs that are done to the firm and to no single thing: refused, they hide nothing.
pub(super) const fn of_the_firm(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::ApprovalList
            | Verb::ClientCreate
            | Verb::ClientList
            | Verb::GroupChange
            | Verb::GroupList
            | Verb::HealthRead
            | Verb::LedgerCopy
            | Verb::LedgerList
            | Verb::LedgerOwn
            | Verb::MatterList
            | Verb::MeRead
            | Verb::StaffInvite
            | Verb::StaffList
            | Verb::SystemSeal
            | Verb::TodayRead
            | Verb::WallMake
    )
}
