//! Putting a firm back into an empty place.

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::StreamExt as _;
use strongroom_seal::keyring::Keyring;
use strongroom_seal::mac;
use strongroom_seal::unseal::RootKey;
use strongroom_seal::{Entropy, Key};
use strongroom_storage::blob::{BlobName, Blobs};
use strongroom_storage::disk::Disk;
use strongroom_storage::params;
use strongroom_storage::sql::shape;
use strongroom_storage::sql::{Db, Migration, migrate};

use super::files::{NAMES_FILES, blocks, files_of, rows_of};
use super::manifest::{Manifest, unreadable};
use super::{Progress, authority, ledger, store};
use crate::features::check::{Finding, NOT_REMEMBERED, check};
use crate::features::firm::firm_info;
use crate::kernel::actor::{Actor, Channel};
use crate::kernel::anchor;
use crate::kernel::clock::Clock;
use crate::kernel::ctx::{Ctx, Place};
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::gate::Gate;
use crate::kernel::id::{FirmId, Id};
use crate::kernel::keyring_file::KeyringStore;
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::schema::MIGRATIONS;
use crate::kernel::sequencer::verifier;
use crate::kernel::sets::Set;
use crate::kernel::strongroom::{Parts, Settings, Strongroom};
use crate::kernel::target::{Subject, Target};
use crate::kernel::vault::Vault;
use crate::kernel::verb::Verb;

/// Where the firm goes, and from what.
pub struct Restoring {
    /// An empty database.
    pub db: Db,
    /// An empty store.
    pub blobs: Blobs,
    /// The disk of backup, keyring and ledger.
    pub disk: Disk,
    /// The keyring's replicas, which are there.
    pub keyring: Vec<PathBuf>,
    /// What opened it: keyring, root key and keyring key.
    pub opened: (Keyring, RootKey, Key),
    /// The policies that came with the release.
    pub gate: Gate,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// What may be set.
    pub settings: Settings,
    /// The folder of backups.
    pub from: PathBuf,
    /// Which of its snapshots.
    pub manifest: Manifest,
    /// Replicas of the ledger; the longest counts, and the backup's own is one more.
    pub ledgers: Vec<PathBuf>,
    /// The account on the machine that restores.
    pub operator: String,
    /// Only tried: the keyring learns nothing of it.
    pub rehearsal: bool,
}

/// What the firm is without now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// Clients taken on after the snapshot.
    pub clients: u64,
    /// Matters of those.
    pub matters: u64,
    /// Records added after the snapshot.
    pub records: u64,
}

/// A firm that was put back; it is unsealed.
pub struct Restored {
    /// The working strongroom.
    pub room: Arc<Strongroom>,
    /// From which snapshot.
    pub manifest: Manifest,
    /// From which copy the ledger came, and how many entries it has.
    pub ledger: (PathBuf, u64),
    /// Authority sets that were newer in the ledger's copies than in the snapshot.
    pub newer_sets: u64,
    /// What came in after the snapshot.
    pub lost: Lost,
    /// How many sealed files were put back.
    pub files: u64,
    /// What `check --deep` says of it now.
    pub findings: Vec<Finding>,
}

