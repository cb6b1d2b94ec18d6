//! Answers that would tell by their kind: what someone may not know of is answered like what is not there, whoever may
//! not act is told so before anything of theirs is read, and what is not understood changes nothing.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::id::{ApprovalId, ClientId, StaffId, UploadId};
use strongroom_testkit::{Answer, Browser, Person, TestFirm};

async fn patch(api: &mut Browser, path: &str, etag: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("if-match", etag)];
    api.send(Method::PATCH, path, &headers, body.to_string().into()).await
}

fn same(one: Answer, other: Answer) {
    assert_eq!(one.expect(404).text(), other.expect(404).text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_opens_matters_for_clients_she_knows_and_for_no_others() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let cora = f.person("Cora Adeyemi", Role::Partner).await;
    let ines = f.person("Ines Feld", Role::ComplianceOfficer).await;
    let (client, matter) = f.matter(&ann, "Share purchase dispute").await;
    let mut hers = f.browser().token(&cora);
    let new = |client: &str| json!({ "client_id": client, "name": "Her own", "reference": "C-1" });
    let open =
        async |api: &mut Browser, client: &str| api.json(Method::POST, "/api/v1/matters", &new(client)).await;
    let nobody = ClientId::new(1, [9; 10]).to_string();
    let client = client.to_string();
    same(open(&mut hers, &client).await, open(&mut hers, &nobody).await);
    let mut pages = f.browser().session(&cora);
    let form = async |pages: &mut Browser, client: &str| {
        let fields = [("client", client), ("name", "Her own"), ("reference", "C-1")];
        crate::pages::send(pages, "/matters/new", "/matters", &fields).await
    };
    let (hidden, missing) = (form(&mut pages, &client).await, form(&mut pages, &nobody).await);
    assert_eq!((hidden.status.as_u16(), missing.status.as_u16()), (404, 404));
    hers.get(&format!("/api/v1/clients/{client}")).await.expect(404);

    // a seat in one of the client's matters is enough, while it lasts
    f.seat(&ann, matter, cora.id, "reader").await;
    open(&mut hers, &client).await.expect(201);
    let own = hers.get("/api/v1/matters").await.expect(200).json();
    let own = own["items"].as_array().unwrap().iter().find(|m| m["name"] == "Her own").unwrap()["id"].clone();
    let rita = f.person("Rita Calloway", Role::RecordsManager).await;
    let mut keeper = f.browser().token(&rita);
    for (matter, lead) in [(own.as_str().unwrap(), Some(ann.id)), (&matter.to_string(), None)] {
        if let Some(lead) = lead {
            let path = format!("/api/v1/matters/{matter}/team/{lead}");
            keeper.json(Method::PUT, &path, &json!({ "seat": "lead" })).await.expect(200);
        }
        let path = format!("/api/v1/matters/{matter}/team/{}", cora.id);
        keeper.send(Method::DELETE, &path, &[("if-match", "*")], "".into()).await.expect(204);
    }
    open(&mut hers, &client).await.expect(404);

    // whom she took on she knows, and lists, and opens matters for; a wall beats it
    let taken = json!({ "name": "Halcyon Dawn", "reference": "HD" });
    let taken = hers.json(Method::POST, "/api/v1/clients", &taken).await.expect(201).json();
    let taken = taken["id"].as_str().unwrap().to_owned();
    hers.get(&format!("/api/v1/clients/{taken}")).await.expect(200);
    let listed = hers.get("/api/v1/clients").await.expect(200).json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    assert!(pages.get("/matters/new").await.expect(200).text().contains("Halcyon Dawn"));
    open(&mut hers, &taken).await.expect(201);
    open(&mut f.browser().token(&ann), &taken).await.expect(404);
    let wall = json!({
        "name": "Earlier retainer", "reason": "Acted for the other side.", "kind": "bars",
        "covers": { "clients": [taken], "matters": [] }, "staff": [cora.id], "groups": [],
    });
    f.browser().token(&ines).json(Method::POST, "/api/v1/walls", &wall).await.expect(201);
    hers.get(&format!("/api/v1/clients/{taken}")).await.expect(404);
    open(&mut hers, &taken).await.expect(404);
    let listed = hers.get("/api/v1/clients").await.expect(200).json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_at_a_client_is_to_a_lead_like_nobody() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ines = f.person("Ines Feld", Role::ComplianceOfficer).await;
    let (client, matter) = f.matter(&ann, "Share purchase dispute").await;
    let contact = f.contact("Sunita Nair", client).await.id;
    let nobody = StaffId::new(1, [9; 10]);
    let mut hers = f.browser().token(&ann);
    let mut seat = async |person: StaffId| {
        let path = format!("/api/v1/matters/{matter}/team/{person}");
        hers.json(Method::PUT, &path, &json!({ "seat": "reader" })).await
    };
    same(seat(contact).await, seat(nobody).await);
    for asker in [&ann, &ines] {
        let mut api = f.browser().token(asker);
        let mut why = async |person: StaffId| {
            let asked = format!("/api/v1/explain?person={person}&action=record.list&thing={matter}");
            api.get(&asked).await
        };
        same(why(contact).await, why(nobody).await);
    }
    let wall = async |person: StaffId| {
        let wall = json!({
            "name": "Earlier retainer", "reason": "Acted for the other side.", "kind": "bars",
            "covers": { "clients": [], "matters": [matter] }, "staff": [person], "groups": [],
        });
        f.browser().token(&ines).json(Method::POST, "/api/v1/walls", &wall).await
    };
    let (one, other) = (wall(contact).await.expect(422), wall(nobody).await.expect(422));
    assert_eq!(one.text(), other.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_for_approval_is_nothing_to_those_who_may_not_list_them() {
    let f = TestFirm::new().await;
    let dan = f.person("Dan Okafor", Role::Associate).await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let mut admin = f.browser().token(&f.admin.again(&f).await);
    let new = json!({ "name": "Otto Lyle", "email": "otto@firm.example", "role": "partner" });
    admin.json(Method::POST, "/api/v1/staff", &new).await;
    let listed = admin.get("/api/v1/approvals").await.expect(200).json();
    let waiting = listed["items"].as_array().unwrap().iter().find(|a| a["state"] == "waiting").unwrap();
    let waiting = waiting["id"].as_str().unwrap().to_owned();
    let nothing = ApprovalId::new(1, [9; 10]).to_string();
    let mut his = f.browser().token(&dan);
    let mut withdraw = async |id: &str| {
        his.send(Method::POST, &format!("/api/v1/approvals/{id}/withdraw"), &[], "".into()).await
    };
    same(withdraw(&waiting).await, withdraw(&nothing).await);
    let mut decide = async |id: &str| {
        let yes = json!({ "approve": true });
        his.json(Method::POST, &format!("/api/v1/approvals/{id}"), &yes).await
    };
    same(decide(&waiting).await, decide(&nothing).await);
    // whoever may list them is told whose it is to withdraw
    let path = format!("/api/v1/approvals/{waiting}/withdraw");
    let told = f.browser().token(&ann).send(Method::POST, &path, &[], "".into()).await.expect(403);
    assert_eq!(told.rules(), ["only-the-asker-withdraws"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_is_not_understood_or_is_none_makes_no_version() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (client, matter) = f.matter(&ann, "Share purchase dispute").await;
    let mut api = f.browser().token(&ann);
    for path in [format!("/api/v1/matters/{matter}"), format!("/api/v1/clients/{client}")] {
        let before = api.get(&path).await.expect(200);
        let (etag, name) = (before.header("etag").to_owned(), before.json()["name"].clone());
        for (change, status) in [
            (json!({ "nmae": "Misspelt" }), 422),
            (json!({ "name": "Another name", "owner": "me" }), 422),
            (json!({}), 422),
            (json!({ "name": name }), 409),
        ] {
            patch(&mut api, &path, &etag, &change).await.expect(status);
        }
        assert_eq!(api.get(&path).await.expect(200).header("etag"), etag, "{path}");
        patch(&mut api, &path, &etag, &json!({ "name": "Another name" })).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_propose_policies_is_refused_before_the_proposal_is_read() {
    let f = TestFirm::new().await;
    let dan = f.person("Dan Okafor", Role::Associate).await;
    let empty = json!({ "source": "release", "digest": "", "reason": "" });
    let path = "/api/v1/policies/proposals";
    let refused = f.browser().token(&dan).json(Method::POST, path, &empty).await.expect(403);
    assert_eq!(refused.rules(), ["only-administrators-propose-policies"]);
    let admin = f.admin.again(&f).await;
    f.browser().token(&admin).json(Method::POST, path, &empty).await.expect(422);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_are_copied_by_auditors_and_proved_by_everyone_who_sees_them() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ines = f.person("Ines Feld", Role::ComplianceOfficer).await;
    let odo = f.person("Odo Lister", Role::Auditor).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let seen = f.browser().token(&ann).get(&format!("/api/v1/matters/{matter}")).await.expect(200);
    let entry = seen.header("x-ledger-entry").to_owned();
    f.room.sequence_all().await.unwrap();
    let bundle = "/ledger/tile/entries/000.p/1";
    f.browser().get(bundle).await.expect(401);
    f.browser().token(&odo).get(bundle).await.expect(200);
    for other in [&ann, &ines] {
        let refused = f.browser().token(other).get(bundle).await.expect(403);
        assert_eq!(refused.rules(), ["only-auditors-copy-the-ledger"]);
    }
    // what the page proves an entry from: its receipt, and tiles of hashes that are anyone's
    for person in [&ann, &ines, &odo] {
        f.browser().session(person).get(&format!("/ledger/{entry}")).await.expect(200);
        let receipt = format!("/api/v1/ledger/entries/{entry}/receipt");
        f.browser().session(person).get(&receipt).await.expect(200);
    }
    f.browser().get("/ledger/tile/0/000.p/1").await.expect(200);
}

/// Who is walled off from a matter by these names, from now on.
async fn bar(f: &TestFirm, officer: &Person, matter: &str, barred: &Person) {
    let wall = json!({
        "name": "Earlier retainer", "reason": "Acted for the other side.", "kind": "bars",
        "covers": { "clients": [], "matters": [matter] }, "staff": [barred.id.to_string()], "groups": [],
    });
    f.browser().token(officer).json(Method::POST, "/api/v1/walls", &wall).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn why_about_a_client_tells_a_lead_of_no_matter_and_no_wall_beyond_her_own() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ben = f.person("Ben Okafor", Role::Associate).await;
    let cleo = f.person("Cleo Adeyemi", Role::Associate).await;
    let rita = f.person("Rita Calloway", Role::RecordsManager).await;
    let ines = f.person("Ines Feld", Role::ComplianceOfficer).await;
    let (client, _) = f.matter(&ann, "Share purchase dispute").await;
    let why = async |person: &Person| {
        let path = format!("/api/v1/explain?person={}&action=client.see&thing={client}", person.id);
        f.browser().token(&ann).get(&path).await.expect(200).json()["decision"].clone()
    };
    let mut keeper = f.browser().token(&rita);
    let open = async |keeper: &mut Browser, name: &str, lead: &Person| {
        let new = json!({ "client_id": client, "name": name, "reference": "NW-9", "lead": lead.id });
        let made = keeper.json(Method::POST, "/api/v1/matters", &new).await.expect(201).json();
        made["id"].as_str().unwrap().to_owned()
    };
    // a matter of the same client that Ann knows nothing of: its team is not told by way of the client
    open(&mut keeper, "Tax inquiry", &ben).await;
    assert_eq!(why(&ben).await, "denied");
    assert_eq!(why(&cleo).await, "denied");
    // one that she reads, and a wall there that she does not know of: both of its members answer alike
    let read = open(&mut keeper, "Reinsurance", &ben).await;
    for (person, seat) in [(&ann, "reader"), (&cleo, "member")] {
        let path = format!("/api/v1/matters/{read}/team/{}", person.id);
        keeper.json(Method::PUT, &path, &json!({ "seat": seat })).await.expect(200);
    }
    assert_eq!((why(&ben).await, why(&cleo).await), (json!("allowed"), json!("allowed")));
    bar(&f, &ines, &read, &cleo).await;
    assert_eq!((why(&ben).await, why(&cleo).await), (json!("allowed"), json!("allowed")));
    // whoever watches is told as it is
    let path = format!("/api/v1/explain?person={}&action=client.see&thing={client}", cleo.id);
    let told = f.browser().token(&ines).get(&path).await.expect(200).json()["decision"].clone();
    assert_eq!(told, "denied");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_wall_an_upload_and_what_one_made_oneself_are_gone() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ines = f.person("Ines Feld", Role::ComplianceOfficer).await;
    let (client, matter) = f.matter(&ann, "Share purchase dispute").await;
    let mut api = f.browser().token(&ann);
    let meta = format!("matter_id {},filename bGV0dGVy", BASE64.encode(matter.to_string()));
    let begin = [("tus-resumable", "1.0.0"), ("upload-length", "10"), ("upload-metadata", meta.as_str())];
    let begun = api.send(Method::POST, "/api/v1/uploads", &begin, "".into()).await.expect(201);
    let place = begun.header("location").to_owned();
    let again = [("content-type", "application/json"), ("idempotency-key", "opened-once")];
    let new = json!({ "client_id": client, "name": "Tax inquiry", "reference": "T-1" }).to_string();
    let open =
        async |api: &mut Browser| api.send(Method::POST, "/api/v1/matters", &again, new.clone().into()).await;
    let made = open(&mut api).await.expect(201).json()["id"].as_str().unwrap().to_owned();
    assert_eq!(open(&mut api).await.expect(201).json()["id"], made.as_str());

    bar(&f, &ines, &matter.to_string(), &ann).await;
    bar(&f, &ines, &made, &ann).await;
    // the offset is not looked at before the gate: right, wrong, or of no upload at all
    let nothing = format!("/api/v1/uploads/{}", UploadId::new(1, [9; 10]));
    let mut part = async |place: &str, offset: &str| {
        let kind = "application/offset+octet-stream";
        let headers = [("tus-resumable", "1.0.0"), ("content-type", kind), ("upload-offset", offset)];
        let answer = api.send(Method::PATCH, place, &headers, "12345".into()).await;
        assert!(!answer.header("x-ledger-entry").is_empty());
        answer
    };
    same(part(&place, "0").await, part(&nothing, "0").await);
    same(part(&place, "7").await, part(&nothing, "7").await);
    open(&mut f.browser().token(&ann)).await.expect(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_of_an_enrolment_link_tells_no_contacts_address() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (client, _) = f.matter(&ann, "Share purchase dispute").await;
    let mut admin = f.browser().token(&f.admin.again(&f).await);
    let new = json!({
        "name": "Sofia Nystrom", "email": "sofia@kestrel.example", "role": "client_contact",
        "client_id": client,
    });
    let link = admin.json(Method::POST, "/api/v1/staff", &new).await.json()["link"].clone();
    let path = link["path"].as_str().or(link.as_str()).expect("a link").to_owned();
    let page = f.browser().get(&path).await.expect(200).text();
    assert!(page.contains("Sofia Nystrom") && !page.contains("kestrel.example"), "{page}");
}
