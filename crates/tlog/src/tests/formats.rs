//! Notes, checkpoints, proofs, receipts and bundles: what is written is read back, and each small deviation
//! is refused.

use proptest::prelude::*;

use super::TestKey;
use crate::append::Appender;
use crate::bundle::{self, BundleError, BundlePath};
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::merkle::leaf_hash;
use crate::note::{KeyKind, Note, NoteError, NoteSignature, Signer, VerifierKey};
use crate::proof::{Proof, TlogProofError};
use crate::receipt::{OpenedPart, Receipt};
use crate::tile::{self, TileMap};

const ORIGIN: &str = "demo.strongroom.invalid/ledger";

fn key(name: &str, kind: KeyKind, seed: u8) -> VerifierKey {
    VerifierKey::new(name, kind, TestKey::new(seed).public()).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: ORIGIN.into(), size: 7, root: [9; 32], extensions: vec![] }
}

fn proof() -> Proof {
    let entries: Vec<String> = (0..300).map(|i| format!("entry {i}")).collect();
    let leaves: Vec<_> = entries.iter().map(|e| leaf_hash(e.as_bytes())).collect();
    let (mut appender, mut tiles) = (Appender::new(), TileMap::new());
    for tile in appender.append(&leaves).unwrap() {
        tiles.insert(tile.path, tile.bytes).unwrap();
    }
    let checkpoint =
        Checkpoint { origin: ORIGIN.into(), size: 300, root: appender.root(), extensions: vec![] };
    Proof {
        extra: Some(entries[258].clone().into_bytes()),
        index: 258,
        path: tile::inclusion_proof(258, 300, &tiles).unwrap(),
        checkpoint: checkpoint.sign(&TestKey::new(1)).unwrap(),
    }
}

#[test]
fn a_signed_checkpoint_opens_with_the_logs_key_and_reports_witnesses() {
    let mut note = checkpoint().sign(&TestKey::new(1)).unwrap();
    note.cosign("witness.example/w1", KeyKind::Cosignature, 1_679_315_147, &TestKey::new(2)).unwrap();
    note.sign("stranger.example", &TestKey::new(3)).unwrap();
    let read = Note::parse(note.to_string().as_bytes()).unwrap();
    assert_eq!(read, note);
    let log = key(ORIGIN, KeyKind::Ed25519, 1);
    let witness = key("witness.example/w1", KeyKind::Cosignature, 2);
    let keys = [log.clone(), witness.clone()];
    let opened = Checkpoint::open(&read, &keys).unwrap();
    assert_eq!(opened.checkpoint, checkpoint());
    let signed: Vec<_> = opened.verified.iter().map(|v| (v.key.name(), v.timestamp)).collect();
    assert_eq!(signed, [(ORIGIN, None), ("witness.example/w1", Some(1_679_315_147))]);

    // the witness alone is not the log, and neither is the same key as a witness, or under another name
    assert_eq!(Checkpoint::open(&read, &[witness]), Err(CheckpointError::NotSignedByLog));
    let same_key_cosigning = [key(ORIGIN, KeyKind::Cosignature, 1)];
    assert_eq!(
        Checkpoint::open(&read, &same_key_cosigning),
        Err(CheckpointError::Note(NoteError::NoKnownSignature))
    );
    assert_eq!(read.verify(&[key("else.example", KeyKind::Ed25519, 1)]), Err(NoteError::NoKnownSignature));
    assert_eq!(read.verify(&[]), Err(NoteError::NoKnownSignature));
    let stranger = [key("stranger.example", KeyKind::Ed25519, 3)];
    assert_eq!(Checkpoint::open(&read, &stranger), Err(CheckpointError::NotSignedByLog));
}

#[test]
fn a_bad_signature_of_a_known_key_spoils_the_note_beside_a_good_one() {
    let mut note = checkpoint().sign(&TestKey::new(1)).unwrap();
    let witness = key("w.example", KeyKind::Cosignature, 2);
    let bad = NoteSignature { name: "w.example".into(), key_id: witness.key_id(), bytes: vec![0; 72] };
    note.add_signature(bad).unwrap();
    let log = key(ORIGIN, KeyKind::Ed25519, 1);
    assert!(note.verify(std::slice::from_ref(&log)).is_ok(), "unknown, so ignored");
    assert_eq!(note.verify(&[log, witness]), Err(NoteError::BadSignature("w.example".into())));
}

