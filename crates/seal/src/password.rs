//! Passwords of staff and contacts, as Argon2id in PHC strings. The caller seals the string before it stores it.
//!
//! **What must hold.** Comparing takes the same time whatever is wrong; a stored string that asks for more than
//! the machine can bear is refused, not computed; someone who has no password costs as much time as someone who
//! has ([`pretend`]), so that an unknown name is not answered faster. Bringing the text into one Unicode form, and
//! bounding how many run at once, is the caller's.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Params, PasswordHash};
use zeroize::Zeroizing;

use crate::entropy::{Entropy, bytes};

pub use crate::argon::Cost;

#[cfg(test)]
mod tests;

/// The cost is not one that Argon2 allows, or more than is bearable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Argon2 cannot run at this cost")]
pub struct BadCost;

/// The PHC string of a password, with a salt of its own.
pub fn hash(password: &str, cost: Cost, entropy: &dyn Entropy) -> Result<Zeroizing<String>, BadCost> {
    let salt: [u8; 16] = bytes(entropy);
    let argon2 = cost.argon2().ok_or(BadCost)?;
    let hash = argon2.hash_password_with_salt(password.as_bytes(), &salt).map_err(|_| BadCost)?;
    Ok(Zeroizing::new(hash.to_string()))
}

/// Whether it is the password that the PHC string was made of. A string that is not Argon2id's is never anyone's.
pub fn verify(password: &str, phc: &str) -> bool {
    let Some((hash, cost)) = read(phc) else { return false };
    cost.argon2().is_some_and(|argon2| argon2.verify_password(password.as_bytes(), &hash).is_ok())
}

/// Whether the string was made at another cost than is asked today, so that it should be made anew at the next
/// sign-in.
pub fn is_stale(phc: &str, cost: Cost) -> bool {
    read(phc).is_none_or(|(_, its)| its != cost)
}

/// Spends the time that verifying would, for a name that nobody has.
pub fn pretend(password: &str, cost: Cost) {
    drop(crate::argon::stretch(password, &[0; 16], cost));
}

fn read(phc: &str) -> Option<(PasswordHash, Cost)> {
    let hash = PasswordHash::new(phc).ok().filter(|hash| hash.algorithm.as_str() == "argon2id")?;
    let params = Params::try_from(&hash).ok()?;
    let cost = Cost { m_kib: params.m_cost(), t: params.t_cost(), p: params.p_cost() };
    cost.is_bearable().then_some((hash, cost))
}
