//! The headers of tus 1.0: metadata, lengths, checksums.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::problem::Problem;

/// The one version that we speak.
pub const VERSION: &str = "1.0.0";
/// What we do beside the core.
pub const EXTENSIONS: &str = "creation,creation-with-upload,termination,checksum,expiration";
/// The checksums that we hold.
pub const CHECKSUMS: &str = "sha1,sha256";

/// A checksum that the bytes of one request must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// SHA-1: for old clients; it guards against accidents only.
    Sha1(Vec<u8>),
    /// SHA-256.
    Sha256(Vec<u8>),
}

/// Reads `Upload-Metadata`: `key base64, key base64, key`.
///
/// # Errors
/// Not of that shape, or a value that is no text.
pub fn metadata(headers: &HeaderMap) -> Result<BTreeMap<String, String>, Problem> {
    let Some(value) = headers.get("upload-metadata") else { return Ok(BTreeMap::new()) };
    let wrong = || Problem::malformed("Upload-Metadata is a list of keys, each with its value in base64.");
    let text = value.to_str().map_err(|_| wrong())?;
    let mut found = BTreeMap::new();
    for pair in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let (key, encoded) = pair.split_once(' ').unwrap_or((pair, ""));
        let bytes = STANDARD.decode(encoded.trim()).map_err(|_| wrong())?;
        let value = String::from_utf8(bytes).map_err(|_| wrong())?;
        if found.insert(key.to_owned(), value).is_some() {
            return Err(wrong());
        }
    }
    Ok(found)
}

/// Reads a header that is a number.
///
/// # Errors
/// Missing, or no number.
pub fn number(headers: &HeaderMap, name: &'static str) -> Result<u64, Problem> {
    let wrong = || Problem::malformed(format!("{name} is needed, and is a number."));
    let text = headers.get(name).and_then(|v| v.to_str().ok()).ok_or_else(wrong)?;
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong());
    }
    text.parse().map_err(|_| wrong())
}

/// Reads `Upload-Checksum`: an algorithm and the sum in base64.
///
/// # Errors
/// Another algorithm, or a sum of another length.
pub fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, Problem> {
    let Some(value) = headers.get("upload-checksum") else { return Ok(None) };
    let wrong = || Problem::malformed("Upload-Checksum is sha1 or sha256, and the sum in base64.");
    let text = value.to_str().map_err(|_| wrong())?;
    let (algorithm, encoded) = text.split_once(' ').ok_or_else(wrong)?;
    let sum = STANDARD.decode(encoded.trim()).map_err(|_| wrong())?;
    match (algorithm, sum.len()) {
        ("sha1", 20) => Ok(Some(Checksum::Sha1(sum))),
        ("sha256", 32) => Ok(Some(Checksum::Sha256(sum))),
        _ => Err(wrong()),
    }
}

/// The version of the request is ours.
///
/// # Errors
/// It is another: 412, as tus has it.
pub fn version(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get("tus-resumable").map(|v| v.as_bytes()) {
        Some(v) if v == VERSION.as_bytes() => Ok(()),
        _ => Err(Problem::new("stale", "Tus-Resumable: 1.0.0 is the version that this server speaks.")),
    }
}

/// The time at which an upload ends, as `Upload-Expires` has it.
#[must_use]
pub fn http_date(at_micros: i64) -> String {
    let at = jiff::Timestamp::from_microsecond(at_micros).unwrap_or_default();
    at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn with(name: &'static str, value: &'static str) -> HeaderMap {
        let mut map = HeaderMap::new();
        map.insert(name, HeaderValue::from_static(value));
        map
    }

    #[test]
    fn metadata_is_a_list_of_keys() {
        let found =
            metadata(&with("upload-metadata", "filename ZmlsZS5wZGY=,matter_id bWF0XzE=, is_private"))
                .expect("fits");
        assert_eq!(found.get("filename").map(String::as_str), Some("file.pdf"));
        assert_eq!(found.get("matter_id").map(String::as_str), Some("mat_1"));
        assert_eq!(found.get("is_private").map(String::as_str), Some(""));
        for odd in ["filename !!!", "filename ZmlsZS5wZGY=,filename ZmlsZS5wZGY=", "a gICA"] {
            assert!(metadata(&with("upload-metadata", odd)).is_err(), "{odd}");
        }
        assert!(metadata(&HeaderMap::new()).expect("none").is_empty());
    }

    #[test]
    fn numbers_are_digits() {
        assert_eq!(number(&with("upload-length", "42"), "upload-length").ok(), Some(42));
        for odd in ["", "-1", "+1", "1e3", "0x10", "99999999999999999999999"] {
            let mut map = HeaderMap::new();
            map.insert("upload-length", HeaderValue::from_str(odd).expect("header"));
            assert!(number(&map, "upload-length").is_err(), "{odd}");
        }
    }

    #[test]
    fn checksums_have_their_length() {
        let sum = with("upload-checksum", "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=");
        assert!(matches!(checksum(&sum), Ok(Some(Checksum::Sha1(s))) if s.len() == 20));
        assert!(checksum(&with("upload-checksum", "md5 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")).is_err());
        assert!(checksum(&with("upload-checksum", "sha256 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")).is_err());
        assert!(matches!(checksum(&HeaderMap::new()), Ok(None)));
    }

    #[test]
    fn another_version_is_refused() {
        assert!(version(&with("tus-resumable", "1.0.0")).is_ok());
        assert_eq!(version(&with("tus-resumable", "0.2.2")).map_err(|p| p.status().as_u16()), Err(412));
        assert_eq!(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
