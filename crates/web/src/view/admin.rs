//! Staff, one person, approvals, groups, health: for administrators and second persons.

use askama::Template;

use super::field::Field;
use super::parts::{Chip, Csrf, Pager, Person, When};
use crate::layout::{Shell, Theme, Tone};

pub struct StaffRow {
    pub id: String,
    pub name: String,
    pub email: String,
    pub role_name: String,
    /// "Active", "Invited", "Suspended"
    pub state: Chip,
    pub groups: Vec<String>,
    pub since: When,
    /// The day on which they were last here: in an administrator's list.
    pub last_seen: Option<When>,
}

/// A one-time link just made: shown once.
pub struct InviteLink {
    pub person_name: String,
    pub link: String,
    pub until: When,
}

pub struct InviteForm {
    pub open: bool,
    pub name: Field,
    pub email: Field,
    pub role: Field,
    pub error: Option<String>,
}

#[derive(Template)]
#[template(path = "staff.html")]
pub struct Staff {
    pub shell: Shell,
    pub csrf: Csrf,
    pub says: String,
    pub rows: Vec<StaffRow>,
    /// An administrator's list says when people were last here, others since when they stand so.
    pub shows_seen: bool,
    pub pager: Pager,
    pub invite: Option<InviteForm>,
    pub invited: Option<InviteLink>,
}

/// What an administrator may start; what needs a second person says so.
pub struct PersonForms {
    pub etag: String,
    pub role: Option<Field>,
    pub role_reason: Option<Field>,
    pub groups: Option<Field>,
    pub suspend: Option<Field>,
    pub restore: Option<Field>,
    pub reset: Option<Field>,
    /// Invite again: the first link ended.
    pub invite_again: bool,
    /// The role to ask for anew, where the invitation was withdrawn or rejected.
    pub ask_again: Option<String>,
}

#[derive(Template)]
#[template(path = "person.html")]
pub struct PersonPage {
    pub shell: Shell,
    pub csrf: Csrf,
    pub id: String,
    pub name: String,
    pub email: String,
    pub role_name: String,
    pub state: Chip,
    pub groups: Vec<String>,
    pub since: When,
    pub last_seen: Option<When>,
    /// "2 sessions, 1 token"
    pub sign_in: String,
    /// What waits for a second person about this one.
    pub waiting: Vec<String>,
    pub invited: Option<InviteLink>,
    pub forms: PersonForms,
    pub error: Option<String>,
}

pub struct ApprovalRow {
    pub id: String,
    /// "Give D. Okafor the role Partner"
    pub says: String,
    pub asked_by: String,
    pub when: When,
    pub reason: String,
    /// What to look at before deciding: name and value.
    pub facts: Vec<(String, String)>,
    pub decide: Decide,
    pub note: Field,
}

/// What this reader may do with a request.
pub enum Decide {
    /// Approve or reject.
    May,
    /// They asked for it: withdraw only.
    Asked,
    /// There is more to look at first, on a page of its own.
    Elsewhere { href: String },
    /// "An administrator cannot be the second person."
    No { says: String },
}

#[derive(Template)]
#[template(path = "approvals.html")]
pub struct Approvals {
    pub shell: Shell,
    pub csrf: Csrf,
    pub rows: Vec<ApprovalRow>,
    /// The last ones decided, in words.
    pub decided: Vec<DecidedLine>,
}

pub struct DecidedLine {
    pub says: String,
    pub approved: bool,
    pub when: When,
    pub href: String,
}

pub struct GroupRow {
    pub id: String,
    pub name: String,
    /// "6 people"
    pub members: String,
    /// Used by walls: "In 2 walls"; only a count that the reader may know.
    pub note: Option<String>,
}

/// The group that is open.
pub struct GroupOpen {
    pub id: String,
    pub name: String,
    pub etag: String,
    pub members: Vec<(String, Person)>,
    pub add: Option<Field>,
    pub rename: Option<Field>,
}

#[derive(Template)]
#[template(path = "groups.html")]
pub struct Groups {
    pub shell: Shell,
    pub csrf: Csrf,
    pub rows: Vec<GroupRow>,
    pub new_group: Option<Field>,
    pub open: Option<GroupOpen>,
    pub error: Option<String>,
}

/// One part of the system and how it is.
pub struct Check {
    pub name: String,
    pub chip: Chip,
    pub says: String,
    pub facts: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "health.html")]
pub struct Health {
    pub shell: Shell,
    pub csrf: Csrf,
    /// "All is well." or what is not.
    pub says: String,
    pub well: bool,
    pub as_of: When,
    pub checks: Vec<Check>,
    /// How full the disk is, in percent.
    pub disk: Option<(u8, String)>,
    pub not_claimed: Vec<String>,
    pub seal_reason: Option<Field>,
}
