//! The people of a matter: seats with start and end, walls over it, who can open it and why.

use askama::Template;

use super::field::Field;
use super::matters::MatterHead;
use super::parts::{Chip, Csrf, When};
use crate::layout::{Shell, Theme, Tone};

/// One seat.
pub struct SeatRow {
    pub person_id: String,
    pub name: String,
    pub role_name: String,
    /// "Lead", "Member", "Reader".
    pub seat: String,
    pub from: When,
    pub until: Option<When>,
    /// "Ends in 6 days", "Starts Monday", "Ended".
    pub note: Option<Chip>,
    pub ended: bool,
    /// The forms of this seat, for those who may change it.
    pub change: Option<SeatForms>,
}

/// Change or end one seat. The ids of the fields differ from row to row.
pub struct SeatForms {
    pub seat: Field,
    pub until: Field,
    /// Why it cannot be ended: "The last lead of a matter stays."
    pub cannot_end: Option<String>,
    pub open: bool,
}

/// A new seat.
pub struct SeatNew {
    pub open: bool,
    pub person: Field,
    pub seat: Field,
    pub until: Field,
    pub error: Option<String>,
}

/// A wall over this matter, for those who may know of it.
pub struct WallLine {
    pub href: String,
    pub name: String,
    pub kind: Chip,
    /// "Bars 3 people and the group Lending."
    pub says: String,
    pub since: When,
}

/// One person who can open the matter, or whom a rule keeps out, and why.
pub struct WhoRow {
    pub name: String,
    pub can: bool,
    /// "Member, by seat", for a reader who may not know of walls; nothing more is said of what they can open.
    pub seat: Option<String>,
    pub because: Vec<String>,
}

/// Name and reference of the matter, and its closing.
pub struct MatterForms {
    /// Whether name and reference may be changed; a closed matter's may not.
    pub rename: bool,
    /// Whether it may be closed, or opened again.
    pub turn: bool,
    pub open: bool,
    pub etag: String,
    pub name: Field,
    pub reference: Field,
    /// Close it (when open) or open it again (when closed).
    pub is_open: bool,
    pub reason: Field,
}

#[derive(Template)]
#[template(path = "matter_team.html")]
pub struct MatterTeam {
    pub shell: Shell,
    pub csrf: Csrf,
    pub head: MatterHead,
    pub seats: Vec<SeatRow>,
    pub past: Vec<SeatRow>,
    pub add: Option<SeatNew>,
    /// None: this person may not know whether there are walls.
    pub walls: Option<Vec<WallLine>>,
    pub who: Vec<WhoRow>,
    /// Whether this reader may know of walls.
    pub knows_walls: bool,
    pub matter: Option<MatterForms>,
    pub error: Option<String>,
}
