//! Who there is: the firm, its people, clients, matters, seats and walls, as data.

mod clients;
mod facts;
mod matters;
mod people;
mod walls;

pub use clients::{Client, ClientKey, ClientKind};
pub use matters::{Area, Matter, MatterKey, Seat, SeatKind};
pub use people::{Group, GroupKey, Office, Person, PersonKey, Role, who};
pub use walls::{Wall, WallKey, WallKind};

use crate::calendar;

/// The firm as it is known to its administrators on the day called "today".
#[derive(Clone, Debug)]
pub struct Firm {
    /// The firm's name.
    pub name: &'static str,
    /// The domain of its mail addresses.
    pub domain: &'static str,
    /// Two offices.
    pub offices: Vec<Office>,
    /// Staff, and one contact at a client.
    pub people: Vec<Person>,
    /// Practice groups.
    pub groups: Vec<Group>,
    /// Clients.
    pub clients: Vec<Client>,
    /// Matters with their teams.
    pub matters: Vec<Matter>,
    /// Ethical walls.
    pub walls: Vec<Wall>,
    /// Today, in days since 1 January 1970; all offsets count from here.
    pub today: i64,
}

impl Firm {
    /// The demo firm as of a day (days since 1 January 1970).
    #[must_use]
    pub fn new(today: i64) -> Self {
        Self {
            name: "Marsh Lyle",
            domain: "marshlyle.example",
            offices: people::offices(),
            people: people::people(),
            groups: people::groups(),
            clients: clients::clients(),
            matters: matters::matters(today),
            walls: walls::walls(today),
            today,
        }
    }

    /// A person by key.
    #[must_use]
    pub fn person(&self, key: PersonKey) -> Option<&Person> {
        self.people.iter().find(|p| p.key == key)
    }

    /// A client by key.
    #[must_use]
    pub fn client(&self, key: ClientKey) -> Option<&Client> {
        self.clients.iter().find(|c| c.key == key)
    }

    /// A matter by key.
    #[must_use]
    pub fn matter(&self, key: MatterKey) -> Option<&Matter> {
        self.matters.iter().find(|m| m.key == key)
    }

    /// A group by key.
    #[must_use]
    pub fn group(&self, key: GroupKey) -> Option<&Group> {
        self.groups.iter().find(|g| g.key == key)
    }

    /// A wall by key.
    #[must_use]
    pub fn wall(&self, key: WallKey) -> Option<&Wall> {
        self.walls.iter().find(|w| w.key == key)
    }

    /// Whether a wall stands between a person and a matter at a moment (offset in days, seconds).
    #[must_use]
    pub fn walled(&self, person: PersonKey, matter: &Matter, at: (i64, u32)) -> bool {
        self.walls.iter().any(|wall| {
            wall.made <= at
                && wall.covers(matter)
                && match wall.kind {
                    WallKind::Bars => wall.names(self, person),
                    WallKind::Admits => !wall.names(self, person),
                }
        })
    }
}

/// The first working day at or after an offset, unless that lies in the future.
#[must_use]
pub fn working(today: i64, offset: i64) -> i64 {
    (offset..=0).find(|d| !calendar::is_weekend(today + d)).unwrap_or(offset)
}
