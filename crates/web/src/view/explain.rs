//! Who may what, and why: now or at a past moment.

use askama::Template;

use super::field::Field;
use super::parts::{Csrf, Why};
use crate::layout::{Shell, Theme, Tone};

#[derive(Template)]
#[template(path = "explain.html")]
pub struct Explain {
    pub shell: Shell,
    pub csrf: Csrf,
    pub person: Field,
    pub action: Field,
    pub thing: Field,
    /// A day and time, empty for now.
    pub at: Field,
    pub answer: Option<Answer>,
    pub error: Option<String>,
}

/// The answer with its rules.
pub struct Answer {
    /// "T. Reyes cannot read the records of Share purchase dispute."
    pub heading: String,
    pub why: Why,
    /// The names of the rules, as in the policy files, with the sentence of each.
    pub rules: Vec<(String, String)>,
    pub as_of: String,
}
