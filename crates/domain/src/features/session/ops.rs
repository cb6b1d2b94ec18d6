//! What a person does with their own sign-in: ending sessions, confirming with a fresh code, a new password.

use zeroize::Zeroizing;

use crate::kernel::actor::{Actor, Via};
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Because, Error, Refusal, Result};
use crate::kernel::id::{SessionId, StaffId};
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::sets::Set;
use crate::kernel::target::{STEP_UP_LASTS, Subject, Target};
use crate::kernel::verb::Verb;

use super::credential::{self, New};
use super::model::Credential;
use super::{live, password, sign_in, throttle};

/// The browser session that carries the request, and when it was last stepped up.
pub(super) fn browser(ctx: &Ctx) -> Result<(SessionId, Option<i64>)> {
    match &ctx.actor {
        Actor::Person { via: Via::Session { id, stepped_up_at, .. }, .. } => Ok((*id, *stepped_up_at)),
        Actor::Person { .. } => Err(Error::conflict(
            "session.browser_only",
            "This is done in the browser, not with an access token.",
        )),
        _ => Err(Error::SignedOut),
    }
}

/// Refuses, in the words of the rule, where no fresh code was given.
pub(super) fn need_step_up(ctx: &Ctx) -> Result<()> {
    let (_, stepped_up_at) = browser(ctx)?;
    let now = ctx.now();
    if stepped_up_at.is_some_and(|s| s <= now && now < s + STEP_UP_LASTS) {
        return Ok(());
    }
    let because: Vec<Because> = ctx.room.gate().rules().filter(|b| b.rule == "step-up").cloned().collect();
    Err(Error::Refused(Refusal { because, step_up: true, ask: None }))
}

/// Signs out of one session: the one that carries the request.
pub struct SignOut {
    /// The actor.
    pub staff: StaffId,
    /// The session.
    pub session: SessionId,
}

impl Operation for SignOut {
    const VERB: Verb = Verb::SignOut;
    type Output = ();

    fn target(&self) -> Target {
        Target::Staff(self.staff)
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<()>> {
        end_one(tx, self.staff, self.session).await
    }
}

/// Ends one of the actor's own sessions.
pub struct EndSession {
    /// The actor.
    pub staff: StaffId,
    /// The session.
    pub session: SessionId,
}

impl Operation for EndSession {
    const VERB: Verb = Verb::SessionEnd;
    type Output = ();

    fn target(&self) -> Target {
        Target::Staff(self.staff)
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<()>> {
        end_one(tx, self.staff, self.session).await
    }
}

async fn end_one(tx: &mut WriteTx<'_>, staff: StaffId, session: SessionId) -> Result<Done<()>> {
    tx.touch(Set::Person(staff)).await?;
    if live::end_sessions(tx, staff, |s| s.id == session).await? == 0 {
        return Err(Error::NotFound);
    }
    Ok(Done::recording((), Facts::about([session.any()])))
}

/// Ends all of the actor's own sessions, but perhaps one; how many. Tokens go on.
pub struct EndAllSessions {
    /// The actor.
    pub staff: StaffId,
    /// The one that goes on.
    pub keep: Option<SessionId>,
}

impl Operation for EndAllSessions {
    const VERB: Verb = Verb::SessionEnd;
    type Output = usize;

    fn target(&self) -> Target {
        Target::Staff(self.staff)
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<usize>> {
        tx.touch(Set::Person(self.staff)).await?;
        let ended = live::end_carriers(tx, self.staff, self.keep, false).await?;
        Ok(Done::recording(ended, Facts::default().clear("ended", ended)))
    }
}

/// Signs out.
///
/// # Errors
/// Not signed in by a browser; sealed; storage.
pub async fn sign_out(ctx: &Ctx) -> Result<()> {
    let (session, _) = browser(ctx)?;
    ctx.perform(SignOut { staff: ctx.me()?, session }).await
}

struct StepUp {
    staff: StaffId,
    session: SessionId,
    totp: Credential,
    step: i64,
}

impl Operation for StepUp {
    const VERB: Verb = Verb::StepUp;
    type Output = ();

