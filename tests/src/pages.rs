//! The pages, as a browser without scripts meets them: signing in, the forms, what is not there.

use axum::http::Method;
use strongroom_domain::kernel::actor::Role;
use strongroom_testkit::{Answer, Browser, Person, TestFirm};

/// The token of the forms on a page.
pub(crate) fn csrf(page: &Answer) -> String {
    let html = page.text();
    let (_, rest) = html.split_once("<meta name=\"csrf\" content=\"").expect("a page with a token");
    rest.split('"').next().unwrap().to_owned()
}

pub(crate) fn encode(fields: &[(&str, &str)]) -> String {
    let one = |text: &str| {
        text.bytes()
            .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect::<String>()
    };
    fields.iter().map(|(k, v)| format!("{}={}", one(k), one(v))).collect::<Vec<_>>().join("&")
}

/// Sends a form of the page at `from` to `to`.
pub(crate) async fn send(browser: &mut Browser, from: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
    let page = browser.get(from).await;
    let token = csrf(&page);
    let mut all = vec![("csrf", token.as_str())];
    all.extend_from_slice(fields);
    browser.form(to, &encode(&all)).await
}

fn etag(page: &Answer) -> String {
    let html = page.text();
    let (_, rest) = html.split_once("name=\"etag\" value=\"").expect("a form with a state");
    rest.split('"').next().unwrap().to_owned()
}

