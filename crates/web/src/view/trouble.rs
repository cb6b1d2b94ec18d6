//! When something does not go: refused, not found, broken. What happened, what was kept, what to do.

use askama::Template;

use super::parts::Why;
use crate::layout::{Door, Shell, Theme, Tone};

/// Refused inside something the person may know exists.
#[derive(Template)]
#[template(path = "refused.html")]
pub struct Refused {
    pub shell: Shell,
    /// "You cannot lower the label of Complaint as filed."
    pub heading: String,
    pub why: Why,
    /// The way back and its words: "Back to the matter".
    pub back: Option<(String, String)>,
    /// The refusal's own entry, if this person may open it.
    pub entry_href: Option<String>,
}

/// Nothing here, or nothing that this person may know of: the same page, byte for byte but the request id.
#[derive(Template)]
#[template(path = "not_found.html")]
pub struct NotFound {
    pub shell: Shell,
}

/// A failure of the request or the server; needs no session.
#[derive(Template)]
#[template(path = "problem.html")]
pub struct Problem {
    pub door: Door,
    /// "That file is larger than this firm allows."
    pub heading: String,
    pub happened: String,
    /// "Nothing was changed." or "What you typed is kept."
    pub kept: String,
    pub to_do: String,
    pub back_href: Option<String>,
    pub request_id: String,
}
