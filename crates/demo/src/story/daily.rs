//! The ordinary day: people sign in, list, read, take away; some try what they may not.

use super::{Act, Attempt, RecordKey, Teller, Why, may_read, seat_on};
use crate::calendar;
use crate::cast::{Matter, MatterKey, Person, PersonKey, Role, SeatKind, who, working};

/// Tells all days from the second on.
pub(super) fn tell(t: &mut Teller<'_>) {
    let firm = t.firm;
    let first = working(firm.today, -90);
    for day in first + 1..=0 {
        // Few come on a weekend; the last weeks are the busiest; today there is always somebody.
        let busy = match day {
            -6..=0 => 54,
            -20..=-7 => 37,
            _ => 27,
        };
        let quiet = calendar::is_weekend(firm.today + day);
        let percent = if quiet && day < 0 { 4 } else { busy };
        for person in &firm.people {
            let come = percent * u64::from(person.energy.max(3)) / 7;
            if t.rng.chance(come.min(96)) {
                session(t, person, day, quiet);
            }
        }
    }
    refusals(t);
    today(t);
}

fn session(t: &mut Teller<'_>, person: &Person, day: i64, quiet: bool) {
    let firm = t.firm;
    let mut at = if quiet { t.hours(10, 16) } else { t.hours(9, 17) };
    if t.rng.chance(2) {
        t.add(day, at.saturating_sub(40), person.key, Act::SignInFails);
    }
    t.add(day, at, person.key, Act::SignIn);
    let mut step = |t: &mut Teller<'_>, act| {
        at += u32::try_from(t.rng.between(25, 420)).unwrap_or(60);
        t.add(day, at.min(18 * 3600 + 2400), person.key, act);
    };
    match person.role {
        Role::Partner | Role::Associate | Role::Paralegal => {
            let open: Vec<&Matter> =
                firm.matters.iter().filter(|m| may_read(firm, m, person.key, day)).collect();
            let Some(matter) = t.rng.one(&open).copied() else { return };
            step(t, Act::ListMatter { matter: matter.key });
            let there: Vec<(RecordKey, u64)> = t
                .records
                .iter()
                .filter(|r| r.matter == matter.key && r.added.0 < day)
                .map(|r| (r.key, r.weight))
                .collect();
            for _ in 0..t.rng.below(if day > -7 { 6 } else { 4 }) {
                let Some((record, weight)) = t.rng.one(&there).copied() else { break };
                let act = match t.rng.below(6 + weight) {
                    0 | 1 => Act::PreviewRecord { record },
                    2 => Act::DownloadRecord { record },
                    _ => Act::ReadRecord { record },
                };
                step(t, act);
            }
            if person.key == matter.lead && t.rng.chance(9) {
                step(t, Act::ReadActivity { matter: Some(matter.key) });
            }
        }
        Role::ComplianceOfficer => {
            if t.rng.chance(60) {
                step(t, Act::ReadActivity { matter: None });
            }
            if t.rng.chance(35) {
                let about =
                    firm.people.iter().filter(|p| p.role.may_sit()).map(|p| p.key).collect::<Vec<_>>();
                let open: Vec<MatterKey> =
                    firm.matters.iter().filter(|m| m.entered(firm.today) < day).map(|m| m.key).collect();
                if let (Some(person), Some(matter)) = (t.rng.one(&about).copied(), t.rng.one(&open).copied())
                {
                    step(t, Act::Explain { person, matter });
                }
            }
        }
        Role::Auditor => step(t, Act::ReadActivity { matter: None }),
        Role::RecordsManager | Role::Administrator | Role::ClientContact => {}
    }
}

/// A record of a matter that was there before a day.
fn some_record(t: &mut Teller<'_>, matter: MatterKey, day: i64) -> Option<RecordKey> {
    let there: Vec<RecordKey> =
        t.records.iter().filter(|r| r.matter == matter && r.added.0 < day).map(|r| r.key).collect();
    t.rng.one(&there).copied()
}

fn refuse(t: &mut Teller<'_>, day: i64, at: u32, who: PersonKey, attempt: Attempt, why: Why) {
    t.add(day, at, who, Act::TryRefused { attempt, why });
}

