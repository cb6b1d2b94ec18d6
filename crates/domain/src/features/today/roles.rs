//! What a role adds to the page of the day.

use std::collections::BTreeMap;

use strongroom_storage::params;
use strongroom_storage::sql::Row;

use crate::features::backup;
use crate::features::matter::MatterView;
use crate::features::staff::invitation;
use crate::kernel::actor::Role;
use crate::kernel::clock::{DAY, Micros};
use crate::kernel::ctx::Ctx;
use crate::kernel::error::Result;
use crate::kernel::facts::{WallFacts, id_of};
use crate::kernel::id::{ApprovalId, MatterId, StaffId, WallId};
use crate::kernel::permit::Permit;
use crate::kernel::target::Target;
use crate::kernel::vault::{Column, KeyOf};
use crate::kernel::verb::Verb;

use super::{
    AdministratorDay, AuditorDay, ComplianceDay, DayCount, LastCheckpoint, LedgerReplica, RecordsManagerDay,
    Replica, WallLine, store,
};

/// A wall is reviewed at least this often.
const REVIEW: Micros = 180 * DAY;

/// Standing walls that wait for a review, as far as the gate lets me see them.
pub(super) async fn walls(ctx: &Ctx) -> Result<Vec<WallFacts>> {
    let now = ctx.now();
    let mut walls = Vec::new();
    for row in ctx.room.db.all(&store::WALLS_STANDING, &params![now, now - REVIEW]).await? {
        let id: WallId = id_of(&row, "wall_id")?;
        let judged =
            ctx.load(async |loader| ctx.judge(loader, Verb::WallSee, &Target::Wall(id), None).await).await?;
        walls.extend(judged.subject.wall.filter(|_| judged.decision.allowed));
    }
    Ok(walls)
}

/// Walls and refusals.
pub(super) async fn compliance(ctx: &Ctx, permit: &Permit, walls: &[WallFacts]) -> Result<ComplianceDay> {
    let mut lines = Vec::with_capacity(walls.len());
    for wall in walls {
        let key = ctx.room.vault.key(permit, &wall.id.any(), KeyOf::Client(wall.number))?;
        let row = wall.id.to_string();
        let at = Column { table: "wall", row: &row, column: "name", version: wall.row_version };
        let name = ctx.room.vault.open_text(&key, at, &wall.sealed_name)?;
        lines.push(WallLine { wall: wall.id, name, made_at: wall.made_at, reviewed_at: wall.reviewed_at });
    }
    Ok(ComplianceDay { walls: lines, refusals: refusals(ctx).await? })
}

/// Refusals by day.
async fn refusals(ctx: &Ctx) -> Result<Vec<DayCount>> {
    let first = first_day(ctx.now());
    let mut found = BTreeMap::new();
    for row in ctx.room.db.all(&store::REFUSALS_BY_DAY, &params![first]).await? {
        found.insert(row.get::<i64>("day")?, row.get::<u64>("n")?);
    }
    Ok(days(first, &found))
}

/// The beginning of the day thirty days ago (UTC).
pub(super) const fn first_day(now: Micros) -> Micros {
    now.div_euclid(DAY) * DAY - 30 * DAY
}

/// Thirty-one days from the first, those without any too.
pub(super) fn days(first: Micros, found: &BTreeMap<i64, u64>) -> Vec<DayCount> {
    (0..31).map(|n| DayCount { day: first + n * DAY, count: found.get(&n).copied().unwrap_or(0) }).collect()
}

/// What a records manager keeps: candidates, each passes the gate before it is shown.
#[derive(Default)]
pub(super) struct Kept {
    without_lead: Vec<MatterId>,
    opened: Vec<MatterId>,
    closed: Vec<MatterId>,
}

impl Kept {
    /// Every matter of them.
    pub(super) fn all(&self) -> impl Iterator<Item = MatterId> {
        [&self.without_lead, &self.opened, &self.closed].into_iter().flatten().copied()
    }

    /// Those that can be shown.
    pub(super) fn day(&self, show: impl Fn(MatterId) -> Option<MatterView>) -> RecordsManagerDay {
        let some = |ids: &[MatterId], most| ids.iter().filter_map(|id| show(*id)).take(most).collect();
        RecordsManagerDay {
            without_lead: some(&self.without_lead, 20),
            opened: some(&self.opened, 10),
            closed: some(&self.closed, 10),
        }
    }
}

