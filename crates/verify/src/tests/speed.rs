//! Measurements, not run by default:
//! `cargo test --release -p strongroom-verify -- --ignored --nocapture speed`.

use std::time::Instant;

use strongroom_tlog::{Appender, leaf_hash, node_hash};

use super::{Desk, TestLog};

const ENTRIES: usize = 1_000_000;

#[test]
#[ignore = "a measurement: run it in release"]
fn a_million_entries_against_a_plain_tree_in_memory() {
    // as long as an entry with two sealed parts
    let entries: Vec<Vec<u8>> = (0..ENTRIES).map(|i| format!("{i:0>600}").into_bytes()).collect();
    let start = Instant::now();
    let mut row: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let leaves = row.clone();
    while row.len() > 1 {
        let (pairs, odd) = row.as_chunks::<2>();
        let mut above: Vec<_> = pairs.iter().map(|[left, right]| node_hash(left, right)).collect();
        above.extend(odd);
        row = above;
    }
    let plain = start.elapsed();

    let start = Instant::now();
    let mut appender = Appender::new();
    for batch in leaves.chunks(100) {
        appender.append(batch).unwrap();
        assert_ne!(appender.root(), [0; 32]);
    }
    let append = start.elapsed();
    assert_eq!(vec![appender.root()], row);

    let desk = Desk::with(&TestLog::of(entries));
    let start = Instant::now();
    desk.run("log @log --vkey @vkey").unwrap();
    let verify = start.elapsed();
    eprintln!(
        "plain tree {plain:?}; appending in batches of 100 with a root each {append:?} ({:.0} a second); \
         verifying the folder {verify:?}, {:.2} times the plain tree",
        ENTRIES as f64 / append.as_secs_f64(),
        verify.as_secs_f64() / plain.as_secs_f64(),
    );
}
