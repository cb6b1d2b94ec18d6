//! The disk tells nothing: a firm with canary words in every field and file, then every byte below its
//! folder searched, as it is, as UTF-16, as base64, in hexadecimal and inflated.

use std::path::Path;

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use serde_json::json;
use strongroom_domain::kernel::actor::Role;
use strongroom_testkit::{CANARIES, TestFirm};

/// Every way in which a word may lie on a disk.
fn shapes(word: &str) -> Vec<Vec<u8>> {
    let plain = word.as_bytes().to_vec();
    let mut shapes = vec![
        plain.clone(),
        word.to_lowercase().into_bytes(),
        word.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        word.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        hex::encode(&plain).into_bytes(),
    ];
    // base64 of a longer text: the word's own letters at each of three offsets, without the ragged ends
    for lead in 0..3 {
        let padded = [&vec![b'x'; lead][..], &plain].concat();
        let text = BASE64.encode(&padded);
        let inner = &text[(lead * 4).div_ceil(3)..text.len() - 2];
        shapes.push(inner.as_bytes().to_vec());
    }
    shapes
}

fn inflated(bytes: &[u8]) -> Vec<Vec<u8>> {
    use std::io::Read as _;
    let mut found = Vec::new();
    for start in 0..bytes.len().saturating_sub(2) {
        let magic = &bytes[start..start + 2];
        if magic == [0x78, 0x9c] || magic == [0x78, 0xda] || magic == [0x1f, 0x8b] {
            let mut out = Vec::new();
            if flate2::read::ZlibDecoder::new(&bytes[start..]).take(1 << 20).read_to_end(&mut out).is_ok() {
                found.push(out);
            }
        }
    }
    found
}

fn walk(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, found);
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap_or_default()));
        }
    }
}

/// Where a canary lies in the open.
fn leaks(folder: &Path, words: &[&str]) -> Vec<String> {
    let mut files = Vec::new();
    walk(folder, &mut files);
    let mut leaks = Vec::new();
    for (name, bytes) in &files {
        let all: Vec<Vec<u8>> = std::iter::once(bytes.clone()).chain(inflated(bytes)).collect();
        for word in words {
            for shape in shapes(word) {
                let there = |b: &Vec<u8>| b.windows(shape.len()).any(|w| w.eq_ignore_ascii_case(&shape));
                if name.contains(word) || all.iter().any(there) {
                    leaks.push(format!("{word} in {name}"));
                }
            }
        }
    }
    leaks.dedup();
    leaks
}

async fn canary_firm() -> TestFirm {
    let f = TestFirm::new().await;
    let [one, two, three, four] = CANARIES else { panic!("four canaries") };
    let ann = f.person(&format!("Ann {two}"), Role::Partner).await;
    let (client, matter) = f.matter(&ann, &format!("{one} v. {three}")).await;
    let mut api = f.browser().token(&ann);
    let tag = api.get(&format!("/api/v1/clients/{client}")).await.expect(200).header("etag").to_owned();
    let headers = [("content-type", "application/json"), ("if-match", tag.as_str())];
    let change = json!({ "name": format!("{two} Holdings"), "reference": three });
    // the partner leads a matter of the client and so may rename it
    api.send(Method::PATCH, &format!("/api/v1/clients/{client}"), &headers, change.to_string().into())
        .await
        .expect(200);
    let body = format!("The secret of {one} is {four}. ").repeat(2_000);
    let path = format!("/api/v1/matters/{matter}/records");
    let folder = format!("{three}/{two}");
    let fields = [("folder", folder.as_str())];
    let added =
        api.files(&path, &fields, &[(&format!("{one}.txt"), body.as_bytes())]).await.expect(201).json();
    let id = added["items"][0]["id"].as_str().unwrap().to_owned();
    api.get(&format!("/api/v1/records/{id}/content")).await.expect(200);
    api.json(Method::POST, "/api/v1/matters/search", &json!({ "q": four })).await.expect(200);
    let tag = api.get(&format!("/api/v1/records/{id}")).await.expect(200).header("etag").to_owned();
    let headers = [("content-type", "application/json"), ("if-match", tag.as_str())];
    let change = json!({ "title": format!("About {four}") });
    api.send(Method::PATCH, &format!("/api/v1/records/{id}"), &headers, change.to_string().into())
        .await
        .expect(200);
    let padded = base64::engine::general_purpose::STANDARD;
    let meta = format!(
        "matter_id {},filename {}",
        padded.encode(matter.to_string()),
        padded.encode(format!("{four}.bin"))
    );
    let create =
        [("tus-resumable", "1.0.0"), ("upload-length", "1000000"), ("upload-metadata", meta.as_str())];
    let begun =
        api.send(Method::POST, "/api/v1/uploads", &create, axum::body::Body::empty()).await.expect(201);
    let place = begun.header("location").replace("http://localhost:8080", "");
    let patch = [
        ("tus-resumable", "1.0.0"),
        ("upload-offset", "0"),
        ("content-type", "application/offset+octet-stream"),
    ];
    api.send(Method::PATCH, &place, &patch, axum::body::Body::from(body)).await.expect(204);
    let ines = f.person("Ines Feld", Role::ComplianceOfficer).await;
    let wall = json!({
        "name": format!("Wall of {one}"), "reason": format!("Because of {two}."), "kind": "bars",
        "covers": { "clients": [], "matters": [matter] }, "staff": [ines.id], "groups": [],
    });
    f.browser().token(&ines).json(Method::POST, "/api/v1/walls", &wall).await.expect(201);
    f.room.sequence_all().await.unwrap();
    f
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_on_disk_tells_of_a_client() {
    if std::env::var_os("TEST_DATABASE_URL").is_some() {
        return; // the database's own folder is not ours to read; the blobs are swept on SQLite
    }
    let f = canary_firm().await;
    let found = leaks(&f.folder, CANARIES);
    assert!(found.is_empty(), "plaintext lies on disk: {found:#?}");
}

/// The search itself works: a column that is not sealed is found.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_search_finds_what_is_not_sealed() {
    if std::env::var_os("TEST_DATABASE_URL").is_some() {
        return;
    }
    let f = canary_firm().await;
    f.tamper("UPDATE matter SET sealed_name = CAST('QuillonBasalt v. Anyone' AS BLOB)").await;
    assert!(!leaks(&f.folder, CANARIES).is_empty());
    std::fs::write(f.folder.join("left-behind"), BASE64.encode("about oskelpotamia and others")).unwrap();
    assert!(leaks(&f.folder, &["oskelpotamia"]).iter().any(|l| l.contains("left-behind")));
}
