//! `log`: whole folders and URLs, and the first bad index of damaged ones.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use strongroom_tlog::bundle;

use super::{Desk, TestKey, TestLog};
use crate::Failure;

const LOG: &str = "log @log --vkey @vkey";

#[test]
fn whole_logs_of_many_sizes_verify() {
    for size in [0, 1, 2, 255, 256, 257, 511, 512, 700] {
        let report = Desk::with(&TestLog::new(size)).run(LOG).unwrap();
        assert!(report.contains(&format!("all {size} entries")), "{report}");
        assert!(report.contains("compare it with the paper"), "{report}");
    }
}

#[test]
fn a_log_of_three_levels_verifies_and_its_upper_tiles_count() {
    let mut log = TestLog::of((0u32..66_000).map(|i| i.to_be_bytes().to_vec()).collect());
    assert!(Desk::with(&log).run(LOG).is_ok());
    log.files.get_mut("tile/2/000.p/1").unwrap()[0] ^= 1;
    let why = Desk::with(&log).refused(LOG);
    assert!(why.contains("tile/2/000.p/1 has a wrong hash over entries 0 to 65535"), "{why}");
}

/// Damages a log of 700 entries and reads what is said.
fn refused(damage: impl FnOnce(&mut TestLog)) -> String {
    let mut log = TestLog::new(700);
    damage(&mut log);
    Desk::with(&log).refused(LOG)
}

#[test]
fn the_first_bad_entry_is_named() {
    // a changed byte, where all later entries still parse
    let why = refused(|log| log.files.get_mut("tile/entries/001").unwrap()[2] ^= 1);
    assert!(why.contains("entry 256 "), "{why}");
    // a changed length, after which nothing parses as it should
    let why = refused(|log| log.files.get_mut("tile/entries/001").unwrap()[1] ^= 1);
    assert!(why.contains("entry 256 "), "{why}");
    let why = refused(|log| log.files.get_mut("tile/0/001").unwrap()[5 * 32] ^= 1);
    assert!(why.contains("entry 261 "), "{why}");
    let why = refused(|log| drop(log.files.remove("tile/entries/002.p/188")));
    assert!(why.contains("has entry 512 is missing"), "{why}");
    let why = refused(|log| log.files.get_mut("tile/entries/002.p/188").unwrap().truncate(100));
    assert!(why.contains("entry 512 is cut off"), "{why}");
    let why = refused(|log| log.files.get_mut("tile/entries/001").unwrap().push(0));
    assert!(why.contains("goes on after entry 511"), "{why}");
    let why = refused(|log| log.files.get_mut("tile/1/000.p/2").unwrap()[40] ^= 1);
    assert!(why.contains("over entries 256 to 511"), "{why}");
    let why = refused(|log| drop(log.files.remove("tile/0/001")));
    assert!(why.contains("tile/0/001 is missing"), "{why}");
    let why = refused(|log| log.files.get_mut("tile/0/001").unwrap().truncate(8191));
    assert!(why.contains("from 256 on"), "{why}");
}

#[test]
fn a_log_made_anew_around_a_changed_entry_is_not_the_one_that_was_signed() {
    let why = refused(|log| {
        let mut entries = log.entries.clone();
        entries[300][0] ^= 1;
        let signed = log.files["checkpoint"].clone();
        *log = TestLog::of(entries);
        log.files.insert("checkpoint".into(), signed);
    });
    assert!(why.contains("first bad one is entry 0 or later"), "{why}");
}

#[test]
fn an_older_checkpoint_or_receipt_is_held_against_it() {
    let log = TestLog::new(700);
    let desk = Desk::with(&log);
    for size in [0, 1, 255, 256, 300, 699, 700] {
        desk.file("since", log.checkpoint(size).to_string());
        let report = desk.run(&format!("{LOG} --since @since")).unwrap();
        assert!(report.contains(&format!("the very {size} entries")), "{report}");
    }
    desk.file("since", log.receipt(3).to_string());
    assert!(desk.run(&format!("{LOG} --since @since")).unwrap().contains("the very 700 entries"));

    // the firm signed another history: each log alone is fine, the kept checkpoint tells
    let mut entries = log.entries.clone();
    entries[10].push(b' ');
    let other = TestLog::of(entries);
    desk.file("since", other.checkpoint(10).to_string());
    assert!(desk.run(&format!("{LOG} --since @since")).is_ok());
    for size in [11, 300, 700] {
        desk.file("since", other.checkpoint(size).to_string());
        let why = desk.refused(&format!("{LOG} --since @since"));
        assert!(why.contains(&format!("first {size} entries are not those")), "{why}");
    }
    desk.file("since", TestLog::new(701).checkpoint(701).to_string());
    assert!(desk.refused(&format!("{LOG} --since @since")).contains("the last are gone"));
    desk.file("since", log.checkpoint(300).to_string().replace("\n300\n", "\n301\n"));
    assert!(desk.refused(&format!("{LOG} --since @since")).contains("--since"));
}

