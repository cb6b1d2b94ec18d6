//! Bringing a firm's database to this release: looked at first, copied, then changed step by step.
//!
//! What must hold: a database of a newer release is refused and nothing of it changed; no schema changes before a copy of
//! the database is durable beside it. A database on a server cannot be copied from here: there a backup of the last day
//! stands for it, or somebody says that they have seen to one. Each step is a transaction of its own, so that a start
//! goes on where one was cut off.

use strongroom_storage::sql::{CopyPlace, Db, migrate, pending};

use crate::features::backup::{self, LastBackup};
use crate::kernel::clock::{DAY, Micros};
use crate::kernel::error::{Error, Result};
use crate::kernel::schema::MIGRATIONS;

/// What an upgrade would do.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// The schema that the database has.
    pub from: u32,
    /// The steps, in their order.
    pub steps: Vec<&'static str>,
    /// What there will be to go back to.
    pub before: Before,
}

/// What a firm can go back to.
#[derive(Clone, Debug)]
pub enum Before {
    /// A copy, made as part of the upgrade.
    Copy(CopyPlace),
    /// The database is a server's: the newest backup that came to its end.
    Backup(Option<LastBackup>),
}

impl Upgrade {
    /// Why it cannot begin, if it cannot.
    #[must_use]
    pub fn hindrance(&self, now: Micros) -> Option<Error> {
        match &self.before {
            Before::Copy(place) if place.fits() => None,
            Before::Copy(place) => Some(Error::conflict(
                "upgrade.no_room",
                format!(
                    "The database has {} bytes, and {} are free beside it: an upgrade wants three times as many, to keep \
                     a copy. Nothing was changed. Make room, or take a backup and run `strongroom upgrade --without-copy`.",
                    place.size, place.room.free
                ),
            )),
            Before::Backup(Some(backup)) if now - backup.at < DAY => None,
            Before::Backup(_) => Some(Error::conflict(
                "upgrade.no_backup",
                "This release changes the database, and there is no backup of the last day to go back to. Nothing was \
                 changed. Take one with the release that ran before, or, if the database's own server keeps one, run \
                 `strongroom upgrade --without-copy`.",
            )),
        }
    }
}

/// What is to be done to a firm's database; none where it is as this release needs it, or new.
///
/// # Errors
/// It is a newer release's, or was changed; storage.
pub async fn upgrade_of(db: &Db) -> Result<Option<Upgrade>> {
    let pending = pending(db, MIGRATIONS).await?;
    if !pending.is_upgrade() {
        return Ok(None);
    }
    let before = match db.copy_place(pending.at)? {
        Some(place) => Before::Copy(place),
        None => Before::Backup(backup::newest(db).await?),
    };
    Ok(Some(Upgrade { from: pending.at, steps: pending.names, before }))
}

/// Makes the database one of this release.
///
/// # Errors
/// As [`upgrade_of`]; it cannot begin, unless `seen_to` says that somebody has seen to a way back. Nothing was changed.
pub async fn upgrade(db: &Db, now: Micros, seen_to: bool) -> Result<()> {
    if let Some(upgrade) = upgrade_of(db).await? {
        if let Some(why) = upgrade.hindrance(now).filter(|_| !seen_to) {
            return Err(why);
        }
        if let Before::Copy(place) = upgrade.before.clone()
            && !seen_to
        {
            db.keep_copy(&place, upgrade.from).await?;
            tracing::info!(path = %place.path.display(), "a copy of the database was kept before it is upgraded");
        }
    }
    Ok(migrate(db, MIGRATIONS, now).await?)
}
