//! Ethical walls of both kinds: *these people barred*, and *only these admitted*.
//!
//! A wall covers clients and matters and names people and groups. It beats a seat, a role and an
//! administrator; one that admits only filters, it grants nothing. Who is behind it does not learn that it
//! exists. What tells of a wall (name, reason) is sealed under a key of its own.

mod history;
mod ops;
mod queries;
pub(crate) mod store;

pub use history::{Did, WallChange, wall_with_changes};
pub use ops::{ChangeWall, EndWall, MakeWall, ReviewWall};
pub use queries::{Affected, WallView, affected, wall, walls};

use crate::kernel::id::{AnyId, ClientId, GroupId, MatterId, StaffId};
use crate::kernel::text::{Name, Reason};

/// What a wall does with the people it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WallKind {
    /// They are kept out.
    Bars,
    /// Everyone else is kept out.
    Admits,
}

impl WallKind {
    /// The word in API and rows.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bars => "bars",
            Self::Admits => "admits",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Bars, Self::Admits].into_iter().find(|k| k.word() == word)
    }
}

/// A wall as it is asked for.
#[derive(Clone)]
pub struct WallSpec {
    /// Its name.
    pub name: Name,
    /// Why it stands.
    pub reason: Reason,
    /// What it does.
    pub kind: WallKind,
    /// Clients it covers, with all their matters.
    pub clients: Vec<ClientId>,
    /// Matters it covers.
    pub matters: Vec<MatterId>,
    /// People it names.
    pub staff: Vec<StaffId>,
    /// Groups it names.
    pub groups: Vec<GroupId>,
}

impl WallSpec {
    /// Everything it names.
    pub(crate) fn things(&self) -> std::collections::BTreeSet<AnyId> {
        let covers = self.clients.iter().map(|i| i.any()).chain(self.matters.iter().map(|i| i.any()));
        let names = self.staff.iter().map(|i| i.any()).chain(self.groups.iter().map(|i| i.any()));
        covers.chain(names).collect()
    }
}
