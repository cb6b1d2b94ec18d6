//! One-time codes of authenticator programs: RFC 6238 over RFC 4226, SHA-1, six digits, thirty seconds: the one
//! form that all of them know.
//!
//! **What must hold.** Every step of the window is computed and compared whichever fits, in constant time. A code
//! is good once: the caller stores the step that [`verify`] returns and refuses that step and any before it.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::entropy::{Entropy, bytes};
use crate::secret::Secret;
use crate::text::{read_rfc_4648, rfc_4648};

#[cfg(test)]
mod tests;

/// Seconds that a code is shown.
pub const PERIOD: u64 = 30;

/// What server and authenticator share.
pub type TotpSecret = Secret<Vec<u8>>;

/// A new secret of 160 bits, as RFC 4226 asks.
pub fn generate(entropy: &dyn Entropy) -> TotpSecret {
    Secret::new(bytes::<20>(entropy).to_vec())
}

/// The step whose code it is, among those at most `window` away from now; `None` if it is none's.
pub fn verify(secret: &TotpSecret, code: &str, unix_time: u64, window: u64) -> Option<u64> {
    let now = unix_time / PERIOD;
    let mut found = None;
    for step in now.saturating_sub(window)..=now.saturating_add(window) {
        if verify_slices_are_equal(code_at(secret, step).as_bytes(), code.as_bytes()).is_ok() {
            found = Some(step);
        }
    }
    found
}

/// The code of a step, six digits.
pub fn code_at(secret: &TotpSecret, step: u64) -> Zeroizing<String> {
    Zeroizing::new(format!("{:06}", truncated(secret.expose(), step) % 1_000_000))
}

/// The secret as a person types it.
pub fn base32(secret: &TotpSecret) -> Zeroizing<String> {
    rfc_4648(secret.expose())
}

/// Reads what [`base32`] writes, in groups or not.
pub fn from_base32(text: &str) -> Option<TotpSecret> {
    read_rfc_4648(text)
        .filter(|bytes| !bytes.is_empty())
        .map(|mut bytes| Secret::new(std::mem::take(&mut *bytes)))
}

/// The address that an authenticator reads from a QR code.
pub fn uri(issuer: &str, account: &str, secret: &TotpSecret) -> Zeroizing<String> {
    let (issuer, account) = (escaped(issuer), escaped(account));
    Zeroizing::new(format!(
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period={PERIOD}",
        base32(secret).as_str()
    ))
}

/// RFC 4226, section 5.3: four bytes of the MAC, from a place that its last digit names, without the sign.
fn truncated(secret: &[u8], step: u64) -> u32 {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let place = tag.as_ref().last().map_or(0, |byte| usize::from(byte & 15));
    let four = tag.as_ref().iter().skip(place).take(4);
    four.fold(0, |value: u32, byte| value << 8 | u32::from(*byte)) & 0x7fff_ffff
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
