//! The ethical walls.

use super::people::who::*;
use super::{ClientKey, Firm, GroupKey, Matter, MatterKey, PersonKey};

/// Names a wall of the cast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallKey(pub u16);

/// Which way a wall works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WallKind {
    /// Those named stay out.
    Bars,
    /// All but those named stay out.
    Admits,
}

impl WallKind {
    /// The word of the contract.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bars => "bars",
            Self::Admits => "admits",
        }
    }
}

/// A wall.
#[derive(Clone, Debug)]
pub struct Wall {
    /// Key.
    pub key: WallKey,
    /// Name.
    pub name: &'static str,
    /// Why, as the compliance officer wrote it.
    pub reason: &'static str,
    /// Which way it works.
    pub kind: WallKind,
    /// Clients it covers, with all their matters.
    pub clients: Vec<ClientKey>,
    /// Matters it covers.
    pub matters: Vec<MatterKey>,
    /// People named.
    pub people: Vec<PersonKey>,
    /// Groups named.
    pub groups: Vec<GroupKey>,
    /// The compliance officer who made it.
    pub by: PersonKey,
    /// When: day offset and second of the day.
    pub made: (i64, u32),
}

impl Wall {
    /// Whether a matter lies behind it.
    #[must_use]
    pub fn covers(&self, matter: &Matter) -> bool {
        self.matters.contains(&matter.key) || self.clients.contains(&matter.client)
    }

    /// Whether it names a person, alone or by a group.
    #[must_use]
    pub fn names(&self, firm: &Firm, person: PersonKey) -> bool {
        self.people.contains(&person)
            || self.groups.iter().any(|g| firm.group(*g).is_some_and(|g| g.members.contains(&person)))
    }
}

pub(super) fn walls(today: i64) -> Vec<Wall> {
    let at = |offset: i64| (super::working(today, offset), 36_000u32);
    vec![
        Wall {
            key: WallKey(0),
            name: "Northwind v. Cobalt Ridge",
            reason: "T. Reyes advised Cobalt Ridge Partners on its fund documents at her former firm until last \
                     spring; M. Price worked on the same file as a trainee; S. Whitlock's wife is a partner of \
                     Cobalt Ridge. Conflict check 2291, partners informed, client consents to the screen.",
            kind: WallKind::Bars,
            clients: vec![],
            matters: vec![MatterKey(0)],
            people: vec![REYES, WHITLOCK, PRICE],
            groups: vec![],
            by: FELD,
            made: at(-62),
        },
        Wall {
            key: WallKey(1),
            name: "Larkspur insiders",
            reason: "Inside information about two listed companies. Only the people on the insider list of \
                     Project Larkspur may open the matter until the announcement.",
            kind: WallKind::Admits,
            clients: vec![],
            matters: vec![MatterKey(3)],
            people: vec![LYLE, SOLBERG, BRANDT, ADEYEMI, OKAFOR],
            groups: vec![],
            by: FELD,
            made: at(-58),
        },
        Wall {
            key: WallKey(2),
            name: "Ashdown family, personal interests",
            reason: "N. Byrne is engaged to a beneficiary of the 1961 settlement and G. Tan rents a cottage on the \
                     estate. Both asked to be kept from everything that concerns the family.",
            kind: WallKind::Bars,
            clients: vec![ClientKey(7)],
            matters: vec![],
            people: vec![BYRNE, TAN],
            groups: vec![],
            by: NOVAK,
            made: at(-43),
        },
        Wall {
            key: WallKey(3),
            name: "Calder Wharf, Corporate group",
            reason: "The Corporate group advises a shareholder of Grosvenor Treaty Re SE on an unrelated sale. \
                     Blackwater agreed to the arrangement on condition that the group is kept out of the recovery.",
            kind: WallKind::Bars,
            clients: vec![],
            matters: vec![MatterKey(11)],
            people: vec![],
            groups: vec![GroupKey(1)],
            by: FELD,
            made: at(-29),
        },
    ]
}
