//! The log's public files, C2SP tlog-tiles. Checkpoint, key and hash tiles are anyone's, also while sealed;
//! the bundles of entries are an auditor's.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use strongroom_domain::Error;
use strongroom_domain::features::ledger;
use strongroom_domain::kernel::clock::rfc3339;
use strongroom_domain::kernel::timestamps::Stamp;
use strongroom_tlog::TilePath;
use strongroom_tlog::bundle::BundlePath;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::api::{Answer, Api, One};
use crate::http::problem::Problem;
use crate::state::WebState;

pub(crate) fn open() -> OpenApiRouter<WebState> {
    OpenApiRouter::new()
        .routes(routes!(checkpoint))
        .routes(routes!(witnessed))
        .routes(routes!(vkey))
        .routes(routes!(tile))
        .routes(routes!(timestamps))
        .routes(routes!(timestamp))
        .routes(routes!(stamped))
}

fn text(body: String) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// The newest signed checkpoint: a signed note, with the witnesses' signatures once they have signed that one.
#[utoipa::path(get, path = "/ledger/checkpoint", tag = "ledger", security(()), responses((status = 200, body = String, content_type = "text/plain")))]
async fn checkpoint(State(state): State<WebState>) -> Answer {
    Ok(text(ledger::checkpoint(state.room()).await?))
}

/// The newest checkpoint that enough outside witnesses have signed: a signed note.
#[utoipa::path(get, path = "/ledger/checkpoint/witnessed", tag = "ledger", security(()), responses((status = 200, body = String, content_type = "text/plain")))]
async fn witnessed(State(state): State<WebState>) -> Answer {
    Ok(text(ledger::witnessed(state.room()).await?))
}

/// The log's public key, as a verifier key.
#[utoipa::path(get, path = "/ledger/vkey", tag = "ledger", security(()), responses((status = 200, body = String, content_type = "text/plain")))]
async fn vkey(State(state): State<WebState>) -> Answer {
    Ok(text(format!("{}\n", ledger::vkey(state.room())?)))
}

/// How many timestamps are listed.
const LISTED: u32 = 366;

/// A checkpoint that a timestamp authority has stamped.
#[derive(Serialize, ToSchema)]
struct StampJson {
    /// How many entries it signs.
    size: u64,
    /// When, as the authority says.
    said_at: String,
    /// The authority's answer (RFC 3161, `TimeStampResp`).
    token: String,
    /// The checkpoint, exactly as it was stamped.
    checkpoint: String,
}

/// The timestamps of checkpoints, the newest first.
#[utoipa::path(get, path = "/ledger/timestamps", tag = "ledger", security(()), responses((status = 200, body = Vec<StampJson>)))]
async fn timestamps(State(state): State<WebState>) -> Answer {
    let all = state.room().timestamps(LISTED).await?;
    let shown = |stamp: &Stamp| StampJson {
        size: stamp.size,
        said_at: rfc3339(stamp.said_at),
        token: format!("/ledger/timestamps/{}", stamp.size),
        checkpoint: format!("/ledger/timestamps/{}/checkpoint", stamp.size),
    };
    Ok(Json(all.iter().map(shown).collect::<Vec<_>>()).into_response())
}

/// The authority's answer about the checkpoint of this size.
#[utoipa::path(get, path = "/ledger/timestamps/{size}", tag = "ledger", security(()), params(("size" = u64, Path)), responses((status = 200, description = "A `TimeStampResp` (RFC 3161).", content_type = "application/timestamp-reply")))]
async fn timestamp(State(state): State<WebState>, One(size): One) -> Answer {
    let (_, token) = state.room().timestamp(size_of(&size)?).await?;
    let mut response = bytes(token, "public, max-age=31536000, immutable");
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/timestamp-reply"));
    Ok(response)
}

/// The checkpoint of this size, exactly as it was stamped.
#[utoipa::path(get, path = "/ledger/timestamps/{size}/checkpoint", tag = "ledger", security(()), params(("size" = u64, Path)), responses((status = 200, body = String, content_type = "text/plain")))]
async fn stamped(State(state): State<WebState>, One(size): One) -> Answer {
    let (note, _) = state.room().timestamp(size_of(&size)?).await?;
    Ok(text(String::from_utf8(note).map_err(|_| Problem::internal())?))
}

fn size_of(text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// A tile: `0/x001/234`, `0/001.p/17`, or `entries/…` with an auditor's token.
#[utoipa::path(get, path = "/ledger/tile/{*path}", tag = "ledger", params(("path" = String, Path, description = "With slashes, as C2SP tlog-tiles has it")), responses((status = 200, description = "The tile's bytes.", content_type = "application/octet-stream")))]
async fn tile(State(state): State<WebState>, One(path): One, api: Result<Api, Problem>) -> Answer {
    let path = format!("tile/{path}");
    if path.starts_with("tile/entries/") {
        let api = if state.is_sealed() { Err(Error::Sealed.into()) } else { api }?;
        let Some(bundle) = BundlePath::parse(&path) else { return Err(Problem::not_found()) };
        return Ok(bytes(ledger::bundle(&api, bundle).await?, "no-store"));
    }
    let Some(tile) = TilePath::parse(&path) else { return Err(Problem::not_found()) };
    // a full tile never changes
    let keep = if tile.width == strongroom_tlog::tile::FULL {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    Ok(bytes(ledger::tile(state.room(), tile).await?, keep))
}

fn bytes(body: Vec<u8>, keep: &'static str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    response
}
