//! A slice of the crash harness for every merge; `make crash` runs ten thousand seeds and more.

use crash::{Template, run, run_on_a_liar};

/// Seeds of one part: as many as fit into a merge.
const SEEDS: u64 = 110;

async fn part(n: u64) {
    let template = Box::pin(Template::new()).await;
    for seed in n * SEEDS..(n + 1) * SEEDS {
        if let Err(what) = Box::pin(run(&template, seed)).await {
            panic!("{what}");
        }
    }
}

#[tokio::test]
async fn what_was_acknowledged_outlives_every_end_of_the_world_1() {
    part(0).await;
}

#[tokio::test]
async fn what_was_acknowledged_outlives_every_end_of_the_world_2() {
    part(1).await;
}

#[tokio::test]
async fn what_was_acknowledged_outlives_every_end_of_the_world_3() {
    part(2).await;
}

#[tokio::test]
async fn what_was_acknowledged_outlives_every_end_of_the_world_4() {
    part(3).await;
}

/// The harness itself can fail: on a disk that keeps nothing of what it says is synced, something is lost soon.
#[tokio::test]
async fn a_disk_that_lies_is_found_out() {
    let template = Box::pin(Template::new()).await;
    for seed in 0..60 {
        if run_on_a_liar(&template, seed).await.is_err() {
            return;
        }
    }
    panic!("sixty runs on a disk that lies, and nothing was missed");
}

/// A seed runs the same way twice.
#[tokio::test]
async fn a_seed_tells_the_same_story_again() {
    let template = Box::pin(Template::new()).await;
    for seed in 0..10 {
        let (once, again) = (run(&template, seed).await.unwrap(), run(&template, seed).await.unwrap());
        assert_eq!(
            (once.steps, once.struck, once.acknowledged),
            (again.steps, again.struck, again.acknowledged),
            "{seed}"
        );
    }
}
