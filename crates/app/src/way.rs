//! The ways to open a keyring with what a person gives: a passphrase, shares one after the other, or the recovery kit's
//! root key. Which it is, its first letters say.

use strongroom_seal::unseal::{Opened, Progress, RootKey, SealedKeyring, ShareCollector, UnsealError};
use strongroom_seal::{Key, kit};
use zeroize::Zeroizing;

/// What was given, whole.
pub(crate) enum Way {
    Passphrase(Zeroizing<String>),
    Shares(ShareCollector),
    RecoveryKit(RootKey),
}

/// What a secret is.
pub(crate) enum Given {
    /// It should open.
    Whole(Way),
    /// So many shares, of so many needed.
    More(Progress),
}

/// Reads a secret. A share is put with those that came before it; when there are enough, they are taken.
pub(crate) fn read(
    sealed: &SealedKeyring,
    secret: &str,
    shares: &mut Option<ShareCollector>,
) -> anyhow::Result<Given> {
    let secret = Zeroizing::new(secret.trim().to_owned());
    let start = secret.get(..4).unwrap_or_default().to_ascii_uppercase();
    Ok(Given::Whole(match start.as_str() {
        "SRS1" => {
            let mut collector = match shares.take() {
                Some(collector) => collector,
                None => ShareCollector::new(sealed)?,
            };
            let added = collector.add(&secret);
            if added.is_err() || !collector.is_complete() {
                *shares = Some(collector);
                return Ok(Given::More(added?));
            }
            Way::Shares(collector)
        }
        "SRR1" => Way::RecoveryKit(kit::parse(&sealed.firm(), &secret)?),
        _ => Way::Passphrase(secret),
    }))
}

/// What a person is asked for.
pub(crate) fn question(shares_needed: Option<u64>) -> String {
    match shares_needed {
        Some(needed) => format!("One share of {needed} (or the recovery kit's root key): "),
        None => String::from("The passphrase (or the recovery kit's root key): "),
    }
}

impl Way {
    /// Its word in the ledger.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Passphrase(_) => "passphrase",
            Self::Shares(_) => "shares",
            Self::RecoveryKit(_) => "recovery_kit",
        }
    }

    /// Opens the keyring. A passphrase takes a second and all of a core.
    pub(crate) fn open(self, sealed: &SealedKeyring, keyring_key: &Key) -> Result<Opened, UnsealError> {
        match self {
            Self::Passphrase(passphrase) => sealed.open_with_passphrase(&passphrase, keyring_key),
            Self::Shares(shares) => sealed.open_with_shares(&shares, keyring_key),
            Self::RecoveryKit(root) => sealed.open_with_root(root, keyring_key),
        }
    }
}
