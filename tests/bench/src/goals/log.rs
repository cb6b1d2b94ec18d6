//! G6: a whole log verified from disk, against the same tree hashed in memory; and one proof.

use std::process::Command;
use std::time::Instant;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use strongroom_tlog::bundle::{BundlePath, push_entry};
use strongroom_tlog::tile::{inclusion_proof, needed_tiles_for_inclusion};
use strongroom_tlog::{Appender, Checkpoint, KeyKind, Signer, TileMap, VerifierKey, leaf_hash};

use crate::Size;
use crate::report::{Goal, Line, Spread, short};
use crate::served::place;

const ORIGIN: &str = "bench.strongroom.invalid/ledger";

struct Key(Ed25519KeyPair);

impl Signer for Key {
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
    fn public(&self) -> Vec<u8> {
        self.0.public_key().as_ref().to_vec()
    }
}

/// An entry as large as ours are.
fn entry(n: usize) -> Vec<u8> {
    let text = format!(
        "{{\"v\":1,\"id\":\"ent_{n:026}\",\"at\":\"2026-03-02T09:00:00.000000Z\",\"actor\":{{\"kind\":\"person\",\"id\":\"stf_{n:026}\"}},\"channel\":\"web\",\
         \"verb\":\"record.read\",\"outcome\":\"allowed\",\"about\":[\"rec_{n:026}\",\"mat_{n:026}\"],\"facts\":{{}},\"parts\":[]}}"
    );
    text.into_bytes()
}

/// G6.
pub async fn verify(size: Size) -> Vec<Line> {
    let count = size.reads * 10;
    let folder = tempfile::tempdir_in(place()).expect("a folder");
    let entries: Vec<Vec<u8>> = (0..count).map(entry).collect();
    let mut appender = Appender::new();
    let leaves: Vec<_> = entries.iter().map(|e| leaf_hash(e)).collect();
    let mut tiles = TileMap::new();
    let put = |name: &str, bytes: &[u8]| {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        std::fs::write(file, bytes).expect("written");
    };
    for tile in appender.append(&leaves).expect("a tree") {
        put(&tile.path.to_string(), &tile.bytes);
        tiles.insert(tile.path, tile.bytes).expect("a tile");
    }
    for (n, some) in entries.chunks(256).enumerate() {
        let path = BundlePath::of_entry(n as u64 * 256, count as u64).expect("a bundle");
        let mut bundle = Vec::new();
        some.iter().for_each(|e| push_entry(&mut bundle, e).expect("an entry"));
        put(&path.to_string(), &bundle);
    }
    let key = Key(Ed25519KeyPair::generate().expect("a key"));
    let (origin, root) = (ORIGIN.to_owned(), appender.root());
    let checkpoint = Checkpoint { origin, size: count as u64, root, extensions: Vec::new() };
    put("checkpoint", checkpoint.sign(&key).expect("signed").to_string().as_bytes());
    let vkey = VerifierKey::new(ORIGIN, KeyKind::Ed25519, key.public()).expect("a key").to_string();
    put("vkey", vkey.as_bytes());

    let (mut ours, mut theirs, mut proof) = (Spread::default(), Spread::default(), Spread::default());
    for round in 0..size.rounds {
        let begun = Instant::now();
        let mut command = Command::new("target/release/strongroom-verify");
        let told =
            command.arg("log").arg(folder.path()).arg("--vkey").arg(folder.path().join("vkey")).output();
        let told = told.expect("strongroom-verify");
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        ours.add(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        let mut again = Appender::new();
        let leaves: Vec<_> = entries.iter().map(|e| leaf_hash(e)).collect();
        again.append(&leaves).expect("a tree");
        assert_eq!(again.root(), root);
        theirs.add(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        let tried = 200;
        for n in 0..tried {
            let index = ((n * 7919 + round * 31) % count) as u64;
            let mut few = TileMap::new();
            for path in needed_tiles_for_inclusion(index, count as u64) {
                few.insert(path, std::fs::read(folder.path().join(path.to_string())).expect("a tile"))
                    .expect("a tile");
            }
            inclusion_proof(index, count as u64, &few).expect("a proof");
        }
        proof.add(begun.elapsed().as_secs_f64() * 1e3 / tried as f64);
    }
    let rate = count as f64 / ours.median();
    vec![
        Line::against(
            format!("verify a log of {count} entries from disk"),
            "s",
            (ours, "the tree in memory", theirs),
            Some(Goal::AtMost(2.0)),
        )
        .with(format!("{} entries a second", short(rate))),
        Line::alone(format!("one proof among {count}, from disk"), "ms", proof, Some(Goal::AtMost(1.0))),
    ]
}
