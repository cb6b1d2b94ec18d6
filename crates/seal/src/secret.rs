//! The containers of what must not leak: [`Key`], [`Secret`], [`Clear`].
//!
//! A key lies behind a pointer: whatever moves it about, in a future, a closure or a thread's answer, moves the
//! pointer, and the bytes are in one place that is wiped. (A moved array leaves its old bytes behind; a memory dump of
//! the sealed server shows them.)
//!
//! None of them has `Debug`, `Display`, `Clone`, `PartialEq` or a serialised form, so that none can be logged,
//! copied, compared in variable time or stored by accident; all are wiped when dropped. To read one is a word
//! (`expose`, `as_slice`) that a reviewer can search for.

use zeroize::{Zeroize, Zeroizing, optimization_barrier};

use crate::entropy::Entropy;
use crate::kdf::expand;

#[cfg(test)]
mod tests;

/// 256 bits from which other keys are derived, or with which something is sealed.
pub struct Key(Box<[u8; 32]>);

impl Drop for Key {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
    }
}

impl Key {
    /// A key of known bytes. They must be uniformly random: never a password, never an id. The array may leave
    /// copies on its way here: a secret that was read from somewhere comes in by [`Key::read`].
    pub fn from_bytes(mut bytes: [u8; 32]) -> Self {
        let key = Self::filled_by(|out| out.copy_from_slice(&bytes));
        bytes.zeroize();
        key
    }

    /// The key that these 32 bytes are; `None` if they are more or fewer. The caller wipes them.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == 32).then(|| Self::filled_by(|out| out.copy_from_slice(bytes)))
    }

    /// A new random key.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self::filled_by(|out| entropy.fill(out))
    }

    /// The bytes themselves.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// A second copy, spelt out because each copy is one more thing to lose.
    pub fn duplicate(&self) -> Self {
        Self::filled_by(|out| out.copy_from_slice(self.0.as_slice()))
    }

    /// The key for one named use. Different labels give keys that tell nothing of each other or of this one.
    pub fn derive(&self, label: &str) -> Self {
        Self::filled_by(|out| expand(self, &[b"strongroom/derive/1\0", label.as_bytes()], out))
    }

    /// Builds a key in place.
    pub(crate) fn filled_by(fill: impl FnOnce(&mut [u8; 32])) -> Self {
        let mut key = Self(Box::new([0; 32]));
        fill(&mut key.0);
        key
    }
}

/// Overwrites the stack below the caller, where the functions that it called have left their copies of a key.
#[inline(never)]
pub(crate) fn wipe_below() {
    let below = [0_u8; 8192];
    optimization_barrier(&below);
}

/// Any other value that is wiped when dropped and read only by name: a passphrase, a TOTP secret.
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes the value over.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Plaintext that was sealed a moment ago and is wiped when dropped.
pub struct Clear(Vec<u8>);

impl Clear {
    /// Takes plaintext over. Its spare capacity is wiped with it.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes themselves.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes, to append to within their capacity.
    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }

    /// The bytes as a vector that is still wiped when dropped.
    pub fn into_vec(mut self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(std::mem::take(&mut self.0))
    }

    /// The text, if it is UTF-8; if not, the bytes are wiped.
    pub fn into_string(mut self) -> Option<Zeroizing<String>> {
        match String::from_utf8(std::mem::take(&mut self.0)) {
            Ok(text) => Some(Zeroizing::new(text)),
            Err(error) => {
                error.into_bytes().zeroize();
                None
            }
        }
    }
}

impl Drop for Clear {
    /// Wipes with one fill, which the barrier keeps from being left out: byte by byte, as `Vec::zeroize` does, would
    /// take longer than decrypting.
    fn drop(&mut self) {
        self.0.clear();
        self.0.resize(self.0.capacity(), 0);
        optimization_barrier(self.0.as_slice());
    }
}
