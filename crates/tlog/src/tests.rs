//! Properties against RFC 6962 written down naively, the formats' examples and refusals, and (where the
//! corpus is present) the published vectors.

mod formats;
mod tree;
mod vectors;
mod witness;

use ed25519_dalek::{Signer as _, SigningKey};

use crate::note::Signer;

/// A signing key for tests, made from one byte.
struct TestKey(SigningKey);

impl TestKey {
    fn new(seed: u8) -> TestKey {
        TestKey(SigningKey::from_bytes(&[seed; 32]))
    }
}

impl Signer for TestKey {
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_bytes().to_vec()
    }
    fn public(&self) -> Vec<u8> {
        self.0.verifying_key().to_bytes().to_vec()
    }
}
