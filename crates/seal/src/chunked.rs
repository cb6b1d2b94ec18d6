//! The one format in which everything is sealed: <https://c2sp.org/chunked-encryption>, Cobblestone-256
//! (AES-256-GCM, HKDF-Expand-SHA-512). Salt (24) and commitment (32), then chunks of 16 KiB, each with its
//! tag (16); the last chunk is shorter than the others, perhaps empty, which is how truncation is noticed.
//!
//! **What must hold.** A salt is never used twice with one key: [`seal`] draws it, and whoever calls
//! [`Encryptor::begin`] answers for it. Nothing is given out before its tag was checked, nothing at all before
//! the commitment was. A sealed message opens under one key and one context only.
//!
//! Every chunk can be opened alone, so a range read fetches what [`Span`] names and no more.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use zeroize::{Zeroize, Zeroizing};

use crate::entropy::{Entropy, bytes};
use crate::kdf::{expand, sure};
use crate::secret::{Clear, Key, wipe_below};

mod open;
mod span;
#[cfg(test)]
mod tests;

pub use open::{Decryptor, OpenError, Opener};
pub use span::Span;

/// Plaintext bytes in every chunk but the last.
pub const CHUNK: usize = 16 * 1024;
/// Bytes before the first chunk: salt and commitment.
pub const HEADER: usize = SALT + COMMITMENT;
/// Bytes that each chunk grows by.
pub const TAG: usize = 16;
/// Bytes of salt.
pub const SALT: usize = 24;

const COMMITMENT: usize = 32;
const NONCE: usize = 12;
/// The format ends at 4 PiB.
const MAX_CHUNKS: u64 = 1 << 38;

/// Seals a whole message under a fresh salt.
pub fn seal(key: &Key, context: &[u8], entropy: &dyn Entropy, plain: &[u8]) -> Vec<u8> {
    let (aead, header) = Aead::begin(key, context, bytes(entropy));
    let mut out = Vec::with_capacity(HEADER + plain.len() + (plain.len() / CHUNK + 1) * TAG);
    out.extend_from_slice(&header);
    let mut chunks = plain.chunks_exact(CHUNK);
    let mut index = 0;
    for chunk in &mut chunks {
        aead.seal(index, chunk, &mut out);
        index += 1;
    }
    aead.seal(index, chunks.remainder(), &mut out);
    out
}

/// Opens a whole message.
pub fn open(key: &Key, context: &[u8], sealed: &[u8]) -> Result<Clear, OpenError> {
    let length = plaintext_len(sealed.len() as u64)?;
    let (header, body) = sealed.split_at_checked(HEADER).ok_or(OpenError::Truncated)?;
    let opener = Opener::new(key, context, header)?;
    // The whole size at once: growing would leave plaintext behind in freed memory.
    let length = usize::try_from(length).map_err(|_| OpenError::TooLong)?;
    let mut out = Clear::new(Vec::with_capacity(length));
    let mut chunks = body.chunks_exact(CHUNK + TAG);
    let mut index = 0;
    for chunk in &mut chunks {
        opener.open_chunk_into(index, false, chunk, out.buffer())?;
        index += 1;
    }
    opener.open_chunk_into(index, true, chunks.remainder(), out.buffer())?;
    Ok(out)
}

/// How long a message is once sealed.
pub fn ciphertext_len(plain: u64) -> u64 {
    let tags = (plain / CHUNK as u64 + 1).saturating_mul(TAG as u64);
    plain.saturating_add(tags).saturating_add(HEADER as u64)
}

/// How long a sealed message is once opened; an error if no message has that length.
pub fn plaintext_len(cipher: u64) -> Result<u64, OpenError> {
    let body = cipher.checked_sub(HEADER as u64).ok_or(OpenError::Truncated)?;
    let sealed_chunk = (CHUNK + TAG) as u64;
    let (full, last) = (body / sealed_chunk, body % sealed_chunk);
    if full >= MAX_CHUNKS {
        return Err(OpenError::TooLong);
    }
    last.checked_sub(TAG as u64).map(|rest| full * CHUNK as u64 + rest).ok_or(OpenError::Truncated)
}

