//! The team of a matter, who can open it and why; seats; the matter's own name and state.

use axum::http::StatusCode;
use strongroom_domain::Error;
use strongroom_domain::features::matter::{
    self, CloseMatter, EndSeat, GiveSeat, MatterView, RenameMatter, ReopenMatter, Seat, Team,
};
use strongroom_domain::features::wall::{self, WallKind};
use strongroom_domain::kernel::id::{MatterId, StaffId};
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::text::{Name, Reason, Reference};
use strongroom_domain::kernel::verb::Verb;

use super::head::{crumbs, head};
use crate::features::wall::kind_chip;
use crate::features::words::{above, at, on_form, people, person};
use crate::http::api::{One, Two, id_of};
use crate::http::form::Fields;
use crate::http::page::{Page, Posted};
use crate::http::reply::{Answer, done, html_as};
use crate::layout::Tone;
use crate::view::field::{Choice, Field, Input};
use crate::view::matters::MatterTab;
use crate::view::parts::{Chip, Icon};
use crate::view::team::{MatterForms, MatterTeam, SeatForms, SeatNew, SeatRow, WallLine, WhoRow};

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Typed {
    fields: Fields,
    wrong: Option<(&'static str, String)>,
    /// The part of the page that it belongs to.
    part: Part,
}

#[derive(Default, PartialEq, Eq, Clone, Copy)]
enum Part {
    #[default]
    None,
    Add,
    Matter,
    Seats,
}

const SEATS: [(&str, &str); 3] = [("member", "Member"), ("lead", "Lead"), ("reader", "Reader")];

fn seat_word(word: &str) -> &'static str {
    SEATS.into_iter().find(|(w, _)| *w == word).map_or("Reader", |(_, says)| says)
}

/// What a seat opens; where other rules stand in the way, those decide.
fn opens(seat: &str) -> &'static str {
    match seat {
        "lead" => "Reads, adds and changes, keeps the team, exports. A seat alone does not decide.",
        "member" => "Reads, adds and changes. A seat alone does not decide.",
        _ => "Reads. A seat alone does not decide.",
    }
}

fn seat_field(id: &str, chosen: &str) -> Field {
    let choices = SEATS.into_iter().map(|(w, says)| Choice::new(w, says).chosen(w == chosen)).collect();
    Field::new(Input::Select, "seat", "Seat").id(id).choices(choices)
}

fn seat_row(page: &Page, matter: &MatterView, seat: &Seat, may: bool, number: usize) -> SeatRow {
    let clocks = &page.clocks;
    let soon =
        seat.until.filter(|u| seat.holds && *u - page.ctx.now() < 14 * strongroom_domain::kernel::clock::DAY);
    let note = soon.map(|until| Chip::toned(Tone::Warn, Icon::Clock, format!("Ends {}", clocks.left(until))));
    let own = seat.staff == page.me.id;
    let last_lead = seat.seat == "lead" && matter.leads.len() == 1;
    let change = (may && seat.holds && !own).then(|| SeatForms {
        seat: seat_field(&format!("f-seat-{number}"), seat.seat),
        until: Field::new(Input::Date, "until", "Until")
            .id(format!("f-until-{number}"))
            .value(seat.until.map(|u| clocks.field(u)).unwrap_or_default())
            .optional(),
        cannot_end: last_lead
            .then(|| String::from("The last lead of a matter stays. Give someone else the lead first.")),
        open: false,
    });
    SeatRow {
        person_id: seat.staff.to_string(),
        name: person(page, seat.staff),
        role_name: String::new(),
        seat: seat_word(seat.seat).to_owned(),
        from: clocks.day(seat.since),
        until: seat.until.map(|u| clocks.until(u)),
        note,
        ended: !seat.holds,
        change,
    }
}

async fn wall_lines(page: &Page, matter: &MatterView) -> Result<Option<Vec<WallLine>>, Error> {
    if !matter.knows_walls {
        return Ok(None);
    }
    let mut lines = Vec::new();
    for badge in &matter.walls {
        let seen = wall::wall(&page.ctx, badge.id).await?;
        lines.push(WallLine {
            href: format!("/walls/{}", seen.id),
            name: seen.name,
            kind: kind_chip(seen.kind),
            says: String::from(match seen.kind {
                WallKind::Bars => "Bars the people that it names.",
                WallKind::Admits => "Admits the people that it names, and nobody else.",
            }),
            since: page.clocks.day(seen.made_at),
        });
    }
    Ok(Some(lines))
}

