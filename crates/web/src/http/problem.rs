//! RFC 9457 answers of the API: one match from the domain's errors, every type documented at its own address.
//!
//! A cause never leaves the server: a fault has a fixed body, and its cause goes to the log. What does not
//! exist and what may not be known have one body, byte for byte.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use strongroom_domain::Error;
use strongroom_domain::kernel::asking::Ask;
use strongroom_domain::kernel::error::Because;

pub use super::kinds::TYPES;

/// The same record is here already.
#[derive(Serialize, Debug, Clone, utoipa::ToSchema)]
pub struct DuplicateOf {
    /// The record that holds the same bytes.
    pub id: String,
    /// Its title, where it may be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its page.
    pub href: String,
}

/// A rule that decided, and its sentence.
#[derive(Serialize, Debug, Clone, utoipa::ToSchema)]
pub struct RuleSays {
    /// The rule's name.
    pub rule: String,
    /// Its sentence.
    pub says: String,
}

impl From<Because> for RuleSays {
    fn from(because: Because) -> Self {
        Self { rule: because.rule, says: because.says }
    }
}

/// Whom to ask about a refusal.
#[derive(Serialize, Debug, Clone, utoipa::ToSchema)]
pub struct WhomToAsk {
    /// As what: `lead` of the matter, or a role such as `compliance_officer`.
    pub keeper: &'static str,
    /// Ids of the people who are that now, as far as the caller may know of them.
    pub people: Vec<String>,
    /// The same, for our own pages, which say names.
    #[serde(skip)]
    #[schema(ignore)]
    of: Ask,
}

impl From<&Ask> for WhomToAsk {
    fn from(ask: &Ask) -> Self {
        Self {
            keeper: ask.keeper.word(),
            people: ask.people.iter().map(ToString::to_string).collect(),
            of: ask.clone(),
        }
    }
}

/// RFC 9457 problem details.
#[derive(Serialize, Debug, Clone, utoipa::ToSchema)]
pub struct Problem {
    /// The address of what this means.
    #[serde(rename = "type")]
    kind: String,
    /// A short title.
    title: &'static str,
    /// The status.
    status: u16,
    /// What to do about it.
    detail: String,
    /// The rules that decided, where a rule refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    because: Vec<RuleSays>,
    /// Whom to ask about it, where a rule refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    ask: Option<Box<WhomToAsk>>,
    /// A stable code of the conflict.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// The field that is not valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    /// True where a fresh code of the authenticator would change the answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    step_up: bool,
    /// The record that holds the same bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate_of: Option<DuplicateOf>,
    /// The limit in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    #[serde(skip)]
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem of a documented kind; `detail` says what to do.
    #[must_use]
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        let known = TYPES.iter().find(|(name, ..)| *name == code);
        let (name, status, title, _) = known.copied().unwrap_or(("internal", 500, "A fault of ours", ""));
        Self {
            kind: format!("/problems/{name}"),
            title,
            status,
            detail: detail.into(),
            because: Vec::new(),
            ask: None,
            code: None,
            field: None,
            step_up: false,
            duplicate_of: None,
            limit: None,
            retry_after: None,
        }
    }

    /// The request cannot be read.
    #[must_use]
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new("malformed", detail)
    }

    /// What does not exist, or may not be known.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new("not-found", "There is nothing here that you may open.")
    }

    /// `If-Match` is missing.
    #[must_use]
    pub fn precondition_required() -> Self {
        Self::new("if-match", "Read it first, and send its ETag in If-Match.")
    }

    /// Changed since it was read.
    #[must_use]
    pub fn stale() -> Self {
        Self::new("stale", "Someone changed it since you read it. Read it again and repeat the change.")
    }

    /// The fixed body of a fault.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            "internal",
            "Something failed on our side. Nothing was changed. Give the X-Request-Id when you ask for help.",
        )
    }

    /// The form or script did not carry the page's token.
    #[must_use]
    pub fn csrf() -> Self {
        Self::new("csrf", "This did not come from a page of this session. Open the page again and repeat it.")
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What to do about it.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The title.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        self.title
    }

    /// Seconds until another attempt makes sense.
    #[must_use]
    pub const fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// Whether a fresh code of the authenticator would change the answer.
    #[must_use]
    pub const fn wants_step_up(&self) -> bool {
        self.step_up
    }

    /// Whether rules decided.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        !self.because.is_empty()
    }

    /// The rules' sentences.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        self.because.iter().map(|b| b.says.clone()).collect()
    }

    /// Whom to ask about a refusal.
    #[must_use]
    pub fn ask(&self) -> Option<&Ask> {
        self.ask.as_ref().map(|ask| &ask.of)
    }

    /// The field that is not valid.
    #[must_use]
    pub const fn field(&self) -> Option<&'static str> {
        self.field
    }

    const fn retry(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

/// Seconds after which a sealed or unreachable system is worth another look.
const LATER: u64 = 10;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        log(&error);
        match error {
            Error::Refused(refusal) => {
                let says: Vec<String> = refusal.because.iter().map(|b| b.says.clone()).collect();
                let mut problem = Self::new("refused", says.join(" "));
                problem.because = refusal.because.into_iter().map(Into::into).collect();
                problem.step_up = refusal.step_up;
                problem.ask = refusal.ask.as_ref().map(|ask| Box::new(WhomToAsk::from(ask)));
                problem
            }
            Error::NotFound => Self::not_found(),
            Error::SignedOut => Self::new("signed-out", "Sign in, or send a token that holds."),
            Error::Invalid { field, says } => {
                let mut problem = Self::new(if field == "range" { "range" } else { "invalid" }, says);
                problem.field = Some(field);
                problem
            }
            Error::Conflict { code: "upload.checksum", says } => Self::new("checksum", says),
            Error::Conflict { code, says } => {
                let mut problem = Self::new("conflict", says);
                problem.code = Some(code);
                problem
            }
            Error::Duplicate { of } => {
                let mut problem = Self::new("duplicate", "The same file is already in this matter.");
                let href = format!("/records/{of}");
                problem.duplicate_of = Some(DuplicateOf { id: of.to_string(), title: None, href });
                problem
            }
            Error::Stale => Self::stale(),
            Error::Throttled { retry_after } => {
                Self::new("throttled", format!("Too much at once. Try again in {retry_after} seconds."))
                    .retry(retry_after)
            }
            Error::TooLarge { limit } => {
                let mut problem = Self::new("too-large", "It is larger than this firm allows.");
                problem.limit = Some(limit);
                problem
            }
            Error::Sealed => {
                Self::new("sealed", "Nothing can be opened until someone unseals it.").retry(LATER)
            }
            Error::Full => Self::new("full", "There is no room to write. Nothing was changed."),
            Error::Unavailable(_) => {
                Self::new("unavailable", "Storage does not answer. Nothing was changed.").retry(LATER)
            }
            Error::Damaged(_) | Error::Tampered { .. } => Self::new(
                "damaged",
                "What is stored is not what was written, so it is not served. Tell whoever runs the server.",
            ),
            // also what later versions of the domain may add
            _ => Self::internal(),
        }
    }
}

