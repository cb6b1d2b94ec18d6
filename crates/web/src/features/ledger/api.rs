//! Entries, receipts and activity to programs.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use strongroom_domain::features::ledger::{self, EntryPage, EntryView, Filter};
use strongroom_domain::kernel::clock::{parse_rfc3339, rfc3339};
use strongroom_domain::kernel::entry::Outcome;
use strongroom_domain::kernel::id::{AnyId, EntryId, Id, Kind};
use strongroom_domain::kernel::verb::Verb;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::one::{named, receipt_answer};
use crate::http::api::{Answer, Api, Items, One, Query, Window, json};
use crate::http::problem::Problem;
use crate::state::WebState;

pub(crate) fn api() -> OpenApiRouter<WebState> {
    OpenApiRouter::new()
        .routes(routes!(entries))
        .routes(routes!(own))
        .routes(routes!(entry))
        .routes(routes!(receipt))
        .routes(routes!(matter_activity))
        .routes(routes!(record_activity))
}

/// Who acted.
#[derive(Serialize, ToSchema)]
struct ActorJson {
    /// `person`, `token`, `system`, `operator` or `anonymous`.
    kind: String,
    id: String,
    name: Option<String>,
}

/// A part that was opened for the caller.
#[derive(Serialize, ToSchema)]
struct OpenedJson {
    /// The thing that it tells of.
    about: String,
    #[schema(value_type = Object)]
    says: Map<String, Value>,
}

/// An entry.
#[derive(Serialize, ToSchema)]
struct EntryJson {
    id: String,
    /// None while pending.
    index: Option<u64>,
    at: String,
    actor: ActorJson,
    channel: String,
    verb: String,
    /// `allowed`, `denied` or `failed`.
    outcome: String,
    says: String,
    client_id: Option<String>,
    matter_id: Option<String>,
    record_id: Option<String>,
    matter_name: Option<String>,
    record_title: Option<String>,
    /// `pending`, `signed` or `witnessed`.
    state: &'static str,
    opened: Vec<OpenedJson>,
    /// The exact bytes, base64; of one entry only.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<String>,
}

impl From<EntryView> for EntryJson {
    fn from(e: EntryView) -> Self {
        Self {
            id: e.id.to_string(),
            index: e.index,
            at: rfc3339(e.at),
            actor: ActorJson { kind: e.actor.kind, id: e.actor.id, name: e.actor.name },
            channel: e.channel,
            verb: e.verb,
            outcome: e.outcome,
            says: e.says,
            client_id: e.client.map(|c| c.to_string()),
            matter_id: e.matter.map(|m| m.to_string()),
            record_id: e.record.map(|r| r.to_string()),
            matter_name: e.matter_name,
            record_title: e.record_title,
            state: e.state.word(),
            opened: e.opened.into_iter().map(|(about, says)| OpenedJson { about, says }).collect(),
            bytes: None,
        }
    }
}

fn page(api: &Api, list: &str, seen: EntryPage) -> Answer {
    let next: Option<AnyId> = seen.next.map(|id| id.any());
    Items::page(api, list, seen.items.into_iter().map(EntryJson::from).collect(), next)
}

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    verb: Option<String>,
    /// Who acted: an id.
    actor: Option<String>,
    client: Option<String>,
    matter: Option<String>,
    record: Option<String>,
    /// `allowed`, `denied` or `failed`.
    outcome: Option<String>,
    since: Option<String>,
    until: Option<String>,
    limit: Option<u32>,
    after: Option<String>,
}

impl Which {
    fn filter(&self) -> Result<Filter, Problem> {
        Ok(Filter {
            verb: read("verb", self.verb.as_deref(), Verb::parse)?,
            actor: self.actor.clone().filter(|a| !a.is_empty()),
            client: thing("client", self.client.as_deref())?,
            matter: thing("matter", self.matter.as_deref())?,
            record: thing("record", self.record.as_deref())?,
            outcome: read("outcome", self.outcome.as_deref(), |word| match word {
                "allowed" => Some(Outcome::Allowed),
                "denied" => Some(Outcome::Denied),
                "failed" => Some(Outcome::Failed),
                _ => None,
            })?,
            since: read("since", self.since.as_deref(), parse_rfc3339)?,
            until: read("until", self.until.as_deref(), parse_rfc3339)?,
            changes: false,
        })
    }

