//! Seats on a matter's team: given with a start and perhaps an end, ended, never overwritten.

use strongroom_storage::params;

use crate::kernel::actor::Role;
use crate::kernel::blind;
use crate::kernel::clock::Micros;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::{MatterFacts, SeatFacts, WallAnswer};
use crate::kernel::id::{MatterId, SeatId, StaffId};
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::sets::Set;
use crate::kernel::target::{Subject, Target};
use crate::kernel::vault::KeyOf;
use crate::kernel::verb::Verb;

use super::store;

/// The present role of someone of the staff. A person at a client is not there: a refusal of its own would tell a lead
/// whose id that is.
pub(super) async fn role_of(tx: &mut WriteTx<'_>, person: StaffId) -> Result<Role> {
    let now = tx.now();
    let facts = tx.load(async |loader| loader.person(person).await).await?;
    let standing = facts.as_ref().and_then(|p| p.at(now)).ok_or(Error::NotFound)?;
    if standing.role == Role::ClientContact && !blind::to("contacts-hidden") {
        return Err(Error::NotFound);
    }
    if standing.state == "suspended" {
        return Err(Error::conflict("seat.suspended", "This person is suspended and cannot hold a seat."));
    }
    Ok(standing.role)
}

pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    matter: MatterId,
    staff: StaffId,
    seat: &'static str,
    until: Option<Micros>,
) -> Result<()> {
    let role = role_of(tx, staff).await?;
    if !role.can_hold_seat() && !blind::to("seat-role") {
        let says = format!("A {} holds no seat on a matter.", role.says().to_lowercase());
        return Err(Error::invalid("staff_id", says));
    }
    if role == Role::Paralegal && seat == "lead" && !blind::to("paralegal-leads") {
        return Err(Error::invalid("seat", "A paralegal cannot lead. Give a member's seat."));
    }
    let id: SeatId = tx.new_id();
    let row = SeatFacts {
        seat_id: id.to_string(),
        matter,
        staff,
        seat,
        since: tx.now(),
        until,
        given_by: tx.ctx().actor().name(),
        ended_by: None,
    };
    let values = params![
        row.seat_id.clone(),
        matter.to_string(),
        staff.to_string(),
        seat,
        row.since,
        row.until,
        row.given_by.clone(),
        None::<String>,
        row.bind().mac(tx.vault())?
    ];
    tx.exec_one(&store::SEAT_INSERT, &values).await
}

/// Ends what the person holds now; how many seats that were.
async fn end_present(tx: &mut WriteTx<'_>, matter: &MatterFacts, staff: StaffId) -> Result<usize> {
    let now = tx.now();
    let mut ended = 0;
    for seat in matter.seats.iter().filter(|s| s.staff == staff && s.holds(now)) {
        let mut seat = seat.clone();
        seat.until = Some(now);
        seat.ended_by = Some(tx.ctx().actor().name());
        let values = params![now, seat.ended_by.clone(), seat.bind().mac(tx.vault())?, seat.seat_id.clone()];
        tx.exec_one(&store::SEAT_END, &values).await?;
        ended += 1;
    }
    Ok(ended)
}

/// True where someone else leads without an end in sight.
fn another_leads(matter: &MatterFacts, but: StaffId, now: Micros) -> bool {
    matter.seats.iter().any(|s| s.seat == "lead" && s.staff != but && s.holds(now) && s.until.is_none())
}

fn keep_a_lead(matter: &MatterFacts, staff: StaffId, now: Micros) -> Result<()> {
    let leads = matter.seats.iter().any(|s| s.seat == "lead" && s.staff == staff && s.holds(now));
    if leads && !another_leads(matter, staff, now) && !blind::to("last-lead") {
        let says = "This is the last lead of the matter. Give someone else the lead first.";
        return Err(Error::conflict("seat.last_lead", says));
    }
    Ok(())
}

/// Gives a seat, or changes the one that the person holds: the old one ends, the new one begins.
pub struct GiveSeat {
    /// The matter.
    pub matter: MatterId,
    /// Who.
    pub staff: StaffId,
    /// `lead`, `member` or `reader`.
    pub seat: &'static str,
    /// When it ends by itself.
    pub until: Option<Micros>,
}

impl Operation for GiveSeat {
    const VERB: Verb = Verb::SeatGive;
    type Output = ();

    fn target(&self) -> Target {
        Target::Matter(self.matter)
    }

    fn concerns(&self) -> Option<StaffId> {
        Some(self.staff)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<()>> {
        let matter = on.need_matter()?;
        let now = tx.now();
        if self.until.is_some_and(|u| u <= now) {
            return Err(Error::invalid("until", "The end must lie in the future."));
        }
        // a seat behind a wall opens nothing. Who may know of the wall is told; to anyone else a refusal here
        // would tell of it, so the seat is given, and the wall beats it
        let actor = tx.ctx().me()?;
        let knows = matter.seat_of(actor, now) == "lead" && matter.wall_for(actor, now) == WallAnswer::None;
        if knows && matter.wall_for(self.staff, now) != WallAnswer::None {
            let says = "A wall keeps this person from the matter. It stands beside the team; ask a compliance officer.";
            return Err(Error::conflict("seat.walled", says));
        }
        if self.seat != "lead" || self.until.is_some() {
            keep_a_lead(matter, self.staff, now)?;
        }
        tx.touch(Set::Seats(self.matter)).await?;
        end_present(tx, matter, self.staff).await?;
        insert(tx, self.matter, self.staff, self.seat, self.until).await?;
        let key = KeyOf::Matter(matter.number);
        let facts = Facts::about([self.staff.any()])
            .told(matter.id.any(), key, "staff", self.staff.to_string())
            .told(matter.id.any(), key, "seat", self.seat)
            .told(matter.id.any(), key, "until", self.until);
        Ok(Done::recording((), facts))
    }
}

/// Ends a seat.
pub struct EndSeat {
    /// The matter.
    pub matter: MatterId,
    /// Whose.
    pub staff: StaffId,
}

impl Operation for EndSeat {
    const VERB: Verb = Verb::SeatEnd;
    type Output = ();

    fn target(&self) -> Target {
        Target::Matter(self.matter)
    }

    fn concerns(&self) -> Option<StaffId> {
        Some(self.staff)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<()>> {
        let matter = on.need_matter()?;
        keep_a_lead(matter, self.staff, tx.now())?;
        tx.touch(Set::Seats(self.matter)).await?;
        if end_present(tx, matter, self.staff).await? == 0 {
            return Err(Error::NotFound);
        }
        let facts = Facts::about([self.staff.any()]).told(
            matter.id.any(),
            KeyOf::Matter(matter.number),
            "staff",
            self.staff.to_string(),
        );
        Ok(Done::recording((), facts))
    }
}
