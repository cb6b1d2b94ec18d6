//! One unseal method in the header: what it needs to know, and the root key sealed under what it recovers.

use super::shares::{SetHeader, deal};
use super::{Method, MethodKind, RootKey, Share, UnsealError};
use crate::argon::{Cost, stretch};
use crate::chunked;
use crate::entropy::{Entropy, bytes};
use crate::kdf::context;
use crate::secret::Key;
use crate::wire::Reader;

/// Bytes of a root key once sealed.
const WRAPPED: usize = chunked::HEADER + 32 + chunked::TAG;

/// A method as it stands in the header.
#[derive(Clone)]
pub(super) struct Slot {
    pub(super) needs: Needs,
    wrapped: [u8; WRAPPED],
}

/// What a method needs besides the secret.
#[derive(Clone)]
pub(super) enum Needs {
    Passphrase { cost: Cost, salt: [u8; 16] },
    Shares(SetHeader),
    KeyFile,
}

impl Slot {
    /// Seals the root key under a method.
    pub(super) fn new(
        firm: &[u8; 16],
        root: &RootKey,
        method: &Method<'_>,
        entropy: &dyn Entropy,
    ) -> Result<(Self, Vec<Share>), UnsealError> {
        let mut shares = Vec::new();
        let (needs, key) = match *method {
            Method::Passphrase { passphrase, cost } => {
                let salt = bytes(entropy);
                let key = stretch(passphrase, &salt, cost).ok_or(UnsealError::BadMethod)?;
                (Needs::Passphrase { cost, salt }, key)
            }
            Method::Shares { needed, of } => {
                let key = Key::generate(entropy);
                let (set, dealt) = deal(firm, &key, needed, of, entropy).ok_or(UnsealError::BadMethod)?;
                shares = dealt;
                (Needs::Shares(set), key)
            }
            Method::KeyFile(key) => (Needs::KeyFile, Needs::file_key(key)),
        };
        let sealed = chunked::seal(&key, &needs.context(firm), entropy, root.0.expose());
        let wrapped = sealed.try_into().map_err(|_| UnsealError::BadMethod)?;
        Ok((Self { needs, wrapped }, shares))
    }

    /// The root key, if this is the method's key.
    pub(super) fn root(&self, firm: &[u8; 16], key: &Key) -> Option<RootKey> {
        let clear = chunked::open(key, &self.needs.context(firm), &self.wrapped).ok()?;
        Key::read(clear.as_slice()).map(RootKey)
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = self.needs.encode();
        out.extend_from_slice(&self.wrapped);
        out
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self { needs: Needs::read(reader)?, wrapped: reader.array()? })
    }
}

impl Needs {
    pub(super) fn kind(&self) -> MethodKind {
        match self {
            Self::Passphrase { .. } => MethodKind::Passphrase,
            Self::Shares(set) => MethodKind::Shares { needed: set.needed, of: set.of() },
            Self::KeyFile => MethodKind::KeyFile,
        }
    }

    /// The key of a key file is used under a name, so that the file may serve nothing else by accident.
    pub(super) fn file_key(key: &Key) -> Key {
        key.derive("key file")
    }

    fn context(&self, firm: &[u8; 16]) -> Vec<u8> {
        context(&[b"strongroom/root/1", firm, &self.encode()])
    }

    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Passphrase { cost, salt } => {
                let mut out = vec![1];
                for number in [cost.m_kib, cost.t, cost.p] {
                    out.extend_from_slice(&number.to_be_bytes());
                }
                out.extend_from_slice(salt);
                out
            }
            Self::Shares(set) => {
                let mut out = vec![2, set.needed, set.of()];
                out.extend_from_slice(&set.id);
                set.checks.iter().for_each(|check| out.extend_from_slice(check));
                out
            }
            Self::KeyFile => vec![3],
        }
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        match reader.u8()? {
            1 => {
                let cost = Cost { m_kib: reader.u32()?, t: reader.u32()?, p: reader.u32()? };
                cost.argon2()?;
                Some(Self::Passphrase { cost, salt: reader.array()? })
            }
            2 => {
                let (needed, of) = (reader.u8()?, reader.u8()?);
                let id = reader.array()?;
                let checks = (0..of).map(|_| reader.array()).collect::<Option<Vec<_>>>()?;
                (2 <= needed && needed <= of).then_some(Self::Shares(SetHeader { needed, id, checks }))
            }
            3 => Some(Self::KeyFile),
            _ => None,
        }
    }
}
