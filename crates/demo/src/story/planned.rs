//! What is bound to happen: the firm is set up, matters open and close, seats change, papers arrive.

use super::{Act, Known, OPENS, RecordKey, Teller, may_read, may_write};
use crate::cast::{ClientKey, Firm, Matter, PersonKey, Role, SeatKind, who, working};
use crate::papers::{Format, Genre, Labels, Level, Mark, PaperPlan, shelf};

/// Tells it.
pub(super) fn tell(t: &mut Teller<'_>) {
    let firm = t.firm;
    let first = working(firm.today, -90);
    let mut second = 6 * 3600 + 1800;
    for person in firm.people.iter().filter(|p| p.key != who::JENSEN) {
        second += 37;
        t.add(first, second, who::JENSEN, Act::InviteStaff { person: person.key, seconded_by: who::FELD });
    }
    for group in &firm.groups {
        second += 41;
        t.add(first, second, who::JENSEN, Act::MakeGroup { group: group.key, seconded_by: who::FELD });
    }
    for (client, n) in firm.clients.iter().zip(0u32..) {
        // A client is entered before its first matter.
        let day = firm.matters.iter().filter(|m| m.client == client.key).map(|m| m.entered(firm.today)).min();
        let by = takes_on(firm, client.key);
        t.add(day.unwrap_or(first), OPENS - 1500 + n * 30, by, Act::CreateClient { client: client.key });
    }
    for matter in &firm.matters {
        opening(t, matter);
        seats(t, matter);
        papers(t, matter);
        if let Some(day) = matter.closed {
            let at = t.hours(17, 18);
            t.add(day, at, matter.lead, Act::CloseMatter { matter: matter.key });
        }
    }
    for wall in &firm.walls {
        t.add(wall.made.0, wall.made.1, wall.by, Act::MakeWall { wall: wall.key });
    }
    for number in [1usize, 12, 22, 0] {
        if let Some(matter) = firm.matters.get(number) {
            let day = matter.closed.map_or_else(|| working(firm.today, -8), |c| working(firm.today, c + 1));
            t.add(day, 15 * 3600 + 900, matter.lead, Act::ExportMatter { matter: matter.key });
        }
    }
}

/// Who takes a client on: the partner who leads its first matter, or the records manager.
fn takes_on(firm: &Firm, client: ClientKey) -> PersonKey {
    let first = firm.matters.iter().filter(|m| m.client == client).min_by_key(|m| m.entered(firm.today));
    let partner = |p: &PersonKey| firm.person(*p).is_some_and(|p| p.role == Role::Partner);
    first.map(|m| m.lead).filter(partner).unwrap_or(who::CALLOWAY)
}

fn opening(t: &mut Teller<'_>, matter: &Matter) {
    let day = matter.entered(t.firm.today);
    // Partners open matters for clients they took on; for everyone else the records manager names the lead.
    let by = if takes_on(t.firm, matter.client) == matter.lead { matter.lead } else { who::CALLOWAY };
    let at = OPENS + u32::from(matter.key.0) * 20;
    t.add(day, at, by, Act::OpenMatter { matter: matter.key, lead: matter.lead });
    for (folder, n) in matter.folders.iter().zip(1u32..) {
        t.add(day, at + n, matter.lead, Act::MakeFolder { matter: matter.key, folder });
    }
}

fn seats(t: &mut Teller<'_>, matter: &Matter) {
    for (seat, n) in matter.seats.iter().zip(0u32..) {
        let at = OPENS + 1200 + u32::from(matter.key.0) * 20 + n;
        if seat.kind != SeatKind::Lead {
            let act =
                Act::GiveSeat { matter: matter.key, person: seat.person, seat: seat.kind, until: seat.until };
            t.add(seat.from, at, matter.lead, act);
        }
        if let Some(day) = seat.ended {
            t.add(day, at, matter.lead, Act::EndSeat { matter: matter.key, person: seat.person });
        }
    }
}

/// Somebody of the team who may add on that day; the lead on the matter's first.
fn author(t: &mut Teller<'_>, matter: &Matter, day: i64, genre: Genre) -> PersonKey {
    let able: Vec<PersonKey> =
        matter.seats.iter().map(|s| s.person).filter(|p| may_write(t.firm, matter, *p, day)).collect();
    let senior = matches!(genre, Genre::Engagement | Genre::Position);
    if senior && able.contains(&matter.lead) {
        return matter.lead;
    }
    t.rng.one(&able).copied().unwrap_or(matter.lead)
}