/// Restores.
///
/// # Errors
/// The place is not empty; the snapshot was changed, or is of a newer release; the ledger's end is lost; storage. What was
/// written until then is no firm: the place is emptied before the next try.
pub async fn restore(restoring: Restoring, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<Restored> {
    let Restoring { db, blobs, disk, opened: (keyring, root, keyring_key), clock, manifest, .. } = restoring;
    let firm: FirmId =
        Id::parse(&manifest.firm).ok_or_else(|| unreadable(&restoring.from, "it names no firm"))?;
    let vault = Vault::new(firm.bytes(), KeyringStore::new(disk.clone(), restoring.keyring, clock.clone()));
    vault.unseal(keyring, root, keyring_key)?;
    manifest.check(&vault)?;
    empty(&db, &blobs).await?;
    migrate(&db, of(manifest.schema)?, clock.now()).await?;
    let copies = Copies { db: &db, disk: &disk, from: &restoring.from, progress };
    let named = copies.rows_and_files(&manifest, &blobs).await?;
    // a drill tries the snapshot, not what happened since
    let kept = if restoring.rehearsal { (0, mac::sha256(b"")) } else { vault.kept_checkpoint()? };
    let key = verifier(&vault, &manifest.origin)?;
    let mut folders = restoring.ledgers;
    folders.push(restoring.from.join("ledger"));
    let copy = ledger::longest(&disk, &folders, &key, kept)?;
    if copy.size < manifest.ledger_size {
        return Err(unreadable(&copy.folder, "it ends before the snapshot was taken"));
    }
    let said = ledger::put(&db, &disk, &copy, clock.now()).await?;
    let (newer_sets, ahead) = authority::renew(&db, &vault, &disk, &folders, &said).await?;
    anchor::begin_again(&db, &vault, restoring.entropy.as_ref(), said.number).await?;
    migrate(&db, MIGRATIONS, clock.now()).await?;
    let firm = firm_info(&db).await?;
    let Restoring { gate, entropy, settings, .. } = restoring;
    let room = Strongroom::new(Parts { db, blobs, vault, gate, clock, entropy, firm, settings });
    room.begin_restored().await?;
    if !restoring.rehearsal {
        room.skip_numbers().await?;
    }
    if restoring.rehearsal {
        // the firm's key signs one history only
        room.only_examine();
    }
    let (lost, from) = lost(&room, said.accounted).await?;
    let (of, counters) = (manifest.clone(), room.counters().await?);
    let told = RestoreFirm { manifest: of, from, to: copy.size, lost, files: named, ahead, counters };
    let operator = Actor::Operator(restoring.operator.clone());
    Ctx::new(room.clone(), operator, Channel::Cli, Place::default()).perform(told).await?;
    room.sequence_all().await?;
    if !restoring.rehearsal {
        room.save_checkpoint().await?;
    }
    let mut findings = check(&room, &restoring.operator, true, &mut |_| {}).await?;
    if restoring.rehearsal {
        // the keyring goes on with the firm while its backup is tried
        findings.retain(|finding| finding.what != NOT_REMEMBERED);
    }
    Ok(Restored {
        room,
        manifest,
        ledger: (copy.folder, copy.size),
        newer_sets,
        lost,
        files: named,
        findings,
    })
}

/// The migrations up to that of the snapshot.
fn of(schema: u32) -> Result<&'static [Migration]> {
    let newest = MIGRATIONS.last().map_or(0, |migration| migration.number);
    if schema > newest {
        let says = "The snapshot was taken by a newer release. Restore with that one, or a newer.";
        return Err(Error::conflict("backup.newer", says));
    }
    let upto = MIGRATIONS.iter().filter(|migration| migration.number <= schema).count();
    Ok(MIGRATIONS.get(..upto).unwrap_or(MIGRATIONS))
}

/// Nothing is put over anything.
async fn empty(db: &Db, blobs: &Blobs) -> Result<()> {
    let mut moment = db.snapshot().await?;
    let mut there = blobs.list().next().await?.is_some();
    for table in shape::tables(db).await? {
        there |= table.name != "authority" && !table.page(&mut moment, None, 1).await?.is_empty();
    }
    moment.rollback().await?;
    if there {
        let says =
            "A restore goes into an empty place: an empty database and no sealed files. Nothing was changed.";
        return Err(Error::conflict("restore.not_empty", says));
    }
    Ok(())
}

struct Copies<'a> {
    db: &'a Db,
    disk: &'a Disk,
    from: &'a std::path::Path,
    progress: &'a mut (dyn FnMut(Progress) + Send),
}

