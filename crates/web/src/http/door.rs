//! Someone who is not signed in: the frame of their pages, and a form token bound to a cookie of their own.

use askama::Template;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use strongroom_domain::Ctx;
use strongroom_domain::kernel::actor::{Actor, Channel};

use super::form::Fields;
use super::page::{self, Page};
use super::problem::Problem;
use super::reply::{Answer, html_as, with_cookie};
use super::request::Rq;
use super::trouble::Trouble;
use super::{cookies, csrf};
use crate::layout::{Door, Theme};
use crate::state::{SealMethod, WebState};
use crate::view::door::{Seal, Unseal};
use crate::view::field::{Field, Input};
use crate::view::parts::Csrf;

/// See the module.
pub struct Stranger {
    csrf: String,
    fresh: Option<String>,
    theme: Theme,
    here: String,
    request: String,
}

impl Stranger {
    /// Reads the browser's cookie, or thinks of a new one.
    ///
    /// # Errors
    /// No randomness to be had.
    pub fn read(headers: &HeaderMap, rq: &Rq) -> Result<Self, Trouble> {
        let kept = cookies::read(headers, cookies::STRANGER).filter(|v| v.len() == 43);
        let fresh = if kept.is_some() { None } else { Some(csrf::fresh().ok_or_else(Problem::internal)?) };
        let secret = kept.or(fresh.as_deref()).unwrap_or_default();
        Ok(Self {
            csrf: csrf::token(secret),
            theme: page::theme(headers),
            here: rq.here.clone(),
            request: rq.id.to_string(),
            fresh,
        })
    }

    /// The same for someone signed in, whose page cannot be framed as usual.
    #[must_use]
    pub fn of(page: &Page) -> Self {
        let shell = page.shell("", crate::layout::Section::Account);
        Self {
            csrf: shell.csrf,
            fresh: None,
            theme: shell.theme,
            here: shell.here,
            request: shell.request_id,
        }
    }

    /// The frame.
    pub async fn door(&self, state: &WebState, title: &str) -> Door {
        Door {
            title: title.to_owned(),
            firm_name: state.firm_name().await,
            csrf: self.csrf.clone(),
            theme: self.theme,
            flash: None,
            request_id: self.request.clone(),
            here: self.here.clone(),
            asset_version: crate::assets::VERSION.to_owned(),
        }
    }

    /// The hidden field.
    #[must_use]
    pub fn csrf(&self) -> Csrf {
        Csrf { token: self.csrf.clone(), once: None }
    }

    /// A page, with the cookie where it is new.
    ///
    /// # Errors
    /// It does not render.
    pub fn answer(&self, page: &impl Template) -> Answer {
        self.answer_as(StatusCode::OK, page)
    }

    /// As [`Stranger::answer`], with a status.
    ///
    /// # Errors
    /// It does not render.
    pub fn answer_as(&self, status: StatusCode, page: &impl Template) -> Answer {
        let response = html_as(status, page)?;
        Ok(self.keep(response))
    }

    /// Adds the cookie where it is new.
    #[must_use]
    pub fn keep(&self, response: Response) -> Response {
        match &self.fresh {
            Some(secret) => with_cookie(response, &cookies::set(cookies::STRANGER, secret)),
            None => response,
        }
    }
}

impl FromRequestParts<WebState> for Stranger {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &WebState) -> Result<Self, Trouble> {
        let rq = page::rq(parts)?;
        Self::read(&parts.headers, &rq)
    }
}

/// A form of a page before sign-in.
pub struct Knock {
    /// The frame of the answer.
    pub stranger: Stranger,
    /// What was typed.
    pub fields: Fields,
    /// A context of nobody.
    pub ctx: std::sync::Arc<Ctx>,
    /// The request's headers.
    pub headers: HeaderMap,
}

impl FromRequest<WebState> for Knock {
    type Rejection = Trouble;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Trouble> {
        let (parts, body) = request.into_parts();
        let rq = page::rq(&parts)?;
        let fields = Fields::of_body(&parts.headers, body).await?;
        if !token_fits(&parts.headers, fields.get("csrf")) {
            return Err(Trouble::from(Problem::csrf()));
        }
        let stranger = Stranger::read(&parts.headers, &rq)?;
        let ctx = anonymous(state, &rq);
        Ok(Self { stranger, fields, ctx, headers: parts.headers })
    }
}

/// Whether the token is that of the browser's cookie, or of the session that it also has.
fn token_fits(headers: &HeaderMap, given: &str) -> bool {
    [cookies::STRANGER, cookies::SESSION]
        .into_iter()
        .filter_map(|name| cookies::read(headers, name))
        .any(|secret| csrf::fits(secret, given))
}

/// A context of nobody.
#[must_use]
pub fn anonymous(state: &WebState, rq: &Rq) -> std::sync::Arc<Ctx> {
    rq.known(Ctx::new(state.room().clone(), Actor::Anonymous, Channel::Web, rq.place.clone()))
}

/// The page of a sealed strongroom: what it asks for, and what was wrong with what was given.
///
/// # Errors
/// It does not render.
pub async fn sealed(state: &WebState, stranger: &Stranger, error: Option<String>) -> Answer {
    let status = state.unsealer().status().await;
    let ask = match status.method {
        SealMethod::Passphrase => {
            Unseal::Passphrase { field: Field::new(Input::Password, "passphrase", "Passphrase").autofocus() }
        }
        SealMethod::Shares { given, needed } => Unseal::Shares {
            field: Field::new(Input::Password, "share", "A share, as it is printed").autofocus(),
            given,
            needed,
        },
        SealMethod::KeyFile => Unseal::KeyFile,
    };
    let page = Seal {
        door: stranger.door(state, "Sealed").await,
        csrf: stranger.csrf(),
        ask,
        error,
        since: String::new(),
        help: state.settings().help.clone(),
    };
    let mut response = stranger.answer_as(StatusCode::SERVICE_UNAVAILABLE, &page)?;
    response.headers_mut().insert("retry-after", axum::http::HeaderValue::from_static("10"));
    Ok(response)
}
