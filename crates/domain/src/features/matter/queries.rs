//! Seeing matters: lists, the head of the workspace, the team, and who can open it and why.

use std::collections::{BTreeMap, BTreeSet};

use strongroom_storage::params;

use crate::features::ledger::knows_walls;
use crate::kernel::blind;
use crate::kernel::ctx::Ctx;
use crate::kernel::directory::Find;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::{MatterFacts, WallAnswer, WallFacts, id_of};
use crate::kernel::id::{ClientId, MatterId, StaffId, WallId};
use crate::kernel::list::Candidates;
use crate::kernel::permit::Permit;
use crate::kernel::target::Target;
use crate::kernel::verb::Verb;

use super::store;

/// A matter as it is shown in a list and at the head of its workspace.
#[derive(Clone, Debug)]
pub struct MatterView {
    /// Its id.
    pub id: MatterId,
    /// Its client.
    pub client: ClientId,
    /// The client's name.
    pub client_name: String,
    /// Its name.
    pub name: String,
    /// The firm's reference.
    pub reference: String,
    /// True while open.
    pub open: bool,
    /// When it was opened.
    pub opened_at: i64,
    /// When it was closed.
    pub closed_at: Option<i64>,
    /// When something of it was last changed; in lists.
    pub changed_at: Option<i64>,
    /// Who leads, by short name.
    pub leads: Vec<String>,
    /// The viewer's own seat, or `none`.
    pub my_seat: &'static str,
    /// How many people can open it now; how many sit on it, where the viewer may not know of walls.
    pub people: usize,
    /// True where the viewer may know of walls over it. Everyone else is told of seats only: that someone can open it
    /// would be false wherever a wall stands, and to be silent only there would tell of the wall.
    pub knows_walls: bool,
    /// Walls over it that the viewer may know of.
    pub walls: Vec<WallBadge>,
    /// For `If-Match`.
    pub version: i64,
}

/// A wall as the matter's badge shows it.
#[derive(Clone, Debug)]
pub struct WallBadge {
    /// The wall.
    pub id: WallId,
    /// `bars` or `admits`.
    pub kind: String,
    /// How many people it names.
    pub people: usize,
    /// Whom it names.
    pub named: Vec<StaffId>,
}

/// A seat as the team page shows it.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Who.
    pub staff: StaffId,
    /// `lead`, `member` or `reader`.
    pub seat: &'static str,
    /// From.
    pub since: i64,
    /// Until.
    pub until: Option<i64>,
    /// True while it holds.
    pub holds: bool,
    /// Who gave it.
    pub given_by: String,
}

/// One person who can open the matter, and the rule's sentence.
#[derive(Clone, Debug)]
pub struct Access {
    /// Who.
    pub staff: StaffId,
    /// The seat.
    pub seat: &'static str,
    /// True where a wall keeps the person out; shown to those who may know of it.
    pub walled: bool,
    /// The rule's own sentence.
    pub says: String,
}

/// A matter's team.
#[derive(Clone, Debug)]
pub struct Team {
    /// The head.
    pub matter: MatterView,
    /// Seats, present ones first.
    pub seats: Vec<Seat>,
    /// Who can open it, and why.
    pub access: Vec<Access>,
}

/// Whether the viewer may know of walls over a matter. On a screen that others see, nobody does.
fn may_know_walls(ctx: &Ctx, matter: &MatterFacts, compliance: bool) -> bool {
    knows_walls(ctx, matter) || (compliance && ctx.presents().is_none())
}

/// The walls over a matter that the viewer may know of.
fn known_walls<'m>(ctx: &Ctx, matter: &'m MatterFacts, compliance: bool) -> Vec<&'m WallFacts> {
    let (Some(me), now) = (ctx.actor.person(), ctx.now()) else { return Vec::new() };
    let may = may_know_walls(ctx, matter, compliance);
    let mine = |w: &&WallFacts| {
        let barred = w.kind == "bars" && w.people(now).contains(&me);
        let known = !barred && may;
        matter.covered_by(w, now) && (known || blind::to("badge-known"))
    };
    matter.walls.iter().filter(mine).collect()
}

/// A view of a matter whose facts passed the gate under `permit`.
#[must_use]
pub fn view_of(ctx: &Ctx, permit: &Permit, matter: &MatterFacts) -> Option<MatterView> {
    view_for(ctx, permit, matter, false)
}

fn view_for(ctx: &Ctx, permit: &Permit, matter: &MatterFacts, compliance: bool) -> Option<MatterView> {
    let directory = &ctx.room.directory;
    let name = directory.matter(permit, matter.id)?;
    let client = directory.client(permit, matter.client)?;
    let now = ctx.now();
    let me = ctx.actor.person()?;
    let short = |id: StaffId| directory.staff(id).map_or_else(|| id.to_string(), |s| s.short());
    let leads =
        matter.seats.iter().filter(|s| s.seat == "lead" && s.holds(now)).map(|s| short(s.staff)).collect();
    // whoever may not know of a wall must not find it by counting: to them it is as if none stood
    let known = known_walls(ctx, matter, compliance);
    let open_to = |s: StaffId| known.is_empty() || matter_open_to(matter, s, now);
    let people: BTreeSet<StaffId> =
        matter.seats.iter().filter(|s| s.holds(now) && open_to(s.staff)).map(|s| s.staff).collect();
    let walls = known
        .into_iter()
        .map(|w| {
            let named: Vec<StaffId> = w.people(now).into_iter().collect();
            WallBadge { id: w.id, kind: w.kind.clone(), people: named.len(), named }
        })
        .collect();
    Some(MatterView {
        id: matter.id,
        client: matter.client,
        client_name: client.name,
        name: name.name,
        reference: name.reference,
        open: matter.open,
        opened_at: matter.opened_at,
        closed_at: matter.closed_at,
        changed_at: None,
        leads,
        my_seat: matter.seat_of(me, now),
        people: people.len(),
        knows_walls: may_know_walls(ctx, matter, compliance),
        walls,
        version: matter.row_version,
    })
}