/// See [`Kept`].
pub(super) async fn kept(ctx: &Ctx) -> Result<Kept> {
    let (db, now) = (&ctx.room.db, ctx.now());
    let ids = |rows: Vec<Row>| rows.iter().map(|row| id_of(row, "matter_id")).collect::<Result<Vec<_>>>();
    Ok(Kept {
        without_lead: ids(db.all(&store::WITHOUT_LEAD, &params![now]).await?)?,
        opened: ids(db.all(&store::OPENED_LATELY, &params![now - 14 * DAY]).await?)?,
        closed: ids(db.all(&store::CLOSED_LATELY, &params![now - 90 * DAY]).await?)?,
    })
}

fn name_of(ctx: &Ctx, id: StaffId) -> String {
    ctx.room.directory.staff(id).map_or_else(|| id.to_string(), |s| s.name)
}

async fn waiting(ctx: &Ctx) -> Result<Vec<(ApprovalId, StaffId, Option<StaffId>)>> {
    let rows = ctx.room.db.all(&store::WAITING, &[]).await?;
    rows.iter()
        .map(|row| Ok((id_of(row, "approval_id")?, id_of(row, "staff_id")?, id_of(row, "asked_by").ok())))
        .collect()
}

/// What I may decide as the second person: not about myself, and not what I asked for.
pub(super) async fn to_decide(
    ctx: &Ctx,
    role: Role,
    me: StaffId,
) -> Result<Vec<(ApprovalId, StaffId, String)>> {
    if !matches!(role, Role::Partner | Role::ComplianceOfficer) {
        return Ok(Vec::new());
    }
    let mine = waiting(ctx).await?.into_iter().filter(|(_, staff, asked)| *staff != me && *asked != Some(me));
    Ok(mine.map(|(id, staff, _)| (id, staff, name_of(ctx, staff))).collect())
}

/// The keyring's replicas, as this server last wrote them.
pub(super) fn replicas(ctx: &Ctx) -> Vec<Replica> {
    let known = ctx.room.vault.store().replicas();
    known.into_iter().map(|(f, read_back)| Replica { folder: f.display().to_string(), read_back }).collect()
}

/// The ledger's replicas, as this server last wrote them.
pub(super) fn ledger_replicas(ctx: &Ctx) -> Vec<LedgerReplica> {
    let known = ctx.room.ledger_replicas();
    known.into_iter().map(|(f, state)| LedgerReplica { folder: f.display().to_string(), state }).collect()
}

/// Seal, keyring, people who have not come yet.
pub(super) async fn administrator(ctx: &Ctx) -> Result<AdministratorDay> {
    let mut not_enrolled = Vec::new();
    for row in ctx.room.db.all(&store::NOT_ENROLLED, &[]).await? {
        let id: StaffId = id_of(&row, "staff_id")?;
        let role: Option<Role> = Role::parse(&row.get::<String>("role")?);
        let Some(role) = role else { continue };
        let invitation = invitation::of(ctx, id, role, &invitation::asked(ctx, id).await?).await?;
        // what came to nothing waits for nobody; the list of staff says so
        if !invitation.over() {
            not_enrolled.push((id, name_of(ctx, id), invitation));
        }
    }
    let approvals =
        waiting(ctx).await?.into_iter().map(|(id, staff, _)| (id, staff, name_of(ctx, staff))).collect();
    Ok(AdministratorDay {
        sealed: ctx.room.vault.is_sealed(),
        unsealed_at: newest(ctx, Verb::SystemUnseal).await?,
        replicas: replicas(ctx),
        disk: ctx.room.blobs.room().await.ok().flatten(),
        ledger_replicas: ledger_replicas(ctx),
        witnesses: ctx.room.witnesses(),
        enough_witnesses: ctx.room.enough_witnesses(),
        backup: backup::newest(&ctx.room.db).await?,
        not_enrolled,
        approvals,
    })
}

/// When something was last done, whoever did it.
async fn newest(ctx: &Ctx, verb: Verb) -> Result<Option<Micros>> {
    let row = ctx.room.db.optional(&store::NEWEST_OF, &params![verb.word()]).await?;
    row.map(|row| Ok(row.get("at")?)).transpose()
}

/// How the ledger stands.
pub(super) async fn auditor(ctx: &Ctx) -> Result<AuditorDay> {
    let head = ctx.room.ledger_head().await?;
    let waiting = ctx.room.db.one(&store::PENDING_COUNT, &[]).await?;
    let signed = head.signed_size > 0;
    Ok(AuditorDay {
        checkpoint: signed.then_some(LastCheckpoint {
            size: head.signed_size,
            at: head.signed_at,
            witnessed: head.witnessed_size,
            enough_witnesses: ctx.room.enough_witnesses(),
        }),
        entries: head.size,
        pending: waiting.get("n")?,
        oldest_pending: waiting.get("oldest")?,
        refusals: refusals(ctx).await?,
        replicas: ledger_replicas(ctx),
        checked_at: newest(ctx, Verb::SystemCheck).await?,
    })
}
