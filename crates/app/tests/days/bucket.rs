//! Contents in a bucket of an S3-compatible store: what goes in comes out, and a store that fails is said and loses
//! nothing.

use std::time::Duration;

use hyper::Method;
use s3::{Mood, Store};
use strongroom_client::http::full;

use crate::served::{Firm, Served};

/// The firm's contents lie in this store from now on.
pub(crate) fn into_bucket(firm: &Firm, endpoint: &str) {
    let key = firm.data().join("s3.key");
    std::fs::write(&key, s3::SECRET_KEY).unwrap();
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    firm.configure(&format!(
        "[s3]\nendpoint = {endpoint:?}\nbucket = {:?}\nprefix = \"marsh\"\naccess_key = {:?}\nsecret_key_file = \"s3.key\"",
        s3::BUCKET,
        s3::ACCESS_KEY
    ));
}

fn noise(len: usize) -> Vec<u8> {
    (0..len).map(|i| u8::try_from((i * 31 + i / 257) % 251).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_into_a_bucket_comes_out_and_a_store_that_fails_loses_nothing() {
    let (firm, store) = (Firm::new().await, Store::start().await);
    into_bucket(&firm, &store.endpoint());
    let served = Served::start(&firm);
    let mut api = served.as_person(&firm.ann);
    let path = format!("/api/v1/matters/{}/records", firm.matter);
    // larger than a part, in two parts of tus
    let bytes = noise(20_000_000);
    api.tus(firm.matter, "bundle.bin", &bytes).await.unwrap().expect(204);
    let list = api.get(&path).await.expect(200).json();
    let id = list["items"][0]["id"].as_str().unwrap().to_owned();
    let content = format!("/api/v1/records/{id}/content");
    assert!(api.get(&content).await.expect(200).body == bytes);
    let range = [("range", "bytes=10000000-10001023")];
    let middle = api.send(Method::GET, &content, &range, full("")).await.unwrap().expect(206);
    assert_eq!(middle.body, bytes[10_000_000..10_001_024]);
    let shards = std::fs::read_dir(store.objects().join("marsh")).unwrap().count();
    assert!(shards >= 2, "the mark and a shard");
    // the testkit made the folder; nothing went into it
    let mut in_folder = std::fs::read_dir(firm.data().join("blobs")).unwrap().flatten();
    assert!(in_folder.all(|e| ["temp", "strongroom-blobs"].map(Into::into).contains(&e.file_name())));

    // it fails, and says so; what needs no content goes on
    for mood in [Mood::Status(500), Mood::Status(403)] {
        store.set(mood);
        assert_eq!(api.get(&content).await.status.as_u16(), 503, "{mood:?}");
        let refused = api.files(&path, &[(b"late.txt", b"too late")]).await.unwrap();
        assert_eq!(refused.status.as_u16(), 503, "{mood:?}: {}", refused.text());
        assert_eq!(api.get("/readyz").await.status.as_u16(), 503, "{mood:?}");
        assert_eq!(api.get(&path).await.expect(200).json()["items"].as_array().unwrap().len(), 1);
    }
    // a body that ends early breaks the download, or is asked for again; it is never a shorter answer
    store.set(Mood::Short(300_000));
    if let Ok(answer) = api.send(Method::GET, &content, &[], full("")).await {
        assert_ne!(answer.status.as_u16(), 200, "{} bytes", answer.body.len());
    }
    store.set(Mood::Slow(Duration::from_millis(100)));
    let slow = api.files(&path, &[(b"slow.txt", b"in time")]).await.unwrap().expect(201).json();
    store.set(Mood::Well);
    assert!(api.get(&content).await.expect(200).body == bytes);
    let slow = slow["items"][0]["id"].as_str().unwrap();
    let words = api.get(&format!("/api/v1/records/{slow}/content")).await.expect(200).body;
    assert_eq!(words, b"in time");
    served.stop();
    firm.agrees();

    // an object that the store loses is named, and nothing else suffers
    let mut largest = (0, std::path::PathBuf::new());
    for shard in std::fs::read_dir(store.objects().join("marsh")).unwrap().flatten() {
        for object in std::fs::read_dir(shard.path()).into_iter().flatten().flatten() {
            let size = object.metadata().unwrap().len();
            largest = largest.max((size, object.path()));
        }
    }
    std::fs::remove_file(&largest.1).unwrap();
    let told = firm.run(&["check", "--deep"]);
    assert_eq!(told.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&told.stdout).contains(&id), "{told:?}");
}
