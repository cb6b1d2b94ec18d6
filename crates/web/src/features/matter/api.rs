//! Matters to programs.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use strongroom_domain::Error;
use strongroom_domain::features::matter::{
    self, CloseMatter, MatterView, OpenMatter, RenameMatter, ReopenMatter,
};
use strongroom_domain::kernel::clock::rfc3339;
use strongroom_domain::kernel::id::{ClientId, MatterId};
use strongroom_domain::kernel::text::{Name, Reason, Reference};
use strongroom_domain::kernel::verb::Verb;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::api::{Answer, Api, Items, Json, One, Query, Window, changed, json, named, tagged};
use crate::http::etag::IfMatch;
use crate::http::problem::Problem;
use crate::state::WebState;

pub(super) fn api() -> OpenApiRouter<WebState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(search)).routes(routes!(read, change))
}

/// A matter.
#[derive(Serialize, ToSchema)]
pub(super) struct MatterJson {
    id: String,
    client_id: String,
    client_name: String,
    name: String,
    reference: String,
    /// `open` or `closed`.
    state: &'static str,
    opened_at: String,
    closed_at: Option<String>,
    /// When something of it last changed; in lists.
    changed_at: Option<String>,
    /// Who leads, by short name.
    leads: Vec<String>,
    /// The caller's own seat, or `none`.
    seat: &'static str,
}

impl From<MatterView> for MatterJson {
    fn from(m: MatterView) -> Self {
        Self {
            id: m.id.to_string(),
            client_id: m.client.to_string(),
            client_name: m.client_name,
            name: m.name,
            reference: m.reference,
            state: if m.open { "open" } else { "closed" },
            opened_at: rfc3339(m.opened_at),
            closed_at: m.closed_at.map(rfc3339),
            changed_at: m.changed_at.map(rfc3339),
            leads: m.leads,
            seat: m.my_seat,
        }
    }
}

/// Which matters.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Of this client only.
    client: Option<String>,
    limit: Option<u32>,
    after: Option<String>,
}

async fn page(api: &Api, words: &str, client: Option<ClientId>, window: Window) -> Answer {
    // a cursor of one search does not fit another
    let list = format!("matters {words} {}", client.map(|c| c.to_string()).unwrap_or_default());
    let after: Option<MatterId> = window.after_id(api, &list)?;
    let (found, more) = matter::matters(api, words, client, after, window.limit()?).await?;
    let last = found.last().filter(|_| more).map(|m| m.id.any());
    Items::page(api, &list, found.into_iter().map(MatterJson::from).collect(), last)
}

/// The matters that I may see, by name.
#[utoipa::path(get, path = "/api/v1/matters", tag = "matters", params(Which), responses((status = 200, body = Items<MatterJson>)))]
async fn list(api: Api, Query(which): Query<Which>) -> Answer {
    let client = named(&api, Verb::MatterList, which.client.as_deref()).await?;
    page(&api, "", client, Window { limit: which.limit, after: which.after }).await
}

/// Words to look for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Search {
    /// Every word must stand in the name, the reference or the client's name.
    q: String,
    limit: Option<u32>,
    after: Option<String>,
}

/// Finds matters by name or reference. Words travel in the body, never in an address.
#[utoipa::path(post, path = "/api/v1/matters/search", tag = "matters", request_body = Search, responses((status = 200, body = Items<MatterJson>)))]
async fn search(api: Api, Json(search): Json<Search>) -> Answer {
    page(&api, search.q.trim(), None, Window { limit: search.limit, after: search.after }).await
}

/// A matter to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MatterNew {
    client_id: String,
    name: String,
    reference: String,
    /// Who leads; a partner who names nobody leads it.
    #[serde(alias = "lead_id")]
    lead: Option<String>,
}