    /// Names the filter, so that a cursor fits no other.
    fn name(&self) -> String {
        let part = |p: &Option<String>| p.clone().unwrap_or_default();
        let parts = [
            &self.verb,
            &self.actor,
            &self.client,
            &self.matter,
            &self.record,
            &self.outcome,
            &self.since,
            &self.until,
        ];
        format!("entries {}", parts.map(part).join("|"))
    }
}

fn read<T>(name: &str, text: Option<&str>, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    let wrong = || Problem::malformed(format!("{name} cannot be read."));
    text.filter(|t| !t.is_empty()).map(|t| parse(t).ok_or_else(wrong)).transpose()
}

fn thing<T: Kind>(name: &str, text: Option<&str>) -> Result<Option<Id<T>>, Problem> {
    read(name, text, Id::parse)
}

/// Entries, newest first, by ids only: for auditors and compliance officers.
#[utoipa::path(get, path = "/api/v1/ledger/entries", tag = "ledger", params(Which), responses((status = 200, body = Items<EntryJson>)))]
async fn entries(api: Api, Query(which): Query<Which>) -> Answer {
    let (filter, name) = (which.filter()?, which.name());
    let window = Window { limit: which.limit, after: which.after };
    let after: Option<EntryId> = window.after_id(&api, &name)?;
    let seen = ledger::entries(&api, &filter, after, window.limit()?).await?;
    page(&api, &name, seen)
}

/// My own acts, newest first.
#[utoipa::path(get, path = "/api/v1/ledger/own", tag = "ledger", params(Window), responses((status = 200, body = Items<EntryJson>)))]
async fn own(api: Api, Query(window): Query<Window>) -> Answer {
    let after = window.after_id(&api, "own acts")?;
    let seen = ledger::own_acts(&api, after, window.limit()?).await?;
    page(&api, "own acts", seen)
}

/// One entry, by its index or id.
#[utoipa::path(get, path = "/api/v1/ledger/entries/{id}", tag = "ledger", params(("id" = String, Path, description = "Index or id")), responses((status = 200, body = EntryJson)))]
async fn entry(One(id): One, api: Api) -> Answer {
    use base64::Engine as _;
    let which = named(&api, &id).await?;
    let full = ledger::entry(&api, which).await?;
    let mut body = EntryJson::from(full.view);
    body.bytes = Some(base64::engine::general_purpose::STANDARD.encode(&full.bytes));
    Ok(json(StatusCode::OK, &body))
}

/// The receipt: a C2SP tlog-proof whose `extra` is the entry's exact bytes.
#[utoipa::path(get, path = "/api/v1/ledger/entries/{id}/receipt", tag = "ledger", params(("id" = String, Path, description = "Index or id")), responses((status = 200, description = "The receipt.", body = String, content_type = "text/plain"), (status = 202, description = "Not signed yet: ask again after Retry-After.")))]
async fn receipt(One(id): One, api: Api) -> Answer {
    let which = named(&api, &id).await?;
    Ok(receipt_answer(ledger::receipt(&api, which).await?, "receipt"))
}

/// What happened in a matter, newest first.
#[utoipa::path(get, path = "/api/v1/matters/{id}/activity", tag = "matters", params(("id" = String, Path), Window), responses((status = 200, body = Items<EntryJson>)))]
async fn matter_activity(One(id): One, api: Api, Query(window): Query<Window>) -> Answer {
    let id = api.id(Verb::MatterActivity, &id).await?;
    let list = format!("activity {id}");
    let seen = ledger::matter_activity(&api, id, window.after_id(&api, &list)?, window.limit()?).await?;
    page(&api, &list, seen)
}

/// What happened to a record, newest first.
#[utoipa::path(get, path = "/api/v1/records/{id}/activity", tag = "records", params(("id" = String, Path), Window), responses((status = 200, body = Items<EntryJson>)))]
async fn record_activity(One(id): One, api: Api, Query(window): Query<Window>) -> Answer {
    let id = api.id(Verb::RecordActivity, &id).await?;
    let list = format!("activity {id}");
    let seen = ledger::record_activity(&api, id, window.after_id(&api, &list)?, window.limit()?).await?;
    page(&api, &list, seen)
}
