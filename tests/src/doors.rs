//! What shuts: presentation mode, the seal, requests that are none; and what is public.

use axum::http::Method;
use serde_json::{Value, json};
use strongroom_domain::kernel::actor::Role;
use strongroom_testkit::TestFirm;

use crate::pages::{csrf, encode, send};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn presenting_shows_one_client_and_nothing_else() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (client, matter) = f.matter(&ann, "Share purchase dispute").await;
    let (_, other) = f.matter(&ann, "Trade mark opposition").await;
    let mut browser = f.browser().session(&ann);
    send(&mut browser, "/matters", "/present", &[("client_id", &client.to_string())]).await.expect(303);
    for path in
        ["/matters", "/today", "/clients", &format!("/matters/{matter}"), &format!("/matters/{matter}/team")]
    {
        let html = browser.get(path).await.expect(200).text();
        assert!(!html.contains("Trade mark opposition"), "{path} shows another client's matter");
        assert!(html.contains("<title>Strongroom ·"), "{path} has a title that stays in the history");
    }
    browser.get(&format!("/matters/{other}")).await.expect(404);
    browser.get("/ledger").await.expect(404);
    let page = browser.get("/matters").await;
    let token = csrf(&page);
    let headers = [("content-type", "application/json"), ("x-csrf-token", token.as_str())];
    let hits = browser
        .send(Method::POST, "/palette", &headers, json!({"q": "trade"}).to_string().into())
        .await
        .expect(200)
        .json();
    assert_eq!(hits, Value::Array(Vec::new()));
    send(&mut browser, "/matters", "/present/stop", &[]).await.expect(303);
    browser.get(&format!("/matters/{other}")).await.expect(200);
    // the cookie of one session does not fit another
    let ben = f.person("Ben Okafor", Role::Associate).await;
    let mut stolen = f.browser().session(&ben);
    stolen.cookies.insert(String::from("__Host-present"), format!("{client}.AAAA"));
    assert!(!stolen.get("/today").await.expect(200).text().contains("Presenting"));
}

