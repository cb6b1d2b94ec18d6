//! Lists of entries, newest first, in keyset pages.

use std::collections::BTreeMap;

use strongroom_storage::params;
use strongroom_storage::sql::Sql;

use crate::kernel::blind;
use crate::kernel::clock::Micros;
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::{Facts, Outcome};
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::MatterFacts;
use crate::kernel::id::{EntryId, MatterId, RecordId, WallId};
use crate::kernel::permit::Permit;
use crate::kernel::target::Target;
use crate::kernel::verb::{Scope, Verb};

use super::count::complete;
use super::model::{Covered, EntryPage, EntryView, Filter, Part, Raw};
use super::sight::{Sight, bare, knows_walls, plain_to_the_team};
use super::store;

/// How many rows one statement takes.
const BATCH: usize = 200;
/// How many statements one page takes at most; a page may then be short, and says where to go on.
const ROUNDS: usize = 20;

/// Where in time a list stands: before this instant and id.
#[derive(Clone)]
struct Cursor(Micros, String);

impl Cursor {
    /// Before `after` and before `until`.
    async fn new(ctx: &Ctx, after: Option<EntryId>, until: Option<Micros>) -> Result<Self> {
        let from_time = Self(until.unwrap_or(Micros::MAX), String::new());
        let Some(after) = after else { return Ok(from_time) };
        let row = ctx.room.db.optional(&store::ENTRY_AT, &params![after.to_string()]).await?;
        let row = row.ok_or_else(|| Error::invalid("after", "This is not where a page ended."))?;
        let from_entry = Self(row.get("at")?, after.to_string());
        Ok(if (from_entry.0, &from_entry.1) < (from_time.0, &from_time.1) { from_entry } else { from_time })
    }
}

fn led_by(filter: &Filter) -> &'static Sql {
    if filter.record.is_some() {
        &store::LIST_BY_RECORD
    } else if filter.matter.is_some() {
        &store::LIST_BY_MATTER
    } else if filter.client.is_some() {
        &store::LIST_BY_CLIENT
    } else if filter.actor.is_some() {
        &store::LIST_BY_ACTOR
    } else if filter.verb.is_some() {
        &store::LIST_BY_VERB
    } else if filter.outcome.is_some() {
        &store::LIST_BY_OUTCOME
    } else {
        &store::LIST_BY_TIME
    }
}

async fn fetch(ctx: &Ctx, filter: &Filter, cursor: &Cursor, limit: usize) -> Result<Vec<Raw>> {
    let values = params![
        cursor.0,
        cursor.1.clone(),
        filter.since.unwrap_or(Micros::MIN),
        filter.verb.map(|v| v.word().to_owned()),
        filter.actor.clone(),
        filter.client.map(|id| id.to_string()),
        filter.matter.map(|id| id.to_string()),
        filter.record.map(|id| id.to_string()),
        filter.outcome.map(|o| o.word().to_owned()),
        i64::try_from(limit).unwrap_or(i64::MAX)
    ];
    let rows = ctx.room.db.all(led_by(filter), &values).await?;
    rows.iter().map(Raw::read).collect()
}

/// Which of the rows that the statement finds are shown.
enum Shown<'a> {
    /// All: they are the reader's own.
    Own,
    /// Those that the gate lets the reader open, asked once for each matter.
    Watched { me: String, answers: BTreeMap<(Option<MatterId>, bool), bool> },
    /// Those of a matter that give no wall away to who may not know of it.
    Team { me: String, walls: bool, matter: &'a MatterFacts },
}

impl Shown<'_> {
    async fn passes(&mut self, ctx: &Ctx, raw: &Raw) -> Result<bool> {
        match self {
            Self::Own => Ok(true),
            // the counts speak through `complete`
            Self::Team { .. } if raw.verb == Verb::LedgerCount.word() => Ok(false),
            Self::Team { me, walls, matter } => {
                Ok(*walls || raw.actor_id == *me || plain_to_the_team(matter, raw))
            }
            Self::Watched { me, answers } => {
                let about = (raw.matter, raw.actor_id == *me);
                if let Some(known) = answers.get(&about) {
                    return Ok(*known);
                }
                let target = Target::Entry { actor: raw.actor_id.clone(), matter: raw.matter };
                let answer = blind::to("entry-gate") || ctx.may_now(Verb::LedgerRead, &target).await?;
                answers.insert(about, answer);
                Ok(answer)
            }
        }
    }
}