/// Opens a matter.
#[utoipa::path(post, path = "/api/v1/matters", tag = "matters", request_body = MatterNew, responses((status = 201, body = MatterJson)))]
async fn create(api: Api, Json(new): Json<MatterNew>) -> Answer {
    let (name, reference) = (Name::parse(&new.name)?, Reference::parse(&new.reference)?);
    let client = api.id(Verb::MatterCreate, &new.client_id).await?;
    let lead = named(&api, Verb::MatterCreate, new.lead.as_deref()).await?;
    let plain = (name.as_str().to_owned(), reference.as_str().to_owned());
    let id = api.perform(OpenMatter { client, name, reference, lead }).await?;
    match matter::matter(&api, id).await {
        Ok(seen) => Ok(tagged(StatusCode::CREATED, seen.version, &MatterJson::from(seen))),
        // made, and not the caller's to look at: a token that may write only
        Err(_) => {
            let body = Made {
                id: id.to_string(),
                client_id: client.to_string(),
                name: plain.0,
                reference: plain.1,
                state: "open",
                opened_at: rfc3339(api.acted_at()),
            };
            Ok(json(StatusCode::CREATED, &body))
        }
    }
}

/// What whoever opened a matter knows of it.
#[derive(Serialize)]
struct Made {
    id: String,
    client_id: String,
    name: String,
    reference: String,
    state: &'static str,
    opened_at: String,
}

/// One matter.
#[utoipa::path(get, path = "/api/v1/matters/{id}", tag = "matters", params(("id" = String, Path)), responses((status = 200, body = MatterJson)))]
async fn read(One(id): One, api: Api) -> Answer {
    let id = api.id(Verb::MatterSee, &id).await?;
    let seen = matter::matter(&api, id).await?;
    Ok(tagged(StatusCode::OK, seen.version, &MatterJson::from(seen)))
}

/// A change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MatterChange {
    name: Option<String>,
    reference: Option<String>,
    /// `open` or `closed`.
    state: Option<String>,
    /// Why it is closed or opened again.
    reason: Option<String>,
}

/// Changes a matter's name and reference, or closes or reopens it. One of the two at a time.
#[utoipa::path(patch, path = "/api/v1/matters/{id}", tag = "matters", params(("id" = String, Path)), request_body = MatterChange, responses((status = 200, body = MatterJson)))]
async fn change(
    One(id): One,
    api: Api,
    IfMatch(version): IfMatch,
    Json(change): Json<MatterChange>,
) -> Answer {
    let version = match &change.state {
        Some(_) if change.name.is_some() || change.reference.is_some() => {
            return Err(Problem::malformed("Change the state and the name one after the other."));
        }
        Some(word) => state(&api, &id, version, word, change.reason.as_deref()).await?,
        None if change.reason.is_some() => {
            return Err(
                Error::invalid("reason", "A reason is given for a state, and none is asked for.").into()
            );
        }
        None => {
            let matter = api.id(Verb::MatterRename, &id).await?;
            let name = change.name.as_deref().map(Name::parse).transpose()?;
            let reference = change.reference.as_deref().map(Reference::parse).transpose()?;
            api.perform(RenameMatter { matter, name, reference, version }).await?
        }
    };
    let id = api.id(Verb::MatterSee, &id).await?;
    Ok(changed(version, matter::matter(&api, id).await.map(MatterJson::from)))
}

async fn state(
    api: &Api,
    id: &str,
    version: Option<i64>,
    word: &str,
    reason: Option<&str>,
) -> Result<i64, Problem> {
    let reason = reason.map(Reason::parse).transpose()?;
    match word {
        "closed" => {
            let matter = api.id(Verb::MatterClose, id).await?;
            Ok(api.perform(CloseMatter { matter, reason, version }).await?)
        }
        "open" => {
            let matter = api.id(Verb::MatterReopen, id).await?;
            Ok(api.perform(ReopenMatter { matter, reason, version }).await?)
        }
        _ => Err(Error::invalid("state", "A matter is open or closed.").into()),
    }
}
