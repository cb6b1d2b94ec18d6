//! Lists, counts and searches: what is found is what the gate lets through, and nothing is told by the rest.

use axum::body::Body;
use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use strongroom_domain::features::record::MoveRecord;
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::clock::HOUR;
use strongroom_domain::kernel::id::{FolderId, MatterId, RecordId};
use strongroom_testkit::{Browser, Person, TestFirm};

async fn file(api: &mut Browser, matter: MatterId, name: &str, bytes: &[u8]) -> RecordId {
    let added = api.files(&format!("/api/v1/matters/{matter}/records"), &[], &[(name, bytes)]).await;
    RecordId::parse(added.expect(201).json()["items"][0]["id"].as_str().unwrap()).unwrap()
}

async fn palette(f: &TestFirm, person: &Person, words: &str) -> Vec<Value> {
    let mut web = f.browser().session(person);
    let token = crate::pages::csrf(&web.get("/today").await);
    web.always("x-csrf-token", &token);
    let found = web.json(Method::POST, "/palette", &json!({ "q": words })).await.expect(200).json();
    found.as_array().unwrap().iter().filter(|h| h["kind"] == "record").cloned().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_palette_finds_records_by_title_in_ones_own_matters_only() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let tom = f.person("Tom Hale", Role::Associate).await;
    let rita = f.person("Rita Calloway", Role::RecordsManager).await;
    let (_, hers) = f.matter(&ann, "Share purchase dispute").await;
    let (_, shared) = f.matter(&ann, "Lease of the mill").await;
    f.seat(&ann, shared, tom.id, "reader").await;
    let mut api = f.browser().token(&ann);
    file(&mut api, hers, "secret_settlement.txt", b"one").await;
    f.pass(HOUR);
    let open = file(&mut api, shared, "Settlement_of_rent.txt", b"two").await;
    let (ann, tom, rita) = (ann.again(&f).await, tom.again(&f).await, rita.again(&f).await);

    let found = palette(&f, &ann, "settlement").await;
    let titles: Vec<&str> = found.iter().filter_map(|h| h["title"].as_str()).collect();
    assert_eq!(titles, ["Settlement of rent", "secret settlement"], "the newest change first");
    assert_eq!(found[0]["href"], json!(format!("/records/{open}")));
    assert_eq!(palette(&f, &ann, "settlement secret").await.len(), 1);
    assert_eq!(palette(&f, &tom, "settlement").await.len(), 1);
    // a records manager knows every matter by name, and no title
    assert!(palette(&f, &rita, "settlement").await.is_empty());

    // one entry for the search; it names the matter, and no word of it is written down
    let own = f.browser().token(&tom).get("/api/v1/ledger/own?limit=200").await.expect(200).json();
    let searches: Vec<&Value> =
        own["items"].as_array().unwrap().iter().filter(|e| e["verb"] == "record.search").collect();
    assert_eq!(searches.len(), 1);
    assert!(!searches[0].to_string().to_lowercase().contains("settlement"), "{}", searches[0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn folders_are_counted_and_matters_say_when_they_last_changed() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let uma = f.person("Uma Outside", Role::Associate).await;
    let (client, matter) = f.matter(&ann, "Share purchase dispute").await;
    let mut api = f.browser().token(&ann);
    let opened = api.get("/api/v1/matters").await.expect(200).json()["items"][0]["changed_at"].clone();
    f.pass(HOUR);
    let ann = ann.again(&f).await;
    let mut api = f.browser().token(&ann);
    for (name, bytes) in [("a.txt", b"a"), ("b.txt", b"b")] {
        let record = file(&mut api, matter, name, bytes).await;
        let folder = Some(String::from("Pleadings/2026"));
        ann.ctx(&f).await.perform(MoveRecord { record, folder, etag: None }).await.unwrap();
    }
    let page = api.get(&format!("/api/v1/matters/{matter}/folders")).await.expect(200).json();
    let counts: Vec<(&str, u64)> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["path"].as_str().unwrap(), f["records"].as_u64().unwrap()))
        .collect();
    assert_eq!(counts, [("Pleadings", 0), ("Pleadings/2026", 2)]);
    let changed = api.get("/api/v1/matters").await.expect(200).json()["items"][0]["changed_at"].clone();
    assert!(changed.as_str() > opened.as_str(), "{opened} {changed}");
    // someone without a seat is refused the folders as if there were none
    f.browser().token(&uma).get(&format!("/api/v1/matters/{matter}/folders")).await.expect(404);
    let page = f.browser().session(&ann).get("/clients").await.expect(200).text();
    assert!(page.contains(&client.to_string()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_goes_on_where_it_was_although_its_last_line_has_gone() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ben = f.person("Ben Okafor", Role::Partner).await;
    let mut matters = Vec::new();
    for name in ["Alder", "Birch", "Cedar", "Dogwood"] {
        let (_, matter) = f.matter(&ann, name).await;
        f.seat(&ann, matter, ben.id, "member").await;
        matters.push(matter);
    }
    let mut api = f.browser().token(&ben);
    let names = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap().to_owned()).collect()
    };
    let first = api.get("/api/v1/matters?limit=2").await.expect(200).json();
    assert_eq!(names(&first), ["Alder", "Birch"]);
    let mut lead = f.browser().token(&ann);
    lead.always("if-match", "*");
    let seat = format!("/api/v1/matters/{}/team/{}", matters[1], ben.id);
    lead.json(Method::DELETE, &seat, &Value::Null).await.expect(204);
    let after = first["next"].as_str().unwrap();
    let rest = api.get(&format!("/api/v1/matters?limit=2&after={after}")).await.expect(200).json();
    assert_eq!(names(&rest), ["Cedar", "Dogwood"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_upload_that_became_a_duplicate_does_not_hide_the_others() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let mut api = f.browser().token(&ann);
    let mut begin = async |name: &str, length: &str| {
        let meta =
            format!("matter_id {},filename {}", BASE64.encode(matter.to_string()), BASE64.encode(name));
        let headers =
            [("tus-resumable", "1.0.0"), ("upload-length", length), ("upload-metadata", meta.as_str())];
        let begun = api.send(Method::POST, "/api/v1/uploads", &headers, Body::empty()).await.expect(201);
        begun.header("location").rsplit('/').next().unwrap().to_owned()
    };
    begin("whole.txt", "5").await;
    let waits = begin("waits.txt", "9").await;
    let whole = begin("again.txt", "5").await;
    let mut api = f.browser().token(&ann);
    let patch = [
        ("tus-resumable", "1.0.0"),
        ("upload-offset", "0"),
        ("content-type", "application/offset+octet-stream"),
    ];
    file(&mut api, matter, "first.txt", b"bytes").await;
    // whole, and its bytes are in the matter already: it stays open, as after a crash between part and filing
    api.send(Method::PATCH, &format!("/api/v1/uploads/{whole}"), &patch, Body::from("bytes"))
        .await
        .expect(409);
    let list = api.get("/api/v1/uploads").await.expect(200).json();
    let ids: Vec<&str> = list["items"].as_array().unwrap().iter().filter_map(|u| u["id"].as_str()).collect();
    assert!(ids.contains(&waits.as_str()) && !ids.contains(&whole.as_str()), "{ids:?}");
    assert_eq!(ids.len(), 2);
    let gone = [("tus-resumable", "1.0.0")];
    let head = api.send(Method::HEAD, &format!("/api/v1/uploads/{whole}"), &gone, Body::empty()).await;
    assert_eq!(head.status.as_u16(), 404, "what was a duplicate is ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_of_another_matter_is_as_unknown_as_one_that_was_never_made() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let tom = f.person("Tom Hale", Role::Associate).await;
    let (_, hers) = f.matter(&ann, "Share purchase dispute").await;
    let (_, shared) = f.matter(&ann, "Lease of the mill").await;
    f.seat(&ann, shared, tom.id, "reader").await;
    let mut api = f.browser().token(&ann);
    let records = |matter: MatterId| format!("/api/v1/matters/{matter}/records");
    let added = api.files(&records(hers), &[("folder", "Settlement")], &[("offer.txt", b"one")]).await;
    let folder = added.expect(201).json()["items"][0]["folder_id"].as_str().expect("a folder").to_owned();
    let mut his = f.browser().token(&tom);
    his.get(&format!("{}?folder={folder}", records(shared))).await.expect(404);
    let nowhere = FolderId::new(1, [9; 10]);
    let unknown = his.get(&format!("{}?folder={nowhere}", records(shared))).await.expect(404).text();
    assert_eq!(his.get(&format!("{}?folder={folder}", records(shared))).await.text(), unknown);
    // the same to someone who sees both matters: a list is of one
    api.get(&format!("{}?folder={folder}", records(shared))).await.expect(404);
    let listed = api.get(&format!("{}?folder={folder}", records(hers))).await.expect(200).json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_leads_on_in_its_own_list_for_its_own_person_alone() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let tom = f.person("Tom Hale", Role::Associate).await;
    let (_, hers) = f.matter(&ann, "Share purchase dispute").await;
    let (_, shared) = f.matter(&ann, "Lease of the mill").await;
    f.seat(&ann, shared, tom.id, "reader").await;
    let mut api = f.browser().token(&ann);
    file(&mut api, hers, "one.txt", b"one").await;
    file(&mut api, shared, "two.txt", b"two").await;
    file(&mut api, shared, "three.txt", b"three").await;
    let page = |matter: MatterId, after: &str| format!("/api/v1/matters/{matter}/records?limit=1{after}");
    let next = api.get(&page(shared, "")).await.expect(200).json()["next"].clone();
    let next = next.as_str().expect("more follows").to_owned();
    let after = format!("&after={next}");
    assert_eq!(api.get(&page(shared, &after)).await.expect(200).json()["items"].as_array().unwrap().len(), 1);
    f.browser().token(&tom).get(&page(shared, &after)).await.expect(400);
    api.get(&page(hers, &after)).await.expect(400);
    let turned = if next.starts_with('A') { "B" } else { "A" };
    api.get(&page(shared, &format!("&after={turned}{}", &next[1..]))).await.expect(400);
}
