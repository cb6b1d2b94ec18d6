//! The keyring: the few secrets from which every other key of a firm comes, and the little that must not be lost
//! or turned back with them (numbers given out, the newest checkpoint).
//!
//! **What must hold.** Fields are private; keys leave by name. Numbers only rise, so that none is used twice, and
//! none is 0. The checkpoint only grows. The encoding is one version, strict, and holds nothing but itself:
//! reading and writing it again gives the same bytes. It is sealed by [`crate::unseal`] before it meets a disk.

use std::ops::Range;

use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::secret::Key;
use crate::sign::SigningKey;
use crate::tree::Tree;
use crate::wire::{Reader, put_part};

#[cfg(test)]
mod tests;

const MAGIC: &[u8; 5] = b"SRKR\x01";
const KINDS: usize = 5;
/// Numbers address 32-bit trees.
const NUMBERS: u64 = 1 << 32;

/// The secrets of one firm.
pub struct Keyring {
    firm: [u8; 16],
    generation: u64,
    clients: Tree,
    matters: Tree,
    concerns: Tree,
    staff_files: Tree,
    system: Key,
    ledger_seed: Key,
    next: [u64; KINDS],
    checkpoint: (u64, [u8; 32]),
}

/// What is numbered in order, and finds its keys by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Branches of the client tree.
    Clients,
    /// Branches of the matter tree.
    Matters,
    /// Leaves in the branch of a matter.
    Records,
    /// Branches of the tree of concerns.
    Concerns,
    /// Branches of the tree of staff files.
    StaffFiles,
}

/// All 2^32 numbers of a kind are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("all numbers of this kind are used")]
pub struct Exhausted;

/// The bytes are not a keyring of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a keyring of this version")]
pub struct NotAKeyring;

/// A checkpoint smaller than, or at odds with, the one already known: the log would have been turned back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the checkpoint is older than, or contradicts, the newest known")]
pub struct TurnedBack;

impl Keyring {
    /// The keyring of a new firm, generation 1.
    pub fn generate(firm: [u8; 16], entropy: &dyn Entropy) -> Self {
        Self {
            firm,
            generation: 1,
            clients: Tree::generate(entropy),
            matters: Tree::generate(entropy),
            concerns: Tree::generate(entropy),
            staff_files: Tree::generate(entropy),
            system: Key::generate(entropy),
            ledger_seed: Key::generate(entropy),
            next: [1; KINDS],
            checkpoint: (0, crate::mac::sha256(b"")),
        }
    }

    /// Whose keyring it is.
    pub fn firm(&self) -> [u8; 16] {
        self.firm
    }

    /// Which state of it: each one written has a higher number.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// What tells an older state from a newer one of the same secrets: everything in it only rises.
    pub fn age(&self) -> (u64, u64, [u64; KINDS]) {
        (self.generation, self.checkpoint.0, self.next)
    }

    /// Makes the next generation, before it is sealed and written.
    pub fn advance(&mut self) {
        self.generation = self.generation.saturating_add(1);
    }

    /// A branch for each client.
    pub fn clients(&self) -> &Tree {
        &self.clients
    }

    /// The client tree, to destroy in.
    pub fn clients_mut(&mut self) -> &mut Tree {
        &mut self.clients
    }

    /// A branch for each matter, a leaf for each of its records.
    pub fn matters(&self) -> &Tree {
        &self.matters
    }

    /// The matter tree, to destroy in.
    pub fn matters_mut(&mut self) -> &mut Tree {
        &mut self.matters
    }

    /// A branch for each concern.
    pub fn concerns(&self) -> &Tree {
        &self.concerns
    }

    /// The tree of concerns, to destroy in.
    pub fn concerns_mut(&mut self) -> &mut Tree {
        &mut self.concerns
    }

    /// A branch for each person's staff file.
    pub fn staff_files(&self) -> &Tree {
        &self.staff_files
    }

    /// The tree of staff files, to destroy in.
    pub fn staff_files_mut(&mut self) -> &mut Tree {
        &mut self.staff_files
    }

    /// The key of MACs, credentials and blind indexes of sign-in, for one use. It opens no client's affairs.
    pub fn system(&self, label: &str) -> Key {
        self.system.derive(label)
    }

