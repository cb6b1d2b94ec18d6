//! The slice of facts that a decision needs, and what they say of a person at an instant.
//!
//! What must hold: nothing here opens a key or asks the database; `loader.rs` does, and checks every row. Facts
//! can be asked as of a past instant, since authority rows keep their start and end.

use strongroom_storage::sql::Row;

use super::actor::Role;
use super::blind;
use super::bound::Bind;
use super::clock::Micros;
use super::error::{Error, Result};
use super::id::{ClientId, GroupId, Id, Kind, MatterId, RecordId, StaffId};
use super::vault::Vault;

pub use super::loader::Loader;
use super::walls::walls_for;
pub use super::walls::{WallAnswer, WallFacts, WallPart, bind_wall_part};

/// Reads an id column.
///
/// # Errors
/// The column holds no such id.
pub fn id_of<T: Kind>(row: &Row, column: &'static str) -> Result<Id<T>> {
    let text: String = row.get(column)?;
    Id::parse(&text).ok_or_else(|| Error::Internal(format!("column {column} holds no {} id", T::PREFIX)))
}

/// Role and state of a person in a span of time.
#[derive(Clone, Debug)]
pub struct Standing {
    /// From.
    pub since: Micros,
    /// Until, if it has ended.
    pub until: Option<Micros>,
    /// The role.
    pub role: Role,
    /// `invited`, `active` or `suspended`.
    pub state: String,
}

/// The canonical form of a standing row.
#[must_use]
pub fn bind_standing(staff: StaffId, s: &Standing) -> Bind {
    Bind::table("standing")
        .text(&staff.to_string())
        .int(s.since)
        .opt_int(s.until)
        .text(s.role.word())
        .text(&s.state)
}

/// A person's standings, checked.
#[derive(Clone, Debug)]
pub struct PersonFacts {
    /// Who.
    pub id: StaffId,
    /// Oldest first; never overlapping.
    pub standings: Vec<Standing>,
}

impl PersonFacts {
    /// The standing at an instant.
    #[must_use]
    pub fn at(&self, at: Micros) -> Option<&Standing> {
        let holds =
            |s: &&Standing| blind::to("role-span") || (s.since <= at && s.until.is_none_or(|u| at < u));
        self.standings.iter().find(holds)
    }
}

/// A seat as a decision sees it.
#[derive(Clone, Debug)]
pub struct SeatFacts {
    /// Its id's text.
    pub seat_id: String,
    /// The matter.
    pub matter: MatterId,
    /// Who sits.
    pub staff: StaffId,
    /// `lead`, `member` or `reader`.
    pub seat: &'static str,
    /// From.
    pub since: Micros,
    /// Until, if it ends.
    pub until: Option<Micros>,
    /// Who gave it.
    pub given_by: String,
    /// Who ended it.
    pub ended_by: Option<String>,
}

impl SeatFacts {
    /// True at an instant.
    #[must_use]
    pub fn holds(&self, at: Micros) -> bool {
        blind::to("seat-span") || (self.since <= at && self.until.is_none_or(|u| at < u))
    }

    /// The canonical form of the row.
    #[must_use]
    pub fn bind(&self) -> Bind {
        Bind::table("seat")
            .text(&self.seat_id)
            .text(&self.matter.to_string())
            .text(&self.staff.to_string())
            .text(self.seat)
            .int(self.since)
            .opt_int(self.until)
            .text(&self.given_by)
            .opt_text(self.ended_by.as_deref())
    }

    /// Reads a row and checks its seal.
    ///
    /// # Errors
    /// Tampered, or not a seat.
    pub fn read(row: &Row, vault: &Vault) -> Result<Self> {
        let word: String = row.get("seat")?;
        let seat = Self {
            seat_id: row.get("seat_id")?,
            matter: id_of(row, "matter_id")?,
            staff: id_of(row, "staff_id")?,
            seat: seat_word(&word).ok_or_else(|| Error::Internal(String::from("seat holds no seat")))?,
            since: row.get("since")?,
            until: row.get("until")?,
            given_by: row.get("given_by")?,
            ended_by: row.get("ended_by")?,
        };
        seat.bind().check(vault, &row.get::<Vec<u8>>("mac")?, &seat.seat_id)?;
        Ok(seat)
    }
}

/// `lead`, `member` or `reader`, as the one static word.
#[must_use]
pub fn seat_word(word: &str) -> Option<&'static str> {
    ["lead", "member", "reader"].into_iter().find(|w| *w == word)
}

/// A matter as a decision sees it.
#[derive(Clone, Debug)]
pub struct MatterFacts {
    /// Its id.
    pub id: MatterId,
    /// Its client.
    pub client: ClientId,
    /// Where its key lies.
    pub number: u32,
    /// True while open.
    pub open: bool,
    /// When it was opened.
    pub opened_at: Micros,
    /// When it was closed.
    pub closed_at: Option<Micros>,
    /// Sealed under the matter's key.
    pub sealed_name: Vec<u8>,
    /// Sealed under the matter's key.
    pub sealed_reference: Vec<u8>,
    /// Raised by each change.
    pub row_version: i64,
    /// Every seat it ever had.
    pub seats: Vec<SeatFacts>,
    /// Every wall that covers or covered it.
    pub walls: Vec<WallFacts>,
}

impl MatterFacts {
    /// The canonical form of the row.
    #[must_use]
    pub fn bind(&self) -> Bind {
        Bind::table("matter")
            .text(&self.id.to_string())
            .text(&self.client.to_string())
            .int(i64::from(self.number))
            .text(if self.open { "open" } else { "closed" })
            .int(self.opened_at)
            .opt_int(self.closed_at)
            .bytes(&self.sealed_name)
            .bytes(&self.sealed_reference)
            .int(self.row_version)
    }

