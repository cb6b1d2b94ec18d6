//! Several nodes of one firm, as processes of their own over one PostgreSQL and one bucket: which one answers does not
//! matter, and one that dies, stands still or is cut off takes nothing with it. A firm in one file has one node.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use hyper::Method;
use s3::Store;
use serde_json::{Value, json};
use strongroom_client::http::full;

use crate::bucket::into_bucket;
use crate::served::{Firm, Served, Talk, program};
use crate::way::Way;

/// A firm whose nodes share a database and a bucket.
struct Firms {
    firm: Firm,
    store: Store,
    folders: Vec<tempfile::TempDir>,
}

impl Firms {
    async fn new() -> Self {
        let (firm, store) = (Firm::new().await, Store::start().await);
        into_bucket(&firm, &store.endpoint());
        Self { firm, store, folders: Vec::new() }
    }

    /// False on SQLite, where a second node is refused, and that is all there is to try.
    fn several(&self) -> bool {
        if self.firm.made.database.contains("://") {
            return true;
        }
        let _first = Served::start(&self.firm);
        let folder = tempfile::tempdir().unwrap();
        copy(&self.firm.data(), folder.path());
        let told = Command::new(program()).args(["serve", "--data"]).arg(folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&told.stderr).into_owned();
        assert!(told.status.code() == Some(3) && said.contains("PostgreSQL"), "{said}");
        false
    }

    /// Another node: its own data folder with the configuration, the keys and a replica of the keyring.
    fn node(&mut self, change: impl FnOnce(String) -> String) -> Served {
        let folder = tempfile::tempdir().unwrap();
        copy(&self.firm.data(), folder.path());
        let toml = folder.path().join("strongroom.toml");
        std::fs::write(&toml, change(std::fs::read_to_string(&toml).unwrap())).unwrap();
        let served = Served::of(folder.path());
        self.folders.push(folder);
        served
    }
}

/// What a new node is given.
fn copy(from: &Path, to: &Path) {
    for file in ["strongroom.toml", "seal.key", "s3.key"] {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
    for replica in ["keyring", "keyring-2"] {
        std::fs::create_dir(to.join(replica)).unwrap();
        for file in ["keyring", "keyring.key"] {
            std::fs::copy(from.join(replica).join(file), to.join(replica).join(file)).unwrap();
        }
    }
}

/// Asks until it is so: what another process does is waited for by asking.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}: not in a minute");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    begun.elapsed()
}

async fn signed(api: &mut Talk, entry: &str) -> bool {
    api.get(&format!("/api/v1/ledger/entries/{entry}/receipt")).await.status.as_u16() == 200
}

async fn add(api: &mut Talk, path: &str, name: &str) -> (String, String) {
    let answer = api.files(path, &[(name.as_bytes(), name.as_bytes())]).await.unwrap().expect(201);
    let id = answer.json()["items"][0]["id"].as_str().unwrap().to_owned();
    (id, answer.header("x-ledger-entry").to_owned())
}

/// Adds a file and waits, asking whom it is told to, until its entry is signed; how long that took.
async fn add_signed(api: &mut Talk, path: &str, name: &str, what: &str) -> Duration {
    let (_, entry) = add(api, path, name).await;
    until(what, async || signed(api, &entry).await).await
}

fn signal(served: &Served, name: &str) {
    let done = Command::new("kill").args([name, &served.id().to_string()]).status().unwrap();
    assert!(done.success());
}

