//! A memory dump of the sealed server holds no key. The test computes the firm's keys from its keyring, finds some
//! of them in the unsealed server's memory (so the search is known to work), seals it, and finds none.

use std::collections::BTreeSet;
use std::io::{Read as _, Seek as _, SeekFrom};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use strongroom_seal::Key;
use strongroom_seal::tree::Leaf;
use strongroom_seal::unseal::SealedKeyring;
use strongroom_testkit::KEY_FILE;

use crate::served::{Firm, Served};

/// What is looked for: a name and bytes.
struct Needles {
    all: Vec<(String, Vec<u8>)>,
    /// Which first two bytes any of them has.
    begins: Vec<bool>,
}

impl Needles {
    fn new() -> Self {
        Self { all: Vec::new(), begins: vec![false; 1 << 16] }
    }

    /// A key as it is, and as it would stand in a file or on paper.
    fn add(&mut self, name: &str, key: &[u8]) {
        let shapes = [
            ("", key.to_vec()),
            (" in hex", hex::encode(key).into()),
            (" in base64", STANDARD.encode(&key[..30]).into()),
        ];
        for (shape, bytes) in shapes {
            self.begins[usize::from(u16::from_le_bytes([bytes[0], bytes[1]]))] = true;
            self.all.push((format!("{name}{shape}"), bytes));
        }
    }

    fn key(&mut self, name: &str, key: &Key) {
        self.add(name, key.expose());
    }

    fn search(&self, bytes: &[u8], found: &mut BTreeSet<String>) {
        for at in 0..bytes.len().saturating_sub(1) {
            if !self.begins[usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))] {
                continue;
            }
            for (name, needle) in &self.all {
                if bytes[at..].starts_with(needle) {
                    found.insert(name.clone());
                }
            }
        }
    }
}

/// Every key that has opened something, and the seeds that they come from.
fn needles(firm: &Firm) -> Needles {
    let keyring = firm.data().join("keyring");
    let keyring_key: [u8; 32] = std::fs::read(keyring.join("keyring.key")).unwrap().try_into().unwrap();
    let sealed = SealedKeyring::from_bytes(&std::fs::read(keyring.join("keyring")).unwrap()).unwrap();
    let opened = sealed.open_with_keyfile(&Key::from_bytes(KEY_FILE), &Key::from_bytes(keyring_key)).unwrap();
    let mut needles = Needles::new();
    needles.add("the key file's key", &KEY_FILE);
    needles.add("the keyring key", &keyring_key);
    needles.key("the key file's key by its name", &Key::from_bytes(KEY_FILE).derive("key file"));
    let keyring = opened.keyring;
    // magic and firm, then the trees: the seeds stand at the ends of the encoded nodes
    let encoded = keyring.encode();
    let seeds = [("clients", keyring.clients().encode()), ("matters", keyring.matters().encode())];
    for (name, tree) in &seeds {
        needles.add(&format!("the seed of {name}"), &tree[tree.len() - 32..]);
    }
    let tail = &encoded[encoded.len() - 32 - 8 - 5 * 8 - 64..];
    needles.add("the system key", &tail[..32]);
    needles.add("the seed of the ledger's key", &tail[32..64]);
    for label in ["bound rows", "columns", "blind indexes"] {
        needles.key(&format!("the system key of {label}"), &keyring.system(label));
    }
    for branch in 1..3 {
        needles.key(&format!("client {branch}"), &keyring.clients().key(Leaf { branch, leaf: 0 }).unwrap());
        for leaf in 0..6 {
            let key = keyring.matters().key(Leaf { branch, leaf }).unwrap();
            needles.key(&format!("matter {branch} leaf {leaf}"), &key);
            needles.key(&format!("matter {branch} leaf {leaf}, content"), &key.derive("content"));
            needles.key(&format!("matter {branch} leaf {leaf}, upload"), &key.derive("upload"));
        }
    }
    needles
}

/// What of it lies in memory that the process can write; `None` where this account may not look.
fn found(served: &Served, needles: &Needles) -> Option<BTreeSet<String>> {
    let maps = std::fs::read_to_string(format!("/proc/{}/maps", served.id())).ok()?;
    let mut memory = std::fs::File::open(format!("/proc/{}/mem", served.id())).ok()?;
    let (mut found, mut looked) = (BTreeSet::new(), 0);
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (range, may) = (words.next()?, words.next()?);
        if !may.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-')?;
        let (from, to) = (u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?);
        memory.seek(SeekFrom::Start(from)).ok()?;
        let mut bytes = Vec::new();
        // a range that shrank meanwhile, or that was never touched, ends early
        let _ = (&mut memory).take(to - from).read_to_end(&mut bytes);
        looked += bytes.len();
        needles.search(&bytes, &mut found);
    }
    eprintln!("looked through {} KiB", looked >> 10);
    (looked > 0).then_some(found)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sealed_server_has_no_key_in_its_memory() {
    let firm = Firm::new().await;
    let served = Served::start(&firm);
    let (mut api, mut page) = (served.as_person(&firm.ann), served.as_browser(&firm.ann));
    let path = format!("/api/v1/matters/{}/records", firm.matter);
    for n in 0..3 {
        let bytes = format!("The paper number {n}. ").repeat(9_000);
        let added = api.files(&path, &[(format!("{n}.txt").as_bytes(), bytes.as_bytes())]).await.unwrap();
        let id = added.expect(201).json()["items"][0]["id"].as_str().unwrap().to_owned();
        api.get(&format!("/api/v1/records/{id}/content")).await.expect(200);
        page.get(&format!("/records/{id}")).await.expect(200);
        page.get(&format!("/records/{id}/preview/1")).await.expect(200);
    }
    api.tus(firm.matter, "by tus.txt", &[b'x'; 70_000]).await.unwrap().expect(204);
    page.get(&format!("/matters/{}", firm.matter)).await.expect(200);

    let needles = needles(&firm);
    let Some(open) = found(&served, &needles) else {
        eprintln!("SKIPPED the search: this account may not read another process's memory");
        assert!(firm.run(&["seal"]).status.success());
        api.get("/readyz").await.expect(503);
        return;
    };
    eprintln!("in the open server: {open:#?}");
    for name in ["the keyring key", "the seed of matters", "the seed of clients", "the system key"] {
        assert!(open.contains(name), "the search does not find {name} where it must be: {open:#?}");
    }
    assert!(firm.run(&["seal"]).status.success());
    api.get("/readyz").await.expect(503);
    let sealed = found(&served, &needles).unwrap();
    assert!(sealed.is_empty(), "in the sealed server's memory: {sealed:#?}");
    // and it opens again
    assert!(firm.run(&["unseal"]).status.success());
    api.get(&path).await.expect(200);
    served.stop();
    firm.agrees();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_servers_memory_stays_out_of_the_swap_file_or_it_is_said() {
    let firm = Firm::new().await;
    let served = Served::start(&firm);
    let said = served.log().contains("memory with keys can be swapped out");
    assert_ne!(served.kib("VmLck:") > 0, said, "either locked, or said that it is not");
    served.stop();
}
