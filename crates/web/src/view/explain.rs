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
    /// Words by which a thing is found; none for those who type an id.
    pub find: Option<Field>,
    pub thing: Field,
    /// A day and time, empty for now.
    pub at: Field,
    pub answer: Option<Answer>,
    /// The asker may not ask this; what they asked stands in the form still.
    pub refused: Option<Why>,
    pub error: Option<String>,
}

/// The answer with its rules.
pub struct Answer {
    /// "T. Reyes may not open the records of Share purchase dispute: a wall keeps them from it."
    pub heading: String,
    /// What stands behind the thing's name in the heading.
    pub ending: String,
    pub allowed: bool,
    /// "The rule says to T. Reyes:": the sentences below speak to the person who is asked about.
    pub told: String,
    /// "T. Reyes can ask Hugh Pemberton, who leads this matter."
    pub ask: Option<String>,
    /// The names of the rules, as in the policy files, with the sentence of each.
    pub rules: Vec<(String, String)>,
    pub as_of: String,
}
