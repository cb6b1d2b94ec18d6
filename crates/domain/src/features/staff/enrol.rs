//! Enrolment: from a link to a person who can sign in, in two steps.
//!
//! The authenticator's secret is drawn in the first step and carried in a sealed ticket: nothing is stored until
//! the second, and whoever keeps a copy of the link cannot compute it.

use strongroom_seal::Secret;
use strongroom_seal::totp::{self, TotpSecret};
use zeroize::Zeroizing;

use crate::features::session::credential::{self, New};
use crate::features::session::model::Credential;
use crate::features::session::{end_carriers, end_credentials, open_ticket, password, seal_ticket};
use crate::kernel::actor::Role;
use crate::kernel::clock::HOUR;
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::id::{CredentialId, StaffId};
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::sets::Set;
use crate::kernel::target::{Subject, Target};
use crate::kernel::verb::Verb;

use super::model::{link_lookup, stand, standing};

/// What the form of the first step shows.
pub struct Enrolment {
    /// The person's name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// True for a person at a client: whoever made the link can open the page, and the address tells the client, so
    /// neither page nor code shows it.
    pub contact: bool,
    /// The authenticator's secret, to be typed.
    pub totp_secret: Zeroizing<String>,
    /// The same, to be drawn as a QR code.
    pub uri: Zeroizing<String>,
    /// What the form carries to the second step.
    pub ticket: String,
}

/// A person who has enrolled.
pub struct Enrolled {
    /// Who.
    pub staff: StaffId,
    /// The recovery codes, shown once.
    pub recovery_codes: Vec<Zeroizing<String>>,
}

fn ended() -> Error {
    Error::conflict(
        "link.ended",
        "This link was used, replaced, or has expired. Ask the administrator for a new one.",
    )
}

/// The live link of that secret.
async fn link_of(ctx: &Ctx, secret: &str) -> Result<Credential> {
    let room = &ctx.room;
    let lookup = link_lookup(&room.vault, secret)?;
    let found = credential::by_lookup(&room.db, &room.vault, lookup).await?;
    let live = |c: &Credential| {
        c.kind == "link" && c.ended_at.is_none() && c.expires_at.is_some_and(|e| ctx.now() < e)
    };
    let Some(link) = found.filter(live) else {
        room.strangers.count();
        return Err(ended());
    };
    // the link must be among what the ledger knows of the person
    let person = ctx.load(async |loader| loader.person(link.staff).await).await?.ok_or_else(ended)?;
    if standing(&person, ctx.now())?.state != "invited" {
        return Err(ended());
    }
    Ok(link)
}

fn secret_in(ctx: &Ctx, link: &Credential, ticket: &str) -> Result<Option<TotpSecret>> {
    let what = open_ticket(&ctx.room, "enrolment", &link.id.to_string(), ticket)?;
    Ok(what.map(|bytes| Secret::new(bytes.to_vec())))
}

/// The first step. With the ticket of a form that is shown again, the authenticator's secret stays the same.
///
/// # Errors
/// The link is over; sealed; storage.
pub async fn enrolment_start(ctx: &Ctx, link: &str, ticket: Option<&str>) -> Result<Enrolment> {
    let link = link_of(ctx, link).await?;
    let room = &ctx.room;
    let known = ticket.map(|t| secret_in(ctx, &link, t)).transpose()?.flatten();
    let secret = known.unwrap_or_else(|| totp::generate(room.entropy.as_ref()));
    let ticket = seal_ticket(room, "enrolment", &link.id.to_string(), ctx.now() + HOUR, secret.expose())?;
    let name = room.directory.staff(link.staff).ok_or(Error::NotFound)?;
    let firm = crate::features::firm::name(room).await?;
    let person = ctx.load(async |loader| loader.person(link.staff).await).await?.ok_or_else(ended)?;
    let contact = standing(&person, ctx.now())?.role == Role::ClientContact;
    let account = if contact { &name.name } else { &name.email };
    Ok(Enrolment {
        uri: totp::uri(&firm, account, &secret),
        contact,
        totp_secret: totp::base32(&secret),
        name: name.name,
        email: name.email,
        ticket: ticket.to_string(),
    })
}

struct Enrol {
    staff: StaffId,
    link: CredentialId,
    phc: Zeroizing<String>,
    totp: TotpSecret,
    step: i64,
}

impl Operation for Enrol {
    const VERB: Verb = Verb::Enrol;
    type Output = Vec<Zeroizing<String>>;

    fn target(&self) -> Target {
        Target::Staff(self.staff)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<Self::Output>> {
        let person = on.person.as_ref().ok_or(Error::NotFound)?;
        let staff = self.staff;
        let present = standing(person, tx.now())?.clone();
        let live = credential::live_in(tx, staff).await?;
        if present.state != "invited" || !live.iter().any(|c| c.id == self.link) {
            return Err(ended());
        }
        tx.touch(Set::Person(staff)).await?;
        end_credentials(tx, staff, |_| true).await?;
        end_carriers(tx, staff, None, true).await?;
        let new = |kind, secret, used| New { staff, kind, secret, lookup: None, expires_at: None, used };
        credential::insert(tx, new("password", self.phc.as_bytes(), 0)).await?;
        // the code of the enrolment is used up
        credential::insert(tx, new("totp", self.totp.expose(), self.step)).await?;
        let codes = credential::insert_recovery(tx, staff).await?;
        stand(tx, person, present.role, "active").await?;
        let facts = Facts::about([staff.any()]).clear("role", present.role.word()).by(staff, None);
        Ok(Done::recording(codes, facts))
    }
}

/// The second step: a password of one's own, and a code that shows that the authenticator works.
///
/// # Errors
/// The link or the form is over; the password is too weak; the code is wrong; sealed; storage.
pub async fn enrol(ctx: &Ctx, link: &str, ticket: &str, password: &str, code: &str) -> Result<Enrolled> {
    let link = link_of(ctx, link).await?;
    let room = &ctx.room;
    let over = || Error::conflict("enrolment.ticket", "That took too long. Open the link again.");
    let totp = secret_in(ctx, &link, ticket)?.ok_or_else(over)?;
    let own = room.directory.staff(link.staff).unwrap_or_default();
    let firm = crate::features::firm::name(room).await?;
    password::check("password", password, &[&own.name, &own.email, &firm])?;
    let step = credential::step_of(&totp, &credential::tidy_code(code), ctx.now());
    let says = "This code is wrong. Check that the authenticator holds this account, and its clock.";
    let step = step.ok_or_else(|| Error::invalid("code", says))?;
    let phc = password::hash(room, password).await?;
    let staff = link.staff;
    let recovery_codes = ctx.perform(Enrol { staff, link: link.id, phc, totp, step }).await?;
    Ok(Enrolled { staff, recovery_codes })
}
