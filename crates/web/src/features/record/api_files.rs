//! Bytes of records to and from programs: adding, versions, content, export.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use strongroom_domain::features::record;
use strongroom_domain::kernel::id::RecordId;
use strongroom_domain::kernel::text::Reason;
use strongroom_domain::kernel::verb::Verb;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::api::RecordJson;
use super::content;
use super::export;
use super::receive::{Filed, Into, take};
use crate::http::api::{Answer, Api, Json, One, Query, json, tagged};
use crate::http::etag::IfMatch;
use crate::state::WebState;

pub(super) fn api() -> OpenApiRouter<WebState> {
    OpenApiRouter::new()
        .routes(routes!(add))
        .routes(routes!(known))
        .routes(routes!(add_version))
        .routes(routes!(download))
        .routes(routes!(take_out, take_out_with_reason))
}

/// The form of new records. Fields stand before the first file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a form to readers of the document")]
struct NewRecords {
    /// A path such as `Pleadings/2026`, made on demand.
    folder: Option<String>,
    /// One level, any marks; repeated or with commas.
    labels: Option<String>,
    /// `keep` files it although the matter holds the same bytes.
    duplicate: Option<String>,
    /// Several are allowed.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// What was added.
#[derive(Serialize, ToSchema)]
struct Added {
    items: Vec<RecordJson>,
}

/// Adds records. Files before one that fails stay added.
#[utoipa::path(post, path = "/api/v1/matters/{id}/records", tag = "records", params(("id" = String, Path)), request_body(content = NewRecords, content_type = "multipart/form-data"), responses((status = 201, body = Added)))]
async fn add(One(id): One, State(state): State<WebState>, api: Api, request: Request) -> Answer {
    let matter = api.id(Verb::RecordAdd, &id).await?;
    let Filed { records, failed, .. } = take(&api, &state, request, Into::Matter(matter), &|_| Ok(())).await;
    match failed {
        Some(problem) => Err(problem),
        None => {
            let items = records.into_iter().map(RecordJson::from).collect();
            Ok(json(StatusCode::CREATED, &Added { items }))
        }
    }
}

/// Digests of files that are to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KnownAsked {
    /// SHA-256 in hex, at most 1,000.
    sha256: Vec<String>,
}

/// What the matter holds of them.
#[derive(Serialize, ToSchema)]
struct KnownJson {
    /// In the order asked.
    items: Vec<KnownItem>,
    /// Whether files can be added to the matter by who asks, now.
    may_add: bool,
}

/// One digest.
#[derive(Serialize, ToSchema)]
struct KnownItem {
    sha256: String,
    /// The record that holds these bytes; none if none does.
    record: Option<String>,
}

/// Which bytes the matter holds already: asked before anything is sent.
#[utoipa::path(post, path = "/api/v1/matters/{id}/records/known", tag = "records", params(("id" = String, Path)), request_body = KnownAsked, responses((status = 200, body = KnownJson)))]
async fn known(One(id): One, api: Api, Json(asked): Json<KnownAsked>) -> Answer {
    let matter = api.id(Verb::RecordList, &id).await?;
    let mut digests = Vec::with_capacity(asked.sha256.len().min(record::MOST_DIGESTS));
    for text in &asked.sha256 {
        let mut digest = [0; 32];
        hex::decode_to_slice(text, &mut digest)
            .map_err(|_| strongroom_domain::Error::invalid("sha256", "A SHA-256 is 64 hex digits."))?;
        digests.push(digest);
    }
    let found = record::known(&api, matter, &digests).await?;
    let item = |(sha256, record): (String, Option<RecordId>)| KnownItem {
        sha256,
        record: record.map(|record| record.to_string()),
    };
    let items = asked.sha256.into_iter().zip(found.records).map(item).collect();
    Ok(json(StatusCode::OK, &KnownJson { items, may_add: found.may_add }))
}

/// The form of a new version.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a form to readers of the document")]
struct NewVersion {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Adds a version. `If-Match` is the record's ETag.
#[utoipa::path(post, path = "/api/v1/records/{id}/versions", tag = "records", params(("id" = String, Path)), request_body(content = NewVersion, content_type = "multipart/form-data"), responses((status = 201, body = RecordJson)))]
async fn add_version(
    One(id): One,
    State(state): State<WebState>,
    api: Api,
    IfMatch(etag): IfMatch,
    request: Request,
) -> Answer {
    let record = api.id(Verb::RecordVersion, &id).await?;
    let filed = take(&api, &state, request, Into::Version(record, etag), &|_| Ok(())).await;
    match (filed.failed, filed.records.into_iter().next()) {
        (None, Some(record)) => Ok(tagged(StatusCode::CREATED, record.etag, &RecordJson::from(record))),
        (Some(problem), _) => Err(problem),
        (None, None) => Err(strongroom_domain::Error::invalid("file", "Send one file.").into()),
    }
}

/// Which version.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WhichVersion {
    /// From 1; the newest where none is given.
    version: Option<u32>,
}

/// The bytes. `Range` of one part, `If-Range` and `If-None-Match` are understood.
#[utoipa::path(get, path = "/api/v1/records/{id}/content", tag = "records", params(("id" = String, Path), WhichVersion), responses((status = 200, description = "The bytes.", content_type = "application/octet-stream"), (status = 206, description = "A part of them."), (status = 304, description = "The client has them."), (status = 416, description = "The range begins beyond the end.")))]
async fn download(
    One(id): One,
    State(state): State<WebState>,
    api: Api,
    headers: HeaderMap,
    Query(which): Query<WhichVersion>,
) -> Answer {
    let id = api.id(Verb::RecordDownload, &id).await?;
    content::send(&api, &state, &headers, id, which.version).await
}

/// The whole matter as a BagIt bag in a ZIP archive. The lead's, with the scope `export`.
#[utoipa::path(get, path = "/api/v1/matters/{id}/export", tag = "records", params(("id" = String, Path)), responses((status = 200, description = "The archive.", content_type = "application/zip")))]
async fn take_out(One(id): One, State(state): State<WebState>, api: Api) -> Answer {
    let id = api.id(Verb::MatterExport, &id).await?;
    export::send(&api, &state, id, None).await
}

/// Why it is taken out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExportAsked {
    reason: Option<String>,
}

/// As the GET, with a reason for the ledger.
#[utoipa::path(post, path = "/api/v1/matters/{id}/export", tag = "records", params(("id" = String, Path)), request_body = ExportAsked, responses((status = 200, description = "The archive.", content_type = "application/zip")))]
async fn take_out_with_reason(
    One(id): One,
    State(state): State<WebState>,
    api: Api,
    crate::http::api::Json(asked): crate::http::api::Json<ExportAsked>,
) -> Answer {
    let id = api.id(Verb::MatterExport, &id).await?;
    let reason = asked.reason.as_deref().map(Reason::parse).transpose()?;
    export::send(&api, &state, id, reason).await
}
