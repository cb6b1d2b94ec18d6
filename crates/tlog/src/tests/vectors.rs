//! The published vectors, run from the corpus beside the workspace where there is one. A fresh clone has
//! none: there these tests say so and pass, and the properties in `tree.rs` carry the weight.

use std::fs;
use std::path::{Path, PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::append::Appender;
use crate::merkle::{Hash, leaf_hash, verify_consistency, verify_inclusion};
use crate::note::{Note, VerifierKey};

fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/vectors");
    if !folder.is_dir() {
        eprintln!("no corpus at {}: nothing run", folder.display());
        return None;
    }
    Some(folder)
}

/// Each JSON file below the folder.
fn cases(folder: &Path) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(cases(&path));
        } else {
            let json = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            found.push((path.display().to_string(), json));
        }
    }
    found
}

/// Some cases write "don't care" for a hash: that is padded to one. No bytes, or too many, are `None`.
fn hash(value: &Value) -> Option<Hash> {
    let mut bytes = STANDARD.decode(value.as_str().unwrap_or("")).ok()?;
    bytes.resize(if bytes.is_empty() { 0 } else { bytes.len().max(32) }, 0);
    bytes.try_into().ok()
}

fn proof(value: &Value) -> Option<Vec<Hash>> {
    value.as_array().map_or(Some(vec![]), |hashes| hashes.iter().map(hash).collect())
}

fn run(folder: &str, least: usize, verify: impl Fn(&Value) -> Option<bool>) {
    let Some(corpus) = corpus() else { return };
    let cases = cases(&corpus.join("merkle").join(folder));
    assert!(cases.len() >= least, "{folder} has only {} cases", cases.len());
    for (name, case) in cases {
        let must_fail = case["wantErr"].as_bool().unwrap();
        assert_eq!(verify(&case).unwrap_or(false), !must_fail, "{name}");
    }
}

#[test]
fn inclusion_vectors() {
    run("inclusion", 40, |case| {
        let (index, size) = (case["leafIdx"].as_u64()?, case["treeSize"].as_u64()?);
        let (leaf, root) = (hash(&case["leafHash"])?, hash(&case["root"])?);
        Some(verify_inclusion(&leaf, index, size, &proof(&case["proof"])?, &root).is_ok())
    });
}

#[test]
fn consistency_vectors() {
    run("consistency", 40, |case| {
        let (old, new) = (case["size1"].as_u64()?, case["size2"].as_u64()?);
        let (old_root, new_root) = (hash(&case["root1"])?, hash(&case["root2"])?);
        Some(verify_consistency(old, &old_root, new, &new_root, &proof(&case["proof"])?).is_ok())
    });
}

#[test]
fn reference_tree() {
    let Some(corpus) = corpus() else { return };
    let tree = fs::read(corpus.join("rfc6962_reference_tree.json")).unwrap();
    let tree: Value = serde_json::from_slice(&tree).unwrap();
    let digit = |d: u8| char::from(d).to_digit(16).unwrap() as u8;
    let hex = |text: &str| -> Vec<u8> {
        text.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
    };
    let mut appender = Appender::new();
    let roots = tree["root_hash_hex_by_tree_size"].as_array().unwrap();
    assert_eq!(appender.root().to_vec(), hex(roots[0].as_str().unwrap()));
    for (leaf, root) in tree["leaf_inputs_hex"].as_array().unwrap().iter().zip(&roots[1..]) {
        appender.append(&[leaf_hash(&hex(leaf.as_str().unwrap()))]).unwrap();
        assert_eq!(appender.root().to_vec(), hex(root.as_str().unwrap()));
    }
    assert_eq!(appender.size(), 8);
}

#[test]
fn signed_note_examples() {
    let Some(corpus) = corpus() else { return };
    let examples = fs::read(corpus.join("signed_note_examples.json")).unwrap();
    let examples: Value = serde_json::from_slice(&examples).unwrap();
    let mut keys = Vec::new();
    for example in examples["examples"].as_array().unwrap() {
        if let Some(vkey) = example["vkey"].as_str() {
            keys.push(VerifierKey::parse(vkey).unwrap());
        }
        let text = example["note"].as_str().unwrap();
        let note = Note::parse(text.as_bytes()).unwrap();
        assert_eq!(note.to_string(), text);
        if example["expect"].as_str().unwrap().contains("verifies") {
            assert_eq!(note.verify(&keys).unwrap().len(), 1, "{}", example["name"]);
        }
    }
    assert!(!keys.is_empty());
}

#[test]
fn signed_note_specification_example() {
    let Some(corpus) = corpus() else { return };
    let spec = fs::read_to_string(corpus.join("c2sp/signed-note.md")).unwrap();
    let (_, example) = spec.split_once("### Example").unwrap();
    let vkey = example.lines().find(|line| line.contains('+')).unwrap().trim();
    let note = example.split("```\n").nth(1).unwrap();
    let key = VerifierKey::parse(vkey).unwrap();
    assert_eq!(Note::parse(note.as_bytes()).unwrap().verify(&[key]).unwrap().len(), 1);
}
