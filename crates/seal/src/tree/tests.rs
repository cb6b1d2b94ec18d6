//! Tests of `tree`.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::OsEntropy;

const DEPTH: u8 = 6;
const LEAVES: u64 = 1 << DEPTH;

fn small() -> Cover<DEPTH> {
    Cover::whole(Key::from_bytes([5; 32]))
}

fn keys(cover: &Cover<DEPTH>) -> Vec<Option<[u8; 32]>> {
    (0..LEAVES).map(|leaf| cover.key(leaf).map(|key| *key.expose())).collect()
}

/// The fewest aligned blocks that cover exactly the live leaves, by trying from the root.
fn fewest(live: &BTreeSet<u64>, start: u64, width: u64) -> usize {
    let inside = live.range(start..start + width).count() as u64;
    match inside {
        0 => 0,
        _ if inside == width => 1,
        _ => fewest(live, start, width / 2) + fewest(live, start + width / 2, width / 2),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn agrees_with_a_model(destroyed in prop::collection::vec((0..LEAVES, 0..=DEPTH), 0..40)) {
        let original = keys(&small());
        let mut cover = small();
        let mut live: BTreeSet<u64> = (0..LEAVES).collect();
        for (leaf, depth) in destroyed {
            let width = 1 << (DEPTH - depth);
            // Mostly single leaves: a whole subtree only now and then.
            let (start, depth, width) = if leaf % 5 == 0 && depth > 1 { (leaf / width * width, depth, width) } else { (leaf, DEPTH, 1) };
            cover.destroy(start, depth);
            (start..start + width).for_each(|gone| live.retain(|leaf| *leaf != gone));
        }
        let expected: Vec<_> = original.iter().zip(0..).map(|(key, leaf)| key.filter(|_| live.contains(&leaf))).collect();
        prop_assert_eq!(keys(&cover), expected.clone());
        prop_assert_eq!(cover.nodes(), fewest(&live, 0, LEAVES));
        let encoded = cover.encode();
        let decoded = Cover::<DEPTH>::decode(&encoded).unwrap();
        prop_assert_eq!(keys(&decoded), expected.clone());
        prop_assert_eq!(decoded.encode(), encoded);
        let mut walk = cover.walk();
        let walked: Vec<_> = (0..LEAVES).map(|leaf| walk.key(leaf).map(|key| *key.expose())).collect();
        prop_assert_eq!(walked, expected.clone());
        // A branch sees the same leaves as the tree.
        for prefix in 0..4 {
            let branch = cover.below::<4>(prefix);
            for leaf in 0..16 {
                let key = branch.as_ref().and_then(|branch| branch.key(leaf)).map(|key| *key.expose());
                prop_assert_eq!(key, expected[(prefix * 16 + leaf) as usize]);
            }
            prop_assert_eq!(branch.is_none(), live.range(prefix * 16..prefix * 16 + 16).next().is_none());
        }
    }

    #[test]
    fn order_does_not_matter(mut leaves in prop::collection::vec(0..LEAVES, 1..30), seed in any::<u64>()) {
        let mut one = small();
        leaves.iter().for_each(|leaf| one.destroy(*leaf, DEPTH));
        leaves.sort_by_key(|leaf| (leaf * 2_654_435_761).rotate_left((seed % 64) as u32) ^ seed);
        let mut two = small();
        leaves.iter().for_each(|leaf| two.destroy(*leaf, DEPTH));
        prop_assert_eq!(one.encode(), two.encode());
    }

    #[test]
    fn walking_in_any_order(leaves in prop::collection::vec(0..LEAVES, 1..60), gone in prop::collection::vec(0..LEAVES, 0..9)) {
        let mut cover = small();
        gone.iter().for_each(|leaf| cover.destroy(*leaf, DEPTH));
        let mut walk = cover.walk();
        for leaf in leaves {
            prop_assert_eq!(walk.key(leaf).map(|k| *k.expose()), cover.key(leaf).map(|k| *k.expose()));
        }
    }

    #[test]
    fn any_bytes_are_refused_or_canonical(mut bytes in prop::collection::vec(any::<u8>(), 0..300), count in 0_u64..8) {
        let size = bytes.len().min(8);
        bytes[..size].copy_from_slice(&count.to_be_bytes()[..size]);
        if let Some(cover) = Cover::<DEPTH>::decode(&bytes) {
            prop_assert_eq!(cover.encode().to_vec(), bytes);
        }
    }
}

/// The encoded nodes: depth, address, seed.
fn nodes(cover: &Cover<DEPTH>) -> Vec<(u8, u64, [u8; 32])> {
    let encoded = cover.encode();
    let node = |bytes: &[u8]| {
        let address = u64::from_be_bytes(bytes[1..9].try_into().unwrap());
        (bytes[0], address, bytes[9..].try_into().unwrap())
    };
    encoded[8..].chunks(41).map(node).collect()
}

/// All seeds on the way from the root to a leaf: whoever has one of them has the leaf.
fn path(leaf: u64) -> Vec<[u8; 32]> {
    let below_root = (1..=DEPTH).map(|depth| {
        let shift = DEPTH - depth;
        let mut cover = small();
        // Once its neighbour is gone, the node itself is kept.
        cover.destroy((leaf >> shift ^ 1) << shift, depth);
        let place = (depth, leaf >> shift << shift);
        nodes(&cover).into_iter().find(|node| (node.0, node.1) == place).unwrap().2
    });
    std::iter::once([5; 32]).chain(below_root).collect()
}

#[test]
fn nothing_encoded_leads_to_a_destroyed_leaf() {
    let mut cover = small();
    for leaf in [17, 3, 63, 16, 40] {
        cover.destroy(leaf, DEPTH);
    }
    let encoded = cover.encode();
    for leaf in [17, 3, 63, 16, 40] {
        let path = path(leaf);
        assert_eq!(
            path.last(),
            small().key(leaf).map(|key| *key.expose()).as_ref(),
            "the path is the right one"
        );
        for seed in path {
            assert!(!encoded.windows(32).any(|window| window == seed), "a seed above leaf {leaf} was kept");
        }
    }
}

#[test]
fn neighbours_merge_until_nothing_is_left() {
    let mut cover = small();
    (0..LEAVES).rev().for_each(|leaf| cover.destroy(leaf, DEPTH));
    assert_eq!(cover.nodes(), 0);
    assert_eq!(cover.encode().as_slice(), [0; 8]);
    assert!(Cover::<DEPTH>::decode(&[0; 8]).unwrap().key(0).is_none());
}

#[test]
fn other_forms_are_refused() {
    let encode = |nodes: &[(u8, u64)]| {
        let mut out = (nodes.len() as u64).to_be_bytes().to_vec();
        for (depth, address) in nodes {
            out.push(*depth);
            out.extend_from_slice(&address.to_be_bytes());
            out.extend_from_slice(&[9; 32]);
        }
        out
    };
    let reads = |nodes: &[(u8, u64)]| Cover::<DEPTH>::decode(&encode(nodes)).is_some();
    assert!(reads(&[(0, 0)]));
    assert!(reads(&[(1, 0), (2, 48)]));
    assert!(reads(&[(2, 16), (2, 32)]), "neighbours of different parents cannot merge");
    assert!(!reads(&[(1, 0), (1, 32)]), "two halves");
    assert!(!reads(&[(2, 48), (1, 0)]), "out of order");
    assert!(!reads(&[(1, 0), (2, 16)]), "overlapping");
    assert!(!reads(&[(6, 1), (6, 1)]), "twice");
    assert!(!reads(&[(1, 16)]), "not aligned");
    assert!(!reads(&[(7, 0)]), "too deep");
    assert!(!reads(&[(6, 64)]), "outside");
    let mut long = encode(&[(0, 0)]);
    long.push(0);
    assert!(Cover::<DEPTH>::decode(&long).is_none());
    assert!(Cover::<DEPTH>::decode(&long[..48]).is_none());
    assert!(Cover::<DEPTH>::decode(&u64::MAX.to_be_bytes()).is_none());
}

#[test]
fn the_tree_of_64_levels() {
    let mut tree = Tree::generate(&OsEntropy);
    let at = |branch, leaf| Leaf { branch, leaf };
    let key = |tree: &Tree, branch, leaf| tree.key(at(branch, leaf)).map(|key| *key.expose());
    let (kept, next) = (key(&tree, 7, 1), key(&tree, 8, u32::MAX));
    assert_eq!(tree.nodes(), 1);
    tree.destroy(at(7, 2));
    assert_eq!(tree.nodes(), 64);
    assert!(tree.is_destroyed(at(7, 2)) && !tree.is_destroyed(at(7, 3)));
    assert!(key(&tree, 7, 2).is_none());
    let branch = tree.branch(7).unwrap();
    assert_eq!(branch.key(1).map(|key| *key.expose()), kept);
    assert!(branch.key(2).is_none());
    let mut leaves = branch.walk();
    assert_eq!(leaves.key(1).map(|key| *key.expose()), kept);
    assert!(leaves.key(2).is_none());
    tree.destroy_branch(7);
    assert!(tree.branch(7).is_none() && key(&tree, 7, 1).is_none());
    assert_eq!(tree.nodes(), 32);
    tree.destroy_branch(u32::MAX);
    tree.destroy(at(u32::MAX, u32::MAX));
    let again = Tree::decode(&tree.encode()).unwrap();
    assert_eq!(key(&again, 8, u32::MAX), next);
    assert_eq!(again.branch(8).unwrap().key(u32::MAX).map(|key| *key.expose()), next);
    assert_eq!(Tree::decode(b"").err(), Some(Malformed));
}