fn noise(len: usize) -> Vec<u8> {
    (0..len).map(|i| u8::try_from((i * 31 + i / 257) % 251).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whichever_node_answers_it_is_one_firm() {
    let mut firms = Firms::new().await;
    if !firms.several() {
        return;
    }
    let first = Served::start(&firms.firm);
    let (second, third) = (firms.node(|toml| toml), firms.node(|toml| toml));
    let ann = &firms.firm.ann;
    let (mut one, mut two, mut three) = (first.as_person(ann), second.as_person(ann), third.as_person(ann));
    let path = format!("/api/v1/matters/{}/records", firms.firm.matter);

    // an upload that begins on one, goes on on another and ends on the third
    let bytes = noise(900_000);
    let begun = one.begin(firms.firm.matter, "bundle.bin", bytes.len()).await.unwrap().expect(201);
    let place = begun.header("location").to_owned();
    two.part(&place, 0, &bytes[..400_000]).await.unwrap().expect(204);
    assert_eq!(three.offset(&place).await.unwrap(), 400_000);
    three.part(&place, 400_000, &bytes[400_000..]).await.unwrap().expect(204);
    let list = one.get(&path).await.expect(200).json();
    let id = list["items"][0]["id"].as_str().unwrap().to_owned();
    let content = format!("/api/v1/records/{id}/content");
    for api in [&mut one, &mut two, &mut three] {
        assert!(api.get(&content).await.expect(200).body == bytes);
    }

    // a session holds everywhere, and the entry of each node is signed by the one that signs
    second.as_browser(ann).get(&format!("/records/{id}")).await.expect(200);
    for (api, name) in [(&mut one, "a.txt"), (&mut two, "b.txt"), (&mut three, "c.txt")] {
        add_signed(api, &path, name, "signed").await;
    }

    // a name that one learns, the others hear of
    let kind = [("content-type", "application/json")];
    let new = json!({ "name": "Harbour Lane Foods", "reference": "HL-1" }).to_string();
    let made = one.send(Method::POST, "/api/v1/clients", &kind, full(new)).await.unwrap().expect(201);
    let client = format!("/api/v1/clients/{}", made.json()["id"].as_str().unwrap());
    second.says("names that changed on another node were read");
    third.says("names that changed on another node were read");
    for api in [&mut two, &mut three] {
        assert_eq!(api.get(&client).await.expect(200).json()["name"], "Harbour Lane Foods");
    }

    // sealed on one, sealed on all
    let sealed = Instant::now();
    let told = firms.firm.run(&["seal"]);
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    second.says("sealed: the firm was sealed on another node");
    third.says("sealed: the firm was sealed on another node");
    eprintln!("sealed everywhere after {:?}", sealed.elapsed());
    for api in [&mut one, &mut two, &mut three] {
        assert_eq!(api.get(&content).await.status.as_u16(), 503);
    }
    third.stop();
    second.stop();
    first.stop();
    firms.firm.agrees();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_dies_is_replaced_and_one_that_stood_still_writes_nothing() {
    let mut firms = Firms::new().await;
    if !firms.several() {
        return;
    }
    let first = Served::start(&firms.firm);
    // who comes in new numbers and signs
    let second = firms.node(|toml| toml);
    let mut api = first.as_person(&firms.firm.ann);
    let path = format!("/api/v1/matters/{}/records", firms.firm.matter);
    let mut there = second.as_person(&firms.firm.ann);
    let (kept, entry) = add(&mut there, &path, "before.txt").await;
    until("signed", async || signed(&mut api, &entry).await).await;
    second.kill();
    let took = add_signed(&mut api, &path, "after.txt", "signed by the one that is left").await;
    eprintln!("signed again {took:?} after the node had died");
    first.says("this node numbers and signs the ledger from now on");
    api.get(&format!("/api/v1/records/{kept}/content")).await.expect(200);

    // the next one takes the lease, and stands still with it
    let third = firms.node(|toml| toml);
    let mut still = third.as_person(&firms.firm.ann);
    let (_, entry) = add(&mut still, &path, "at peace.txt").await;
    until("signed", async || signed(&mut api, &entry).await).await;
    signal(&third, "-STOP");
    let took = add_signed(&mut api, &path, "meanwhile.txt", "signed past the one that stands still").await;
    eprintln!("signed again {took:?} after the node was stopped");
    signal(&third, "-CONT");
    // it goes on as one that follows
    add_signed(&mut still, &path, "awake.txt", "signed").await;
    let list = still.get(&path).await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 5);
    assert!(!third.log().contains("sealed: the ledger is not"), "{}", third.log());
    third.stop();
    first.stop();
    firms.firm.agrees();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_cut_off_says_so_and_heals_while_the_others_serve() {
    let mut firms = Firms::new().await;
    if !firms.several() {
        return;
    }
    let database = firms.firm.made.database.clone();
    let target = database.split_once('@').unwrap().1.split('/').next().unwrap().to_owned();
    let mut to_database = Way::to(target.clone()).await;
    let store = firms.store.address().to_string();
    let mut to_store = Way::to(store.clone()).await;
    let first = Served::start(&firms.firm);
    let (database, bucket) =
        (format!("127.0.0.1:{}", to_database.port), format!("127.0.0.1:{}", to_store.port));
    let second = firms.node(|toml| toml.replace(&target, &database).replace(&store, &bucket));
    let (mut one, mut two) = (first.as_person(&firms.firm.ann), second.as_person(&firms.firm.ann));
    let path = format!("/api/v1/matters/{}/records", firms.firm.matter);
    let (id, _) = add(&mut one, &path, "deed.txt").await;
    let content = format!("/api/v1/records/{id}/content");
    two.get(&content).await.expect(200);

    to_store.cut().await;
    assert_eq!(two.get(&content).await.status.as_u16(), 503);
    two.get(&path).await.expect(200);
    one.get(&content).await.expect(200);
    to_store.mend().await;
    two.get(&content).await.expect(200);

    // the second came last: it numbers and signs, until it is cut off
    to_database.cut().await;
    assert_eq!(two.get(&content).await.status.as_u16(), 503);
    let took = add_signed(&mut one, &path, "meanwhile.txt", "signed").await;
    eprintln!("signed again {took:?} after the node was cut off");
    to_database.mend().await;
    until("healed", async || two.get(&content).await.status.as_u16() == 200).await;
    // the way swallows everything: the node gives up waiting, and heals with other connections
    to_database.swallow();
    let begun = Instant::now();
    assert_eq!(two.get(&content).await.status.as_u16(), 503);
    eprintln!("a database that does not answer was given up after {:?}", begun.elapsed());
    one.get(&content).await.expect(200);
    to_database.mend().await;
    until("healed again", async || two.get(&content).await.status.as_u16() == 200).await;
    let (late, _) = add(&mut two, &path, "healed.txt").await;
    one.get(&format!("/api/v1/records/{late}/content")).await.expect(200);
    second.stop();
    first.stop();
    firms.firm.agrees();
}

/// A seat that ends on one node ends the download on the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seat_that_ends_on_one_node_stops_a_download_on_another() {
    let mut firms = Firms::new().await;
    if !firms.several() {
        return;
    }
    let first = Served::start(&firms.firm);
    let second = firms.node(|toml| toml);
    let mut lead = first.as_person(&firms.firm.ann);
    let bytes = noise(64_000_000);
    lead.tus(firms.firm.matter, "bundle.bin", &bytes).await.unwrap().expect(204);
    let list = lead.get(&format!("/api/v1/matters/{}/records", firms.firm.matter)).await.expect(200).json();
    let id = list["items"][0]["id"].as_str().unwrap().to_owned();
    let mut there = second.as_person(&firms.firm.ann);
    let content = format!("/api/v1/records/{id}/content");
    let mut running = there.open(Method::GET, &content, &[], full("")).await.unwrap();
    assert_eq!(running.status().as_u16(), 200);
    // the token with which it runs is taken away on the other node
    let mut page = first.as_browser(&firms.firm.ann);
    let tokens: Value = page.get("/api/v1/tokens").await.expect(200).json();
    let token = tokens["items"][0]["id"].as_str().unwrap().to_owned();
    let headers = [("if-match", "*"), ("x-csrf-token", ""), ("origin", "http://localhost:8080")];
    let ended = lead.send(Method::DELETE, &format!("/api/v1/tokens/{token}"), &headers, full("")).await;
    ended.unwrap().expect(204);
    let gone = Instant::now();
    until("a second", async || {
        assert_eq!(there_answers(&second, &firms.firm).await, 401);
        gone.elapsed() > Duration::from_secs(1)
    })
    .await;
    let mut read = 0;
    let broken = loop {
        match http_body_util::BodyExt::frame(&mut running).await {
            Some(Ok(frame)) => read += frame.data_ref().map_or(0, bytes::Bytes::len),
            Some(Err(_)) => break true,
            None => break false,
        }
    };
    assert!(broken && read < bytes.len(), "{read} of {} bytes came", bytes.len());
    eprintln!("{read} bytes of {} had left", bytes.len());
}

async fn there_answers(served: &Served, firm: &Firm) -> u16 {
    served.as_person(&firm.ann).get("/api/v1/me").await.status.as_u16()
}