async fn draw(page: &Page, id: MatterId, typed: Typed) -> Answer {
    let Team { matter, seats, access } = matter::team(&page.ctx, id).await?;
    let target = Target::Matter(id);
    let may = page.ctx.may(Verb::SeatGive, &target).await?;
    let knows_walls = matter.knows_walls;
    let walls = wall_lines(page, &matter).await?;
    let rows = |holds: bool| {
        let these = seats.iter().filter(move |s| s.holds == holds).enumerate();
        these.map(|(n, s)| seat_row(page, &matter, s, may, n)).collect::<Vec<_>>()
    };
    let rename = page.ctx.may(Verb::MatterRename, &target).await?;
    let turn =
        page.ctx.may(if matter.open { Verb::MatterClose } else { Verb::MatterReopen }, &target).await?;
    let forms = (rename || turn).then(|| MatterForms { rename, turn, ..forms(&matter, &typed) });
    let status = if typed.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let view = MatterTeam {
        head: head(page, &matter, MatterTab::Team).await?,
        shell: crumbs(page, &matter, "Team and walls"),
        csrf: page.csrf(),
        seats: rows(true),
        past: rows(false),
        add: if may { Some(add_form(page, &typed).await?) } else { None },
        walls,
        who: access
            .into_iter()
            .map(|a| WhoRow {
                name: person(page, a.staff),
                can: !a.walled,
                seat: (!knows_walls).then(|| format!("{}, by seat", seat_word(a.seat))),
                // a sentence that a wall may contradict is not put into anyone's mouth
                because: vec![if knows_walls { a.says } else { opens(a.seat).to_owned() }],
            })
            .collect(),
        knows_walls,
        matter: forms,
        error: if typed.part == Part::Seats { above_any(typed.wrong.as_ref()) } else { None },
    };
    html_as(status, &view)
}

