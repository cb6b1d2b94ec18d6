//! Keyed and unkeyed digests: MACs over rows, blind indexes over names, SHA-256.
//!
//! **What must hold.** Parts and label are length-prefixed, so that moving a byte from one part to the next makes
//! another MAC; MAC and blind index never agree on any input; comparison takes the same time wherever the first
//! difference lies.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::{digest, hmac};

use crate::kdf::prefix;
use crate::secret::{Key, wipe_below};

#[cfg(test)]
mod tests;

/// A key made ready for many MACs.
pub struct Macs(Box<hmac::Key>);

impl Macs {
    /// Prepares the key.
    pub fn new(key: &Key) -> Self {
        let macs = Self::alone(key);
        wipe_below();
        macs
    }

    /// Behind a pointer, as [`Key`] is, and in a frame that is wiped.
    #[inline(never)]
    fn alone(key: &Key) -> Self {
        Self(Box::new(hmac::Key::new(hmac::HMAC_SHA256, key.expose())))
    }

    /// HMAC-SHA-256 over label and parts.
    pub fn mac(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        self.over(b"strongroom/mac/1\0", label, parts)
    }

    /// Whether the MAC is the one of label and parts.
    pub fn verify(&self, label: &str, parts: &[&[u8]], mac: &[u8]) -> bool {
        verify_slices_are_equal(&self.mac(label, parts), mac).is_ok()
    }

    /// Sixteen bytes by which equal texts can be found, and nothing told of them without the key. The caller
    /// brings the text into one form first (case, spaces, Unicode).
    pub fn blind_index(&self, label: &str, text: &str) -> [u8; 16] {
        let full = self.over(b"strongroom/blind-index/1\0", label, &[text.as_bytes()]);
        let mut out = [0; 16];
        out.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        out
    }

    fn over(&self, domain: &[u8], label: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(domain);
        for part in std::iter::once(&label.as_bytes()).chain(parts) {
            context.update(&prefix(part));
            context.update(part);
        }
        let mut out = [0; 32];
        out.copy_from_slice(context.sign().as_ref());
        out
    }
}

/// HMAC-SHA-256 over label and parts.
pub fn mac(key: &Key, label: &str, parts: &[&[u8]]) -> [u8; 32] {
    Macs::new(key).mac(label, parts)
}

/// Whether the MAC is the one of label and parts, in constant time.
pub fn verify(key: &Key, label: &str, parts: &[&[u8]], mac: &[u8]) -> bool {
    Macs::new(key).verify(label, parts, mac)
}

/// See [`Macs::blind_index`].
pub fn blind_index(key: &Key, label: &str, text: &str) -> [u8; 16] {
    Macs::new(key).blind_index(label, text)
}

/// SHA-256 of all the bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(bytes);
    hasher.finish()
}

/// SHA-256, piece by piece.
#[derive(Clone)]
pub struct Sha256(digest::Context);

impl Sha256 {
    /// Begins with nothing.
    pub fn new() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }

    /// Takes more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all of them.
    pub fn finish(self) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(self.0.finish().as_ref());
        out
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}
