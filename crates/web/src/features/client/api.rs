//! Clients to programs.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use strongroom_domain::features::client::{self, ClientView, CreateClient, RenameClient};
use strongroom_domain::kernel::clock::rfc3339;
use strongroom_domain::kernel::text::{Name, Reference};
use strongroom_domain::kernel::verb::Verb;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::api::{Answer, Api, Items, Json, One, Query, Window, changed, tagged};
use crate::http::etag::IfMatch;
use crate::state::WebState;

pub(crate) fn api() -> OpenApiRouter<WebState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(read, change))
}

/// A client.
#[derive(Serialize, ToSchema)]
struct ClientJson {
    id: String,
    name: String,
    reference: String,
    created_at: String,
}

impl From<ClientView> for ClientJson {
    fn from(c: ClientView) -> Self {
        Self { id: c.id.to_string(), name: c.name, reference: c.reference, created_at: rfc3339(c.created_at) }
    }
}

/// The clients that I may see, by name.
#[utoipa::path(get, path = "/api/v1/clients", tag = "clients", params(Window), responses((status = 200, body = Items<ClientJson>)))]
async fn list(api: Api, Query(window): Query<Window>) -> Answer {
    let after = window.after_id(&api, "clients")?;
    let (found, more) = client::clients(&api, "", after, window.limit()?).await?;
    let last = found.last().filter(|_| more).map(|c| c.id.any());
    Items::page(&api, "clients", found.into_iter().map(ClientJson::from).collect(), last)
}

/// A client to be taken on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClientNew {
    name: String,
    reference: String,
}

/// Takes on a client.
#[utoipa::path(post, path = "/api/v1/clients", tag = "clients", request_body = ClientNew, responses((status = 201, body = ClientJson)))]
async fn create(api: Api, Json(new): Json<ClientNew>) -> Answer {
    let (name, reference) = (Name::parse(&new.name)?, Reference::parse(&new.reference)?);
    let (said, told) = (name.as_str().to_owned(), reference.as_str().to_owned());
    let id = api.perform(CreateClient { name, reference }).await?.to_string();
    let body = ClientJson { id, name: said, reference: told, created_at: rfc3339(api.acted_at()) };
    Ok(tagged(StatusCode::CREATED, 1, &body))
}

/// One client.
#[utoipa::path(get, path = "/api/v1/clients/{id}", tag = "clients", params(("id" = String, Path)), responses((status = 200, body = ClientJson)))]
async fn read(One(id): One, api: Api) -> Answer {
    let id = api.id(Verb::ClientSee, &id).await?;
    let (seen, _) = client::client(&api, id).await?;
    Ok(tagged(StatusCode::OK, seen.version, &ClientJson::from(seen)))
}

/// A change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClientChange {
    name: Option<String>,
    reference: Option<String>,
}

/// Changes a client's name or reference.
#[utoipa::path(patch, path = "/api/v1/clients/{id}", tag = "clients", params(("id" = String, Path)), request_body = ClientChange, responses((status = 200, body = ClientJson)))]
async fn change(
    One(id): One,
    api: Api,
    IfMatch(version): IfMatch,
    Json(change): Json<ClientChange>,
) -> Answer {
    let client = api.id(Verb::ClientRename, &id).await?;
    let name = change.name.as_deref().map(Name::parse).transpose()?;
    let reference = change.reference.as_deref().map(Reference::parse).transpose()?;
    let version = api.perform(RenameClient { client, name, reference, version }).await?;
    let seen = client::client(&api, client).await.map(|(seen, _)| ClientJson::from(seen));
    Ok(changed(version, seen))
}
