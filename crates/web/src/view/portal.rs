//! The one page of a client contact, before the portal exists.

use askama::Template;

use super::parts::Csrf;
use crate::layout::{Shell, Theme, Tone};

#[derive(Template)]
#[template(path = "client_contact.html")]
pub struct ClientContact {
    pub shell: Shell,
    pub csrf: Csrf,
    /// "Good afternoon, Sofia"
    pub greeting: String,
    /// Whom to call.
    pub lawyer_name: String,
    pub lawyer_says: String,
    pub phone: String,
    /// `tel:` address.
    pub phone_href: Option<String>,
    pub email: Option<String>,
    pub office: String,
    pub hours: String,
}
