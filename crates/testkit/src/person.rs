//! People who can sign in.

use std::sync::Arc;

use strongroom_domain::Strongroom;
use strongroom_domain::features::{session, staff};
use strongroom_domain::kernel::actor::{Actor, Channel, Role};
use strongroom_domain::kernel::clock::{Clock as _, SECOND, SetClock};
use strongroom_domain::kernel::ctx::{Ctx, Place};
use strongroom_domain::kernel::id::StaffId;
use strongroom_seal::totp;

use crate::TestFirm;

/// Every role, in the order of the table.
pub const ROLES: &[Role] = Role::ALL;

/// Someone with a password, an authenticator and a token.
#[derive(Clone)]
pub struct Person {
    pub id: StaffId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub password: String,
    pub totp_secret: String,
    /// The value of the session cookie.
    pub cookie: String,
    /// A personal access token of every scope.
    pub token: String,
    pub recovery_codes: Vec<String>,
}

impl Person {
    /// Uses an enrolment link, signs in, makes a token.
    pub(crate) async fn enrol(room: &Arc<Strongroom>, clock: &SetClock, link: &str, role: Role) -> Self {
        let stranger = Ctx::new(room.clone(), Actor::Anonymous, Channel::Web, Place::default());
        let start = staff::enrolment_start(&stranger, link, None).await.expect("the link works");
        let mut person = Self {
            id: StaffId::new(0, [0; 10]),
            name: start.name.clone(),
            email: start.email.clone(),
            role,
            password: String::from("correct horse, battery; staple"),
            totp_secret: start.totp_secret.to_string(),
            cookie: String::new(),
            token: String::new(),
            recovery_codes: Vec::new(),
        };
        clock.advance(31 * SECOND);
        let code = person.code(clock);
        let enrolled =
            staff::enrol(&stranger, link, &start.ticket, &person.password, &code).await.expect("they enrol");
        person.id = enrolled.staff;
        person.recovery_codes = enrolled.recovery_codes.iter().map(|c| c.to_string()).collect();
        (person.cookie, person.token) = crate::firm::sign_in(room, clock, &person).await;
        person
    }

    /// The authenticator's code now.
    pub fn code(&self, clock: &SetClock) -> String {
        let secret = totp::from_base32(&self.totp_secret).expect("a secret");
        let seconds = u64::try_from(clock.now() / SECOND).expect("after 1970");
        totp::code_at(&secret, seconds / totp::PERIOD).to_string()
    }

    /// A context as if the person's browser had sent a request.
    pub async fn ctx(&self, firm: &TestFirm) -> Ctx {
        session::authenticate_session(&firm.room, &self.cookie, Channel::Web, Place::default())
            .await
            .expect("the session stands")
    }

    /// The same for a token of the API.
    pub async fn api_ctx(&self, firm: &TestFirm) -> Ctx {
        session::authenticate_token(&firm.room, &self.token, Channel::Api, Place::default())
            .await
            .expect("the token stands")
    }

    /// Signs in again: a fresh session and token.
    pub async fn again(&self, firm: &TestFirm) -> Self {
        let (cookie, token) = crate::firm::sign_in(&firm.room, &firm.clock, self).await;
        Self { cookie, token, ..self.clone() }
    }
}