async fn cast(f: &TestFirm) -> Vec<Person> {
    let mut all = vec![f.admin.clone()];
    for (name, role) in [
        ("Ann Marsh", Role::Partner),
        ("Ben Okafor", Role::Associate),
        ("Cleo Reyes", Role::Paralegal),
        ("Dora Natarajan", Role::RecordsManager),
        ("Ines Feld", Role::ComplianceOfficer),
        ("Tobias Renner", Role::Auditor),
    ] {
        all.push(f.person(name, role).await);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_answers_every_role_without_a_fault() {
    let f = TestFirm::new().await;
    let all = cast(&f).await;
    let ann = &all[1];
    let (client, matter) = f.matter(ann, "Share purchase dispute").await;
    f.seat(ann, matter, all[2].id, "member").await;
    let mut all = all.clone();
    all.push(f.contact("Sofia Nystrom", client).await);
    let ann = &all[1];
    let mut api = f.browser().token(ann);
    let added = api
        .files(&format!("/api/v1/matters/{matter}/records"), &[], &[("a.txt", b"words")])
        .await
        .expect(201);
    let record = added.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let entry = added.header("x-ledger-entry").to_owned();
    f.room.sequence_all().await.unwrap();
    for person in &all {
        let mut browser = f.browser().session(person);
        for (method, path) in strongroom_web::routes() {
            if method != Method::GET
                || path.starts_with("/api/")
                || path.contains("{*")
                || path.starts_with("/ledger/tile")
            {
                continue;
            }
            let id = match path.split('/').nth(1).unwrap() {
                "clients" => client.to_string(),
                "matters" => matter.to_string(),
                "records" => record.clone(),
                "ledger" => entry.clone(),
                "staff" => all[2].id.to_string(),
                _ => String::from("x"),
            };
            let path = path
                .replace("{id}", &id)
                .replace("{token}", "x")
                .replace("{version}", "1")
                .replace("{page}", "1");
            let answer = browser.get(&path).await;
            let status = answer.status.as_u16();
            assert!(
                status < 500 || (status == 503 && path.contains("/preview/")),
                "{path} as {:?}: {status} {}",
                person.role,
                answer.text()
            );
            for header in [
                "x-request-id",
                "content-security-policy",
                "referrer-policy",
                "cache-control",
                "x-content-type-options",
            ] {
                assert!(answer.headers.contains_key(header), "{path} lacks {header}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_keeps_the_deep_link_and_what_was_typed() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let mut browser = f.browser();
    let there = format!("/matters/{matter}?show=x");
    let sent = browser.get(&there).await.expect(303);
    let door = sent.header("location").to_owned();
    assert!(door.starts_with("/sign-in?back="), "{door}");

    let wrong = send(
        &mut browser,
        &door,
        "/sign-in",
        &[("email", &ann.email), ("password", "wrong"), ("back", &there)],
    )
    .await
    .expect(422);
    assert!(wrong.text().contains(&ann.email), "the address typed must be kept");
    f.pass(61_000_000);
    let half = send(
        &mut browser,
        &door,
        "/sign-in",
        &[("email", &ann.email), ("password", &ann.password), ("back", &there)],
    )
    .await
    .expect(200);
    assert!(half.text().contains("/sign-in/code"));
    f.pass(31_000_000);
    let code = ann.code(&f.clock);
    let fields = [("csrf", csrf(&half)), ("code", code), ("back", there.clone())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let inside = browser.form("/sign-in/code", &encode(&fields)).await.expect(303);
    assert_eq!(inside.header("location"), there);
    assert!(browser.get(&there).await.expect(200).text().contains("Share purchase dispute"));

    // out again
    let out = send(&mut browser, "/today", "/sign-out", &[]).await.expect(303);
    assert_eq!(out.header("location"), "/sign-in?ended=out");
    browser.get("/today").await.expect(303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_another_site_does_nothing() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let mut browser = f.browser().session(&ann);
    let fields = encode(&[("name", "Northwind"), ("reference", "NW-1")]);
    browser.form("/clients", &fields).await.expect(403);
    browser.form("/clients", &format!("{fields}&csrf=wrong")).await.expect(403);
    let token = csrf(&browser.get("/clients/new").await);
    let foreign = [("content-type", "application/x-www-form-urlencoded"), ("origin", "https://evil.example")];
    let body = format!("{fields}&csrf={token}");
    browser.send(Method::POST, "/clients", &foreign, body.clone().into()).await.expect(403);
    let cross = [
        ("content-type", "application/json"),
        ("sec-fetch-site", "cross-site"),
        ("x-csrf-token", token.as_str()),
    ];
    browser.send(Method::POST, "/api/v1/clients", &cross, "{}".into()).await.expect(403);
    let no_token = [("content-type", "application/json")];
    browser.send(Method::POST, "/api/v1/clients", &no_token, "{}".into()).await.expect(403);
    browser.form("/clients", &body).await.expect(303);
    // a token of the API is no way into the pages
    f.browser().token(&ann).get("/today").await.expect(303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_not_be_known_looks_like_what_is_not_there() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ben = f.person("Ben Okafor", Role::Associate).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let mut browser = f.browser().session(&ben);
    let real = browser.get(&format!("/matters/{matter}")).await.expect(404);
    let made_up = browser.get("/matters/mat_01ARZ3NDEKTSV4RRFFQ69G5FAV").await.expect(404);
    let malformed = browser.get("/matters/%ff%00nothing").await.expect(404);
    let plain = |a: &Answer| a.text().replace(a.header("x-request-id"), "");
    assert_eq!(plain(&real), plain(&made_up));
    assert_eq!(plain(&real), plain(&malformed));
    let names = |a: &Answer| a.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&real), names(&made_up));
    assert_eq!(names(&real), names(&malformed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_matter_lives_its_life_by_forms() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ben = f.person("Ben Okafor", Role::Associate).await;
    let mut browser = f.browser().session(&ann);
    let made = send(&mut browser, "/clients/new", "/clients", &[("name", "Northwind"), ("reference", "NW")])
        .await
        .expect(303);
    let client = made.header("location").rsplit('/').next().unwrap().to_owned();
    let bad = send(
        &mut browser,
        "/matters/new",
        "/matters",
        &[("client", &client), ("name", " "), ("reference", "NW-1")],
    )
    .await
    .expect(422);
    assert!(bad.text().contains("value=\"NW-1\""), "what was typed must be kept");
    let made = send(
        &mut browser,
        "/matters/new",
        "/matters",
        &[("client", &client), ("name", "Dispute"), ("reference", "NW-1")],
    )
    .await
    .expect(303);
    let team = made.header("location").to_owned();
    let matter = team.trim_end_matches("/team").to_owned();
    assert!(browser.get(&team).await.text().contains("The matter is open."), "it says what was done");
    assert!(!browser.get(&team).await.text().contains("The matter is open."), "and says it once");

    send(
        &mut browser,
        &team,
        &team,
        &[("person", &ben.id.to_string()), ("seat", "member"), ("until", "2099-01-31")],
    )
    .await
    .expect(303);
    let shown = browser.get(&team).await.text();
    assert!(shown.contains("Ben Okafor") && shown.contains("31 January 2099"));

    let page = browser.get(&matter).await.expect(200);
    let token = csrf(&page);
    let added = browser
        .files(
            &format!("{matter}/records"),
            &[("csrf", &token), ("folder", "Pleadings"), ("level", "highly_confidential")],
            &[("claim.txt", b"The Claimant says")],
        )
        .await
        .expect(303);
    assert!(added.header("location").contains("?folder=fol_"));
    let again = browser
        .files(&format!("{matter}/records"), &[("csrf", &token)], &[("claim.txt", b"The Claimant says")])
        .await
        .expect(409);
    assert!(again.text().contains("already in this matter"));
    browser.files(&format!("{matter}/records"), &[], &[("claim.txt", b"x")]).await.expect(403);
    let listed = browser.get(&matter).await.text();
    let record = listed.split("data-full=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let drawer = browser
        .get(&format!("{matter}?record={}", record.rsplit('/').next().unwrap()))
        .await
        .expect(200)
        .text();
    assert!(drawer.contains("You can open this.") && drawer.contains("Version 1 of 1, added by A. Marsh"));

    let full = browser.get(&record).await.expect(200);
    let state = etag(&full);
    send(&mut browser, &record, &format!("{record}/title"), &[("etag", &state), ("title", "Claim as filed")])
        .await
        .expect(303);
    send(&mut browser, &record, &format!("{record}/title"), &[("etag", &state), ("title", "Late")])
        .await
        .expect(412);
    let content = browser.get(&format!("{record}/content")).await.expect(200);
    assert_eq!(content.body.as_ref(), b"The Claimant says");
    assert!(content.header("content-disposition").contains("claim.txt"));
    assert!(browser.get(&format!("{record}/activity")).await.expect(200).text().contains("downloaded it"));
    assert!(browser.get(&format!("{matter}/activity")).await.expect(200).text().contains("A. Marsh"));

    let state = etag(&browser.get(&team).await);
    send(&mut browser, &team, &format!("{matter}/close"), &[("etag", &state), ("reason", "Settled")])
        .await
        .expect(303);
    assert!(browser.get(&matter).await.text().contains("can only be read"));
    let refused = browser
        .files(&format!("{matter}/records"), &[("csrf", &token)], &[("late.txt", b"late")])
        .await
        .expect(403);
    assert!(refused.text().contains("This matter is closed"), "the rule's own sentence is shown");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fresh_code_is_asked_for_and_nothing_typed_is_lost() {
    let f = TestFirm::new().await;
    let ines = f.person("Ines Feld", Role::ComplianceOfficer).await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (client, _) = f.matter(&ann, "Share purchase dispute").await;
    let mut browser = f.browser().session(&ines);
    // the code given at sign-in has grown old
    f.pass(11 * 60_000_000);
    let client = client.to_string();
    let person = ann.id.to_string();
    let wall = [
        ("name", "Project Kestrel"),
        ("kind", "bars"),
        ("reason", "A conflict"),
        ("clients", client.as_str()),
        ("people", person.as_str()),
        ("do", "save"),
    ];
    let sent = send(&mut browser, "/walls/new", "/walls", &wall).await.expect(303);
    let step = sent.header("location").to_owned();
    assert_eq!(step, "/step-up?back=%2Fwalls%2Fnew");
    let page = browser.get(&step).await.expect(200);
    f.pass(31_000_000);
    let fields = [("csrf", csrf(&page)), ("code", ines.code(&f.clock)), ("back", String::from("/walls/new"))];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    assert_eq!(browser.form("/step-up", &encode(&fields)).await.expect(303).header("location"), "/walls/new");
    let again = browser.get("/walls/new").await.expect(200).text();
    assert!(
        again.contains("Project Kestrel") && again.contains("A conflict"),
        "what was typed must be there again"
    );
    let preview = send(&mut browser, "/walls/new", "/walls", &[&wall[..5], &[("do", "preview")]].concat())
        .await
        .expect(200);
    assert!(preview.text().contains("Ann Marsh"), "who would lose what is shown before saving");
    let made = send(&mut browser, "/walls/new", "/walls", &wall).await.expect(303);
    assert!(browser.get(made.header("location")).await.expect(200).text().contains("Project Kestrel"));
    f.browser().session(&ann).get(made.header("location")).await.expect(404);
}
