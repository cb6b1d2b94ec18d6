//! Someone at the API: a bearer token, or a browser's session with its form token; and what every API
//! handler reads and answers.

use std::ops::Deref;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use strongroom_domain::features::session;
use strongroom_domain::kernel::actor::{Channel, Via};
use strongroom_domain::kernel::id::{AnyId, Id, Kind};
use strongroom_domain::kernel::verb::Verb;
use strongroom_domain::{Ctx, Error};

use super::problem::Problem;
use super::request::Rq;
use super::{browser, cookies, csrf, etag, repeat};
use crate::state::WebState;

/// What an API handler answers.
pub type Answer = Result<Response, Problem>;

/// See the module.
pub struct Api {
    /// The ways to do anything.
    pub ctx: Arc<Ctx>,
    /// The face.
    pub state: WebState,
    /// The request's headers.
    pub headers: HeaderMap,
}

impl Deref for Api {
    type Target = Ctx;

    fn deref(&self) -> &Ctx {
        &self.ctx
    }
}

fn request_of(parts: &Parts) -> Result<Arc<Rq>, Problem> {
    parts.extensions.get::<Arc<Rq>>().cloned().ok_or_else(Problem::internal)
}

impl FromRequestParts<WebState> for Api {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Problem> {
        let rq = request_of(parts)?;
        let headers = parts.headers.clone();
        let ctx = if let Some(value) = headers.get(AUTHORIZATION) {
            let bearer = value.to_str().ok().and_then(bearer).ok_or(Error::SignedOut)?;
            let place = rq.place.clone();
            let ctx = session::authenticate_token(state.room(), bearer, Channel::Api, place).await?;
            rq.sit(state, ctx.actor().person()).await?;
            rq.known(ctx)
        } else {
            let secret = cookies::read(&headers, cookies::SESSION).ok_or(Error::SignedOut)?;
            if !matches!(parts.method, Method::GET | Method::HEAD) {
                let given = headers.get(csrf::HEADER).and_then(|v| v.to_str().ok()).unwrap_or_default();
                if !csrf::fits(secret, given) {
                    return Err(Problem::csrf());
                }
            }
            browser::signed_in(&headers, secret, state, &rq).await?
        };
        repeat::by_key(&ctx, parts, &rq)?;
        Ok(Self { ctx, state: state.clone(), headers })
    }
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|t| !t.is_empty())
}

impl Api {
    /// Reads an identifier of a path. What is none of a `T` takes the way of one that names nothing.
    ///
    /// # Errors
    /// Not found, after leaving the entry that an unknown id leaves.
    pub async fn id<T: Kind>(&self, verb: Verb, text: &str) -> Result<Id<T>, Problem> {
        Ok(id_of(&self.ctx, verb, text).await?)
    }

    /// Whether a token made the request, not a browser.
    #[must_use]
    pub fn by_token(&self) -> bool {
        matches!(self.actor(), strongroom_domain::kernel::actor::Actor::Person { via: Via::Token { .. }, .. })
    }
}

/// Reads an identifier of an address; see [`Api::id`].
///
/// # Errors
/// Not found, after leaving the entry that an unknown id leaves.
pub async fn id_of<T: Kind>(ctx: &Ctx, verb: Verb, text: &str) -> Result<Id<T>, Error> {
    match Id::parse(text) {
        Some(id) => Ok(id),
        None => ctx.unknown(verb).await,
    }
}

/// The first part of the path, whatever it is.
pub struct One(pub String);

/// The first two parts of the path.
pub struct Two(pub String, pub String);

async fn path(parts: &mut Parts, state: &WebState) -> Vec<String> {
    let params = RawPathParams::from_request_parts(parts, state).await;
    params.map(|p| p.iter().map(|(_, v)| v.to_owned()).collect()).unwrap_or_default()
}

impl FromRequestParts<WebState> for One {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Self::Rejection> {
        Ok(Self(path(parts, state).await.into_iter().next().unwrap_or_default()))
    }
}

impl FromRequestParts<WebState> for Two {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Self::Rejection> {
        let mut all = path(parts, state).await.into_iter();
        Ok(Self(all.next().unwrap_or_default(), all.next().unwrap_or_default()))
    }
}

/// A JSON body.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<WebState> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new("media-type", "Send the body as application/json."));
        }
        let rq = request.extensions().get::<Arc<Rq>>().cloned();
        let body = Bytes::from_request(request, state).await.map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new("too-large", "The body is too large."),
            _ => Problem::malformed("The body did not arrive whole."),
        })?;
        if let Some(ctx) = rq.as_ref().and_then(|rq| rq.ctx()) {
            ctx.asks(&body);
        }
        match axum::Json::<T>::from_bytes(&body) {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(JsonRejection::JsonDataError(error)) => Err(unfit(&error.body_text())),
            Err(_) => Err(Problem::malformed("The body is not JSON.")),
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// JSON that is not what this address takes. A field of another name is told apart: what it was to change would stay.
fn unfit(text: &str) -> Problem {
    let code = if text.contains("unknown field `") { "invalid" } else { "malformed" };
    Problem::new(code, plain(text))
}

/// The reason without the value that was sent.
fn plain(text: &str) -> String {
    let said = text.rsplit(": ").next().unwrap_or(text);
    let field = text.split(": ").nth(1).filter(|f| f.len() < 40).unwrap_or_default();
    if said.contains('`') || said.starts_with("missing") || said.starts_with("unknown") {
        format!("The body does not fit: {}.", said.split(" at line").next().unwrap_or(said))
    } else {
        format!("The body does not fit at {field}.")
    }
}

/// The fields of the query.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<WebState> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &WebState) -> Result<Self, Problem> {
        let query = axum::extract::Query::try_from_uri(&parts.uri);
        query.map(|q| Self(q.0)).map_err(|_| Problem::malformed("A parameter of the address cannot be read."))
    }
}

