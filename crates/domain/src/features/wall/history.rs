//! How a wall came to be what it is: who made, changed, reviewed and ended it, from the ledger.
//!
//! Whom a change added or took away is sealed under the wall's key, so it is told to those who may see the wall
//! and to nobody else. The wall and its changes are one look at it: one permit, one entry.

use serde_json::Value;

use crate::features::ledger::{self, EntryView};
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::Result;
use crate::kernel::id::{AnyId, EntryId, WallId};
use crate::kernel::target::Target;
use crate::kernel::verb::Verb;

use super::queries::{WallView, view, visible};

/// What was done to a wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    /// It was made.
    Made,
    /// What it names or covers, or its words, changed.
    Changed,
    /// It was looked at and is still needed.
    Reviewed,
    /// It ended.
    Ended,
}

impl Did {
    /// The word of the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Changed => "changed",
            Self::Reviewed => "reviewed",
            Self::Ended => "ended",
        }
    }
}

/// One change of a wall.
#[derive(Clone, Debug)]
pub struct WallChange {
    /// Its entry in the ledger.
    pub entry: EntryId,
    /// When.
    pub at: i64,
    /// Who: an id.
    pub by: String,
    /// What.
    pub did: Did,
    /// People, groups, clients and matters that it names from then on.
    pub added: Vec<AnyId>,
    /// Those that it names no longer.
    pub removed: Vec<AnyId>,
    /// The reason or note that was given.
    pub said: Option<String>,
}

/// A wall and how it came to be so, newest first.
///
/// # Errors
/// Not found, refused, sealed, storage.
pub async fn wall_with_changes(ctx: &Ctx, id: WallId) -> Result<(WallView, Vec<WallChange>)> {
    let target = Target::Wall(id);
    // the gate first: whoever may not see the wall waits no longer than for one that is not there
    let allowed = ctx.ask(Verb::WallSee, &target).await?;
    let wall = allowed.on().need_wall()?;
    let mut about = visible(ctx, wall).await?;
    let unopened = ledger::wall_changes(ctx, id, wall.made_at).await?;
    about.extend(unopened.things());
    about.sort();
    about.dedup();
    let (permit, subject) = allowed.permit(Facts::about(about)).await?;
    let seen = view(ctx, &permit, subject.need_wall()?)?;
    let entries = unopened.views(ctx, &permit).await?;
    Ok((seen, entries.iter().map(change).collect()))
}

fn change(entry: &EntryView) -> WallChange {
    let told = |name: &str| entry.opened.iter().find_map(|(_, body)| body.get(name));
    let ids = |name: &str| -> Vec<AnyId> {
        let listed = told(name).and_then(Value::as_array).cloned().unwrap_or_default();
        listed.iter().filter_map(Value::as_str).filter_map(AnyId::parse).collect()
    };
    let named = ids("names");
    let did = match Verb::parse(&entry.verb) {
        Some(Verb::WallMake) => Did::Made,
        Some(Verb::WallEnd) => Did::Ended,
        // a review changes no name; its entry tells none
        _ if told("names").is_none() => Did::Reviewed,
        _ => Did::Changed,
    };
    let (added, removed) = ids("changed").into_iter().partition(|thing| named.contains(thing));
    let said = told("note").or_else(|| told("reason")).and_then(Value::as_str).map(str::to_owned);
    WallChange { entry: entry.id, at: entry.at, by: entry.actor.id.clone(), did, added, removed, said }
}
