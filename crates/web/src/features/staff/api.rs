//! Staff, roles and approvals to programs.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use strongroom_domain::features::staff::{
    self, ApprovalView, ChangeRole, InviteStaff, IssueLink, Link, ResetCredentials, ResumeStaff, StaffView,
    SuspendStaff,
};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::clock::rfc3339;
use strongroom_domain::kernel::text::{Email, Name, Reason};
use strongroom_domain::kernel::verb::Verb;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::api::{Answer, Api, Items, Json, One, Query, Window, json, named, nothing};
use crate::http::problem::Problem;
use crate::state::WebState;

pub(crate) fn api() -> OpenApiRouter<WebState> {
    OpenApiRouter::new()
        .routes(routes!(list, invite))
        .routes(routes!(read))
        .routes(routes!(suspend))
        .routes(routes!(resume))
        .routes(routes!(change_role))
        .routes(routes!(reset))
        .routes(routes!(link))
        .routes(routes!(approvals))
        .routes(routes!(decide))
        .routes(routes!(withdraw))
}

/// A person of the firm.
#[derive(Serialize, ToSchema)]
struct StaffJson {
    id: String,
    name: String,
    /// Absent of a client contact: their address may tell whose contact they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    role: &'static str,
    /// `invited`, `active` or `suspended`.
    state: String,
    groups: Vec<String>,
    since: String,
    /// Of someone invited, to administrators: `waiting`, `rejected`, `withdrawn`, `no_link` or `linked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation: Option<&'static str>,
    /// The day on which they were last here, such as `2026-11-22`; to administrators only.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<String>,
}

impl From<StaffView> for StaffJson {
    fn from(s: StaffView) -> Self {
        Self {
            id: s.id.to_string(),
            name: s.name,
            email: s.email,
            role: s.role.word(),
            state: s.state,
            groups: s.groups.into_iter().map(|(id, _)| id.to_string()).collect(),
            since: rfc3339(s.since),
            invitation: s.invitation.map(staff::Invitation::word),
            last_seen: s.last_seen.map(|at| rfc3339(at).chars().take(10).collect()),
        }
    }
}

/// A one-time link for enrolment, as the last part of its address. Shown once.
#[derive(Serialize, ToSchema)]
struct LinkJson {
    path: String,
    expires_at: String,
}

impl From<Link> for LinkJson {
    fn from(link: Link) -> Self {
        Self { path: format!("/enrol/{}", link.secret.as_str()), expires_at: rfc3339(link.expires_at) }
    }
}

fn role(word: &str) -> Result<Role, Problem> {
    Role::parse(word).ok_or_else(|| Problem::malformed("role is none of this system."))
}

fn reason(text: Option<&str>) -> Result<Option<Reason>, strongroom_domain::Error> {
    text.filter(|t| !t.trim().is_empty()).map(Reason::parse).transpose()
}

/// The directory, by name.
#[utoipa::path(get, path = "/api/v1/staff", tag = "staff", params(Window), responses((status = 200, body = Items<StaffJson>)))]
async fn list(api: Api, Query(window): Query<Window>) -> Answer {
    let after = window.after_id(&api, "staff")?;
    let (found, more) = staff::staff_list(&api, "", after, window.limit()?).await?;
    let last = found.last().filter(|_| more).map(|s| s.id.any());
    Items::page(&api, "staff", found.into_iter().map(StaffJson::from).collect(), last)
}

/// One person.
#[utoipa::path(get, path = "/api/v1/staff/{id}", tag = "staff", params(("id" = String, Path)), responses((status = 200, body = StaffJson)))]
async fn read(One(id): One, api: Api) -> Answer {
    let id = api.id(Verb::StaffSee, &id).await?;
    Ok(json(StatusCode::OK, &StaffJson::from(staff::staff_one(&api, id).await?)))
}

/// Someone to be invited.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Invite {
    name: String,
    email: String,
    role: String,
    /// For a client contact: the client's id.
    client_id: Option<String>,
}

/// What came of inviting: a link, or an approval that someone else gives first.
#[derive(Serialize, ToSchema)]
struct InvitedJson {
    id: String,
    link: Option<LinkJson>,
    approval_id: Option<String>,
}

/// Invites a person. Most roles need a second person's yes before the link works.
#[utoipa::path(post, path = "/api/v1/staff", tag = "staff", request_body = Invite, responses((status = 201, body = InvitedJson)))]
async fn invite(api: Api, Json(new): Json<Invite>) -> Answer {
    let role = role(&new.role)?;
    let client = named(&api, Verb::StaffInvite, new.client_id.as_deref()).await?;
    let operation =
        InviteStaff { name: Name::parse(&new.name)?, email: Email::parse(&new.email)?, role, client };
    let made = api.perform(operation).await?;
    let body = InvitedJson {
        id: made.staff.to_string(),
        link: made.link.map(LinkJson::from),
        approval_id: made.approval.map(|a| a.to_string()),
    };
    Ok(json(StatusCode::CREATED, &body))
}

/// Why something is done to an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Why {
    reason: Option<String>,
}

