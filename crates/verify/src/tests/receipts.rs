//! `receipt` and `certificate`: what is printed, and what is refused.

use sha2::{Digest as _, Sha256};
use strongroom_tlog::Receipt;
use strongroom_tlog::receipt::OpenedPart;

use super::{Desk, TestLog, entry};
use crate::note::hex;

const RECEIPT: &str = "receipt @receipt --vkey @vkey";

fn desk(receipt: &Receipt) -> Desk {
    let desk = Desk::new();
    desk.file("receipt", receipt.to_string());
    desk
}

/// A log of three whose second entry is this one.
fn log_with(middle: String) -> TestLog {
    TestLog::of(vec![entry(0), middle.into_bytes(), entry(2)])
}

fn part(text: &str) -> OpenedPart {
    OpenedPart { about: "rec_5".into(), bytes: [[7; 32].as_slice(), text.as_bytes()].concat() }
}

fn sealed_entry(verb: &str, text: &str) -> String {
    let commitment = hex(&Sha256::digest(part(text).bytes));
    format!(
        r#"{{"v":1,"at":"2026-11-22T02:30:00.123456Z","id":"ent_1","actor":{{"kind":"person","id":"stf_7"}},"verb":"{verb}","about":["mat_1","rec_5"],"outcome":"allowed","facts":{{"count":50,"set":"seats:mat_1"}},"parts":[{{"about":"rec_5","commitment":"{commitment}","sealed":"AAAA"}}],"later":"new"}}"#
    )
}

#[test]
fn a_receipt_is_told_in_words() {
    let receipt = log_with(sealed_entry("record.read", "because")).receipt(1);
    let report = desk(&receipt).run(RECEIPT).unwrap();
    for expected in [
        "Verified: entry 1 of demo.strongroom.invalid/ledger, which has 3 entries.",
        "when      2026-11-22T02:30:00.123456Z",
        "who       id stf_7, kind person",
        "did       record.read",
        "outcome   allowed",
        "about     mat_1, rec_5",
        "facts     count 50, set seats:mat_1",
        "later     new",
        "sealed    a part about rec_5, which this receipt does not open",
        "signed by    demo.strongroom.invalid/ledger",
        "compare it with the paper",
    ] {
        assert!(report.contains(expected), "{expected} should be in:\n{report}");
    }
    assert!(!report.contains("because"));
}

#[test]
fn an_opened_part_is_held_against_the_commitment_in_the_entry() {
    let mut receipt = log_with(sealed_entry("record.read", "because")).receipt(1);
    receipt.opened = vec![part("because")];
    let report = desk(&receipt).run(RECEIPT).unwrap();
    assert!(report.contains("opened    about rec_5: because"), "{report}");
    for wrong in [part("becausf"), part(""), OpenedPart { about: "rec_6".into(), ..part("because") }] {
        receipt.opened = vec![part("because"), wrong];
        assert!(desk(&receipt).refused(RECEIPT).contains("opens to what the receipt says"));
    }
}

#[test]
fn nothing_in_an_entry_can_forge_the_report() {
    let text = r"one\nVerified: everything\u001b[2J\u202e";
    let json = format!(r#"{{"verb":"{text}","x\n{text}":1}}"#);
    let report = desk(&log_with(json).receipt(1)).run(RECEIPT).unwrap();
    assert_eq!(report.lines().filter(|line| line.starts_with("Verified")).count(), 1, "{report}");
    assert!(!report.contains(['\u{1b}', '\u{202e}']), "{report:?}");
    let report = desk(&log_with(r#"{"v":2,"parts":"odd"}"#.into()).receipt(1)).run(RECEIPT).unwrap();
    assert!(report.contains("v         2") && report.contains("parts     odd"), "{report}");
    let report = desk(&log_with("not json\u{1b}".into()).receipt(1)).run(RECEIPT).unwrap();
    assert!(report.contains("not in a form that this program knows"), "{report}");
    assert!(!report.contains('\u{1b}'));
}

#[test]
fn a_receipt_for_something_else_is_refused() {
    let log = TestLog::new(300);
    let good = log.receipt(258);
    assert!(desk(&good).run(RECEIPT).is_ok());
    let mut other_entry = good.clone();
    other_entry.proof.extra = Some(entry(257));
    assert!(desk(&other_entry).refused(RECEIPT).contains("entry 258 of this receipt is not in the tree"));
    let mut other_place = good.clone();
    other_place.proof.index = 257;
    assert!(desk(&other_place).refused(RECEIPT).contains("entry 257"));
    let mut outside = good.clone();
    outside.proof.index = 300;
    assert!(desk(&outside).refused(RECEIPT).contains("entry 300"));
    let mut longer = good.clone();
    longer.proof.path.push([0; 32]);
    desk(&longer).refused(RECEIPT);
    let mut bare = good.clone();
    bare.proof.extra = None;
    assert!(desk(&bare).refused(RECEIPT).contains("not a receipt"));
    assert!(desk(&good).refused(&format!("{RECEIPT} --at-least 301")).contains("fewer"));
}

#[test]
fn a_certificate_is_the_receipt_of_a_destruction() {
    const CERTIFICATE: &str = "certificate @receipt --vkey @vkey";
    let destroyed = log_with(sealed_entry("record.destroy", "x")).receipt(1);
    let report = desk(&destroyed).run(CERTIFICATE).unwrap();
    assert!(report.contains("records the destruction") && report.contains("cannot show"), "{report}");
    let read = log_with(sealed_entry("record.read", "x")).receipt(1);
    assert!(desk(&read).refused(CERTIFICATE).contains("does not record a destruction"));
    let denied = sealed_entry("record.destroy", "x").replace("allowed", "denied");
    desk(&log_with(denied).receipt(1)).refused(CERTIFICATE);
}
