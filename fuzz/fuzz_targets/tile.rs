//! Tiles, their paths and bundles of entries: no bytes make the tree's code fail, and no size makes it ask for the moon.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom_tlog::bundle::{self, BundlePath};
use strongroom_tlog::tile::{self, TileMap, TilePath};

fuzz_target!(|input: (u64, u64, &str, u16, &[u8])| {
    let (index, size, path, width, bytes) = input;
    if let Ok(entries) = bundle::parse(bytes, width) {
        let mut again = Vec::new();
        entries.iter().for_each(|entry| bundle::push_entry(&mut again, entry).unwrap());
        assert_eq!(again, bytes);
    }
    if let Some(path) = BundlePath::parse(path) {
        assert_eq!(BundlePath::parse(&path.to_string()), Some(path));
    }
    let mut tiles = TileMap::new();
    if let Some(found) = TilePath::parse(path) {
        assert_eq!(found.to_string(), path);
        let _ = tiles.insert(found, bytes.to_vec());
    }
    for needed in tile::needed_tiles_for_inclusion(index, size).into_iter().chain(tile::needed_tiles_for_root(size)) {
        let given: Vec<u8> = bytes.iter().copied().cycle().take(usize::from(needed.width) * 32).collect();
        let _ = tiles.insert(needed, given);
    }
    let root = tile::root(size, &tiles);
    if let (Ok(proof), Ok(root)) = (tile::inclusion_proof(index, size, &tiles), root) {
        // made-up tiles do not agree with one another: whatever comes out of them proves nothing or exactly itself
        let _ = strongroom_tlog::merkle::verify_inclusion(&[0; 32], index, size, &proof, &root);
    }
    let _ = tile::consistency_proof(index, size, &tiles);
});
