//! When a page cannot be answered: the same statuses as the API's, as pages. Handlers answer with the
//! problem alone; this layer, which knows who asked, draws it.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use strongroom_domain::Error;
use strongroom_domain::kernel::actor::Role;

use super::door::Stranger;
use super::form::query;
use super::page::Page;
use super::problem::Problem;
use super::reply::{Answer, html_as, see_other, with_cookie};
use super::request::Rq;
use super::{cookies, door};
use crate::features::words::whom;
use crate::layout::Section;
use crate::state::WebState;
use crate::view::parts::Why;
use crate::view::trouble::{NotFound, Problem as ProblemPage, Refused};

/// A page's error.
#[derive(Debug)]
pub struct Trouble(pub Problem);

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self(Problem::from(error))
    }
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.0.status().into_response();
        response.extensions_mut().insert(self.0);
        response
    }
}

/// The layer over all pages.
pub async fn draw(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let Some(rq) = request.extensions().get::<std::sync::Arc<Rq>>().cloned() else {
        return Problem::internal().into_response();
    };
    let headers = request.headers().clone();
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return flash_shown(&headers, response);
    };
    let drawn = match rq.page.get() {
        Some(page) => signed_in(&state, &rq, page, &problem).await,
        None => stranger(&state, &rq, &headers, &problem).await,
    };
    drawn.unwrap_or_else(|trouble| trouble.0.into_response())
}

/// What was said once is not said again.
fn flash_shown(headers: &HeaderMap, response: Response) -> Response {
    let told = response.status() == StatusCode::OK && cookies::read(headers, cookies::FLASH).is_some();
    if told { with_cookie(response, &cookies::clear(cookies::FLASH)) } else { response }
}

async fn signed_in(state: &WebState, rq: &Rq, page: &Page, problem: &Problem) -> Answer {
    match problem.status().as_u16() {
        403 if problem.wants_step_up() => Ok(step_up(rq, page)),
        403 if problem.is_refusal() => html_as(StatusCode::FORBIDDEN, &refused(rq, page, problem)),
        404 => {
            let mut shell = page.shell("Not found", Section::Account);
            // the same page for every address: it does not repeat which one was asked for
            shell.here = String::from("/today");
            shell.flash = None;
            html_as(StatusCode::NOT_FOUND, &NotFound { shell })
        }
        401 => Ok(to_sign_in(rq)),
        503 if state.is_sealed() => door::sealed(state, &Stranger::of(page), None).await,
        _ => broken(state, rq, &Stranger::of(page), problem).await,
    }
}

async fn stranger(state: &WebState, rq: &Rq, headers: &HeaderMap, problem: &Problem) -> Answer {
    let stranger = Stranger::read(headers, rq)?;
    match problem.status().as_u16() {
        401 => Ok(to_sign_in(rq)),
        503 if state.is_sealed() => door::sealed(state, &stranger, None).await,
        _ => broken(state, rq, &stranger, problem).await,
    }
}

/// To the sign-in page, and back here afterwards.
fn to_sign_in(rq: &Rq) -> Response {
    let back = if rq.safe && rq.here != "/" { rq.here.as_str() } else { "" };
    let query = query(&[("back", back)]);
    see_other(&if query.is_empty() { String::from("/sign-in") } else { format!("/sign-in?{query}") })
}

/// To the page that asks for a fresh code; what was typed waits in memory.
fn step_up(rq: &Rq, page: &Page) -> Response {
    let path = rq.here.split('?').next().unwrap_or_default();
    let back = if rq.safe { rq.here.clone() } else { form_page(path) };
    if let (Ok(mut typed), Some(session)) = (rq.typed.lock(), page.ctx.actor().carrier())
        && let Some(fields) = typed.take()
    {
        page.state.drafts().keep(session.as_str(), &back, fields, page.ctx.now());
    }
    see_other(&format!("/step-up?{}", query(&[("back", &back)])))
}

