//! The sweep: every route of the API, for every kind of person, on own, other, walled and made-up things.
//! What is expected comes from the table "Who may what" of the outside contract, written down here a second
//! time, never from the output. A route of the API that no row names fails.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};
use strongroom_domain::features::staff::InviteStaff;
use strongroom_domain::features::wall::{MakeWall, WallKind, WallSpec};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::id::{ClientId, MatterId, RecordId, StaffId, WallId};
use strongroom_domain::kernel::text::{Email, Name, Reason};
use strongroom_testkit::{Answer, Person, TestFirm};

/// What a person is to the matter that a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seat {
    Lead,
    Member,
    Reader,
    None,
    /// A member's seat, but a wall bars them.
    Walled,
}

/// Which thing the row's path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Thing {
    /// A matter with the whole team, and what is in it.
    Team,
    /// A matter whose lead alone has a seat.
    Other,
    /// An id that names nothing.
    MadeUp,
    /// Text that is no id.
    Malformed,
}

/// What must come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    Done,
    /// 403 with this rule among the reasons.
    Refused(&'static str),
    NotFound,
    SignedOut,
    /// The gate lets it through; the state of things may still say that it cannot be (409, 422).
    Passed,
}

struct Actor {
    name: &'static str,
    person: Option<Person>,
    role: Option<Role>,
    on_team: Seat,
    on_other: Seat,
}

struct World {
    firm: TestFirm,
    lead: Person,
    other_lead: Person,
    actors: Vec<Actor>,
    client: ClientId,
    other_client: ClientId,
    /// Someone who has not enrolled: what is done to an account is done to theirs.
    invited: StaffId,
}

/// A matter made for one question, so that no answer depends on an earlier one.
struct Scene {
    client: ClientId,
    matter: MatterId,
    record: RecordId,
    wall: WallId,
}

