//! `ETag` and `If-Match` over the version of a row: an edit says which state it was made from.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;
use axum::http::request::Parts;

use super::problem::Problem;

/// The strong entity tag of a row's version.
#[must_use]
pub fn of(version: i64) -> String {
    format!("\"{version}\"")
}

/// The state that an edit was made from; `*` stands for any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub Option<i64>);

impl IfMatch {
    /// Reads the header.
    ///
    /// # Errors
    /// Missing: 428. A tag that is none of ours fits nothing: 412.
    pub fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let Some(value) = headers.get(IF_MATCH) else { return Err(Problem::precondition_required()) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
        inner.and_then(|t| t.parse().ok()).map(|v| Self(Some(v))).ok_or_else(Problem::stale)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::read(&parts.headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderValue, StatusCode};

    fn read(value: &'static str) -> Result<IfMatch, StatusCode> {
        let mut map = HeaderMap::new();
        map.insert(IF_MATCH, HeaderValue::from_static(value));
        IfMatch::read(&map).map_err(|p| p.status())
    }

    #[test]
    fn tags_come_back_as_versions() {
        assert_eq!(read("\"7\""), Ok(IfMatch(Some(7))));
        assert_eq!(read("*"), Ok(IfMatch(None)));
        for odd in ["7", "W/\"7\"", "\"x\"", "\"\"", "\"7\", \"8\""] {
            assert_eq!(read(odd), Err(StatusCode::PRECONDITION_FAILED), "{odd}");
        }
        assert_eq!(
            IfMatch::read(&HeaderMap::new()).map_err(|p| p.status()),
            Err(StatusCode::PRECONDITION_REQUIRED)
        );
        assert_eq!(of(7), "\"7\"");
    }
}
