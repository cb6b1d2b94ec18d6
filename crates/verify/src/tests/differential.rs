//! Two implementations, one verdict: over generated logs and receipts, whole and damaged at random, this
//! program and `strongroom-tlog` must agree. They share no code above SHA-256, Ed25519 and base64.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;
use strongroom_tlog::bundle::{self, BundlePath};
use strongroom_tlog::merkle::verify_consistency;
use strongroom_tlog::receipt::OpenedPart;
use strongroom_tlog::{
    Appender, Checkpoint, KeyKind, Note, Receipt, TileMap, TilePath, VerifierKey, leaf_hash, tile,
};

use super::{Desk, ORIGIN, TestLog, vkey};
use crate::Failure;
use crate::note::hex;

fn keys() -> [VerifierKey; 1] {
    [vkey(ORIGIN, KeyKind::Ed25519, 1)]
}

/// One change to a text or file.
#[derive(Debug, Clone)]
enum Damage {
    None,
    Flip(Index, u8),
    Remove(Index),
    Insert(Index, u8),
    Truncate(Index),
    Append(Vec<u8>),
    SwapLines(Index, Index),
    RepeatLine(Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    prop_oneof![
        Just(Damage::None),
        (at(), 0u8..8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        at().prop_map(Damage::Remove),
        (at(), prop_oneof![Just(b'\n'), Just(b' '), any::<u8>()]).prop_map(|(at, b)| Damage::Insert(at, b)),
        at().prop_map(Damage::Truncate),
        prop::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 1..4).prop_map(Damage::Append),
        (at(), at()).prop_map(|(a, b)| Damage::SwapLines(a, b)),
        at().prop_map(Damage::RepeatLine),
    ]
}

fn apply(damage: &Damage, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    let length = bytes.len();
    let lines = |bytes: &[u8]| bytes.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
    match damage {
        Damage::None => {}
        Damage::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
        Damage::Remove(at) => drop(bytes.remove(at.index(length))),
        Damage::Insert(at, byte) => bytes.insert(at.index(length), *byte),
        Damage::Truncate(at) => bytes.truncate(at.index(length)),
        Damage::Append(more) => bytes.extend(more),
        Damage::SwapLines(a, b) => {
            let mut lines = lines(bytes);
            let count = lines.len();
            lines.swap(a.index(count), b.index(count));
            *bytes = lines.concat();
        }
        Damage::RepeatLine(at) => {
            let mut lines = lines(bytes);
            let at = at.index(lines.len());
            lines.insert(at, lines[at].clone());
            *bytes = lines.concat();
        }
    }
}

/// This program's verdict.
fn ours(desk: &Desk, line: &str) -> bool {
    match desk.run(line) {
        Ok(_) => true,
        Err(Failure::NotVerified(_)) => false,
        other => panic!("`{line}` gave no verdict: {other:?}"),
    }
}

/// The verdict of `strongroom-tlog` on a receipt, opened parts included.
fn theirs_on_receipt(file: &[u8]) -> bool {
    let Some(receipt) = std::str::from_utf8(file).ok().and_then(|text| Receipt::parse(text).ok()) else {
        return false;
    };
    let entry: serde_json::Value =
        serde_json::from_slice(receipt.proof.extra.as_deref().unwrap_or_default()).unwrap_or_default();
    let committed = |part: &OpenedPart| {
        let parts = entry["parts"].as_array().into_iter().flatten();
        parts
            .into_iter()
            .any(|p| p["about"] == part.about.as_str() && p["commitment"] == hex(&part.commitment()).as_str())
    };
    receipt.proof.verify(&keys()).is_ok() && receipt.opened.iter().all(committed)
}

/// The verdict of `strongroom-tlog` on a folder, with proofs where this program recomputes.
fn theirs_on_log(files: &BTreeMap<String, Vec<u8>>, since: &[u8]) -> Option<()> {
    let open = |note: &[u8]| Some(Checkpoint::open(&Note::parse(note).ok()?, &keys()).ok()?.checkpoint);
    let (signed, kept) = (open(&files["checkpoint"])?, open(since)?);
    let mut appender = Appender::new();
    let mut tiles = TileMap::new();
    for first in (0..signed.size).step_by(256) {
        let path = BundlePath::of_entry(first, signed.size)?;
        let entries = bundle::parse(files.get(&path.to_string())?, path.width).ok()?;
        let leaves: Vec<_> = entries.into_iter().map(leaf_hash).collect();
        for tile in appender.append(&leaves).ok()? {
            tiles.insert(tile.path, tile.bytes).ok()?;
        }
    }
    let same = |path: TilePath| {
        let computed = strongroom_tlog::TileSource::tile(&tiles, path.level, path.index, path.width);
        computed.as_ref() == files.get(&path.to_string())
    };
    let whole = appender.root() == signed.root && tile::all_tiles(signed.size).all(same);
    let proof = tile::consistency_proof(kept.size, signed.size, &tiles).ok()?;
    verify_consistency(kept.size, &kept.root, signed.size, &signed.root, &proof).ok()?;
    whole.then_some(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn on_receipts(
        size in 1usize..20, at in any::<Index>(), opened in any::<bool>(),
        first in damage(), second in damage(),
    ) {
        let part = OpenedPart { about: "rec_1".into(), bytes: vec![5; 40] };
        let entry = format!(
            r#"{{"verb":"a","parts":[{{"about":"rec_1","commitment":"{}"}}]}}"#, hex(&part.commitment())
        );
        let log = TestLog::of((0..size).map(|i| format!("{entry}{}", " ".repeat(i)).into_bytes()).collect());
        let mut receipt = log.receipt(at.index(size));
        if opened {
            receipt.opened.push(part);
        }
        let mut file = receipt.to_string().into_bytes();
        apply(&first, &mut file);
        apply(&second, &mut file);
        let desk = Desk::new();
        desk.file("receipt", &file);
        let verdict = ours(&desk, "receipt @receipt --vkey @vkey");
        prop_assert_eq!(verdict, theirs_on_receipt(&file), "{}", String::from_utf8_lossy(&file));
        if file == receipt.to_string().as_bytes() {
            prop_assert!(verdict, "an undamaged receipt verifies");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn on_logs(
        size in prop_oneof![1usize..10, 250usize..262, 500usize..800], since in any::<Index>(),
        which in any::<Index>(), damage in damage(), other in prop::option::of(any::<Index>()),
        damaged_since in prop::bool::weighted(0.1),
    ) {
        let log = TestLog::of((0..size).map(|i| format!("entry {i}").into_bytes()).collect());
        let mut files = log.files.clone();
        let mut since = log.checkpoint(since.index(size) as u64 + 1).to_string().into_bytes();
        if damaged_since {
            apply(&damage, &mut since);
        } else {
            let names: Vec<String> = files.keys().cloned().collect();
            let name = &names[which.index(names.len())];
            apply(&damage, files.get_mut(name).unwrap());
            // or a file in the place of another
            if let (Damage::None, Some(other)) = (&damage, other) {
                files.insert(name.clone(), log.files[&names[other.index(names.len())]].clone());
            }
        }
        let desk = Desk::with(&TestLog { files: files.clone(), ..log.clone() });
        desk.file("since", &since);
        let verdict = ours(&desk, "log @log --vkey @vkey --since @since");
        prop_assert_eq!(verdict, theirs_on_log(&files, &since).is_some());
        if files == log.files && !damaged_since {
            prop_assert!(verdict, "an undamaged log verifies");
        }
    }
}
