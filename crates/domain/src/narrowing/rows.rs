//! A model's rows, written in one operation with their seals and sets, as operations over months would have.

use strongroom_storage::{params, statements};

use super::model::{Firm, Matter, Named, Span};
use crate::features::client;
use crate::features::firm::fixture::Fixture;
use crate::features::group::model::Group;
use crate::features::group::store::GROUP_INSERT;
use crate::features::matter::store::{MATTER_INSERT, SEAT_INSERT};
use crate::features::record::store::{RECORD_INSERT, VERSION_INSERT, VersionRow};
use crate::features::record::{VersionFacts, content_index};
use crate::features::staff::model::Person as StaffRow;
use crate::features::staff::store::STAFF_INSERT;
use crate::features::wall::store::{WALL_INSERT, WALL_PART_INSERT};
use crate::kernel::clock::DAY;
use crate::kernel::directory::{ClientName, Known, MatterName, StaffName};
use crate::kernel::entry::Facts;
use crate::kernel::error::Result;
use crate::kernel::facts::{
    ClientFacts, MatterFacts, RecordFacts, SeatFacts, Standing, WallFacts, WallPart, bind_member,
    bind_standing, bind_wall_part,
};
use crate::kernel::id::{AnyId, ClientId, GroupId, MatterId, RecordId, SeatId, StaffId, WallId};
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::repeat::Answer;
use crate::kernel::sets::Set;
use crate::kernel::target::{Subject, Target};
use crate::kernel::text::{Email, Name};
use crate::kernel::vault::{Column, KeyOf, Numbered};
use crate::kernel::verb::Verb;

statements! {
    STANDING_SPAN = "INSERT INTO standing (staff_id, since, until, role, state, mac) VALUES ($1, $2, $3, $4, $5, $6)";
    MEMBER_SPAN = "INSERT INTO group_member (group_id, staff_id, since, until, mac) VALUES ($1, $2, $3, $4, $5)";
}

/// The contents that records have: few, so that the same bytes come up in several matters.
pub(super) const CONTENTS: [&[u8]; 2] =
    [b"The trustees declare as follows.", b"The Claimant says as follows."];

/// The ids of a model's things, by their places.
#[derive(Clone, Debug, Default)]
pub(super) struct Placed {
    pub(super) first_day: i64,
    pub(super) people: Vec<StaffId>,
    pub(super) clients: Vec<ClientId>,
    pub(super) matters: Vec<MatterId>,
    pub(super) records: Vec<Vec<RecordId>>,
    pub(super) groups: Vec<GroupId>,
    pub(super) walls: Vec<WallId>,
}

impl Placed {
    /// The instant at which a day begins.
    pub(super) fn at(&self, day: u8) -> i64 {
        self.first_day + i64::from(day) * DAY
    }

    fn span(&self, span: Span) -> (i64, Option<i64>) {
        (self.at(span.since), span.until.map(|day| self.at(day)))
    }

    fn named(&self, part: Named) -> AnyId {
        match part {
            Named::Client(i) => self.clients[i].any(),
            Named::Matter(i) => self.matters[i].any(),
            Named::Person(i) => self.people[i].any(),
            Named::Group(i) => self.groups[i].any(),
        }
    }
}

/// Writes the firm; the first day is tomorrow.
pub(super) async fn place(f: &Fixture, firm: &Firm) -> Placed {
    let first_day = f.room.now() + DAY;
    for kind in [Numbered::Client, Numbered::Matter, Numbered::Record] {
        f.room.ensure_numbers(kind).await.expect("numbers are reserved");
    }
    f.admin().await.perform(Place { firm: firm.clone(), first_day }).await.expect("the firm is written")
}

struct Place {
    firm: Firm,
    first_day: i64,
}

/// Written once, and never asked for again.
impl Answer for Placed {
    fn made(&self) -> String {
        String::new()
    }

    fn again(_: &str) -> Option<Self> {
        None
    }
}

impl Operation for Place {
    const VERB: Verb = Verb::GroupChange;
    type Output = Placed;