    /// The key that signs the ledger.
    pub fn ledger_key(&self) -> SigningKey {
        SigningKey::from_seed(self.ledger_seed.expose())
    }

    /// Replaces the key that signs the ledger; the new one. The last entry under the old key names it.
    pub fn replace_ledger_key(&mut self, entropy: &dyn Entropy) -> SigningKey {
        self.ledger_seed = Key::generate(entropy);
        self.ledger_key()
    }

    /// Takes the next `block` numbers of a kind. They may be given out only once this keyring has been written.
    pub fn reserve(&mut self, kind: Kind, block: u32) -> Result<Range<u64>, Exhausted> {
        let next = self.mark_mut(kind);
        let start = *next;
        let end = Some(start + u64::from(block)).filter(|end| *end <= NUMBERS).ok_or(Exhausted)?;
        *next = end;
        Ok(start..end)
    }

    /// The first number of a kind that was never reserved.
    pub fn next(&self, kind: Kind) -> u64 {
        self.next.get(kind as usize).copied().unwrap_or(NUMBERS)
    }

    /// After a restore: makes sure that no number below `first` is reserved again.
    pub fn skip_to(&mut self, kind: Kind, first: u64) {
        let next = self.mark_mut(kind);
        *next = first.clamp(*next, NUMBERS);
    }

    /// Size and root of the newest checkpoint of the ledger.
    pub fn checkpoint(&self) -> (u64, [u8; 32]) {
        self.checkpoint
    }

    /// Notes a newer checkpoint.
    pub fn note_checkpoint(&mut self, size: u64, root: [u8; 32]) -> Result<(), TurnedBack> {
        if size < self.checkpoint.0 || (size == self.checkpoint.0 && root != self.checkpoint.1) {
            return Err(TurnedBack);
        }
        self.checkpoint = (size, root);
        Ok(())
    }

    /// The binary form, wiped when dropped.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let trees = [&self.clients, &self.matters, &self.concerns, &self.staff_files].map(Tree::encode);
        // All at once: growing would leave seeds behind in freed memory.
        let size = trees.iter().map(|tree| tree.len() + 8).sum::<usize>() + 256;
        let mut out = Zeroizing::new(Vec::with_capacity(size));
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&self.firm);
        out.extend_from_slice(&self.generation.to_be_bytes());
        trees.iter().for_each(|tree| put_part(&mut out, tree));
        out.extend_from_slice(self.system.expose());
        out.extend_from_slice(self.ledger_seed.expose());
        self.next.iter().for_each(|next| out.extend_from_slice(&next.to_be_bytes()));
        out.extend_from_slice(&self.checkpoint.0.to_be_bytes());
        out.extend_from_slice(&self.checkpoint.1);
        out
    }

    /// Reads the binary form, and nothing else.
    pub fn decode(bytes: &[u8]) -> Result<Self, NotAKeyring> {
        let mut reader = Reader::new(bytes);
        let keyring = Self::read(&mut reader).ok_or(NotAKeyring)?;
        reader.end().map(|()| keyring).ok_or(NotAKeyring)
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        if reader.array()? != *MAGIC {
            return None;
        }
        let mut keyring = Self {
            firm: reader.array()?,
            generation: reader.u64()?,
            clients: Tree::decode(reader.part()?).ok()?,
            matters: Tree::decode(reader.part()?).ok()?,
            concerns: Tree::decode(reader.part()?).ok()?,
            staff_files: Tree::decode(reader.part()?).ok()?,
            system: Key::read(reader.take(32)?)?,
            ledger_seed: Key::read(reader.take(32)?)?,
            next: [0; KINDS],
            checkpoint: (0, [0; 32]),
        };
        for next in &mut keyring.next {
            *next = reader.u64().filter(|next| (1..=NUMBERS).contains(next))?;
        }
        keyring.checkpoint = (reader.u64()?, reader.array()?);
        Some(keyring)
    }

    fn mark_mut(&mut self, kind: Kind) -> &mut u64 {
        let [clients, matters, records, concerns, staff_files] = &mut self.next;
        match kind {
            Kind::Clients => clients,
            Kind::Matters => matters,
            Kind::Records => records,
            Kind::Concerns => concerns,
            Kind::StaffFiles => staff_files,
        }
    }
}