/// Seals a message piece by piece, in the memory of one chunk.
pub struct Encryptor {
    aead: Aead,
    index: u64,
    rest: Zeroizing<Vec<u8>>,
}

impl Encryptor {
    /// Begins a message. The header goes in front of everything that follows. The salt must be new for this
    /// key: random, or never used by construction.
    pub fn begin(key: &Key, context: &[u8], salt: [u8; SALT]) -> (Self, [u8; HEADER]) {
        let (aead, header) = Aead::begin(key, context, salt);
        (Self { aead, index: 0, rest: Zeroizing::new(Vec::new()) }, header)
    }

    /// Takes more of the message, and appends to `out` the chunks that are thereby full. Past 4 PiB, where the
    /// format ends, the process does too.
    pub fn push(&mut self, mut data: &[u8], out: &mut Vec<u8>) {
        out.reserve((self.rest.len() + data.len()) / CHUNK * (CHUNK + TAG));
        if !self.rest.is_empty() {
            let (head, tail) = data.split_at((CHUNK - self.rest.len()).min(data.len()));
            self.rest.extend_from_slice(head);
            if self.rest.len() < CHUNK {
                return;
            }
            self.aead.seal(self.index, &self.rest, out);
            self.index += 1;
            self.rest.clear();
            data = tail;
        }
        let mut chunks = data.chunks_exact(CHUNK);
        for chunk in &mut chunks {
            self.aead.seal(self.index, chunk, out);
            self.index += 1;
        }
        if !chunks.remainder().is_empty() {
            self.rest.reserve_exact(CHUNK);
            self.rest.extend_from_slice(chunks.remainder());
        }
    }

    /// Ends the message: appends the last chunk.
    pub fn finish(self, out: &mut Vec<u8>) {
        self.aead.seal(self.index, &self.rest, out);
    }
}

/// The derived key and base nonce of one message.
struct Aead {
    key: LessSafeKey,
    base: [u8; NONCE],
}

impl Aead {
    fn begin(key: &Key, context: &[u8], salt: [u8; SALT]) -> (Self, [u8; HEADER]) {
        let (aead, commitment) = Self::derive(key, context, &salt);
        let mut header = [0; HEADER];
        let (front, back) = header.split_at_mut(SALT);
        front.copy_from_slice(&salt);
        back.copy_from_slice(&commitment);
        (aead, header)
    }

    fn derive(key: &Key, context: &[u8], salt: &[u8; SALT]) -> (Self, [u8; COMMITMENT]) {
        let derived = Self::derive_alone(key, context, salt);
        wipe_below();
        derived
    }

    #[inline(never)]
    fn derive_alone(key: &Key, context: &[u8], salt: &[u8; SALT]) -> (Self, [u8; COMMITMENT]) {
        let mut derived = [0; 32 + NONCE + COMMITMENT];
        expand(key, &[b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0", salt, context], &mut derived);
        let (aead_key, rest) = derived.split_at(32);
        let (nonce, tail) = rest.split_at(NONCE);
        let key = LessSafeKey::new(sure(UnboundKey::new(&AES_256_GCM, aead_key)));
        let (mut base, mut commitment) = ([0; NONCE], [0; COMMITMENT]);
        base.copy_from_slice(nonce);
        commitment.copy_from_slice(tail);
        derived.zeroize();
        (Self { key, base }, commitment)
    }

    fn nonce(&self, index: u64) -> Nonce {
        let mut nonce = self.base;
        for (byte, count) in nonce.iter_mut().rev().zip(index.to_le_bytes()) {
            *byte ^= count;
        }
        Nonce::assume_unique_for_key(nonce)
    }

    /// Appends a sealed chunk to `out`, straight from the plaintext: `out` never holds any of it.
    fn seal(&self, index: u64, plain: &[u8], out: &mut Vec<u8>) {
        if index >= MAX_CHUNKS {
            std::process::abort();
        }
        let start = out.len();
        out.resize(start + plain.len() + TAG, 0);
        let (body, tag) = out.split_at_mut(start).1.split_at_mut(plain.len());
        sure(self.key.seal_out_of_place_scatter(self.nonce(index), Aad::empty(), plain, body, &[], tag));
    }
}
