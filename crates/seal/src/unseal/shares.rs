//! Shares of the root key's seal: Shamir over GF(256), one sheet of paper each.
//!
//! The arithmetic is vsss-rs's, which uses no tables and so takes the same time for every secret; its coefficients
//! come from our [`Entropy`]. The header keeps a digest of each share, so that a wrong sheet is named when it is
//! typed in, not after all of them have failed. (A share is 256 random bits: its digest tells nothing.)

use std::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};
use vsss_rs::Gf256;
use zeroize::{Zeroize, Zeroizing};

use super::{SealedKeyring, UnsealError};
use crate::entropy::{Entropy, bytes};
use crate::mac::Sha256;
use crate::secret::Key;
use crate::text::{FirmShort, firm_short, grouped, read_checked};
use crate::wire::Reader;

/// Bytes of firm, set, threshold, number and value.
const PAYLOAD: usize = 4 + 4 + 1 + 1 + 32;
/// Letters of payload and checksum.
const LETTERS: usize = ((PAYLOAD + 4) * 8).div_ceil(5);
const CHECK: usize = 16;

/// What the header says of a set of shares.
#[derive(Clone)]
pub(super) struct SetHeader {
    pub(super) needed: u8,
    pub(super) id: [u8; 4],
    /// A digest for each share, in the order of their numbers.
    pub(super) checks: Vec<[u8; CHECK]>,
}

impl SetHeader {
    pub(super) fn of(&self) -> u8 {
        u8::try_from(self.checks.len()).unwrap_or(u8::MAX)
    }
}

/// One share.
pub struct Share {
    firm: FirmShort,
    set: [u8; 4],
    needed: u8,
    number: u8,
    value: Key,
}

/// How far a collection is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// How many good shares there are.
    pub have: u8,
    /// How many suffice.
    pub needed: u8,
    /// Their numbers, ascending.
    pub numbers: Vec<u8>,
}

/// What is wrong with a share that was typed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// Letters are missing, too many or impossible.
    #[error("this is not the text of a share")]
    NotAShare,
    /// At least one letter is wrong.
    #[error("at least one letter of this share is wrong")]
    Mistyped,
    /// It belongs to another firm.
    #[error("share {0} belongs to another firm")]
    OtherFirm(u8),
    /// It belongs to shares that were replaced, or are not yet in use.
    #[error("share {0} belongs to another set of shares")]
    OtherSet(u8),
    /// It is well formed, but not the one that was dealt.
    #[error("share {0} is not the one that was dealt")]
    Wrong(u8),
    /// It was given before.
    #[error("share {0} was already given")]
    Duplicate(u8),
}

impl Share {
    /// Its number, as printed.
    pub fn number(&self) -> u8 {
        self.number
    }

    /// How many of its set suffice.
    pub fn needed(&self) -> u8 {
        self.needed
    }

    /// The text to print: `SRS1-`, the number, then groups of five letters with a checksum.
    pub fn text(&self) -> Zeroizing<String> {
        let mut payload = Zeroizing::new(Vec::with_capacity(PAYLOAD));
        payload.extend_from_slice(&self.firm);
        payload.extend_from_slice(&self.set);
        payload.extend_from_slice(&[self.needed, self.number]);
        payload.extend_from_slice(self.value.expose());
        let letters = grouped("share", &payload);
        let mut out = Zeroizing::new(String::with_capacity(letters.len() + 10));
        out.push_str(&format!("SRS1-{}-", self.number));
        out.push_str(&letters);
        out
    }

    /// Reads a share as it was typed in: case, hyphens, spaces and line ends do not matter.
    pub fn parse(text: &str) -> Result<Self, ShareError> {
        let plain = text.chars().filter(|c| *c != '-' && !c.is_whitespace());
        let plain = Zeroizing::new(plain.collect::<String>().to_ascii_uppercase());
        let rest = plain.strip_prefix("SRS1").ok_or(ShareError::NotAShare)?;
        let number = rest.len().checked_sub(LETTERS).ok_or(ShareError::NotAShare)?;
        let (number, letters) = rest.split_at_checked(number).ok_or(ShareError::NotAShare)?;
        let number: u8 = number.parse().map_err(|_| ShareError::NotAShare)?;
        let payload = read_checked("share", letters).map_err(|_| ShareError::Mistyped)?;
        let share = Self::read(&mut Reader::new(&payload)).ok_or(ShareError::NotAShare)?;
        (number == share.number).then_some(share).ok_or(ShareError::Mistyped)
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let share = Self {
            firm: reader.array()?,
            set: reader.array()?,
            needed: reader.u8()?,
            number: reader.u8().filter(|number| *number > 0)?,
            value: Key::read(reader.take(32)?)?,
        };
        (reader.left() == 0).then_some(share)
    }

