//! Matters: the list, a new one, and the head that every page of one matter carries.

use askama::Template;

use super::field::Field;
use super::parts::{Csrf, Labels, Pager, State, When};
use crate::layout::{Shell, Theme, Tone};

component!(MatterHead);

/// One line of the list.
pub struct MatterRow {
    pub id: String,
    pub name: String,
    pub reference: String,
    pub client_id: String,
    pub client_name: String,
    pub led_by: Option<String>,
    /// "You lead", "Member", "Reader until 3 Dec"; none for those who see names only.
    pub my_seat: Option<String>,
    pub state: State,
    pub changed: Option<When>,
}

/// All matters this person may see.
#[derive(Template)]
#[template(path = "matters.html")]
pub struct Matters {
    pub shell: Shell,
    pub rows: Vec<MatterRow>,
    pub pager: Pager,
    /// What is shown: "open", "closed" or "all".
    pub showing: String,
    pub may_create: bool,
    /// Shown under the heading: "31 matters, 25 open".
    pub says: String,
}

/// A new matter.
#[derive(Template)]
#[template(path = "matter_new.html")]
pub struct MatterNew {
    pub shell: Shell,
    pub csrf: Csrf,
    pub client: Field,
    pub name: Field,
    pub reference: Field,
    /// Who leads; none for a partner, who leads what they open.
    pub lead: Option<Field>,
    pub error: Option<String>,
}

/// Which page of the matter is open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum MatterTab {
    Records,
    Team,
    Activity,
}

/// Who, what and how guarded: above every page of a matter.
#[derive(Template, Clone)]
#[template(path = "parts/matter_head.html")]
pub struct MatterHead {
    pub id: String,
    pub name: String,
    pub reference: String,
    pub client_id: String,
    pub client_name: String,
    pub led_by: Option<String>,
    pub state: State,
    pub labels: Labels,
    /// "Wall: 3 people barred"; only for those who may know of it.
    pub wall: Option<String>,
    /// "7 people can open this matter."; none where it may not be said.
    pub people: Option<String>,
    pub tab: MatterTab,
    /// The tabs this person has.
    pub shows_records: bool,
    pub shows_activity: bool,
}