/// Takes entries in their order until `limit` of them are shown; tells where the next page begins.
async fn fill(
    ctx: &Ctx,
    filter: &Filter,
    after: Option<EntryId>,
    limit: usize,
    mut shown: Shown<'_>,
) -> Result<(Vec<Raw>, Option<EntryId>)> {
    let limit = limit.clamp(1, BATCH);
    let mut cursor = Cursor::new(ctx, after, filter.until).await?;
    let mut page: Vec<Raw> = Vec::with_capacity(limit);
    let mut last = None;
    for _ in 0..ROUNDS {
        let rows = fetch(ctx, filter, &cursor, BATCH.min(limit + 1)).await?;
        let end = rows.len() < BATCH.min(limit + 1);
        for raw in rows {
            cursor = Cursor(raw.at, raw.id.to_string());
            let only_read = || Verb::parse(&raw.verb).is_some_and(|v| v.scope() == Scope::Read);
            if filter.changes && only_read() || !shown.passes(ctx, &raw).await? {
                last = Some(raw.id);
                continue;
            }
            if page.len() == limit {
                // where the page ended, and not at something hidden that stood behind it
                let end = page.last().map(|raw| raw.id);
                return Ok((page, end));
            }
            last = Some(raw.id);
            page.push(raw);
        }
        if end {
            return Ok((page, None));
        }
    }
    Ok((page, last))
}

async fn covered(ctx: &Ctx) -> Result<Covered> {
    Ok(Covered::from(&ctx.room.ledger_head().await?))
}

/// Every entry that the filter finds, for those who watch: ids, nothing opened. Each row has passed the
/// gate too, so that a wall beats this as it beats everything.
///
/// # Errors
/// Refused, sealed, storage.
pub async fn entries(ctx: &Ctx, filter: &Filter, after: Option<EntryId>, limit: usize) -> Result<EntryPage> {
    let (permit, _) = ctx.permit_with(Verb::LedgerList, &Target::Firm, asked(filter)).await?;
    let shown = Shown::Watched { me: ctx.me()?.to_string(), answers: BTreeMap::new() };
    let (rows, next) = fill(ctx, filter, after, limit, shown).await?;
    let covered = covered(ctx).await?;
    let items = rows.iter().map(|raw| bare(ctx, raw, covered, &[])).collect();
    let (client_name, matter_name) = called(ctx, &permit, filter).await?;
    Ok(EntryPage { items, next, client_name, matter_name, complete: None })
}

/// What the filter names, for those who may see it: an auditor, who filters by ids, is told no name.
async fn called(ctx: &Ctx, permit: &Permit, filter: &Filter) -> Result<(Option<String>, Option<String>)> {
    let (mut client, mut matter) = (None, None);
    if let Some(id) = filter.client
        && ctx.may_now(Verb::ClientSee, &Target::Client(id)).await?
    {
        client = ctx.room.directory.client(permit, id).map(|c| c.name);
    }
    if let Some(id) = filter.matter
        && ctx.may_now(Verb::MatterSee, &Target::Matter(id)).await?
    {
        matter = ctx.room.directory.matter(permit, id).map(|m| m.name);
    }
    Ok((client, matter))
}

/// What was asked for stands in the entry: ids and words only.
fn asked(filter: &Filter) -> Facts {
    let mut facts = Facts::default();
    let ids =
        [filter.client.map(|i| i.any()), filter.matter.map(|i| i.any()), filter.record.map(|i| i.any())];
    facts.about.extend(ids.into_iter().flatten());
    if let Some(verb) = filter.verb {
        facts = facts.clear("verb", verb.word());
    }
    if let Some(actor) = filter.actor.as_deref().and_then(crate::kernel::id::AnyId::parse) {
        facts.about.push(actor);
    }
    facts
}

/// The actor's own acts, as far as they may know of the things now.
///
/// # Errors
/// Refused, sealed, storage.
pub async fn own_acts(ctx: &Ctx, after: Option<EntryId>, limit: usize) -> Result<EntryPage> {
    let filter = Filter { actor: Some(ctx.me()?.to_string()), ..Filter::default() };
    let (rows, next) = fill(ctx, &filter, after, limit, Shown::Own).await?;
    let sight = Sight::of(ctx, &rows).await?;
    let (permit, _) = ctx.permit_with(Verb::LedgerOwn, &Target::Firm, Facts::about(sight.things())).await?;
    let covered = covered(ctx).await?;
    let items = rows.iter().map(|raw| sight.view(ctx, &permit, raw, covered)).collect();
    Ok(EntryPage { items, next, ..EntryPage::default() })
}

/// What happened with a matter and its records.
///
/// # Errors
/// Not found, refused, sealed, storage.
pub async fn matter_activity(
    ctx: &Ctx,
    id: MatterId,
    after: Option<EntryId>,
    limit: usize,
) -> Result<EntryPage> {
    matter_activity_of(ctx, id, Part::Everything, after, limit).await
}

/// As [`matter_activity`], a part of it.
///
/// # Errors
/// As [`matter_activity`].
pub async fn matter_activity_of(
    ctx: &Ctx,
    id: MatterId,
    part: Part,
    after: Option<EntryId>,
    limit: usize,
) -> Result<EntryPage> {
    let filter = Filter { matter: Some(id), ..only(part) };
    activity(ctx, Verb::MatterActivity, &Target::Matter(id), &filter, after, limit).await
}

