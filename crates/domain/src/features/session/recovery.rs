//! Recovery codes: eighty random bits on paper, each good once, stored as a digest under the system key.

use zeroize::Zeroizing;

use crate::kernel::error::Result;
use crate::kernel::id::StaffId;
use crate::kernel::vault::Vault;

use super::model;

/// How many a person has.
pub(crate) const HOW_MANY: usize = 10;
/// Letters of a code.
const LETTERS: usize = 16;
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code as it is shown: four groups of four letters.
pub(crate) type Code = Zeroizing<String>;

/// The code of ten random bytes.
pub(crate) fn generate(random: [u8; 10]) -> Code {
    let bits = random.iter().fold(0_u128, |all, byte| (all << 8) | u128::from(*byte));
    let mut code = Zeroizing::new(String::with_capacity(LETTERS + 3));
    for place in (0..LETTERS).rev() {
        let digit = usize::try_from((bits >> (place * 5)) & 31).unwrap_or(0);
        code.push(ALPHABET.get(digit).copied().map_or('0', char::from));
        if place % 4 == 0 && place > 0 {
            code.push('-');
        }
    }
    code
}

/// The letters of what was typed, where it has the form of a code: `O` reads as 0, `I` and `L` as 1.
pub(crate) fn read(typed: &str) -> Option<Zeroizing<String>> {
    let mut letters = Zeroizing::new(String::with_capacity(LETTERS));
    for c in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        letters.push(match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        });
    }
    let good = letters.len() == LETTERS && letters.bytes().all(|b| ALPHABET.contains(&b));
    good.then_some(letters)
}

/// By what a code is found.
pub(crate) fn lookup(vault: &Vault, staff: StaffId, code: &str) -> Result<[u8; 32]> {
    let letters = read(code).unwrap_or_default();
    model::digest(vault, "recovery code", &[&staff.bytes(), letters.as_bytes()])
}
