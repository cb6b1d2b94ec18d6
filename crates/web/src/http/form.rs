//! Fields of forms and queries, in the order in which they came; a name may stand several times.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Uri};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::problem::Problem;

/// The most that the fields of one form may weigh.
const LIMIT: usize = 256 * 1024;

/// See the module.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(pub(crate) Vec<(String, String)>);

impl Fields {
    /// Reads `a=1&b=2`.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// The fields of the query.
    #[must_use]
    pub fn of_query(uri: &Uri) -> Self {
        Self::parse(uri.query().unwrap_or_default().as_bytes())
    }

    /// Reads the body of a form.
    ///
    /// # Errors
    /// Another content type, too large, or cut off.
    pub async fn of_body(headers: &HeaderMap, body: Body) -> Result<Self, Problem> {
        let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
            return Err(Problem::new("media-type", "Send the form as application/x-www-form-urlencoded."));
        }
        match Limited::new(body, LIMIT).collect().await {
            Ok(bytes) => Ok(Self::parse(&bytes.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => {
                Err(Problem::new("too-large", "The form is larger than any of ours."))
            }
            Err(_) => Err(Problem::malformed("The form did not arrive whole. Send it again.")),
        }
    }

    /// The first value of a name; nothing where it is empty or absent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }

    /// The first value, trimmed; none where that leaves nothing.
    #[must_use]
    pub fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|v| !v.is_empty())
    }

    /// Every value of a name.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect()
    }

    /// Whether it stands there at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    /// The state that the form was made from.
    #[must_use]
    pub fn etag(&self) -> Option<i64> {
        self.some("etag").and_then(|v| v.parse().ok())
    }
}

/// `a=1&b=2` of what is not empty.
#[must_use]
pub fn query(pairs: &[(&str, &str)]) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs.iter().filter(|(_, v)| !v.is_empty()) {
        out.append_pair(name, value);
    }
    out.finish()
}

/// A path of our own to go back to; anything else leads to the first page.
#[must_use]
pub fn own_path(given: &str) -> &str {
    let ours = given.starts_with('/')
        && !given.contains("//")
        && !given.contains('\\')
        && !given.chars().any(char::is_control)
        && !given.starts_with("/sign-")
        && !given.starts_with("/step-up")
        && given.is_ascii();
    if ours { given } else { "/today" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_stand_several_times() {
        let fields = Fields::parse(b"marks=a&marks=b+c&name=%C3%A9&empty=");
        assert_eq!(fields.all("marks"), ["a", "b c"]);
        assert_eq!(fields.get("name"), "é");
        assert_eq!(fields.some("empty"), None);
        assert!(fields.has("empty") && !fields.has("other"));
    }

    #[test]
    fn the_way_back_is_ours() {
        assert_eq!(own_path("/matters/mat_1?record=rec_1"), "/matters/mat_1?record=rec_1");
        for evil in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/a\r\nSet-Cookie: x",
            "",
            "x",
            "/sign-out",
        ] {
            assert_eq!(own_path(evil), "/today", "{evil:?}");
        }
    }

    #[test]
    fn a_query_leaves_out_what_is_empty() {
        assert_eq!(query(&[("a", "1 2"), ("b", ""), ("c", "&")]), "a=1+2&c=%26");
    }
}
