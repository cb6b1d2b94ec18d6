//! Opening the seal of the running server: a passphrase, shares one after the other, or the recovery kit's root
//! key; from the browser's page or the control socket.

use std::path::Path;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use strongroom_domain::Strongroom;
use strongroom_seal::kit;
use strongroom_seal::unseal::{MethodKind, Progress as Shares, ShareCollector, ShareError, UnsealError};
use strongroom_web::{Progress, SealMethod, SealStatus, Unsealer};
use tokio::sync::Mutex;

use crate::{room, way};

/// See the module. One secret at a time: each costs memory to try.
pub(crate) struct Seals {
    room: Arc<Strongroom>,
    shares: Mutex<Option<ShareCollector>>,
}

/// What a secret did.
pub(super) enum Given {
    /// It opened.
    Unsealed,
    /// So many shares, of so many needed.
    More(Shares),
}

impl Seals {
    pub(crate) fn new(room: Arc<Strongroom>) -> Self {
        Self { room, shares: Mutex::new(None) }
    }

    /// The firm.
    pub(super) const fn room(&self) -> &Arc<Strongroom> {
        &self.room
    }

    /// How the keyring is opened from day to day.
    fn method(&self) -> Option<MethodKind> {
        let (sealed, _) = self.room.vault().store().load().ok()?;
        sealed.methods().first().copied()
    }

    /// How many shares were given.
    async fn given(&self) -> u8 {
        self.shares.lock().await.as_ref().map_or(0, |s| s.progress().have)
    }

    /// Takes a passphrase, a share or the root key, given by `operator`. The error is a sentence.
    pub(super) async fn give_as(&self, secret: &str, operator: &str) -> anyhow::Result<Given> {
        let mut shares = self.shares.lock().await;
        if !self.room.vault().is_sealed() {
            return Ok(Given::Unsealed);
        }
        let (sealed, _) = self.room.vault().store().load()?;
        match way::read(&sealed, secret, &mut shares)? {
            way::Given::More(progress) => return Ok(Given::More(progress)),
            way::Given::Whole(way) => {
                room::unseal(&self.room, operator, way.word(), move |sealed, key| way.open(sealed, key))
                    .await?;
            }
        }
        Ok(Given::Unsealed)
    }

    /// Takes the key file.
    pub(super) async fn take_file(&self, path: &Path, operator: &str) -> anyhow::Result<Given> {
        let _alone = self.shares.lock().await;
        if self.room.vault().is_sealed() {
            room::unseal_with_file(&self.room, path, operator).await?;
        }
        Ok(Given::Unsealed)
    }

    /// Opens with one secret that must suffice: where the firm is opened beside no server.
    pub(crate) async fn open(&self, secret: &str, operator: &str) -> anyhow::Result<()> {
        match self.give_as(secret, operator).await? {
            Given::Unsealed => Ok(()),
            Given::More(shares) => anyhow::bail!(
                "{} of {} shares: start the server and give them to it, or type the recovery kit's root key",
                shares.have,
                shares.needed
            ),
        }
    }

    /// Forgets the shares.
    pub(super) async fn forget(&self) {
        *self.shares.lock().await = None;
    }
}

/// What the page says, which anybody can reach: whether the secret was wrong, and nothing of the machine.
fn to_a_stranger(error: &anyhow::Error) -> String {
    let of_the_secret = |cause: &&(dyn std::error::Error + 'static)| {
        cause.is::<UnsealError>() || cause.is::<ShareError>() || cause.is::<kit::KitError>()
    };
    let wrong = error.chain().find(of_the_secret).map(ToString::to_string);
    wrong.unwrap_or_else(|| String::from("It does not open now. The server's log says why."))
}

impl Unsealer for Seals {
    fn status(&self) -> BoxFuture<'_, SealStatus> {
        async {
            let method = match self.method() {
                Some(MethodKind::Shares { needed, .. }) => {
                    SealMethod::Shares { given: self.given().await.into(), needed: needed.into() }
                }
                Some(MethodKind::KeyFile) => SealMethod::KeyFile,
                Some(MethodKind::Passphrase) | None => SealMethod::Passphrase,
            };
            SealStatus { sealed: self.room.vault().is_sealed(), method }
        }
        .boxed()
    }

    fn give<'a>(&'a self, secret: &'a str) -> BoxFuture<'a, Result<Progress, String>> {
        async move {
            match self.give_as(secret, "browser").await {
                Ok(Given::Unsealed) => Ok(Progress::Unsealed),
                Ok(Given::More(_)) => Ok(Progress::More),
                Err(error) => {
                    tracing::warn!(cause = room::why(&error), "not unsealed");
                    Err(to_a_stranger(&error))
                }
            }
        }
        .boxed()
    }

    fn restart(&self) -> BoxFuture<'_, ()> {
        self.forget().boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_what_was_wrong_with_the_secret_and_nothing_of_the_machine() {
        let wrong =
            anyhow::Error::from(UnsealError::WrongSecret).context("the key file /srv/secret/seal.key");
        assert_eq!(to_a_stranger(&wrong), UnsealError::WrongSecret.to_string());
        let gone = strongroom_domain::Error::Unavailable(String::from(
            "the keyring replica in /mnt/a cannot be used",
        ));
        let said = to_a_stranger(&gone.into());
        assert!(said.contains("log") && !said.contains("/mnt"), "{said}");
    }
}
