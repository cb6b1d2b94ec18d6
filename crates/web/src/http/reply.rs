//! The few shapes of an answer: a page, a redirect after a form, a cookie beside either.

use askama::Template;
use axum::http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use strongroom_domain::features::record::RecordView;
use strongroom_domain::kernel::id::EntryId;

use super::flash;
use super::problem::Problem;
use super::trouble::Trouble;

/// What a page's handler answers.
pub type Answer = Result<Response, Trouble>;

/// A page.
pub fn html(page: &impl Template) -> Answer {
    html_as(StatusCode::OK, page)
}

/// A page with another status than 200.
pub fn html_as(status: StatusCode, page: &impl Template) -> Answer {
    let text = page.render().map_err(|cause| {
        tracing::error!(%cause, "a page could not be rendered");
        Trouble::from(Problem::internal())
    })?;
    let mut response = (status, text).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Ok(response)
}

/// After a form: go there.
#[must_use]
pub fn see_other(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let to = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/today"));
    response.headers_mut().insert(LOCATION, to);
    response
}

/// After a form: go there and say what was done, with its entry.
#[must_use]
pub fn done(path: &str, code: &str, entry: Option<EntryId>) -> Response {
    with_cookie(see_other(path), &flash::cookie(code, entry))
}

/// After a form that added records: go there and say what was added.
#[must_use]
pub fn added(path: &str, entry: Option<EntryId>, records: &[RecordView]) -> Response {
    let first = records.first().map(|r| r.id);
    with_cookie(see_other(path), &flash::cookie_of_records(entry, records.len(), first))
}

/// Adds a `Set-Cookie`.
#[must_use]
pub fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}
