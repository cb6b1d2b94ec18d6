//! `Range`, `If-Range`, `If-None-Match`, `If-Match`: the parts of RFC 9110 that content and edits need.

use axum::http::HeaderMap;
use axum::http::header::{IF_NONE_MATCH, IF_RANGE, RANGE};

/// What part of the content is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// All of it.
    Whole,
    /// From the first to the last byte, both included; the last lies within the content.
    Part(u64, u64),
    /// Nothing that exists: 416.
    Beyond,
}

/// What the request asks of content of `size` bytes with the strong entity tag `etag`. Several ranges, or
/// a header that is none, are answered with the whole, as the standard allows.
#[must_use]
pub fn asked(headers: &HeaderMap, size: u64, etag: &str) -> Asked {
    let Some(range) = headers.get(RANGE).and_then(|v| v.to_str().ok()) else { return Asked::Whole };
    // the part is wanted only while the content is still the same; dates are never strong enough
    if headers.get(IF_RANGE).is_some_and(|v| v.as_bytes() != etag.as_bytes()) {
        return Asked::Whole;
    }
    let Some(spec) = range.trim().strip_prefix("bytes=") else { return Asked::Whole };
    if spec.contains(',') {
        return Asked::Whole;
    }
    let Some((first, last)) = spec.trim().split_once('-') else { return Asked::Whole };
    match (number(first), number(last)) {
        (Number::None, Number::Of(0)) => Asked::Beyond,
        (Number::None, Number::Of(suffix)) if size > 0 => Asked::Part(size.saturating_sub(suffix), size - 1),
        (Number::None, Number::Of(_)) => Asked::Beyond,
        (Number::Of(first), Number::Of(last)) if last < first => Asked::Whole,
        (Number::Of(first), _) if first >= size => Asked::Beyond,
        (Number::Of(first), Number::Of(last)) => Asked::Part(first, last.min(size - 1)),
        (Number::Of(first), Number::None) => Asked::Part(first, size - 1),
        _ => Asked::Whole,
    }
}

enum Number {
    None,
    Of(u64),
    Wrong,
}

fn number(text: &str) -> Number {
    if text.is_empty() {
        return Number::None;
    }
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Number::Wrong;
    }
    // a number larger than any file is only that
    Number::Of(text.parse().unwrap_or(u64::MAX))
}

/// Whether the client has this content already.
#[must_use]
pub fn has_already(headers: &HeaderMap, etag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .any(|tag| tag.trim() == "*" || opaque(tag) == etag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn with(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().fold(HeaderMap::new(), |mut map, (k, v)| {
            map.insert(k, HeaderValue::from_static(v));
            map
        })
    }

    fn of(range: &'static str, size: u64) -> Asked {
        asked(&with(&[(RANGE, range)]), size, "\"e\"")
    }

    #[test]
    fn ranges_as_the_standard_has_them() {
        assert_eq!(of("bytes=0-99", 1000), Asked::Part(0, 99));
        assert_eq!(of("bytes=900-", 1000), Asked::Part(900, 999));
        assert_eq!(of("bytes=-100", 1000), Asked::Part(900, 999));
        assert_eq!(of("bytes=-5000", 1000), Asked::Part(0, 999));
        assert_eq!(of("bytes=0-5000", 1000), Asked::Part(0, 999));
        assert_eq!(of("bytes=999-999", 1000), Asked::Part(999, 999));
        assert_eq!(of("bytes=0-99999999999999999999999", 10), Asked::Part(0, 9));
    }

    #[test]
    fn beyond_the_end_is_said() {
        assert_eq!(of("bytes=1000-", 1000), Asked::Beyond);
        assert_eq!(of("bytes=-0", 1000), Asked::Beyond);
        assert_eq!(of("bytes=0-0", 0), Asked::Beyond);
        assert_eq!(of("bytes=-1", 0), Asked::Beyond);
        assert_eq!(of("bytes=99999999999999999999999-", 10), Asked::Beyond);
    }

    #[test]
    fn what_is_no_single_range_is_answered_whole() {
        for odd in
            ["bytes=0-1,3-4", "bytes=", "bytes=a-b", "bytes=5-3", "lines=1-2", "0-1", "bytes=-", "bytes=+1-2"]
        {
            assert_eq!(asked(&with(&[(RANGE, odd)]), 100, "\"e\""), Asked::Whole, "{odd}");
        }
        assert_eq!(asked(&HeaderMap::new(), 100, "\"e\""), Asked::Whole);
    }

    #[test]
    fn if_range_holds_only_for_the_same_content() {
        let ask = |tag| asked(&with(&[(RANGE, "bytes=0-1"), (IF_RANGE, tag)]), 10, "\"e\"");
        assert_eq!(ask("\"e\""), Asked::Part(0, 1));
        assert_eq!(ask("\"f\""), Asked::Whole);
        assert_eq!(ask("W/\"e\""), Asked::Whole);
        assert_eq!(ask("Sat, 21 Nov 2026 14:05:09 GMT"), Asked::Whole);
    }

    #[test]
    fn if_none_match_knows_lists_and_weak_tags() {
        let has = |tags| has_already(&with(&[(IF_NONE_MATCH, tags)]), "\"e\"");
        assert!(has("\"e\"") && has("\"a\", W/\"e\"") && has("*"));
        assert!(!has("\"a\"") && !has("e"));
    }
}
