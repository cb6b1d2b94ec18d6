//! Seeing walls, and who would lose what by one.

use std::collections::BTreeSet;

use strongroom_storage::params;

use crate::kernel::blind;
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::{WallFacts, id_of};
use crate::kernel::id::{self, AnyId, ClientId, GroupId, MatterId, StaffId, WallId};
use crate::kernel::permit::Permit;
use crate::kernel::target::Target;
use crate::kernel::vault::{Column, KeyOf};
use crate::kernel::verb::Verb;

use super::{WallKind, WallSpec, store};

/// A wall as it is shown to those who may know of it.
#[derive(Clone, Debug)]
pub struct WallView {
    /// Its id.
    pub id: WallId,
    /// Its name.
    pub name: String,
    /// Why it stands.
    pub reason: String,
    /// What it does.
    pub kind: WallKind,
    /// Clients it covers, by name where the viewer may see them.
    pub clients: Vec<(ClientId, Option<String>)>,
    /// Matters it covers, by name where the viewer may see them.
    pub matters: Vec<(MatterId, Option<String>)>,
    /// People it names.
    pub staff: Vec<StaffId>,
    /// Groups it names.
    pub groups: Vec<GroupId>,
    /// Everyone it names now, groups resolved.
    pub people: Vec<StaffId>,
    /// When it was made.
    pub made_at: i64,
    /// By whom: a staff id.
    pub made_by: String,
    /// When it was ended.
    pub ended_at: Option<i64>,
    /// When it was last reviewed.
    pub reviewed_at: Option<i64>,
    /// For `If-Match`.
    pub etag: i64,
}

/// Who would lose what.
#[derive(Clone, Debug, Default)]
pub struct Affected {
    /// A person, a matter on which they hold a seat now, and the matter's name.
    pub loses: Vec<(StaffId, MatterId, String)>,
}

/// The walls that the actor may know of, newest first.
///
/// # Errors
/// Refused, sealed, storage.
pub async fn walls(
    ctx: &Ctx,
    after: Option<WallId>,
    limit: usize,
) -> Result<(Vec<WallView>, Option<WallId>)> {
    ctx.permit(Verb::WallList, &Target::Firm).await?;
    // walls are few; candidates are read in pages and each is decided
    let mut found: Vec<WallId> = Vec::new();
    let mut from = after.map(|w| w.to_string());
    let mut more = false;
    'pages: loop {
        let rows = ctx.room.db.all(&store::WALL_PAGE, &params![from.clone(), 100_i64]).await?;
        for row in &rows {
            let id: WallId = id_of(row, "wall_id")?;
            from = Some(id.to_string());
            if ctx.may_now(Verb::WallSee, &Target::Wall(id)).await? {
                if found.len() == limit {
                    more = true;
                    break 'pages;
                }
                found.push(id);
            }
        }
        if rows.len() < 100 {
            break;
        }
    }
    let mut views = Vec::with_capacity(found.len());
    for id in &found {
        views.push(wall(ctx, *id).await?);
    }
    Ok((views, more.then(|| found.last().copied()).flatten()))
}

/// One wall.
///
/// # Errors
/// Not found, refused, sealed, storage.
pub async fn wall(ctx: &Ctx, id: WallId) -> Result<WallView> {
    let target = Target::Wall(id);
    let allowed = ctx.ask(Verb::WallSee, &target).await?;
    let about = visible(ctx, allowed.on().need_wall()?).await?;
    let (permit, subject) = allowed.permit(Facts::about(about)).await?;
    view(ctx, &permit, subject.need_wall()?)
}

/// What the wall covers and the actor may know of.
pub(super) async fn visible(ctx: &Ctx, wall: &WallFacts) -> Result<Vec<AnyId>> {
    let mut visible = Vec::new();
    for target in covers(wall, ctx.now()) {
        if let Some(see) = target.known_by()
            && (blind::to("wall-covers-known") || ctx.may_now(see, &target).await?)
        {
            visible.extend(target.id());
        }
    }
    Ok(visible)
}

fn covers(wall: &WallFacts, now: i64) -> Vec<Target> {
    let clients = wall.named::<id::Client>(now).map(Target::Client);
    clients.chain(wall.named::<id::Matter>(now).map(Target::Matter)).collect()
}

pub(super) fn view(ctx: &Ctx, permit: &Permit, wall: &WallFacts) -> Result<WallView> {
    let now = wall.ended_at.map_or_else(|| ctx.now(), |ended| ended - 1);
    let key = ctx.room.vault.key(permit, &wall.id.any(), KeyOf::Client(wall.number))?;
    let row = wall.id.to_string();
    let open = |column: &'static str, sealed: &[u8]| {
        ctx.room.vault.open_text(
            &key,
            Column { table: "wall", row: &row, column, version: wall.row_version },
            sealed,
        )
    };
    let directory = &ctx.room.directory;
    Ok(WallView {
        id: wall.id,
        name: open("name", &wall.sealed_name)?,
        reason: open("reason", &wall.sealed_reason)?,
        kind: WallKind::parse(&wall.kind)
            .ok_or_else(|| Error::Internal(String::from("wall holds no kind")))?,
        clients: wall.named(now).map(|c| (c, directory.client(permit, c).map(|n| n.name))).collect(),
        matters: wall.named(now).map(|m| (m, directory.matter(permit, m).map(|n| n.name))).collect(),
        staff: wall.named(now).collect(),
        groups: wall.named(now).collect(),
        people: wall.people(now).into_iter().collect(),
        made_at: wall.made_at,
        made_by: wall.made_by.clone(),
        ended_at: wall.ended_at,
        reviewed_at: wall.reviewed_at,
        etag: wall.row_version,
    })
}

/// Who holds a seat on what the wall would cover, and would lose it.
///
/// # Errors
/// Only for those who may make walls; sealed; storage.
pub async fn affected(ctx: &Ctx, spec: &WallSpec) -> Result<Affected> {
    if !ctx.may(Verb::WallMake, &Target::Firm).await? {
        ctx.permit(Verb::WallMake, &Target::Firm).await?;
    }
    let now = ctx.now();
    let mut named: BTreeSet<StaffId> = spec.staff.iter().copied().collect();
    for group in &spec.groups {
        let members = ctx.load(async |loader| loader.members(*group).await).await?;
        let present = members.into_iter().filter(|(_, s, u)| *s <= now && u.is_none_or(|u| now < u));
        named.extend(present.map(|(p, _, _)| p));
    }
    let mut matters: BTreeSet<MatterId> = spec.matters.iter().copied().collect();
    for client in &spec.clients {
        let rows = ctx
            .room
            .db
            .all(&crate::features::client::store::MATTERS_OF_CLIENT, &params![client.to_string()])
            .await?;
        for row in &rows {
            matters.insert(id_of(row, "matter_id")?);
        }
    }
    let candidates = matters.into_iter().map(Target::Matter).collect();
    let (permit, seen) = ctx
        .permit_page(Verb::MatterList, &Target::Firm, Verb::MatterSee, candidates, Facts::default())
        .await?;
    let mut loses = Vec::new();
    for matter in seen.into_iter().filter_map(|(_, s)| s.matter) {
        let name = ctx.room.directory.matter(&permit, matter.id).map(|n| n.name).unwrap_or_default();
        let seated: BTreeSet<StaffId> =
            matter.seats.iter().filter(|s| s.holds(now)).map(|s| s.staff).collect();
        let lost = seated.into_iter().filter(|p| (spec.kind == WallKind::Bars) == named.contains(p));
        loses.extend(lost.map(|p| (p, matter.id, name.clone())));
    }
    Ok(Affected { loses })
}
