//! Taking a backup while the firm works.

use std::path::Path;
use std::sync::Arc;

use futures_util::StreamExt as _;
use strongroom_seal::mac::{self, Sha256};
use strongroom_storage::blob::{BlobName, Blobs};
use strongroom_storage::disk::Disk;
use strongroom_storage::sql::shape::{Table, Values};
use strongroom_storage::sql::{Db, Tx};

use super::files::{NAMES_FILES, blocks, files_of, rows_of};
use super::manifest::{LEFT_OUT, MARK, Manifest, TableCopy, piece_path, unreadable};
use super::{Progress, store};
use crate::kernel::actor::{Actor, Channel};
use crate::kernel::clock::{Micros, rfc3339};
use crate::kernel::copied::{columns_of, to_json};
use crate::kernel::ctx::{Ctx, Place};
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::schema::MIGRATIONS;
use crate::kernel::strongroom::Strongroom;
use crate::kernel::target::Target;
use crate::kernel::verb::Verb;

/// Rows that are read at once.
const PAGE: u32 = 500;
/// A file of rows is never longer than about this.
const LONGEST: usize = 4 << 20;
/// What a backup would not come back without, or does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What is wrong, without anything of a client.
    pub what: String,
    /// What to do.
    pub repair: String,
}

/// A backup that was taken.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// The snapshot's name.
    pub snapshot: String,
    /// Rows in it.
    pub rows: u64,
    /// Sealed files that it names, and their bytes.
    pub files: (u64, u64),
    /// Of them those that were not in the folder yet.
    pub new_files: (u64, u64),
    /// Entries of the ledger.
    pub ledger_size: u64,
    /// Anything here: it is no good end.
    pub warnings: Vec<Warning>,
}

/// A backup that came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastBackup {
    /// When.
    pub at: Micros,
    /// What it would not come back without, or does not hold: so many warnings.
    pub warnings: u64,
}

/// The newest backup that came to its end, as the ledger has it.
///
/// # Errors
/// Storage.
pub(crate) async fn newest(db: &Db) -> Result<Option<LastBackup>> {
    for row in db.all(&store::BACKUPS, &[]).await? {
        let entry: serde_json::Value =
            serde_json::from_slice(&row.get::<Vec<u8>>("bytes")?).unwrap_or_default();
        let fact = |name: &str| entry.get("facts").and_then(|facts| facts.get(name));
        if fact("snapshot").is_some() {
            let warnings = fact("warnings").and_then(serde_json::Value::as_u64).unwrap_or(0);
            return Ok(Some(LastBackup { at: row.get("at")?, warnings }));
        }
    }
    Ok(None)
}

