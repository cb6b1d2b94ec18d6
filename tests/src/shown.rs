//! What pages show and offer: nothing that is not so, nothing that would only be refused, and the way on.

use axum::body::Body;
use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::clock::MINUTE;
use strongroom_testkit::{Person, TestFirm};

use crate::pages::{csrf, encode, send};

async fn palette(f: &TestFirm, person: &Person, words: &str) -> Vec<Value> {
    let mut web = f.browser().session(person);
    let token = csrf(&web.get("/today").await);
    web.always("x-csrf-token", &token);
    let found = web.json(Method::POST, "/palette", &json!({ "q": words })).await.expect(200).json();
    found.as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_learns_no_client_from_a_contact() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (client, _) = f.matter(&ann, "Share purchase dispute").await;
    let sofia = f.contact("Sofia Nystrom", client).await;
    let domain = sofia.email.split('@').nth(1).unwrap();
    let mut admin = f.browser().session(&f.admin);
    for path in [String::from("/staff"), format!("/staff/{}", sofia.id)] {
        let page = admin.get(&path).await.expect(200).text();
        assert!(page.contains("Sofia Nystrom") && !page.contains(&sofia.email), "{path} tells the address");
    }
    let all = f.browser().token(&f.admin).get("/api/v1/staff?limit=200").await.expect(200).json();
    let hers = all["items"].as_array().unwrap().iter().find(|p| p["id"] == json!(sofia.id.to_string()));
    assert!(hers.is_some_and(|p| p.get("email").is_none() && p.get("client_id").is_none()));
    // nor is the address searched: a guess would be answered otherwise
    let words = sofia.email.split('@').next().unwrap();
    let people = |hits: Vec<Value>| hits.into_iter().filter(|h| h["kind"] == "person").collect::<Vec<_>>();
    assert!(people(palette(&f, &f.admin, &format!("{words}@{domain}")).await).is_empty());
    assert_eq!(people(palette(&f, &f.admin, "sofia").await).len(), 1);
    assert!(people(palette(&f, &ann, "sofia").await).is_empty(), "nobody else is told of contacts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_palette_finds_colleagues_and_what_this_person_may_begin() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let pia = f.person("Pia Long", Role::Paralegal).await;
    let titles = |hits: Vec<Value>, kind: &str| {
        let of = hits.into_iter().filter(|h| h["kind"] == kind);
        of.filter_map(|h| h["title"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(titles(palette(&f, &pia, "marsh").await, "person"), ["Ann Marsh"]);
    assert_eq!(titles(palette(&f, &ann, "new matter").await, "action"), ["New matter"]);
    assert!(titles(palette(&f, &pia, "new").await, "action").is_empty(), "it would only be refused");
    assert_eq!(titles(palette(&f, &f.admin, "invite").await, "action"), ["Invite someone"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_that_was_withdrawn_says_so_and_can_be_asked_for_again() {
    let f = TestFirm::new().await;
    f.person("Ann Marsh", Role::Partner).await;
    let mut admin = f.browser().session(&f.admin);
    let fields = [("name", "Tobias Renner"), ("email", "t.renner@firm.example"), ("role", "associate")];
    send(&mut admin, "/staff", "/staff", &fields).await.expect(303);
    let approvals = admin.get("/approvals").await.expect(200).text();
    assert!(approvals.contains("t.renner@firm.example") && !approvals.contains("<dt>Reason</dt><dd></dd>"));
    let withdraw = approvals.split("action=\"").find(|a| a.contains("/withdraw\"")).unwrap();
    let withdraw = withdraw.split('"').next().unwrap().to_owned();
    assert!(admin.get("/today").await.text().contains("Tobias Renner"));
    send(&mut admin, "/approvals", &withdraw, &[]).await.expect(303);
    let list = admin.get("/staff").await.expect(200).text();
    assert!(list.contains("Not enrolled: withdrawn"));
    assert!(!admin.get("/today").await.text().contains("Tobias Renner"), "it waits for nobody");
    let person = list.split("href=\"").find(|a| a.contains("Tobias Renner")).unwrap();
    let person = person.split('"').next().unwrap().to_owned();
    let page = admin.get(&person).await.expect(200).text();
    assert!(page.contains("Ask for approval again") && !page.contains("Make a new invitation"));
    send(&mut admin, &person, &format!("{person}/role"), &[("role", "associate")]).await.expect(303);
    assert!(admin.get("/staff").await.expect(200).text().contains("Invited, waits for approval"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_export_form_is_open_again_after_a_fresh_code() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let mut web = f.browser().session(&ann);
    f.pass(11 * MINUTE);
    let (page, export) = (format!("/matters/{matter}"), format!("/matters/{matter}/export"));
    let asked = send(&mut web, &page, &export, &[("reason", "The client moves away")]).await.expect(303);
    let step = asked.header("location").to_owned();
    f.pass(31_000_000);
    let form = web.get(&step).await.expect(200);
    let fields = encode(&[("csrf", &csrf(&form)), ("code", &ann.code(&f.clock)), ("back", page.as_str())]);
    web.form("/step-up", &fields).await.expect(303);
    let again = web.get(&page).await.expect(200).text();
    assert!(again.contains("The client moves away"));
    assert!(again.contains("<details class=\"fold\" open><summary class=\"btn\">Export"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_what_offers_what_can_be_asked() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let pia = f.person("Pia Long", Role::Paralegal).await;
    let (client, matter) = f.matter(&ann, "Share purchase dispute").await;
    f.seat(&ann, matter, pia.id, "member").await;
    f.contact("Sofia Nystrom", client).await;
    let path = format!("/api/v1/matters/{matter}/records");
    f.browser().token(&ann).files(&path, &[], &[("Letter.txt", b"x")]).await.expect(201);
    let people = |page: &str| {
        page.split("name=\"person\"").nth(1).unwrap().split("</select>").next().unwrap().to_owned()
    };
    let hers = f.browser().session(&pia).get("/explain").await.expect(200).text();
    assert!(people(&hers).contains("Pia Long") && !people(&hers).contains("Ann Marsh"));
    let mut web = f.browser().session(&ann);
    let page = web.get("/explain").await.expect(200).text();
    assert!(people(&page).contains("Pia Long") && !people(&page).contains("Sofia Nystrom"));
    assert!(!page.contains("value=\"record.read\""), "no record is there to choose");
    let found = send(&mut web, "/explain", "/explain", &[("do", "find"), ("find", "letter")]).await;
    let found = found.expect(200).text();
    let record = found.split("value=\"").find(|o| o.contains("Record: Letter")).unwrap();
    let record = record.split('"').next().unwrap().to_owned();
    assert!(found.contains("value=\"record.read\"") && !found.contains("value=\"matter.close\""));
    let (pia, matter) = (pia.id.to_string(), matter.to_string());
    let ask = [("person", pia.as_str()), ("action", "record.read"), ("thing", record.as_str())];
    let answer = send(&mut web, "/explain", "/explain", &ask).await.expect(200).text();
    assert!(answer.contains("Pia Long may read Record: Letter"));
    let misfit = [("person", pia.as_str()), ("action", "record.read"), ("thing", matter.as_str())];
    let misfit = send(&mut web, "/explain", "/explain", &misfit).await.expect(422).text();
    assert!(misfit.contains("This can be done with a record only."));
    let day =
        [("person", pia.as_str()), ("action", "matter.see"), ("thing", matter.as_str()), ("at", "soon")];
    let wrong = send(&mut web, "/explain", "/explain", &day).await.expect(422).text();
    assert!(wrong.contains("id=\"f-at-error\"") && wrong.contains("Write a day as 2026-11-03"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_is_known_again_on_another_machine_and_a_duplicate_is_no_error() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ben = f.person("Ben Okafor", Role::Associate).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    f.seat(&ann, matter, ben.id, "member").await;
    let path = format!("/api/v1/matters/{matter}/records");
    let bytes = b"The tenant shall";
    let filed = f.browser().token(&ann).files(&path, &[], &[("Lease.txt", bytes)]).await.expect(201).json();
    let begin = async |more: &[(&str, String)]| {
        let mut said = vec![("matter_id", matter.to_string()), ("filename", String::from("bundle.bin"))];
        said.extend_from_slice(more);
        let meta: Vec<String> = said.iter().map(|(k, v)| format!("{k} {}", BASE64.encode(v))).collect();
        let (meta, length) = (meta.join(","), bytes.len().to_string());
        let headers = [
            ("tus-resumable", "1.0.0"),
            ("upload-length", length.as_str()),
            ("upload-metadata", meta.as_str()),
        ];
        f.browser().token(&ann).send(Method::POST, "/api/v1/uploads", &headers, Body::empty()).await
    };
    let sample = "ab".repeat(32);
    begin(&[("sample", sample.clone())]).await.expect(201);
    let mine = f.browser().token(&ann).get("/api/v1/uploads").await.expect(200).json();
    assert_eq!(mine["items"][0]["sample"], json!(sample));
    let others = f.browser().token(&ben).get("/api/v1/uploads").await.expect(200).json();
    assert_eq!(others["items"], json!([]), "an upload is its sender's alone");
    begin(&[("sample", String::from("no digest"))]).await.expect(400);

    let sum = filed["items"][0]["sha256"].as_str().unwrap().to_owned();
    begin(&[("sha256", sum.clone())]).await.expect(409);
    let said = begin(&[("sha256", sum), ("duplicate", String::from("say"))]).await.expect(200);
    assert_eq!(said.json()["duplicate_of"]["title"], "Lease");
    assert!(said.header("location").is_empty(), "nothing was begun");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_matter_is_opened_again_on_the_page_that_closed_it() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let (team, of) = (format!("/matters/{matter}/team"), |act: &str| format!("/matters/{matter}/{act}"));
    let mut web = f.browser().session(&ann);
    for (act, offered, gone) in [
        ("close", "Open the matter again", "Change name or reference"),
        ("reopen", "Close the matter", "Open the matter again"),
    ] {
        let page = web.get(&team).await.expect(200).text();
        let etag = page.split(&format!("action=\"{}\"", of(act))).nth(1).expect("the form is drawn");
        let etag = etag.split("name=\"etag\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let fields = [("etag", etag.as_str()), ("reason", "As agreed with the client.")];
        send(&mut web, &team, &of(act), &fields).await.expect(303);
        let page = web.get(&team).await.expect(200).text();
        assert!(page.contains(offered) && !page.contains(gone), "after {act}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_refusals_of_an_activity_stand_together_and_a_code_that_was_asked_for_is_none_for_the_day() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ben = f.person("Ben Okafor", Role::Associate).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    f.seat(&ann, matter, ben.id, "reader").await;
    let mut his = f.browser().token(&ben);
    let mut hers = f.browser().session(&ann);
    let records = format!("/api/v1/matters/{matter}/records");
    his.files(&records, &[], &[("a.txt", b"x")]).await.expect(403);
    // what only reads comes between, more than a page of it
    for _ in 0..101 {
        his.get(&records).await.expect(200);
    }
    his.files(&records, &[], &[("a.txt", b"x")]).await.expect(403);
    let page = hers.get(&format!("/matters/{matter}/activity?show=refused")).await.expect(200).text();
    assert_eq!(page.matches("was refused beginning an upload").count(), 2, "both, on one page: {page}");
    assert!(!page.contains("listed its records") && !page.contains("rel=\"next\""));

    f.clock.advance(20 * MINUTE);
    send(&mut hers, "/today", &format!("/matters/{matter}/export"), &[("reason", "For the client")]).await;
    let day = hers.get("/today").await.expect(200).text();
    assert!(day.contains("B. Okafor was refused") && day.contains("2 times"), "{day}");
    assert!(!day.contains("a fresh code was missing"), "{day}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_without_scripts_takes_files_of_more_than_a_few_megabytes() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let mut web = f.browser().session(&ann);
    let token = crate::pages::csrf(&web.get(&format!("/matters/{matter}")).await);
    let scan = vec![7; 5_000_000];
    let form = format!("/matters/{matter}/records");
    web.files(&form, &[("csrf", &token)], &[("scan.bin", &scan)]).await.expect(303);
    let mut api = f.browser().token(&ann);
    let listed = api.get(&format!("/api/v1/matters/{matter}/records")).await.expect(200).json();
    let record = listed["items"][0]["id"].as_str().expect("a record").to_owned();
    assert_eq!(
        api.get(&format!("/api/v1/records/{record}/content")).await.expect(200).body.len(),
        scan.len()
    );
    let page = web.get(&format!("/records/{record}")).await.expect(200).text();
    let (_, rest) = page.split_once("name=\"etag\" value=\"").expect("a form with a state");
    let fields = [("csrf", token.as_str()), ("etag", rest.split('"').next().unwrap())];
    let next = vec![8; 4_000_000];
    web.files(&format!("/records/{record}/versions"), &fields, &[("scan.bin", &next)]).await.expect(303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn content_is_framed_by_nobody_and_nothing_in_it_runs() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let mut api = f.browser().token(&ann);
    let page: &[(&str, &[u8])] = &[("page.html", b"<script>alert(1)</script>")];
    let added = api.files(&format!("/api/v1/matters/{matter}/records"), &[], page).await.expect(201).json();
    let record = added["items"][0]["id"].as_str().expect("a record");
    let content = api.get(&format!("/api/v1/records/{record}/content")).await.expect(200);
    let policy = content.header("content-security-policy");
    for directive in
        ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "sandbox"]
    {
        assert!(policy.split(';').any(|d| d.trim() == directive), "{directive}: {policy}");
    }
    assert_eq!(content.header("x-content-type-options"), "nosniff");
    assert!(content.header("content-disposition").starts_with("attachment"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_says_when_the_firm_was_backed_up_and_whether_that_would_come_back() {
    let f = TestFirm::new().await;
    let mut web = f.browser().session(&f.admin);
    let page = web.get("/health").await.expect(200).text();
    assert!(page.contains("Backups") && page.contains("None yet"), "{page}");
    let to = f.folder.join("backups");
    let taken =
        strongroom_domain::features::backup::backup(&f.room, "tester", &to, &mut |_| ()).await.unwrap();
    assert_eq!(taken.warnings.len(), 1, "there is no replica of the ledger: {taken:?}");
    let page = web.get("/health").await.expect(200).text();
    assert!(page.contains("Would not come back") && page.contains("Something needs you"), "{page}");
}