    fn check(&self) -> [u8; CHECK] {
        let mut hasher = Sha256::new();
        for part in
            [b"strongroom/share/1\0".as_slice(), &self.firm, &self.set, &[self.number], self.value.expose()]
        {
            hasher.update(part);
        }
        let mut out = [0; CHECK];
        out.iter_mut().zip(hasher.finish()).for_each(|(to, from)| *to = from);
        out
    }
}

/// Shares given one after the other, by as many people.
pub struct ShareCollector {
    firm: FirmShort,
    set: SetHeader,
    shares: Vec<Share>,
}

impl ShareCollector {
    /// Begins with none.
    pub fn new(sealed: &SealedKeyring) -> Result<Self, UnsealError> {
        let set = sealed.share_set().ok_or(UnsealError::NoSuchMethod)?.clone();
        Ok(Self { firm: firm_short(&sealed.firm()), set, shares: Vec::new() })
    }

    /// Takes one share. A share that is refused changes nothing.
    pub fn add(&mut self, text: &str) -> Result<Progress, ShareError> {
        let share = Share::parse(text)?;
        let number = share.number;
        if share.firm != self.firm {
            return Err(ShareError::OtherFirm(number));
        }
        if share.set != self.set.id {
            return Err(ShareError::OtherSet(number));
        }
        if self.set.checks.get(usize::from(number) - 1) != Some(&share.check()) {
            return Err(ShareError::Wrong(number));
        }
        if self.shares.iter().any(|other| other.number == number) {
            return Err(ShareError::Duplicate(number));
        }
        self.shares.push(share);
        Ok(self.progress())
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let mut numbers: Vec<u8> = self.shares.iter().map(|share| share.number).collect();
        numbers.sort_unstable();
        Progress { have: u8::try_from(numbers.len()).unwrap_or(u8::MAX), needed: self.set.needed, numbers }
    }

    /// Whether there are enough.
    pub fn is_complete(&self) -> bool {
        self.shares.len() >= usize::from(self.set.needed)
    }

    /// The key under which the root key is sealed.
    pub(super) fn combine(&self) -> Result<Key, UnsealError> {
        if !self.is_complete() {
            return Err(UnsealError::MoreShares { have: self.progress().have, needed: self.set.needed });
        }
        let points = self.shares.iter().take(usize::from(self.set.needed));
        let points: Zeroizing<Vec<Vec<u8>>> = Zeroizing::new(
            points.map(|share| [[share.number].as_slice(), share.value.expose()].concat()).collect(),
        );
        let secret = Zeroizing::new(Gf256::combine_bytes(&*points).map_err(|_| UnsealError::WrongSecret)?);
        Key::read(&secret).ok_or(UnsealError::WrongSecret)
    }
}

/// Deals a key out; `None` if the numbers are not possible.
pub(super) fn deal(
    firm: &[u8; 16],
    key: &Key,
    needed: u8,
    of: u8,
    entropy: &dyn Entropy,
) -> Option<(SetHeader, Vec<Share>)> {
    if needed < 2 || needed > of {
        return None;
    }
    let (firm, set) = (firm_short(firm), bytes(entropy));
    let mut points =
        Gf256::split_bytes(usize::from(needed), usize::from(of), key.expose(), Chance(entropy)).ok()?;
    let shares = points.iter().map(|point| {
        let (number, value) = point.split_first()?;
        let value = Key::read(value)?;
        Some(Share { firm, set, needed, number: *number, value })
    });
    let shares = shares.collect::<Option<Vec<_>>>();
    points.zeroize();
    let shares = shares.filter(|shares| shares.iter().map(Share::number).eq(1..=of))?;
    let checks = shares.iter().map(Share::check).collect();
    Some((SetHeader { needed, id: set, checks }, shares))
}

/// Our source of chance, in the form that vsss-rs asks for.
struct Chance<'a>(&'a dyn Entropy);

impl TryRng for Chance<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(bytes(self.0)))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(bytes(self.0)))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(out);
        Ok(())
    }
}

impl TryCryptoRng for Chance<'_> {}

#[cfg(test)]
impl Share {
    pub(super) fn number_for_test(&mut self, number: u8) {
        self.number = number;
    }

    pub(super) fn value_for_test(&self) -> &[u8; 32] {
        self.value.expose()
    }
}
