//! tus 1.0 at `/api/v1/uploads`: creation (with upload), termination, checksum, expiration.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use strongroom_domain::Error;
use strongroom_domain::features::record::{self, Labels};
use strongroom_domain::features::upload::{self, Algorithm, NewUpload, UploadView};
use strongroom_domain::kernel::clock::rfc3339;
use strongroom_domain::kernel::id::{RecordId, UploadId};
use strongroom_domain::kernel::verb::Verb;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::api::{Answer, Api, Items, One};
use crate::http::body::incoming;
use crate::http::problem::Problem;
use crate::http::tus::{self, Checksum};
use crate::state::WebState;

pub(crate) fn api() -> OpenApiRouter<WebState> {
    OpenApiRouter::new().routes(routes!(mine, create, abilities)).routes(routes!(
        status,
        append,
        end,
        abilities_of_one
    ))
}

/// An upload that goes on.
#[derive(Serialize, ToSchema)]
struct UploadJson {
    id: String,
    matter_id: String,
    filename: String,
    length: u64,
    offset: u64,
    expires_at: String,
    record_id: Option<String>,
    /// What the sender gave as `sample`: by it the same file is known again on another machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<String>,
}

/// My uploads that are not whole yet.
#[utoipa::path(get, path = "/api/v1/uploads", tag = "uploads", responses((status = 200, body = Items<UploadJson>)))]
async fn mine(api: Api) -> Answer {
    let items = upload::mine(&api).await?.into_iter().map(|u| UploadJson {
        id: u.id.to_string(),
        matter_id: u.matter.to_string(),
        filename: u.filename,
        length: u.length,
        offset: u.offset,
        expires_at: rfc3339(u.expires_at),
        record_id: u.record.map(|r| r.to_string()),
        sample: u.sample,
    });
    Ok(Items::whole(items.collect()))
}

fn able(state: &WebState) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    put(headers, "tus-resumable", tus::VERSION);
    put(headers, "tus-version", tus::VERSION);
    put(headers, "tus-extension", tus::EXTENSIONS);
    put(headers, "tus-checksum-algorithm", tus::CHECKSUMS);
    put(headers, "tus-max-size", &state.room().settings().record_limit.to_string());
    response
}

/// What this server can do of tus.
#[utoipa::path(options, path = "/api/v1/uploads", tag = "uploads", security(()), responses((status = 204)))]
async fn abilities(State(state): State<WebState>) -> Response {
    able(&state)
}

/// What this server can do of tus.
#[utoipa::path(options, path = "/api/v1/uploads/{id}", tag = "uploads", security(()), params(("id" = String, Path)), responses((status = 204)))]
async fn abilities_of_one(State(state): State<WebState>) -> Response {
    able(&state)
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The headers by which a client goes on.
fn standing(mut response: Response, view: &UploadView, status: StatusCode) -> Response {
    *response.status_mut() = status;
    let headers = response.headers_mut();
    put(headers, "tus-resumable", tus::VERSION);
    put(headers, "upload-offset", &view.offset.to_string());
    put(headers, "upload-length", &view.length.to_string());
    if view.record.is_none() {
        put(headers, "upload-expires", &tus::http_date(view.expires_at));
    }
    if let Some(record) = view.record {
        put(headers, "x-record-id", &record.to_string());
    }
    response
}

async fn new_upload(api: &Api) -> Result<NewUpload, Problem> {
    let said = tus::metadata(&api.headers)?;
    let text = |name: &str| said.get(name).map(String::as_str).filter(|v| !v.is_empty());
    let length = tus::number(&api.headers, "upload-length")?;
    let limit = api.room().settings().record_limit;
    if length > limit {
        return Err(Error::TooLarge { limit }.into());
    }
    let version_of: Option<RecordId> = match text("version_of") {
        Some(id) => Some(api.id(Verb::RecordVersion, id).await?),
        None => None,
    };
    let matter = api.id(Verb::UploadBegin, text("matter_id").unwrap_or_default()).await?;
    let sha256 = text("sha256").map(digest).transpose()?;
    let sample = text("sample").map(digest).transpose()?;
    Ok(NewUpload {
        matter,
        filename: text("filename").or(text("name")).unwrap_or_default().to_owned(),
        folder: text("folder").map(str::to_owned),
        labels: labels(&said)?,
        length,
        version_of,
        sha256,
        keep_duplicate: text("duplicate") == Some("keep"),
        sample,
    })
}

fn labels(said: &BTreeMap<String, String>) -> Result<Option<Labels>, Error> {
    let words: Vec<&str> = ["labels", "level", "marks"]
        .into_iter()
        .filter_map(|name| said.get(name))
        .flat_map(|v| v.split(','))
        .map(str::trim)
        .filter(|w| !w.is_empty())
        .collect();
    if words.is_empty() { Ok(None) } else { Labels::parse(&words).map(Some) }
}

fn digest(hex_text: &str) -> Result<[u8; 32], Problem> {
    let wrong = || Problem::malformed("sha256 and sample are 64 hexadecimal digits.");
    let bytes = hex::decode(hex_text).map_err(|_| wrong())?;
    bytes.try_into().map_err(|_| wrong())
}

/// Says of a duplicate what it is called, where the caller may read it.
async fn told(api: &Api, error: Error) -> Problem {
    let of = match &error {
        Error::Duplicate { of } => of.typed::<strongroom_domain::kernel::id::Record>(),
        _ => None,
    };
    let mut problem = Problem::from(error);
    if let (Some(id), Some(named)) = (of, problem.duplicate_of.as_mut()) {
        named.title = record::read(&api.ctx, id).await.ok().map(|seen| seen.record.title);
    }
    problem
}

/// Whether the sender expects a duplicate as one of the answers. A browser writes every other status into its
/// console as an error, and to a person who drops a folder twice nothing went wrong.
fn expects_duplicates(headers: &HeaderMap) -> bool {
    tus::metadata(headers).is_ok_and(|said| said.get("duplicate").is_some_and(|how| how == "say"))
}

/// Begins an upload. Metadata: `matter_id`, `filename`; `folder`, `labels`, `sha256`, `version_of`, `sample`, `duplicate` if wanted.
/// With `duplicate` `keep` the same bytes are filed again; with `say` a duplicate is answered with 200 and no `Location`.
#[utoipa::path(post, path = "/api/v1/uploads", tag = "uploads", params(("Tus-Resumable" = String, Header), ("Upload-Length" = u64, Header), ("Upload-Metadata" = String, Header)), responses((status = 201, description = "`Location` is the upload.")))]
async fn create(State(state): State<WebState>, api: Api, request: Request) -> Answer {
    tus::version(&api.headers)?;
    let checksum = checksum(&api.headers)?;
    let new = new_upload(&api).await?;
    let mut view = match upload::create(&api, new).await {
        Ok(view) => view,
        Err(error @ Error::Duplicate { .. }) if expects_duplicates(&api.headers) => {
            let mut said = told(&api, error).await.into_response();
            *said.status_mut() = StatusCode::OK;
            return Ok(said);
        }
        Err(error) => return Err(told(&api, error).await),
    };
    if is_part(&api.headers) && view.record.is_none() {
        let body = incoming(&state, request.into_body());
        view = match upload::append(&api, view.id, 0, body, checksum).await {
            Ok(view) => view,
            Err(error) => return Err(told(&api, error).await),
        };
    }
    let mut response = standing(StatusCode::CREATED.into_response(), &view, StatusCode::CREATED);
    put(response.headers_mut(), LOCATION.as_str(), &format!("/api/v1/uploads/{}", view.id));
    Ok(response)
}

fn is_part(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|v| v.as_bytes() == b"application/offset+octet-stream")
}