/// Copies the firm into a folder of backups, which is made where there is none.
///
/// # Errors
/// The folder holds something else; sealed; storage. A snapshot that did not come to its end has no manifest.
pub async fn backup(
    room: &Arc<Strongroom>,
    operator: &str,
    to: &Path,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Taken> {
    let Ok(_alone) = room.backing_up.try_lock() else {
        return Err(Error::conflict("backup.running", "A backup is being taken now. Wait for it to end."));
    };
    let operator = Actor::Operator(operator.to_owned());
    let ctx = Ctx::new(room.clone(), operator, Channel::Cli, Place::default());
    ctx.permit_with(Verb::SystemBackup, &Target::Firm, Facts::default()).await?;
    let disk = room.vault.store().disk().clone();
    prepare(&disk, to, &room.firm.id.to_string())?;
    let mut copy = Copy { room, disk, to, taken: Taken::default(), progress };
    let taken_at = room.now();
    let tables = copy.tables().await?;
    copy.files(&tables).await?;
    // every row of the snapshot has its entry under what is signed now
    room.sequence_all().await?;
    copy.begin("ledger");
    let ledger_size = room.copy_ledger_to(&to.join("ledger")).await?;
    copy.keyring();
    copy.ledger_replicas(ledger_size).await?;
    let random: [u8; 4] = room.random();
    let stamp: String =
        rfc3339(taken_at).chars().take(19).filter(|c| c.is_ascii_digit() || *c == 'T').collect();
    let manifest = Manifest {
        format: 1,
        id: format!("{stamp}Z-{}", hex::encode(random)),
        firm: room.firm.id.to_string(),
        origin: room.firm.origin.clone(),
        taken_at,
        schema: MIGRATIONS.last().map_or(0, |m| m.number),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        tables,
        files: copy.taken.files.0,
        bytes: copy.taken.files.1,
        ledger_size,
        mac: String::new(),
    };
    let manifest = manifest.sealed(&room.vault)?;
    let text = serde_json::to_vec_pretty(&manifest).map_err(|e| Error::Internal(e.to_string()))?;
    put(&copy.disk, &to.join("snapshots"), &format!("{}.json", manifest.id), &text)?;
    let mut taken = copy.taken;
    (taken.snapshot, taken.ledger_size) = (manifest.id, ledger_size);
    taken.rows = manifest.tables.iter().map(|table| table.rows).sum();
    let done = Facts::default()
        .clear("snapshot", taken.snapshot.clone())
        .clear("rows", taken.rows)
        .clear("files", taken.files.0)
        .clear("warnings", taken.warnings.len());
    ctx.permit_with(Verb::SystemBackup, &Target::Firm, done).await?;
    Ok(taken)
}

/// Makes sure that the folder is this firm's.
fn prepare(disk: &Disk, to: &Path, firm: &str) -> Result<()> {
    let mark = to.join(MARK);
    let wrong = |e: std::io::Error| unreadable(to, e);
    if disk.exists(&mark).map_err(wrong)? {
        let found = disk.read(&mark).map_err(|e| unreadable(&mark, e))?;
        if found == mark_of(firm).as_bytes() {
            return Ok(());
        }
        return Err(Error::conflict("backup.folder", "The folder holds backups of another firm."));
    }
    disk.make_folder(to).map_err(wrong)?;
    if !disk.names(to).map_err(wrong)?.iter().all(|name| name == "lost+found" || name.starts_with(MARK)) {
        let says = "The folder holds something else. Name an empty one, or one that does not exist.";
        return Err(Error::conflict("backup.folder", says));
    }
    disk.write_durably(to, MARK, mark_of(firm).as_bytes()).map_err(|e| unreadable(&mark, e))
}

fn mark_of(firm: &str) -> String {
    format!("Backups of Strongroom, layout 1, firm {firm}\n")
}

/// Writes a file, and reads it back.
fn put(disk: &Disk, folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    disk.write_and_read_back(folder, name, bytes).map_err(|e| unreadable(&folder.join(name), e))
}

struct Copy<'a> {
    room: &'a Arc<Strongroom>,
    disk: Disk,
    to: &'a Path,
    taken: Taken,
    progress: &'a mut (dyn FnMut(Progress) + Send),
}