    fn target(&self) -> Target {
        Target::Staff(self.staff)
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<()>> {
        let now = tx.now();
        let sessions = live::sessions(tx, self.staff).await?;
        let mut session = sessions.into_iter().find(|s| s.id == self.session).ok_or(Error::SignedOut)?;
        let mut totp = self.totp;
        let before = totp.used;
        totp.used = self.step;
        tx.touch(Set::Person(self.staff)).await?;
        live::change(tx, &totp, before).await?;
        session.stepped_up_at = Some(now);
        session.seen_at = now;
        live::write(tx, &session).await?;
        Ok(Done::recording((), Facts::default()))
    }
}

/// Confirms with a fresh code of the authenticator; counts from the next request on, for ten minutes.
///
/// # Errors
/// A wrong or used code; throttled; not signed in by a browser; sealed; storage.
pub async fn step_up(ctx: &Ctx, code: &str) -> Result<()> {
    let (session, _) = browser(ctx)?;
    let staff = ctx.me()?;
    let room = &ctx.room;
    let wrong = || Error::invalid("code", "This code is wrong or was used already. Wait for the next one.");
    let buckets = throttle::for_code(room, &[b"step up", &staff.bytes()[..]].concat(), None)?;
    throttle::attempt(room, &buckets).await?;
    let all = credential::live(&room.db, &room.vault, staff).await?;
    let totp = all.into_iter().find(|c| c.kind == "totp").ok_or_else(wrong)?;
    let Some(step) = credential::fresh_step(&room.vault, &totp, &credential::tidy_code(code), ctx.now())?
    else {
        if throttle::worth_an_entry(room, &staff.bytes(), "step up").await? {
            ctx.failed(Verb::StepUp, Facts::about([staff.any()])).await?;
        }
        return Err(wrong());
    };
    ctx.perform(StepUp { staff, session, totp, step }).await.map_err(|error| match error {
        Error::Stale => wrong(),
        other => other,
    })?;
    throttle::succeeded(room, &buckets).await
}

struct ChangePassword {
    staff: StaffId,
    session: SessionId,
    phc: Zeroizing<String>,
}

impl Operation for ChangePassword {
    const VERB: Verb = Verb::CredentialChange;
    type Output = ();

    fn target(&self) -> Target {
        Target::Staff(self.staff)
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<()>> {
        tx.touch(Set::Person(self.staff)).await?;
        if live::end_credentials(tx, self.staff, |kind| kind == "password").await? == 0 {
            return Err(Error::Stale);
        }
        let secret = self.phc.as_bytes();
        let new =
            New { staff: self.staff, kind: "password", secret, lookup: None, expires_at: None, used: 0 };
        credential::insert(tx, new).await?;
        let ended = live::end_carriers(tx, self.staff, Some(self.session), false).await?;
        Ok(Done::recording(
            (),
            Facts::default().clear("credential", "password").clear("sessions_ended", ended),
        ))
    }
}

/// Takes a new password for the current one, and ends the other sessions.
///
/// # Errors
/// The current one is wrong; the new one is too weak; throttled; not by a browser; sealed; storage.
pub async fn change_password(ctx: &Ctx, current: &str, new: &str) -> Result<()> {
    let (session, _) = browser(ctx)?;
    let staff = ctx.me()?;
    let room = &ctx.room;
    let buckets = throttle::for_code(room, &[b"password", &staff.bytes()[..]].concat(), None)?;
    throttle::attempt(room, &buckets).await?;
    let all = credential::live(&room.db, &room.vault, staff).await?;
    if !password::verify(room, password::turn(true).await?, current, sign_in::phc(ctx, &all)?).await? {
        if throttle::worth_an_entry(room, &staff.bytes(), "password").await? {
            ctx.failed(Verb::CredentialChange, Facts::about([staff.any()])).await?;
        }
        return Err(Error::invalid("current", "This is not your current password."));
    }
    throttle::succeeded(room, &buckets).await?;
    let own = room.directory.staff(staff).unwrap_or_default();
    let firm = crate::features::firm::name(room).await?;
    password::check("password", new, &[&own.name, &own.email, &firm])?;
    let phc = password::hash(room, new).await?;
    ctx.perform(ChangePassword { staff, session, phc }).await
}

struct NewRecoveryCodes {
    staff: StaffId,
}

impl Operation for NewRecoveryCodes {
    const VERB: Verb = Verb::CredentialChange;
    type Output = Vec<Zeroizing<String>>;

    fn target(&self) -> Target {
        Target::Staff(self.staff)
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<Self::Output>> {
        tx.touch(Set::Person(self.staff)).await?;
        live::end_credentials(tx, self.staff, |kind| kind == "recovery").await?;
        let codes = credential::insert_recovery(tx, self.staff).await?;
        Ok(Done::recording(codes, Facts::default().clear("credential", "recovery")))
    }
}

/// Ten new recovery codes in place of the old ones; shown once.
///
/// # Errors
/// Without a fresh code; not by a browser; sealed; storage.
pub async fn new_recovery_codes(ctx: &Ctx) -> Result<Vec<Zeroizing<String>>> {
    need_step_up(ctx)?;
    ctx.perform(NewRecoveryCodes { staff: ctx.me()? }).await
}
