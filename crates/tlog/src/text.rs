//! The few spellings that every format here shares: decimals, base64, and lines of one hash.
//!
//! Each has exactly one accepted spelling per value, so that no two texts mean the same thing.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::merkle::Hash;

/// An ASCII decimal without sign and without leading zeroes (`0` itself is fine).
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || (!text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()));
    // `parse` refuses the empty string and what does not fit in 64 bits
    if canonical { text.parse().ok() } else { None }
}

/// RFC 4648 section 4, with padding. The engine refuses missing padding and non-zero trailing bits.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// One SHA-256 hash in base64.
pub(crate) fn hash(text: &str) -> Option<Hash> {
    from_base64(text)?.try_into().ok()
}
