//! `import`, as it is typed: what it would do, what it does, what a second run leaves alone; and a folder of very
//! many files.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::served::{Firm, Served};

/// Runs `import` as Ann; its exit code, what it listed and what it said.
fn import(
    firm: &Firm,
    token: &Path,
    matter: &str,
    folder: &Path,
    more: &[&str],
) -> (Option<i32>, String, String) {
    let (folder, token) = (folder.display().to_string(), token.display().to_string());
    let mut words = vec!["import", &folder, "--matter", matter, "--token-file", &token];
    words.extend(more);
    let Output { status, stdout, stderr } = firm.run(&words);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (status.code(), text(&stdout), text(&stderr))
}

/// Ann's token in a file that only she can read, and an empty folder beside it.
fn desk(firm: &Firm) -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (token, files) = (folder.path().join("token"), folder.path().join("files"));
    std::fs::write(&token, &firm.ann.token).unwrap();
    let only_us = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&token, only_us).unwrap();
    std::fs::create_dir(&files).unwrap();
    (folder, token, files)
}

fn count(lines: &str, word: &str) -> usize {
    lines.lines().filter(|l| l.starts_with(word)).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_says_what_the_import_then_does() {
    let firm = Firm::new().await;
    let served = Served::start(&firm);
    let matter = firm.matter.to_string();
    let (_kept, token, files) = desk(&firm);
    std::fs::create_dir(files.join("Pleadings")).unwrap();
    for (name, text) in [
        ("Pleadings/complaint.txt", "the complaint"),
        ("Pleadings/answer.txt", "the answer"),
        ("copy of the answer.txt", "the answer"),
    ] {
        std::fs::write(files.join(name), text).unwrap();
    }

    let (code, listed, said) = import(&firm, &token, &matter, &files, &["--dry-run"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!((count(&listed, "would add"), count(&listed, "already")), (2, 1), "{listed}");
    assert!(said.contains("2 would be added, 1 already there, 0 unreadable; nothing was added"), "{said}");
    let mut api = served.as_person(&firm.ann);
    let path = format!("/api/v1/matters/{matter}/records");
    assert_eq!(api.get(&path).await.expect(200).json()["items"].as_array().unwrap().len(), 0);

    let (code, _, said) = import(&firm, &token, &matter, &files, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("2 added, 1 already there, 0 failed"), "{said}");

    let (code, listed, said) = import(&firm, &token, &matter, &files, &["--dry-run"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!((count(&listed, "would add"), count(&listed, "already")), (0, 3), "{listed}");
    assert!(listed.contains(" as rec_"), "{listed}");

    // what would be refused is refused now, and by the server's own answer
    let unknown = "mat_00000000000000000000000001";
    let (code, listed, said) = import(&firm, &token, unknown, &files, &["--dry-run"]);
    assert_eq!((code, listed.as_str()), (Some(3), ""), "{said}");
    assert!(said.contains("the matter"), "{said}");
    let head = api.get(&format!("/api/v1/matters/{matter}")).await.expect(200);
    let etag = head.header("etag").to_owned();
    let headers = [("content-type", "application/json"), ("if-match", etag.as_str())];
    let body = strongroom_client::http::full(r#"{"state":"closed"}"#);
    let path = format!("/api/v1/matters/{matter}");
    api.send(hyper::Method::PATCH, &path, &headers, body).await.unwrap().expect(200);
    let (code, _, said) = import(&firm, &token, &matter, &files, &["--dry-run"]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("would be refused"), "{said}");
    drop(served);
    firm.agrees();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_bytes_several_times_in_a_folder_are_filed_once() {
    let firm = Firm::new().await;
    let served = Served::start(&firm);
    let (_kept, token, files) = desk(&firm);
    // one that goes along with the request that begins it, one that is sent in parts
    for (name, bytes) in [("short", vec![7_u8; 5_000]), ("long", vec![9_u8; 900_000])] {
        for n in 0..4 {
            std::fs::write(files.join(format!("{name} {n}.bin")), &bytes).unwrap();
        }
    }
    let (code, listed, said) = import(&firm, &token, &firm.matter.to_string(), &files, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("2 added, 6 already there, 0 failed"), "{listed}{said}");
    served.stop();
    firm.agrees();
}

/// So many files in one folder: 300, or as many as `STRONGROOM_MANY` says (`scripts/bad-days`: 10,000).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_of_very_many_files_is_filed_whole_and_listed_page_by_page() {
    let asked = std::env::var_os("STRONGROOM_MANY").and_then(|n| n.into_string().ok()?.parse().ok());
    let many = asked.unwrap_or(300_usize);
    let firm = Firm::new().await;
    let served = Served::start(&firm);
    let matter = firm.matter.to_string();
    let (_kept, token, files) = desk(&firm);
    for n in 0..many {
        let folder = files.join(format!("Box {:02}", n % 40));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("paper {n:05}.txt")), format!("paper number {n}")).unwrap();
    }
    let (code, listed, said) = import(&firm, &token, &matter, &files, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(count(&listed, "added"), many, "{said}");

    // each once, over all pages
    let mut api = served.as_person(&firm.ann);
    let mut seen = std::collections::BTreeSet::new();
    let mut next = format!("/api/v1/matters/{matter}/records?limit=200");
    loop {
        let page = api.get(&next).await.expect(200).json();
        for record in page["items"].as_array().unwrap() {
            assert!(seen.insert(record["filename"].as_str().unwrap().to_owned()), "{record} came twice");
        }
        match page["next"].as_str() {
            Some(after) => next = format!("/api/v1/matters/{matter}/records?limit=200&after={after}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), many);
    let told = served.kib("VmHWM:");
    eprintln!("{many} files; the server held {told} KiB at most");
    served.stop();
    firm.agrees();
}
