//! A harmless picture or text of a version, in a frame that runs nothing and reaches nothing.

use axum::extract::RawPathParams;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use strongroom_domain::features::record;
use strongroom_domain::kernel::id::RecordId;
use strongroom_domain::kernel::verb::Verb;
use strongroom_preview::html::{self, Frame, Theme};
use strongroom_preview::{Preview, Refusal, Want};

use crate::http::api::{Two, id_of};
use crate::http::form::Fields;
use crate::http::page::Page;
use crate::http::problem::Problem;
use crate::http::reply::Answer;
use crate::layout;

fn theme(page: &Page) -> Theme {
    match page.theme() {
        layout::Theme::Auto => Theme::Auto,
        layout::Theme::Light => Theme::Light,
        layout::Theme::Dark => Theme::Dark,
    }
}

fn framed(text: String) -> Response {
    let mut response = (StatusCode::OK, text).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert("content-security-policy", HeaderValue::from_static(html::CSP));
    headers.insert("x-frame-options", HeaderValue::from_static("SAMEORIGIN"));
    response
}

/// The document in the frame.
pub(super) async fn document(Two(id, version): Two, page: Page, uri: Uri) -> Answer {
    let id: RecordId = id_of(&page.ctx, Verb::RecordPreview, &id).await?;
    let version: u32 = version.parse().map_err(|_| Problem::not_found())?;
    let first = Fields::of_query(&uri).get("first").parse().unwrap_or(1_u32).max(1);
    let (view, made, kind) = record::preview(&page.ctx, id, Some(version), Want::SUMMARY).await?;
    let base = format!("/records/{id}/preview/{version}");
    let title = if page.presenting.is_some() { "Preview" } else { view.title.as_str() };
    let text = match made {
        Err(refusal) => html::refused(refusal, kind, title, theme(&page)),
        Ok(preview) => {
            let page_url = |n: u32| format!("{base}/page/{n}");
            let window_url = |n: u32| format!("{base}?first={n}");
            let frame =
                Frame { theme: theme(&page), title, first, page_url: &page_url, window_url: &window_url };
            html::document(&preview, &frame)
        }
    };
    Ok(framed(text))
}

/// One page as a picture.
pub(super) async fn picture(params: RawPathParams, page: Page) -> Answer {
    let part =
        |name: &str| params.iter().find(|(n, _)| *n == name).map(|(_, v)| v.to_owned()).unwrap_or_default();
    let id: RecordId = id_of(&page.ctx, Verb::RecordPreview, &part("id")).await?;
    let version: u32 = part("version").parse().map_err(|_| Problem::not_found())?;
    let number: u32 = part("page").parse().map_err(|_| Problem::not_found())?;
    let want = if number <= 1 { Want::SUMMARY } else { Want::Page { number, width: 1200 } };
    let (_, made, _) = record::preview(&page.ctx, id, Some(version), want).await?;
    match made.as_ref().map(Preview::png) {
        Ok(Some(png)) => {
            let mut response = (StatusCode::OK, png.to_vec()).into_response();
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("image/png"));
            Ok(response)
        }
        Ok(None) | Err(Refusal::NoSuchPage) => Err(Problem::not_found().into()),
        Err(refusal) => Err(Problem::new("unavailable", refusal.says()).into()),
    }
}
