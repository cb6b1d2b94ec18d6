//! The files of every page: style, script, sign, fonts. Built by `build.rs`, carried in the program.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use crate::http::api::One;
use crate::http::problem::Problem;
use crate::http::range;
use crate::state::WebState;

struct Asset {
    path: &'static str,
    kind: &'static str,
    etag: &'static str,
    bytes: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// One file. With the version in its address it may be kept for a year.
pub async fn serve(State(_): State<WebState>, One(path): One, uri: Uri, headers: HeaderMap) -> Response {
    if path == "preview.css" {
        return preview_style();
    }
    let Some(asset) = ASSETS.iter().find(|a| a.path == path) else {
        return Problem::not_found().into_response();
    };
    let versioned = uri.query().is_some_and(|q| q == format!("v={VERSION}"));
    let keep = if versioned { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = if range::has_already(&headers, asset.etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        asset.bytes.into_response()
    };
    let answer = response.headers_mut();
    answer.insert(CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    answer.insert(ETAG, HeaderValue::from_static(asset.etag));
    answer.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    response
}

/// The style of the frame that shows a preview: small, and named by that crate without a version.
fn preview_style() -> Response {
    let mut response = strongroom_preview::PREVIEW_CSS.into_response();
    let answer = response.headers_mut();
    answer.insert(CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    answer.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_pages_name_is_there() {
        for path in ["app.css", "app.js", "icon.svg", "fonts/inter-latin.woff2"] {
            let asset = ASSETS.iter().find(|a| a.path == path);
            assert!(asset.is_some_and(|a| !a.bytes.is_empty()), "{path} is missing from dist");
        }
        assert_eq!(VERSION.len(), 16);
    }
}