fn refusals(t: &mut Teller<'_>) {
    let firm = t.firm;
    let day = |offset| working(firm.today, offset);
    // Behind a wall: with a seat from before it, without one, and by a group.
    let walls: [(PersonKey, u16, &[i64]); 5] = [
        (who::REYES, 0, &[-60, -52, -37, -15, -3]),
        (who::WHITLOCK, 3, &[-54, -40, -11]),
        (who::BYRNE, 18, &[-35]),
        (who::SOLBERG, 11, &[-22, -5]),
        (who::PRICE, 0, &[-26]),
    ];
    for (person, matter, days) in walls {
        for offset in days {
            let (on, at) = (day(*offset), t.hours(10, 17));
            t.add(on, at - 30, person, Act::SignIn);
            refuse(t, on, at, person, Attempt::ListMatter(MatterKey(matter)), Why::Wall);
            if let Some(record) = some_record(t, MatterKey(matter), on) {
                refuse(t, on, at + 44, person, Attempt::ReadRecord(record), Why::Wall);
            }
        }
    }
    // Administrators, the auditor, compliance and records: a role alone never reads.
    for (person, offset, matter) in [
        (who::JENSEN, -66, 10u16),
        (who::DUNNE, -48, 3),
        (who::JENSEN, -19, 24),
        (who::DUNNE, -2, 0),
        (who::ACHEBE, -31, 2),
        (who::FELD, -28, 6),
        (who::TEAGUE, -13, 19),
        (who::NAIR, -10, 0),
    ] {
        let (on, at) = (day(offset), t.hours(10, 18));
        t.add(on, at - 50, person, Act::SignIn);
        if let Some(record) = some_record(t, MatterKey(matter), on) {
            refuse(t, on, at, person, Attempt::ReadRecord(record), Why::Role);
        }
    }
    refuse(t, day(-45), 41_000, who::LYLE, Attempt::MakeWall, Why::Role);
    // A seat that is not enough: paralegals export, readers add, members change the team.
    for (person, offset, matter) in [(who::FENWICK, -41, 0u16), (who::TAN, -16, 10), (who::BRANDT, -4, 3)] {
        refuse(t, day(offset), t_at(offset), person, Attempt::ExportMatter(MatterKey(matter)), Why::Seat);
    }
    refuse(t, day(-33), 50_000, who::LYLE, Attempt::AddRecord(MatterKey(0)), Why::Seat);
    refuse(t, day(-25), 52_200, who::FENWICK, Attempt::GiveSeat(MatterKey(0), who::BRANDT), Why::Seat);
    if let Some(record) = some_record(t, MatterKey(21), day(-12)) {
        refuse(t, day(-12), 39_700, who::OKAFOR, Attempt::LowerLabel(record), Why::Seat);
    }
    // An ended seat, and a closed matter.
    refuse(t, day(-20), 43_200, who::OKAFOR, Attempt::ListMatter(MatterKey(5)), Why::SeatEnded);
    refuse(t, day(-14), 47_100, who::DEMIR, Attempt::AddRecord(MatterKey(12)), Why::Closed);
    // Curiosity: somebody without a seat follows a link.
    for n in 0..16i64 {
        let on = day(-80 + n * 5);
        let people: Vec<PersonKey> = firm.people.iter().filter(|p| p.role.may_sit()).map(|p| p.key).collect();
        let (Some(person), Some(matter)) =
            (t.rng.one(&people).copied(), t.rng.one(&firm.matters).map(|m| m.key))
        else {
            continue;
        };
        let stranger = firm.matter(matter).is_some_and(|m| {
            m.entered(firm.today) < on
                && m.seats.iter().all(|s| s.person != person)
                && !firm.walled(person, m, (0, u32::MAX))
        });
        if let (true, Some(record)) = (stranger, some_record(t, matter, on)) {
            let at = t.hours(9, 18);
            refuse(t, on, at, person, Attempt::DownloadRecord(record), Why::NoSeat);
        }
    }
}

fn t_at(offset: i64) -> u32 {
    u32::try_from(45_000 + offset * 60).unwrap_or(45_000)
}

/// Today, as the first screen shows it: the partner reads, the associate takes away, the barred is refused.
fn today(t: &mut Teller<'_>) {
    let matter = MatterKey(0);
    let complaint = t.records.iter().find(|r| r.matter == matter).map(|r| RecordKey(r.key.0 + 1));
    let Some(record) = complaint else { return };
    let able = |t: &Teller<'_>, person| t.firm.matter(matter).is_some_and(|m| may_read(t.firm, m, person, 0));
    t.add(0, 9 * 3600 + 2400, who::REYES, Act::SignIn);
    refuse(t, 0, 9 * 3600 + 2460, who::REYES, Attempt::ReadRecord(record), Why::Wall);
    for (person, at, act) in [
        (who::OKAFOR, 40_800, Act::DownloadRecord { record }),
        (who::FENWICK, 44_000, Act::PreviewRecord { record }),
        (who::MARSH, 50_700, Act::ReadRecord { record }),
    ] {
        if able(t, person) {
            t.add(0, at - 90, person, Act::SignIn);
            t.add(0, at, person, act);
        }
    }
    let lead = t
        .firm
        .matter(matter)
        .and_then(|m| seat_on(m, who::MARSH, 0))
        .is_some_and(|s| s.kind == SeatKind::Lead);
    if lead {
        t.add(0, 51_000, who::MARSH, Act::ReadActivity { matter: Some(matter) });
    }
    t.add(0, 32_000, who::FELD, Act::SignIn);
    t.add(0, 32_100, who::FELD, Act::ReadActivity { matter: None });
}
