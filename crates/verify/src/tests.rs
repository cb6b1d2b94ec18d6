//! The commands as they are typed, over logs made with `strongroom-tlog`, whole and damaged; and the
//! differential test, in which this program and `strongroom-tlog` must give the same verdict.

mod differential;
mod logs;
mod policies;
mod receipts;
mod speed;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ed25519_dalek::{Signer as _, SigningKey};
use strongroom_tlog::{
    Appender, Checkpoint, Hash, KeyKind, Note, Proof, Receipt, Signer, TileMap, VerifierKey,
    bundle::{self, BundlePath},
    leaf_hash, tile,
};
use tempfile::TempDir;

use crate::{Failure, run};

const ORIGIN: &str = "demo.strongroom.invalid/ledger";

/// A signing key for tests, made from one byte.
struct TestKey(SigningKey);

impl TestKey {
    fn new(seed: u8) -> TestKey {
        TestKey(SigningKey::from_bytes(&[seed; 32]))
    }
}

impl Signer for TestKey {
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_bytes().to_vec()
    }
    fn public(&self) -> Vec<u8> {
        self.0.verifying_key().to_bytes().to_vec()
    }
}

fn vkey(name: &str, kind: KeyKind, seed: u8) -> VerifierKey {
    VerifierKey::new(name, kind, TestKey::new(seed).public()).unwrap()
}

/// A log in memory: the files of an export, and what is needed to extend it.
#[derive(Clone, Default)]
struct TestLog {
    entries: Vec<Vec<u8>>,
    files: BTreeMap<String, Vec<u8>>,
}

impl TestLog {
    fn of(entries: Vec<Vec<u8>>) -> TestLog {
        let mut log = TestLog { entries, files: BTreeMap::new() };
        let size = log.entries.len() as u64;
        let leaves: Vec<Hash> = log.entries.iter().map(|entry| leaf_hash(entry)).collect();
        let mut appender = Appender::new();
        for tile in appender.append(&leaves).unwrap() {
            log.files.insert(tile.path.to_string(), tile.bytes);
        }
        for (entries, index) in log.entries.chunks(256).zip((0..).step_by(256)) {
            let mut bytes = Vec::new();
            entries.iter().for_each(|entry| bundle::push_entry(&mut bytes, entry).unwrap());
            log.files.insert(BundlePath::of_entry(index, size).unwrap().to_string(), bytes);
        }
        let checkpoint = log.checkpoint(size).to_string().into_bytes();
        log.files.insert("checkpoint".into(), checkpoint);
        log
    }

    fn new(size: usize) -> TestLog {
        TestLog::of((0..size).map(entry).collect())
    }

    fn tiles(&self, size: usize) -> (Appender, TileMap) {
        let leaves: Vec<Hash> = self.entries.iter().take(size).map(|entry| leaf_hash(entry)).collect();
        let (mut appender, mut tiles) = (Appender::new(), TileMap::new());
        for tile in appender.append(&leaves).unwrap() {
            tiles.insert(tile.path, tile.bytes).unwrap();
        }
        (appender, tiles)
    }

    fn checkpoint(&self, size: u64) -> Note {
        let root = self.tiles(size as usize).0.root();
        Checkpoint { origin: ORIGIN.into(), size, root, extensions: vec![] }.sign(&TestKey::new(1)).unwrap()
    }

    fn receipt(&self, index: usize) -> Receipt {
        let size = self.entries.len() as u64;
        let path = tile::inclusion_proof(index as u64, size, &self.tiles(size as usize).1).unwrap();
        let extra = Some(self.entries[index].clone());
        let checkpoint = self.checkpoint(size);
        Receipt { proof: Proof { extra, index: index as u64, path, checkpoint }, opened: vec![] }
    }

    fn write(&self, folder: &Path) {
        for (path, bytes) in &self.files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
}

fn entry(index: usize) -> Vec<u8> {
    format!(
        r#"{{"v":1,"at":"2026-11-22T02:30:00.{index:06}Z","nonce":"00","id":"ent_{index}","actor":{{"kind":"person","id":"stf_7"}},"channel":"web","verb":"record.read","about":["mat_1","rec_{index}"],"outcome":"allowed","request":"req_9"}}"#
    )
    .into_bytes()
}

/// A folder with `log/`, `vkey` and other files; commands run on it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk { folder: TempDir::new().unwrap() };
        desk.file("vkey", vkey(ORIGIN, KeyKind::Ed25519, 1).to_string() + "\n");
        desk
    }

    fn with(log: &TestLog) -> Desk {
        let desk = Desk::new();
        log.write(&desk.folder.path().join("log"));
        desk
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.folder.path().join(name), content).unwrap();
    }

    /// Words that begin with `@` are files of the desk.
    fn run(&self, line: &str) -> Result<String, Failure> {
        let path = |name: &str| self.folder.path().join(name).into_os_string();
        run(line.split(' ').map(|word| word.strip_prefix('@').map_or(word.into(), path)).collect())
    }

    /// The sentence with which the command says that it is not verified.
    fn refused(&self, line: &str) -> String {
        match self.run(line) {
            Err(Failure::NotVerified(why)) => why,
            other => panic!("`{line}` should not have verified, but gave {other:?}"),
        }
    }
}

#[test]
fn wrong_usage_is_said_and_is_not_a_verdict() {
    let desk = Desk::with(&TestLog::new(1));
    desk.file("since", TestLog::new(1).checkpoint(1).to_string());
    desk.file("bad", "not a key");
    for line in [
        "",
        "receipt",
        "log @log",
        "log @log @log --vkey @vkey",
        "lag @log --vkey @vkey",
        "log @log --vkey @bad",
        "log @log --vkey @vkey --at-least -1",
        "log @log --vkey @vkey --at-least 1 --at-least 2",
        "log @log --vkey @vkey --policy @bad",
        "log @log --vkey @vkey --token-file @vkey",
        "log http://example.invalid/ledger --vkey @vkey --token-file @vkey",
        "receipt @since --vkey @vkey --since @since",
        "log @log --vkey @vkey --force",
    ] {
        assert!(matches!(desk.run(line), Err(Failure::Usage(_))), "{line}: {:?}", desk.run(line));
    }
    assert!(desk.run("--help").unwrap().contains("Exit codes"));
    for line in ["log @nowhere --vkey @vkey", "log @log --vkey @nokey", "receipt @none --vkey @vkey"] {
        assert!(matches!(desk.run(line), Err(Failure::CouldNotRun(_))), "{line}");
    }
}
