//! How the people of the story come in: invited, agreed to by a second person, enrolled, signed in, stepped up.

use strongroom_domain::features::{session, staff};
use strongroom_domain::kernel::actor::{Actor, Channel, Role as FirmRole, Via};
use strongroom_domain::kernel::clock::{HOUR, MINUTE, Micros, SECOND};
use strongroom_domain::kernel::ctx::{Ctx, Place};
use strongroom_domain::kernel::text::{Email, Name};
use strongroom_domain::{Error, Result};
use zeroize::Zeroizing;

use super::{Account, Driver, missing};
use crate::cast::{PersonKey, Role};
use crate::kept::code;

/// Seconds that a code is shown.
const STEP: i64 = 30;
/// Whoever signed in longer ago does so again before they act.
const FRESH: Micros = 12 * HOUR;
/// A fresh code counts for ten minutes; the last of them are left alone.
const STEPPED_UP: Micros = 9 * MINUTE;

/// A browser of a person.
pub(super) struct SignedIn {
    cookie: Zeroizing<String>,
    at: Micros,
}

/// Words for passwords that a person can read off a screen and type.
const WORDS: [&str; 64] = [
    "acorn", "amber", "anchor", "apron", "barley", "basalt", "beacon", "bobbin", "bramble", "candle",
    "canvas", "cedar", "chalk", "cinder", "clover", "cobble", "copper", "cricket", "damson", "dapple",
    "drizzle", "ember", "fathom", "fennel", "flint", "fossil", "gable", "ginger", "granite", "hazel",
    "heather", "hinge", "ivory", "juniper", "kettle", "lantern", "lichen", "linen", "mallow", "maple",
    "marble", "meadow", "nettle", "oatmeal", "orchard", "otter", "paddle", "pebble", "pewter", "plaster",
    "quarry", "quill", "ribbon", "saddle", "sorrel", "spindle", "tallow", "thimble", "timber", "tunnel",
    "velvet", "walnut", "willow", "zephyr",
];

/// The word of a role, as the domain has it.
pub(super) fn role(role: Role) -> Result<FirmRole> {
    FirmRole::parse(role.word()).ok_or_else(|| Error::Internal(String::from("a role that nobody knows")))
}

