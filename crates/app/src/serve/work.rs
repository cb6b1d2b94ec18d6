//! What the server does by itself: signs the ledger, copies it to its replicas, shows it to its witnesses, keeps its newest checkpoint in the
//! keyring, counts the entries of each matter once a day, sweeps what crashed or expired uploads left, and forgets
//! old answers.

use std::sync::Arc;
use std::time::Duration;

use strongroom_domain::features::{ledger, upload};
use strongroom_domain::kernel::repeat;
use strongroom_domain::{Error, Strongroom};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

/// How often the keyring learns the newest checkpoint.
const CHECKPOINT: Duration = Duration::from_secs(60);
/// How often is swept.
const SWEEP: Duration = Duration::from_secs(3600);

/// Starts all of it.
pub(super) fn start(room: &Arc<Strongroom>) -> Vec<JoinHandle<()>> {
    vec![
        tokio::spawn(room.clone().run_sequencer()),
        tokio::spawn(room.clone().run_looks()),
        tokio::spawn(room.clone().run_replicas()),
        tokio::spawn(room.clone().run_witnesses()),
        tokio::spawn(room.clone().run_timestamps()),
        tokio::spawn(keep_checkpoints(room.clone())),
        tokio::spawn(count(room.clone())),
        tokio::spawn(sweep(room.clone())),
    ]
}

async fn keep_checkpoints(room: Arc<Strongroom>) {
    let mut kept = 0;
    let mut tick = interval(CHECKPOINT);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let (size, _) = room.checkpoint();
        if room.vault().is_sealed() || size == kept {
            continue;
        }
        match room.save_checkpoint().await {
            Ok(()) => kept = size,
            Err(Error::Sealed) => {}
            Err(error) => tracing::error!(cause = %error, "the keyring did not learn the newest checkpoint"),
        }
    }
}

/// Looks each minute whether a day has begun.
async fn count(room: Arc<Strongroom>) {
    let mut tick = interval(CHECKPOINT);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        // one node of several does it
        if room.vault().is_sealed() || !room.signs() {
            continue;
        }
        match ledger::count_if_due(&room).await {
            Ok(0) | Err(Error::Sealed) => {}
            Ok(matters) => tracing::info!(matters, "the entries of each matter were counted"),
            Err(error) => tracing::error!(cause = %error, "the entries of matters could not be counted"),
        }
    }
}

async fn sweep(room: Arc<Strongroom>) {
    let mut tick = interval(SWEEP);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if room.vault().is_sealed() || !room.signs() {
            continue;
        }
        match upload::sweep(&room).await {
            Ok((uploads, blobs)) if uploads + blobs > 0 => tracing::info!(uploads, blobs, "swept"),
            Ok(_) | Err(Error::Sealed) => {}
            Err(error) => tracing::error!(cause = %error, "the sweeper could not sweep"),
        }
        if let Err(error) = repeat::forget(&room).await {
            tracing::error!(cause = %error, "answers to repeated requests were not forgotten");
        }
    }
}
