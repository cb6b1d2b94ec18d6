//! Signing in, in two steps: the password gives a ticket that lasts five minutes, a code of the authenticator
//! (or a recovery code) makes a session of it.
//!
//! What must hold: an unknown address, a person without a password and a wrong password get the same answer in the
//! same time; a code is good once; the session begins in the transaction that uses the code up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use strongroom_storage::params;
use zeroize::Zeroizing;

use crate::kernel::clock::MINUTE;
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::id_of;
use crate::kernel::id::{SessionId, StaffId};
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::repeat::Answer;
use crate::kernel::sets::Set;
use crate::kernel::target::{Subject, Target};
use crate::kernel::text::Email;
use crate::kernel::verb::Verb;

use super::model::{self, Credential, Session};
use super::{credential, live, password, recovery, store, throttle, ticket};

/// How long the ticket between the steps lasts.
const TICKET_LASTS: i64 = 5 * MINUTE;
/// No wrong password is answered sooner, so that what is written down about a known account does not show.
const SOONEST_NO: std::time::Duration = std::time::Duration::from_millis(250);

/// A session that has begun.
pub struct SignedIn {
    /// The session.
    pub session: SessionId,
    /// Who.
    pub staff: StaffId,
    /// The cookie's value: 256 bits, stored as a digest.
    pub cookie: Zeroizing<String>,
    /// The value of the cookie by which this device is known again.
    pub device: String,
    /// How many recovery codes are left, where one was used.
    pub recovery_codes_left: Option<usize>,
}

fn wrong_password() -> Error {
    Error::invalid("password", "This address and password do not belong together.")
}

fn wrong_code() -> Error {
    Error::invalid("code", "This code is wrong or was used already. Wait for the next one.")
}

/// The person's live password, opened.
pub(super) fn phc(ctx: &Ctx, all: &[Credential]) -> Result<Option<Zeroizing<String>>> {
    let Some(found) = all.iter().find(|c| c.kind == "password") else { return Ok(None) };
    let at = found.id.to_string();
    Ok(ctx.room.vault.open_system(Credential::column(&at), &found.sealed_secret)?.into_string())
}

/// The first step: a ticket for the second.
///
/// # Errors
/// Wrong address or password; throttled; suspended; sealed; storage.
pub async fn sign_in_password(
    ctx: &Ctx,
    email: &str,
    password: &str,
    device: Option<&str>,
) -> Result<Zeroizing<String>> {
    let room = &ctx.room;
    let begun = tokio::time::Instant::now();
    let email = Email::parse(email).map_err(|_| wrong_password())?;
    let index = model::email_index(&room.vault, email.as_str())?;
    let row = room.db.optional(&store::STAFF_BY_EMAIL, &params![index]).await?;
    let staff: Option<StaffId> = row.map(|row| id_of(&row, "staff_id")).transpose()?;
    let known = match (staff, device) {
        (Some(staff), Some(device)) => ticket::known_device(room, staff, device)?,
        _ => None,
    };
    let buckets = throttle::for_password(room, &index, &ctx.place.address, known)?;
    throttle::may_try(room, &buckets).await?;
    let turn = password::turn(known.is_some()).await?;
    throttle::attempt(room, &buckets).await?;
    let all = match staff {
        Some(staff) => credential::live(&room.db, &room.vault, staff).await?,
        None => Vec::new(),
    };
    let right = password::verify(room, turn, password, phc(ctx, &all)?).await?;
    let (Some(staff), true) = (staff, right) else {
        match staff {
            Some(staff) if throttle::worth_an_entry(room, &index, &ctx.place.address).await? => {
                ctx.failed(Verb::SignIn, Facts::about([staff.any()])).await?;
            }
            _ => room.strangers.count(),
        }
        tokio::time::sleep_until(begun + SOONEST_NO).await;
        return Err(wrong_password());
    };
    throttle::succeeded(room, &buckets).await?;
    let person = ctx.load(async |loader| loader.person(staff).await).await?.ok_or_else(wrong_password)?;
    if person.at(ctx.now()).is_none_or(|s| s.state != "active") {
        return Err(suspended());
    }
    let mut what = staff.to_string();
    if let Some(found) = all.iter().find(|c| c.kind == "password") {
        what.push(' ');
        what.push_str(&found.id.to_string());
    }
    ticket::seal_ticket(room, "sign in", "", ctx.now() + TICKET_LASTS, what.as_bytes())
}

fn suspended() -> Error {
    Error::conflict("session.suspended", "This account is suspended. Ask the administrator.")
}

/// What proves the second step.
enum Proof {
    /// A code of the authenticator, and the step whose code it is.
    Code(Credential, i64),
    /// A recovery code.
    Recovery(Credential),
}

