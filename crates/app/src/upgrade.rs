//! `upgrade`: what a new release does to the database, before it is started. `serve` does the same at its start.

use anyhow::bail;
use strongroom_domain::features::firm::{self, Before, Upgrade};
use strongroom_domain::kernel::clock::{Clock as _, SystemClock, rfc3339};

use crate::args;
use crate::config;
use crate::operator;
use crate::room;
use crate::say::{Ending, note, out, words};

/// Runs the command.
pub(crate) fn run(options: &args::Upgrade) -> anyhow::Result<Ending> {
    let config = config::load(&options.place)?;
    operator::runtime()?.block_on(async {
        // looking is done beside a server that runs
        let lock = if options.check { None } else { room::lock(&config)? };
        if lock.is_none() && !options.check {
            bail!("a server works in {}: stop it, and run this again", config.data().display());
        }
        let db = room::stores(&config).await?.db;
        let now = SystemClock.now();
        let ending = match firm::upgrade_of(&db).await? {
            None => {
                out("The database is as this release needs it.");
                Ending::Done
            }
            Some(upgrade) if options.check => {
                told(&upgrade, false);
                match upgrade.hindrance(now) {
                    Some(why) => note(words(&why)),
                    None => out("It can begin: start the server, or run `strongroom upgrade`."),
                }
                Ending::Found
            }
            Some(upgrade) => {
                told(&upgrade, options.without_copy);
                firm::upgrade(&db, now, options.without_copy).await?;
                out("The database is now as this release needs it. Older releases no longer open it.");
                Ending::Done
            }
        };
        db.close().await;
        drop(lock);
        Ok(ending)
    })
}

fn told(upgrade: &Upgrade, without_copy: bool) {
    out(format_args!("The database has schema {}. To do: {}.", upgrade.from, upgrade.steps.join(", ")));
    match &upgrade.before {
        _ if without_copy => out("No copy is kept."),
        Before::Copy(place) => out(format_args!(
            "Before that, a copy is kept in {} ({} bytes; {} are free).",
            place.path.display(),
            place.size,
            place.room.free
        )),
        Before::Backup(None) => out("There is no backup of this firm."),
        Before::Backup(Some(backup)) => {
            out(format_args!("The newest backup is of {}.", rfc3339(backup.at)));
        }
    }
}