/// More seats than this are not looked up for each page: one less than the LIMIT of `MATTERS_OF_PERSON`.
const MANY_SEATS: usize = 5000;

/// The matters that the actor may see whose name, reference or client has every word of `words`, by name.
///
/// # Errors
/// Refused, sealed, storage.
pub async fn matters(
    ctx: &Ctx,
    words: &str,
    client: Option<ClientId>,
    after: Option<MatterId>,
    limit: usize,
) -> Result<(Vec<MatterView>, bool)> {
    let me = ctx.me()?;
    let now = ctx.now();
    let mine = if ctx.sees_all().await? {
        None
    } else {
        let rows = ctx.room.db.all(&store::MATTERS_OF_PERSON, &params![me.to_string(), now]).await?;
        Some(rows.iter().map(|r| id_of(r, "matter_id")).collect::<Result<BTreeSet<MatterId>>>()?)
    };
    // who sits on very many finds the next of them sooner among all, by name
    let many = mine.as_ref().is_some_and(|ids| ids.len() > MANY_SEATS);
    let candidates = ctx.room.directory.find_matters(Find::new(words, mine.filter(|_| !many), after), client);
    let ((permit, seen), more) = ctx
        .fill_page(
            Verb::MatterList,
            &Target::Firm,
            Verb::MatterSee,
            Candidates { all: candidates.map(Target::Matter), seated: many.then_some(me) },
            limit,
            Facts::default(),
        )
        .await?;
    let compliance = ctx.is_compliance().await?;
    let mut views: Vec<MatterView> = seen
        .into_iter()
        .filter_map(|(_, s)| s.matter)
        .filter_map(|m| view_for(ctx, &permit, &m, compliance))
        .collect();
    date(ctx, &mut views).await?;
    Ok((views, more))
}

/// Says of each matter of a page when something of it last changed: a record, or its state.
pub(crate) async fn date(ctx: &Ctx, views: &mut [MatterView]) -> Result<()> {
    for view in views {
        let row = ctx.room.db.one(&store::NEWEST_CHANGE, &params![view.id.to_string()]).await?;
        let known = [row.get::<Option<i64>>("at")?, Some(view.opened_at), view.closed_at];
        view.changed_at = known.into_iter().flatten().max();
    }
    Ok(())
}

/// One matter.
///
/// # Errors
/// Not found, refused, sealed, storage.
pub async fn matter(ctx: &Ctx, id: MatterId) -> Result<MatterView> {
    let (permit, subject) = ctx.permit(Verb::MatterSee, &Target::Matter(id)).await?;
    head(ctx, &permit, subject.need_matter()?).await
}

/// The head of the workspace, under a permit that a page of it was given.
///
/// # Errors
/// Sealed, storage.
pub async fn head(ctx: &Ctx, permit: &Permit, matter: &MatterFacts) -> Result<MatterView> {
    let compliance = ctx.is_compliance().await?;
    view_for(ctx, permit, matter, compliance).ok_or(Error::NotFound)
}

/// The team of a matter, and who can open it and why.
///
/// # Errors
/// Not found, refused, sealed, storage.
pub async fn team(ctx: &Ctx, id: MatterId) -> Result<Team> {
    let (permit, subject) = ctx.permit(Verb::TeamSee, &Target::Matter(id)).await?;
    let facts = subject.need_matter()?;
    let view = head(ctx, &permit, facts).await?;
    let now = ctx.now();
    let knows_walls = !view.walls.is_empty();
    // whoever may not know of a wall sees the team as if none stood
    let mut as_known = facts.clone();
    if !knows_walls {
        as_known.walls.clear();
    }
    let facts = &as_known;
    let mut seats: Vec<Seat> = facts
        .seats
        .iter()
        .map(|s| Seat {
            staff: s.staff,
            seat: s.seat,
            since: s.since,
            until: s.until,
            holds: s.holds(now),
            given_by: ctx.room.directory.name_of_actor(&s.given_by).unwrap_or_else(|| s.given_by.clone()),
        })
        .collect();
    seats.sort_by_key(|s| (!s.holds, s.seat != "lead", s.seat == "reader", s.since));
    let mut access = BTreeMap::new();
    for seat in seats.iter().filter(|s| s.holds) {
        let explained =
            crate::features::explain::decide_for(ctx, facts, seat.staff, Verb::RecordList).await?;
        let says = explained.because.iter().map(|b| b.says.clone()).collect::<Vec<_>>().join(" ");
        let walled = !matter_open_to(facts, seat.staff, now);
        access.insert(
            seat.staff,
            Access { staff: seat.staff, seat: facts.seat_of(seat.staff, now), walled, says },
        );
    }
    Ok(Team { matter: view, seats, access: access.into_values().collect() })
}

fn matter_open_to(matter: &MatterFacts, person: StaffId, now: i64) -> bool {
    matter.wall_for(person, now) == WallAnswer::None
}

/// Whom the form for a seat offers: people in a role that can hold one. It narrows a list; giving the seat decides.
///
/// # Errors
/// Sealed, storage.
pub async fn sitters(ctx: &Ctx) -> Result<Vec<StaffId>> {
    let rows = ctx.room.db.all(&store::CAN_SIT, &params![]).await?;
    rows.iter().map(|row| id_of(row, "staff_id")).collect()
}
