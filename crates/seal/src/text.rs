//! Keys as text that a person can type off paper: Crockford's base 32 in groups of five, with a checksum; and the
//! base 32 of RFC 4648 that authenticator programs expect.
//!
//! **What must hold.** A slip of the pen is noticed before it reaches cryptography; `O` reads as 0, `I` and `L`
//! as 1, case, spaces and hyphens do not matter; one value has one canonical text.

use zeroize::{Zeroize, Zeroizing};

use crate::mac::sha256;

#[cfg(test)]
mod tests;

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const RFC_4648: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const CHECKSUM: usize = 4;
const GROUP: usize = 5;

/// The first bytes of the firm's digest: enough to tell whose a sheet of paper is.
pub(crate) type FirmShort = [u8; 4];

pub(crate) fn firm_short(firm: &[u8; 16]) -> FirmShort {
    let [a, b, c, d, ..] = sha256(&[b"strongroom/firm/1\0".as_slice(), firm].concat());
    [a, b, c, d]
}

/// The short form of a firm's id, as printed on shares and kits: seven characters.
pub fn firm_mark(firm: &[u8; 16]) -> String {
    encode(&firm_short(firm), CROCKFORD).to_string()
}

/// Base 32 as RFC 4648 has it, without padding.
pub(crate) fn rfc_4648(bytes: &[u8]) -> Zeroizing<String> {
    encode(bytes, RFC_4648)
}

/// Reads what [`rfc_4648`] writes; case, spaces, hyphens and padding do not matter.
pub(crate) fn read_rfc_4648(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let letters = text.bytes().filter(|byte| !matches!(byte, b' ' | b'-' | b'='));
    decode(letters, |byte| digit(byte.to_ascii_uppercase(), RFC_4648))
}

/// Bytes and their checksum, in Crockford's letters without groups.
pub(crate) fn checked(purpose: &str, bytes: &[u8]) -> Zeroizing<String> {
    let mut all = Zeroizing::new(Vec::with_capacity(bytes.len() + CHECKSUM));
    all.extend_from_slice(bytes);
    all.extend_from_slice(&checksum(purpose, bytes));
    encode(&all, CROCKFORD)
}

/// Bytes and their checksum, in groups of five.
pub(crate) fn grouped(purpose: &str, bytes: &[u8]) -> Zeroizing<String> {
    let letters = checked(purpose, bytes);
    let mut out = Zeroizing::new(String::with_capacity(letters.len() + letters.len() / GROUP));
    for (at, letter) in letters.chars().enumerate() {
        if at > 0 && at % GROUP == 0 {
            out.push('-');
        }
        out.push(letter);
    }
    out
}

/// Reads what [`checked`] or [`grouped`] wrote for the same purpose.
pub(crate) fn read_checked(purpose: &str, text: &str) -> Result<Zeroizing<Vec<u8>>, Slip> {
    let letters = text.bytes().filter(|byte| *byte != b'-' && !byte.is_ascii_whitespace());
    let all = decode(letters, |byte| match byte.to_ascii_uppercase() {
        b'O' => Some(0),
        b'I' | b'L' => Some(1),
        byte => digit(byte, CROCKFORD),
    })
    .ok_or(Slip::Letters)?;
    let (bytes, sum) = all.split_at_checked(all.len().wrapping_sub(CHECKSUM)).ok_or(Slip::Letters)?;
    if sum != checksum(purpose, bytes) {
        return Err(Slip::Checksum);
    }
    Ok(Zeroizing::new(bytes.to_vec()))
}

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slip {
    /// A letter that cannot be, or too few or too many.
    Letters,
    /// All letters can be, but at least one is wrong.
    Checksum,
}

fn checksum(purpose: &str, bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut hasher = crate::mac::Sha256::new();
    for part in [b"strongroom/text/1\0", purpose.as_bytes(), b"\0", bytes] {
        hasher.update(part);
    }
    let [a, b, c, d, ..] = hasher.finish();
    [a, b, c, d]
}

/// The value of a letter, found by looking at all of them, so that the time tells nothing of a secret.
fn digit(letter: u8, alphabet: &[u8; 32]) -> Option<u8> {
    let mut found = None;
    for (value, candidate) in (0_u8..).zip(alphabet) {
        if letter == *candidate {
            found = Some(value);
        }
    }
    found
}

fn encode(bytes: &[u8], alphabet: &[u8; 32]) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(bytes.len() * 8 / 5 + 1));
    let (mut pending, mut bits) = (0_u32, 0);
    let mut put = |value: u32| {
        for (at, letter) in (0_u32..).zip(alphabet) {
            if at == value & 31 {
                out.push(char::from(*letter));
            }
        }
    };
    for byte in bytes {
        pending = (pending & 31) << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            put(pending >> bits);
        }
    }
    if bits > 0 {
        put(pending << (5 - bits));
    }
    out
}

/// Strict: bits left over must be zero, and fewer than a letter's.
fn decode(letters: impl Iterator<Item = u8>, value: impl Fn(u8) -> Option<u8>) -> Option<Zeroizing<Vec<u8>>> {
    const LONGEST: usize = 256;
    let mut out = Zeroizing::new(Vec::with_capacity(LONGEST));
    let (mut pending, mut bits) = (0_u32, 0);
    for letter in letters {
        pending = (pending & 0xff) << 5 | u32::from(value(letter)?);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            if out.len() == LONGEST {
                return None;
            }
            out.push((pending >> bits & 0xff).try_into().ok()?);
        }
    }
    let over = pending & ((1 << bits) - 1);
    let fits = bits < 5 && over == 0;
    pending.zeroize();
    fits.then_some(out)
}