/// Whatever comes in with that browser's session obeys: every page and every route of the API that reads, and acts.
/// The routes are the router's own list, so that a new one is held too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn presenting_holds_for_every_route_of_that_session_and_for_no_token() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (client, _) = f.matter(&ann, "Share purchase dispute").await;
    let (other_client, other) = f.matter(&ann, "Trade mark opposition").await;
    let mut api = f.browser().token(&ann);
    let records = format!("/api/v1/matters/{other}/records");
    let added = api.files(&records, &[], &[("gazette.txt", b"Published for opposition.")]).await.expect(201);
    let entry = added.header("x-ledger-entry").to_owned();
    let record = added.json()["items"][0]["id"].as_str().expect("an id").to_owned();
    let ines = f.person("Ines Feld", Role::ComplianceOfficer).await;
    let ben = f.person("Ben Okafor", Role::Associate).await;
    let wall = json!({
        "name": "Earlier retainer", "reason": "Acted for the other side.", "kind": "bars",
        "covers": { "clients": [], "matters": [other] }, "staff": [ben.id], "groups": [],
    });
    let made = f.browser().token(&ines).json(Method::POST, "/api/v1/walls", &wall).await.expect(201).json();
    let wall = made["id"].as_str().expect("an id").to_owned();
    f.room.sequence_all().await.unwrap();

    let mut browser = f.browser().session(&ann);
    send(&mut browser, "/matters", "/present", &[("client_id", &client.to_string())]).await.expect(303);
    let token = csrf(&browser.get("/matters").await);
    for (method, template) in strongroom_web::routes().into_iter().filter(|(m, _)| *m == Method::GET) {
        let (id, hidden) = match template {
            t if t.contains("/matters/{id}") => (other.to_string(), true),
            t if t.contains("/records/{id}") => (record.clone(), true),
            t if t.contains("/clients/{id}") => (other_client.to_string(), true),
            t if t.contains("/walls/{id}") => (wall.clone(), true),
            t if t.contains("/ledger/{id}") || t.contains("/entries/{id}") => (entry.clone(), true),
            t => (ann.id.to_string(), t == "/api/v1/explain"),
        };
        let path = template.replace("{id}", &id).replace("{staff_id}", &ben.id.to_string());
        let asked =
            format!("{path}?thing={other}&action=record.list&person={}&client={other_client}", ben.id);
        let answer = browser.get(&asked).await;
        assert!(!hidden || answer.status == 404, "{method} {template}: {} {}", answer.status, answer.text());
        let text = answer.text();
        for told in
            ["Trade mark", "gazette", "Published for", "Earlier retainer", record.as_str(), wall.as_str()]
        {
            // what was asked for may stand in the way back to it
            let told_anew = text.contains(told) && !asked.contains(told);
            assert!(!told_anew, "{method} {template} tells {told}: {text}");
        }
    }
    // acts, by form and by the API
    let seat = [("staff_id", &*ben.id.to_string()), ("seat", "reader")];
    send(&mut browser, "/matters", &format!("/matters/{other}/team"), &seat).await.expect(404);
    let why = [("person", &*ben.id.to_string()), ("action", "record.list"), ("thing", &*other.to_string())];
    let why = send(&mut browser, "/matters", "/explain", &why).await;
    assert!(!why.text().contains("wall") && !why.status.is_success(), "{} {}", why.status, why.text());
    let headers = [("content-type", "application/json"), ("x-csrf-token", token.as_str()), ("if-match", "*")];
    let rename = json!({ "title": "Another title" }).to_string();
    let path = format!("/api/v1/records/{record}");
    browser.send(Method::PATCH, &path, &headers, rename.into()).await.expect(404);
    let wall_made = json!({
        "name": "x", "reason": "x", "kind": "bars", "covers": { "clients": [], "matters": [other] },
        "staff": [ben.id], "groups": [],
    });
    let walls = browser.send(Method::POST, "/api/v1/walls", &headers, wall_made.to_string().into()).await;
    assert!(walls.expect(403).rules().contains(&String::from("presenting")));
    // the person's token is not that browser
    api.get(&format!("/api/v1/matters/{other}")).await.expect(200);
    send(&mut browser, "/matters", "/present/stop", &[]).await.expect(303);
    browser.get(&format!("/records/{record}")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sealed_strongroom_answers_with_its_seal() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    f.room.sequence_all().await.unwrap();
    let mut admin = f.browser().session(&f.admin);
    send(&mut admin, "/health", "/health/seal", &[("reason", "A drill")]).await;
    assert!(f.room.vault().is_sealed(), "the administrator seals from the health page");
    let mut browser = f.browser().session(&ann);
    for path in ["/", "/today", "/matters", "/sign-in", "/nothing/here"] {
        let answer = browser.get(path).await.expect(503);
        assert!(answer.text().contains("The strongroom is sealed"), "{path}");
        assert!(answer.headers.contains_key("retry-after"));
    }
    let api = f.browser().token(&ann).get("/api/v1/me").await.expect(503);
    assert_eq!(api.json()["type"], "/problems/sealed");
    assert!(api.headers.contains_key("retry-after"));
    f.browser().get("/healthz").await.expect(200);
    f.browser().get("/readyz").await.expect(503);
    f.browser().get("/ledger/checkpoint").await.expect(200);
    f.browser().get("/ledger/tile/0/000.p/1").await.expect(200);
    f.browser().get("/ledger/tile/entries/000.p/1").await.expect(503);
    assert!(strongroom_web::metrics(&f.state).contains("strongroom_sealed 1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_requests_are_never_a_fault() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let mut api = f.browser().token(&ann);
    let bodies: [&[u8]; 6] = [b"", b"{", b"[]", b"{\"name\":1}", b"\xff\xfe", b"null"];
    for (method, path) in strongroom_web::routes() {
        let path = path
            .replace("{id}", &matter.to_string())
            .replace("{staff_id}", "x")
            .replace("{*path}", "../x")
            .replace("{path}", "../x");
        for body in bodies {
            for kind in [
                "application/json",
                "multipart/form-data; boundary=x",
                "application/x-www-form-urlencoded",
                "application/offset+octet-stream",
            ] {
                let headers = [
                    ("content-type", kind),
                    ("if-match", "*"),
                    ("tus-resumable", "1.0.0"),
                    ("upload-offset", "0"),
                ];
                let answer = api.send(method.clone(), &path, &headers, body.to_vec().into()).await;
                assert!(
                    answer.status.as_u16() < 500,
                    "{method} {path} {kind}: {} {}",
                    answer.status,
                    answer.text()
                );
            }
            if method == Method::GET {
                break;
            }
        }
        let query = format!("{path}?limit=%ff&after=!!&since=x&version=-1&folder=%00");
        let answer = api.send(method.clone(), &query, &[], "".into()).await;
        assert!(answer.status.as_u16() < 500, "{method} {query}: {} {}", answer.status, answer.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_of_the_api_names_every_route() {
    let f = TestFirm::new().await;
    let document = f.browser().get("/api/openapi.json").await.expect(200).json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (method, path) in strongroom_web::routes() {
        if path.starts_with("/api/")
            || path.starts_with("/ledger/tile")
            || path == "/ledger/checkpoint"
            || path == "/readyz"
        {
            let there = &document["paths"][path][method.as_str().to_lowercase()];
            assert!(there.is_object(), "{method} {path} is not in the document");
        }
    }
    let css = f.browser().get("/assets/app.css").await.expect(200);
    let etag = css.header("etag").to_owned();
    f.browser()
        .send(Method::GET, "/assets/app.css", &[("if-none-match", &etag)], "".into())
        .await
        .expect(304);
    f.browser().get("/assets/../Cargo.toml").await.expect(404);
    assert_eq!(f.browser().get("/problems/refused").await.expect(200).json()["status"], 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_person_enrols_by_the_link_once() {
    let f = TestFirm::new().await;
    let mut admin = f.browser().session(&f.admin);
    let fields = [("name", "Tobias Renner"), ("email", "t.renner@firm.example"), ("role", "auditor")];
    let invited = send(&mut admin, "/staff", "/staff", &fields).await.expect(200).text();
    let link = invited.split("/enrol/").nth(1).expect("a link, shown once");
    let link = format!("/enrol/{}", link.split(['<', '"']).next().unwrap());
    let mut browser = f.browser();
    let page = browser.get(&link).await.expect(200);
    let html = page.text();
    let secret =
        html.split("id=\"totp-secret\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    let password = "willow-cinder-beacon-4711";
    let code = || {
        let secret = strongroom_seal::totp::from_base32(&secret).unwrap();
        let step = u64::try_from(f.room.now() / 30_000_000).unwrap();
        strongroom_seal::totp::code_at(&secret, step).to_string()
    };
    let form = |again: &'static str, code: String| {
        let token = csrf(&page);
        encode(&[("csrf", &token), ("password", password), ("password_again", again), ("code", &code)])
    };
    browser.form(&link, &form("another", code())).await.expect(422);
    let wrong = browser.form(&link, &form(password, String::from("000000"))).await.expect(422).text();
    assert!(wrong.replace(' ', "").contains(&secret), "the authenticator's secret must stay the same");
    let done = browser.form(&link, &form(password, code())).await.expect(200).text();
    assert!(done.contains("Keep these recovery codes"));
    browser.get(&link).await.expect(410);
    f.browser().get("/enrol/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await.expect(410);
}
