//! Cookies, read and written by hand: few, all of them `__Host-`, all of them ours.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

/// The signed-in session.
pub const SESSION: &str = "__Host-session";
/// What a form of someone who is not signed in is bound to.
pub const STRANGER: &str = "__Host-csrf";
/// Between password and code.
pub const HALFWAY: &str = "__Host-halfway";
/// The client that is being presented.
pub const PRESENT: &str = "__Host-present";
/// What was done, to be said on the next page.
pub const FLASH: &str = "__Host-flash";
/// Light or dark.
pub const THEME: &str = "__Host-theme";

/// The value of a cookie; none where it is absent or stands twice with different values.
#[must_use]
pub fn read<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut found = None;
    for header in headers.get_all(COOKIE) {
        let Ok(text) = header.to_str() else { continue };
        for pair in text.split(';') {
            let Some((key, value)) = pair.trim().split_once('=') else { continue };
            if key != name {
                continue;
            }
            if found.is_some_and(|f| f != value) {
                return None;
            }
            found = Some(value);
        }
    }
    found.filter(|v| !v.is_empty())
}

/// A `Set-Cookie` that lasts as long as the browser's own session.
#[must_use]
pub fn set(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Strict")
}

/// As [`set`], for a number of seconds.
#[must_use]
pub fn set_for(name: &str, value: &str, seconds: u64) -> String {
    format!("{}; Max-Age={seconds}", set(name, value))
}

/// A `Set-Cookie` that takes the cookie away.
#[must_use]
pub fn clear(name: &str) -> String {
    set_for(name, "", 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for line in lines {
            map.append(COOKIE, HeaderValue::from_static(line));
        }
        map
    }

    #[test]
    fn one_cookie_is_found_among_others() {
        let map = headers(&["a=1; __Host-session=s3cret;b=2"]);
        assert_eq!(read(&map, SESSION), Some("s3cret"));
        assert_eq!(read(&map, "session"), None);
        assert_eq!(read(&map, "a"), Some("1"));
    }

    #[test]
    fn two_different_values_are_none() {
        let map = headers(&["__Host-session=a; __Host-session=b"]);
        assert_eq!(read(&map, SESSION), None, "a cookie planted beside ours must not be chosen");
        assert_eq!(read(&headers(&["__Host-session=a", "__Host-session=a"]), SESSION), Some("a"));
        assert_eq!(read(&headers(&["__Host-session="]), SESSION), None);
    }

    #[test]
    fn what_is_set_is_strict_and_secure() {
        let line = set(SESSION, "v");
        for word in ["__Host-session=v", "Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
            assert!(line.contains(word), "{line} lacks {word}");
        }
        assert!(!line.contains("Domain"), "a __Host- cookie has no domain");
        assert!(clear(SESSION).ends_with("Max-Age=0"));
    }
}