/// The second step: the session.
///
/// # Errors
/// Wrong code; the ticket is over; throttled; suspended; sealed; storage.
pub async fn sign_in_code(ctx: &Ctx, ticket: &str, code: &str, device: Option<&str>) -> Result<SignedIn> {
    let room = &ctx.room;
    let over = || Error::conflict("session.ticket", "That took too long. Begin again with your password.");
    let what = ticket::open_ticket(room, "sign in", "", ticket)?.ok_or_else(over)?;
    let what = std::str::from_utf8(&what).map_err(|_| over())?;
    let (staff, password) = what.split_once(' ').ok_or_else(over)?;
    let staff = StaffId::parse(staff).ok_or_else(over)?;
    let all = credential::live(&room.db, &room.vault, staff).await?;
    // the password was changed or reset since: the ticket is worth nothing
    let password =
        all.iter().find(|c| c.id.to_string() == password && c.kind == "password").ok_or_else(over)?.id;
    let known = device.map(|d| ticket::known_device(room, staff, d)).transpose()?.flatten();
    let buckets = throttle::for_code(room, &staff.bytes(), known)?;
    throttle::attempt(room, &buckets).await?;
    let Some(proof) = prove(ctx, staff, &all, code)? else {
        if throttle::worth_an_entry(room, &staff.bytes(), &ctx.place.address).await? {
            ctx.failed(Verb::SignIn, Facts::about([staff.any()]).clear("step", "code")).await?;
        }
        return Err(wrong_code());
    };
    let secret = Zeroizing::new(room.random::<32>());
    let cookie = Zeroizing::new(BASE64.encode(*secret));
    let hash = model::digest(&room.vault, "session", &[&*secret])?;
    let begun =
        ctx.perform(StartSession { staff, password, proof, hash }).await.map_err(|error| match error {
            // another request used the same code up first
            Error::Stale => wrong_code(),
            other => other,
        })?;
    throttle::succeeded(room, &buckets).await?;
    let device = ticket::device_cookie(room, staff)?;
    Ok(SignedIn { session: begun.0, staff, cookie, device, recovery_codes_left: begun.1 })
}

fn prove(ctx: &Ctx, staff: StaffId, all: &[Credential], typed: &str) -> Result<Option<Proof>> {
    let code = credential::tidy_code(typed);
    if code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) {
        let Some(totp) = all.iter().find(|c| c.kind == "totp") else { return Ok(None) };
        let step = credential::fresh_step(&ctx.room.vault, totp, &code, ctx.now())?;
        return Ok(step.map(|step| Proof::Code(totp.clone(), step)));
    }
    if recovery::read(&code).is_none() {
        return Ok(None);
    }
    let lookup = recovery::lookup(&ctx.room.vault, staff, &code)?;
    let found = all.iter().find(|c| c.kind == "recovery" && c.lookup.as_deref() == Some(&lookup[..]));
    Ok(found.map(|c| Proof::Recovery(c.clone())))
}

/// Begins a session. Only the two steps above make one.
struct StartSession {
    staff: StaffId,
    password: crate::kernel::id::CredentialId,
    proof: Proof,
    hash: [u8; 32],
}

/// The session, and how many recovery codes are left where one was used.
struct Started(SessionId, Option<usize>);

/// A session's secret is told once.
impl Answer for Started {
    fn made(&self) -> String {
        self.0.to_string()
    }

    fn again(_: &str) -> Option<Self> {
        None
    }
}

impl Operation for StartSession {
    const VERB: Verb = Verb::SignIn;
    type Output = Started;

    fn target(&self) -> Target {
        Target::Staff(self.staff)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<Self::Output>> {
        tx.touch(Set::Person(self.staff)).await?;
        let now = tx.now();
        let person = on.person.as_ref().ok_or(Error::NotFound)?;
        if person.at(now).is_none_or(|s| s.state != "active") {
            return Err(suspended());
        }
        let all = live::credentials(tx, self.staff).await?;
        if !all.iter().any(|c| c.id == self.password) {
            return Err(Error::conflict("session.ticket", "Begin again with your password."));
        }
        let (how, stepped_up_at, left) = match self.proof {
            Proof::Code(mut totp, step) => {
                let before = totp.used;
                totp.used = step;
                live::change(tx, &totp, before).await?;
                ("code", Some(now), None)
            }
            Proof::Recovery(mut code) => {
                code.ended_at = Some(now);
                let used = code.used;
                live::change(tx, &code, used).await?;
                let left = all.iter().filter(|c| c.kind == "recovery" && c.id != code.id).count();
                ("recovery", None, Some(left))
            }
        };
        let settings = tx.ctx().room.settings.clone();
        live::end_expired(tx, self.staff, &settings).await?;
        let id: SessionId = tx.new_id();
        let text = id.to_string();
        let place = &tx.ctx().place;
        let place = serde_json::json!({ "address": place.address, "device": place.device }).to_string();
        let sealed_place = tx.vault().seal_system(
            Session::column(&text),
            tx.ctx().room.entropy.as_ref(),
            place.as_bytes(),
        )?;
        let session = Session {
            id,
            staff: self.staff,
            secret_hash: self.hash.to_vec(),
            created_at: now,
            seen_at: now,
            stepped_up_at,
            ended_at: None,
            sealed_place,
        };
        let values = params![
            text,
            self.staff.to_string(),
            session.secret_hash.clone(),
            now,
            now,
            stepped_up_at,
            session.sealed_place.clone(),
            session.bind().mac(tx.vault())?
        ];
        tx.exec_one(&store::SESSION_INSERT, &values).await?;
        let facts = Facts::about([id.any()]).clear("second_factor", how).by(self.staff, Some(id));
        Ok(Done::recording(Started(id, left), facts))
    }
}
