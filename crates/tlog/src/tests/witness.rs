//! Policies, and what a witness signs.

use super::TestKey;
use crate::append::Appender;
use crate::checkpoint::Checkpoint;
use crate::merkle::leaf_hash;
use crate::note::{KeyKind, Signer as _, Verified, VerifierKey};
use crate::policy::{Policy, PolicyError};
use crate::tile::{TileMap, consistency_proof};
use crate::witness::{AddCheckpoint, Refusal};

fn vkey(name: &str, n: u8, kind: KeyKind) -> String {
    VerifierKey::new(name, kind, TestKey::new(n).public()).unwrap().to_string()
}

fn policy(rest: &str) -> Result<Policy, PolicyError> {
    let [a, b, c] = [1, 2, 3].map(|n| vkey(&format!("w{n}.example"), n, KeyKind::Cosignature));
    let log = vkey("log.example/ledger", 9, KeyKind::Ed25519);
    Policy::parse(&format!(
        "# ours\nlog {log}\nwitness a {a} https://w1.example/\nwitness b {b}\nwitness c {c}\n{rest}\n"
    ))
}

#[test]
fn two_of_three_are_two_of_three() {
    let policy = policy("group both 2 a b c\nquorum both").unwrap();
    assert_eq!(policy.witnesses[0].url.as_deref(), Some("https://w1.example/"));
    let keys: Vec<VerifierKey> = policy.witnesses.iter().map(|w| w.key.clone()).collect();
    let by = |which: &[usize]| -> Vec<Verified<'_>> {
        which.iter().map(|n| Verified { key: &keys[*n], timestamp: Some(1) }).collect()
    };
    assert!(!policy.is_met(&by(&[])) && !policy.is_met(&by(&[1])) && !policy.is_met(&by(&[1, 1])));
    assert!(policy.is_met(&by(&[0, 2])) && policy.is_met(&by(&[0, 1, 2])));
}

#[test]
fn a_policy_that_is_not_understood_is_refused_with_its_line() {
    let wrong = [
        ("quorum nobody", 6),
        ("group g 4 a b c\nquorum g", 6),
        ("group g 0 a\nquorum g", 6),
        ("group g any a a\nquorum g", 6),
        ("group g all a b\ngroup h all a\nquorum h", 7),
        ("quorum a\nquorum b", 7),
        ("witness a x", 6),
        ("rule", 6),
        ("", 7),
    ];
    for (rest, line) in wrong {
        assert_eq!(policy(rest).unwrap_err().line, line, "{rest}");
    }
    assert!(policy("quorum none").unwrap().is_met(&[]));
    let log = vkey("log.example/ledger", 1, KeyKind::Ed25519);
    assert!(Policy::parse(&format!("witness a {log}\nquorum a\n")).is_err(), "a log's key for a witness");
}

const ORIGIN: &str = "log.example/ledger";

/// A log of so many entries, and its tiles; `seed` makes another history.
fn log(size: u64, seed: u8) -> (Checkpoint, TileMap) {
    let mut appender = Appender::new();
    let leaves: Vec<_> = (0..size).map(|n| leaf_hash(&[&[seed][..], &n.to_be_bytes()].concat())).collect();
    let mut tiles = TileMap::new();
    for tile in appender.append(&leaves).unwrap() {
        tiles.insert(tile.path, tile.bytes).unwrap();
    }
    let (origin, root) = (ORIGIN.to_owned(), appender.root());
    (Checkpoint { origin, size, root, extensions: Vec::new() }, tiles)
}

fn keys() -> [VerifierKey; 1] {
    [VerifierKey::new(ORIGIN, KeyKind::Ed25519, TestKey::new(9).public()).unwrap()]
}

fn request(old: u64, to: &Checkpoint, tiles: &TileMap) -> AddCheckpoint {
    let proof =
        if old == 0 || old >= to.size { Vec::new() } else { consistency_proof(old, to.size, tiles).unwrap() };
    let request = AddCheckpoint { old, proof, checkpoint: to.sign(&TestKey::new(9)).unwrap() };
    assert_eq!(AddCheckpoint::parse(&request.to_string()), Ok(request.clone()));
    request
}

