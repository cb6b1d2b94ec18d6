//! The keyring's file, and the ways to open it.
//!
//! A random *root key* lies in the header once per unseal method, sealed under what that method recovers:
//! a passphrase (Argon2id), k of n shares (Shamir), a key file. The keyring follows, sealed under a key made of the
//! root key *and* the random *keyring key*, which lies in a small file of its own: to replace that file is to make
//! every older copy of this one worthless, without asking anyone for a passphrase or printing a kit anew.
//!
//! **What must hold.** No part of the file opens for another firm, generation or header than it was written with.
//! A wrong passphrase, a wrong key file and a damaged seal give one and the same answer. A running server can
//! write new generations with the root key it holds ([`SealedKeyring::reseal`]), never older ones, and never under
//! a root key that the methods would not recover.

use crate::argon::Cost;
use crate::keyring::Keyring;
use crate::secret::Key;

mod file;
mod method;
mod shares;
#[cfg(test)]
mod tests;

pub use file::SealedKeyring;
pub use shares::{Progress, Share, ShareCollector, ShareError};

/// The key that all unseal methods recover. In memory while the server runs; on paper in the recovery kit.
pub struct RootKey(pub(crate) Key);

impl RootKey {
    /// A second copy, spelt out because each copy is one more thing to lose.
    pub fn duplicate(&self) -> Self {
        Self(self.0.duplicate())
    }
}

/// A way to recover the root key, to be written into the header.
pub enum Method<'a> {
    /// Something a person remembers.
    Passphrase {
        /// What they remember.
        passphrase: &'a str,
        /// What guessing it costs: [`Cost::UNSEAL`], except in tests.
        cost: Cost,
    },
    /// Sheets of paper, of which some suffice.
    Shares {
        /// How many suffice, at least 2.
        needed: u8,
        /// How many there are.
        of: u8,
    },
    /// A key on a mounted secret, for a start that nobody attends.
    KeyFile(&'a Key),
}

/// The kind of a method that a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodKind {
    /// A passphrase.
    Passphrase,
    /// Shares.
    Shares {
        /// How many suffice.
        needed: u8,
        /// How many there are.
        of: u8,
    },
    /// A key file.
    KeyFile,
}

/// A keyring freshly sealed.
pub struct Created {
    /// What is written to every replica.
    pub sealed: SealedKeyring,
    /// What the running server holds, and the kit prints.
    pub root: RootKey,
    /// What is printed and handed out, if the method is shares; empty otherwise.
    pub shares: Vec<Share>,
}

/// A keyring opened.
pub struct Opened {
    /// The secrets.
    pub keyring: Keyring,
    /// What the running server holds, to write later generations.
    pub root: RootKey,
}

/// Why a keyring did not open, or was not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsealError {
    /// The bytes are not a keyring file of this version, or some are missing.
    #[error("not a complete keyring file of this version")]
    NotAKeyringFile,
    /// The file has no such method.
    #[error("this keyring has no such unseal method")]
    NoSuchMethod,
    /// The passphrase, key file, shares or kit are not this keyring's.
    #[error("that does not unseal this keyring")]
    WrongSecret,
    /// More shares are needed.
    #[error("{have} of {needed} shares")]
    MoreShares {
        /// How many were given.
        have: u8,
        /// How many suffice.
        needed: u8,
    },
    /// The root key is right; the keyring key beside the file is of another generation, or the file is damaged.
    #[error("the keyring key does not fit this keyring file, or the file is damaged")]
    WrongKeyringKey,
    /// The keyring is of another firm, or older than the file it would replace.
    #[error("the keyring is older than the file it would replace, or another firm's")]
    Older,
    /// The cost of the passphrase is not possible, or the numbers of shares are not.
    #[error("the unseal method's numbers are not possible")]
    BadMethod,
}
