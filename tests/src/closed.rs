//! A closed matter is read-only, for its lead too: every way to change what is in it is refused by that rule, and
//! nothing that only reads is.

use axum::http::Method;
use serde_json::{Value, json};
use strongroom_domain::kernel::actor::Role;
use strongroom_testkit::TestFirm;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_matter_is_read_and_not_changed() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let mut api = f.browser().token(&ann);
    let records = format!("/api/v1/matters/{matter}/records");
    let added = api.files(&records, &[], &[("deed.txt", b"The trustees declare.")]).await.expect(201).json();
    let record = format!("/api/v1/records/{}", added["items"][0]["id"].as_str().expect("an id"));
    let this = format!("/api/v1/matters/{matter}");
    let etag = api.get(&this).await.expect(200).header("etag").to_owned();
    let change = async |api: &mut strongroom_testkit::Browser, path: &str, etag: &str, body: Value| {
        let headers = [("content-type", "application/json"), ("if-match", etag)];
        api.send(Method::PATCH, path, &headers, axum::body::Body::from(body.to_string())).await
    };
    change(&mut api, &this, &etag, json!({ "state": "closed" })).await.expect(200);

    let read = api.get(&record).await.expect(200);
    let etag = read.header("etag").to_owned();
    api.get(&records).await.expect(200);
    api.get(&format!("{record}/content")).await.expect(200);
    let closed = api.get(&this).await.expect(200).header("etag").to_owned();
    let refused = [
        change(&mut api, &this, &closed, json!({ "name": "Another name" })).await,
        api.files(&records, &[], &[("more.txt", b"More.")]).await,
        change(&mut api, &record, &etag, json!({ "title": "Another title" })).await,
        change(&mut api, &record, &etag, json!({ "labels": ["highly_confidential"] })).await,
        change(&mut api, &record, &etag, json!({ "labels": ["public"], "reason": "Filed in court." })).await,
    ];
    for answer in refused {
        let because = answer.expect(403).json()["because"].to_string();
        assert!(because.contains("closed-is-read-only"), "{because}");
    }
}
