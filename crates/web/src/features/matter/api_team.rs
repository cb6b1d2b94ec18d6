//! A matter's team to programs.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use strongroom_domain::Error;
use strongroom_domain::features::matter::{self, EndSeat, GiveSeat, Seat};
use strongroom_domain::kernel::clock::{parse_rfc3339, rfc3339};
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::verb::Verb;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::api::{Answer, Api, Items, Json, One, Two, json, nothing, tagged};
use crate::http::etag::IfMatch;
use crate::http::problem::Problem;
use crate::state::WebState;

pub(super) fn api() -> OpenApiRouter<WebState> {
    OpenApiRouter::new().routes(routes!(team)).routes(routes!(give, end))
}

/// A seat on a team.
#[derive(Serialize, ToSchema)]
struct SeatJson {
    staff_id: String,
    name: Option<String>,
    /// `lead`, `member` or `reader`.
    seat: &'static str,
    since: String,
    until: Option<String>,
    /// True while it holds.
    holds: bool,
    given_by: String,
}

fn shown(api: &Api, seat: Seat) -> SeatJson {
    SeatJson {
        staff_id: seat.staff.to_string(),
        name: api.room().directory().staff(seat.staff).map(|s| s.name),
        seat: seat.seat,
        since: rfc3339(seat.since),
        until: seat.until.map(rfc3339),
        holds: seat.holds,
        given_by: seat.given_by,
    }
}

/// The state of a team as a number, for `If-Match`.
fn state_of(seats: &[Seat]) -> i64 {
    let mut hasher = DefaultHasher::new();
    for seat in seats {
        (seat.staff, seat.seat, seat.since, seat.until, seat.holds).hash(&mut hasher);
    }
    i64::from_ne_bytes(hasher.finish().to_ne_bytes()) & i64::MAX
}

/// The team: present seats first, past ones after them.
#[utoipa::path(get, path = "/api/v1/matters/{id}/team", tag = "matters", params(("id" = String, Path)), responses((status = 200, body = Items<SeatJson>)))]
async fn team(One(id): One, api: Api) -> Answer {
    let id = api.id(Verb::TeamSee, &id).await?;
    let team = matter::team(&api, id).await?;
    let version = state_of(&team.seats);
    let items = team.seats.into_iter().map(|s| shown(&api, s)).collect();
    Ok(tagged(StatusCode::OK, version, &Items { items, next: None }))
}

/// A seat to be given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeatNew {
    /// `lead`, `member` or `reader`.
    seat: String,
    /// When it ends by itself.
    until: Option<String>,
}

/// A seat as it was given.
#[derive(Serialize, ToSchema)]
struct SeatGiven {
    staff_id: String,
    seat: &'static str,
    until: Option<String>,
}

/// Gives a seat, or changes the one that the person holds.
#[utoipa::path(put, path = "/api/v1/matters/{id}/team/{staff_id}", tag = "matters", params(("id" = String, Path), ("staff_id" = String, Path)), request_body = SeatNew, responses((status = 200, body = SeatGiven)))]
async fn give(Two(id, staff): Two, api: Api, Json(new): Json<SeatNew>) -> Answer {
    let matter = api.id(Verb::SeatGive, &id).await?;
    let staff = api.id(Verb::SeatGive, &staff).await?;
    let seat = ["lead", "member", "reader"].into_iter().find(|s| *s == new.seat);
    let seat = seat.ok_or_else(|| Error::invalid("seat", "A seat is lead, member or reader."))?;
    let wrong = || Error::invalid("until", "An RFC 3339 time, such as 2026-11-30T12:00:00Z.");
    let until = new.until.as_deref().map(|t| parse_rfc3339(t).ok_or_else(wrong)).transpose()?;
    api.perform(GiveSeat { matter, staff, seat, until }).await?;
    let body = SeatGiven { staff_id: staff.to_string(), seat, until: until.map(rfc3339) };
    Ok(json(StatusCode::OK, &body))
}

/// Ends a seat. `If-Match` is the ETag of the team, or `*`.
#[utoipa::path(delete, path = "/api/v1/matters/{id}/team/{staff_id}", tag = "matters", params(("id" = String, Path), ("staff_id" = String, Path)), responses((status = 204)))]
async fn end(Two(id, staff): Two, api: Api, IfMatch(version): IfMatch) -> Answer {
    let matter = api.id(Verb::SeatEnd, &id).await?;
    let staff = api.id(Verb::SeatEnd, &staff).await?;
    // the gate answers first, then whether there is such a seat, then whether it is the one that was read
    if let (Some(read), true) = (version, api.may(Verb::SeatEnd, &Target::Matter(matter)).await?) {
        let now = matter::team(&api, matter).await?;
        let there = now.seats.iter().any(|s| s.staff == staff && s.holds);
        if there && state_of(&now.seats) != read {
            return Err(Problem::stale());
        }
    }
    api.perform(EndSeat { matter, staff }).await?;
    Ok(nothing())
}
