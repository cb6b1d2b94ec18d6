//! The file: magic, firm, generation, a check of the root key, the methods; then the sealed keyring, whose context
//! is all that stands before it.

use super::method::{Needs, Slot};
use super::shares::{SetHeader, ShareCollector};
use super::{Created, Method, MethodKind, Opened, RootKey, Share, UnsealError};
use crate::argon::stretch;
use crate::chunked;
use crate::entropy::Entropy;
use crate::kdf::{combine, context};
use crate::keyring::Keyring;
use crate::mac::sha256;
use crate::secret::Key;
use crate::wire::{Reader, put_part};

const MAGIC: &[u8; 21] = b"strongroom keyring 1\n";
const CHECK: usize = 16;

/// The keyring as it lies on disk.
#[derive(Clone)]
pub struct SealedKeyring {
    firm: [u8; 16],
    generation: u64,
    root_check: [u8; CHECK],
    slots: Vec<Slot>,
    body: Vec<u8>,
}

impl SealedKeyring {
    /// Seals a keyring under a new root key.
    pub fn create(
        keyring: &Keyring,
        method: Method<'_>,
        keyring_key: &Key,
        entropy: &dyn Entropy,
    ) -> Result<Created, UnsealError> {
        let root = RootKey(Key::generate(entropy));
        let (slot, shares) = Slot::new(&keyring.firm(), &root, &method, entropy)?;
        let sealed = Self::seal(&root, vec![slot], keyring, keyring_key, entropy);
        Ok(Created { sealed, root, shares })
    }

    /// Whose it is.
    pub fn firm(&self) -> [u8; 16] {
        self.firm
    }

    /// Which state of the keyring it holds. Proven only once it has opened.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The ways to open it.
    pub fn methods(&self) -> Vec<MethodKind> {
        self.slots.iter().map(|slot| slot.needs.kind()).collect()
    }

    /// Opens it with a passphrase. Takes as long as the method's cost says.
    pub fn open_with_passphrase(&self, passphrase: &str, keyring_key: &Key) -> Result<Opened, UnsealError> {
        self.open_with(keyring_key, |needs| match needs {
            Needs::Passphrase { cost, salt } => stretch(passphrase, salt, *cost).map(Ok),
            _ => None,
        })
    }

    /// Opens it with the key of a key file.
    pub fn open_with_keyfile(&self, key: &Key, keyring_key: &Key) -> Result<Opened, UnsealError> {
        self.open_with(keyring_key, |needs| matches!(needs, Needs::KeyFile).then(|| Ok(Needs::file_key(key))))
    }

    /// Opens it with the shares that were collected.
    pub fn open_with_shares(
        &self,
        shares: &ShareCollector,
        keyring_key: &Key,
    ) -> Result<Opened, UnsealError> {
        self.open_with(keyring_key, |needs| matches!(needs, Needs::Shares(_)).then(|| shares.combine()))
    }

    /// Opens it with the root key itself: from the recovery kit, or held by a running server.
    pub fn open_with_root(&self, root: RootKey, keyring_key: &Key) -> Result<Opened, UnsealError> {
        if root_check(&root) != self.root_check {
            return Err(UnsealError::WrongSecret);
        }
        let key = body_key(&root, keyring_key);
        let clear = chunked::open(&key, &self.body_context(), &self.body);
        let clear = clear.map_err(|_| UnsealError::WrongKeyringKey)?;
        let keyring = Keyring::decode(clear.as_slice()).map_err(|_| UnsealError::NotAKeyringFile)?;
        if (keyring.firm(), keyring.generation()) != (self.firm, self.generation) {
            return Err(UnsealError::NotAKeyringFile);
        }
        Ok(Opened { keyring, root })
    }

    /// Seals a later state of the keyring under the same root key and methods, and perhaps a new keyring key.
    pub fn reseal(
        &self,
        root: &RootKey,
        keyring: &Keyring,
        keyring_key: &Key,
        entropy: &dyn Entropy,
    ) -> Result<Self, UnsealError> {
        self.check_successor(root, keyring)?;
        Ok(Self::seal(root, self.slots.clone(), keyring, keyring_key, entropy))
    }

    /// As [`SealedKeyring::reseal`], with a method more; one of the same kind is replaced, and with it its shares.
    pub fn add_method(
        &self,
        root: &RootKey,
        keyring: &Keyring,
        method: Method<'_>,
        keyring_key: &Key,
        entropy: &dyn Entropy,
    ) -> Result<(Self, Vec<Share>), UnsealError> {
        self.check_successor(root, keyring)?;
        let (slot, shares) = Slot::new(&self.firm, root, &method, entropy)?;
        let mut slots = self.slots.clone();
        slots.retain(|other| !same(&other.needs, &slot.needs));
        slots.push(slot);
        Ok((Self::seal(root, slots, keyring, keyring_key, entropy), shares))
    }