/// The page on which the form stands that posts to `path`.
#[must_use]
pub fn form_page(path: &str) -> String {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        ["walls"] => String::from("/walls/new"),
        ["walls", id, "edit"] => format!("/walls/{id}/edit"),
        ["matters", id, "team" | "edit" | "close" | "reopen", ..] => format!("/matters/{id}/team"),
        ["account", ..] => String::from("/account"),
        ["groups", id, ..] => format!("/groups/{id}"),
        ["health", ..] => String::from("/health"),
        ["policies", "candidates", source] => format!("/policies/candidates/{source}"),
        ["policies", "proposals", id, ..] => format!("/policies/proposals/{id}"),
        ["approvals", ..] => String::from("/approvals"),
        [section, id, _, ..] => format!("/{section}/{id}"),
        [section, ..] => format!("/{section}"),
        [] => String::from("/today"),
    }
}

fn refused(rq: &Rq, page: &Page, problem: &Problem) -> Refused {
    let path = rq.here.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let back = match parts.as_slice() {
        ["matters", id, ..] if !id.is_empty() => {
            Some((format!("/matters/{id}/team"), String::from("To the matter's team")))
        }
        ["records", ..] | ["matters"] => Some((String::from("/matters"), String::from("To your matters"))),
        ["clients", ..] => Some((String::from("/clients"), String::from("To the clients"))),
        _ => Some((String::from("/today"), String::from("Go to Today"))),
    };
    let mut shell = page.shell("Refused", Section::Account);
    shell.flash = None;
    Refused {
        shell,
        heading: String::from("This is not open to you"),
        why: Why {
            allowed: false,
            lead: String::from("You were refused."),
            sentences: problem.sentences(),
            ask: problem.ask().map(|ask| format!("Ask {}.", whom(page.ctx.room(), ask))),
        },
        back: back.filter(|_| page.me.role != Role::ClientContact),
        entry_href: page.ctx.last_entry().map(|id| format!("/ledger/{id}")),
    }
}

async fn broken(state: &WebState, rq: &Rq, stranger: &Stranger, problem: &Problem) -> Answer {
    let status = problem.status();
    let kept = match status.as_u16() {
        412 => "Nothing was changed. Your version was not written over the other.",
        _ => "Nothing was changed.",
    };
    let to_do = match status.as_u16() {
        403 => "Open the page again and send the form once more.",
        409 | 422 | 400 => "Go back, put it right and send it again.",
        412 => "Go back, load the page again, look at what changed, and repeat your change.",
        413 => "Split it, or ask the person who runs Strongroom.",
        429 => "Wait a little, then try again.",
        507 => "Reading goes on. Tell the person who runs Strongroom that there is no room left.",
        _ => "Try again in a minute. If it happens again, ask for help with the number below.",
    };
    let path = rq.here.split('?').next().unwrap_or_default();
    let page = ProblemPage {
        door: stranger.door(state, problem.title()).await,
        heading: problem.title().to_owned(),
        happened: problem.detail().to_owned(),
        kept: kept.to_owned(),
        to_do: to_do.to_owned(),
        back_href: (!rq.safe).then(|| form_page(path)),
        request_id: rq.id.to_string(),
    };
    stranger.answer_as(status, &page)
}

#[cfg(test)]
mod tests {
    use super::form_page;

    #[test]
    fn every_form_knows_its_page() {
        for (path, page) in [
            ("/walls", "/walls/new"),
            ("/walls/wal_1/edit", "/walls/wal_1/edit"),
            ("/walls/wal_1/end", "/walls/wal_1"),
            ("/matters/mat_1/export", "/matters/mat_1"),
            ("/matters/mat_1/team/stf_1/end", "/matters/mat_1/team"),
            ("/staff/stf_1/role", "/staff/stf_1"),
            ("/staff", "/staff"),
            ("/account/tokens", "/account"),
            ("/groups/grp_1/members", "/groups/grp_1"),
            ("/groups", "/groups"),
        ] {
            assert_eq!(form_page(path), page);
        }
    }
}
