//! Roots, proofs and tiles against RFC 6962 section 2.1 as the RFC writes it: recursively, over all leaves.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::append::Appender;
use crate::merkle::{self, Hash, ProofError, leaf_hash, node_hash, verify_consistency, verify_inclusion};
use crate::tile::{self, TileError, TileMap, TilePath, TileSource};

/// `MTH(D)`
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => merkle::empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&mth(left), &mth(right))
        }
    }
}

/// `PATH(m, D)`
fn path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return vec![];
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut proof, sibling) =
        if m < left.len() { (path(m, left), mth(right)) } else { (path(m - left.len(), right), mth(left)) };
    proof.push(sibling);
    proof
}

/// `SUBPROOF(m, D, b)`
fn subproof(m: usize, leaves: &[Hash], b: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if b { vec![] } else { vec![mth(leaves)] };
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut proof, other) = if m <= left.len() {
        (subproof(m, left, b), mth(right))
    } else {
        (subproof(m - left.len(), right, false), mth(left))
    };
    proof.push(other);
    proof
}

fn leaves(n: usize) -> Vec<Hash> {
    (0..n).map(|i| leaf_hash(format!("entry {i}").as_bytes())).collect()
}

/// Appends in batches and keeps every tile that was given out.
fn grow(leaves: &[Hash], batch: usize) -> (Appender, TileMap) {
    let (mut appender, mut tiles) = (Appender::new(), TileMap::new());
    for batch in leaves.chunks(batch) {
        for tile in appender.append(batch).unwrap() {
            tiles.insert(tile.path, tile.bytes).unwrap();
        }
    }
    (appender, tiles)
}

/// Only the tiles that were asked for: anything else read is a `Missing`.
fn only(needed: &[TilePath], all: &TileMap) -> TileMap {
    let mut map = TileMap::new();
    for path in needed {
        let bytes = all.tile(path.level, path.index, path.width).expect("a needed tile exists");
        map.insert(*path, bytes).unwrap();
    }
    map
}

#[test]
fn every_size_up_to_300_agrees_with_the_rfc() {
    let leaves = leaves(300);
    let (_, tiles) = grow(&leaves, 1);
    let roots: Vec<Hash> = (0..=300).map(|n| mth(&leaves[..n])).collect();
    for n in 0..=300usize {
        let size = n as u64;
        assert_eq!(tile::root(size, &tiles).unwrap(), roots[n], "root of {n}");
        // every entry of the small trees and of those around a full tile; in between, every eleventh
        let step = if (30..250).contains(&n) { 11 } else { 1 };
        for m in (0..n).step_by(step) {
            let proof = tile::inclusion_proof(m as u64, size, &tiles).unwrap();
            assert_eq!(proof, path(m, &leaves[..n]), "inclusion of {m} in {n}");
            verify_inclusion(&leaves[m], m as u64, size, &proof, &roots[n]).unwrap();
            let proof = tile::consistency_proof(m as u64, size, &tiles).unwrap();
            let expected = if m == 0 { vec![] } else { subproof(m, &leaves[..n], true) };
            assert_eq!(proof, expected, "consistency of {m} with {n}");
            let verified = verify_consistency(m as u64, &roots[m], size, &roots[n], &proof);
            assert_eq!(verified, if m == 0 { Err(ProofError::FromEmptyTree) } else { Ok(()) });
        }
    }
}

#[test]
fn no_small_proof_verifies_for_another_place_size_or_root() {
    let leaves = leaves(20);
    let (_, tiles) = grow(&leaves, 7);
    let roots: Vec<Hash> = (0..=20).map(|n| mth(&leaves[..n])).collect();
    for n in 1..=20usize {
        for m in 0..n {
            let proof = tile::inclusion_proof(m as u64, n as u64, &tiles).unwrap();
            for (other, leaf) in leaves.iter().enumerate().filter(|(other, _)| *other != m) {
                assert!(verify_inclusion(leaf, m as u64, n as u64, &proof, &roots[n]).is_err());
                assert!(verify_inclusion(&leaves[m], other as u64, n as u64, &proof, &roots[n]).is_err());
            }
            let proof = tile::consistency_proof(m as u64, n as u64, &tiles).unwrap();
            for other in (1..=20).filter(|other| *other != n) {
                assert!(verify_consistency(m as u64, &roots[m], n as u64, &roots[other], &proof).is_err());
            }
            for other in (0..n).filter(|other| *other != m) {
                assert!(verify_consistency(m as u64, &roots[other], n as u64, &roots[n], &proof).is_err());
            }
        }
    }
}

