//! Property: what SQL narrows is what the gate allows, in firms that nobody thought of.
//!
//! Firms are made up (`model.rs`) with spans that begin and end, walls of both kinds over clients and matters, by
//! name and through groups, and written as rows with their seals (`rows.rs`). At several instants each person asks
//! for every list, page by page. Three answers must agree: the list, the gate asked of each thing one by one, and
//! the table written down in the model. So nothing is lost by narrowing, nothing shown beyond, and no page says
//! that more follows where nothing does.
//!
//! `STRONGROOM_FIRMS=1000` makes more of them; a failure prints the seed (`STRONGROOM_SEED=…` runs it again) and
//! the smallest firm that still fails.

mod entries;
mod lists;
mod model;
mod rows;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use strongroom_seal::{Entropy as _, OsEntropy};

use crate::features::firm::fixture::Fixture;
use model::{Firm, LAST};

/// Enough for every kind of wall to stand before every kind of person, in less than a minute.
const FIRMS: u32 = 24;

fn setting(name: &str) -> Option<u64> {
    std::env::var_os(name)?.to_str()?.parse().ok()
}

#[test]
fn every_list_is_what_the_gate_allows_one_by_one() {
    let mut random = [0; 8];
    OsEntropy.fill(&mut random);
    let seed = setting("STRONGROOM_SEED").unwrap_or_else(|| u64::from_le_bytes(random));
    let cases = setting("STRONGROOM_FIRMS").and_then(|n| u32::try_from(n).ok()).unwrap_or(FIRMS);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 150, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let held =
        runner.run(&model::firms(), |firm| runtime.block_on(holds(&firm)).map_err(TestCaseError::fail));
    if let Err(failure) = held {
        panic!("STRONGROOM_SEED={seed}: {failure}");
    }
}

async fn holds(firm: &Firm) -> Result<(), String> {
    let f = Fixture::new().await;
    let placed = rows::place(&f, firm).await;
    // the first day, the last, and one between on which much has begun and ended
    for day in [0, 4, LAST] {
        f.clock.set(placed.at(day));
        for person in 0..firm.people.len() {
            lists::hold(&f, firm, &placed, person, day).await?;
        }
    }
    Ok(())
}
