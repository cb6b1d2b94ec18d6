//! G14 and G15: several nodes, and a bucket instead of a folder. Need PostgreSQL (`scripts/with-postgres`).

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use hyper::Request;
use s3::Store;
use strongroom_storage::blob::{BlobName, Blobs, Bucket};

use super::transfer::{form, noise};
use crate::Size;
use crate::load::{Talk, during};
use crate::report::{Goal, Line, Spread};
use crate::served::{Firm, Served, Tls};

fn into_bucket(store: &Store) -> String {
    format!(
        "[s3]\nendpoint = {:?}\nbucket = {:?}\nprefix = \"marsh\"\naccess_key = {:?}\nsecret_key_file = \"s3.key\"",
        store.endpoint(),
        s3::BUCKET,
        s3::ACCESS_KEY
    )
}

fn copy(from: &Path, to: &Path) {
    for name in ["seal.key", "s3.key", "strongroom.toml", "keyring", "keyring-2"] {
        let (from, to) = (from.join(name), to.join(name));
        if from.is_dir() {
            std::fs::create_dir(&to).expect("a folder");
            for file in ["keyring", "keyring.key"] {
                std::fs::copy(from.join(file), to.join(file)).expect("copied");
            }
        } else {
            std::fs::copy(from, to).expect("copied");
        }
    }
}

/// A firm whose contents lie in the store.
async fn firm(tls: &Tls, store: &Store) -> Firm {
    let firm = Firm::new().await;
    let key = firm.made.folder.join("s3.key");
    std::fs::write(&key, s3::SECRET_KEY).expect("written");
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("a mode");
    firm.configure(&firm.made.folder, Some(tls), &into_bucket(store));
    firm
}

fn kind(path: &str) -> hyper::http::request::Builder {
    Request::post(path).header("content-type", "multipart/form-data; boundary=b0undary7f2c")
}

/// G14.
pub async fn reads(size: Size) -> Vec<Line> {
    if std::env::var_os("TEST_DATABASE_URL").is_none() {
        return Vec::new();
    }
    let (tls, store) = (Tls::new(), Store::start().await);
    let firm = firm(&tls, &store).await;
    let first = Served::start(&firm.made.folder, Some(&tls), &firm.ann.token).await;
    let path = format!("/api/v1/matters/{}/records", firm.matter);
    let mut talk = first.target.talk().await;
    let made = talk.json(kind(&path), form("note.bin", std::iter::once(noise().slice(..1024)))).await;
    let page = Arc::new(format!("/api/v1/records/{}", made["items"][0]["id"].as_str().expect("a record")));
    let other = tempfile::tempdir().expect("a folder");
    copy(&firm.made.folder, other.path());
    let second = Served::start(other.path(), Some(&tls), &firm.ann.token).await;
    let read = |page: Arc<String>| {
        async move |talk: &mut Talk, _: usize| {
            talk.get(&page).await;
        }
    };
    let (mut one, mut two) = (Spread::default(), Spread::default());
    for _ in 0..size.rounds {
        one.add(during(&first.target, 16, size.seconds, read(page.clone())).await.rate());
        let (a, b) = tokio::join!(
            during(&first.target, 16, size.seconds, read(page.clone())),
            during(&second.target, 16, size.seconds, read(page.clone()))
        );
        two.add(a.rate() + b.rate());
    }
    let note = "both nodes, PostgreSQL, the store and the client share the two cores of this machine: a second node has nothing to run on";
    vec![
        Line::against(
            "logged reads of a record, two nodes",
            "/s",
            (two, "one node", one),
            Some(Goal::AtLeast(1.6)),
        )
        .with(note),
    ]
}

/// G15.
pub async fn uploads(size: Size) -> Vec<Line> {
    let (tls, store) = (Tls::new(), Store::start().await);
    let firm = firm(&tls, &store).await;
    let served = Served::start(&firm.made.folder, Some(&tls), &firm.ann.token).await;
    let path = format!("/api/v1/matters/{}/records", firm.matter);
    let mut talk = served.target.talk().await;
    let direct = Blobs::bucket(&Bucket {
        endpoint: store.endpoint(),
        bucket: s3::BUCKET.to_owned(),
        prefix: String::from("direct"),
        region: String::from("us-east-1"),
        access_key: s3::ACCESS_KEY.to_owned(),
        secret_key: s3::SECRET_KEY.to_owned(),
        virtual_host: false,
        allow_http: true,
    })
    .await
    .expect("the bucket opens");
    let noise = noise();
    let pieces = size.large / 4 / (64 << 10);
    let (mut ours, mut theirs) = (Spread::default(), Spread::default());
    for round in 0..size.rounds as u8 {
        let content = |noise: &Bytes| {
            let noise = noise.clone();
            (0..pieces as usize).map(move |n| noise.slice(n % 255 * (64 << 10)..(n % 255 + 1) * (64 << 10)))
        };
        let stamp = std::iter::once(Bytes::from(vec![round; 64]));
        let begun = Instant::now();
        talk.json(kind(&path), form("large.bin", stamp.chain(content(&noise)))).await;
        ours.add(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        let mut writer = direct.create(&BlobName::from_random([round + 1; 16]));
        for piece in content(&noise) {
            writer.write(piece).await.expect("written");
        }
        writer.commit().await.expect("there");
        theirs.add(begun.elapsed().as_secs_f64());
    }
    let what = format!("a file of {} MiB into a bucket", (size.large / 4) >> 20);
    vec![Line::against(what, "s", (ours, "direct", theirs), Some(Goal::AtMost(1.3)))]
}
