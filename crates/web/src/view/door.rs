//! Pages before sign-in, and the one that asks to confirm it again.

use askama::Template;

use super::field::Field;
use super::parts::{Csrf, When};
use super::qr::Qr;
use crate::layout::{Door, Shell, Theme, Tone};

/// E-mail and password.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub struct SignIn {
    pub door: Door,
    pub csrf: Csrf,
    /// The path to return to after signing in; the server checks that it is its own.
    pub back: String,
    pub email: Field,
    pub password: Field,
    /// "You were signed out after an hour without activity."
    pub notice: Option<String>,
    pub error: Option<String>,
    /// Whom to call: "Call the IT desk on extension 400."
    pub help: String,
}

/// The code from the authenticator, or a recovery code.
#[derive(Template)]
#[template(path = "sign_in_totp.html")]
pub struct SignInTotp {
    pub door: Door,
    pub csrf: Csrf,
    pub back: String,
    pub email: String,
    pub code: Field,
    pub error: Option<String>,
}

/// The one-time page of a new person: password and authenticator.
#[derive(Template)]
#[template(path = "enrol.html")]
pub struct Enrol {
    pub door: Door,
    pub csrf: Csrf,
    /// Where the form goes: the one-time link itself.
    pub action: String,
    pub person_name: String,
    pub email: String,
    pub role_name: String,
    pub invited_by: String,
    pub until: Option<When>,
    pub password: Field,
    pub password_again: Field,
    pub qr: Qr,
    /// The secret in groups of four.
    pub secret_grouped: String,
    pub code: Field,
    pub error: Option<String>,
}

/// The recovery codes, shown once.
#[derive(Template)]
#[template(path = "enrol_done.html")]
pub struct EnrolDone {
    pub door: Door,
    pub csrf: Csrf,
    pub action: String,
    pub person_name: String,
    pub codes: Vec<String>,
}

/// A one-time link that has been used or has ended.
#[derive(Template)]
#[template(path = "enrol_gone.html")]
pub struct EnrolGone {
    pub door: Door,
    pub ask: String,
}

/// A fresh code before something that matters.
#[derive(Template)]
#[template(path = "step_up.html")]
pub struct StepUp {
    pub shell: Shell,
    pub csrf: Csrf,
    /// "Exporting Share purchase dispute takes all its records out of the strongroom."
    pub why: String,
    pub code: Field,
    pub error: Option<String>,
    pub back: String,
    pub cancel_href: String,
    /// "10 minutes".
    pub lasts: String,
}

/// What unsealing asks for.
pub enum Unseal {
    Passphrase { field: Field },
    Shares { field: Field, given: u32, needed: u32 },
    KeyFile,
}

/// The strongroom is sealed.
#[derive(Template)]
#[template(path = "seal.html")]
pub struct Seal {
    pub door: Door,
    pub csrf: Csrf,
    pub ask: Unseal,
    pub error: Option<String>,
    /// "Sealed since 06:12 today, when the server started."
    pub since: String,
    pub help: String,
}
