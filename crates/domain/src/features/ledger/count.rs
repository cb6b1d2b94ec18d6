//! Daily counts: for each matter touched, how many entries name it up to a size of the log, and a hash over their
//! indexes. A matter's activity checks itself against the newest count and says up to when it is complete: so an
//! entry whose columns were changed behind the program's back, and which therefore no list finds, is missed.
//!
//! What must hold: a count is itself an entry, and is believed only as the log has it.

use std::sync::Arc;

use serde_json::Value;
use strongroom_seal::mac;
use strongroom_storage::params;
use strongroom_storage::sql::Row;

use crate::kernel::actor::SystemRole;
use crate::kernel::clock::{DAY, Micros};
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::Result;
use crate::kernel::id::{Id, MatterId};
use crate::kernel::ledger::{Head, signed};
use crate::kernel::strongroom::Strongroom;
use crate::kernel::target::Target;
use crate::kernel::verb::Verb;

use super::store;

/// What a count says of a matter.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Count {
    /// Entries with an index below this are counted.
    upto: u64,
    count: u64,
    chain: [u8; 32],
}

impl Count {
    const NONE: Self = Self { upto: 0, count: 0, chain: [0; 32] };

    fn of_entry(bytes: &[u8]) -> Option<Self> {
        let facts = facts_of(bytes)?;
        let mut chain = [0; 32];
        hex::decode_to_slice(facts.get("chain")?.as_str()?, &mut chain).ok()?;
        Some(Self { upto: facts.get("upto")?.as_u64()?, count: facts.get("count")?.as_u64()?, chain })
    }

    /// With the matter's entries that follow, up to the size `upto`.
    fn and(mut self, indexes: &[Row], upto: u64) -> Result<Self> {
        for row in indexes {
            let index: u64 = row.get("idx")?;
            self.chain = mac::sha256(&[&self.chain[..], &index.to_be_bytes()].concat());
            self.count += 1;
        }
        self.upto = upto;
        Ok(self)
    }
}

/// Up to when a matter's list of entries was counted, and whether it still has them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complete {
    /// When it was counted.
    pub to: Micros,
    /// False where entries are missing from the list, or were put into it.
    pub holds: bool,
}

/// Counts if a day has begun since the last count; how many matters it counted. The last entry of a day's counts is the
/// firm's: a run that was cut off left none, and is made again.
///
/// # Errors
/// Sealed, storage.
pub async fn count_if_due(room: &Arc<Strongroom>) -> Result<usize> {
    let last = room.db.optional(&store::LAST_COUNT, &[]).await?;
    let (at, since) = match &last {
        Some(row) => {
            let facts = facts_of(&row.get::<Vec<u8>>("bytes")?);
            (row.get("at")?, facts.and_then(|f| f.get("upto")?.as_u64()).unwrap_or(0))
        }
        None => (Micros::MIN, 0),
    };
    if at / DAY >= room.now() / DAY {
        return Ok(0);
    }
    let head = room.ledger_head().await?;
    let touched = room.db.all(&store::TOUCHED, &params![signed(since)?, signed(head.signed_size)?]).await?;
    let ctx = room.system(SystemRole::Sequencer);
    for row in &touched {
        let Some(matter) = Id::parse(&row.get::<String>("matter_id")?) else { continue };
        count(&ctx, matter, &head).await?;
    }
    let all = Facts::default().clear("upto", head.signed_size).clear("matters", touched.len());
    ctx.permit_with(Verb::LedgerCount, &Target::Firm, all).await?;
    Ok(touched.len())
}

fn facts_of(entry: &[u8]) -> Option<Value> {
    serde_json::from_slice::<Value>(entry).ok()?.get_mut("facts").map(Value::take)
}

async fn count(ctx: &Ctx, matter: MatterId, head: &Head) -> Result<()> {
    let before = newest(&ctx.room, matter, head).await?.map_or(Count::NONE, |(_, count)| count);
    let values = params![matter.to_string(), signed(before.upto)?, signed(head.signed_size)?];
    let now = before.and(&ctx.room.db.all(&store::INDEXES_OF, &values).await?, head.signed_size)?;
    let mut facts = Facts::about([matter.any()])
        .clear("upto", now.upto)
        .clear("count", now.count)
        .clear("chain", hex::encode(now.chain));
    facts.matter = Some(matter.any());
    ctx.permit_with(Verb::LedgerCount, &Target::Firm, facts).await?;
    Ok(())
}

/// The matter's newest count that is in the log, and when it was made.
async fn newest(room: &Strongroom, matter: MatterId, head: &Head) -> Result<Option<(Micros, Count)>> {
    let Some(row) = room.db.optional(&store::NEWEST_COUNT, &params![matter.to_string()]).await? else {
        return Ok(None);
    };
    let bytes = room.entry_under_tree(head, row.get("idx")?).await?;
    Ok(Count::of_entry(&bytes).map(|count| (row.get("at").unwrap_or_default(), count)))
}

/// Holds the matter's entries against their newest count; none where none was made yet.
pub(super) async fn complete(ctx: &Ctx, matter: MatterId) -> Result<Option<Complete>> {
    let head = ctx.room.ledger_head().await?;
    let Some((to, counted)) = newest(&ctx.room, matter, &head).await? else { return Ok(None) };
    let values = params![matter.to_string(), 0, signed(counted.upto)?];
    let found = Count::NONE.and(&ctx.room.db.all(&store::INDEXES_OF, &values).await?, counted.upto)?;
    let holds = found == counted;
    if !holds {
        tracing::error!(matter = %matter, "entries of a matter are missing from its list, or were put into it");
    }
    Ok(Some(Complete { to, holds }))
}