#[test]
fn a_witness_signs_what_goes_on_and_nothing_else() {
    let (three, _) = log(3, 0);
    let (seven, tiles) = log(7, 0);
    let (other, of_other) = log(7, 1);
    let nothing = (0, [0; 32]);
    let known = (3, three.root);
    assert_eq!(request(0, &three, &tiles).decide(nothing, &keys()), Ok(three.clone()));
    assert_eq!(request(3, &seven, &tiles).decide(known, &keys()), Ok(seven.clone()));
    // once more, for whoever did not hear the answer
    assert_eq!(request(7, &seven, &tiles).decide((7, seven.root), &keys()), Ok(seven.clone()));
    // the log asks from another size than the witness knows; it is told which
    assert_eq!(request(0, &seven, &tiles).decide(known, &keys()), Err(Refusal::Conflict(3)));
    assert_eq!(request(3, &three, &tiles).decide((7, seven.root), &keys()), Err(Refusal::Conflict(7)));
    // another history
    assert_eq!(request(3, &other, &of_other).decide(known, &keys()), Err(Refusal::Forked));
    assert_eq!(request(7, &other, &of_other).decide((7, seven.root), &keys()), Err(Refusal::Conflict(7)));
    // not the log's own
    let mut strange = request(3, &seven, &tiles);
    strange.checkpoint = seven.sign(&TestKey::new(8)).unwrap();
    assert_eq!(strange.decide(known, &keys()), Err(Refusal::NotSigned));
    let mut turned = request(3, &seven, &tiles);
    turned.old = 8;
    assert!(matches!(turned.decide(known, &keys()), Err(Refusal::Malformed(_))));
}

#[test]
fn a_request_has_one_spelling() {
    let (seven, tiles) = log(7, 0);
    let text = request(3, &seven, &tiles).to_string();
    let spoilt = [
        text.replacen("old 3", "old 03", 1),
        text.replacen("old 3", "old 3 ", 1),
        text.replacen("old 3\n", "", 1),
        text.replacen("\n\n", "\n", 1),
        text.replacen("old 3\n", &format!("old 3\n{}", "AAAA\n"), 1),
        format!(
            "old 3\n{}\n{}",
            format!("{}\n", text.lines().nth(1).unwrap()).repeat(64),
            seven.sign(&TestKey::new(9)).unwrap()
        ),
    ];
    for text in spoilt {
        assert!(matches!(AddCheckpoint::parse(&text), Err(Refusal::Malformed(_))), "{text}");
    }
}

/// A witness of the kind that quantum computers do not forge; the message as the specification has it, byte for byte.
#[test]
fn an_ml_dsa_cosignature_is_over_what_the_specification_says() {
    use aws_lc_rs::signature::{KeyPair as _, ML_DSA_44_SIGNING, PqdsaKeyPair};

    struct MlDsa(PqdsaKeyPair, std::cell::RefCell<Vec<u8>>);
    impl crate::note::Signer for MlDsa {
        fn sign(&self, message: &[u8]) -> Vec<u8> {
            self.1.replace(message.to_vec());
            let mut out = vec![0; ML_DSA_44_SIGNING.signature_len()];
            self.0.sign(message, &mut out).unwrap();
            out
        }
        fn public(&self) -> Vec<u8> {
            self.0.public_key().as_ref().to_vec()
        }
    }
    let own = MlDsa(PqdsaKeyPair::from_seed(&ML_DSA_44_SIGNING, &[4; 32]).unwrap(), Vec::new().into());
    let (seven, _) = log(7, 0);
    let mut note = seven.sign(&TestKey::new(9)).unwrap();
    note.cosign("w.example", KeyKind::MlDsa44, 1_700_000_000, &own).unwrap();
    let expected = [
        b"subtree/v1\n\0\x09w.example".as_slice(),
        &[0, 0, 0, 0, 0x65, 0x53, 0xf1, 0],
        b"\x12log.example/ledger",
        &[0; 8],
        &[0, 0, 0, 0, 0, 0, 0, 7],
        &seven.root,
    ]
    .concat();
    assert_eq!(*own.1.borrow(), expected);
    let key = VerifierKey::new("w.example", KeyKind::MlDsa44, own.public()).unwrap();
    assert_eq!(VerifierKey::parse(&key.to_string()), Ok(key.clone()));
    let read = crate::note::Note::parse(note.to_string().as_bytes()).unwrap();
    let keys = [key];
    assert_eq!(read.verify(&keys).unwrap()[0].timestamp, Some(1_700_000_000));
    let mut other = log(7, 1).0.sign(&TestKey::new(9)).unwrap();
    other.add_signature(note.signatures()[1].clone()).unwrap();
    assert!(other.verify(&keys).is_err(), "it is over this tree and no other");
}
