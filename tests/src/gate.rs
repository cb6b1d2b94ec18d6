//! Rules of the gate that the people of the sweep do not meet: a wall that admits, a token with less than its owner's
//! rights, a wall whose list of names was shortened behind the program's back, labels that are lowered, accounts that
//! need a second person.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use strongroom_domain::features::session::make_token;
use strongroom_domain::features::wall::{EndWall, MakeWall, WallKind, WallSpec};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::clock::{HOUR, MINUTE, rfc3339};
use strongroom_domain::kernel::error::Error;
use strongroom_domain::kernel::id::{GroupId, MatterId, StaffId};
use strongroom_domain::kernel::text::{Name, Reason};
use strongroom_domain::kernel::verb::Scope;
use strongroom_testkit::{Person, TestFirm};

use crate::pages::send;

fn wall(kind: WallKind, matter: MatterId, named: Vec<StaffId>) -> MakeWall {
    MakeWall {
        spec: WallSpec {
            name: Name::parse("Earlier retainer").unwrap(),
            reason: Reason::parse("Acted for the other side.").unwrap(),
            kind,
            clients: Vec::new(),
            matters: vec![matter],
            staff: named,
            groups: Vec::new(),
        },
    }
}

/// A matter with a record, led by Ann, with Ben as a member; and who makes walls.
async fn scene(f: &TestFirm) -> (Person, Person, Person, MatterId, String) {
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ben = f.person("Ben Okafor", Role::Associate).await;
    let ines = f.person("Ines Feld", Role::ComplianceOfficer).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    f.seat(&ann, matter, ben.id, "member").await;
    let records = format!("/api/v1/matters/{matter}/records");
    let added = f.browser().token(&ann).files(&records, &[], &[("deed.txt", b"The trustees declare.")]).await;
    let record = added.expect(201).json()["items"][0]["id"].as_str().expect("an id").to_owned();
    (ann, ben, ines, matter, record)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wall_that_admits_some_keeps_everyone_else_out_with_their_seats() {
    let f = TestFirm::new().await;
    let (ann, ben, ines, matter, record) = scene(&f).await;
    let (mut hers, mut his) = (f.browser().token(&ann), f.browser().token(&ben));
    his.get(&format!("/api/v1/records/{record}/content")).await.expect(200);

    ines.ctx(&f).await.perform(wall(WallKind::Admits, matter, vec![ann.id])).await.unwrap();
    hers.get(&format!("/api/v1/records/{record}/content")).await.expect(200);
    for path in [
        format!("/api/v1/matters/{matter}"),
        format!("/api/v1/matters/{matter}/records"),
        format!("/api/v1/records/{record}"),
        format!("/api/v1/records/{record}/content"),
    ] {
        his.get(&path).await.expect(404);
    }
    let listed = his.get("/api/v1/matters").await.expect(200).json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(0));
    // who makes walls is not kept from the wall by not being named
    let walls = f.browser().token(&ines).get("/api/v1/walls").await.expect(200).json();
    assert_eq!(walls["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wall_reaches_whoever_is_in_a_group_that_it_names_while_they_are_in_it() {
    let f = TestFirm::new().await;
    let (ann, ben, ines, matter, record) = scene(&f).await;
    let mut admin = f.browser().token(&f.admin.again(&f).await);
    let made =
        admin.json(Method::POST, "/api/v1/groups", &json!({ "name": "Buyer's side" })).await.expect(201);
    let group = GroupId::parse(made.json()["id"].as_str().expect("an id")).unwrap();
    let member = |person: &Person| format!("/api/v1/groups/{group}/members/{}", person.id);
    // one who was in it and left before the wall was made
    admin.send(Method::PUT, &member(&ben), &[], Body::empty()).await.expect(204);
    admin.send(Method::DELETE, &member(&ben), &[], Body::empty()).await.expect(204);
    let around = |kind| {
        let mut wall = wall(kind, matter, Vec::new());
        wall.spec.groups.push(group);
        wall
    };
    let bars = ines.ctx(&f).await.perform(around(WallKind::Bars)).await.unwrap();
    let content = format!("/api/v1/records/{record}/content");
    let (mut hers, mut his) = (f.browser().token(&ann), f.browser().token(&ben));
    his.get(&content).await.expect(200);

    admin.send(Method::PUT, &member(&ben), &[], Body::empty()).await.expect(204);
    his.get(&content).await.expect(404);
    hers.get(&content).await.expect(200);
    // who keeps the groups opens by them nothing that the wall closes
    let kept = admin.send(Method::DELETE, &member(&ben), &[], Body::empty()).await.expect(409).json();
    assert_eq!(kept["code"], "group.named");
    his.get(&content).await.expect(404);

    // the same group admitted: he alone is in it
    let reason = Reason::parse("The other kind was meant.").unwrap();
    ines.ctx(&f).await.perform(EndWall { wall: bars, reason, etag: None }).await.unwrap();
    ines.ctx(&f).await.perform(around(WallKind::Admits)).await.unwrap();
    his.get(&content).await.expect(200);
    hers.get(&content).await.expect(404);
    let kept = admin.send(Method::PUT, &member(&ann), &[], Body::empty()).await.expect(409).json();
    assert_eq!(kept["code"], "group.named");
    admin.send(Method::DELETE, &member(&ben), &[], Body::empty()).await.expect(204);
    his.get(&content).await.expect(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_a_wall_bars_neither_sees_it_nor_ends_it_even_a_compliance_officer() {
    let f = TestFirm::new().await;
    let (_, _, ines, matter, _) = scene(&f).await;
    let omar = f.person("Omar Haddad", Role::ComplianceOfficer).await;
    let made = ines.ctx(&f).await.perform(wall(WallKind::Bars, matter, vec![omar.id])).await.unwrap();
    let path = format!("/api/v1/walls/{made}");
    let mut his = f.browser().token(&omar);
    his.get(&path).await.expect(404);
    let listed = his.get("/api/v1/walls").await.expect(200).json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(0), "{listed}");
    let reason = Reason::parse("It stands in my way.").unwrap();
    let ended = omar.ctx(&f).await.perform(EndWall { wall: made, reason, etag: None }).await;
    assert!(matches!(ended, Err(Error::NotFound)), "{ended:?}");
    f.browser().token(&ines).get(&path).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_does_what_its_scopes_say_and_no_more() {
    let f = TestFirm::new().await;
    let (ann, _, _, matter, record) = scene(&f).await;
    let ctx = ann.ctx(&f).await;
    let made = make_token(&ctx, Name::parse("Reader").unwrap(), vec![Scope::Read], ctx.now() + HOUR).await;
    let mut reader = f.browser();
    reader.always("authorization", &format!("Bearer {}", made.unwrap().text.as_str()));
    reader.get(&format!("/api/v1/records/{record}/content")).await.expect(200);
    let records = format!("/api/v1/matters/{matter}/records");
    for refused in [
        reader.files(&records, &[], &[("more.txt", b"More.")]).await,
        reader.json(Method::POST, "/api/v1/clients", &json!({ "name": "Else", "reference": "E-1" })).await,
    ] {
        assert_eq!(refused.expect(403).rules(), ["token-scope"]);
    }
    // one that adds and reads nothing is not told either which bytes are there already
    let made = make_token(&ctx, Name::parse("Scanner").unwrap(), vec![Scope::Write], ctx.now() + HOUR).await;
    let mut scanner = f.browser();
    scanner.always("authorization", &format!("Bearer {}", made.unwrap().text.as_str()));
    let deed: &[(&str, &[u8])] = &[("scan.txt", b"The trustees declare.")];
    f.browser().token(&ann).files(&records, &[], deed).await.expect(409);
    scanner.files(&records, &[], deed).await.expect(201);
    // what its owner knows of is refused to it by the rule that decided, and is no unknown id
    let refused = scanner.get(&format!("/api/v1/records/{record}/content")).await.expect(403);
    assert_eq!(refused.rules(), ["token-scope"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wall_whose_names_were_struck_out_behind_the_programs_back_opens_nothing() {
    let f = TestFirm::new().await;
    let (_, ben, ines, matter, record) = scene(&f).await;
    ines.ctx(&f).await.perform(wall(WallKind::Bars, matter, vec![ben.id])).await.unwrap();
    let mut his = f.browser().token(&ben);
    let content = format!("/api/v1/records/{record}/content");
    his.get(&content).await.expect(404);
    assert_eq!(f.tamper("DELETE FROM wall_part WHERE thing_id LIKE 'stf_%'").await, 1);
    let answer = his.get(&content).await;
    assert!(answer.status.is_server_error(), "{}", answer.status);
    assert!(!answer.text().contains("trustees"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lead_is_told_of_a_wall_only_what_she_may_know_of() {
    let f = TestFirm::new().await;
    let (ann, ben, ines, matter, _) = scene(&f).await;
    let cora = f.person("Cora Adeyemi", Role::Partner).await;
    let (_, other) = f.matter(&cora, "Something else entirely").await;
    let mut spec = wall(WallKind::Bars, matter, vec![ben.id]);
    spec.spec.matters.push(other);
    let made = ines.ctx(&f).await.perform(spec).await.unwrap();
    let path = format!("/api/v1/walls/{made}");
    let hers = f.browser().token(&ann).get(&path).await.expect(200).text();
    assert!(hers.contains(&matter.to_string()));
    assert!(!hers.contains(&other.to_string()), "{hers}");
    let listed = f.browser().token(&ann).get("/api/v1/walls").await.expect(200).text();
    assert!(!listed.contains(&other.to_string()), "{listed}");
    let whole = f.browser().token(&ines).get(&path).await.expect(200).text();
    assert!(whole.contains(&other.to_string()), "who changes the wall must not lose what it covers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lead_whom_a_wall_keeps_out_is_told_of_no_other_wall_over_that_matter() {
    let f = TestFirm::new().await;
    let (ann, ben, ines, matter, _) = scene(&f).await;
    let other = ines.ctx(&f).await.perform(wall(WallKind::Bars, matter, vec![ben.id])).await.unwrap();
    let path = format!("/api/v1/walls/{other}");
    let mut hers = f.browser().token(&ann);
    hers.get(&path).await.expect(200);
    ines.ctx(&f).await.perform(wall(WallKind::Bars, matter, vec![ann.id])).await.unwrap();
    hers.get(&path).await.expect(404);
    let listed = hers.get("/api/v1/walls").await.expect(200).json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(0), "{listed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wall_that_has_ended_is_not_told_to_whom_it_barred() {
    let f = TestFirm::new().await;
    let (_, ben, ines, matter, _) = scene(&f).await;
    let ctx = ines.ctx(&f).await;
    let made = ctx.perform(wall(WallKind::Bars, matter, vec![ben.id])).await.unwrap();
    f.pass(MINUTE);
    let then = rfc3339(ctx.now());
    f.pass(MINUTE);
    let reason = Reason::parse("Settled.").unwrap();
    ctx.perform(EndWall { wall: made, reason, etag: None }).await.unwrap();
    let asked = |person: StaffId| {
        let at = then.replace('+', "%2B");
        format!("/api/v1/explain?person={person}&action=record.list&thing={matter}&at={at}")
    };
    let his = f.browser().token(&ben).get(&asked(ben.id)).await.expect(200).text();
    assert!(!his.contains("wall"), "{his}");
    let hers = f.browser().token(&ines).get(&asked(ben.id)).await.expect(200).text();
    assert!(hers.contains("wall-bars"), "{hers}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_typed_where_ids_are_wanted_goes_into_no_address() {
    let f = TestFirm::new().await;
    let tobias = f.person("Tobias Renner", Role::Auditor).await;
    let mut browser = f.browser().session(&tobias);
    let sent = send(&mut browser, "/ledger", "/ledger", &[("client", "Northwind")]).await.expect(422);
    assert!(sent.headers.get("location").is_none());
    assert!(!sent.text().contains("Northwind"), "an auditor's page names no client, typed or not");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_label_is_lowered_with_a_reason_by_the_lead_and_by_records_managers() {
    let f = TestFirm::new().await;
    let (ann, ben, _, matter, record) = scene(&f).await;
    let mary = f.person("Mary Ito", Role::RecordsManager).await;
    let path = format!("/api/v1/records/{record}");
    let label = async |person: &Person, body: Value| {
        let etag = f.browser().token(&ann).get(&path).await.expect(200).header("etag").to_owned();
        let headers = [("content-type", "application/json"), ("if-match", etag.as_str())];
        f.browser().token(person).send(Method::PATCH, &path, &headers, body.to_string().into()).await
    };
    label(&ben, json!({ "labels": ["highly_confidential"] })).await.expect(200);
    let lower = json!({ "labels": ["confidential"], "reason": "It was read out in court." });
    let refused = label(&ben, lower.clone()).await.expect(403);
    assert_eq!(refused.rules(), ["only-leads-and-records-managers-lower"]);
    label(&ann, lower.clone()).await.expect(200);
    label(&ben, json!({ "labels": ["highly_confidential"] })).await.expect(200);
    // without a seat, and without reading it
    label(&mary, lower).await.expect(204);
    f.browser().token(&mary).get(&format!("{path}/content")).await.expect(403);
    let labels = f.browser().token(&ann).get(&path).await.expect(200).json()["labels"].clone();
    assert_eq!(labels, json!(["confidential"]));
    let told = f.browser().token(&ann).get(&format!("/api/v1/matters/{matter}/activity")).await.text();
    assert!(told.contains("lowered its label"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_asks_and_another_decides_and_nobody_changes_their_own_account() {
    let f = TestFirm::new().await;
    let (ann, ben, ..) = scene(&f).await;
    let me = f.admin.again(&f).await;
    let mut admin = f.browser().token(&me);
    for act in ["role", "reset", "suspend"] {
        let mut body = json!({ "reason": "As agreed." });
        if act == "role" {
            body["role"] = json!("partner");
        }
        let own =
            admin.json(Method::POST, &format!("/api/v1/staff/{}/{act}", me.id), &body).await.expect(403);
        assert!(own.rules().contains(&String::from("nobody-their-own-role")), "{act}: {:?}", own.rules());
    }
    let asked = json!({ "role": "partner", "reason": "Made partner by the meeting of May." });
    let asked = admin.json(Method::POST, &format!("/api/v1/staff/{}/role", ben.id), &asked).await.expect(202);
    let approval = format!("/api/v1/approvals/{}", asked.json()["approval_id"].as_str().unwrap());
    let yes = json!({ "approve": true });
    let refused = admin.json(Method::POST, &approval, &yes).await.expect(403);
    assert!(
        refused.rules().contains(&String::from("second-person-is-no-administrator")),
        "{:?}",
        refused.rules()
    );
    f.browser().token(&ann).json(Method::POST, &approval, &yes).await.expect(204);
    let role = admin.get(&format!("/api/v1/staff/{}", ben.id)).await.expect(200).json()["role"].clone();
    assert_eq!(role, "partner");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_systems_health_and_its_seal_are_the_administrators() {
    let f = TestFirm::new().await;
    let (ann, _, ines, ..) = scene(&f).await;
    for person in [&ann, &ines] {
        let mut web = f.browser().session(person);
        let page = web.get("/health").await.expect(403).text();
        assert!(page.contains("Only an administrator sees the system"), "{page}");
        let refused =
            send(&mut web, "/today", "/health/seal", &[("reason", "A drill")]).await.expect(403).text();
        assert!(refused.contains("Only an administrator sees the system"), "{refused}");
    }
    f.browser().session(&f.admin).get("/health").await.expect(200);
}