/// A cause is logged once, here, where it stops; none of these names anything of a client.
fn log(error: &Error) {
    match error {
        Error::Internal(cause) => tracing::error!(cause, "a request failed"),
        Error::Unavailable(cause) => tracing::error!(cause, "storage is out of reach"),
        Error::Damaged(id) => tracing::error!(id = id.as_str(), "stored bytes do not hold"),
        Error::Tampered { table, id } => tracing::error!(table, id, "an authority row does not hold"),
        Error::Full => tracing::error!("storage is full"),
        _ => {}
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let retry = self.retry_after;
        let unauthorised = self.status == 401;
        let mut response = (self.status(), Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if unauthorised {
            headers.insert("www-authenticate", HeaderValue::from_static("Bearer realm=\"strongroom\""));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strongroom_domain::Refusal;

    fn shape(error: Error) -> serde_json::Value {
        serde_json::to_value(Problem::from(error)).expect("a problem is JSON")
    }

    #[test]
    fn a_refusal_says_which_rules_decided() {
        let because =
            vec![Because { rule: "only-leads-export".into(), says: "Only the lead exports.".into() }];
        let json = shape(Error::Refused(Refusal { because, step_up: false, ask: None }));
        assert_eq!(json["status"], 403);
        assert_eq!(json["type"], "/problems/refused");
        assert_eq!(json["because"][0]["rule"], "only-leads-export");
        assert!(json.get("step_up").is_none() && json.get("field").is_none());
    }

    #[test]
    fn what_may_not_be_known_has_one_body() {
        assert_eq!(
            serde_json::to_string(&Problem::from(Error::NotFound)).expect("json"),
            serde_json::to_string(&Problem::not_found()).expect("json")
        );
        assert!(shape(Error::NotFound).get("because").is_none());
    }

    #[test]
    fn causes_stay_inside() {
        for error in [
            Error::Internal("SELECT secret FROM t".into()),
            Error::Unavailable("postgres://user:pw@db".into()),
            Error::Tampered { table: "seat", id: "sea_1".into() },
        ] {
            let text = shape(error).to_string();
            for word in ["SELECT", "postgres", "sea_1"] {
                assert!(!text.contains(word), "{text} tells {word}");
            }
        }
    }

    #[test]
    fn statuses_are_those_of_the_contract() {
        let status = |e: Error| Problem::from(e).status().as_u16();
        assert_eq!(status(Error::SignedOut), 401);
        assert_eq!(status(Error::Stale), 412);
        assert_eq!(status(Error::Throttled { retry_after: 7 }), 429);
        assert_eq!(status(Error::Sealed), 503);
        assert_eq!(status(Error::Full), 507);
        assert_eq!(status(Error::TooLarge { limit: 1 }), 413);
        assert_eq!(status(Error::invalid("range", "")), 416);
        assert_eq!(status(Error::conflict("upload.checksum", "")), 460);
        assert_eq!(Problem::precondition_required().status().as_u16(), 428);
        let retry = Problem::from(Error::Sealed).into_response();
        assert!(retry.headers().contains_key(RETRY_AFTER));
    }

    #[test]
    fn every_kind_is_documented_once() {
        let mut names: Vec<_> = TYPES.iter().map(|(name, ..)| name).collect();
        names.dedup();
        assert_eq!(names.len(), TYPES.len());
        for (name, status, ..) in TYPES {
            assert_eq!(Problem::new(name, "").status().as_u16(), *status);
        }
    }
}
