//! What the screens and the API tell people: whom to ask, who did what how often, how a wall came to be so.

use axum::http::Method;
use serde_json::json;
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::clock::SECOND;
use strongroom_testkit::TestFirm;

use crate::pages::{csrf, send};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_says_whom_to_ask() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ben = f.person("Ben Okafor", Role::Associate).await;
    let ines = f.person("Ines Feld", Role::ComplianceOfficer).await;
    let (client, matter) = f.matter(&ann, "Share purchase dispute").await;
    f.seat(&ann, matter, ben.id, "reader").await;

    // in a matter: its lead
    let path = format!("/api/v1/matters/{matter}/records");
    let refused = f.browser().token(&ben).files(&path, &[], &[("a.txt", b"x")]).await.expect(403).json();
    assert_eq!(refused["ask"], json!({"keeper": "lead", "people": [ann.id.to_string()]}));
    let mut browser = f.browser().session(&ben);
    let token = csrf(&browser.get(&format!("/matters/{matter}")).await);
    let page =
        browser.files(&format!("/matters/{matter}/records"), &[("csrf", &token)], &[("a.txt", b"x")]).await;
    assert!(page.expect(403).text().contains("Ask Ann Marsh, who leads this matter."));

    // for walls a compliance officer, for accounts an administrator
    let wall = json!({"name": "Kestrel", "reason": "A conflict", "kind": "bars",
        "covers": {"matters": [matter.to_string()]}, "staff": [ben.id.to_string()]});
    let refused = f.browser().token(&ann).json(Method::POST, "/api/v1/walls", &wall).await.expect(403).json();
    assert_eq!(refused["ask"], json!({"keeper": "compliance_officer", "people": [ines.id.to_string()]}));
    let path = format!("/api/v1/staff/{}/suspend", ben.id);
    let why = json!({"reason": "left"});
    let refused = f.browser().token(&ann).json(Method::POST, &path, &why).await.expect(403).json();
    assert_eq!(refused["ask"], json!({"keeper": "administrator", "people": [f.admin.id.to_string()]}));

    // behind a wall there is nothing, and so nobody to ask
    f.browser().token(&ines).json(Method::POST, "/api/v1/walls", &wall).await.expect(201);
    let hidden = f.browser().token(&ben).get(&format!("/api/v1/matters/{matter}/records")).await.expect(404);
    assert!(hidden.json().get("ask").is_none());
    // a client contact is told no name of staff
    let sofia = f.contact("Sofia Nystrom", client).await;
    let refused = f.browser().token(&sofia).get("/api/v1/ledger/entries").await.expect(403).json();
    assert_eq!(refused["ask"]["people"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_act_in_a_row_is_folded_and_every_entry_stays_linked() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let mut api = f.browser().token(&ann);
    let mut entries = Vec::new();
    for _ in 0..4 {
        // acts of one instant have no order between them
        f.pass(SECOND);
        let listed = api.get(&format!("/api/v1/matters/{matter}/records")).await.expect(200);
        entries.push(listed.header("x-ledger-entry").to_owned());
    }
    f.pass(SECOND);
    let activity =
        f.browser().session(&ann).get(&format!("/matters/{matter}/activity")).await.expect(200).text();
    assert_eq!(activity.matches("<details class=\"run\">").count(), 1);
    let run =
        activity.split("<details class=\"run\">").nth(1).and_then(|rest| rest.split("</summary>").next());
    assert!(run.is_some_and(|run| run.contains("4 times, today")), "how often and when: {run:?}");
    for entry in entries {
        assert!(activity.contains(&format!("href=\"/ledger/{entry}\"")), "{entry} is not linked");
    }
    // on the matter's own page its name is not said again in each line
    assert!(!activity.contains("listed the records: Share"), "the name is repeated");
    let own = f.browser().session(&ann).get("/ledger").await.expect(200).text();
    assert!(own.contains("listed the records: Share purchase dispute"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ledger_is_filtered_by_names_that_never_stand_in_an_address() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ines = f.person("Ines Feld", Role::ComplianceOfficer).await;
    let tobias = f.person("Tobias Renner", Role::Auditor).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    f.matter(&ann, "Share option scheme").await;
    let mut browser = f.browser().session(&ines);
    let sent =
        send(&mut browser, "/ledger", "/ledger", &[("matter", "purchase"), ("verb", "matter.create")]).await;
    let there = sent.expect(303).header("location").to_owned();
    assert_eq!(there, format!("/ledger?matter={matter}&verb=matter.create"));
    let shown = browser.get(&there).await.expect(200).text();
    assert!(shown.contains("value=\"Share purchase dispute\""), "the field says the name");
    assert!(shown.contains("<b>A. Marsh</b> opened the matter"));
    assert!(shown.contains(">Opened the matter</option>") && !shown.contains(">matter.create</option>"));

    let asks =
        send(&mut browser, "/ledger", "/ledger", &[("matter", "share"), ("verb", "matter.create")]).await;
    let asks = asks.expect(422).text();
    assert!(asks.contains("Several fit") && asks.contains("Share option scheme ("), "which one is asked");
    let none = send(&mut browser, "/ledger", "/ledger", &[("matter", "kestrel")]).await.expect(422).text();
    assert!(none.contains("You see no matter of that name") && none.contains("value=\"kestrel\""));

    // an auditor sees ids only, and is told no name for one
    let mut watcher = f.browser().session(&tobias);
    let by_id = watcher.get(&format!("/ledger?matter={matter}")).await.expect(200).text();
    assert!(by_id.contains("Matter, by id") && !by_id.contains("Share purchase"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wall_tells_how_it_came_to_be_so() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ben = f.person("Ben Okafor", Role::Associate).await;
    let cleo = f.person("Cleo Reyes", Role::Paralegal).await;
    let ines = f.person("Ines Feld", Role::ComplianceOfficer).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let mut api = f.browser().token(&ines);
    let wall = json!({"name": "Kestrel", "reason": "A conflict", "kind": "bars",
        "covers": {"matters": [matter.to_string()]}, "staff": [ben.id.to_string()]});
    let made = api.json(Method::POST, "/api/v1/walls", &wall).await.expect(201).json();
    let path = format!("/api/v1/walls/{}", made["id"].as_str().expect("an id"));
    let etag = api.get(&path).await.header("etag").to_owned();
    f.pass(1_000_000);
    let change = json!({"staff": [cleo.id.to_string()]}).to_string();
    let headers = [("if-match", etag.as_str()), ("content-type", "application/json")];
    api.send(Method::PATCH, &path, &headers, change.into()).await.expect(200);
    // another wall's changes are its own
    let other = json!({"name": "Other", "reason": "x", "kind": "bars",
        "covers": {"matters": [matter.to_string()]}, "staff": [ben.id.to_string()]});
    api.json(Method::POST, "/api/v1/walls", &other).await.expect(201);

    f.pass(1_000_000);
    let page = format!("/walls/{}", made["id"].as_str().expect("an id"));
    let mut browser = f.browser().session(&ines);
    send(&mut browser, &page, &format!("{page}/review"), &[("reason", "Both sides still act")])
        .await
        .expect(303);
    let seen = api.get(&path).await.expect(200).json();
    let did: Vec<&str> =
        seen["changes"].as_array().unwrap().iter().map(|c| c["did"].as_str().unwrap()).collect();
    assert_eq!(did, ["reviewed", "changed", "made"]);
    assert_eq!(seen["changes"][1]["added"], json!([cleo.id.to_string()]));
    assert_eq!(seen["changes"][1]["removed"], json!([ben.id.to_string()]));
    let shown = browser.get(&page).await.expect(200).text();
    assert!(shown.contains("I. Feld added Cleo Reyes and took away Ben Okafor"));
    assert!(shown.contains("I. Feld reviewed it") && shown.contains("Both sides still act"));
    assert!(shown.contains("made the wall, naming"));
    // who leads what it covers reads it too; whom it bars learns of nothing
    assert!(f.browser().session(&ann).get(&page).await.expect(200).text().contains("added Cleo Reyes"));
    f.browser().session(&cleo).get(&page).await.expect(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn why_is_said_in_the_third_person_and_a_refused_question_stays_in_the_form() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ben = f.person("Ben Okafor", Role::Associate).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    f.seat(&ann, matter, ben.id, "member").await;
    let matter = matter.to_string();
    let ask = |person: String| {
        [("person", person), ("action", String::from("matter.export")), ("thing", matter.clone())]
    };
    let mut lead = f.browser().session(&ann);
    let fields = ask(ben.id.to_string());
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let said = send(&mut lead, "/explain", "/explain", &fields).await.expect(200).text();
    assert!(said.contains("Ben Okafor may not export Share purchase dispute"));
    assert!(said.contains("The rule says to Ben Okafor:"), "the sentence speaks to whom it is about");
    assert!(said.contains("Only the lead exports a matter. Ask the lead."), "the policy's own sentence");
    assert!(said.contains("Ben Okafor can ask Ann Marsh, who leads this matter."));

    let mut member = f.browser().session(&ben);
    let fields = ask(ann.id.to_string());
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let refused = send(&mut member, "/explain", "/explain", &fields).await.expect(403).text();
    assert!(refused.contains("You may not ask this."));
    assert!(refused.contains("<option value=\"matter.export\" selected>"), "what was asked is kept");
    assert!(refused.contains(&format!("<option value=\"{}\" selected>", ann.id)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_offer_what_can_be_and_say_what_was_done() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ben = f.person("Ben Okafor", Role::Associate).await;
    let tobias = f.person("Tobias Renner", Role::Auditor).await;
    let (client, matter) = f.matter(&ann, "Share purchase dispute").await;
    let mut browser = f.browser().session(&ann);
    let team = browser.get(&format!("/matters/{matter}/team")).await.expect(200).text();
    let offered = |id: String| team.contains(&format!("<option value=\"{id}\""));
    assert!(offered(ben.id.to_string()));
    assert!(!offered(tobias.id.to_string()), "an auditor holds no seat");
    assert!(!offered(ann.id.to_string()), "nobody changes their own seat");

    // the page after a form says what was added, by name
    let page = browser.get(&format!("/matters/{matter}")).await.expect(200);
    let token = csrf(&page);
    let path = format!("/matters/{matter}/records");
    let fields = [("csrf", token.as_str()), ("level", "confidential")];
    let sent =
        browser.files(&path, &fields, &[("Claim.txt", b"one"), ("Reply.txt", b"two")]).await.expect(303);
    assert!(!sent.header("set-cookie").contains("Claim"), "no name of a paper goes into a cookie");
    let there = sent.header("location").to_owned();
    let shown = browser.get(&there).await.expect(200).text();
    assert!(
        shown.contains("role=\"status\"") && shown.contains("and 1 more are added and sealed."),
        "{shown}"
    );
    assert!(!browser.get(&there).await.text().contains("are added and sealed."), "it is said once");

    // a label is lowered to lower ones only, and raised to higher ones
    let record = shown.split("data-full=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let full = browser.get(&record).await.expect(200).text();
    let levels = |id: &str| {
        let select = full.split(&format!("<select id=\"{id}\"")).nth(1).expect("a choice");
        select.split("</select>").next().unwrap().to_owned()
    };
    let (raise, lower) = (levels("f-raise-level"), levels("f-lower-level"));
    assert!(raise.contains("value=\"highly_confidential\"") && !raise.contains("value=\"internal\""));
    assert!(lower.contains("value=\"internal\"") && !lower.contains("confidential"));

    // a presentation begins where one is
    let client = client.to_string();
    let here = format!("/matters/{matter}/activity");
    let sent =
        send(&mut browser, &here, "/present", &[("client_id", &client), ("back", &here)]).await.expect(303);
    assert_eq!(sent.header("location"), here);
    assert!(browser.get(&here).await.expect(200).text().contains("Everything else is hidden."));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_sees_the_day_on_which_people_were_last_here() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let mut api = f.browser().token(&ann);
    api.get("/api/v1/me").await.expect(200);
    let path = format!("/api/v1/staff/{}", ann.id);
    let seen = f.browser().token(&f.admin).get(&path).await.expect(200).json();
    assert_eq!(
        seen["last_seen"].as_str().map(str::len),
        Some("2026-11-22".len()),
        "a day and no more: {seen}"
    );
    assert!(
        api.get(&path).await.expect(200).json().get("last_seen").is_none(),
        "told to administrators only"
    );
    let list = f.browser().session(&f.admin).get("/staff").await.expect(200).text();
    assert!(list.contains("Last seen"));
    assert!(!f.browser().session(&ann).get("/staff").await.expect(200).text().contains("Last seen"));

    // of a token its owner sees when a program last used it; the set of tokens holds all the while
    let used = api.get("/api/v1/tokens").await.expect(200).json();
    let first = used["items"][0]["last_used_at"].as_str().expect("used").to_owned();
    f.pass(2 * 3_600_000_000);
    let used = api.get("/api/v1/tokens").await.expect(200).json();
    assert_ne!(used["items"][0]["last_used_at"].as_str(), Some(first.as_str()));
    api.get("/api/v1/me").await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_not_know_of_a_wall_is_told_of_seats_and_nothing_false() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ben = f.person("Ben Okafor", Role::Associate).await;
    let cleo = f.person("Cleo Reyes", Role::Associate).await;
    let ines = f.person("Ines Feld", Role::ComplianceOfficer).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    f.seat(&ann, matter, ben.id, "member").await;
    f.seat(&ann, matter, cleo.id, "member").await;
    let path = format!("/matters/{matter}/team");
    let seen = async |who| {
        let page = f.browser().session(who).get(&path).await.expect(200).text();
        let main = page.split("<main").nth(1).map(str::to_owned).unwrap_or_default();
        // the token of a form differs from page to page
        main.split("name=\"csrf\"").map(|p| p.split_once('>').map_or(p, |(_, rest)| rest)).collect::<String>()
    };
    let before = seen(&ben).await;
    assert!(before.contains("3 people have a seat in this matter.") && before.contains("Member, by seat"));
    assert!(seen(&ann).await.contains("3 people can open this matter."));
    let wall = json!({"name": "Kestrel", "reason": "A conflict", "kind": "bars",
        "covers": {"matters": [matter.to_string()]}, "staff": [cleo.id.to_string()]});
    f.browser().token(&ines).json(Method::POST, "/api/v1/walls", &wall).await.expect(201);
    let after = seen(&ben).await;
    assert_eq!(before, after, "a wall shows to a member");
    assert!(!after.to_lowercase().contains("can open"), "it is false of the one who is barred");
    let lead = seen(&ann).await;
    assert!(lead.contains("Cannot open") && lead.contains("2 people can open this matter."));
}