fn only(part: Part) -> Filter {
    Filter {
        changes: part == Part::Changes,
        outcome: (part == Part::Refusals).then_some(Outcome::Denied),
        ..Filter::default()
    }
}

/// What happened with a record: who opened it.
///
/// # Errors
/// Not found, refused, sealed, storage.
pub async fn record_activity(
    ctx: &Ctx,
    id: RecordId,
    after: Option<EntryId>,
    limit: usize,
) -> Result<EntryPage> {
    record_activity_of(ctx, id, Part::Everything, after, limit).await
}

/// As [`record_activity`], a part of it.
///
/// # Errors
/// As [`record_activity`].
pub async fn record_activity_of(
    ctx: &Ctx,
    id: RecordId,
    part: Part,
    after: Option<EntryId>,
    limit: usize,
) -> Result<EntryPage> {
    let filter = Filter { record: Some(id), ..only(part) };
    activity(ctx, Verb::RecordActivity, &Target::Record(id), &filter, after, limit).await
}

async fn activity(
    ctx: &Ctx,
    verb: Verb,
    target: &Target,
    filter: &Filter,
    after: Option<EntryId>,
    limit: usize,
) -> Result<EntryPage> {
    let allowed = ctx.ask(verb, target).await?;
    let matter = allowed.on().need_matter()?;
    let me = ctx.me()?;
    let walls = knows_walls(ctx, matter);
    let shown = Shown::Team { me: me.to_string(), walls, matter };
    let (rows, next) = fill(ctx, filter, after, limit, shown).await?;
    let sight = Sight::of(ctx, &rows).await?;
    let (permit, _) = allowed.permit(Facts::about(sight.things())).await?;
    let covered = covered(ctx).await?;
    // said once, at the head of the list
    let complete = match filter.matter.filter(|_| after.is_none()) {
        Some(id) => complete(ctx, id).await?,
        None => None,
    };
    let items = rows.iter().map(|raw| sight.view(ctx, &permit, raw, covered)).collect();
    Ok(EntryPage { items, next, complete, ..EntryPage::default() })
}

/// The refusals on these matters, which the actor leads, newest first: for the page of the day, under the
/// permit that names [`Unopened::things`].
pub(crate) async fn refusals_on(
    ctx: &Ctx,
    led: &[MatterFacts],
    since: Micros,
    limit: usize,
) -> Result<Unopened> {
    let mut rows = Vec::new();
    for matter in led {
        let filter = Filter {
            matter: Some(matter.id),
            outcome: Some(Outcome::Denied),
            since: Some(since),
            ..Filter::default()
        };
        rows.extend(fetch(ctx, &filter, &Cursor(Micros::MAX, String::new()), limit).await?);
    }
    rows.sort_by_key(|raw| std::cmp::Reverse((raw.at, raw.id)));
    rows.truncate(limit);
    let sight = Sight::of(ctx, &rows).await?;
    Ok(Unopened { rows, sight })
}

/// What was done to a wall since it was made, newest first: for those who may see it, under the permit that names
/// [`Unopened::things`]. Entries of walls are few; they are found by their verb.
pub(crate) async fn wall_changes(ctx: &Ctx, wall: WallId, made_at: Micros) -> Result<Unopened> {
    let mut rows = Vec::new();
    for verb in [Verb::WallMake, Verb::WallChange, Verb::WallEnd] {
        let filter = Filter {
            verb: Some(verb),
            outcome: Some(Outcome::Allowed),
            since: Some(made_at),
            ..Filter::default()
        };
        let mut cursor = Cursor(Micros::MAX, String::new());
        for _ in 0..ROUNDS {
            let batch = fetch(ctx, &filter, &cursor, BATCH).await?;
            let end = batch.len() < BATCH;
            if let Some(last) = batch.last() {
                cursor = Cursor(last.at, last.id.to_string());
            }
            rows.extend(batch.into_iter().filter(|raw| raw.about().contains(&wall.any())));
            if end {
                break;
            }
        }
    }
    rows.sort_by_key(|raw| std::cmp::Reverse((raw.at, raw.id)));
    let sight = Sight::of(ctx, &rows).await?;
    Ok(Unopened { rows, sight })
}

/// Entries whose parts are still sealed.
pub(crate) struct Unopened {
    rows: Vec<Raw>,
    sight: Sight,
}

impl Unopened {
    /// What the permit must name.
    pub(crate) fn things(&self) -> Vec<crate::kernel::id::AnyId> {
        self.sight.things()
    }

    /// The entries, opened under the permit.
    pub(crate) async fn views(&self, ctx: &Ctx, permit: &Permit) -> Result<Vec<EntryView>> {
        let covered = covered(ctx).await?;
        Ok(self.rows.iter().map(|raw| self.sight.view(ctx, permit, raw, covered)).collect())
    }
}