    /// The person's seat at an instant: the strongest that holds.
    #[must_use]
    pub fn seat_of(&self, person: StaffId, at: Micros) -> &'static str {
        let mut best = "none";
        for seat in self.seats.iter().filter(|s| s.staff == person && s.holds(at)) {
            best = match (best, seat.seat) {
                ("lead", _) | (_, "lead") => "lead",
                ("member", _) | (_, "member") => "member",
                _ => "reader",
            };
        }
        best
    }

    /// What the walls say of the person at an instant.
    #[must_use]
    pub fn wall_for(&self, person: StaffId, at: Micros) -> WallAnswer {
        walls_for(&self.walls, |w| self.covered_by(w, at), person, at)
    }

    /// True where the wall stands and covers this matter at an instant.
    #[must_use]
    pub fn covered_by(&self, wall: &WallFacts, at: Micros) -> bool {
        wall.stands(at)
            && ((wall.named::<super::id::Matter>(at).any(|m| m == self.id) && !blind::to("wall-by-matter"))
                || (wall.named::<super::id::Client>(at).any(|c| c == self.client)
                    && !blind::to("wall-by-client")))
    }
}

/// A client as a decision sees it.
#[derive(Clone, Debug)]
pub struct ClientFacts {
    /// Its id.
    pub id: ClientId,
    /// Where its key lies.
    pub number: u32,
    /// Sealed under the client's key.
    pub sealed_name: Vec<u8>,
    /// Sealed under the client's key.
    pub sealed_reference: Vec<u8>,
    /// When it was taken on.
    pub created_at: Micros,
    /// Raised by each change.
    pub row_version: i64,
    /// Who took it on; nobody for clients of before that was kept.
    pub created_by: Option<String>,
    /// Walls that name the client itself.
    pub walls: Vec<WallFacts>,
}

impl ClientFacts {
    /// The canonical form of the row.
    #[must_use]
    pub fn bind(&self) -> Bind {
        Bind::table("client")
            .text(&self.id.to_string())
            .int(i64::from(self.number))
            .bytes(&self.sealed_name)
            .bytes(&self.sealed_reference)
            .int(self.created_at)
            .int(self.row_version)
            .later_text(self.created_by.as_deref())
    }

    /// What walls over the whole client say of the person.
    #[must_use]
    pub fn wall_for(&self, person: StaffId, at: Micros) -> WallAnswer {
        let covers = |w: &WallFacts| {
            w.stands(at)
                && w.named::<super::id::Client>(at).any(|c| c == self.id)
                && !blind::to("wall-over-client")
        };
        walls_for(&self.walls, covers, person, at)
    }
}

/// A record as a decision sees it, with its matter.
#[derive(Clone, Debug)]
pub struct RecordFacts {
    /// Its id.
    pub id: RecordId,
    /// Where its key lies, below the matter's.
    pub number: u32,
    /// Its folder.
    pub folder: Option<String>,
    /// Level and marks, as stored.
    pub labels: String,
    /// The newest version.
    pub version: i64,
    /// Bytes of the newest version.
    pub size: i64,
    /// When it was added.
    pub created_at: Micros,
    /// By whom.
    pub created_by: String,
    /// When anything of it last changed.
    pub changed_at: Micros,
    /// Sealed under the record's key.
    pub sealed_title: Vec<u8>,
    /// Raised by each change: the `ETag`.
    pub row_version: i64,
    /// Its matter.
    pub matter: MatterId,
}

impl RecordFacts {
    /// The canonical form of the row.
    #[must_use]
    pub fn bind(&self) -> Bind {
        Bind::table("record")
            .text(&self.id.to_string())
            .text(&self.matter.to_string())
            .opt_text(self.folder.as_deref())
            .int(i64::from(self.number))
            .text(&self.labels)
            .int(self.version)
            .int(self.size)
            .int(self.created_at)
            .text(&self.created_by)
            .int(self.changed_at)
            .bytes(&self.sealed_title)
            .int(self.row_version)
    }

    /// Reads a row and checks its seal.
    ///
    /// # Errors
    /// Tampered, or not a record.
    pub fn read(row: &Row, vault: &Vault) -> Result<Self> {
        let record = Self {
            id: id_of(row, "record_id")?,
            number: number(row)?,
            folder: row.get("folder_id")?,
            labels: row.get("labels")?,
            version: row.get("version")?,
            size: row.get("size")?,
            created_at: row.get("created_at")?,
            created_by: row.get("created_by")?,
            changed_at: row.get("changed_at")?,
            sealed_title: row.get("sealed_title")?,
            row_version: row.get("row_version")?,
            matter: id_of(row, "matter_id")?,
        };
        record.bind().check(vault, &row.get::<Vec<u8>>("mac")?, &record.id.to_string())?;
        Ok(record)
    }
}

/// Reads the number that leads to a key.
///
/// # Errors
/// It is not one.
pub fn number(row: &Row) -> Result<u32> {
    let n: i64 = row.get("number")?;
    u32::try_from(n).map_err(|_| Error::Internal(String::from("a number outside the tree")))
}

/// The canonical form of a group member's row.
#[must_use]
pub fn bind_member(group: GroupId, person: StaffId, since: Micros, until: Option<Micros>) -> Bind {
    Bind::table("group_member").text(&group.to_string()).text(&person.to_string()).int(since).opt_int(until)
}
