//! Walls to programs.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use strongroom_domain::features::wall::{
    self, ChangeWall, EndWall, MakeWall, WallChange, WallKind, WallSpec, WallView,
};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::clock::rfc3339;
use strongroom_domain::kernel::id::{AnyId, Client, Id, Kind, Matter};
use strongroom_domain::kernel::text::{Name, Reason};
use strongroom_domain::kernel::verb::Verb;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::api::{Answer, Api, Items, Json, One, Query, Window, nothing, tagged};
use crate::http::etag::IfMatch;
use crate::http::problem::Problem;
use crate::state::WebState;

pub(crate) fn api() -> OpenApiRouter<WebState> {
    OpenApiRouter::new().routes(routes!(list, make)).routes(routes!(read, change, end))
}

/// What a wall covers.
#[derive(Serialize, Deserialize, ToSchema, Default, Clone)]
struct Covers {
    /// Ids of clients, with all their matters.
    #[serde(default)]
    clients: Vec<String>,
    /// Ids of matters.
    #[serde(default)]
    matters: Vec<String>,
}

/// An ethical wall.
#[derive(Serialize, ToSchema)]
struct WallJson {
    id: String,
    name: String,
    reason: String,
    covers: Covers,
    /// `bars` or `admits`.
    kind: &'static str,
    staff: Vec<String>,
    groups: Vec<String>,
    made_at: String,
    made_by: String,
    ended_at: Option<String>,
    reviewed_at: Option<String>,
    /// How it came to be so, newest first; of one wall only.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<WallChangeJson>>,
}

/// One change of a wall.
#[derive(Serialize, ToSchema)]
struct WallChangeJson {
    /// Its entry in the ledger.
    entry_id: String,
    at: String,
    by: String,
    /// `made`, `changed`, `reviewed` or `ended`.
    did: &'static str,
    /// Ids of people, groups, clients and matters that it names from then on.
    added: Vec<String>,
    /// Those that it names no longer.
    removed: Vec<String>,
}

impl From<WallChange> for WallChangeJson {
    fn from(c: WallChange) -> Self {
        let ids = |things: Vec<AnyId>| things.iter().map(ToString::to_string).collect();
        Self {
            entry_id: c.entry.to_string(),
            at: rfc3339(c.at),
            by: c.by,
            did: c.did.word(),
            added: ids(c.added),
            removed: ids(c.removed),
        }
    }
}

impl From<WallView> for WallJson {
    fn from(w: WallView) -> Self {
        Self {
            id: w.id.to_string(),
            name: w.name,
            reason: w.reason,
            covers: Covers {
                clients: w.clients.iter().map(|(id, _)| id.to_string()).collect(),
                matters: w.matters.iter().map(|(id, _)| id.to_string()).collect(),
            },
            kind: w.kind.word(),
            staff: w.staff.iter().map(ToString::to_string).collect(),
            groups: w.groups.iter().map(ToString::to_string).collect(),
            made_at: rfc3339(w.made_at),
            made_by: w.made_by,
            ended_at: w.ended_at.map(rfc3339),
            reviewed_at: w.reviewed_at.map(rfc3339),
            changes: None,
        }
    }
}

/// A wall to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WallNew {
    name: String,
    reason: String,
    covers: Covers,
    kind: String,
    #[serde(default)]
    staff: Vec<String>,
    #[serde(default)]
    groups: Vec<String>,
}

fn ids<T: Kind>(field: &'static str, texts: &[String]) -> Result<Vec<Id<T>>, Problem> {
    let wrong = || strongroom_domain::Error::invalid(field, "This names nothing that a wall can name.");
    texts.iter().map(|t| Id::parse(t).ok_or_else(|| Problem::from(wrong()))).collect()
}

fn kind(word: &str) -> Result<WallKind, Problem> {
    WallKind::parse(word).ok_or_else(|| Problem::malformed("kind is bars or admits."))
}

/// The walls that I may know of, newest first.
#[utoipa::path(get, path = "/api/v1/walls", tag = "walls", params(Window), responses((status = 200, body = Items<WallJson>)))]
async fn list(api: Api, Query(window): Query<Window>) -> Answer {
    let after = window.after_id(&api, "walls")?;
    let (found, next) = wall::walls(&api, after, window.limit()?).await?;
    let mut items = Vec::with_capacity(found.len());
    for seen in found {
        items.push(told(&api, seen, None).await?);
    }
    Items::page(&api, "walls", items, next.map(|id| id.any()))
}