#[test]
fn size_and_key_are_checked() {
    let desk = Desk::with(&TestLog::new(10));
    assert!(desk.run(&format!("{LOG} --at-least 10")).is_ok());
    assert!(desk.refused(&format!("{LOG} --at-least 11")).contains("fewer than the 11"));
    desk.file("other", super::vkey(super::ORIGIN, strongroom_tlog::KeyKind::Ed25519, 2).to_string());
    assert!(desk.refused("log @log --vkey @other").contains("no key you gave"));
    assert!(desk.run("log @log --vkey @other --vkey @vkey").is_ok(), "a replaced key beside the new one");
}

#[test]
fn a_full_tile_stands_in_for_its_deleted_partial_one() {
    let mut log = TestLog::new(700);
    let later = TestLog::new(1024);
    for (partial, full) in
        [("tile/0/002.p/188", "tile/0/002"), ("tile/entries/002.p/188", "tile/entries/002")]
    {
        log.files.remove(partial).unwrap();
        log.files.insert(full.into(), later.files[full].clone());
    }
    assert!(Desk::with(&log).run(LOG).is_ok());
    log.files.get_mut("tile/entries/002").unwrap()[2] ^= 1;
    assert!(Desk::with(&log).refused(LOG).contains("entry 512"));
}

#[test]
fn a_witnessed_log_says_when() {
    let mut log = TestLog::new(5);
    let mut note = log.checkpoint(5);
    note.cosign("witness.example", strongroom_tlog::KeyKind::Cosignature, 1_709_210_096, &TestKey::new(8))
        .unwrap();
    log.files.insert("checkpoint".into(), note.to_string().into_bytes());
    let desk = Desk::with(&log);
    let witness = super::vkey("witness.example", strongroom_tlog::KeyKind::Cosignature, 8);
    desk.file("policy", format!("witness w {witness}\nquorum w\n"));
    let report = desk.run(&format!("{LOG} --policy @policy")).unwrap();
    assert!(report.contains("witnessed by witness.example at 2024-02-29T12:34:56Z"), "{report}");
}

/// Serves the log's files, the entries only to the bearer of `secret`, until the flag is set.
fn serve(log: &TestLog) -> (String, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/ledger/", listener.local_addr().unwrap());
    let (files, stop) = (log.files.clone(), Arc::new(AtomicBool::new(false)));
    let stopped = stop.clone();
    std::thread::spawn(move || {
        for stream in
            listener.incoming().map_while(Result::ok).take_while(|_| !stopped.load(Ordering::Relaxed))
        {
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let path = lines.next().unwrap_or_default();
            let path = path.split(' ').nth(1).unwrap_or_default().trim_start_matches("/ledger/").to_owned();
            let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let known = headers.iter().any(|h| h.eq_ignore_ascii_case("authorization: bearer secret"));
            let (status, body) = match files.get(&path) {
                Some(_) if path.contains("entries") && !known => (403, &b""[..]),
                Some(bytes) => (200, bytes.as_slice()),
                None => (404, &b""[..]),
            };
            let head =
                format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = (&stream).write_all(&[head.as_bytes(), body].concat());
        }
    });
    (url, stop)
}

#[test]
fn a_log_at_a_url_is_read_with_an_auditors_token() {
    let (url, stop) = serve(&TestLog::new(600));
    let desk = Desk::new();
    desk.file("token", "secret\n");
    let line = format!("log {url} --vkey @vkey");
    assert!(desk.run(&format!("{line} --token-file @token")).unwrap().contains("all 600 entries"));
    let Err(Failure::CouldNotRun(why)) = desk.run(&line) else { panic!("entries are not public") };
    assert!(why.contains("auditor's token"), "{why}");
    stop.store(true, Ordering::Relaxed);
}

#[test]
fn an_entry_of_the_greatest_length_verifies() {
    let log = TestLog::of(vec![vec![b'x'; 65_535]; 3]);
    assert!(bundle::parse(&log.files["tile/entries/000.p/3"], 3).is_ok());
    assert!(Desk::with(&log).run(LOG).is_ok());
}
