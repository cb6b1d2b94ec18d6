//! The caller, their sessions and tokens, to programs.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use strongroom_domain::Error;
use strongroom_domain::features::session::{self, EndSession, EndToken};
use strongroom_domain::kernel::clock::{parse_rfc3339, rfc3339};
use strongroom_domain::kernel::id::{SessionId, TokenId};
use strongroom_domain::kernel::text::Name;
use strongroom_domain::kernel::verb::{Scope, Verb};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::api::{Answer, Api, Items, Json, One, json, nothing};
use crate::state::WebState;

pub(crate) fn api() -> OpenApiRouter<WebState> {
    OpenApiRouter::new()
        .routes(routes!(me))
        .routes(routes!(sessions))
        .routes(routes!(end_session))
        .routes(routes!(tokens))
        .routes(routes!(make_token))
        .routes(routes!(end_token))
}

/// The caller.
#[derive(Serialize, ToSchema)]
struct MeJson {
    id: String,
    name: String,
    email: String,
    role: &'static str,
    scopes: Vec<&'static str>,
}

/// Who I am, and what this token or session may be used for.
#[utoipa::path(get, path = "/api/v1/me", tag = "me", responses((status = 200, body = MeJson)))]
async fn me(api: Api) -> Answer {
    let me = session::me(&api).await?;
    let scopes = me.scopes.iter().map(|s| s.word()).collect();
    let body = MeJson { id: me.id.to_string(), name: me.name, email: me.email, role: me.role.word(), scopes };
    Ok(json(StatusCode::OK, &body))
}

/// A signed-in browser.
#[derive(Serialize, ToSchema)]
struct SessionJson {
    id: String,
    device: String,
    address: String,
    created_at: String,
    seen_at: String,
    current: bool,
}

/// My sessions.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "me", responses((status = 200, body = Items<SessionJson>)))]
async fn sessions(api: Api) -> Answer {
    let sessions = session::sessions(&api).await?;
    let items = sessions.into_iter().map(|s| SessionJson {
        id: s.id.to_string(),
        device: s.device,
        address: s.address,
        created_at: rfc3339(s.created_at),
        seen_at: rfc3339(s.seen_at),
        current: s.current,
    });
    Ok(Items::whole(items.collect()))
}

/// Ends one of my sessions.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "me", params(("id" = String, Path)), responses((status = 204)))]
async fn end_session(One(id): One, api: Api) -> Answer {
    let session: SessionId = api.id(Verb::SessionEnd, &id).await?;
    api.perform(EndSession { staff: api.me()?, session }).await?;
    Ok(nothing())
}

/// A token for programs.
#[derive(Serialize, ToSchema)]
struct TokenJson {
    id: String,
    name: String,
    scopes: Vec<&'static str>,
    created_at: String,
    expires_at: String,
    /// When a program last used it, to the hour.
    last_used_at: Option<String>,
    ended_at: Option<String>,
}

/// My tokens; their secrets are not kept and cannot be shown.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "me", responses((status = 200, body = Items<TokenJson>)))]
async fn tokens(api: Api) -> Answer {
    let tokens = session::tokens(&api).await?;
    let items = tokens.into_iter().map(|t| TokenJson {
        id: t.id.to_string(),
        name: t.name,
        scopes: t.scopes.iter().map(|s| s.word()).collect(),
        created_at: rfc3339(t.created_at),
        expires_at: rfc3339(t.expires_at),
        last_used_at: t.seen_at.map(rfc3339),
        ended_at: t.ended_at.map(rfc3339),
    });
    Ok(Items::whole(items.collect()))
}

/// A token to be made. By a browser only; strong scopes need a fresh code and end within twelve hours.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenNew {
    name: String,
    /// Of read, write, walls, roles, export.
    scopes: Vec<String>,
    expires_at: String,
}

/// The token, shown once.
#[derive(Serialize, ToSchema)]
struct TokenMade {
    id: String,
    token: String,
    expires_at: String,
}

/// Makes a token.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "me", request_body = TokenNew, responses((status = 201, body = TokenMade)))]
async fn make_token(api: Api, Json(new): Json<TokenNew>) -> Answer {
    let wrong = || Error::invalid("expires_at", "An RFC 3339 time, such as 2026-11-30T12:00:00Z.");
    let expires_at = parse_rfc3339(&new.expires_at).ok_or_else(wrong)?;
    let unknown = || Error::invalid("scopes", "Scopes are read, write, walls, roles and export.");
    let scopes =
        new.scopes.iter().map(|s| Scope::parse(s).ok_or_else(unknown)).collect::<Result<Vec<_>, _>>()?;
    let made = session::make_token(&api, Name::parse(&new.name)?, scopes, expires_at).await?;
    let body =
        TokenMade { id: made.id.to_string(), token: made.text.to_string(), expires_at: rfc3339(expires_at) };
    Ok(json(StatusCode::CREATED, &body))
}

/// Ends one of my tokens.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "me", params(("id" = String, Path)), responses((status = 204)))]
async fn end_token(One(id): One, api: Api) -> Answer {
    let token: TokenId = api.id(Verb::TokenEnd, &id).await?;
    api.perform(EndToken { staff: api.me()?, token }).await?;
    Ok(nothing())
}
