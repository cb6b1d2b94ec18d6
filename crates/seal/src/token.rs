//! Personal access tokens: `sr_pat_`, 256 random bits and a checksum. The prefix lets a scanner of leaked secrets
//! know one; the checksum tells a mistyped token from an unknown one without asking the database.
//!
//! **What must hold.** A token is shown once and stored as [`Token::hash`] only. One token has one spelling.

use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::mac::Sha256;
use crate::secret::Key;
use crate::text::{checked, read_checked};

#[cfg(test)]
mod tests;

/// What every token begins with.
pub const PREFIX: &str = "sr_pat_";

/// The text that is shown once.
pub type TokenText = Zeroizing<String>;

/// A token that someone presented, well formed; whose it is, only the database knows.
pub struct Token(Key);

/// Not the form of a token, or mistyped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a well-formed token")]
pub struct NotAToken;

/// A new token's text.
pub fn generate(entropy: &dyn Entropy) -> TokenText {
    spell(&Key::generate(entropy))
}

/// Reads a token. There is one spelling: lower case, no separators.
pub fn parse(text: &str) -> Result<Token, NotAToken> {
    let letters = text.strip_prefix(PREFIX).ok_or(NotAToken)?;
    let bytes = read_checked("token", letters).map_err(|_| NotAToken)?;
    let token = Token(Key::read(&bytes).ok_or(NotAToken)?);
    (spell(&token.0).as_str() == text).then_some(token).ok_or(NotAToken)
}

impl Token {
    /// What is stored, and looked up. No salt and no cost: nobody guesses 256 bits.
    pub fn hash(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(b"strongroom/token/1\0");
        hasher.update(self.0.expose());
        hasher.finish()
    }
}

fn spell(key: &Key) -> TokenText {
    let mut letters = checked("token", key.expose());
    letters.make_ascii_lowercase();
    let mut out = Zeroizing::new(String::with_capacity(PREFIX.len() + letters.len()));
    out.push_str(PREFIX);
    out.push_str(&letters);
    out
}
