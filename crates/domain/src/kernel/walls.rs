//! Ethical walls as a decision sees them: whom and what they name at an instant, and what they say of a person.

use std::collections::BTreeSet;

use super::blind;
use super::bound::Bind;
use super::clock::Micros;
use super::id::{AnyId, GroupId, Id, Kind, StaffId, WallId};

/// What walls say of a person and a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WallAnswer {
    /// No wall stands between them.
    None,
    /// A wall names the person.
    Barred,
    /// A wall names others only.
    NotAdmitted,
}

impl WallAnswer {
    /// The word in the policies.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Barred => "barred",
            Self::NotAdmitted => "not_admitted",
        }
    }
}

/// One thing that a wall names, for a span of time.
#[derive(Clone, Debug)]
pub struct WallPart {
    /// A client, matter, person or group.
    pub thing: AnyId,
    /// From.
    pub since: Micros,
    /// Until, if it was taken off.
    pub until: Option<Micros>,
}

/// The canonical form of a row that names a thing on a wall.
#[must_use]
pub fn bind_wall_part(wall: WallId, part: &WallPart) -> Bind {
    Bind::table("wall_part")
        .text(&wall.to_string())
        .text(part.thing.as_str())
        .int(part.since)
        .opt_int(part.until)
}

/// A wall as a decision sees it, and the sealed columns for those who may read them.
#[derive(Clone, Debug)]
pub struct WallFacts {
    /// Its id.
    pub id: WallId,
    /// Where its key lies.
    pub number: u32,
    /// `bars` or `admits`.
    pub kind: String,
    /// When it was made.
    pub made_at: Micros,
    /// By whom.
    pub made_by: String,
    /// When it was ended.
    pub ended_at: Option<Micros>,
    /// When it was last reviewed.
    pub reviewed_at: Option<Micros>,
    /// Sealed under the wall's key.
    pub sealed_name: Vec<u8>,
    /// Sealed under the wall's key.
    pub sealed_reason: Vec<u8>,
    /// Raised by each change.
    pub row_version: i64,
    /// All it has named.
    pub parts: Vec<WallPart>,
    /// Its groups' members, with their spans.
    pub members: Vec<(GroupId, StaffId, Micros, Option<Micros>)>,
}

impl WallFacts {
    /// The canonical form of the wall's own row.
    #[must_use]
    pub fn bind(&self) -> Bind {
        Bind::table("wall")
            .text(&self.id.to_string())
            .int(i64::from(self.number))
            .text(&self.kind)
            .int(self.made_at)
            .text(&self.made_by)
            .opt_int(self.ended_at)
            .opt_int(self.reviewed_at)
            .bytes(&self.sealed_name)
            .bytes(&self.sealed_reason)
            .int(self.row_version)
    }

    /// True where the wall stood at an instant.
    #[must_use]
    pub fn stands(&self, at: Micros) -> bool {
        self.made_at <= at && (self.ended_at.is_none_or(|e| at < e) || blind::to("wall-end"))
    }

    /// The things of one kind that it named at an instant.
    pub fn named<T: Kind>(&self, at: Micros) -> impl Iterator<Item = Id<T>> {
        self.parts
            .iter()
            .filter(move |p| blind::to("wall-part-span") || (p.since <= at && p.until.is_none_or(|u| at < u)))
            .filter_map(|p| p.thing.typed::<T>())
    }

    /// Everyone whom it named at an instant, by name or through a group.
    #[must_use]
    pub fn people(&self, at: Micros) -> BTreeSet<StaffId> {
        let groups: BTreeSet<GroupId> = self.named(at).collect();
        self.named(at)
            .chain(
                self.members
                    .iter()
                    .filter(|(g, _, since, until)| {
                        groups.contains(g)
                            && !blind::to("wall-groups")
                            && (blind::to("member-span") || (*since <= at && until.is_none_or(|u| at < u)))
                    })
                    .map(|(_, person, _, _)| *person),
            )
            .collect()
    }
}

/// What those of the walls that cover a thing say of the person at an instant: barring beats admitting.
pub(super) fn walls_for(
    walls: &[WallFacts],
    covers: impl Fn(&WallFacts) -> bool,
    person: StaffId,
    at: Micros,
) -> WallAnswer {
    let mut answer = WallAnswer::None;
    for wall in walls.iter().filter(|w| covers(w)) {
        let named = wall.people(at).contains(&person);
        match (wall.kind.as_str(), named) {
            ("bars", true) => return WallAnswer::Barred,
            ("admits", false) => answer = WallAnswer::NotAdmitted,
            _ => {}
        }
    }
    answer
}