#[test]
fn the_example_of_the_tiles_specification() {
    // "a tree of size 70,000 will be represented by 273 full level 0 tiles, one partial …"
    let tiles: BTreeSet<String> = tile::all_tiles(70_000).map(|t| t.to_string()).collect();
    assert_eq!(tiles.len(), 273 + 1 + 1 + 1 + 1);
    for path in ["tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"] {
        assert!(tiles.contains(path), "{path}");
    }
    let tiles: Vec<String> = tile::all_tiles(256).map(|t| t.to_string()).collect();
    assert_eq!(tiles, ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(tile::all_tiles(0).count(), 0);
}

#[test]
fn names_of_tiles_have_one_spelling() {
    let index = TilePath { level: 3, index: 1_234_067, width: 256 };
    assert_eq!(index.to_string(), "tile/3/x001/x234/067");
    for good in ["tile/0/000", "tile/63/999.p/255", "tile/7/x018/x446/x744/x073/x709/x551/615"] {
        assert_eq!(TilePath::parse(good).unwrap().to_string(), good);
    }
    for bad in [
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/001",
        "tile/0/001/001",
        "tile/0/x001/x001",
        "tile/0/x001",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/+00",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/../000",
        "tile/entries/000",
        "tile/-1/000",
        "",
    ] {
        assert_eq!(TilePath::parse(bad), None, "{bad}");
    }
}

#[test]
fn what_is_outside_the_tree_is_refused_and_what_is_missing_is_named() {
    let (_, tiles) = grow(&leaves(3), 3);
    assert_eq!(tile::inclusion_proof(3, 3, &tiles), Err(TileError::OutOfRange));
    assert_eq!(tile::inclusion_proof(0, 0, &tiles), Err(TileError::OutOfRange));
    assert_eq!(tile::consistency_proof(4, 3, &tiles), Err(TileError::OutOfRange));
    let missing = TilePath { level: 0, index: 0, width: 4 };
    assert_eq!(tile::root(4, &tiles), Err(TileError::Missing(missing)));
    assert!(Appender::load(4, &tiles).is_err());
    assert!(TileMap::new().insert(missing, vec![0; 127]).is_err());
    assert!(tile::needed_tiles_for_inclusion(5, 5).is_empty());
    assert!(tile::root(u64::MAX, &tiles).is_err());
    assert_eq!(tile::needed_tiles_for_root(u64::MAX).len(), 8);
}

#[test]
fn a_tree_too_large_to_count_is_refused_unchanged() {
    let mut appender = Appender::load(u64::MAX, &Everything).unwrap();
    let before = appender.root();
    assert_eq!(appender.append(&[[0; 32]]), Err(TileError::OutOfRange));
    assert_eq!((appender.size(), appender.root()), (u64::MAX, before));
}

/// Has every tile, of zeroes.
struct Everything;

impl TileSource for Everything {
    fn tile(&self, _: u8, _: u64, width: u16) -> Option<Vec<u8>> {
        Some(vec![0; usize::from(width) * 32])
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn larger_trees_agree_whatever_the_batches(
        n in prop_oneof![9 => 257usize..6000, 1 => 65_500usize..66_000], batch in 1usize..3000, seed in any::<u64>(),
    ) {
        let leaves = leaves(n);
        let (size, root) = (n as u64, mth(&leaves));
        let (appender, tiles) = grow(&leaves, batch);
        prop_assert_eq!((appender.size(), appender.root()), (size, root));
        let written = only(&tile::all_tiles(size).collect::<Vec<_>>(), &tiles);
        prop_assert_eq!(tile::root(size, &only(&tile::needed_tiles_for_root(size), &written)).unwrap(), root);

        let m = seed % size;
        let needed = only(&tile::needed_tiles_for_inclusion(m, size), &written);
        let proof = tile::inclusion_proof(m, size, &needed).unwrap();
        prop_assert_eq!(&proof, &path(m as usize, &leaves));
        verify_inclusion(&leaves[m as usize], m, size, &proof, &root).unwrap();

        let old = m + 1;
        let needed = only(&tile::needed_tiles_for_consistency(old, size), &written);
        let proof = tile::consistency_proof(old, size, &needed).unwrap();
        prop_assert_eq!(&proof, &subproof(old as usize, &leaves, true));
        verify_consistency(old, &mth(&leaves[..old as usize]), size, &root, &proof).unwrap();

        // a new process goes on where the last one stopped, from the right edge alone
        let edge = only(&tile::needed_tiles_for_append(old), &tiles);
        let mut resumed = Appender::load(old, &edge).unwrap();
        let more = resumed.append(&leaves[old as usize..]).unwrap();
        prop_assert_eq!(resumed.root(), root);
        for tile in more {
            prop_assert_eq!(written.tile(tile.path.level, tile.path.index, tile.path.width), Some(tile.bytes));
        }
    }

    #[test]
    fn a_damaged_proof_never_verifies(n in 2u64..2000, seed in any::<u64>(), bit in 0usize..256) {
        let leaves = leaves(n as usize);
        let (appender, tiles) = grow(&leaves, 500);
        let (m, root) = (seed % n, appender.root());
        let proof = tile::inclusion_proof(m, n, &tiles).unwrap();
        let check = |proof: &[Hash]| verify_inclusion(&leaves[m as usize], m, n, proof, &root);
        let at = (seed as usize / 7) % proof.len();
        let mut damaged = proof.clone();
        damaged[at][bit / 8] ^= 1 << (bit % 8);
        prop_assert!(check(&damaged).is_err());
        prop_assert!(check(&proof[1..]).is_err());
        prop_assert!(check(&proof[..proof.len() - 1]).is_err());
        prop_assert!(check(&[proof.as_slice(), &[root]].concat()).is_err());
        prop_assert!(check(&[&[root], proof.as_slice()].concat()).is_err());
    }

    #[test]
    fn names_round_trip(level in 0u8..64, index in any::<u64>(), width in 1u16..=256) {
        let path = TilePath { level, index, width };
        prop_assert_eq!(TilePath::parse(&path.to_string()), Some(path));
    }

    #[test]
    fn no_size_and_no_text_makes_it_panic(a in any::<u64>(), b in any::<u64>(), text in "(tile/)?[0-9x/.p]{0,30}") {
        let _ = tile::inclusion_proof(a, b, &Everything);
        let _ = tile::consistency_proof(a, b, &Everything);
        let _ = verify_inclusion(&[0; 32], a, b, &[[0; 32]; 70], &[0; 32]);
        let _ = verify_consistency(a, &[0; 32], b, &[0; 32], &[[0; 32]; 70]);
        if let Some(path) = TilePath::parse(&text) {
            prop_assert_eq!(path.to_string(), text);
        }
    }
}

#[test]
fn the_tiles_since_are_those_that_are_new_or_wider() {
    let sizes = [0_u64, 1, 255, 256, 257, 300, 511, 512, 65_535, 65_536, 65_537, 70_000];
    for old in sizes {
        for new in sizes.into_iter().filter(|new| *new >= old) {
            let had: BTreeSet<TilePath> = tile::all_tiles(old).collect();
            let expected: Vec<TilePath> = tile::all_tiles(new).filter(|t| !had.contains(t)).collect();
            assert_eq!(tile::tiles_since(old, new).collect::<Vec<_>>(), expected, "{old} to {new}");
        }
    }
}