/// Makes a wall. It holds from the next decision on; running downloads stop.
#[utoipa::path(post, path = "/api/v1/walls", tag = "walls", request_body = WallNew, responses((status = 201, body = WallJson)))]
async fn make(api: Api, Json(new): Json<WallNew>) -> Answer {
    let spec = WallSpec {
        name: Name::parse(&new.name)?,
        reason: Reason::parse(&new.reason)?,
        kind: kind(&new.kind)?,
        clients: ids("covers", &new.covers.clients)?,
        matters: ids("covers", &new.covers.matters)?,
        staff: ids("staff", &new.staff)?,
        groups: ids("groups", &new.groups)?,
    };
    let made_kind = spec.kind.word();
    // not read back: whoever makes a wall that bars themselves does not see it any more
    let id = api.perform(MakeWall { spec }).await?.to_string();
    let body = WallJson {
        id,
        name: new.name,
        reason: new.reason,
        covers: new.covers,
        kind: made_kind,
        staff: new.staff,
        groups: new.groups,
        made_at: rfc3339(api.acted_at()),
        made_by: api.actor().name(),
        ended_at: None,
        reviewed_at: None,
        changes: None,
    };
    Ok(tagged(StatusCode::CREATED, 1, &body))
}

/// Clients and matters that the viewer may not know of are left out, as the page leaves out their names; whoever
/// makes walls gets every id, or a change would drop what she was not shown.
async fn told(api: &Api, mut seen: WallView, changes: Option<Vec<WallChange>>) -> Result<WallJson, Problem> {
    let all = api.role().await? == Role::ComplianceOfficer;
    seen.clients.retain(|(_, name)| all || name.is_some());
    seen.matters.retain(|(_, name)| all || name.is_some());
    let covered: Vec<AnyId> = seen
        .clients
        .iter()
        .map(|(id, _)| id.any())
        .chain(seen.matters.iter().map(|(id, _)| id.any()))
        .collect();
    let hidden = |thing: &AnyId| {
        let of_clients = thing.typed::<Client>().is_some() || thing.typed::<Matter>().is_some();
        !all && of_clients && !covered.contains(thing)
    };
    let change = |mut change: WallChange| {
        change.added.retain(|thing| !hidden(thing));
        change.removed.retain(|thing| !hidden(thing));
        WallChangeJson::from(change)
    };
    let changes = changes.map(|changes| changes.into_iter().map(change).collect());
    Ok(WallJson { changes, ..WallJson::from(seen) })
}

/// One wall.
#[utoipa::path(get, path = "/api/v1/walls/{id}", tag = "walls", params(("id" = String, Path)), responses((status = 200, body = WallJson)))]
async fn read(One(id): One, api: Api) -> Answer {
    let id = api.id(Verb::WallSee, &id).await?;
    let (seen, changes) = wall::wall_with_changes(&api, id).await?;
    let etag = seen.etag;
    Ok(tagged(StatusCode::OK, etag, &told(&api, seen, Some(changes)).await?))
}

/// A change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WallEdit {
    name: Option<String>,
    reason: Option<String>,
    covers: Option<Covers>,
    kind: Option<String>,
    staff: Option<Vec<String>>,
    groups: Option<Vec<String>>,
}

/// Changes a wall.
#[utoipa::path(patch, path = "/api/v1/walls/{id}", tag = "walls", params(("id" = String, Path)), request_body = WallEdit, responses((status = 200, body = WallJson)))]
async fn change(One(id): One, api: Api, IfMatch(etag): IfMatch, Json(edit): Json<WallEdit>) -> Answer {
    let id = api.id(Verb::WallChange, &id).await?;
    let old = wall::wall(&api, id).await?;
    let covered = |c: Option<&Covers>| -> Result<(Vec<_>, Vec<_>), Problem> {
        match c {
            Some(c) => Ok((ids("covers", &c.clients)?, ids("covers", &c.matters)?)),
            None => Ok((
                old.clients.iter().map(|(id, _)| *id).collect(),
                old.matters.iter().map(|(id, _)| *id).collect(),
            )),
        }
    };
    let (clients, matters) = covered(edit.covers.as_ref())?;
    let spec = WallSpec {
        name: Name::parse(edit.name.as_deref().unwrap_or(&old.name))?,
        reason: Reason::parse(edit.reason.as_deref().unwrap_or(&old.reason))?,
        kind: edit.kind.as_deref().map(kind).transpose()?.unwrap_or(old.kind),
        clients,
        matters,
        staff: edit.staff.map_or_else(|| Ok(old.staff.clone()), |s| ids("staff", &s))?,
        groups: edit.groups.map_or_else(|| Ok(old.groups.clone()), |g| ids("groups", &g))?,
    };
    api.perform(ChangeWall { wall: id, spec, etag }).await?;
    let (seen, changes) = wall::wall_with_changes(&api, id).await?;
    let etag = seen.etag;
    Ok(tagged(StatusCode::OK, etag, &told(&api, seen, Some(changes)).await?))
}

/// Why a wall ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ending {
    reason: String,
}

/// Ends a wall.
#[utoipa::path(delete, path = "/api/v1/walls/{id}", tag = "walls", params(("id" = String, Path)), request_body = Ending, responses((status = 204)))]
async fn end(One(id): One, api: Api, IfMatch(etag): IfMatch, Json(ending): Json<Ending>) -> Answer {
    let id = api.id(Verb::WallEnd, &id).await?;
    api.perform(EndWall { wall: id, reason: Reason::parse(&ending.reason)?, etag }).await?;
    Ok(nothing())
}
