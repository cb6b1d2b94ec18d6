//! Argon2id (RFC 9106): the cost as a value, and the one place where it is run.

use argon2::{Algorithm, Argon2, Params, Version};

use crate::secret::Key;

/// What guessing costs: memory in KiB, passes over it, lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub m_kib: u32,
    /// Passes over the memory.
    pub t: u32,
    /// Lanes. They are computed one after the other.
    pub p: u32,
}

impl Cost {
    /// Sign-in passwords: 19 MiB, two passes (OWASP); about 45 ms.
    pub const PASSWORD: Self = Self { m_kib: 19 * 1024, t: 2, p: 1 };
    /// The passphrase that unseals everything: 256 MiB, three passes; about a second.
    pub const UNSEAL: Self = Self { m_kib: 256 * 1024, t: 3, p: 1 };
    /// The least that Argon2 allows. For tests.
    pub const TEST: Self = Self { m_kib: 8, t: 1, p: 1 };

    /// Above this nothing is computed: a forged file shall not be able to eat the memory.
    const MOST: Self = Self { m_kib: 4 * 1024 * 1024, t: 64, p: 64 };

    pub(crate) fn is_bearable(self) -> bool {
        self.m_kib <= Self::MOST.m_kib && self.t <= Self::MOST.t && self.p <= Self::MOST.p
    }

    /// `None` if Argon2 does not allow such a cost, or it is past bearing.
    pub(crate) fn argon2(self) -> Option<Argon2<'static>> {
        let params = Params::new(self.m_kib, self.t, self.p, Some(32)).ok()?;
        self.is_bearable().then(|| Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

/// The key of a passphrase.
pub(crate) fn stretch(passphrase: &str, salt: &[u8; 16], cost: Cost) -> Option<Key> {
    let argon2 = cost.argon2()?;
    let mut done = false;
    let key =
        Key::filled_by(|out| done = argon2.hash_password_into(passphrase.as_bytes(), salt, out).is_ok());
    done.then_some(key)
}
