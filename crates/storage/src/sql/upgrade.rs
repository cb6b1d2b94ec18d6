//! Before a schema changes: what a database still lacks, and the copy of it that is kept.
//!
//! What must hold: nothing here changes the database. A copy has its name only when it was written whole, read back and
//! is durable; it is as private as the database, and as sealed.

use std::path::{Path, PathBuf};

use super::db::Backend;
use super::error::{Cause, classify};
use super::migrate::{APPLIED, check_applied, check_list, find};
use super::sqlite_conn::Opening;
use super::{Db, DbError, DbOptions, Engine, Migration, Sql};
use crate::disk::Room;

const IS_THERE: Sql = Sql::forked(
    "MIGRATION_TABLE",
    "SELECT COUNT(*) AS n FROM sqlite_schema WHERE name = 'schema_migration'",
    "SELECT COUNT(*) AS n FROM pg_class WHERE oid = to_regclass('schema_migration')",
    "each engine has a catalog of its own",
)
.scan_ok();

/// What a database lacks to be one of this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The migration it is at; 0 where it is new.
    pub at: u32,
    /// The names of those to come, in their order.
    pub names: Vec<&'static str>,
}

impl Pending {
    /// True where a database that is in use would change.
    #[must_use]
    pub fn is_upgrade(&self) -> bool {
        self.at > 0 && !self.names.is_empty()
    }
}

/// What is to be done to a database, without doing it.
///
/// # Errors
/// As [`migrate`](super::migrate()): a database of a newer program, a changed text.
pub async fn pending(db: &Db, migrations: &[Migration]) -> Result<Pending, DbError> {
    check_list(migrations)?;
    let rows = match db.one(&IS_THERE, &[]).await?.get::<i64>("n")? {
        0 => Vec::new(),
        _ => db.all(&APPLIED, &[]).await?,
    };
    check_applied(&rows, migrations)?;
    let mut pending = Pending { at: 0, names: Vec::new() };
    for migration in migrations {
        match find(&rows, migration.number)? {
            Some(_) => pending.at = migration.number,
            None => pending.names.push(migration.name),
        }
    }
    Ok(pending)
}

/// Where the copy of a database before an upgrade goes, and what there is for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyPlace {
    /// The copy's path.
    pub path: PathBuf,
    /// How large the database is.
    pub size: u64,
    /// The room beside it.
    pub room: Room,
}

impl CopyPlace {
    /// The copy, what the migrations write, and as much again.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.room.free / 3 >= self.size
    }
}

impl Db {
    /// Where a copy would go of a database that is a file; none of one that is a server's.
    ///
    /// # Errors
    /// The file cannot be looked at.
    pub fn copy_place(&self, schema: u32) -> Result<Option<CopyPlace>, DbError> {
        let Backend::Sqlite { writer, .. } = self.backend() else { return Ok(None) };
        let file = writer.path();
        let look = || {
            let (_, size) = self.disk().open(file)?;
            let room = self.disk().room(file.parent().unwrap_or(Path::new(".")))?;
            Ok(CopyPlace { path: copy_path(file, schema), size, room })
        };
        look().map(Some).map_err(|e: std::io::Error| classify("copy", &e.into()))
    }

    /// Keeps a copy of a database that is a file, beside it: whole, read back, durable. One of the same schema is
    /// replaced, those of older ones go.
    ///
    /// # Errors
    /// No room, or the database is not sound: nothing was changed.
    pub async fn keep_copy(&self, place: &CopyPlace, schema: u32) -> Result<(), DbError> {
        if self.engine() != Engine::Sqlite {
            return Ok(());
        }
        if !place.fits() {
            let says =
                format!("{} bytes are free where three times {} are wanted", place.room.free, place.size);
            return Err(DbError::Full(Cause::new("copy", says)));
        }
        let Backend::Sqlite { writer, .. } = self.backend() else { return Ok(()) };
        let (file, disk) = (writer.path().to_owned(), self.disk().clone());
        let to = place.path.clone();
        let work = tokio::task::spawn_blocking(move || {
            let io = |e: std::io::Error| classify("copy", &e.into());
            let half = to.with_extension("half");
            let held = disk.replace(&half).map_err(io)?;
            let options = DbOptions::default();
            // one that only reads may not write a copy either
            let source = Opening::new(&file, &options, true).open()?;
            source.is_sound()?;
            source.copy_into(&half)?;
            Opening::new(&half, &options, false).open()?.is_sound()?;
            held.sync().map_err(io)?;
            disk.rename(&half, &to).map_err(io)?;
            let folder = to.parent().unwrap_or(Path::new("."));
            disk.sync_dir(folder).map_err(io)?;
            for older in (0..schema).map(|older| copy_path(&file, older)) {
                if disk.exists(&older).map_err(io)? {
                    disk.remove(&older).map_err(io)?;
                }
            }
            Ok(())
        });
        work.await.unwrap_or_else(|_| Err(super::sqlite_conn::lost("copy")))
    }
}

/// `strongroom.db` as it was at schema 7 is `strongroom.db.schema-7`.
fn copy_path(file: &Path, schema: u32) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".schema-{schema}"));
    PathBuf::from(name)
}
