//! Ed25519 (RFC 8032): checkpoints of the ledger, certificates; and ML-DSA-44 (FIPS 204): cosignatures of witnesses.
//! A signing key has no `Debug` and its seed leaves only inside the keyring.

use aws_lc_rs::signature::{
    ED25519, Ed25519KeyPair, KeyPair, ML_DSA_44_SIGNING, PqdsaKeyPair, UnparsedPublicKey,
};

use crate::kdf::sure;
use crate::secret::wipe_below;

#[cfg(test)]
mod tests;

/// A private key, ready to sign.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// The key of a seed of 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let key = Self::alone(seed);
        wipe_below();
        key
    }

    #[inline(never)]
    fn alone(seed: &[u8; 32]) -> Self {
        Self(sure(Ed25519KeyPair::from_seed_unchecked(seed)))
    }

    /// The public half.
    pub fn public(&self) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(self.0.public_key().as_ref());
        out
    }

    /// The signature over a message.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let mut out = [0; 64];
        out.copy_from_slice(self.0.sign(message).as_ref());
        wipe_below();
        out
    }
}

/// A private key of ML-DSA-44, ready to sign.
pub struct MlDsaKey(PqdsaKeyPair);

impl MlDsaKey {
    /// The key of a seed of 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let key = Self::alone(seed);
        wipe_below();
        key
    }

    #[inline(never)]
    fn alone(seed: &[u8; 32]) -> Self {
        Self(sure(PqdsaKeyPair::from_seed(&ML_DSA_44_SIGNING, seed)))
    }

    /// The public half: 1,312 bytes.
    pub fn public(&self) -> Vec<u8> {
        self.0.public_key().as_ref().to_vec()
    }

    /// The signature over a message: 2,420 bytes.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut out = vec![0; ML_DSA_44_SIGNING.signature_len()];
        sure(self.0.sign(message, &mut out));
        wipe_below();
        out
    }
}

/// Whether the signature over the message is by the holder of the public key.
pub fn verify(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
}
