//! Forms come from our own pages: a token derived from the secret of the session (or, before sign-in, of a
//! cookie of the browser), and the browser's own word about where the request came from.

use aws_lc_rs::{hmac, rand};
use axum::http::{HeaderMap, Method};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

/// The header in which scripts send the token.
pub const HEADER: &str = "x-csrf-token";

/// The token that belongs to a secret of the browser.
#[must_use]
pub fn token(secret: &str) -> String {
    derived(secret, b"strongroom csrf v1")
}

/// A value bound to a secret of the browser for one purpose.
#[must_use]
pub fn derived(secret: &str, purpose: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, purpose))
}

/// Whether `given` is the token of `secret`.
#[must_use]
pub fn fits(secret: &str, given: &str) -> bool {
    same(&token(secret), given)
}

/// Compares without telling where two texts begin to differ.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    bool::from(a.as_bytes().ct_eq(b.as_bytes()))
}

/// A fresh secret for the cookie of a browser that is not signed in.
#[must_use]
pub fn fresh() -> Option<String> {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes).ok()?;
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether the browser says that the request comes from our own pages. A client that sends neither header
/// is no browser of today; the token decides then.
#[must_use]
pub fn own_page(method: &Method, headers: &HeaderMap) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    match text("origin") {
        None => true,
        Some(origin) => {
            let host = text("host").unwrap_or_default();
            let named = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            named.is_some_and(|named| !host.is_empty() && named.eq_ignore_ascii_case(host))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn from(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().fold(HeaderMap::new(), |mut map, (k, v)| {
            map.insert(*k, HeaderValue::from_static(v));
            map
        })
    }

    #[test]
    fn a_token_fits_its_own_secret_only() {
        assert!(fits("secret-a", &token("secret-a")));
        assert!(!fits("secret-b", &token("secret-a")));
        assert!(!fits("secret-a", ""));
        assert_ne!(token("secret-a"), "secret-a", "the page must not carry the cookie's own value");
        assert_ne!(token("s"), derived("s", b"present"));
    }

    #[test]
    fn another_site_is_turned_away() {
        let post = Method::POST;
        assert!(own_page(&post, &from(&[("host", "firm.example"), ("origin", "https://firm.example")])));
        assert!(!own_page(&post, &from(&[("host", "firm.example"), ("origin", "https://evil.example")])));
        assert!(!own_page(&post, &from(&[("host", "firm.example"), ("origin", "null")])));
        assert!(!own_page(&post, &from(&[("sec-fetch-site", "cross-site")])));
        assert!(!own_page(&post, &from(&[("sec-fetch-site", "same-site")])));
        assert!(own_page(&post, &from(&[("sec-fetch-site", "same-origin")])));
        assert!(own_page(&post, &from(&[])));
        assert!(
            own_page(&Method::GET, &from(&[("sec-fetch-site", "cross-site")])),
            "links may come from anywhere"
        );
    }

    #[test]
    fn fresh_secrets_differ() {
        assert_ne!(fresh(), fresh());
    }
}
