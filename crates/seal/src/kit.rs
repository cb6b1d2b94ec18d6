//! The printed recovery kit: what a firm needs on paper when the machine is gone.
//!
//! Under a passphrase or a key file it carries the root key; under shares it is one sealed sheet for each holder,
//! and carries no root key. It never carries the keyring key, which changes with each destruction: a kit stays
//! valid, and alone opens nothing that was copied before.
//!
//! **What must hold.** [`parse`] reads the root key back from the whole page or from the one line, typed by hand.

use zeroize::Zeroizing;

use crate::secret::Key;
use crate::text::{firm_mark, firm_short, grouped, read_checked};
use crate::unseal::{MethodKind, RootKey, Share};

#[cfg(test)]
mod tests;

const PREFIX: &str = "SRR1";
/// Letters of firm, root key and checksum.
const LETTERS: usize = (4 + 32 + 4) * 8 / 5;

/// What stands on every sheet.
pub struct Kit<'a> {
    /// Whose keyring it opens.
    pub firm: [u8; 16],
    /// The day it was made, as it shall be printed.
    pub date: &'a str,
    /// How the keyring is opened from day to day.
    pub method: MethodKind,
    /// The verifier key of the ledger, as C2SP signed-note writes it.
    pub vkey: &'a str,
}

/// The text is not a root key of this firm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KitError {
    /// There is no root key in it, or letters are missing.
    #[error("no root key was found in this text")]
    NoRootKey,
    /// At least one letter is wrong.
    #[error("at least one letter of the root key is wrong")]
    Mistyped,
    /// It is another firm's.
    #[error("this root key belongs to another firm")]
    OtherFirm,
}

impl Kit<'_> {
    /// The kit of a firm that unseals with a passphrase or a key file: one sheet, with the root key.
    pub fn sheet(&self, root: &RootKey) -> Zeroizing<String> {
        let method = match self.method {
            MethodKind::Passphrase => "a passphrase",
            MethodKind::KeyFile => "a key file",
            MethodKind::Shares { .. } => "key shares",
        };
        let mut out = self.head("RECOVERY KIT", method);
        out.push_str(
            "Keep this sheet in a safe, and never beside the server or its backups: whoever has it\n\
             and a copy of the keyring with its keyring key can read every client's affairs.\n\n\
             ROOT KEY\n\n",
        );
        out.push_str(&root_text(&self.firm, root));
        out.push_str("\n\n");
        out.push_str(
            "WHEN THE MACHINE IS LOST, OR THE PASSPHRASE OR KEY FILE\n\n\
             1. Install Strongroom on a new machine. Do not run `init`.\n\
             2. Bring a backup, and from a replica the keyring with the keyring key beside it.\n\
             3. Run `strongroom restore`, then `strongroom unseal`, and type the root key above.\n\
             4. Set a new passphrase or key file at once. Compare the ledger's verifier key with\n\
                the one on this sheet.\n",
        );
        out
    }

    /// The kit of a firm that unseals with shares: one sheet for each holder, to be sealed in an envelope.
    pub fn sheets(&self, shares: &[Share]) -> Vec<Zeroizing<String>> {
        shares.iter().map(|share| self.share_sheet(share, shares.len())).collect()
    }

    fn share_sheet(&self, share: &Share, of: usize) -> Zeroizing<String> {
        let (number, needed) = (share.number(), share.needed());
        let method = format!("key shares, any {needed} of {of}");
        let mut out = self.head(&format!("RECOVERY KIT, SHARE {number} OF {of}"), &method);
        out.push_str(&format!(
            "Seal this sheet in an envelope and keep it apart from the other shares. One share tells\n\
             nothing; {needed} of them open the keyring.\n\n\
             SHARE {number}\n\n"
        ));
        out.push_str(&in_lines(&share.text()));
        out.push_str("\n\n");
        out.push_str(&format!(
            "TO UNSEAL, OR WHEN THE MACHINE IS LOST\n\n\
             1. On a new machine: install Strongroom, do not run `init`, bring a backup, and from a\n\
                replica the keyring with the keyring key beside it; run `strongroom restore`.\n\
             2. Run `strongroom unseal`. {needed} holders each type their own share; none need see\n\
                another's.\n\
             3. Compare the ledger's verifier key with the one on this sheet.\n"
        ));
        out
    }

    fn head(&self, title: &str, method: &str) -> Zeroizing<String> {
        // Room enough that the page is not moved while the key is written into it.
        let mut out = Zeroizing::new(String::with_capacity(4096 + self.vkey.len()));
        out.push_str(&format!(
            "STRONGROOM {title}\n\n\
             Firm          {}\n\
             Firm id       {}\n\
             Made on       {}\n\
             Unsealed by   {method}\n\
             Ledger vkey   {}\n\n",
            firm_mark(&self.firm),
            hex(&self.firm),
            self.date,
            self.vkey,
        ));
        out
    }
}

/// The root key as text: `SRR1-` and groups of five letters with a checksum, in lines of four groups.
pub fn root_text(firm: &[u8; 16], root: &RootKey) -> Zeroizing<String> {
    let mut payload = Zeroizing::new(Vec::with_capacity(36));
    payload.extend_from_slice(&firm_short(firm));
    payload.extend_from_slice(root.0.expose());
    let letters = grouped("root key", &payload);
    let mut out = Zeroizing::new(String::with_capacity(PREFIX.len() + 1 + letters.len()));
    out.push_str(PREFIX);
    out.push('-');
    out.push_str(&letters);
    in_lines(&out)
}

/// Reads the root key from the whole sheet, or from its lines alone.
pub fn parse(firm: &[u8; 16], text: &str) -> Result<RootKey, KitError> {
    let upper = Zeroizing::new(text.to_ascii_uppercase());
    let (_, after) = upper.rsplit_once(PREFIX).ok_or(KitError::NoRootKey)?;
    let mut letters = Zeroizing::new(String::with_capacity(LETTERS));
    letters.extend(after.chars().filter(|c| *c != '-' && !c.is_whitespace()).take(LETTERS));
    if letters.len() < LETTERS {
        return Err(KitError::NoRootKey);
    }
    let payload = read_checked("root key", &letters).map_err(|_| KitError::Mistyped)?;
    let (short, root) = payload.split_at_checked(4).ok_or(KitError::NoRootKey)?;
    if short != firm_short(firm) {
        return Err(KitError::OtherFirm);
    }
    Key::read(root).map(RootKey).ok_or(KitError::NoRootKey)
}

/// A long line of groups, broken after each fourth.
fn in_lines(text: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(text.len() + 16));
    for (at, group) in text.split('-').enumerate() {
        match at {
            0 => {}
            _ if at % 4 == 0 => out.push_str("-\n"),
            _ => out.push('-'),
        }
        out.push_str(group);
    }
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
