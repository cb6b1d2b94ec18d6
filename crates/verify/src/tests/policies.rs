//! c2sp.org/tlog-policy: what quorums ask for, and what is not a policy.

use strongroom_tlog::{KeyKind, Receipt};

use super::{Desk, ORIGIN, TestKey, TestLog, vkey};
use crate::Failure;

fn witness(n: u8) -> String {
    vkey(&format!("w{n}.example"), KeyKind::Cosignature, 10 + n).to_string()
}

fn witnesses() -> String {
    (1..=6).map(|n| format!("witness w{n} {}\n", witness(n))).collect()
}

/// A receipt that these witnesses have cosigned.
fn desk(by: &[u8]) -> Desk {
    let mut receipt: Receipt = TestLog::new(5).receipt(2);
    for n in by {
        let note = &mut receipt.proof.checkpoint;
        note.cosign(
            &format!("w{n}.example"),
            strongroom_tlog::KeyKind::Cosignature,
            1_700_000_000,
            &TestKey::new(10 + n),
        )
        .unwrap();
    }
    let desk = Desk::new();
    desk.file("receipt", receipt.to_string());
    desk
}

fn met(quorum: &str, by: &[u8]) -> bool {
    let desk = desk(by);
    desk.file("policy", format!("{}{quorum}", witnesses()));
    match desk.run("receipt @receipt --vkey @vkey --policy @policy") {
        Ok(_) => true,
        Err(Failure::NotVerified(why)) => {
            assert!(why.contains("lacks the cosignatures"), "{why}");
            false
        }
        other => panic!("{quorum}: {other:?}"),
    }
}

#[test]
fn quorums() {
    assert!(met("quorum none\n", &[]));
    assert!(!met("quorum w1\n", &[]));
    assert!(met("quorum w1\n", &[1]));
    assert!(!met("quorum w1\n", &[2]));
    let two_levels = "group X 2 w1 w2 w3\ngroup Y any w4 w5 w6\ngroup XY all X Y\nquorum XY\n";
    assert!(met(two_levels, &[1, 3, 5]));
    assert!(!met(two_levels, &[1, 2, 3]));
    assert!(!met(two_levels, &[1, 4, 5, 6]));
    assert!(!met("group A all w1 w2\nquorum A\n", &[1]));
    assert!(!met("group A 2 w1 w2\nquorum A\n", &[1, 1]), "one witness twice is one witness");
    let spaced = "# comment\n\n \t# another\n group\tA  any   w1 \t\nquorum A \n";
    assert!(met(spaced, &[1]));
}

#[test]
fn a_policy_names_logs_and_narrows_the_keys() {
    let desk = desk(&[]);
    let log = vkey(ORIGIN, KeyKind::Ed25519, 1);
    let other = vkey(ORIGIN, KeyKind::Ed25519, 2);
    desk.file("policy", format!("log {other}\nlog {log} https://example.invalid/ledger\nquorum none\n"));
    assert!(desk.run("receipt @receipt --policy @policy").is_ok());
    assert!(desk.run("receipt @receipt --vkey @vkey --policy @policy").is_ok());
    desk.file("policy", format!("log {other}\nquorum none\n"));
    desk.refused("receipt @receipt --policy @policy");
    let both = desk.run("receipt @receipt --vkey @vkey --policy @policy");
    assert!(matches!(both, Err(Failure::Usage(_))), "no key is in both: {both:?}");
}

#[test]
fn what_is_not_a_policy_is_refused_whole() {
    let desk = desk(&[1]);
    let log = vkey(ORIGIN, KeyKind::Ed25519, 1);
    for bad in [
        "",
        "quorum w1",
        "quorum w9\n",
        "quorum w1\nquorum w1\n",
        "quorum none\nquorum none\n",
        "group w1 any w2\nquorum w1\n",
        "group none any w2\nquorum none\n",
        "group A any\nquorum A\n",
        "group A 0 w1\nquorum A\n",
        "group A 2 w1\nquorum A\n",
        "group A 01 w1\nquorum A\n",
        "group A most w1\nquorum A\n",
        "group A any w1 w1\nquorum A\n",
        "group A any w1\ngroup B any w1\nquorum A\n",
        "group A any B\ngroup B any w1\nquorum A\n",
        "group A any none\nquorum A\n",
        "quorum A\ngroup A any w1\n",
        "quorum w1\r\n",
        "quorum w1 # comment\n",
        "weather fine\nquorum w1\n",
        &format!("witness again {}\nquorum w1\n", witness(1)),
        &format!("witness bad {log}\nquorum w1\n"),
        &format!("log {}\nquorum w1\n", witness(7)),
        &format!("log {log}\nlog {log}\nquorum w1\n"),
        &format!("log {log} url more\nquorum w1\n"),
        "log x\nquorum w1\n",
    ] {
        desk.file("policy", format!("{}{bad}", witnesses()));
        let outcome = desk.run("receipt @receipt --vkey @vkey --policy @policy");
        assert!(matches!(outcome, Err(Failure::Usage(_))), "{bad:?}: {outcome:?}");
    }
}