impl Copies<'_> {
    /// Puts back every row, and every file that they name; how many files.
    async fn rows_and_files(self, manifest: &Manifest, blobs: &Blobs) -> Result<u64> {
        let shapes = shape::tables(self.db).await?;
        let source = Blobs::folder(self.disk, &self.from.join("blobs")).await?;
        let mut files = 0;
        for copy in &manifest.tables {
            let shape = shapes.iter().find(|shape| shape.name == copy.name);
            let shape = shape.ok_or_else(|| unreadable(self.from, format!("no table {}", copy.name)))?;
            if !copy.columns.iter().map(|(name, _)| name).eq(shape.columns.iter().map(|(name, _)| name)) {
                return Err(unreadable(self.from, format!("{} has other columns here", copy.name)));
            }
            let twice = if shape.names_itself() { 2 } else { 1 };
            for pass in 1..=twice {
                for hash in &copy.pieces {
                    let rows = rows_of(self.disk, self.from, shape, hash)?;
                    let mut tx = self.db.begin().await?;
                    for row in &rows {
                        let row = if pass < twice { shape.alone(row) } else { row.clone() };
                        shape.put(&mut tx, &row).await?;
                    }
                    tx.commit().await?;
                    if copy.name == NAMES_FILES {
                        files += copy_files(&source, blobs, &files_of(shape, &rows)?).await?;
                        (self.progress)(Progress { step: "files", done: files });
                    }
                }
            }
        }
        Ok(files)
    }
}

async fn copy_files(source: &Blobs, target: &Blobs, names: &[BlobName]) -> Result<u64> {
    let mut files = 0;
    for name in names {
        // what the backup does not have is named by the check at the end
        let Ok(reader) = source.open(name).await else { continue };
        let (mut writer, mut blocks) = (target.create(name), blocks(&reader));
        while let Some(block) = blocks.next().await {
            writer.write(block?).await?;
        }
        writer.commit().await?;
        files += 1;
    }
    Ok(files)
}

/// What the ledger says was made and is not there, from an index on; and the index of the first of it.
async fn lost(room: &Strongroom, since: i64) -> Result<(Lost, Option<i64>)> {
    let (mut lost, mut from) = (Lost::default(), None);
    for row in room.db.all(&store::LOST, &params![since]).await? {
        let (verb, first): (String, i64) = (row.get("verb")?, row.get("first")?);
        let count = if verb == Verb::ClientCreate.word() {
            &mut lost.clients
        } else if verb == Verb::MatterCreate.word() {
            &mut lost.matters
        } else {
            &mut lost.records
        };
        *count = row.get("n")?;
        from = Some(from.map_or(first, |from: i64| from.min(first)));
    }
    Ok((lost, from))
}

/// The ledger shows the restore, and states authority as it is from now on.
struct RestoreFirm {
    manifest: Manifest,
    from: Option<i64>,
    to: u64,
    lost: Lost,
    files: u64,
    /// Sets whose copy was newer than the copied ledger's last word on them: this entry is the next.
    ahead: Vec<Set>,
    /// The counters as they are from now on.
    counters: serde_json::Value,
}

impl Operation for RestoreFirm {
    const VERB: Verb = Verb::SystemRestore;
    type Output = ();

    fn target(&self) -> Target {
        Target::Firm
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<()>> {
        let firm = tx.ctx().room.firm.id;
        for set in &self.ahead {
            tx.take_over(*set)?;
        }
        if !self.ahead.contains(&Set::Firm(firm)) {
            tx.touch(Set::Firm(firm)).await?;
        }
        let Lost { clients, matters, records } = self.lost;
        let to = i64::try_from(self.to).unwrap_or(i64::MAX);
        let facts = Facts::about([firm.any()])
            .clear("snapshot", self.manifest.id)
            .clear("taken_at", self.manifest.taken_at)
            .clear("from", self.from.unwrap_or(to))
            .clear("to", to)
            .clear("files", self.files)
            .clear("counters", self.counters)
            .clear("lost", serde_json::json!({ "clients": clients, "matters": matters, "records": records }));
        Ok(Done::recording((), facts))
    }
}
