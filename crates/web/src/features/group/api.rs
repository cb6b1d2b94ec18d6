//! Groups to programs.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use strongroom_domain::features::group::{self, AddMember, GroupView, MakeGroup, RemoveMember, RenameGroup};
use strongroom_domain::kernel::clock::rfc3339;
use strongroom_domain::kernel::id::GroupId;
use strongroom_domain::kernel::text::Name;
use strongroom_domain::kernel::verb::Verb;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::api::{Answer, Api, Items, Json, One, Two, nothing, tagged};
use crate::http::etag::IfMatch;
use crate::http::problem::Problem;
use crate::state::WebState;

pub(crate) fn api() -> OpenApiRouter<WebState> {
    OpenApiRouter::new()
        .routes(routes!(list, make))
        .routes(routes!(read, change))
        .routes(routes!(add, remove))
}

/// Someone in a group.
#[derive(Serialize, ToSchema)]
struct MemberJson {
    staff_id: String,
    name: String,
    since: String,
}

/// A group of staff.
#[derive(Serialize, ToSchema)]
struct GroupJson {
    id: String,
    name: String,
    members: Vec<MemberJson>,
}

impl From<GroupView> for GroupJson {
    fn from(g: GroupView) -> Self {
        let member = |m: group::Member| MemberJson {
            staff_id: m.staff.to_string(),
            name: m.name,
            since: rfc3339(m.since),
        };
        Self { id: g.id.to_string(), name: g.name, members: g.members.into_iter().map(member).collect() }
    }
}

async fn one(api: &Api, id: GroupId) -> Result<GroupView, Problem> {
    group::groups(api).await?.into_iter().find(|g| g.id == id).ok_or_else(Problem::not_found)
}

/// Every group with its members.
#[utoipa::path(get, path = "/api/v1/groups", tag = "staff", responses((status = 200, body = Items<GroupJson>)))]
async fn list(api: Api) -> Answer {
    Ok(Items::whole(group::groups(&api).await?.into_iter().map(GroupJson::from).collect()))
}

/// A name for a group.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GroupName {
    name: String,
}

/// Makes a group.
#[utoipa::path(post, path = "/api/v1/groups", tag = "staff", request_body = GroupName, responses((status = 201, body = GroupJson)))]
async fn make(api: Api, Json(new): Json<GroupName>) -> Answer {
    let name = Name::parse(&new.name)?;
    let body = GroupJson {
        name: name.as_str().to_owned(),
        members: Vec::new(),
        id: api.perform(MakeGroup { name }).await?.to_string(),
    };
    Ok(tagged(StatusCode::CREATED, 1, &body))
}

/// One group.
#[utoipa::path(get, path = "/api/v1/groups/{id}", tag = "staff", params(("id" = String, Path)), responses((status = 200, body = GroupJson)))]
async fn read(One(id): One, api: Api) -> Answer {
    let id = api.id(Verb::GroupList, &id).await?;
    let seen = one(&api, id).await?;
    Ok(tagged(StatusCode::OK, seen.version, &GroupJson::from(seen)))
}

/// Renames a group.
#[utoipa::path(patch, path = "/api/v1/groups/{id}", tag = "staff", params(("id" = String, Path)), request_body = GroupName, responses((status = 200, body = GroupJson)))]
async fn change(One(id): One, api: Api, IfMatch(version): IfMatch, Json(change): Json<GroupName>) -> Answer {
    let group = api.id(Verb::GroupChange, &id).await?;
    let name = Name::parse(&change.name)?;
    if let Some(version) = version
        && one(&api, group).await?.version != version
    {
        return Err(Problem::stale());
    }
    api.perform(RenameGroup { group, name }).await?;
    let seen = one(&api, group).await?;
    Ok(tagged(StatusCode::OK, seen.version, &GroupJson::from(seen)))
}

/// Takes a person into a group.
#[utoipa::path(put, path = "/api/v1/groups/{id}/members/{staff_id}", tag = "staff",
    params(("id" = String, Path), ("staff_id" = String, Path)), responses((status = 204)))]
async fn add(Two(group, staff): Two, api: Api) -> Answer {
    let (group, staff) = (api.id(Verb::GroupChange, &group).await?, api.id(Verb::GroupChange, &staff).await?);
    api.perform(AddMember { group, staff }).await?;
    Ok(nothing())
}

/// Takes a person out of a group. Walls that name the group stop acting on them.
#[utoipa::path(delete, path = "/api/v1/groups/{id}/members/{staff_id}", tag = "staff",
    params(("id" = String, Path), ("staff_id" = String, Path)), responses((status = 204)))]
async fn remove(Two(group, staff): Two, api: Api) -> Answer {
    let (group, staff) = (api.id(Verb::GroupChange, &group).await?, api.id(Verb::GroupChange, &staff).await?);
    api.perform(RemoveMember { group, staff }).await?;
    Ok(nothing())
}
