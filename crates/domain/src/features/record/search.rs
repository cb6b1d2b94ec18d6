//! Finding records by their titles: in the matters whose team the actor sits on, the newest changes first. One
//! entry names the matters that were looked through; the words are written down nowhere.

use strongroom_storage::params;
use strongroom_storage::sql::Row;

use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::Result;
use crate::kernel::facts::{MatterFacts, RecordFacts, id_of};
use crate::kernel::id::{ClientId, MatterId, RecordId};
use crate::kernel::permit::Permit;
use crate::kernel::target::Target;
use crate::kernel::vault::Column;
use crate::kernel::verb::Verb;

use super::store;

/// In how many matters is looked, and how many titles are opened: what one search may cost.
const MATTERS: usize = 40;
const TITLES: usize = 2_000;

/// A record whose title was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The record.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// Its matter.
    pub matter: MatterId,
    /// The matter's name.
    pub matter_name: String,
}

/// The records whose titles have every word of `words`, newest change first; of one client only where one is
/// named. Matters that the actor may not open are not looked through.
///
/// # Errors
/// Refused, sealed, storage.
pub async fn find(ctx: &Ctx, words: &str, client: Option<ClientId>, limit: usize) -> Result<Vec<Found>> {
    let me = ctx.me()?;
    let of = params![me.to_string(), ctx.now(), i64::try_from(MATTERS).unwrap_or(i64::MAX)];
    let rows = ctx.room.db.all(&store::MATTERS_BY_CHANGE, &of).await?;
    let mut candidates = rows.iter().map(|r| id_of(r, "matter_id")).collect::<Result<Vec<MatterId>>>()?;
    candidates.retain(|id| client.is_none() || ctx.room.directory.client_of(*id) == client);
    let candidates = candidates.into_iter().map(Target::Matter).collect();
    let (permit, seen) = ctx
        .permit_matters(Verb::RecordSearch, &Target::Firm, Verb::RecordList, candidates, Facts::default())
        .await?;
    let words: Vec<String> = words.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let (mut found, mut left) = (Vec::new(), TITLES);
    for matter in seen.into_iter().filter_map(|(_, subject)| subject.matter) {
        let most = i64::try_from(left).unwrap_or(0);
        let rows = ctx.room.db.all(&store::TITLES, &params![matter.id.to_string(), most]).await?;
        left -= rows.len().min(left);
        let name = ctx.room.directory.matter(&permit, matter.id).map(|m| m.name).unwrap_or_default();
        for (id, title) in titles(ctx, &permit, &matter, &rows)? {
            let lower = title.to_lowercase();
            if words.iter().all(|word| lower.contains(word)) {
                found.push(Found { id, title, matter: matter.id, matter_name: name.clone() });
            }
            if found.len() == limit {
                return Ok(found);
            }
        }
        if left == 0 {
            break;
        }
    }
    Ok(found)
}

/// Opens titles, in the order of the rows; one walk down the matter's branch gives every key.
fn titles(ctx: &Ctx, permit: &Permit, matter: &MatterFacts, rows: &[Row]) -> Result<Vec<(RecordId, String)>> {
    let vault = &ctx.room.vault;
    let mut records = rows
        .iter()
        .enumerate()
        .map(|(place, row)| Ok((place, RecordFacts::read(row, vault)?)))
        .collect::<Result<Vec<_>>>()?;
    records.sort_by_key(|(_, record)| record.number);
    let sorted: Vec<_> = records.iter().map(|(_, r)| (r.id.any(), r.number)).collect();
    let keys = vault.record_keys(permit, matter.number, &sorted)?;
    let mut opened = Vec::with_capacity(records.len());
    for ((place, record), key) in records.iter().zip(&keys) {
        let row = record.id.to_string();
        let at = Column { table: "record", row: &row, column: "title", version: record.row_version };
        opened.push((*place, record.id, vault.open_text(key, at, &record.sealed_title)?));
    }
    opened.sort_by_key(|(place, ..)| *place);
    Ok(opened.into_iter().map(|(_, id, title)| (id, title)).collect())
}
