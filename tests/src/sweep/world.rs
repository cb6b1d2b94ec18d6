//! Who asks, and about what.

use axum::http::Method;
use serde_json::json;
use strongroom_domain::features::staff::InviteStaff;
use strongroom_domain::features::wall::{MakeWall, WallKind, WallSpec};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::id::{ClientId, MatterId, RecordId, StaffId, WallId};
use strongroom_domain::kernel::text::{Email, Name, Reason};
use strongroom_testkit::{Person, TestFirm};

/// What a person is to the matter that a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seat {
    Lead,
    Member,
    Reader,
    None,
    /// A member's seat, but a wall bars them.
    Walled,
}

/// Which thing the row's path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    /// A matter with the whole team, and what is in it.
    Team,
    /// A matter whose lead alone has a seat.
    Other,
    /// An id that names nothing.
    MadeUp,
    /// Text that is no id.
    Malformed,
}

pub(super) struct Actor {
    pub(super) name: &'static str,
    pub(super) person: Option<Person>,
    pub(super) role: Option<Role>,
    pub(super) on_team: Seat,
    pub(super) on_other: Seat,
}

pub(super) struct World {
    pub(super) firm: TestFirm,
    pub(super) lead: Person,
    pub(super) other_lead: Person,
    pub(super) actors: Vec<Actor>,
    pub(super) client: ClientId,
    pub(super) other_client: ClientId,
    /// Someone who has not enrolled: what is done to an account is done to theirs.
    pub(super) invited: StaffId,
}

/// A matter made for one question, so that no answer depends on an earlier one.
pub(super) struct Scene {
    pub(super) client: ClientId,
    pub(super) matter: MatterId,
    pub(super) record: RecordId,
    pub(super) wall: WallId,
}

pub(super) async fn world() -> World {
    let firm = TestFirm::new().await;
    let ines = firm.person("Ines Feld", Role::ComplianceOfficer).await;
    let lead = firm.person("Ann Marsh", Role::Partner).await;
    let other_lead = firm.person("Otto Lyle", Role::Partner).await;
    let member = firm.person("Dan Okafor", Role::Associate).await;
    let reader = firm.person("Cat Reader", Role::Paralegal).await;
    let walled = firm.person("Tom Reyes", Role::Associate).await;
    let outsider = firm.person("Uma Outside", Role::Associate).await;
    let records = firm.person("Rita Calloway", Role::RecordsManager).await;
    let auditor = firm.person("Odo Auditor", Role::Auditor).await;
    let (client, _) = firm.matter(&lead, "Northwind").await;
    let contact = firm.contact("Sunita Nair", client).await;
    let (other_client, _) = firm.matter(&other_lead, "Ashdown").await;
    let admin = firm.admin.again(&firm).await;
    let invite = InviteStaff {
        name: Name::parse("Ivo Invited").expect("a name"),
        email: Email::parse("ivo@firm.example").expect("an address"),
        role: Role::Paralegal,
        client: None,
    };
    let invited = admin.ctx(&firm).await.perform(invite).await.expect("invited").staff;
    let row = |name, person: &Person, on_team, on_other| Actor {
        name,
        role: Some(person.role),
        person: Some(person.clone()),
        on_team,
        on_other,
    };
    let actors = vec![
        row("lead", &lead, Seat::Lead, Seat::None),
        row("member", &member, Seat::Member, Seat::None),
        row("reader", &reader, Seat::Reader, Seat::None),
        row("walled", &walled, Seat::Walled, Seat::None),
        row("outsider", &outsider, Seat::None, Seat::None),
        row("other lead", &other_lead, Seat::None, Seat::Lead),
        row("records manager", &records, Seat::None, Seat::None),
        row("compliance officer", &ines, Seat::None, Seat::None),
        row("administrator", &admin, Seat::None, Seat::None),
        row("auditor", &auditor, Seat::None, Seat::None),
        row("client contact", &contact, Seat::None, Seat::None),
        Actor { name: "nobody", person: None, role: None, on_team: Seat::None, on_other: Seat::None },
    ];
    World { firm, lead, other_lead, actors, client, other_client, invited }
}

impl World {
    pub(super) fn actor(&self, name: &str) -> &Person {
        self.actors.iter().find(|a| a.name == name).and_then(|a| a.person.as_ref()).expect("a known actor")
    }

    pub(super) async fn scene(&self, thing: Thing) -> Scene {
        let (lead, client) = match thing {
            Thing::Team => (&self.lead, self.client),
            _ => (&self.other_lead, self.other_client),
        };
        let mut api = self.firm.browser().token(lead);
        let new =
            json!({ "client_id": client, "name": "Share purchase dispute", "reference": "NW-2026-014" });
        let made = api.json(Method::POST, "/api/v1/matters", &new).await.expect(201).json();
        let matter = MatterId::parse(made["id"].as_str().expect("an id")).expect("a matter's id");
        if thing == Thing::Team {
            for (name, seat) in [("member", "member"), ("reader", "reader"), ("walled", "member")] {
                self.firm.seat(lead, matter, self.actor(name).id, seat).await;
            }
        }
        let path = format!("/api/v1/matters/{matter}/records");
        let added = api
            .files(&path, &[], &[("complaint.txt", b"The Claimant says as follows.")])
            .await
            .expect(201)
            .json();
        let record = added["items"][0]["id"].as_str().and_then(RecordId::parse).expect("a record's id");
        let spec = WallSpec {
            name: Name::parse("Earlier retainer").expect("a name"),
            reason: Reason::parse("He acted for the other side in 2019.").expect("a reason"),
            kind: WallKind::Bars,
            clients: Vec::new(),
            matters: vec![matter],
            staff: vec![self.actor("walled").id],
            groups: Vec::new(),
        };
        let officer = self.actor("compliance officer").api_ctx(&self.firm).await;
        let wall = officer.perform(MakeWall { spec }).await.expect("the wall stands");
        Scene { client, matter, record, wall }
    }
}
