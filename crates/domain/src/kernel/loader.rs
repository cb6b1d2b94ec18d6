//! From rows to facts: each decision's rows by key, held against seals, digests and ledger.
//!
//! What must hold: no fact leaves here whose row was not checked (`bound.rs`) and whose set was not checked
//! (`sets.rs`). Nothing here opens a key.

use std::collections::BTreeSet;

use strongroom_storage::{params, statements};

use super::actor::Role;
use super::blind;
use super::clock::Micros;
use super::error::{Error, Result};
use super::facts::{
    ClientFacts, MatterFacts, PersonFacts, RecordFacts, SeatFacts, Standing, WallFacts, WallPart,
    bind_member, bind_standing, bind_wall_part, id_of, number,
};
use super::id::{AnyId, ClientId, FirmId, GroupId, MatterId, RecordId, StaffId, WallId};
use super::reader::Reader;
use super::sets::{self, MarksAt, Pair, Set};
use super::target::Target;
use super::vault::Vault;

statements! {
    pub STANDINGS = "SELECT staff_id, since, until, role, state, mac FROM standing WHERE staff_id = $1 ORDER BY since";
    pub MATTER_ROW = "SELECT matter_id, client_id, number, state, opened_at, closed_at, sealed_name, sealed_reference, row_version, mac \
        FROM matter WHERE matter_id = $1";
    pub CLIENT_ROW = "SELECT client_id, number, sealed_name, sealed_reference, created_at, row_version, created_by, mac \
        FROM client WHERE client_id = $1";
    pub SEAT_ROWS = "SELECT seat_id, matter_id, staff_id, seat, since, until, given_by, ended_by, mac FROM seat \
        WHERE matter_id = $1 ORDER BY since, seat_id";
    pub SEATS_OF_PERSON = "SELECT seat_id, matter_id, staff_id, seat, since, until, given_by, ended_by, mac FROM seat \
        WHERE staff_id = $1 ORDER BY since, seat_id";
    pub COVERING = "SELECT thing_id, wall_id AS k, mac AS v FROM wall_part WHERE thing_id = $1 OR thing_id = $2";
    pub WALL_ROW = "SELECT wall_id, number, kind, made_at, made_by, ended_at, reviewed_at, sealed_name, sealed_reason, row_version, mac \
        FROM wall WHERE wall_id = $1";
    pub WALL_PARTS = "SELECT wall_id, thing_id, since, until, mac FROM wall_part WHERE wall_id = $1 ORDER BY since, thing_id";
    pub GROUP_MEMBERS = "SELECT group_id, staff_id, since, until, mac FROM group_member WHERE group_id = $1 ORDER BY since, staff_id";
    pub RECORD_ROW = "SELECT record_id, matter_id, folder_id, number, labels, version, size, created_at, created_by, changed_at, \
        sealed_title, row_version, mac FROM record WHERE record_id = $1";
    pub NEAREST_CLIENT = "SELECT client_id AS id FROM client WHERE client_id = COALESCE((SELECT MIN(client_id) FROM client \
        WHERE client_id > $1), (SELECT MAX(client_id) FROM client))";
    pub NEAREST_MATTER = "SELECT matter_id AS id FROM matter WHERE matter_id = COALESCE((SELECT MIN(matter_id) FROM matter \
        WHERE matter_id > $1), (SELECT MAX(matter_id) FROM matter))";
    pub NEAREST_RECORD = "SELECT record_id AS id FROM record WHERE record_id = COALESCE((SELECT MIN(record_id) FROM record \
        WHERE record_id > $1), (SELECT MAX(record_id) FROM record))";
    pub NEAREST_WALL = "SELECT wall_id AS id FROM wall WHERE wall_id = COALESCE((SELECT MIN(wall_id) FROM wall \
        WHERE wall_id > $1), (SELECT MAX(wall_id) FROM wall))";
    // a client has fewer matters than a partner has seats: CROSS JOIN keeps that order on SQLite
    pub CLIENT_SEATS = "SELECT s.matter_id AS matter_id FROM matter m CROSS JOIN seat s \
        WHERE m.client_id = $2 AND s.matter_id = m.matter_id AND s.staff_id = $1";
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

/// The sets that decisions are made on, by the word that tests leave one out with.
const fn kind(set: Set) -> &'static str {
    match set {
        Set::Seats(_) => "seats",
        Set::WallsOfMatter(_) | Set::WallsOfClient(_) => "walls",
        Set::Wall(_) => "wall",
        Set::Members(_) => "members",
        Set::Person(_) => "person",
        Set::Firm(_) => "firm",
    }
}

/// The parts of walls that name a matter or its client.
struct Covering(Vec<(String, Pair)>);

