//! The slice of facts that a decision needs, loaded by key and held against seals and ledger.
//!
//! What must hold: nothing here opens a key; every row was checked (`bound.rs`), every set was checked
//! (`sets.rs`). Facts can be asked as of a past instant, since authority rows keep their start and end.

use std::collections::BTreeSet;

use strongroom_storage::sql::Row;
use strongroom_storage::{params, statements};

use super::actor::Role;
use super::bound::Bind;
use super::clock::Micros;
use super::error::{Error, Result};
use super::id::{AnyId, ClientId, GroupId, Id, Kind, MatterId, RecordId, StaffId, WallId};
use super::reader::Reader;
use super::sets::{self, MarksAt, Set};
use super::vault::Vault;

statements! {
    pub STANDINGS = "SELECT staff_id, since, until, role, state, mac FROM standing WHERE staff_id = $1 ORDER BY since";
    pub MATTER_ROW = "SELECT matter_id, client_id, number, state, opened_at, closed_at, sealed_name, sealed_reference, row_version, mac \
        FROM matter WHERE matter_id = $1";
    pub CLIENT_ROW = "SELECT client_id, number, sealed_name, sealed_reference, created_at, row_version, mac FROM client WHERE client_id = $1";
    pub SEAT_ROWS = "SELECT seat_id, matter_id, staff_id, seat, since, until, given_by, ended_by, mac FROM seat \
        WHERE matter_id = $1 ORDER BY since, seat_id";
    pub SEATS_OF_PERSON = "SELECT seat_id, matter_id, staff_id, seat, since, until, given_by, ended_by, mac FROM seat \
        WHERE staff_id = $1 ORDER BY since, seat_id";
    pub WALLS_COVERING = "SELECT DISTINCT wall_id FROM wall_part WHERE thing_id = $1 OR thing_id = $2";
    pub WALL_ROW = "SELECT wall_id, number, kind, made_at, made_by, ended_at, reviewed_at, sealed_name, sealed_reason, row_version, mac \
        FROM wall WHERE wall_id = $1";
    pub WALL_PARTS = "SELECT wall_id, thing_id, since, until, mac FROM wall_part WHERE wall_id = $1 ORDER BY since, thing_id";
    pub GROUP_MEMBERS = "SELECT group_id, staff_id, since, until, mac FROM group_member WHERE group_id = $1 ORDER BY since, staff_id";
    pub RECORD_ROW = "SELECT record_id, matter_id, folder_id, number, labels, version, size, created_at, created_by, changed_at, \
        sealed_title, row_version, mac FROM record WHERE record_id = $1";
    pub SESSION_STANDS = "SELECT session_id FROM session WHERE session_id = $1 AND ended_at IS NULL";
    pub TOKEN_STANDS = "SELECT token_id FROM token WHERE token_id = $1 AND ended_at IS NULL";
    pub CLIENT_SEATS = "SELECT s.matter_id AS matter_id FROM seat s JOIN matter m ON m.matter_id = s.matter_id \
        WHERE s.staff_id = $1 AND m.client_id = $2";
}

/// Reads an id column.
///
/// # Errors
/// The column holds no such id.
pub fn id_of<T: Kind>(row: &Row, column: &'static str) -> Result<Id<T>> {
    let text: String = row.get(column)?;
    Id::parse(&text).ok_or_else(|| Error::Internal(format!("column {column} holds no {} id", T::PREFIX)))
}

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
        self.standings.iter().find(|s| s.since <= at && s.until.is_none_or(|u| at < u))
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
        self.since <= at && self.until.is_none_or(|u| at < u)
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
        self.made_at <= at && self.ended_at.is_none_or(|e| at < e)
    }

    /// The things of one kind that it named at an instant.
    pub fn named<T: Kind>(&self, at: Micros) -> impl Iterator<Item = Id<T>> {
        self.parts
            .iter()
            .filter(move |p| p.since <= at && p.until.is_none_or(|u| at < u))
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
                        groups.contains(g) && *since <= at && until.is_none_or(|u| at < u)
                    })
                    .map(|(_, person, _, _)| *person),
            )
            .collect()
    }
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
            && (wall.named::<super::id::Matter>(at).any(|m| m == self.id)
                || wall.named::<super::id::Client>(at).any(|c| c == self.client))
    }
}