    fn target(&self) -> Target {
        Target::Firm
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<Placed>> {
        let mut placed = Placed { first_day: self.first_day, ..Placed::default() };
        people(tx, &self.firm, &mut placed).await?;
        for (place, taker) in self.firm.clients.iter().enumerate() {
            take_on(tx, place, *taker, &mut placed).await?;
        }
        for (place, model) in self.firm.matters.iter().enumerate() {
            matter(tx, place, model, &mut placed).await?;
        }
        groups(tx, &self.firm, &mut placed).await?;
        walls(tx, &self.firm, &mut placed).await?;
        Ok(Done::recording(placed, Facts::default()))
    }
}

async fn people(tx: &mut WriteTx<'_>, firm: &Firm, placed: &mut Placed) -> Result<()> {
    for (place, model) in firm.people.iter().enumerate() {
        let id: StaffId = tx.new_id();
        tx.touch(Set::Person(id)).await?;
        let name = format!("Person {place} Poole");
        let email = format!("person{place}@harrow.example");
        let entropy = tx.ctx().room.entropy.clone();
        let who = (&Name::parse(&name)?, &Email::parse(&email)?);
        let row = StaffRow::new(tx.vault(), entropy.as_ref(), id, tx.now(), who, None)?;
        let values = row.values(tx.vault())?;
        tx.exec_one(&STAFF_INSERT, &values).await?;
        let begins = tx.now();
        let (role, state) = model.first;
        let until = model.then.map(|(day, ..)| placed.at(day));
        let mut standings = vec![Standing { since: begins, until, role, state: state.to_owned() }];
        if let Some((day, role, state)) = model.then {
            standings.push(Standing { since: placed.at(day), until: None, role, state: state.to_owned() });
        }
        for s in &standings {
            let mac = bind_standing(id, s).mac(tx.vault())?;
            let values = params![id.to_string(), s.since, s.until, s.role.word(), s.state.clone(), mac];
            tx.exec_one(&STANDING_SPAN, &values).await?;
        }
        tx.learn(Known::Staff(id, StaffName { name, email }));
        placed.people.push(id);
    }
    Ok(())
}

async fn take_on(
    tx: &mut WriteTx<'_>,
    place: usize,
    taker: Option<usize>,
    placed: &mut Placed,
) -> Result<()> {
    let id: ClientId = tx.new_id();
    let number = tx.vault().next_number(Numbered::Client)?;
    let row = ClientFacts {
        id,
        number,
        sealed_name: vec![0],
        sealed_reference: vec![0],
        created_at: tx.now(),
        row_version: 1,
        created_by: taker.map(|person| placed.people[person].to_string()),
        walls: Vec::new(),
    };
    let values = client::store::values(&row, tx.vault())?;
    tx.exec_one(&client::store::CLIENT_INSERT, &values).await?;
    let name = ClientName { name: format!("Client {place} Holdings"), reference: format!("C-{place}") };
    tx.learn(Known::Client(id, name));
    placed.clients.push(id);
    Ok(())
}

async fn matter(tx: &mut WriteTx<'_>, place: usize, model: &Matter, placed: &mut Placed) -> Result<()> {
    let id: MatterId = tx.new_id();
    tx.touch(Set::Seats(id)).await?;
    let number = tx.vault().next_number(Numbered::Matter)?;
    let client = placed.clients[model.client];
    let mut row = MatterFacts {
        id,
        client,
        number,
        open: model.open,
        opened_at: tx.now(),
        closed_at: (!model.open).then(|| tx.now()),
        sealed_name: vec![0],
        sealed_reference: vec![0],
        row_version: 1,
        seats: Vec::new(),
        walls: Vec::new(),
    };
    let values = params![
        id.to_string(),
        client.to_string(),
        i64::from(number),
        if row.open { "open" } else { "closed" },
        row.opened_at,
        row.closed_at,
        row.sealed_name.clone(),
        row.sealed_reference.clone(),
        row.row_version,
        row.bind().mac(tx.vault())?
    ];
    tx.exec_one(&MATTER_INSERT, &values).await?;
    for seat in &model.seats {
        let (since, until) = placed.span(seat.span);
        let seat_id: SeatId = tx.new_id();
        let seat = SeatFacts {
            seat_id: seat_id.to_string(),
            matter: id,
            staff: placed.people[seat.person],
            seat: seat.seat,
            since,
            until,
            given_by: String::from("stf_nobody"),
            ended_by: None,
        };
        let values = params![
            seat.seat_id.clone(),
            id.to_string(),
            seat.staff.to_string(),
            seat.seat,
            since,
            until,
            seat.given_by.clone(),
            None::<String>,
            seat.bind().mac(tx.vault())?
        ];
        tx.exec_one(&SEAT_INSERT, &values).await?;
        row.seats.push(seat);
    }
    let name = format!("Matter {place} dispute");
    tx.learn(Known::Matter(id, MatterName { client, name, reference: format!("M-{place}") }));
    placed.matters.push(id);
    let mut records = Vec::new();
    for (nth, (content, labels)) in model.records.iter().enumerate() {
        records.push(record(tx, &row, nth, usize::from(*content), labels).await?);
    }
    placed.records.push(records);
    Ok(())
}

async fn record(
    tx: &mut WriteTx<'_>,
    matter: &MatterFacts,
    nth: usize,
    content: usize,
    labels: &str,
) -> Result<RecordId> {
    let id: RecordId = tx.new_id();
    let number = tx.vault().next_number(Numbered::Record)?;
    let key = tx.key(&id.any(), KeyOf::Record { matter: matter.number, record: number })?;
    let matter_key = tx.key(&matter.id.any(), KeyOf::Matter(matter.number))?;
    let row = id.to_string();
    // two share each instant: a page that ends between them goes on with the right one
    let changed_at = tx.now() + i64::try_from(nth / 2).unwrap_or(0);
    let title = Column { table: "record", row: &row, column: "title", version: 1 };
    let record = RecordFacts {
        id,
        number,
        folder: None,
        labels: labels.to_owned(),
        version: 1,
        size: 32,
        created_at: changed_at,
        created_by: String::from("stf_nobody"),
        changed_at,
        sealed_title: tx.seal(&key, title, &format!("Record {nth}")),
        row_version: 1,
        matter: matter.id,
    };
    let values = params![
        id.to_string(),
        matter.id.to_string(),
        None::<String>,
        i64::from(number),
        record.labels.clone(),
        1_i64,
        record.size,
        record.created_at,
        record.created_by.clone(),
        record.changed_at,
        record.sealed_title.clone(),
        1_i64,
        record.bind().mac(tx.vault())?
    ];
    tx.exec_one(&RECORD_INSERT, &values).await?;
    let sha256 = strongroom_seal::mac::sha256(CONTENTS[content]);
    let facts = VersionFacts {
        filename: format!("record{nth}.txt"),
        media_type: String::from("text/plain"),
        sha256: hex::encode(sha256),
    };
    let lies = VersionFacts::row(id, 1);
    let at = Column { table: "record_version", row: &lies, column: "facts", version: 1 };
    let version = VersionRow {
        record: id,
        version: 1,
        matter: matter.id,
        blob: format!("none-{id}"),
        size: record.size,
        content_index: content_index(&matter_key, &sha256).to_vec(),
        sealed_facts: tx.seal(&key, at, &serde_json::to_string(&facts).unwrap_or_default()),
        created_at: record.created_at,
        created_by: record.created_by.clone(),
    };
    tx.exec_one(&VERSION_INSERT, &version.values(tx.vault())?).await?;
    Ok(id)
}

async fn groups(tx: &mut WriteTx<'_>, firm: &Firm, placed: &mut Placed) -> Result<()> {
    for (place, members) in firm.groups.iter().enumerate() {
        let id: GroupId = tx.new_id();
        tx.touch(Set::Members(id)).await?;
        let group = Group { id, sealed_name: vec![0], created_at: tx.now(), row_version: 1 };
        let mac = group.bind().mac(tx.vault())?;
        let values = params![id.to_string(), group.sealed_name.clone(), group.created_at, 1_i64, mac];
        tx.exec_one(&GROUP_INSERT, &values).await?;
        for (person, span) in members {
            let (since, until) = placed.span(*span);
            let mac = bind_member(id, placed.people[*person], since, until).mac(tx.vault())?;
            let values = params![id.to_string(), placed.people[*person].to_string(), since, until, mac];
            tx.exec_one(&MEMBER_SPAN, &values).await?;
        }
        tx.learn(Known::Group(id, format!("Group {place}")));
        placed.groups.push(id);
    }
    Ok(())
}

async fn walls(tx: &mut WriteTx<'_>, firm: &Firm, placed: &mut Placed) -> Result<()> {
    for model in &firm.walls {
        let id: WallId = tx.new_id();
        tx.touch(Set::Wall(id)).await?;
        for (part, _) in &model.parts {
            match part {
                Named::Client(i) => tx.touch(Set::WallsOfClient(placed.clients[*i])).await?,
                Named::Matter(i) => tx.touch(Set::WallsOfMatter(placed.matters[*i])).await?,
                _ => {}
            }
        }
        let number = tx.vault().next_number(Numbered::Client)?;
        let key = tx.key(&id.any(), KeyOf::Client(number))?;
        let row = id.to_string();
        let at = |column| Column { table: "wall", row: &row, column, version: 1 };
        let (made_at, ended_at) = placed.span(model.span);
        let wall = WallFacts {
            id,
            number,
            kind: String::from(if model.bars { "bars" } else { "admits" }),
            made_at,
            made_by: String::from("stf_nobody"),
            ended_at,
            reviewed_at: None,
            sealed_name: tx.seal(&key, at("name"), "Earlier retainer"),
            sealed_reason: tx.seal(&key, at("reason"), "A conflict."),
            row_version: 1,
            parts: Vec::new(),
            members: Vec::new(),
        };
        let values = params![
            row.clone(),
            i64::from(number),
            wall.kind.clone(),
            made_at,
            wall.made_by.clone(),
            ended_at,
            None::<i64>,
            wall.sealed_name.clone(),
            wall.sealed_reason.clone(),
            1_i64,
            wall.bind().mac(tx.vault())?
        ];
        tx.exec_one(&WALL_INSERT, &values).await?;
        for (part, span) in &model.parts {
            let (since, until) = placed.span(*span);
            let part_row = WallPart { thing: placed.named(*part), since, until };
            let mac = bind_wall_part(id, &part_row).mac(tx.vault())?;
            let values = params![row.clone(), part_row.thing.as_str(), since, until, mac];
            tx.exec_one(&WALL_PART_INSERT, &values).await?;
        }
        placed.walls.push(id);
    }
    Ok(())
}
