//! Why, to programs.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use strongroom_domain::features::explain::{Ask, explain, whom_to_ask};
use strongroom_domain::kernel::clock::parse_rfc3339;
use strongroom_domain::kernel::verb::Verb;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::thing;
use crate::http::api::{Answer, Api, Query, json, named};
use crate::http::problem::{Problem, RuleSays, WhomToAsk};
use crate::state::WebState;

pub(crate) fn api() -> OpenApiRouter<WebState> {
    OpenApiRouter::new().routes(routes!(why))
}

/// Who would do what with which thing, and when.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// A person's id; yourself where none is given.
    person: Option<String>,
    /// A verb, such as `record.read`.
    action: String,
    /// The id of a matter, record, client, wall, person or group.
    thing: String,
    /// As of this instant (RFC 3339); now where none is given.
    at: Option<String>,
}

/// The gate's answer and the rules that decided.
#[derive(Serialize, ToSchema)]
struct Explained {
    /// `allowed` or `denied`.
    decision: &'static str,
    because: Vec<RuleSays>,
    /// Whom the person may ask about a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    ask: Option<WhomToAsk>,
}

/// Who may do what, and why; also as of a past instant. About a hidden thing: the same 404 as ever.
#[utoipa::path(get, path = "/api/v1/explain", tag = "explain", params(Asked), responses((status = 200, body = Explained)))]
async fn why(api: Api, Query(asked): Query<Asked>) -> Answer {
    let action =
        Verb::parse(&asked.action).ok_or_else(|| Problem::malformed("action is no verb of this system."))?;
    let at = match &asked.at {
        Some(at) => Some(parse_rfc3339(at).ok_or_else(|| Problem::malformed("at is no RFC 3339 instant."))?),
        None => None,
    };
    let person = named(&api, Verb::ExplainOther, asked.person.as_deref()).await?;
    let target = thing(&asked.thing);
    let decision = explain(&api, Ask { person, action, thing: target.clone(), at }).await?;
    let ask = match person {
        _ if decision.allowed => None,
        Some(person) => whom_to_ask(&api, person, &decision.because, &target).await?,
        None => whom_to_ask(&api, api.me()?, &decision.because, &target).await?,
    };
    let body = Explained {
        decision: if decision.allowed { "allowed" } else { "denied" },
        because: decision.because.into_iter().map(RuleSays::from).collect(),
        ask: ask.as_ref().map(WhomToAsk::from),
    };
    Ok(json(StatusCode::OK, &body))
}
