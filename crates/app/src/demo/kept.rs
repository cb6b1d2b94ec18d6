//! What the demo keeps of its people beside the firm: passwords, authenticator secrets, tokens. A file for its
//! owner only, and for a fictitious firm only.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use strongroom_domain::features::session;
use strongroom_domain::kernel::actor::{Actor, Channel};
use strongroom_domain::kernel::clock::{Clock as _, HOUR, Micros, SECOND, SystemClock};
use strongroom_domain::kernel::ctx::{Ctx, Place};
use strongroom_domain::kernel::text::Name;
use strongroom_domain::kernel::verb::Scope;
use strongroom_domain::{Error, Strongroom};
use strongroom_seal::totp;

use crate::room;
use crate::say::note;

/// The file's name.
pub(super) const FILE: &str = "demo.json";
/// Seconds that a code is shown.
const STEP: i64 = 30;
/// A token with less left is made anew.
const ENOUGH: Micros = 8 * HOUR;

/// See the module.
#[derive(Deserialize, Serialize)]
pub(super) struct Kept {
    pub(super) people: Vec<Person>,
}

/// One of the cast.
#[derive(Deserialize, Serialize)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) role: String,
    pub(super) password: String,
    pub(super) totp_secret: String,
    pub(super) token: String,
    pub(super) token_ends: Micros,
    pub(super) device: Option<String>,
    pub(super) last_step: i64,
}

/// The code of an authenticator at a step of thirty seconds.
pub(super) fn code(secret: &str, step: i64) -> String {
    let step = u64::try_from(step).unwrap_or(0);
    totp::from_base32(secret).map_or_else(String::new, |secret| totp::code_at(&secret, step).to_string())
}

/// The code that it shows now.
pub(super) fn code_now(secret: &str) -> String {
    code(secret, SystemClock.now() / (STEP * SECOND))
}

impl Kept {
    /// True where a demo firm lies in the folder, whole.
    pub(super) fn exists(data: &Path) -> bool {
        data.join(FILE).is_file()
    }

    /// What was kept.
    pub(super) fn load(data: &Path) -> anyhow::Result<Self> {
        let file = data.join(FILE);
        let text = std::fs::read(&file).with_context(|| format!("{}", file.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{} is no demo's", file.display()))
    }

    /// Keeps it.
    pub(super) fn save(&self, data: &Path) -> anyhow::Result<()> {
        room::replace(&data.join(FILE), format!("{}\n", serde_json::to_string_pretty(self)?).as_bytes())
    }

    /// A token with every scope for everybody, good for hours: they end within twelve, so each start makes new
    /// ones where too little is left, as their owners would: signed in, with a fresh code.
    pub(super) async fn renew_tokens(&mut self, room: &Arc<Strongroom>) -> anyhow::Result<()> {
        let now = room.now();
        for person in self.people.iter_mut().filter(|p| p.token_ends < now + ENOUGH) {
            match person.renew_token(room).await {
                Ok(()) => {}
                // suspended, or with another password by now: as it may be in a firm that was played with
                Err(Error::Invalid { .. } | Error::Conflict { .. } | Error::Throttled { .. }) => {
                    note(format_args!("{} could not sign in: no new token", person.email));
                }
                Err(error) => return Err(error).with_context(|| format!("a token for {}", person.email)),
            }
        }
        Ok(())
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
