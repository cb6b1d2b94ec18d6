//! What the demo keeps of its people beside the firm: passwords, authenticator secrets, tokens. A file for its
//! owner only, and for a fictitious firm only.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use strongroom_domain::features::session;
use strongroom_domain::kernel::actor::{Actor, Channel};
use strongroom_domain::kernel::clock::{Clock as _, HOUR, Micros, SECOND, SystemClock};
use strongroom_domain::kernel::ctx::{Ctx, Place};
use strongroom_domain::kernel::text::Name;
use strongroom_domain::kernel::verb::Scope;
use strongroom_domain::{Error, Strongroom};
use strongroom_seal::totp;

/// The file's name.
pub const FILE: &str = "demo.json";
/// Seconds that a code is shown.
const STEP: i64 = 30;
/// A token with less left is made anew.
const ENOUGH: Micros = 8 * HOUR;

/// See the module.
#[derive(Deserialize, Serialize)]
pub struct Kept {
    /// Everybody who can sign in.
    pub people: Vec<Person>,
}

/// One of the cast.
#[derive(Deserialize, Serialize)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// The role's word.
    pub role: String,
    /// Password.
    pub password: String,
    /// The authenticator's secret in base32.
    pub totp_secret: String,
    /// An access token with every scope.
    pub token: String,
    /// When it ends.
    pub token_ends: Micros,
    /// What their browser is known again by.
    pub device: Option<String>,
    /// The last step of thirty seconds whose code they used.
    pub last_step: i64,
}

/// The code of an authenticator at a step of thirty seconds.
#[must_use]
pub fn code(secret: &str, step: i64) -> String {
    let step = u64::try_from(step).unwrap_or(0);
    totp::from_base32(secret).map_or_else(String::new, |secret| totp::code_at(&secret, step).to_string())
}

/// The code that it shows now.
#[must_use]
pub fn code_now(secret: &str) -> String {
    code(secret, SystemClock.now() / (STEP * SECOND))
}

impl Kept {
    /// True where a demo firm lies in the folder, whole.
    #[must_use]
    pub fn exists(data: &Path) -> bool {
        data.join(FILE).is_file()
    }

    /// What was kept.
    ///
    /// # Errors
    /// The file is not there, or is no demo's.
    pub fn load(data: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&std::fs::read(data.join(FILE))?)?)
    }

    /// The file's text, to be kept in [`FILE`].
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// A token with every scope for everybody, good for hours: they end within twelve, so each start makes new
    /// ones where too little is left, as their owners would: signed in, with a fresh code.
    ///
    /// Gives back who could not sign in: suspended, or with another password by now, as it may be in a firm that
    /// was played with.
    ///
    /// # Errors
    /// Sealed, storage.
    pub async fn renew_tokens(&mut self, room: &Arc<Strongroom>) -> Result<Vec<String>, Error> {
        let now = room.now();
        let mut left_out = Vec::new();
        for person in self.people.iter_mut().filter(|p| p.token_ends < now + ENOUGH) {
            match person.renew_token(room).await {
                Ok(()) => {}
                Err(Error::Invalid { .. } | Error::Conflict { .. } | Error::Throttled { .. }) => {
                    left_out.push(person.email.clone());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(left_out)
    }
}

impl Person {
    async fn renew_token(&mut self, room: &Arc<Strongroom>) -> Result<(), Error> {
        let place = || Place { address: String::from("127.0.0.1"), device: String::from("strongroom demo") };
        let stranger = Ctx::new(room.clone(), Actor::Anonymous, Channel::Cli, place());
        let device = self.device.as_deref();
        let ticket = session::sign_in_password(&stranger, &self.email, &self.password, device).await?;
        let signed_in = self.sign_in(&stranger, &ticket).await?;
        self.device = Some(signed_in.device);
        let ctx = session::authenticate_session(room, &signed_in.cookie, Channel::Web, place()).await?;
        let ends = room.now() + room.settings().strong_token;
        let made =
            session::make_token(&ctx, Name::parse("The demo's own")?, Scope::ALL.to_vec(), ends).await?;
        (self.token, self.token_ends) = (made.text.to_string(), ends);
        session::sign_out(&ctx).await
    }

    /// With the code before the present one where it is still unused, so that the present one is left for whoever
    /// signs in next.
    async fn sign_in(&mut self, ctx: &Ctx, ticket: &str) -> Result<session::SignedIn, Error> {
        let mut waited = 0;
        loop {
            let now = ctx.now() / (STEP * SECOND);
            let step = (now - 1).max(self.last_step + 1);
            if step <= now + 1 {
                self.last_step = step;
                match session::sign_in_code(
                    ctx,
                    ticket,
                    &code(&self.totp_secret, step),
                    self.device.as_deref(),
                )
                .await
                {
                    // the person used a later one already
                    Err(Error::Invalid { .. }) if waited < 3 => {}
                    other => return other,
                }
            } else {
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
            waited += 1;
        }
    }
}