fn above_any(wrong: Option<&(&'static str, String)>) -> Option<String> {
    wrong.map(|(_, says)| says.clone())
}

async fn add_form(page: &Page, typed: &Typed) -> Result<SeatNew, Error> {
    let open = typed.part == Part::Add;
    let wrong = typed.wrong.as_ref().filter(|_| open);
    let value = |name: &str| if open { typed.fields.get(name).to_owned() } else { String::new() };
    let mut choices = vec![Choice::new("", "Choose a person")];
    // those whose role holds no seat would only be refused, and so would one's own
    let sit = matter::sitters(&page.ctx).await?;
    let offered = |id: &str| StaffId::parse(id).is_some_and(|id| id != page.me.id && sit.contains(&id));
    choices.extend(people(page, &[&value("person")]).into_iter().filter(|c| offered(&c.value)));
    Ok(SeatNew {
        open,
        person: at(
            Field::new(Input::Select, "person", "Person").choices(choices),
            &["person", "staff_id"],
            wrong,
        ),
        seat: at(seat_field("f-seat", &value("seat")), &["seat"], wrong),
        until: at(
            Field::new(Input::Date, "until", "Until").value(value("until")).optional(),
            &["until"],
            wrong,
        ),
        error: above(wrong),
    })
}

fn forms(m: &MatterView, typed: &Typed) -> MatterForms {
    let open = typed.part == Part::Matter;
    let wrong = typed.wrong.as_ref().filter(|_| open);
    let value = |name: &str, now: &str| if open { typed.fields.get(name).to_owned() } else { now.to_owned() };
    let why = if m.open { "Why it is closed" } else { "Why it is opened again" };
    MatterForms {
        rename: true,
        turn: true,
        open,
        etag: m.version.to_string(),
        name: at(Field::text("name", "Name").value(value("name", &m.name)), &["name"], wrong),
        reference: at(
            Field::text("reference", "Reference").value(value("reference", &m.reference)),
            &["reference"],
            wrong,
        ),
        is_open: m.open,
        reason: Field::reason(why).id("f-state-reason"),
    }
}

/// The page.
pub(super) async fn show(One(id): One, page: Page) -> Answer {
    let id = id_of(&page.ctx, Verb::TeamSee, &id).await?;
    draw(&page, id, Typed::default()).await
}

/// The page again, with what is wrong; or done.
async fn answer(
    page: &Page,
    id: MatterId,
    fields: Fields,
    part: Part,
    done_code: &str,
    result: Result<(), Error>,
) -> Answer {
    match result {
        Ok(()) => Ok(done(&format!("/matters/{id}/team"), done_code, page.ctx.last_entry())),
        Err(error) => draw(page, id, Typed { wrong: Some(on_form(error)?), fields, part }).await,
    }
}

async fn seat(page: &Page, matter: MatterId, staff: Option<StaffId>, fields: &Fields) -> Result<(), Error> {
    let staff = staff.ok_or_else(|| Error::invalid("person", "Choose a person."))?;
    let word = fields.get("seat");
    let seat = SEATS
        .into_iter()
        .find(|(w, _)| *w == word)
        .ok_or_else(|| Error::invalid("seat", "Choose a seat."))?
        .0;
    let until = match fields.some("until") {
        None => None,
        Some(day) => Some(
            page.clocks.end_of(day).ok_or_else(|| Error::invalid("until", "A day, such as 2026-11-30."))?,
        ),
    };
    page.ctx.perform(GiveSeat { matter, staff, seat, until }).await
}

/// Gives a seat.
pub(super) async fn give(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let id = id_of(&page.ctx, Verb::SeatGive, &id).await?;
    let result = seat(&page, id, StaffId::parse(fields.get("person")), &fields).await;
    answer(&page, id, fields, Part::Add, "seat-given", result).await
}

/// Changes a seat.
pub(super) async fn change(Two(id, staff): Two, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let id = id_of(&page.ctx, Verb::SeatGive, &id).await?;
    let staff = id_of(&page.ctx, Verb::SeatGive, &staff).await?;
    let result = seat(&page, id, Some(staff), &fields).await;
    answer(&page, id, fields, Part::Seats, "seat-given", result).await
}

/// Ends a seat.
pub(super) async fn end(Two(id, staff): Two, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let matter = id_of(&page.ctx, Verb::SeatEnd, &id).await?;
    let staff = id_of(&page.ctx, Verb::SeatEnd, &staff).await?;
    let result = page.ctx.perform(EndSeat { matter, staff }).await;
    answer(&page, matter, fields, Part::Seats, "seat-ended", result).await
}

/// Its name and reference.
pub(super) async fn edit(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let matter = id_of(&page.ctx, Verb::MatterRename, &id).await?;
    let operation = Name::parse(fields.get("name")).and_then(|name| {
        let reference = Some(Reference::parse(fields.get("reference"))?);
        Ok(RenameMatter { matter, name: Some(name), reference, version: fields.etag() })
    });
    let result = match operation {
        Ok(operation) => page.ctx.perform(operation).await.map(|_| ()),
        Err(error) => Err(error),
    };
    answer(&page, matter, fields, Part::Matter, "saved", result).await
}

fn reason(fields: &Fields) -> Result<Option<Reason>, Error> {
    fields.some("reason").map(Reason::parse).transpose()
}

/// Closes it.
pub(super) async fn close(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let matter = id_of(&page.ctx, Verb::MatterClose, &id).await?;
    let result = match reason(&fields) {
        Ok(reason) => {
            page.ctx.perform(CloseMatter { matter, reason, version: fields.etag() }).await.map(|_| ())
        }
        Err(error) => Err(error),
    };
    answer(&page, matter, fields, Part::Seats, "matter-closed", result).await
}

/// Opens it again.
pub(super) async fn reopen(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let matter = id_of(&page.ctx, Verb::MatterReopen, &id).await?;
    let result = match reason(&fields) {
        Ok(reason) => {
            page.ctx.perform(ReopenMatter { matter, reason, version: fields.etag() }).await.map(|_| ())
        }
        Err(error) => Err(error),
    };
    answer(&page, matter, fields, Part::Seats, "matter-open", result).await
}
