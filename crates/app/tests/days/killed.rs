//! `kill -9` at any moment: what was acknowledged is there with its entry, and everything agrees.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use hyper::Method;
use strongroom_client::http::full;
use strongroom_domain::kernel::id::MatterId;
use tokio::sync::Notify;

use crate::bodies;
use crate::served::{Firm, Served, Talk};

/// Something that the server has said is done.
enum Acknowledged {
    Record { id: String, bytes: Vec<u8>, entry: String },
    Title { id: String, title: String, entry: String },
    Part { place: String, offset: usize },
}

/// Counts down what happens, and says when the server is to die.
struct Fate {
    left: AtomicI64,
    now: Notify,
}

impl Fate {
    fn step(&self) {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.now.notify_one();
        }
    }
}

/// Pieces of a body, each of which is a step towards the end.
fn fateful(bytes: &[u8], fate: &Arc<Fate>) -> strongroom_client::http::Sent {
    let pieces: Vec<Bytes> = bytes.chunks(20_000).map(Bytes::copy_from_slice).collect();
    let fate = fate.clone();
    bodies::body(stream::iter(pieces).inspect(move |_| fate.step()))
}

/// One person's work until the server is gone.
async fn works(mut api: Talk, matter: MatterId, task: u64, fate: Arc<Fate>) -> Vec<Acknowledged> {
    let mut done = Vec::new();
    for turn in 0.. {
        if turn_of_work(&mut api, matter, task * 1_000_000 + turn, &fate, &mut done).await.is_err() {
            break;
        }
    }
    done
}

async fn turn_of_work(
    api: &mut Talk,
    matter: MatterId,
    n: u64,
    fate: &Arc<Fate>,
    done: &mut Vec<Acknowledged>,
) -> Result<(), String> {
    let bytes = bodies::piece(n, 1)[..(n as usize % 7) * 9_000 + 1].to_vec();
    let name = format!("paper {n}.bin");
    let path = format!("/api/v1/matters/{matter}/records");
    let added = api.files(&path, &[(name.as_bytes(), &bytes)]).await?.expect(201);
    fate.step();
    let (body, entry) = (added.json(), added.header("x-ledger-entry").to_owned());
    let id = body["items"][0]["id"].as_str().unwrap().to_owned();
    done.push(Acknowledged::Record { id: id.clone(), bytes, entry });

    let tag = api.send(Method::GET, &format!("/api/v1/records/{id}"), &[], full("")).await?.expect(200);
    let tag = tag.header("etag").to_owned();
    let title = format!("Paper {n}, renamed");
    let headers = [("content-type", "application/json"), ("if-match", tag.as_str())];
    let change = full(serde_json::json!({ "title": title }).to_string());
    let changed = api.send(Method::PATCH, &format!("/api/v1/records/{id}"), &headers, change).await?;
    fate.step();
    let entry = changed.expect(200).header("x-ledger-entry").to_owned();
    done.push(Acknowledged::Title { id, title, entry });

    let bytes = bodies::piece(n, 2).to_vec();
    let begun = api.begin(matter, &format!("tus {n}.bin"), bytes.len()).await?.expect(201);
    let place = begun.header("location").to_owned();
    let half = bytes.len() / 2 + n as usize % 100;
    api.stream(&place, 0, fateful(&bytes[..half], fate)).await?.expect(204);
    done.push(Acknowledged::Part { place: place.clone(), offset: half });
    let sent = api.stream(&place, half, fateful(&bytes[half..], fate)).await?.expect(204);
    fate.step();
    done.pop();
    let (id, entry) = (sent.header("x-record-id").to_owned(), sent.header("x-ledger-entry").to_owned());
    done.push(Acknowledged::Record { id, bytes, entry });
    Ok(())
}

async fn is_there(api: &mut Talk, acknowledged: &Acknowledged) {
    match acknowledged {
        Acknowledged::Record { id, bytes, entry } => {
            let content = api.get(&format!("/api/v1/records/{id}/content")).await.expect(200);
            assert!(content.body == *bytes, "{id} came back as other bytes");
            has_receipt(api, entry).await;
        }
        Acknowledged::Title { id, title, entry } => {
            let seen = api.get(&format!("/api/v1/records/{id}")).await.expect(200).json();
            assert_eq!(seen["title"].as_str(), Some(title.as_str()));
            has_receipt(api, entry).await;
        }
        Acknowledged::Part { place, offset } => {
            // the last part may have been taken whole without an answer: then the upload is a record
            let stands = api.offset(place).await.unwrap();
            assert!(stands >= *offset, "{offset} bytes were acknowledged, {stands} are there");
        }
    }
}

async fn has_receipt(api: &mut Talk, entry: &str) {
    assert!(entry.starts_with("ent_"), "an answer without its entry");
    api.get(&format!("/api/v1/ledger/entries/{entry}/receipt")).await.expect(200);
}

/// How often the server is killed: three times, or as often as `STRONGROOM_KILLS` says.
fn kills() -> u64 {
    let asked = std::env::var_os("STRONGROOM_KILLS").and_then(|k| k.into_string().ok()?.parse().ok());
    asked.unwrap_or(3)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_has_lost_nothing_that_it_acknowledged() {
    let firm = Firm::new().await;
    let mut chance = 0x5eed_u64;
    let mut all = 0;
    for round in 0..kills() {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let steps = i64::try_from(chance >> 33).unwrap() % 60 + 1;
        let served = Served::start(&firm);
        let fate = Arc::new(Fate { left: AtomicI64::new(steps), now: Notify::new() });
        let work: Vec<_> = (0..3)
            .map(|task| {
                let api = served.as_person(&firm.ann);
                tokio::spawn(works(api, firm.matter, (round + 1) * 10 + task, fate.clone()))
            })
            .collect();
        fate.now.notified().await;
        served.kill();
        let mut done = Vec::new();
        for work in work {
            done.extend(work.await.unwrap());
        }
        firm.agrees();
        let served = Served::start(&firm);
        let mut api = served.as_person(&firm.ann);
        for acknowledged in &done {
            is_there(&mut api, acknowledged).await;
        }
        all += done.len();
        served.kill();
    }
    eprintln!("{} kills, {all} acknowledgements, all kept", kills());
    assert!(all > 0);
}