#[test]
fn a_cosignature_covers_its_time() {
    let mut note = checkpoint().sign(&TestKey::new(1)).unwrap();
    note.cosign("w.example", KeyKind::Cosignature, 1000, &TestKey::new(2)).unwrap();
    let mut line = note.signatures()[1].clone();
    line.bytes[7] ^= 1;
    let mut forged = checkpoint().sign(&TestKey::new(1)).unwrap();
    forged.add_signature(line).unwrap();
    assert!(forged.verify(&[key("w.example", KeyKind::Cosignature, 2)]).is_err());
    let line = NoteSignature::parse(&format!("{}\n", note.signatures()[1])).unwrap();
    assert_eq!(line, note.signatures()[1]);
    // tlog-cosignature: the time MUST NOT exceed 2^63 - 1
    note.cosign("w.example", KeyKind::Cosignature, 1 << 63, &TestKey::new(2)).unwrap();
    assert!(note.verify(&[key("w.example", KeyKind::Cosignature, 2)]).is_err());
}

#[test]
fn notes_that_are_not_notes() {
    let good = checkpoint().sign(&TestKey::new(1)).unwrap().to_string();
    assert!(Note::parse(good.as_bytes()).is_ok());
    let text = checkpoint().to_string();
    let line = good.strip_prefix(&format!("{text}\n")).unwrap();
    let many = |n: usize| format!("{text}\n{}", line.repeat(n));
    assert!(Note::parse(many(100).as_bytes()).is_ok());
    for bad in [
        many(101),
        many(0),
        text.clone(),
        good.trim_end().to_owned(),
        format!("{good}\n"),
        good.replace('\n', "\r\n"),
        good.replace("— ", "- "),
        good.replace("— ", "—  "),
        good.replace(&format!("— {ORIGIN}"), "— a+b"),
        good.replace(&format!("— {ORIGIN}"), "— a\u{2003}b"),
        good.replace("=\n\n", "=\n\t\n\n"),
        format!("{text}\n— a AAAA\n"),
        format!("{text}\n— a AAAA====\n"),
        format!("{text}\n— a AAAAAAB=\n"),
        format!("{text}\n— a AAAAAAA\n"),
        "x".repeat(2_000_000),
    ] {
        assert!(Note::parse(bad.as_bytes()).is_err(), "{bad:.300}");
    }
    assert!(Note::parse(&[0xff, b'\n', b'\n']).is_err());
    assert!(Note::unsigned("no newline").is_err());
}

#[test]
fn checkpoints_that_are_not_checkpoints() {
    let root = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=";
    assert_eq!(checkpoint().to_string(), format!("{ORIGIN}\n7\n{root}\n"));
    let extended = format!("o\n7\n{root}\nextension\n");
    assert_eq!(Checkpoint::parse(&extended).unwrap().to_string(), extended);
    for bad in [
        format!("\n7\n{root}\n"),
        format!("o\n07\n{root}\n"),
        format!("o\n+7\n{root}\n"),
        format!("o\n-7\n{root}\n"),
        format!("o\n\n{root}\n"),
        format!("o\n18446744073709551616\n{root}\n"),
        format!("o\n7\n{root}"),
        format!("o\n7\n{root}\n\n"),
        format!("o\n7\n{root}\n\nx\n"),
        "o\n7\nCQkJ\n".to_owned(),
        format!("o\n7\n{}l=\n", root.trim_end_matches("k=")),
        "o\n7\n".to_owned(),
        String::new(),
    ] {
        assert_eq!(Checkpoint::parse(&bad), Err(CheckpointError::Malformed), "{bad}");
    }
    let unwritable = Checkpoint { origin: "two\nlines".into(), ..checkpoint() };
    assert!(unwritable.sign(&TestKey::new(1)).is_err());
    let spaced = Checkpoint { origin: "a b".into(), ..checkpoint() };
    assert!(spaced.sign(&TestKey::new(1)).is_err(), "no key can be named so");
}

#[test]
fn vkeys() {
    let vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    let key = VerifierKey::parse(vkey).unwrap();
    assert_eq!(
        (key.to_string().as_str(), key.name(), key.kind()),
        (vkey, "example.com/foo", KeyKind::Ed25519)
    );
    for bad in [
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U0=",
        "example.com/foo+530d903a",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "",
    ] {
        assert!(VerifierKey::parse(bad).is_err(), "{bad}");
    }
    let witness = self::key("w.example", KeyKind::Cosignature, 5);
    assert_eq!(VerifierKey::parse(&witness.to_string()), Ok(witness));
}

