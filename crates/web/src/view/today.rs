//! Today: what waits for this person. A part that is empty is not shown.

use askama::Template;

use super::chart::Chart;
use super::parts::{Chip, Csrf, Kind, When};
use crate::layout::{Shell, Theme, Tone};

/// One of my matters.
pub struct MyMatter {
    pub id: String,
    pub name: String,
    pub client_name: String,
    pub seat: String,
    pub last: Option<When>,
    /// Records added since I last came.
    pub added: u32,
}

/// A record that someone added since I last came.
pub struct AddedRecord {
    pub href: String,
    pub title: String,
    pub kind: Kind,
    pub matter_name: String,
    pub by: String,
    pub when: When,
}

/// Someone was refused on a matter I lead.
pub struct Refusal {
    pub says: String,
    pub matter_name: String,
    /// The matter's refusals, where it is named.
    pub matter_href: Option<String>,
    /// "3 times", where it was the same several times in a row.
    pub times: String,
    pub when: When,
    pub href: String,
}

/// A seat of mine that ends soon.
pub struct EndingSeat {
    pub matter_id: String,
    pub matter_name: String,
    pub seat: String,
    pub until: When,
    /// "in 6 days"
    pub left: String,
}

/// An upload of mine that stopped.
pub struct StoppedUpload {
    pub id: String,
    pub filename: String,
    pub matter_id: String,
    pub matter_name: String,
    /// "38 of 120 MB arrived"
    pub says: String,
    pub percent: u8,
    pub when: When,
}

/// A sign-in from a device not seen before.
pub struct NewSignIn {
    pub id: String,
    pub device: String,
    pub network: String,
    pub when: When,
}

/// One line with a state: for the administrator, compliance, records.
pub struct Line {
    pub title: String,
    pub href: Option<String>,
    pub says: String,
    pub chip: Option<Chip>,
}

/// How full a disk is.
pub struct Disk {
    pub says: String,
    pub percent: u8,
}

/// The last checkpoint, for the auditor.
pub struct LastCheckpoint {
    pub size: String,
    pub when: When,
    /// The root, shortened.
    pub root: String,
    /// "Enough have signed this one."
    pub witness: String,
    /// Outside witnesses are asked to sign.
    pub witnesses: bool,
}

#[derive(Template)]
#[template(path = "today.html")]
pub struct Today {
    pub shell: Shell,
    pub csrf: Csrf,
    /// "Good afternoon, Eleanor"
    pub greeting: String,
    /// "Friday 21 November"
    pub date: String,
    /// "You last came on Wednesday 17:40."
    pub last_came: Option<String>,
    pub sign_ins: Vec<NewSignIn>,
    pub approvals: u32,
    pub uploads: Vec<StoppedUpload>,
    pub ending: Vec<EndingSeat>,
    pub refusals: Vec<Refusal>,
    /// How many lines more there would be.
    pub more_refusals: usize,
    pub matters: Vec<MyMatter>,
    pub added: Vec<AddedRecord>,
    pub walls_without_review: Vec<Line>,
    pub refusal_chart: Option<Chart>,
    pub seal: Option<Line>,
    pub replicas: Vec<Line>,
    pub disk: Option<Disk>,
    pub not_enrolled: Vec<Line>,
    pub leaderless: Vec<Line>,
    /// Matters opened, and closed, lately: for records managers.
    pub opened: Vec<Line>,
    pub closed: Vec<Line>,
    /// How the ledger stands: for auditors.
    pub ledger: Vec<Line>,
    pub checkpoint: Option<LastCheckpoint>,
}

impl Today {
    /// Whether anything at all waits.
    fn calm(&self) -> bool {
        self.sign_ins.is_empty()
            && self.approvals == 0
            && self.uploads.is_empty()
            && self.ending.is_empty()
            && self.refusals.is_empty()
            && self.walls_without_review.is_empty()
            && self.not_enrolled.is_empty()
            && self.leaderless.is_empty()
    }
}