async fn world() -> World {
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
    fn actor(&self, name: &str) -> &Person {
        self.actors.iter().find(|a| a.name == name).and_then(|a| a.person.as_ref()).expect("a known actor")
    }

    async fn scene(&self, thing: Thing) -> Scene {
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
type Judge = fn(&Actor, Seat) -> Expect;
struct Row {
    method: Method,
    /// As in the API's document.
    path: &'static str,
    /// What the path names: asked of all four things, or of none.
    about: bool,
    body: fn(&World, &Scene) -> Option<Value>,
    expect: Judge,
}

fn is(actor: &Actor, roles: &[Role]) -> bool {
    actor.role.is_some_and(|r| roles.contains(&r))
}

/// Who knows of a matter: any seat that no wall beats, records managers and compliance officers.
fn knows(actor: &Actor, seat: Seat) -> bool {
    !matches!(seat, Seat::None | Seat::Walled) || is(actor, &[Role::RecordsManager, Role::ComplianceOfficer])
}

fn otherwise(actor: &Actor, seat: Seat, rule: &'static str) -> Expect {
    match actor.person {
        None => Expect::SignedOut,
        Some(_) if knows(actor, seat) => Expect::Refused(rule),
        Some(_) => Expect::NotFound,
    }
}

fn see(a: &Actor, s: Seat) -> Expect {
    if knows(a, s) { Expect::Done } else { otherwise(a, s, "") }
}

fn open(a: &Actor, s: Seat) -> Expect {
    if matches!(s, Seat::Lead | Seat::Member | Seat::Reader) {
        Expect::Done
    } else {
        otherwise(a, s, "only-the-team-opens")
    }
}

fn add(a: &Actor, s: Seat) -> Expect {
    if matches!(s, Seat::Lead | Seat::Member) { Expect::Done } else { otherwise(a, s, "only-members-add") }
}

fn keep(a: &Actor, s: Seat) -> Expect {
    if s == Seat::Lead || is(a, &[Role::RecordsManager]) {
        Expect::Done
    } else {
        otherwise(a, s, "only-leads-and-records-managers-keep-the-team")
    }
}

fn lead_only(a: &Actor, s: Seat) -> Expect {
    if s == Seat::Lead { Expect::Done } else { otherwise(a, s, "only-leads-export") }
}

/// For what belongs to the firm: allowed for these roles, else refused by this rule.
macro_rules! roles {
    ($name:ident, [$($role:ident),*], $rule:literal) => {
        fn $name(a: &Actor, _: Seat) -> Expect {
            match a.role {
                None => Expect::SignedOut,
                Some(Role::ClientContact) => Expect::Refused("client-contacts-wait"),
                Some(role) if [$(Role::$role),*].contains(&role) => Expect::Done,
                Some(_) => Expect::Refused($rule),
            }
        }
    };
}

roles!(takes_on, [Partner, RecordsManager], "only-partners-and-records-managers-take-on");
roles!(lists_ledger, [ComplianceOfficer, Auditor], "only-watchers-list-the-ledger");
roles!(makes_walls, [ComplianceOfficer], "only-compliance-makes-walls");
roles!(keeps_accounts, [Administrator], "only-administrators-keep-accounts");
roles!(sees_policies, [Administrator, Partner, ComplianceOfficer, Auditor], "only-keepers-see-policies");
roles!(
    every_staff,
    [Partner, Associate, Paralegal, RecordsManager, ComplianceOfficer, Administrator, Auditor],
    ""
);

fn everyone(a: &Actor, _: Seat) -> Expect {
    if a.person.is_some() { Expect::Done } else { Expect::SignedOut }
}

/// Walls: the compliance officer, and the lead of a covered matter.
fn sees_wall(a: &Actor, s: Seat) -> Expect {
    match a.person {
        None => Expect::SignedOut,
        Some(_) if is(a, &[Role::ComplianceOfficer]) || s == Seat::Lead => Expect::Done,
        Some(_) => Expect::NotFound,
    }
}

fn changes_wall(a: &Actor, s: Seat) -> Expect {
    match sees_wall(a, s) {
        Expect::Done if is(a, &[Role::ComplianceOfficer]) => Expect::Done,
        Expect::Done => Expect::Refused("only-compliance-makes-walls"),
        other => other,
    }
}

fn asks_why(a: &Actor, s: Seat) -> Expect {
    if s == Seat::Lead || is(a, &[Role::ComplianceOfficer, Role::Auditor]) {
        Expect::Done
    } else {
        otherwise(a, s, "only-watchers-and-leads-ask-why")
    }
}

/// The directory is for staff; a client contact does not know of it.
fn knows_staff(a: &Actor, _: Seat) -> Expect {
    match a.role {
        None => Expect::SignedOut,
        Some(Role::ClientContact) => Expect::NotFound,
        Some(_) => Expect::Done,
    }
}

fn on_staff(a: &Actor, _: Seat) -> Expect {
    match a.role {
        None => Expect::SignedOut,
        Some(Role::ClientContact) => Expect::NotFound,
        Some(Role::Administrator) => Expect::Passed,
        Some(_) => Expect::Refused("only-administrators-keep-accounts"),
    }
}

fn approvals(a: &Actor, _: Seat) -> Expect {
    match a.role {
        None => Expect::SignedOut,
        Some(Role::Partner | Role::ComplianceOfficer | Role::Administrator) => Expect::Done,
        Some(_) => Expect::Refused(""),
    }
}

fn passed(expect: Expect) -> Expect {
    if expect == Expect::Done { Expect::Passed } else { expect }
}

fn nothing(_: &World, _: &Scene) -> Option<Value> {
    None
}

fn rows() -> Vec<Row> {
    let row = |method: Method, path, about, body, expect| Row { method, path, about, body, expect };
    vec![
        row(Method::GET, "/api/v1/me", false, nothing, everyone),
        row(Method::GET, "/api/v1/clients", false, nothing, every_client_list),
        row(
            Method::POST,
            "/api/v1/clients",
            false,
            |_, _| Some(json!({ "name": "Halcyon Dawn", "reference": "HD" })),
            takes_on,
        ),
        row(Method::GET, "/api/v1/clients/{id}", true, nothing, see),
        row(
            Method::PATCH,
            "/api/v1/clients/{id}",
            true,
            |_, s| Some(json!({ "name": format!("Northwind {}", s.matter) })),
            |a, s| {
                if is(a, &[Role::RecordsManager]) || s == Seat::Lead {
                    Expect::Done
                } else {
                    otherwise(a, s, "clients-named-by-keepers")
                }
            },
        ),
        row(Method::GET, "/api/v1/matters", false, nothing, every_client_list),
        row(
            Method::POST,
            "/api/v1/matters",
            false,
            |_, s| {
                Some(json!({
                    "client_id": s.client, "name": "Another matter", "reference": "NW-2",
                }))
            },
            |a, s| match a.role {
                // a records manager names the lead; the gate is what is swept here
                Some(role) if role == Role::RecordsManager || s == Seat::Lead => Expect::Passed,
                _ => otherwise(a, s, "only-partners-and-records-managers-take-on"),
            },
        ),
        row(
            Method::POST,
            "/api/v1/matters/search",
            false,
            |_, _| Some(json!({ "q": "dispute" })),
            every_client_list,
        ),
        row(Method::GET, "/api/v1/matters/{id}", true, nothing, see),
        row(
            Method::PATCH,
            "/api/v1/matters/{id}",
            true,
            |_, _| Some(json!({ "name": "Another name" })),
            keep,
        ),
        row(Method::GET, "/api/v1/matters/{id}/team", true, nothing, see),
        row(
            Method::PUT,
            "/api/v1/matters/{id}/team/{staff_id}",
            true,
            |_, _| Some(json!({ "seat": "reader" })),
            keep,
        ),
        row(Method::DELETE, "/api/v1/matters/{id}/team/{staff_id}", true, nothing, |a, s| match keep(a, s) {
            // nobody sits there: whoever may end seats learns so
            Expect::Done => Expect::NotFound,
            other => other,
        }),
        row(Method::GET, "/api/v1/matters/{id}/records", true, nothing, open),
        row(Method::POST, "/api/v1/matters/{id}/records", true, nothing, add),
        row(
            Method::POST,
            "/api/v1/matters/{id}/records/known",
            true,
            |_, _| Some(json!({ "sha256": ["00".repeat(32)] })),
            open,
        ),
        row(Method::GET, "/api/v1/matters/{id}/activity", true, nothing, open),
        row(Method::GET, "/api/v1/matters/{id}/export", true, nothing, lead_only),
        row(Method::GET, "/api/v1/records/{id}", true, nothing, open),
        row(
            Method::PATCH,
            "/api/v1/records/{id}",
            true,
            |_, _| Some(json!({ "title": "Complaint as filed" })),
            add,
        ),
        row(Method::GET, "/api/v1/records/{id}/content", true, nothing, open),
        row(Method::POST, "/api/v1/records/{id}/versions", true, nothing, add),
        row(Method::GET, "/api/v1/records/{id}/activity", true, nothing, open),
        row(Method::GET, "/api/v1/walls", false, nothing, every_staff),
        row(
            Method::POST,
            "/api/v1/walls",
            false,
            |w, s| {
                Some(json!({
                        "name": "Another wall", "reason": "A conflict.", "kind": "bars", "covers": { "clients": [], "matters": [s.matter] },
                        "staff": [w.actor("outsider").id], "groups": [],
                }))
            },
            makes_walls,
        ),
        row(Method::GET, "/api/v1/walls/{id}", true, nothing, sees_wall),
        row(
            Method::PATCH,
            "/api/v1/walls/{id}",
            true,
            |_, _| Some(json!({ "name": "Renamed wall" })),
            changes_wall,
        ),
        row(
            Method::DELETE,
            "/api/v1/walls/{id}",
            true,
            |_, _| Some(json!({ "reason": "The retainer ended." })),
            changes_wall,
        ),
        row(Method::GET, "/api/v1/matters/{id}/folders", true, nothing, open),
        row(
            Method::POST,
            "/api/v1/matters/{id}/folders",
            true,
            |_, _| Some(json!({ "path": "Pleadings" })),
            add,
        ),
        row(
            Method::POST,
            "/api/v1/matters/{id}/export",
            true,
            |_, _| Some(json!({ "reason": "The client moves on." })),
            lead_only,
        ),
        row(Method::GET, "/api/v1/staff/{id}", false, nothing, knows_staff),
        row(
            Method::POST,
            "/api/v1/staff",
            false,
            |_, _| Some(json!({ "name": "New Person", "email": "new@firm.example", "role": "paralegal" })),
            |a, s| passed(keeps_accounts(a, s)),
        ),
        row(
            Method::POST,
            "/api/v1/staff/{id}/suspend",
            false,
            |_, _| Some(json!({ "reason": "On leave." })),
            on_staff,
        ),
        row(
            Method::POST,
            "/api/v1/staff/{id}/resume",
            false,
            |_, _| Some(json!({ "reason": "Back." })),
            on_staff,
        ),
        row(
            Method::POST,
            "/api/v1/staff/{id}/role",
            false,
            |_, _| Some(json!({ "role": "paralegal" })),
            on_staff,
        ),
        row(Method::POST, "/api/v1/staff/{id}/reset", false, |_, _| Some(json!({})), on_staff),
        row(Method::POST, "/api/v1/staff/{id}/link", false, nothing, on_staff),
        row(Method::GET, "/api/v1/approvals", false, nothing, approvals),
        row(Method::GET, "/api/v1/policies", false, nothing, sees_policies),
        row(Method::GET, "/api/v1/policies/candidates/{source}", false, nothing, sees_policies),
        row(
            Method::POST,
            "/api/v1/groups",
            false,
            |_, _| Some(json!({ "name": "Another group" })),
            |a, s| passed(keeps_accounts(a, s)),
        ),
        row(Method::GET, "/api/v1/sessions", false, nothing, everyone),
        row(Method::GET, "/api/v1/tokens", false, nothing, everyone),
        row(Method::GET, "/api/v1/uploads", false, nothing, every_staff),
        row(Method::GET, "/api/v1/staff", false, nothing, every_staff),
        row(Method::GET, "/api/v1/groups", false, nothing, every_staff),
        row(Method::GET, "/api/v1/explain", true, nothing, asks_why),
        row(Method::GET, "/api/v1/ledger/entries", false, nothing, lists_ledger),
    ]
}

fn every_client_list(a: &Actor, _: Seat) -> Expect {
    match a.role {
        None => Expect::SignedOut,
        Some(Role::ClientContact) => Expect::Refused("client-contacts-wait"),
        Some(_) => Expect::Done,
    }
}

fn path_of(template: &str, thing: Thing, scene: &Scene, world: &World) -> String {
    let id = match (thing, template) {
        (Thing::Malformed, _) => String::from("nonsense"),
        (Thing::MadeUp, t) if t.contains("/clients/") => ClientId::new(1, [9; 10]).to_string(),
        (Thing::MadeUp, t) if t.contains("/records/{id}") => RecordId::new(1, [9; 10]).to_string(),
        (Thing::MadeUp, t) if t.contains("/walls/") => WallId::new(1, [9; 10]).to_string(),
        (Thing::MadeUp, _) => MatterId::new(1, [9; 10]).to_string(),
        (_, t) if t.contains("/staff/{id}") => world.invited.to_string(),
        (_, t) if t.contains("/clients/") => scene.client.to_string(),
        (_, t) if t.contains("/records/{id}") => scene.record.to_string(),
        (_, t) if t.contains("/walls/") => scene.wall.to_string(),
        _ => scene.matter.to_string(),
    };
    let staff = world.actor("outsider").id.to_string();
    if template == "/api/v1/explain" {
        return format!("{template}?person={staff}&action=record.list&thing={id}");
    }
    template.replace("{source}", "release").replace("{id}", &id).replace("{staff_id}", &staff)
}

async fn ask(world: &World, actor: &Actor, row: &Row, thing: Thing, scene: &Scene) -> Answer {
    let mut browser = world.firm.browser();
    if let Some(person) = &actor.person {
        browser = browser.token(person);
    }
    let path = path_of(row.path, thing, scene, world);
    let etag = match (&row.method, row.path) {
        (&Method::PATCH | &Method::DELETE, _) | (&Method::POST, "/api/v1/records/{id}/versions") => {
            // whoever may read it sends the tag of what they read; whoever may not sends any
            let read = path.find("/team/").map_or(path.trim_end_matches("/versions"), |at| &path[..at + 5]);
            let read = browser.get(read).await;
            let tag = read.header("etag").to_owned();
            if tag.is_empty() { String::from("\"1\"") } else { tag }
        }
        _ => String::new(),
    };
    let mut headers = Vec::new();
    if !etag.is_empty() {
        headers.push(("if-match", etag.as_str()));
    }
    if row.path.ends_with("/records") && row.method == Method::POST || row.path.ends_with("/versions") {
        headers.push(("content-type", "multipart/form-data; boundary=b0undary"));
        let body = "--b0undary\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nSome new words.\r\n--b0undary--\r\n";
        return browser.send(row.method.clone(), &path, &headers, body.into()).await;
    }
    match (row.body)(world, scene) {
        Some(body) => {
            headers.push(("content-type", "application/json"));
            browser.send(row.method.clone(), &path, &headers, body.to_string().into()).await
        }
        None => browser.send(row.method.clone(), &path, &headers, axum::body::Body::empty()).await,
    }
}

fn verdict(answer: &Answer, expect: Expect) -> Result<(), String> {
    let status = answer.status.as_u16();
    let good = match expect {
        Expect::Done => (200..300).contains(&status),
        Expect::Refused(rule) => {
            status == 403 && (rule.is_empty() || answer.rules().iter().any(|r| r == rule))
        }
        Expect::Passed => (200..300).contains(&status) || status == 409 || status == 422,
        Expect::NotFound => status == 404,
        Expect::SignedOut => status == 401,
    };
    if good { Ok(()) } else { Err(format!("expected {expect:?}, got {status}: {}", answer.text())) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_answers_every_person_as_the_table_says() {
    let world = world().await;
    let mut wrong = Vec::new();
    // reading changes nothing: it shares its matters; each change has one of its own
    let shared =
        [(Thing::Team, world.scene(Thing::Team).await), (Thing::Other, world.scene(Thing::Other).await)];
    for row in rows() {
        let things: &[Thing] = if row.about {
            &[Thing::Team, Thing::Other, Thing::MadeUp, Thing::Malformed]
        } else {
            &[Thing::Team]
        };
        for thing in things {
            for actor in &world.actors {
                let seat = match thing {
                    Thing::Team => actor.on_team,
                    Thing::Other => actor.on_other,
                    _ => Seat::None,
                };
                let expect = match thing {
                    _ if actor.person.is_none() => Expect::SignedOut,
                    // the client stands in the body there, and is always a true one
                    _ if row.path == "/api/v1/matters" => {
                        (row.expect)(actor, client_seat(&row, actor, *thing, seat))
                    }
                    Thing::MadeUp | Thing::Malformed => Expect::NotFound,
                    _ => (row.expect)(actor, client_seat(&row, actor, *thing, seat)),
                };
                // a refusal changes nothing either; what is refused in error shows as a wrong answer below
                let changes = row.method != Method::GET && matches!(expect, Expect::Done | Expect::Passed);
                let fresh = if changes { Some(world.scene(*thing).await) } else { None };
                let [(_, team), (_, other)] = &shared;
                let scene = fresh.as_ref().unwrap_or(if *thing == Thing::Team { team } else { other });
                // the portal is not open: a client contact is told so of the firm's lists, and knows of nothing else
                let answer = ask(&world, actor, &row, *thing, scene).await;
                if let Err(why) = verdict(&answer, expect) {
                    wrong.push(format!("{} {} as {} on {thing:?}: {why}", row.method, row.path, actor.name));
                    // a mutation run asks only whether anything is noticed
                    assert!(!strongroom_testkit::mutated(), "{}", wrong.join("\n"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} answers are not those of the table:\n{}", wrong.len(), wrong.join("\n"));
}

/// A client is known through any of its matters: the walled person's one seat there is behind the wall, and
/// the other lead leads the first matter of the other client.
fn client_seat(row: &Row, actor: &Actor, thing: Thing, seat: Seat) -> Seat {
    if row.path.contains("/clients/") && thing == Thing::Other && actor.name == "other lead" {
        return Seat::Lead;
    }
    seat
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_not_be_known_answers_like_what_does_not_exist() {
    let world = world().await;
    let scene = world.scene(Thing::Team).await;
    for name in ["walled", "outsider", "administrator", "auditor"] {
        let mut browser = world.firm.browser().token(world.actor(name));
        for (real, made_up) in [
            (
                format!("/api/v1/matters/{}", scene.matter),
                format!("/api/v1/matters/{}", MatterId::new(1, [3; 10])),
            ),
            (
                format!("/api/v1/records/{}", scene.record),
                format!("/api/v1/records/{}", RecordId::new(1, [3; 10])),
            ),
            (
                format!("/api/v1/records/{}/content", scene.record),
                format!("/api/v1/records/{}/content", RecordId::new(1, [3; 10])),
            ),
            (format!("/api/v1/walls/{}", scene.wall), String::from("/api/v1/walls/nonsense")),
        ] {
            let (a, b) = (browser.get(&real).await, browser.get(&made_up).await);
            assert_eq!(a.status, b.status, "{name}: {real}");
            assert_eq!(a.body, b.body, "{name}: {real}");
            let names = |a: &Answer| a.headers.keys().map(|k| k.to_string()).collect::<BTreeSet<_>>();
            assert_eq!(names(&a), names(&b), "{name}: {real}");
        }
    }
}

#[test]
fn no_route_of_the_api_is_missing_from_the_sweep() {
    let swept: BTreeSet<String> = rows().iter().map(|r| format!("{} {}", r.method, r.path)).collect();
    let known: BTreeSet<String> = ELSEWHERE.iter().map(|r| (*r).to_owned()).collect();
    let missing: Vec<String> = strongroom_web::routes()
        .into_iter()
        .filter(|(_, path)| path.starts_with("/api/v1/"))
        .map(|(method, path)| format!("{method} {path}"))
        .filter(|route| !swept.contains(route) && !known.contains(route))
        .collect();
    assert!(missing.is_empty(), "add a row to the sweep for: {missing:#?}");
    let stale: Vec<&String> = known.iter().filter(|k| swept.contains(*k)).collect();
    assert!(stale.is_empty(), "swept twice: {stale:?}");
}

/// Routes whose answers stories of their own hold: what belongs to oneself, second persons, uploads.
const ELSEWHERE: &[&str] = &[
    "GET /api/v1/ledger/entries/{id}",
    "GET /api/v1/ledger/entries/{id}/receipt",
    "GET /api/v1/ledger/own",
    "POST /api/v1/approvals/{id}",
    "POST /api/v1/approvals/{id}/withdraw",
    "POST /api/v1/policies/proposals",
    "GET /api/v1/policies/proposals/{id}",
    "POST /api/v1/policies/proposals/{id}",
    "POST /api/v1/policies/proposals/{id}/withdraw",
    "GET /api/v1/groups/{id}",
    "PATCH /api/v1/groups/{id}",
    "PUT /api/v1/groups/{id}/members/{staff_id}",
    "DELETE /api/v1/groups/{id}/members/{staff_id}",
    "DELETE /api/v1/sessions/{id}",
    "DELETE /api/v1/tokens/{id}",
    "POST /api/v1/tokens",
    "OPTIONS /api/v1/uploads",
    "POST /api/v1/uploads",
    "OPTIONS /api/v1/uploads/{id}",
    "HEAD /api/v1/uploads/{id}",
    "PATCH /api/v1/uploads/{id}",
    "DELETE /api/v1/uploads/{id}",
];
