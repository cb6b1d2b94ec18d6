//! Where chance comes from. A trait, so that a test can repeat a run byte for byte; in production there is one
//! source, the library's DRBG seeded by the kernel. Nothing else in the crate draws random numbers.

use crate::kdf::sure;

/// A source of uniformly random bytes.
pub trait Entropy: Send + Sync {
    /// Fills `out` entirely. There is no failure to handle: a source that cannot fill must end the process,
    /// because a caller that went on would use a key that is not random.
    fn fill(&self, out: &mut [u8]);
}

/// The random numbers of the operating system, by way of aws-lc.
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, out: &mut [u8]) {
        sure(aws_lc_rs::rand::fill(out));
    }
}

/// An array of random bytes.
pub(crate) fn bytes<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut out = [0; N];
    entropy.fill(&mut out);
    out
}