fn checksum(headers: &HeaderMap) -> Result<Option<(Algorithm, Vec<u8>)>, Problem> {
    Ok(tus::checksum(headers)?.map(|sum| match sum {
        Checksum::Sha1(sum) => (Algorithm::Sha1, sum),
        Checksum::Sha256(sum) => (Algorithm::Sha256, sum),
    }))
}

/// How much has arrived.
#[utoipa::path(head, path = "/api/v1/uploads/{id}", tag = "uploads", params(("id" = String, Path)), responses((status = 200, description = "`Upload-Offset` and `Upload-Length`.")))]
async fn status(One(id): One, api: Api) -> Answer {
    tus::version(&api.headers)?;
    let id: UploadId = api.id(Verb::UploadPart, &id).await?;
    let view = upload::status(&api, id).await?;
    Ok(standing(StatusCode::OK.into_response(), &view, StatusCode::OK))
}

/// Sends a part. When the last byte is here the record is filed and `X-Record-Id` names it.
#[utoipa::path(patch, path = "/api/v1/uploads/{id}", tag = "uploads", params(("id" = String, Path), ("Upload-Offset" = u64, Header)), request_body(content_type = "application/offset+octet-stream"), responses((status = 204, description = "`Upload-Offset` is the new offset."), (status = 460, description = "The checksum does not fit.")))]
async fn append(One(id): One, State(state): State<WebState>, api: Api, request: Request) -> Answer {
    tus::version(&api.headers)?;
    if !is_part(&api.headers) {
        return Err(Problem::new("media-type", "Send the part as application/offset+octet-stream."));
    }
    let offset = tus::number(&api.headers, "upload-offset")?;
    let checksum = checksum(&api.headers)?;
    let id: UploadId = api.id(Verb::UploadPart, &id).await?;
    let body = incoming(&state, Body::new(request.into_body()));
    match upload::append(&api, id, offset, body, checksum).await {
        Ok(view) => Ok(standing(StatusCode::NO_CONTENT.into_response(), &view, StatusCode::NO_CONTENT)),
        Err(error) => Err(told(&api, error).await),
    }
}

/// Gives an upload up; what arrived is dropped.
#[utoipa::path(delete, path = "/api/v1/uploads/{id}", tag = "uploads", params(("id" = String, Path)), responses((status = 204)))]
async fn end(One(id): One, api: Api) -> Answer {
    tus::version(&api.headers)?;
    let id: UploadId = api.id(Verb::UploadEnd, &id).await?;
    upload::end(&api, id).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    put(response.headers_mut(), "tus-resumable", tus::VERSION);
    Ok(response)
}
