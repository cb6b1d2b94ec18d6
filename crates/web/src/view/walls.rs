//! Ethical walls: the list, one wall, making and changing one.

use askama::Template;

use super::field::Field;
use super::parts::{Chip, Csrf, Pager, Person, When};
use crate::layout::{Shell, Theme, Tone};

pub struct WallRow {
    pub id: String,
    pub name: String,
    pub kind: Chip,
    /// "Northwind Holdings and 2 matters"
    pub covers: String,
    /// "3 people, 1 group"
    pub people: String,
    pub since: When,
    /// "No review for 14 months"
    pub note: Option<Chip>,
    pub ended: bool,
}

#[derive(Template)]
#[template(path = "walls.html")]
pub struct Walls {
    pub shell: Shell,
    pub says: String,
    pub rows: Vec<WallRow>,
    pub pager: Pager,
    pub may_make: bool,
}

/// A client or matter under the wall.
pub struct Covered {
    /// False for what a wall keeps the viewer from too.
    pub named: bool,
    pub name: String,
    pub href: Option<String>,
    /// "Client, with all its matters" or "Matter of Northwind Holdings".
    pub says: String,
}

/// One person a wall acts on and what it takes from them.
pub struct AffectedRow {
    pub person: Person,
    /// "Loses the member seat in Share purchase dispute while the wall stands."
    pub says: String,
    /// Whether they lose something they have today.
    pub loses: bool,
}

/// One change of the wall.
pub struct WallChange {
    pub says: String,
    /// The note of a review, the reason of an end.
    pub note: Option<String>,
    pub when: When,
    pub href: String,
}

/// What the compliance officer may do; all of it stepped up.
pub struct WallActs {
    pub etag: String,
    pub review_note: Field,
    pub end_reason: Field,
    pub open: bool,
}

#[derive(Template)]
#[template(path = "wall.html")]
pub struct Wall {
    pub shell: Shell,
    pub csrf: Csrf,
    pub id: String,
    pub name: String,
    pub kind: Chip,
    /// "Bars the people below from everything it covers."
    pub effect: String,
    pub reason: String,
    pub since: When,
    pub ended: Option<When>,
    pub covers: Vec<Covered>,
    pub people: Vec<Person>,
    pub groups: Vec<String>,
    pub affected: Vec<AffectedRow>,
    pub changes: Vec<WallChange>,
    pub acts: Option<WallActs>,
    pub last_review: Option<When>,
}

impl Wall {
    /// Whether it covers something that the viewer may not see.
    fn veiled(&self) -> bool {
        self.covers.iter().any(|c| !c.named)
    }
}

/// Making a wall (no id) or changing one. The form posts to `/walls` or `/walls/{id}/edit`, with `do`
/// either `preview` or `save`.
#[derive(Template)]
#[template(path = "wall_edit.html")]
pub struct WallEdit {
    pub shell: Shell,
    pub csrf: Csrf,
    pub id: Option<String>,
    pub etag: String,
    pub kind: Field,
    pub name: Field,
    pub reason: Field,
    /// Words by which lists of clients and matters that are cut off are narrowed.
    pub narrow: Option<Field>,
    pub clients: Field,
    pub matters: Field,
    pub people: Field,
    pub groups: Field,
    /// After a preview: who would be affected by what is typed now.
    pub affected: Option<Vec<AffectedRow>>,
    pub error: Option<String>,
}
