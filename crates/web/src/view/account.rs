//! A person's own sign-in: sessions, tokens, password, recovery codes.

use askama::Template;

use super::field::Field;
use super::parts::{Csrf, When};
use crate::layout::{Shell, Theme, Tone};

pub struct SessionRow {
    pub id: String,
    /// "Firefox on Windows"
    pub device: String,
    /// "Office network, London (10.4.0.0/16)"
    pub network: String,
    pub started: When,
    pub last_use: When,
    pub current: bool,
}

pub struct TokenRow {
    pub id: String,
    pub name: String,
    pub scopes: Vec<String>,
    pub expires: When,
    pub last_use: Option<When>,
}

/// A token just made: shown once.
pub struct MadeToken {
    pub name: String,
    pub secret: String,
    pub expires: When,
}

pub struct TokenNew {
    pub open: bool,
    pub name: Field,
    pub scopes: Field,
    pub expires: Field,
}

pub struct PasswordForm {
    pub open: bool,
    pub current: Field,
    pub new: Field,
    pub again: Field,
}

#[derive(Template)]
#[template(path = "sessions.html")]
pub struct Sessions {
    pub shell: Shell,
    pub csrf: Csrf,
    pub email: String,
    pub sessions: Vec<SessionRow>,
    pub tokens: Vec<TokenRow>,
    pub made: Option<MadeToken>,
    pub new_token: TokenNew,
    pub password: PasswordForm,
    pub recovery_left: u32,
    /// New recovery codes, shown once.
    pub recovery_codes: Vec<String>,
    pub error: Option<String>,
}
