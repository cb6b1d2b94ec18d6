//! A blob cut, changed, exchanged with another matter's or lost: that record says so, `check` names it and the
//! repair, and nothing else suffers.

use std::path::{Path, PathBuf};

use serde_json::json;
use strongroom_client::http::full;

use crate::served::{Firm, Served};

/// The one blob of a content of this many bytes: header, chunks and a tag for each.
fn blob_of(blobs: &Path, size: usize) -> PathBuf {
    let sealed = strongroom_seal::chunked::ciphertext_len(size as u64);
    let mut found = Vec::new();
    for shard in std::fs::read_dir(blobs).unwrap().flatten().filter(|s| s.path().is_dir()) {
        for blob in std::fs::read_dir(shard.path()).unwrap().flatten() {
            if blob.metadata().unwrap().len() == sealed {
                found.push(blob.path());
            }
        }
    }
    assert_eq!(found.len(), 1, "one blob of {sealed} bytes");
    found.remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_record_says_so_and_nothing_else_suffers() {
    let firm = Firm::new().await;
    let served = Served::start(&firm);
    let (mut api, mut page) = (served.as_person(&firm.ann), served.as_browser(&firm.ann));
    let matter = api.get(&format!("/api/v1/matters/{}", firm.matter)).await.expect(200).json();
    let other = json!({ "client_id": matter["client_id"], "name": "Another", "reference": "A-2" });
    let kind = [("content-type", "application/json")];
    let other = api.send(hyper::Method::POST, "/api/v1/matters", &kind, full(other.to_string())).await;
    let other = other.unwrap().expect(201).json()["id"].as_str().unwrap().to_owned();
    let mut ids = Vec::new();
    let ours = firm.matter.to_string();
    let sizes = [
        (50_000, &ours),
        (50_001, &ours),
        (50_002, &ours),
        (50_003, &other),
        (50_004, &ours),
        (50_005, &ours),
    ];
    for (size, matter) in sizes {
        let path = format!("/api/v1/matters/{matter}/records");
        let bytes = vec![b'x'; size];
        let added = api.files(&path, &[(b"deed.txt", &bytes)]).await.unwrap().expect(201).json();
        ids.push(added["items"][0]["id"].as_str().unwrap().to_owned());
    }
    let blobs = firm.data().join("blobs");
    let place = |n: usize| blob_of(&blobs, 50_000 + n);
    let (cut, changed, ours, theirs, lost) = (place(0), place(1), place(2), place(3), place(4));
    let whole = std::fs::read(&cut).unwrap();
    std::fs::write(&cut, &whole[..whole.len() - 1]).unwrap();
    let mut bytes = std::fs::read(&changed).unwrap();
    bytes[20_000] ^= 1;
    std::fs::write(&changed, bytes).unwrap();
    // exchanged, and made the length that is expected, so that only the seal can tell
    let (mut a, mut b) = (std::fs::read(&ours).unwrap(), std::fs::read(&theirs).unwrap());
    b.pop();
    a.push(0);
    std::fs::write(&ours, b).unwrap();
    std::fs::write(&theirs, a).unwrap();
    std::fs::remove_file(&lost).unwrap();

    for (n, id) in ids.iter().enumerate().take(5) {
        let content = format!("/api/v1/records/{id}/content");
        let answer = api.get(&content).await.expect(500).json();
        assert_eq!(answer["type"], "/problems/damaged", "{n}: {answer}");
        assert!(answer["detail"].as_str().unwrap().len() > 20, "{answer}");
        let html = page.get(&format!("/records/{id}")).await.expect(200).text();
        assert!(html.contains("deed"), "the record's page stands without its bytes");
        let framed = page.get(&format!("/records/{id}/preview/1")).await;
        assert!(
            framed.text().contains("not what was written") || framed.text().contains("not what came in"),
            "{n}: {} {}",
            framed.status,
            framed.text()
        );
    }
    let sound = &ids[5];
    assert_eq!(api.get(&format!("/api/v1/records/{sound}/content")).await.expect(200).body.len(), 50_005);
    api.get(&format!("/api/v1/matters/{}/records", firm.matter)).await.expect(200);

    let told = firm.run(&["check", "--deep"]);
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    assert_eq!(told.status.code(), Some(1), "{text}");
    for id in &ids[..5] {
        let line =
            text.lines().position(|l| l.contains(id.as_str())).unwrap_or_else(|| panic!("{id}: {text}"));
        assert!(text.lines().nth(line + 1).unwrap().contains("repair: "), "{text}");
    }
    assert!(!text.contains(sound.as_str()) && !text.contains("deed"), "{text}");
    let log = served.stop();
    assert!(!log.contains("deed") && !log.contains("Another"), "{log}");
}
