//! The making of the demo firm: set up with a key file, then its ninety days lived through the real operations,
//! by a clock that the story sets.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, bail};
use rustix::process::{Signal, set_parent_process_death_signal};
use strongroom_client::file;
use strongroom_client::progress::Progress;
use strongroom_demo::driver::{Making, live};
use strongroom_demo::kept::{self, Kept, Person};
use strongroom_demo::{Firm, Story};
use strongroom_domain::kernel::clock::{Clock as _, DAY, HOUR, SECOND, SetClock, SystemClock};
use strongroom_domain::kernel::strongroom::Settings;
use strongroom_domain::kernel::text::{Email, Name};
use strongroom_seal::password::Cost;

use crate::args::Seal;
use crate::config::FILE;
use crate::init::{Plan, make};
use crate::room;
use crate::say::{Ending, note};

/// Whichever firm is made, it is this one.
const SEED: u64 = 7;
/// Lies in the folder while the firm in it is not whole.
const UNFINISHED: &str = "demo.unfinished";
/// What a firm that was left unfinished consists of.
const PARTS: [&str; 8] = [
    FILE,
    "seal.key",
    "strongroom.db",
    "strongroom.db-wal",
    "strongroom.db-shm",
    "blobs",
    "keyring",
    "keyring-2",
];

/// Runs the hidden command, as the child of `demo`.
pub(crate) fn run(data: &Path) -> anyhow::Result<Ending> {
    let data = &std::path::absolute(data)?;
    // whoever ends the demo ends this too
    set_parent_process_death_signal(Some(Signal::KILL))?;
    prepare(data)?;
    crate::serve::runtime()?.block_on(build(data))?;
    std::fs::remove_file(data.join(UNFINISHED))?;
    Ok(Ending::Done)
}

/// An empty place: what an interrupted making left goes, what is not a demo's stays.
fn prepare(data: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(data)?;
    let mark = data.join(UNFINISHED);
    if mark.exists() {
        for part in PARTS.map(|part| data.join(part)) {
            let gone =
                if part.is_dir() { std::fs::remove_dir_all(&part) } else { std::fs::remove_file(&part) };
            match gone {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
    } else if PARTS.iter().any(|part| data.join(part).exists()) {
        bail!("there is a firm in {} that is no demo's: nothing was changed", data.display());
    }
    std::fs::write(&mark, "The demo firm in this folder is not whole yet.\n")?;
    Ok(())
}

async fn build(data: &Path) -> anyhow::Result<()> {
    let started = Instant::now();
    let now = SystemClock.now();
    let firm = Firm::new(now / DAY);
    let second = u32::try_from(now % DAY / SECOND).unwrap_or(0);
    let story = Story::new(&firm, SEED, second);
    let first = story.events.first().context("an empty story")?;
    let begins = (firm.today + first.at_day_offset) * DAY + i64::from(first.seconds) * SECOND - HOUR;
    let clock = Arc::new(SetClock::new(begins));
    note(format_args!(
        "Making a law firm: {} events of ninety days, each through the real operations.",
        story.events.len()
    ));
    let plan = plan(data, &firm, clock.clone())?;
    let (made, _) = make(&plan).await?;
    let room = made.room;
    let progress = Progress::things(story.events.len() as u64);
    let mut told = 0;
    let mut tell = |day: i64, done: usize, of: usize| {
        progress.add((done - told) as u64);
        progress.doing(if day == 0 { String::from("today") } else { format!("{} days ago", -day) });
        if done * 10 / of != told * 10 / of {
            progress.line(&format!("  {done} of {of} events, {} days ago", -day));
        }
        told = done;
    };
    let making = Making {
        room: room.clone(),
        clock: clock.clone(),
        first_link: &made.link.secret,
        progress: &mut tell,
    };
    let accounts = live(making, &firm, &story).await?;
    progress.end();
    clock.set(SystemClock.now().max(room.now()));
    let cast: BTreeMap<_, _> = firm.people.iter().map(|p| (p.key, p)).collect();
    let accounts = accounts.into_iter().filter_map(|account| {
        let person = cast.get(&account.key)?;
        Some(Person {
            name: person.name.to_owned(),
            email: person.email.to_owned(),
            role: person.role.word().to_owned(),
            password: account.password.to_string(),
            totp_secret: account.totp_secret.to_string(),
            token: String::new(),
            token_ends: 0,
            device: account.device,
            last_step: account.last_step,
        })
    });
    let mut people = Kept { people: accounts.collect() };
    people.renew_tokens(&room).await?;
    room::close(&room).await;
    file::replace(&data.join(kept::FILE), people.text().as_bytes())?;
    note(format_args!("Made in {:.1} s.", started.elapsed().as_secs_f32()));
    Ok(())
}

fn plan(data: &Path, firm: &Firm, clock: Arc<SetClock>) -> anyhow::Result<Plan> {
    let jensen = firm.person(strongroom_demo::cast::who::JENSEN).context("nobody to begin with")?;
    let settings = Settings {
        // a session of the story lasts the day; nobody waits for Argon2 five hundred times
        session_idle: DAY,
        password_cost: Cost::TEST,
        ..Settings::default()
    };
    Ok(Plan {
        data: data.to_owned(),
        keyring: Vec::new(),
        database: None,
        blobs: None,
        s3: None,
        seal: Seal::KeyFile(data.join("seal.key")),
        passphrase: None,
        firm: Name::parse(firm.name)?,
        public_url: String::from("http://localhost:8080"),
        host: String::from("demo.strongroom.invalid"),
        administrator: (Name::parse(jensen.name)?, Email::parse(jensen.email)?),
        alone: false,
        clock,
        settings,
    })
}
