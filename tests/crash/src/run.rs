//! One run of one seed: a firm works, something goes wrong at some step, the machine comes up again, and everything that
//! was acknowledged is held against what is there.

use std::fmt::Write as _;
use std::sync::Arc;

use strongroom_domain::Strongroom;
use strongroom_domain::features::check::{Progress, check};
use strongroom_domain::kernel::clock::HOUR;

use crate::chance::Chance;
use crate::disk::Trouble;
use crate::journal::Journal;
use crate::work::Work;
use crate::world::{Cast, Stop, Template, World};

/// Acts of one run at most.
const ACTS: usize = 14;
/// A step by which most runs have done all that they do.
const STEPS: usize = 500;

/// What a run did.
#[derive(Debug, Default)]
pub struct Told {
    /// At which step what went wrong; none where all went well.
    pub struck: Option<String>,
    /// How many things were acknowledged.
    pub acknowledged: usize,
    /// Steps in all.
    pub steps: u64,
}

fn trouble(chance: &Chance) -> Trouble {
    let at = chance.below(STEPS) as u64 + 1;
    match chance.below(10) {
        0..=5 => Trouble::Stop(at),
        6..=7 => Trouble::Fail(at),
        8 => Trouble::Full(at),
        _ => Trouble::None,
    }
}

/// Runs a seed.
///
/// # Errors
/// What did not hold, with all that was done before.
pub async fn run(template: &Template, seed: u64) -> Result<Told, String> {
    run_on(template, seed, false).await
}

/// The same on a disk that says of everything that it was synced, and keeps nothing of it: what the harness must find.
///
/// # Errors
/// As [`run`].
pub async fn run_on_a_liar(template: &Template, seed: u64) -> Result<Told, String> {
    run_on(template, seed, true).await
}

async fn run_on(template: &Template, seed: u64, liar: bool) -> Result<Told, String> {
    let chance = Arc::new(Chance::new(seed));
    let trouble = trouble(&chance);
    let mut world = template.begin(trouble.clone());
    if liar {
        world.disk.lie();
    }
    let mut story = vec![format!("seed {seed}: {trouble:?}")];
    let outcome = Box::pin(lives(&mut world, &template.cast, &chance, &mut story)).await;
    outcome.map_err(|what| {
        let mut text = String::new();
        for line in &story {
            let _ = writeln!(text, "  {line}");
        }
        format!("{what}\n{text}")
    })
}

async fn lives(
    world: &mut World,
    cast: &Cast,
    chance: &Arc<Chance>,
    story: &mut Vec<String>,
) -> Result<Told, String> {
    let mut told = Told::default();
    let mut journal = Journal::default();
    match Box::pin(world.start(chance)).await {
        Ok(room) => {
            let mut work = Work::new(world, room.clone(), cast, chance);
            for _ in 0..ACTS {
                if world.disk.is_off() {
                    break;
                }
                work.act().await;
            }
            story.append(&mut work.told);
            journal = work.journal;
            if !world.disk.is_off() {
                world.disk.mend();
                Box::pin(in_place(world, &room, cast, &mut journal)).await?;
            }
        }
        Err(error) => story.push(format!("it did not start: {error}")),
    }
    (told.steps, told.struck) = (world.disk.steps(), world.disk.struck());
    story.push(format!("struck: {:?}", told.struck));
    told.acknowledged = journal.records.len() + journal.entries.len();
    let stop = if chance.one_in(2) { Stop::Killed } else { Stop::PowerFailed };
    // the next start may be cut off too
    let again = if chance.one_in(4) { Trouble::Stop(chance.below(40) as u64 + 1) } else { Trouble::None };
    story.push(format!("then {stop:?}, then {again:?}"));
    let mut next = world.after(stop, again, chance);
    if let Err(error) = Box::pin(next.start(chance)).await {
        story.push(format!("the start was cut off: {error}"));
        if !next.disk.is_off() {
            return Err(format!("it does not start again: {error}"));
        }
    }
    let stop = if chance.one_in(2) { Stop::Killed } else { Stop::PowerFailed };
    next = next.after(stop, Trouble::None, chance);
    let room =
        Box::pin(next.start(chance)).await.map_err(|error| format!("it does not start again: {error}"))?;
    Box::pin(whole(&next, &room, cast, &mut journal)).await?;
    *world = next;
    Ok(told)
}

/// After something failed and the program went on: nothing that it answered is lost.
async fn in_place(
    world: &World,
    room: &Arc<Strongroom>,
    cast: &Cast,
    journal: &mut Journal,
) -> Result<(), String> {
    if room.vault().is_sealed() {
        return Ok(());
    }
    let uploads = journal.uploads.clone();
    journal.holds(world, room, cast).await.map_err(|what| format!("while it runs: {what}"))?;
    // they were finished in passing: they are records now, and what is held below
    journal.uploads = uploads;
    Ok(())
}

/// All that was acknowledged is there, all agrees, and work goes on.
async fn whole(
    world: &World,
    room: &Arc<Strongroom>,
    cast: &Cast,
    journal: &mut Journal,
) -> Result<(), String> {
    journal.holds(world, room, cast).await?;
    world.clock.advance(2 * HOUR);
    strongroom_domain::features::upload::sweep(room).await.map_err(|e| format!("sweep: {e}"))?;
    room.sequence_all().await.map_err(|e| format!("the ledger goes on: {e}"))?;
    room.copy_to_replicas().await;
    let found =
        check(room, "tester", true, &mut |_: Progress| {}).await.map_err(|e| format!("check: {e}"))?;
    if !found.is_empty() {
        return Err(format!("check --deep found {found:#?}"));
    }
    let chance = Chance::new(1);
    let mut work = Work::new(world, room.clone(), cast, &chance);
    for _ in 0..3 {
        work.act().await;
    }
    let refused: Vec<&String> = work.told.iter().filter(|t| !t.ends_with(": done")).collect();
    if refused.is_empty() { Ok(()) } else { Err(format!("work does not go on: {refused:?}")) }
}