/// Suspends a person: signed out everywhere at once.
#[utoipa::path(post, path = "/api/v1/staff/{id}/suspend", tag = "staff", params(("id" = String, Path)), request_body = Why, responses((status = 204)))]
async fn suspend(One(id): One, api: Api, Json(why): Json<Why>) -> Answer {
    let staff = api.id(Verb::StaffSuspend, &id).await?;
    let reason = Reason::parse(why.reason.as_deref().unwrap_or_default())?;
    api.perform(SuspendStaff { staff, reason }).await?;
    Ok(nothing())
}

/// Lifts a suspension.
#[utoipa::path(post, path = "/api/v1/staff/{id}/resume", tag = "staff", params(("id" = String, Path)), request_body = Why, responses((status = 204)))]
async fn resume(One(id): One, api: Api, Json(why): Json<Why>) -> Answer {
    let staff = api.id(Verb::StaffResume, &id).await?;
    api.perform(ResumeStaff { staff, reason: reason(why.reason.as_deref())? }).await?;
    Ok(nothing())
}

/// A new role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRole {
    role: String,
    reason: Option<String>,
}

/// What was asked, and whether it holds already.
#[derive(Serialize, ToSchema)]
struct AskedJson {
    approval_id: String,
    done: bool,
}

/// Asks for another role. A second person decides.
#[utoipa::path(post, path = "/api/v1/staff/{id}/role", tag = "staff", params(("id" = String, Path)), request_body = NewRole, responses((status = 202, body = AskedJson)))]
async fn change_role(One(id): One, api: Api, Json(new): Json<NewRole>) -> Answer {
    let staff = api.id(Verb::RoleChange, &id).await?;
    let operation = ChangeRole { staff, role: role(&new.role)?, reason: reason(new.reason.as_deref())? };
    let asked = api.perform(operation).await?;
    Ok(json(StatusCode::ACCEPTED, &AskedJson { approval_id: asked.approval.to_string(), done: asked.done }))
}

/// Asks to reset how a person signs in. A second person decides.
#[utoipa::path(post, path = "/api/v1/staff/{id}/reset", tag = "staff", params(("id" = String, Path)), request_body = Why, responses((status = 202, body = AskedJson)))]
async fn reset(One(id): One, api: Api, Json(why): Json<Why>) -> Answer {
    let staff = api.id(Verb::CredentialReset, &id).await?;
    let asked = api.perform(ResetCredentials { staff, reason: reason(why.reason.as_deref())? }).await?;
    Ok(json(StatusCode::ACCEPTED, &AskedJson { approval_id: asked.approval.to_string(), done: asked.done }))
}

/// A fresh enrolment link, once the second person has agreed.
#[utoipa::path(post, path = "/api/v1/staff/{id}/link", tag = "staff", params(("id" = String, Path)), responses((status = 201, body = LinkJson)))]
async fn link(One(id): One, api: Api) -> Answer {
    let staff = api.id(Verb::CredentialReset, &id).await?;
    let link = api.perform(IssueLink { staff }).await?;
    Ok(json(StatusCode::CREATED, &LinkJson::from(link)))
}

/// A decision that waits for a second person, or was given.
#[derive(Serialize, ToSchema)]
struct ApprovalJson {
    id: String,
    /// `role` or `credential`.
    kind: String,
    staff_id: String,
    role: Option<&'static str>,
    asked_by: String,
    asked_at: String,
    /// `waiting`, `approved`, `rejected` or `withdrawn`.
    state: String,
    decided_at: Option<String>,
    reason: Option<String>,
}

impl From<ApprovalView> for ApprovalJson {
    fn from(a: ApprovalView) -> Self {
        Self {
            id: a.id.to_string(),
            kind: a.kind,
            staff_id: a.staff.to_string(),
            role: a.role.map(Role::word),
            asked_by: a.asked_by.to_string(),
            asked_at: rfc3339(a.asked_at),
            state: a.state,
            decided_at: a.decided_at.map(rfc3339),
            reason: a.reason,
        }
    }
}

/// What waits for a second person.
#[utoipa::path(get, path = "/api/v1/approvals", tag = "staff", responses((status = 200, body = Items<ApprovalJson>)))]
async fn approvals(api: Api) -> Answer {
    Ok(Items::whole(staff::approvals(&api).await?.into_iter().map(ApprovalJson::from).collect()))
}

/// Yes or no.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Decision {
    approve: bool,
}

/// Decides as the second person.
#[utoipa::path(post, path = "/api/v1/approvals/{id}", tag = "staff", params(("id" = String, Path)), request_body = Decision, responses((status = 204)))]
async fn decide(One(id): One, api: Api, Json(decision): Json<Decision>) -> Answer {
    let id = api.id(Verb::ApprovalDecide, &id).await?;
    staff::decide_approval(&api, id, decision.approve).await?;
    Ok(nothing())
}

/// Takes back what I asked for, while nobody has decided it.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/withdraw", tag = "staff", params(("id" = String, Path)), responses((status = 204)))]
async fn withdraw(One(id): One, api: Api) -> Answer {
    let id = api.id(Verb::ApprovalWithdraw, &id).await?;
    staff::withdraw_approval(&api, id).await?;
    Ok(nothing())
}
