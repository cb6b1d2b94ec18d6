//! A request that is sent again is answered again and done once: by its key, or by the mark of a form.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::clock::{HOUR, rfc3339};
use strongroom_domain::kernel::repeat;
use strongroom_testkit::{Answer, Browser, Person, TestFirm};

async fn ask(api: &mut Browser, path: &str, key: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    api.send(Method::POST, path, &headers, Body::from(body.to_string())).await
}

/// How many entries of a verb the person has left.
async fn entries(f: &TestFirm, person: &Person, verb: &str) -> usize {
    let mut api = f.browser().token(person);
    let own = api.get("/api/v1/ledger/own?limit=200").await.expect(200).json();
    own["items"].as_array().unwrap().iter().filter(|e| e["verb"] == verb).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_ask_under_the_same_key_is_done_once() {
    let f = TestFirm::new().await;
    let (ann, ben) =
        (f.person("Ann Marsh", Role::Partner).await, f.person("Ben Okafor", Role::Partner).await);
    let mut api = f.browser().token(&ann);
    let new = json!({"name": "Harbour Lane Foods", "reference": "HL-001"});
    let first = ask(&mut api, "/api/v1/clients", "k-1", &new).await.expect(201);
    let entry = first.header("x-ledger-entry").to_owned();
    let again = ask(&mut api, "/api/v1/clients", "k-1", &new).await.expect(201);
    assert_eq!(first.json(), again.json());
    assert_eq!(again.header("x-ledger-entry"), entry, "the entry of the act, not another");
    assert_eq!(entries(&f, &ann, "client.create").await, 1);

    // another ask, another address, and no key at all
    let other = json!({"name": "Harbour Lane Drinks", "reference": "HL-002"});
    let refused = ask(&mut api, "/api/v1/clients", "k-1", &other).await.expect(422).json();
    assert_eq!(refused["field"], "Idempotency-Key");
    let group = ask(
        &mut api,
        "/api/v1/matters",
        "k-1",
        &json!({"client_id": first.json()["id"], "name": "A", "reference": "A-1"}),
    )
    .await;
    assert_eq!(group.status.as_u16(), 422);
    ask(&mut api, "/api/v1/clients", "", &new).await.expect(400);
    api.json(Method::POST, "/api/v1/clients", &new).await.expect(201);

    // someone else's key is their own
    let hers = ask(&mut f.browser().token(&ben), "/api/v1/clients", "k-1", &new).await.expect(201).json();
    assert_ne!(hers["id"], first.json()["id"]);

    // after a day it is forgotten, whether or not it was swept
    f.pass(23 * HOUR);
    let (ann, ben) = (ann.again(&f).await, ben.again(&f).await);
    let still = ask(&mut f.browser().token(&ann), "/api/v1/clients", "k-1", &new).await.expect(201).json();
    assert_eq!(still, first.json());
    f.pass(2 * HOUR);
    let (ann, ben) = (ann.again(&f).await, ben.again(&f).await);
    let anew = ask(&mut f.browser().token(&ann), "/api/v1/clients", "k-1", &other).await.expect(201).json();
    assert_ne!(anew["id"], first.json()["id"]);
    assert_eq!(repeat::forget(&f.room).await.unwrap(), 1, "what was renewed stays");
    let anew = ask(&mut f.browser().token(&ben), "/api/v1/clients", "k-1", &new).await.expect(201).json();
    assert_ne!(anew["id"], hers["id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_at_once_one_is_made() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let new = json!({"name": "Quayside Mutual", "reference": "QM-7"});
    let mut asks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (mut api, new) = (f.browser().token(&ann), new.clone());
        asks.spawn(async move { ask(&mut api, "/api/v1/clients", "race", &new).await.expect(201).json() });
    }
    let made = asks.join_all().await;
    assert!(made.iter().all(|m| m == &made[0]), "{made:?}");
    assert_eq!(entries(&f, &ann, "client.create").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_sent_again_are_filed_once_and_a_refusal_is_decided_again() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let tom = f.person("Tom Hale", Role::Associate).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let path = format!("/api/v1/matters/{matter}/records");
    let mut api = f.browser().token(&ann);
    api.always("idempotency-key", "files-1");
    let two: [(&str, &[u8]); 2] = [("one.txt", b"first"), ("two.txt", b"second")];
    let first = api.files(&path, &[], &two).await.expect(201).json();
    let again = api.files(&path, &[], &two).await.expect(201).json();
    let ids = |v: &Value| v["items"].as_array().unwrap().iter().map(|r| r["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&first), ids(&again));
    api.files(&path, &[], &[("one.txt", b"other bytes")]).await.expect(422);
    assert_eq!(entries(&f, &ann, "record.add").await, 2);

    // a refusal is not an answer to keep: with a seat the same ask goes through
    let mut his = f.browser().token(&tom);
    his.always("idempotency-key", "tom-1");
    his.files(&path, &[], &[("three.txt", b"third")]).await.expect(404);
    f.seat(&ann, matter, tom.id, "member").await;
    let done = his.files(&path, &[], &[("three.txt", b"third")]).await.expect(201).json();
    // and without the seat what was done is not told again
    let team = format!("/api/v1/matters/{matter}/team/{}", tom.id);
    let mut lead = f.browser().token(&ann);
    lead.always("if-match", "*");
    lead.json(Method::DELETE, &team, &Value::Null).await.expect(204);
    his.files(&path, &[], &[("three.txt", b"third")]).await.expect(404);
    assert!(done["items"][0]["id"].is_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_version_is_added_once_although_its_etag_has_passed() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let mut api = f.browser().token(&ann);
    let added = api.files(&format!("/api/v1/matters/{matter}/records"), &[], &[("a.txt", b"one")]).await;
    let record = added.expect(201).json()["items"][0]["id"].as_str().unwrap().to_owned();
    let tag = api.get(&format!("/api/v1/records/{record}")).await.expect(200).header("etag").to_owned();
    let path = format!("/api/v1/records/{record}/versions");
    api.always("if-match", &tag);
    api.always("idempotency-key", "v-2");
    for _ in 0..2 {
        assert_eq!(api.files(&path, &[], &[("a.txt", b"two")]).await.expect(201).json()["version"], 2);
    }
    api.always("idempotency-key", "v-3");
    api.files(&path, &[], &[("a.txt", b"three")]).await.expect(412);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_is_shown_once_is_not_shown_again() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let mut web = f.browser().session(&ann);
    let new = json!({"name": "Backup script", "scopes": ["read"], "expires_at": rfc3339(f.room.now() + 30 * 24 * HOUR)});
    let token = crate::pages::csrf(&web.get("/account").await);
    web.always("x-csrf-token", &token);
    ask(&mut web, "/api/v1/tokens", "t-1", &new).await.expect(201);
    let again = ask(&mut web, "/api/v1/tokens", "t-1", &new).await.expect(409).json();
    assert_eq!(again["code"], "repeat.shown_once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_double_click_makes_one_thing() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let mut web = f.browser().session(&ann);
    let page = web.get("/clients/new").await.expect(200);
    let token = crate::pages::csrf(&page);
    let page = page.text();
    let mark = page.split("name=\"once\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let fields = |name: &str| format!("csrf={token}&once={mark}&name={name}&reference=HL-1");
    let first = web.form("/clients", &fields("Harbour+Lane")).await.expect(303);
    let second = web.form("/clients", &fields("Harbour+Lane")).await.expect(303);
    assert_eq!(first.header("location"), second.header("location"));
    // words typed anew into the same form are another client
    let other = web.form("/clients", &fields("Harbour+Lane+Two")).await.expect(303);
    assert_ne!(first.header("location"), other.header("location"));
    assert_eq!(entries(&f, &ann, "client.create").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_bytes_sent_several_times_at_one_moment_are_filed_once() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (_, matter) = f.matter(&ann, "Dispute").await;
    let path = format!("/api/v1/matters/{matter}/records");
    let sent = (0..8).map(|n| {
        let (mut api, path) = (f.browser().token(&ann), path.clone());
        tokio::spawn(async move {
            api.files(&path, &[], &[(&format!("copy {n}.txt"), b"the answer")]).await.status.as_u16()
        })
    });
    let mut answers = Vec::new();
    for answer in sent.collect::<Vec<_>>() {
        answers.push(answer.await.unwrap());
    }
    answers.sort_unstable();
    assert_eq!(answers, [201, 409, 409, 409, 409, 409, 409, 409]);
    let list = f.browser().token(&ann).get(&path).await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}