fn walls_for(
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
    }

    /// What walls over the whole client say of the person.
    #[must_use]
    pub fn wall_for(&self, person: StaffId, at: Micros) -> WallAnswer {
        let covers = |w: &WallFacts| w.stands(at) && w.named::<super::id::Client>(at).any(|c| c == self.id);
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

/// What loading needs: where to ask, the seals, the marks.
pub struct Loader<'a, 'r> {
    /// Where to ask.
    pub reader: &'a mut Reader<'r>,
    /// The seals.
    pub vault: &'a Vault,
    /// The marks.
    pub marks: MarksAt<'a>,
}

impl Loader<'_, '_> {
    async fn set(&mut self, set: Set) -> Result<()> {
        sets::check(self.reader, self.vault, self.marks, set).await
    }

    /// A person; `None` where there is none.
    ///
    /// # Errors
    /// Storage or tampering.
    pub async fn person(&mut self, id: StaffId) -> Result<Option<PersonFacts>> {
        let rows = self.reader.all(&STANDINGS, &params![id.to_string()]).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        self.set(Set::Person(id)).await?;
        let mut standings = Vec::with_capacity(rows.len());
        for row in &rows {
            let word: String = row.get("role")?;
            let standing = Standing {
                since: row.get("since")?,
                until: row.get("until")?,
                role: Role::parse(&word)
                    .ok_or_else(|| Error::Internal(String::from("standing holds no role")))?,
                state: row.get("state")?,
            };
            bind_standing(id, &standing).check(self.vault, &row.get::<Vec<u8>>("mac")?, &id.to_string())?;
            standings.push(standing);
        }
        Ok(Some(PersonFacts { id, standings }))
    }

    /// A matter with its seats and walls; `None` where there is none.
    ///
    /// # Errors
    /// Storage or tampering.
    pub async fn matter(&mut self, id: MatterId) -> Result<Option<MatterFacts>> {
        let Some(row) = self.reader.optional(&MATTER_ROW, &params![id.to_string()]).await? else {
            return Ok(None);
        };
        let state: String = row.get("state")?;
        let mut matter = MatterFacts {
            id,
            client: id_of(&row, "client_id")?,
            number: number(&row)?,
            open: state == "open",
            opened_at: row.get("opened_at")?,
            closed_at: row.get("closed_at")?,
            sealed_name: row.get("sealed_name")?,
            sealed_reference: row.get("sealed_reference")?,
            row_version: row.get("row_version")?,
            seats: Vec::new(),
            walls: Vec::new(),
        };
        matter.bind().check(self.vault, &row.get::<Vec<u8>>("mac")?, &id.to_string())?;
        self.set(Set::Seats(id)).await?;
        for row in self.reader.all(&SEAT_ROWS, &params![id.to_string()]).await? {
            matter.seats.push(SeatFacts::read(&row, self.vault)?);
        }
        self.set(Set::WallsOfMatter(id)).await?;
        self.set(Set::WallsOfClient(matter.client)).await?;
        matter.walls = self.walls(&id.to_string(), &matter.client.to_string()).await?;
        Ok(Some(matter))
    }

    /// A client with the walls over it; `None` where there is none.
    ///
    /// # Errors
    /// Storage or tampering.
    pub async fn client(&mut self, id: ClientId) -> Result<Option<ClientFacts>> {
        let Some(row) = self.reader.optional(&CLIENT_ROW, &params![id.to_string()]).await? else {
            return Ok(None);
        };
        let mut client = ClientFacts {
            id,
            number: number(&row)?,
            sealed_name: row.get("sealed_name")?,
            sealed_reference: row.get("sealed_reference")?,
            created_at: row.get("created_at")?,
            row_version: row.get("row_version")?,
            walls: Vec::new(),
        };
        client.bind().check(self.vault, &row.get::<Vec<u8>>("mac")?, &id.to_string())?;
        self.set(Set::WallsOfClient(id)).await?;
        client.walls = self.walls(&id.to_string(), &id.to_string()).await?;
        Ok(Some(client))
    }

    /// A record's row; `None` where there is none.
    ///
    /// # Errors
    /// Storage or tampering.
    pub async fn record(&mut self, id: RecordId) -> Result<Option<RecordFacts>> {
        let Some(row) = self.reader.optional(&RECORD_ROW, &params![id.to_string()]).await? else {
            return Ok(None);
        };
        RecordFacts::read(&row, self.vault).map(Some)
    }

    async fn walls(&mut self, one: &str, other: &str) -> Result<Vec<WallFacts>> {
        let mut walls = Vec::new();
        for row in self.reader.all(&WALLS_COVERING, &params![one, other]).await? {
            let id: WallId = id_of(&row, "wall_id")?;
            let wall = self.wall(id).await?;
            walls.push(wall.ok_or_else(|| Error::Tampered { table: "wall", id: id.to_string() })?);
        }
        Ok(walls)
    }

    /// A wall with all it names; `None` where there is none.
    ///
    /// # Errors
    /// Storage or tampering.
    pub async fn wall(&mut self, id: WallId) -> Result<Option<WallFacts>> {
        let Some(row) = self.reader.optional(&WALL_ROW, &params![id.to_string()]).await? else {
            return Ok(None);
        };
        self.set(Set::Wall(id)).await?;
        let mut wall = WallFacts {
            id,
            number: number(&row)?,
            kind: row.get("kind")?,
            made_at: row.get("made_at")?,
            made_by: row.get("made_by")?,
            ended_at: row.get("ended_at")?,
            reviewed_at: row.get("reviewed_at")?,
            sealed_name: row.get("sealed_name")?,
            sealed_reason: row.get("sealed_reason")?,
            row_version: row.get("row_version")?,
            parts: Vec::new(),
            members: Vec::new(),
        };
        wall.bind().check(self.vault, &row.get::<Vec<u8>>("mac")?, &id.to_string())?;
        let mut groups = BTreeSet::new();
        for row in self.reader.all(&WALL_PARTS, &params![id.to_string()]).await? {
            let text: String = row.get("thing_id")?;
            let thing = AnyId::parse(&text)
                .ok_or_else(|| Error::Internal(String::from("wall_part names no thing")))?;
            let part = WallPart { thing, since: row.get("since")?, until: row.get("until")? };
            bind_wall_part(id, &part).check(self.vault, &row.get::<Vec<u8>>("mac")?, &id.to_string())?;
            if let Some(group) = part.thing.typed::<super::id::Group>() {
                groups.insert(group);
            }
            wall.parts.push(part);
        }
        for group in groups {
            for (person, since, until) in self.members(group).await? {
                wall.members.push((group, person, since, until));
            }
        }
        Ok(Some(wall))
    }

    /// The members of a group, with their spans.
    ///
    /// # Errors
    /// Storage or tampering.
    pub async fn members(&mut self, group: GroupId) -> Result<Vec<(StaffId, Micros, Option<Micros>)>> {
        self.set(Set::Members(group)).await?;
        let mut members = Vec::new();
        for row in self.reader.all(&GROUP_MEMBERS, &params![group.to_string()]).await? {
            let person: StaffId = id_of(&row, "staff_id")?;
            let (since, until) = (row.get("since")?, row.get("until")?);
            bind_member(group, person, since, until).check(
                self.vault,
                &row.get::<Vec<u8>>("mac")?,
                &group.to_string(),
            )?;
            members.push((person, since, until));
        }
        Ok(members)
    }
}

/// The canonical form of a group member's row.
#[must_use]
pub fn bind_member(group: GroupId, person: StaffId, since: Micros, until: Option<Micros>) -> Bind {
    Bind::table("group_member").text(&group.to_string()).text(&person.to_string()).int(since).opt_int(until)
}
