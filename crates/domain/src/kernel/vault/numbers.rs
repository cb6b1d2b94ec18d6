//! The numbers that this node has reserved: taken in by blocks ([`crate::kernel::counters`]), given out one by one.

use std::ops::Range;

use strongroom_seal::keyring::Kind;

use super::{Numbered, Vault};
use crate::kernel::error::{Error, Result};

impl Numbered {
    const fn kind(self) -> Kind {
        match self {
            Self::Client => Kind::Clients,
            Self::Matter => Kind::Matters,
            Self::Record => Kind::Records,
        }
    }
}

impl Vault {
    /// The next number of a kind, of those that this node has reserved ([`crate::kernel::counters`]).
    ///
    /// # Errors
    /// Sealed, or none is reserved.
    pub fn next_number(&self, kind: Numbered) -> Result<u32> {
        let mut guard = self.open.write().map_err(|_| Error::Sealed)?;
        let spare = guard.as_mut().ok_or(Error::Sealed)?.spare.get_mut(kind as usize).ok_or(Error::Sealed)?;
        let number = spare.first_mut().and_then(Iterator::next);
        spare.retain(|block| !block.is_empty());
        let number = number.ok_or_else(|| Error::Unavailable(String::from("no numbers are reserved")))?;
        u32::try_from(number).map_err(|_| Error::Internal(String::from("numbers are used up")))
    }

    /// How many numbers of a kind are reserved and not given out.
    pub(in crate::kernel) fn numbers_left(&self, kind: Numbered) -> Result<u64> {
        self.with(|open| {
            Ok(open.spare.get(kind as usize).map_or(0, |s| s.iter().map(|b| b.end - b.start).sum()))
        })
    }

    /// The first number of a kind that this keyring does not know to be reserved.
    pub(in crate::kernel) fn numbers_known(&self, kind: Numbered) -> Result<u64> {
        self.with(|open| Ok(open.keyring.next(kind.kind())))
    }

    /// Takes a block that no other node has. It is given out after every replica of the keyring knows it: a number that
    /// was given is never given again. Replicas are written without the lock that readers need, so that a slow one keeps
    /// nobody from reading.
    pub(in crate::kernel) fn take_numbers(&self, kind: Numbered, block: Range<u64>) -> Result<()> {
        if block.end > u64::from(u32::MAX) {
            return Err(Error::Internal(String::from("numbers are used up")));
        }
        let _one_at_a_time = self.saving.lock().map_err(|_| Error::Sealed)?;
        self.change(|keyring| {
            keyring.skip_to(kind.kind(), block.end);
            Ok(())
        })?;
        self.save()?;
        let mut guard = self.open.write().map_err(|_| Error::Sealed)?;
        let spare = guard.as_mut().ok_or(Error::Sealed)?.spare.get_mut(kind as usize).ok_or(Error::Sealed)?;
        spare.push(block);
        Ok(())
    }
}
