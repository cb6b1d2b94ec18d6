//! The bytes of a version: as an attachment, whole or a range of it, never cached.

use axum::extract::State;
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use strongroom_domain::features::record::{self, RecordView};
use strongroom_domain::kernel::id::RecordId;
use strongroom_domain::kernel::verb::Verb;
use strongroom_domain::{Ctx, Error};

use crate::http::api::{One, id_of};
use crate::http::body::{attachment, outgoing};
use crate::http::form::Fields;
use crate::http::page::Page;
use crate::http::problem::Problem;
use crate::http::range::{self, Asked};
use crate::http::reply::Answer;
use crate::state::WebState;

/// Nothing in the bytes runs, reaches anything, or is framed by anyone.
const NOTHING_RUNS: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

fn tag(view: &RecordView) -> String {
    format!("\"{}\"", view.sha256)
}

/// Answers with the bytes, from a page or to a program.
///
/// # Errors
/// As the domain has them; 416 for a range beyond the end.
pub(super) async fn send(
    ctx: &Ctx,
    state: &WebState,
    headers: &HeaderMap,
    id: RecordId,
    version: Option<u32>,
) -> Result<Response, Problem> {
    let mut size = 0;
    let mut asked = Asked::Whole;
    let choose = |view: &RecordView| {
        size = view.size;
        asked = range::asked(headers, view.size, &tag(view));
        match asked {
            Asked::Whole => None,
            Asked::Part(first, last) => Some((first, last)),
            Asked::Beyond => Some((u64::MAX, u64::MAX)),
        }
    };
    let content = match record::content_by(ctx, id, version, choose).await {
        Ok(content) => content,
        Err(Error::Invalid { field: "range", says }) => {
            let mut response = Problem::new("range", says).into_response();
            put(response.headers_mut(), CONTENT_RANGE.as_str(), &format!("bytes */{size}"));
            return Ok(response);
        }
        Err(error) => return Err(error.into()),
    };
    let etag = tag(&content.view);
    if range::has_already(headers, &etag) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        put(response.headers_mut(), ETAG.as_str(), &etag);
        return Ok(response);
    }
    let status = if asked == Asked::Whole { StatusCode::OK } else { StatusCode::PARTIAL_CONTENT };
    let mut response = (status, outgoing(state, content.stream)).into_response();
    let answer = response.headers_mut();
    put(answer, CONTENT_TYPE.as_str(), &content.view.media_type);
    put(answer, CONTENT_LENGTH.as_str(), &content.len.to_string());
    put(answer, CONTENT_DISPOSITION.as_str(), &attachment(&content.view.filename));
    put(answer, ETAG.as_str(), &etag);
    put(answer, ACCEPT_RANGES.as_str(), "bytes");
    // were it opened after all, nothing in it could run or reach anything
    put(answer, "content-security-policy", NOTHING_RUNS);
    if asked != Asked::Whole {
        let last = (content.start + content.len).saturating_sub(1);
        put(answer, CONTENT_RANGE.as_str(), &format!("bytes {}-{last}/{}", content.start, content.total));
    }
    Ok(response)
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    let value = HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(name, value);
}

/// From a page.
pub(super) async fn page(
    State(state): State<WebState>,
    One(id): One,
    page: Page,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    let id = id_of(&page.ctx, Verb::RecordDownload, &id).await?;
    let version = version(&Fields::of_query(&uri))?;
    Ok(send(&page.ctx, &state, &headers, id, version).await?)
}

/// `?version=2`.
///
/// # Errors
/// No number.
pub(super) fn version(fields: &Fields) -> Result<Option<u32>, Problem> {
    match fields.some("version") {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| Problem::malformed("version is a number.")),
    }
}