#[test]
fn a_proof_and_a_receipt_verify_and_read_back() {
    let keys = [key(ORIGIN, KeyKind::Ed25519, 1)];
    let proof = proof();
    assert_eq!(Proof::parse(&proof.to_string()), Ok(proof.clone()));
    assert_eq!(proof.verify(&keys).unwrap().checkpoint.size, 300);
    let other = Proof { extra: Some(b"entry 257".to_vec()), ..proof.clone() };
    assert!(matches!(other.verify(&keys), Err(TlogProofError::Inclusion(_))));
    let bare = Proof { extra: None, ..proof.clone() };
    assert_eq!(bare.verify(&keys), Err(TlogProofError::NoEntry));
    assert!(bare.verify_leaf(&leaf_hash(b"entry 258"), &keys).is_ok());
    assert_eq!(Proof::parse(&bare.to_string()), Ok(bare));

    let part = OpenedPart { about: "rec_1".into(), bytes: [[1; 32].as_slice(), b"reason"].concat() };
    assert_eq!(part.part(), Some(b"reason".as_slice()));
    for opened in [vec![], vec![part.clone()], vec![part.clone(), part]] {
        let receipt = Receipt { proof: proof.clone(), opened };
        assert_eq!(Receipt::parse(&receipt.to_string()), Ok(receipt));
    }
}

#[test]
fn proofs_and_receipts_that_are_not() {
    let good = proof().to_string();
    let receipt = |section: &str| format!("{good}\nstrongroom-opened/v1\n{section}");
    assert!(Proof::parse(&receipt("opened a AAAA\n")).is_err(), "the companion is not part of the format");
    for bad in [
        good.replace("@v1", "@v2"),
        good.replace("extra ", "extra  "),
        good.replace("extra ", "extra !"),
        good.replace("index 258", "index 0258"),
        good.replace("index 258\n", ""),
        good.replace("index 258\n", "index 258\nAAAA\n"),
        good.replace("\n\ndemo", "\n\n\ndemo"),
        good.replacen("\n\ndemo", "\ndemo", 1),
        good.replace('\n', "\r\n"),
        format!("{good}\n"),
        receipt(""),
        receipt("\n"),
        receipt("opened a AAAA\n"),
        receipt(&format!("opened a {}", "AAAA".repeat(20))),
        receipt(&format!("opened  {}\n", "AAAA".repeat(20))),
        receipt(&format!("closed a {}\n", "AAAA".repeat(20))),
        receipt(&format!("opened a {}\n\n", "AAAA".repeat(20))),
    ] {
        assert!(Receipt::parse(&bad).is_err(), "{bad}");
    }
}

#[test]
fn bundles_hold_exactly_their_entries() {
    let mut bytes = Vec::new();
    for entry in [b"a".as_slice(), b"", &[7; 65_535]] {
        bundle::push_entry(&mut bytes, entry).unwrap();
    }
    assert_eq!(bundle::parse(&bytes, 3).unwrap(), [b"a".as_slice(), b"", &[7; 65_535]]);
    assert_eq!(bundle::parse(&bytes, 2), Err(BundleError::Trailing(65_537)));
    assert_eq!(bundle::parse(&bytes, 4), Err(BundleError::Truncated(3)));
    assert_eq!(bundle::parse(&bytes[..bytes.len() - 1], 3), Err(BundleError::Truncated(2)));
    assert_eq!(bundle::push_entry(&mut bytes, &[0; 65_536]), Err(BundleError::EntryTooLong(65_536)));
    let path = BundlePath::of_entry(258, 300).unwrap();
    assert_eq!(path.to_string(), "tile/entries/001.p/44");
    assert_eq!(BundlePath::parse("tile/entries/001.p/44"), Some(path));
    assert_eq!(path.tile().to_string(), "tile/0/001.p/44");
    assert_eq!(BundlePath::of_entry(300, 300), None);
    assert_eq!(BundlePath::of_entry(0, 300).unwrap().to_string(), "tile/entries/000");
}

proptest! {
    #[test]
    fn what_parses_is_written_back_byte_for_byte(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = Receipt {
            proof: proof(),
            opened: vec![OpenedPart { about: "rec_1".into(), bytes: vec![3; 50] }],
        }.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(text) = String::from_utf8(bytes) && let Ok(receipt) = Receipt::parse(&text) {
            prop_assert_eq!(receipt.to_string(), text);
        }
    }

    #[test]
    fn no_bytes_make_a_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), width in 0u16..300) {
        let _ = bundle::parse(&bytes, width);
        let _ = Note::parse(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        let _ = (Checkpoint::parse(&text), Receipt::parse(&text), VerifierKey::parse(&text));
    }
}