impl Driver<'_> {
    /// A desk in the London or Bristol office, from the range of addresses kept for documentation.
    fn place(&self, key: PersonKey) -> Place {
        let office = self.firm.person(key).map_or("", |p| p.office);
        let net = match office {
            "London" => "192.0.2",
            "Bristol" => "198.51.100",
            _ => "203.0.113",
        };
        let browser = if key.0.is_multiple_of(3) { "Firefox" } else { "Edge" };
        Place { address: format!("{net}.{}", 20 + key.0), device: format!("{browser} on Windows") }
    }

    fn stranger(&self, key: PersonKey) -> Ctx {
        Ctx::new(self.making.room.clone(), Actor::Anonymous, Channel::Web, self.place(key))
    }

    fn account(&mut self, key: PersonKey) -> Result<&mut Account> {
        self.accounts.get_mut(&key).ok_or_else(|| missing("account", key.0.into()))
    }

    fn password(&self) -> Zeroizing<String> {
        let bytes = self.making.room.random::<4>();
        let word = |byte: u8| WORDS.get(usize::from(byte) % WORDS.len()).copied().unwrap_or("acorn");
        let [a, b, c, d] = bytes;
        Zeroizing::new(format!("{}-{}-{}-{}", word(a), word(b), word(c), 10 + u32::from(d) % 90))
    }

    /// The code that the person's authenticator shows next and that was not used yet. Where it shows only in a
    /// while, that while passes.
    fn fresh_code(&mut self, key: PersonKey) -> Result<String> {
        let now = self.now() / (STEP * SECOND);
        let account = self.account(key)?;
        let step = now.max(account.last_step + 1);
        account.last_step = step;
        let secret = account.totp_secret.clone();
        if step > now {
            self.turn_to(step * STEP * SECOND);
        }
        Ok(code(&secret, step))
    }

    /// An administrator invites, a second person agrees, the invited person enrols.
    pub(super) async fn invite(
        &mut self,
        by: PersonKey,
        key: PersonKey,
        seconded_by: PersonKey,
    ) -> Result<()> {
        let person = self.firm.person(key).ok_or_else(|| missing("person", key.0.into()))?;
        let client = person.client.map(|c| self.client(c)).transpose()?;
        let invite = staff::InviteStaff {
            name: Name::parse(person.name)?,
            email: Email::parse(person.email)?,
            role: role(person.role)?,
            client,
        };
        let ctx = self.stepped_up(by).await?;
        let invited = ctx.perform(invite).await?;
        self.tick();
        if let Some(approval) = invited.approval {
            let second = self.stepped_up(seconded_by).await?;
            staff::decide_approval(&second, approval, true).await?;
            self.tick();
        }
        let link = match invited.link {
            Some(link) => link,
            None => self.stepped_up(by).await?.perform(staff::IssueLink { staff: invited.staff }).await?,
        };
        self.tick();
        self.enrol(key, &link.secret).await
    }

    /// The person opens their link, chooses a password and types the first code.
    pub(super) async fn enrol(&mut self, key: PersonKey, link: &str) -> Result<()> {
        let ctx = self.stranger(key);
        let begun = staff::enrolment_start(&ctx, link, None).await?;
        self.tick();
        let password = self.password();
        let step = self.now() / (STEP * SECOND);
        let first_code = code(&begun.totp_secret, step);
        let enrolled = staff::enrol(&ctx, link, &begun.ticket, &password, &first_code).await?;
        self.tick();
        let totp_secret = begun.totp_secret;
        let account =
            Account { key, staff: enrolled.staff, password, totp_secret, device: None, last_step: step };
        self.accounts.insert(key, account);
        Ok(())
    }

    /// Signs in by password and code.
    pub(super) async fn sign_in(&mut self, key: PersonKey) -> Result<()> {
        let email = self.firm.person(key).map_or("", |p| p.email);
        let code = self.fresh_code(key)?;
        let account = self.account(key)?;
        let (password, device) = (account.password.clone(), account.device.clone());
        let ctx = self.stranger(key);
        let ticket = session::sign_in_password(&ctx, email, &password, device.as_deref()).await?;
        let signed_in = session::sign_in_code(&ctx, &ticket, &code, device.as_deref()).await?;
        self.account(key)?.device = Some(signed_in.device);
        let at = self.now();
        self.signed_in.insert(key, SignedIn { cookie: signed_in.cookie, at });
        self.tick();
        Ok(())
    }

    /// Types a wrong password, or a wrong code after the right one.
    pub(super) async fn sign_in_fails(&mut self, key: PersonKey) -> Result<()> {
        let email = self.firm.person(key).map_or("", |p| p.email);
        let ctx = self.stranger(key);
        let password = self.account(key)?.password.clone();
        self.wrong += 1;
        let outcome = if self.wrong.is_multiple_of(3) {
            session::sign_in_password(&ctx, email, "not quite the password", None).await.map(drop)
        } else {
            let ticket = session::sign_in_password(&ctx, email, &password, None).await?;
            let step = self.now() / (STEP * SECOND);
            // the code of an hour ago: of another device, its clock not set
            let old = code(&self.account(key)?.totp_secret.clone(), step - 120);
            session::sign_in_code(&ctx, &ticket, &old, None).await.map(drop)
        };
        match outcome {
            Err(Error::Invalid { .. }) => Ok(()),
            Err(other) => Err(other),
            Ok(()) => Err(Error::Internal(String::from("a wrong sign-in was taken"))),
        }
    }

    /// The person's session, as the web would find it; signed in anew where the last time is long ago.
    pub(super) async fn ctx(&mut self, key: PersonKey) -> Result<Ctx> {
        let now = self.now();
        if self.signed_in.get(&key).is_none_or(|s| now - s.at > FRESH) {
            self.sign_in(key).await?;
        }
        let signed_in = self.signed_in.get(&key).ok_or(Error::SignedOut)?;
        session::authenticate_session(&self.making.room, &signed_in.cookie, Channel::Web, self.place(key))
            .await
    }

    /// As [`Driver::ctx`], confirmed with a fresh code.
    pub(super) async fn stepped_up(&mut self, key: PersonKey) -> Result<Ctx> {
        let ctx = self.ctx(key).await?;
        let now = self.now();
        if let Actor::Person { via: Via::Session { stepped_up_at: Some(at), .. }, .. } = ctx.actor()
            && now - at < STEPPED_UP
        {
            return Ok(ctx);
        }
        let code = self.fresh_code(key)?;
        session::step_up(&ctx, &code).await?;
        self.tick();
        self.ctx(key).await
    }
}
