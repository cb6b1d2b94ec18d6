//! A fresh code before something that matters; and the tick that keeps a session in use.

use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use strongroom_domain::Error;
use strongroom_domain::features::session;

use crate::http::form::{Fields, own_path};
use crate::http::page::{Page, Posted};
use crate::http::reply::{Answer, done, html_as};
use crate::layout::Section;
use crate::view::door::StepUp;
use crate::view::field::{Field, Input};

fn form(page: &Page, back: &str, status: StatusCode, error: Option<String>) -> Answer {
    let view = StepUp {
        shell: page.shell("Confirm that it is you", Section::Account),
        csrf: page.csrf(),
        why: String::from("What you are about to do needs a fresh code from your authenticator."),
        code: Field::new(Input::Code, "code", "Code").autocomplete("one-time-code").autofocus(),
        error,
        back: back.to_owned(),
        cancel_href: String::from("/today"),
        lasts: String::from("10 minutes"),
    };
    html_as(status, &view)
}

/// The page.
pub(super) async fn show(page: Page, uri: Uri) -> Answer {
    form(&page, own_path(Fields::of_query(&uri).get("back")), StatusCode::OK, None)
}

/// The code.
pub(super) async fn send(posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let back = own_path(fields.get("back")).to_owned();
    match session::step_up(&page.ctx, fields.get("code")).await {
        Ok(()) => Ok(done(&back, "stepped-up", page.ctx.last_entry())),
        Err(Error::Invalid { says, .. }) => form(&page, &back, StatusCode::UNPROCESSABLE_ENTITY, Some(says)),
        Err(Error::Throttled { retry_after }) => {
            let says = format!("Too many attempts. Try again in {retry_after} seconds.");
            form(&page, &back, StatusCode::TOO_MANY_REQUESTS, Some(says))
        }
        Err(error) => Err(error.into()),
    }
}

/// Somebody is still there.
pub(super) async fn keep(page: Result<Page, crate::http::trouble::Trouble>) -> Response {
    match page {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(trouble) => trouble.0.into_response(),
    }
}
