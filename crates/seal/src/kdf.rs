//! HKDF-Expand-SHA-512 (RFC 5869) and the encoding of contexts.
//!
//! Each use of a key has its own `info` prefix, and no prefix is the beginning of another, so that no two uses
//! can ever compute the same bytes.

use aws_lc_rs::hkdf::{HKDF_SHA512, KeyType, Prk};
use aws_lc_rs::hmac;

use crate::secret::{Key, wipe_below};

/// Joins parts so that no two different lists give the same bytes: each part is preceded by its length as four
/// bytes, big endian. (Reading a length, then that many bytes, is the only way to take the result apart.)
pub fn context(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(parts.iter().map(|part| part.len() + 4).sum());
    for part in parts {
        out.extend_from_slice(&prefix(part));
        out.extend_from_slice(part);
    }
    out
}

/// The length of a part, as `context` writes it.
pub(crate) fn prefix(part: &[u8]) -> [u8; 4] {
    sure(u32::try_from(part.len())).to_be_bytes()
}

/// HKDF-Expand with the key as pseudorandom key.
pub(crate) fn expand(key: &Key, info: &[&[u8]], out: &mut [u8]) {
    expand_alone(key, info, out);
    wipe_below();
}

/// In a frame of its own, which is wiped once it is left.
#[inline(never)]
fn expand_alone(key: &Key, info: &[&[u8]], out: &mut [u8]) {
    let prk = Prk::new_less_safe(HKDF_SHA512, key.expose());
    sure(sure(prk.expand(info, Length(out.len()))).fill(out));
}

/// A key out of two, neither of which alone tells anything of it: HKDF with `salt` as salt, `secret` as input.
pub(crate) fn combine(salt: &Key, secret: &Key, info: &[&[u8]]) -> Key {
    let key = combine_alone(salt, secret, info);
    wipe_below();
    key
}

#[inline(never)]
fn combine_alone(salt: &Key, secret: &Key, info: &[&[u8]]) -> Key {
    // HKDF-Extract by its definition: the library's own keeps the salt, which is a secret here, in memory that it
    // does not wipe
    let extracted = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA512, salt.expose()), secret.expose());
    let prk = Prk::new_less_safe(HKDF_SHA512, extracted.as_ref());
    Key::filled_by(|out| sure(sure(prk.expand(info, Length(out.len()))).fill(out)))
}

/// Takes the value of a call that can fail only if the library is broken or memory has run out. To go on would
/// mean sealing under a wrong key, to report it would put an error that nobody can act on into every signature.
pub(crate) fn sure<T, E>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|_| std::process::abort())
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}