impl Copy<'_> {
    fn begin(&mut self, step: &'static str) {
        (self.progress)(Progress { step, done: 0 });
    }

    fn warn(&mut self, what: impl Into<String>, repair: &str) {
        self.taken.warnings.push(Warning { what: what.into(), repair: repair.to_owned() });
    }

    /// Every row, as one moment saw them.
    async fn tables(&mut self) -> Result<Vec<TableCopy>> {
        let shapes = self.room.shapes().await?;
        let mut moment = self.room.db.snapshot().await?;
        self.begin("rows");
        let mut tables = Vec::new();
        for shape in shapes.iter().filter(|shape| !LEFT_OUT.contains(&shape.name.as_str())) {
            tables.push(self.table(&mut moment, shape).await?);
        }
        moment.rollback().await?;
        Ok(tables)
    }

    async fn table(&mut self, moment: &mut Tx, shape: &Table) -> Result<TableCopy> {
        let (name, columns) = (shape.name.clone(), columns_of(shape));
        let mut copy = TableCopy { name, columns, rows: 0, pieces: Vec::new() };
        let (mut after, mut piece): (Option<Values>, Vec<u8>) = (None, Vec::new());
        loop {
            let page = shape.page(moment, after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(shape.key_of(last));
            for row in &page {
                copy.rows += 1;
                piece.extend_from_slice(to_json(row).to_string().as_bytes());
                piece.push(b'\n');
                // by the row alone, so that the same rows make the same files next time
                if cuts(&shape.key_of(row)) || piece.len() >= LONGEST {
                    self.piece(&mut copy, std::mem::take(&mut piece))?;
                }
            }
            (self.progress)(Progress { step: "rows", done: copy.rows });
        }
        if !piece.is_empty() {
            self.piece(&mut copy, piece)?;
        }
        Ok(copy)
    }

    fn piece(&self, copy: &mut TableCopy, bytes: Vec<u8>) -> Result<()> {
        let hash = hex::encode(mac::sha256(&bytes));
        let path = piece_path(self.to, &hash);
        // one that lies there from an earlier backup may have rotted since
        let there = self.disk.read(&path).is_ok_and(|found| found == bytes);
        if !there && let (Some(folder), Some(name)) = (path.parent(), path.file_name()) {
            put(&self.disk, folder, &name.to_string_lossy(), &bytes)?;
        }
        copy.pieces.push(hash);
        Ok(())
    }

    /// Every sealed file that the snapshot's versions name.
    async fn files(&mut self, tables: &[TableCopy]) -> Result<()> {
        self.begin("files");
        let shapes = self.room.shapes().await?;
        let Some(shape) = shapes.iter().find(|shape| shape.name == NAMES_FILES) else { return Ok(()) };
        let target = Blobs::folder(&self.disk, &self.to.join("blobs")).await?;
        for hash in tables.iter().filter(|table| table.name == NAMES_FILES).flat_map(|t| &t.pieces) {
            for name in files_of(shape, &rows_of(&self.disk, self.to, shape, hash)?)? {
                self.file(&target, &name).await?;
            }
        }
        Ok(())
    }

    async fn file(&mut self, target: &Blobs, name: &BlobName) -> Result<()> {
        let source = match self.room.blobs.open(name).await {
            Ok(source) => source,
            Err(strongroom_storage::blob::BlobError::Missing) => {
                let repair = "Run `strongroom check`: it names the record. What is missing is in no backup either from now on.";
                self.warn(format!("the sealed file {} is missing and was not copied", name.as_str()), repair);
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        self.taken.files.0 += 1;
        self.taken.files.1 += source.len();
        (self.progress)(Progress { step: "files", done: self.taken.files.0 });
        if target.len(name).await.is_ok_and(|len| len == source.len()) {
            return Ok(());
        }
        let (mut writer, mut hash, mut blocks) = (target.create(name), Sha256::new(), blocks(&source));
        while let Some(block) = blocks.next().await {
            let block = block?;
            hash.update(&block);
            writer.write(block).await?;
        }
        writer.commit().await?;
        self.taken.new_files.0 += 1;
        self.taken.new_files.1 += source.len();
        if read_back(target, name).await? == hash.finish() {
            Ok(())
        } else {
            target.delete(name).await?;
            Err(unreadable(
                &self.to.join("blobs"),
                format!("{} does not read back as written", name.as_str()),
            ))
        }
    }

    /// What opens the backup lies elsewhere: it is looked for now, not on the bad day.
    fn keyring(&mut self) {
        self.begin("keyring replicas");
        let store = self.room.vault.store();
        let good = store.readable();
        if good < 2 {
            let repair = "The backup holds no key and opens with the keyring alone. Name a second folder on another disk or host in `storage.keyring`.";
            self.warn(
                format!("{good} replica of the keyring reads back, and losing it loses everything"),
                repair,
            );
        }
    }

    async fn ledger_replicas(&mut self, ledger_size: u64) -> Result<()> {
        self.begin("ledger replicas");
        self.room.copy_to_replicas().await;
        let mut good = 0;
        for (folder, _) in self.room.ledger_replicas() {
            good += u64::from(
                matches!(self.room.replica_agrees(&folder).await?, Ok(size) if size >= ledger_size),
            );
        }
        if good == 0 {
            let repair = "Without one that reaches what the keyring remembers, this backup cannot be put back. Name a folder on another disk or host in `ledger.replicas`.";
            self.warn("no replica of the ledger reads back whole", repair);
        }
        Ok(())
    }
}

/// Whether a file of rows ends after the row with this key: once in some thousand rows.
fn cuts(key: &Values) -> bool {
    let hash = mac::sha256(to_json(key).to_string().as_bytes());
    matches!(hash, [0, second, ..] if second < 64)
}

async fn read_back(blobs: &Blobs, name: &BlobName) -> Result<[u8; 32]> {
    let reader = blobs.open(name).await?;
    let (mut hash, mut blocks) = (Sha256::new(), blocks(&reader));
    while let Some(block) = blocks.next().await {
        hash.update(&block?);
    }
    Ok(hash.finish())
}