impl Covering {
    fn of(&self, thing: &str) -> Vec<Pair> {
        self.0.iter().filter(|(named, _)| named == thing).map(|(_, pair)| pair.clone()).collect()
    }
}

impl Loader<'_, '_> {
    async fn set(&mut self, set: Set) -> Result<()> {
        if blind::to_one("set", kind(set)) {
            return Ok(());
        }
        sets::check(self.reader, self.vault, self.marks, set).await
    }

    async fn sets(&mut self, held: [(Set, Vec<Pair>); 3]) -> Result<()> {
        let held = held.map(|(set, rows)| (set, (!blind::to_one("set", kind(set))).then_some(rows)));
        sets::check_three(self.reader, self.vault, self.marks, held).await
    }

    async fn covering(&mut self, one: &str, other: &str) -> Result<Covering> {
        let rows = self.reader.all(&COVERING, &params![one, other]).await?;
        let things = rows.iter().map(|row| Ok(row.get("thing_id")?)).collect::<Result<Vec<String>>>()?;
        Ok(Covering(things.into_iter().zip(sets::pairs(&rows)?).collect()))
    }

    /// Holds the firm's row and its policies against their digest and the ledger.
    ///
    /// # Errors
    /// Storage or tampering.
    pub async fn firm(&mut self, id: FirmId) -> Result<()> {
        self.set(Set::Firm(id)).await
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
        let (own, mac) = (id.to_string(), row.get::<Vec<u8>>("mac")?);
        matter.bind().check(self.vault, &mac, &own)?;
        let client = matter.client.to_string();
        let mut seats = vec![(own.clone(), mac)];
        for row in self.reader.all(&SEAT_ROWS, &params![own.clone()]).await? {
            matter.seats.push(SeatFacts::read(&row, self.vault)?);
            seats.push((row.get("seat_id")?, row.get("mac")?));
        }
        let covering = self.covering(&own, &client).await?;
        self.sets([
            (Set::Seats(id), seats),
            (Set::WallsOfMatter(id), covering.of(&own)),
            (Set::WallsOfClient(matter.client), covering.of(&client)),
        ])
        .await?;
        matter.walls = self.walls(covering).await?;
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
            created_by: row.get("created_by")?,
            walls: Vec::new(),
        };
        client.bind().check(self.vault, &row.get::<Vec<u8>>("mac")?, &id.to_string())?;
        self.set(Set::WallsOfClient(id)).await?;
        let covering = self.covering(&id.to_string(), "-").await?;
        client.walls = self.walls(covering).await?;
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

    /// Some other thing of the target's kind, where SQL can name one; `None` for kinds that hide nothing.
    ///
    /// # Errors
    /// Storage.
    pub async fn nearest(&mut self, target: &Target) -> Result<Option<Target>> {
        let (statement, id) = match target {
            Target::Client(id) => (&NEAREST_CLIENT, id.to_string()),
            Target::Matter(id) => (&NEAREST_MATTER, id.to_string()),
            Target::Record(id) => (&NEAREST_RECORD, id.to_string()),
            Target::Wall(id) => (&NEAREST_WALL, id.to_string()),
            _ => return Ok(None),
        };
        let Some(row) = self.reader.optional(statement, &params![id]).await? else { return Ok(None) };
        Ok(Some(match target {
            Target::Client(_) => Target::Client(id_of(&row, "id")?),
            Target::Matter(_) => Target::Matter(id_of(&row, "id")?),
            Target::Record(_) => Target::Record(id_of(&row, "id")?),
            _ => Target::Wall(id_of(&row, "id")?),
        }))
    }

    /// Asks for what something that is not there costs beyond something hidden: see [`Ctx::judge`](super::ctx::Ctx).
    ///
    /// # Errors
    /// Storage.
    pub async fn as_if_missed(&mut self, target: &Target) -> Result<()> {
        let row = match target {
            Target::Client(_) => &CLIENT_ROW,
            Target::Matter(_) => &MATTER_ROW,
            Target::Record(_) => &RECORD_ROW,
            Target::Wall(_) => &WALL_ROW,
            _ => return Ok(()),
        };
        self.nearest(target).await?;
        self.reader.optional(row, &params!["-"]).await?;
        Ok(())
    }

    async fn walls(&mut self, covering: Covering) -> Result<Vec<WallFacts>> {
        let ids: BTreeSet<String> = covering.0.into_iter().map(|(_, (wall, _))| wall).collect();
        let mut walls = Vec::with_capacity(ids.len());
        for id in ids {
            let named = || Error::Internal(String::from("wall_part names no wall"));
            let id = WallId::parse(&id).ok_or_else(named)?;
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
