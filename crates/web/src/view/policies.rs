//! The policies: what is in force, and what other texts would change.

use askama::Template;

use super::field::Field;
use super::parts::{Chip, Csrf, When};
use crate::layout::{Shell, Theme, Tone};

/// One rule with its sentence and its text.
pub struct RuleLine {
    pub id: String,
    pub says: String,
    pub forbids: bool,
    pub text: String,
}

/// A policy file and its rules.
pub struct FileRules {
    /// "Walls"
    pub title: String,
    /// "40-walls.cedar"
    pub name: String,
    /// "9 rules"
    pub count: String,
    pub rules: Vec<RuleLine>,
}

/// Where other policies could come from.
pub struct CandidateLine {
    /// "This release"
    pub name: String,
    pub says: String,
    pub chip: Chip,
    /// Where to look at them; none where there is nothing to look at.
    pub href: Option<String>,
}

/// What was proposed, in a line.
pub struct ProposalLine {
    pub says: String,
    pub href: String,
    pub when: When,
    pub approved: bool,
}

#[derive(Template)]
#[template(path = "policies.html")]
pub struct Policies {
    pub shell: Shell,
    pub digest: String,
    /// What waits for a second person.
    pub waiting: Option<ProposalLine>,
    pub candidates: Vec<CandidateLine>,
    pub files: Vec<FileRules>,
    pub decided: Vec<ProposalLine>,
}

/// One line of a rule's text; marked where the other side has no such line.
pub struct TextLine {
    pub text: String,
    pub differs: bool,
}

/// One rule that is not the same in both.
pub struct RuleDifference {
    pub id: String,
    pub file: String,
    /// "Added", "Removed", "Changed", "Moved"
    pub chip: Chip,
    /// The sentence as it is, and as it would be.
    pub said: Option<String>,
    pub says: Option<String>,
    pub before: Vec<TextLine>,
    pub after: Vec<TextLine>,
}

/// People and acts for which the answer would be another.
pub struct PracticeLine {
    pub who: String,
    pub acts: Vec<String>,
}

/// What cannot be so, whoever approves it.
pub struct BreachLine {
    pub bound: String,
    pub says: String,
    pub rules: String,
}

/// What other policies would change.
pub struct Changes {
    pub opens: Vec<PracticeLine>,
    pub closes: Vec<PracticeLine>,
    /// How many lines are not shown.
    pub more: usize,
    pub rules: Vec<RuleDifference>,
    /// True after the decision: then the words are of what was.
    pub past: bool,
}

/// What this reader may do with a proposal.
pub enum Act {
    /// Propose these texts.
    Propose { digest: String },
    /// Approve or reject.
    Decide,
    /// Withdraw what they have proposed.
    Withdraw,
    /// Only look, and why.
    Look { says: String },
}

#[derive(Template)]
#[template(path = "policy_look.html")]
pub struct PolicyLook {
    pub shell: Shell,
    pub csrf: Csrf,
    pub heading: String,
    pub chip: Chip,
    /// Name and value: who proposed it, when, why, both digests.
    pub facts: Vec<(String, String)>,
    pub breaches: Vec<BreachLine>,
    /// None where it lost its ground.
    pub changes: Option<Changes>,
    /// Where its forms are sent.
    pub action: String,
    pub act: Act,
    /// Why it is proposed, where it can be.
    pub reason: Option<Field>,
    pub error: Option<String>,
}