fn papers(t: &mut Teller<'_>, matter: &Matter) {
    let firm = t.firm;
    let entered = matter.entered(firm.today);
    let last = matter.closed.map_or(0, |c| c - 1);
    let old = matter.opened < -90;
    let slots = shelf(matter);
    let count = i64::try_from(slots.len()).unwrap_or(1).max(1);
    for (slot, n) in slots.into_iter().zip(0i64..) {
        // What a running matter brought along is filed in the first days; the rest comes day by day,
        // more of it lately.
        let moved = old && n * 100 / count < 38;
        let day = if moved {
            working(firm.today, entered + t.rng.between(0, 3)).min(last)
        } else {
            let span = (last - entered).max(0);
            let toss = t.rng.between(0, 999).max(t.rng.between(0, 999));
            working(firm.today, entered + span * toss / 999).min(last)
        }
        .max(entered);
        let by = author(t, matter, day, slot.genre);
        let dated = if moved {
            // In the order of the shelf: the firm is engaged, writes, then files.
            let rank = if slot.title == "Letter before claim" { 0 } else { n };
            let step = (-91 - matter.opened) * rank / (count * 38 / 100 + 1);
            (matter.opened + step + t.rng.between(0, 3)).min(-91).min(day)
        } else {
            day
        };
        let at = if day == 0 && n % 3 == 0 { t.hours(13, 15) } else { t.hours(10, 17) };
        let key = RecordKey(u32::try_from(t.records.len()).unwrap_or(0));
        let plan = PaperPlan {
            matter: matter.key,
            genre: slot.genre,
            format: slot.format,
            title: slot.title,
            author: by,
            day: dated,
            version: 1,
            seed: t.rng.next_u64(),
        };
        let weight = if slot.labels.level == Level::HighlyConfidential { 3 } else { 1 };
        t.records.push(Known { key, matter: matter.key, added: (day, at), weight });
        let labels = slot.labels.clone();
        let act = Act::AddRecord {
            record: key,
            matter: matter.key,
            plan: plan.clone(),
            folder: slot.folder,
            labels,
        };
        t.add(day, at, by, act);
        later(t, matter, key, &plan, &slot.labels, day, last);
    }
}

/// What becomes of a record: versions, other labels, another title or folder.
fn later(
    t: &mut Teller<'_>,
    matter: &Matter,
    record: RecordKey,
    plan: &PaperPlan,
    labels: &Labels,
    day: i64,
    last: i64,
) {
    let firm = t.firm;
    let later = |t: &mut Teller<'_>| working(firm.today, day + t.rng.between(1, 12));
    if plan.format == Format::Docx {
        let mut at = day;
        for version in 2..=u32::try_from(t.rng.between(1, 4)).unwrap_or(1) {
            at = working(firm.today, at + t.rng.between(1, 9));
            let by = author(t, matter, at, plan.genre);
            if at > last || !may_write(firm, matter, by, at) {
                break;
            }
            let seconds = t.hours(10, 18);
            let plan = PaperPlan { version, day: at, author: by, ..plan.clone() };
            t.add(at, seconds, by, Act::AddVersion { record, plan });
            at += 1;
        }
    }
    // What the first screens show of the first matter stays as it was added.
    if matter.key.0 == 0 && record.0 < 7 {
        return;
    }
    let at = later(t);
    let by = author(t, matter, at, Genre::Position);
    if at > last || !may_write(firm, matter, by, at) {
        return;
    }
    let seconds = t.hours(11, 17);
    match t.rng.below(22) {
        0 | 1 if labels.level < Level::Confidential => {
            let labels = Labels { level: Level::Confidential, marks: labels.marks.clone() };
            t.add(at, seconds, by, Act::RaiseLabel { record, labels });
        }
        2 if labels.level == Level::Confidential => {
            let labels = Labels { level: Level::HighlyConfidential, marks: vec![Mark::Privileged] };
            t.add(at, seconds, by, Act::RaiseLabel { record, labels });
        }
        3 | 4 if labels.level >= Level::Confidential => {
            let reason = t.rng.pick(&[
                "Served on the other side; no longer confidential between the parties.",
                "Labelled by mistake on upload; it holds public register data only.",
            ]);
            let labels = Labels { level: Level::Internal, marks: labels.marks.clone() };
            // The records manager may, without reading; the lead may too.
            let lowers = if t.rng.chance(35) { who::CALLOWAY } else { matter.lead };
            if lowers != matter.lead || may_read(firm, matter, lowers, at) {
                t.add(at, seconds, lowers, Act::LowerLabel { record, labels, reason });
            }
        }
        5 | 6 if plan.version == 1 && (plan.title.contains("draft") || plan.format == Format::Txt) => {
            let title = format!("{} (superseded)", plan.title);
            t.add(at, seconds, by, Act::RenameRecord { record, title });
        }
        7 | 8 => {
            let folder = t.rng.pick(matter.folders);
            t.add(at, seconds, by, Act::MoveToFolder { record, folder });
        }
        _ => {}
    }
}