    /// As [`SealedKeyring::reseal`], without a method; the last one cannot be taken away.
    pub fn remove_method(
        &self,
        root: &RootKey,
        keyring: &Keyring,
        kind: MethodKind,
        keyring_key: &Key,
        entropy: &dyn Entropy,
    ) -> Result<Self, UnsealError> {
        self.check_successor(root, keyring)?;
        let mut slots = self.slots.clone();
        slots.retain(|slot| slot.needs.kind() != kind);
        if slots.is_empty() {
            return Err(UnsealError::BadMethod);
        }
        if slots.len() == self.slots.len() {
            return Err(UnsealError::NoSuchMethod);
        }
        Ok(Self::seal(root, slots, keyring, keyring_key, entropy))
    }

    /// The bytes to write.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.header();
        put_part(&mut out, &self.body);
        out
    }

    /// Reads what [`SealedKeyring::to_bytes`] wrote, and nothing else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnsealError> {
        let mut reader = Reader::new(bytes);
        let sealed = Self::read(&mut reader).ok_or(UnsealError::NotAKeyringFile)?;
        reader.end().map(|()| sealed).ok_or(UnsealError::NotAKeyringFile)
    }

    /// A digest by which two replicas are compared and a copy is read back.
    pub fn digest(&self) -> [u8; 32] {
        sha256(&self.to_bytes())
    }

    pub(super) fn share_set(&self) -> Option<&SetHeader> {
        self.slots.iter().find_map(|slot| match &slot.needs {
            Needs::Shares(set) => Some(set),
            _ => None,
        })
    }

    fn open_with(
        &self,
        keyring_key: &Key,
        recover: impl Fn(&Needs) -> Option<Result<Key, UnsealError>>,
    ) -> Result<Opened, UnsealError> {
        let found = self.slots.iter().find_map(|slot| Some((slot, recover(&slot.needs)?)));
        let (slot, key) = found.ok_or(UnsealError::NoSuchMethod)?;
        let root = slot.root(&self.firm, &key?).ok_or(UnsealError::WrongSecret)?;
        self.open_with_root(root, keyring_key)
    }

    fn check_successor(&self, root: &RootKey, keyring: &Keyring) -> Result<(), UnsealError> {
        if root_check(root) != self.root_check {
            return Err(UnsealError::WrongSecret);
        }
        let fits = keyring.firm() == self.firm && keyring.generation() >= self.generation;
        fits.then_some(()).ok_or(UnsealError::Older)
    }

    fn seal(
        root: &RootKey,
        slots: Vec<Slot>,
        keyring: &Keyring,
        keyring_key: &Key,
        entropy: &dyn Entropy,
    ) -> Self {
        let (firm, generation) = (keyring.firm(), keyring.generation());
        let mut sealed = Self { firm, generation, root_check: root_check(root), slots, body: Vec::new() };
        let key = body_key(root, keyring_key);
        sealed.body = chunked::seal(&key, &sealed.body_context(), entropy, &keyring.encode());
        sealed
    }

    fn header(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&self.firm);
        out.extend_from_slice(&self.generation.to_be_bytes());
        out.extend_from_slice(&self.root_check);
        out.push(u8::try_from(self.slots.len()).unwrap_or(u8::MAX));
        self.slots.iter().for_each(|slot| out.extend_from_slice(&slot.encode()));
        out
    }

    fn body_context(&self) -> Vec<u8> {
        context(&[b"strongroom/keyring/1", &sha256(&self.header())])
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        if reader.array()? != *MAGIC {
            return None;
        }
        let (firm, generation, root_check) = (reader.array()?, reader.u64()?, reader.array()?);
        let count = reader.u8().filter(|count| *count > 0)?;
        let slots: Vec<Slot> = (0..count).map(|_| Slot::read(reader)).collect::<Option<_>>()?;
        let twice = |slot: &Slot| slots.iter().filter(|other| same(&other.needs, &slot.needs)).count() > 1;
        if slots.iter().any(twice) {
            return None;
        }
        let body = reader.part()?.to_vec();
        Some(Self { firm, generation, root_check, slots, body })
    }
}

/// Whether two are methods of one kind, of which a file has one each.
fn same(one: &Needs, other: &Needs) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

/// Tells the right root key from another, and nothing else of it: the keyring shall not be sealed under a root key
/// that no method recovers.
fn root_check(root: &RootKey) -> [u8; CHECK] {
    let check = root.0.derive("root check");
    let mut out = [0; CHECK];
    out.iter_mut().zip(check.expose()).for_each(|(to, from)| *to = *from);
    out
}

fn body_key(root: &RootKey, keyring_key: &Key) -> Key {
    combine(keyring_key, &root.0, &[b"strongroom/keyring-body/1\0"])
}