/// Where in a list to begin, and how much of it.
#[derive(serde::Deserialize, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Window {
    /// How many at most: 50 where nothing is said, never more than 200.
    pub limit: Option<u32>,
    /// The cursor of the page before.
    pub after: Option<String>,
}

impl Window {
    /// How many.
    ///
    /// # Errors
    /// None, or too many.
    pub fn limit(&self) -> Result<usize, Problem> {
        match self.limit {
            None => Ok(50),
            Some(n @ 1..=200) => Ok(usize::try_from(n).unwrap_or(50)),
            Some(_) => Err(Problem::malformed("limit is from 1 to 200.")),
        }
    }

    /// The text after which to go on, where this cursor belongs to `list` of this person.
    ///
    /// # Errors
    /// It belongs elsewhere.
    pub fn after(&self, ctx: &Ctx, list: &str) -> Result<Option<String>, Problem> {
        let Some(cursor) = &self.after else { return Ok(None) };
        let opened = ctx.open_cursor(list, cursor).map_err(|error| match error {
            Error::Invalid { says, .. } => Problem::malformed(says),
            other => other.into(),
        })?;
        Ok(Some(opened))
    }

    /// As [`Window::after`], for a list that goes on after an identifier.
    ///
    /// # Errors
    /// It belongs elsewhere.
    pub fn after_id<T: Kind>(&self, ctx: &Ctx, list: &str) -> Result<Option<Id<T>>, Problem> {
        Ok(self.after(ctx, list)?.and_then(|text| Id::parse(&text)))
    }
}

/// A page of a list.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Items<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// The cursor of the next page; none at the end.
    pub next: Option<String>,
}

impl<T: Serialize> Items<T> {
    /// A page, with the cursor after `last` where there is more.
    ///
    /// # Errors
    /// Sealed.
    pub fn page(ctx: &Ctx, list: &str, items: Vec<T>, last: Option<AnyId>) -> Answer {
        let next = last.map(|id| ctx.seal_cursor(list, id.as_str())).transpose()?;
        Ok(axum::Json(Self { items, next }).into_response())
    }

    /// A list that is always whole.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Response {
        axum::Json(Self { items, next: None }).into_response()
    }
}

/// One thing with its entity tag.
pub fn tagged(status: StatusCode, version: i64, body: &impl Serialize) -> Response {
    let mut response = (status, axum::Json(body)).into_response();
    if let Ok(value) = HeaderValue::from_str(&etag::of(version)) {
        response.headers_mut().insert(ETAG, value);
    }
    response
}

/// What was changed, as it is now; without a body where the caller may change it and not read it.
pub fn changed(version: i64, now: Result<impl Serialize, Error>) -> Response {
    match now {
        Ok(body) => tagged(StatusCode::OK, version, &body),
        Err(_) => {
            let mut response = nothing();
            if let Ok(value) = HeaderValue::from_str(&etag::of(version)) {
                response.headers_mut().insert(ETAG, value);
            }
            response
        }
    }
}

/// One thing.
pub fn json(status: StatusCode, body: &impl Serialize) -> Response {
    (status, axum::Json(body)).into_response()
}

/// Done; there is nothing to say.
#[must_use]
pub fn nothing() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// An identifier in a body or query. What is none of a `T` names nothing.
///
/// # Errors
/// Not found, after leaving the entry that an unknown id leaves.
pub async fn named<T: Kind>(ctx: &Ctx, verb: Verb, text: Option<&str>) -> Result<Option<Id<T>>, Problem> {
    match text.filter(|t| !t.is_empty()) {
        None => Ok(None),
        Some(text) => Ok(Some(id_of(ctx, verb, text).await?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bearer_tokens_are_read_as_the_standard_has_them() {
        assert_eq!(bearer("Bearer sr_pat_x"), Some("sr_pat_x"));
        assert_eq!(bearer("bearer sr_pat_x"), Some("sr_pat_x"));
        assert_eq!(bearer("Basic abc"), None);
        assert_eq!(bearer("Bearer "), None);
        assert_eq!(bearer("Bearer"), None);
    }

    #[test]
    fn limits_are_held() {
        let limit = |n| Window { limit: n, after: None }.limit().map_err(|p| p.status().as_u16());
        assert_eq!(limit(None), Ok(50));
        assert_eq!(limit(Some(200)), Ok(200));
        assert_eq!(limit(Some(0)), Err(400));
        assert_eq!(limit(Some(201)), Err(400));
    }
}
