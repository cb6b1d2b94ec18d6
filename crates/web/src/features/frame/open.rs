//! What needs nobody signed in: liveness, the API's document, what a problem means.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use strongroom_domain::Error;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::problem::{Problem, TYPES};
use crate::state::WebState;

pub(crate) fn open() -> OpenApiRouter<WebState> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz)).routes(routes!(document))
}

/// How things stand.
#[derive(Serialize, ToSchema)]
struct Standing {
    status: &'static str,
}

/// Alive.
#[utoipa::path(get, path = "/healthz", tag = "system", security(()), responses((status = 200, body = Standing)))]
async fn healthz() -> Response {
    axum::Json(Standing { status: "alive" }).into_response()
}

/// Unsealed, and storage within reach.
#[utoipa::path(get, path = "/readyz", tag = "system", security(()), responses((status = 200, body = Standing)))]
async fn readyz(State(state): State<WebState>) -> Result<Response, Problem> {
    if state.is_sealed() {
        return Err(Error::Sealed.into());
    }
    state.room().reachable().await.map_err(|error| match error {
        Error::Internal(cause) => Error::Unavailable(cause),
        other => other,
    })?;
    Ok(axum::Json(Standing { status: "ready" }).into_response())
}

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "system", security(()), responses((status = 200, description = "OpenAPI 3.1")))]
async fn document() -> Response {
    axum::Json(crate::routes::document()).into_response()
}

/// What a kind of problem means.
#[derive(Serialize)]
struct Meaning {
    r#type: String,
    status: u16,
    title: &'static str,
    meaning: &'static str,
}

/// The documentation behind a problem's `type`.
pub(crate) fn problem_page(code: &str) -> Response {
    let Some((name, status, title, meaning)) = TYPES.iter().find(|(name, ..)| *name == code) else {
        return Problem::not_found().into_response();
    };
    let body = Meaning { r#type: format!("/problems/{name}"), status: *status, title, meaning };
    (StatusCode::OK, axum::Json(body)).into_response()
}
