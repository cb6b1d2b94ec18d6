//! Ledger replicas: folders on other disks or hosts into which entries, tiles and checkpoints are copied as they
//! are signed, in the layout that `strongroom-verify log` reads.
//!
//! What must hold: a replica is only ever added to. One that holds more than the database, or something else, is
//! evidence that the database was rolled back or forked: nothing is written into it, and the firm stays sealed.
//! A replica out of reach holds nothing up; health says so. Nothing here needs a client's key: entries keep their
//! parts sealed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use strongroom_storage::disk::Disk;
use strongroom_storage::params;
use strongroom_tlog::bundle::{BundlePath, push_entry};
use strongroom_tlog::tile::{FULL, needed_tiles_for_root, root, tiles_since};
use strongroom_tlog::{Hash, VerifierKey};

use super::clock::Micros;
use super::error::{Error, Result};
use super::ledger::{BUNDLE, Head, signed};
use super::sequencer::{opened, verifier};
use super::strongroom::Strongroom;

/// How long a replica that could not be written is left alone.
const AGAIN: Duration = Duration::from_secs(30);

/// How a replica stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplicaState {
    /// How many entries it holds.
    pub size: u64,
    /// When it was last written and read back by this server.
    pub copied_at: Option<Micros>,
    /// Why it is not kept up, if it is not.
    pub trouble: Option<String>,
}

struct Place {
    disk: Disk,
    folder: PathBuf,
    state: Mutex<ReplicaState>,
    /// Two copyings at once would take each other's partial tiles away, and one could put an older checkpoint back.
    copying: tokio::sync::Mutex<()>,
}

impl Place {
    fn new(disk: &Disk, folder: &Path) -> Self {
        let (state, copying) = (Mutex::default(), tokio::sync::Mutex::default());
        Self { disk: disk.clone(), folder: folder.to_owned(), state, copying }
    }
}

/// The replicas of the configuration.
pub struct LedgerReplicas(Vec<Arc<Place>>);

impl LedgerReplicas {
    /// The replicas in these folders.
    #[must_use]
    pub fn new(disk: &Disk, folders: &[PathBuf]) -> Self {
        let place = |folder: &PathBuf| Place::new(disk, folder);
        Self(folders.iter().map(place).map(Arc::new).collect())
    }

    /// Each folder and how it stands.
    #[must_use]
    pub fn states(&self) -> Vec<(PathBuf, ReplicaState)> {
        let state = |place: &Arc<Place>| place.state.lock().map(|s| s.clone()).unwrap_or_default();
        self.0.iter().map(|place| (place.folder.clone(), state(place))).collect()
    }
}

/// Why a replica's own checkpoint does not speak.
enum Mute {
    /// The folder cannot be read: it holds nothing up.
    OutOfReach(String),
    /// It holds something else than this firm's ledger.
    Other(&'static str),
}

impl From<Mute> for String {
    fn from(mute: Mute) -> Self {
        match mute {
            Mute::OutOfReach(why) => why,
            Mute::Other(why) => why.to_owned(),
        }
    }
}

/// What a replica's own checkpoint says; none where nothing was copied yet.
fn read_checkpoint(place: &Place, key: &VerifierKey) -> std::result::Result<Option<(u64, Hash)>, Mute> {
    let bytes = match place.disk.read(&place.folder.join("checkpoint")) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Mute::OutOfReach(format!("it cannot be read: {}", error.kind()))),
    };
    let checkpoint = opened(&bytes, key).map_err(Mute::Other)?;
    Ok(Some((checkpoint.size, checkpoint.root)))
}

/// Files on their way into one replica.
struct Copying {
    place: Arc<Place>,
    folders: BTreeSet<PathBuf>,
}

impl Copying {
    /// Writes a file; its folder is synced at the end. Done on a thread that may wait for the disk.
    async fn put(&mut self, name: String, bytes: Vec<u8>) -> std::io::Result<()> {
        let path = self.place.folder.join(&name);
        let (folder, file) = match (path.parent(), path.file_name()) {
            (Some(folder), Some(file)) => (folder.to_owned(), file.to_string_lossy().into_owned()),
            _ => return Err(std::io::ErrorKind::InvalidInput.into()),
        };
        for above in folder.ancestors().take_while(|f| f.starts_with(&self.place.folder)) {
            self.folders.insert(above.to_owned());
        }
        let disk = self.place.disk.clone();
        let written = tokio::task::spawn_blocking(move || disk.write_and_read_back(&folder, &file, &bytes));
        written.await?
    }

    /// What was written is there even if the power fails now.
    async fn sync(&self) -> std::io::Result<()> {
        let (disk, folders) = (self.place.disk.clone(), self.folders.clone());
        let synced = tokio::task::spawn_blocking(move || folders.iter().try_for_each(|f| disk.sync_dir(f)));
        synced.await?
    }

    /// Partial tiles that a wider one has replaced.
    async fn sweep(&self, names: Vec<String>) {
        let (disk, folder) = (self.place.disk.clone(), self.place.folder.clone());
        let swept = tokio::task::spawn_blocking(move || {
            for name in names {
                let (place, width) = name.split_once(".p/").unwrap_or((&name, ""));
                let partial = folder.join(format!("{place}.p"));
                for old in disk.names(&partial).into_iter().flatten().filter(|old| old != width) {
                    disk.remove(&partial.join(old)).ok();
                }
                if width.is_empty() {
                    disk.remove_dir(&partial).ok();
                }
            }
        });
        swept.await.ok();
    }
}

fn fault(cause: impl std::fmt::Display) -> String {
    cause.to_string()
}

impl Strongroom {
    /// How each ledger replica stands.
    #[must_use]
    pub fn ledger_replicas(&self) -> Vec<(PathBuf, ReplicaState)> {
        self.replicas.states()
    }

    fn ledger_key(&self) -> Result<VerifierKey> {
        verifier(&self.vault, &self.firm.origin)
    }

    /// No replica may know of more entries than the database, or of others.
    ///
    /// # Errors
    /// [`Error::Tampered`]: the database was rolled back or forked, or the replica is another firm's.
    pub(super) async fn hold_replicas(&self, head: &Head) -> Result<()> {
        let key = self.ledger_key()?;
        for place in &self.replicas.0 {
            if let Err(why) = self.agrees(place, &key, head.size).await? {
                tracing::error!(folder = %place.folder.display(), why, "a ledger replica does not agree");
                return Err(Error::Tampered {
                    table: "ledger_replica",
                    id: place.folder.display().to_string(),
                });
            }
        }
        Ok(())
    }

    /// Whether the replica's own tree is the beginning of ours; out of reach counts as agreeing, and is noted.
    pub(crate) async fn replica_agrees(&self, folder: &Path) -> Result<std::result::Result<u64, String>> {
        let key = self.ledger_key()?;
        let size = self.ledger_head().await?.size;
        match self.replicas.0.iter().find(|place| place.folder == folder) {
            Some(place) => self.agrees(place, &key, size).await,
            None => Ok(Err(String::from("it is not configured"))),
        }
    }

    async fn agrees(
        &self,
        place: &Place,
        key: &VerifierKey,
        size: u64,
    ) -> Result<std::result::Result<u64, String>> {
        let found = match read_checkpoint(place, key) {
            Ok(None) => return Ok(Ok(0)),
            Ok(Some(found)) => found,
            Err(Mute::OutOfReach(why)) => {
                note(place, why);
                return Ok(Ok(0));
            }
            Err(other) => return Ok(Err(other.into())),
        };
        Ok(self.begins_with(found, size).await?.map(|()| found.0))
    }

    /// Whether a tree of so many entries and this root is the beginning of ours of `size` entries.
    async fn begins_with(
        &self,
        (held, hash): (u64, Hash),
        size: u64,
    ) -> Result<std::result::Result<(), String>> {
        if held > size {
            let why =
                format!("it holds {held} entries and the database {size}: the database was rolled back");
            return Ok(Err(why));
        }
        let tiles = self.tiles(&needed_tiles_for_root(held)).await?;
        if root(held, &tiles).ok() != Some(hash) {
            return Ok(Err(String::from(
                "its ledger is another one: the database was forked, or tiles are lost",
            )));
        }
        Ok(Ok(()))
    }

    /// Copies to the replicas what was signed, as it is signed. Ends never; drop the task to stop it.
    pub async fn run_replicas(self: Arc<Self>) {
        if self.replicas.0.is_empty() {
            return;
        }
        let mut newest = self.signed.subscribe();
        loop {
            let well = self.vault.is_sealed() || self.copy_to_replicas().await;
            // what could not be copied is tried again later, also where nothing more is signed
            let wait = if well { Duration::MAX } else { AGAIN };
            if let Ok(Err(_)) = tokio::time::timeout(wait, newest.changed()).await {
                return;
            }
        }
    }

    /// Brings every replica up to the newest checkpoint; true where all of them are.
    pub async fn copy_to_replicas(&self) -> bool {
        let mut well = true;
        for place in &self.replicas.0 {
            match self.copy_to(place).await {
                Ok(size) => {
                    if let Ok(mut state) = place.state.lock() {
                        *state = ReplicaState { size, copied_at: Some(self.now()), trouble: None };
                    }
                }
                Err(why) => {
                    well = false;
                    note(place, why);
                }
            }
        }
        well
    }

    /// Copies the ledger with its copies of authority into a folder, up to what is signed now; how many entries it holds.
    ///
    /// # Errors
    /// The folder holds another ledger or cannot be written.
    pub(crate) async fn copy_ledger_to(&self, folder: &Path) -> Result<u64> {
        let place = Place::new(self.vault.store().disk(), folder);
        self.copy_to(&Arc::new(place))
            .await
            .map_err(|why| Error::Unavailable(format!("{}: {why}", folder.display())))
    }

    async fn copy_to(&self, place: &Arc<Place>) -> std::result::Result<u64, String> {
        let _alone = place.copying.lock().await;
        let (size, checkpoint) = self.checkpoint();
        let key = self.ledger_key().map_err(fault)?;
        let found = read_checkpoint(place, &key)?;
        if let Some(found) = found {
            self.begins_with(found, size).await.map_err(fault)??;
        }
        let held = found.map_or(0, |(size, _)| size);
        if held == size {
            return Ok(size);
        }
        let mut copying = Copying { place: place.clone(), folders: BTreeSet::new() };
        let mut names = Vec::new();
        let mut start = held / u64::from(FULL) * u64::from(FULL);
        while start < size {
            let path = BundlePath::of_entry(start, size).ok_or("the tree has no such entry")?;
            let bundle = self.bundle_bytes(path).await.map_err(fault)?;
            names.push(path.to_string());
            copying.put(path.to_string(), bundle).await.map_err(fault)?;
            start += u64::from(FULL);
        }
        for path in tiles_since(held, size) {
            let bytes = self.tile(path).await.map_err(fault)?.ok_or_else(|| format!("{path} is missing"))?;
            names.push(path.to_string());
            copying.put(path.to_string(), bytes).await.map_err(fault)?;
        }
        // before the checkpoint: what its entries changed is there with it
        for (name, copies) in self.authority_copies(held, size).await.map_err(fault)? {
            copying.put(name, copies).await.map_err(fault)?;
        }
        copying.sync().await.map_err(fault)?;
        copying.put(String::from("checkpoint"), checkpoint.as_bytes().to_vec()).await.map_err(fault)?;
        copying.sweep(names).await;
        Ok(size)
    }

    /// The exact bytes of the entries of one level-0 tile, each after its length.
    ///
    /// # Errors
    /// [`Error::Tampered`] where an entry is missing; storage.
    pub(crate) async fn bundle_bytes(&self, path: BundlePath) -> Result<Vec<u8>> {
        let (start, width) = (path.index * u64::from(FULL), u64::from(path.width));
        let rows = self.db.all(&BUNDLE, &params![signed(start)?, signed(start + width)?]).await?;
        let mut bundle = Vec::new();
        for (row, index) in rows.iter().zip(start..) {
            if row.get::<u64>("idx")? != index {
                return Err(Error::Tampered { table: "ledger_entry", id: index.to_string() });
            }
            push_entry(&mut bundle, &row.get::<Vec<u8>>("bytes")?)
                .map_err(|e| Error::Internal(e.to_string()))?;
        }
        if rows.len() as u64 != width {
            return Err(Error::Tampered {
                table: "ledger_entry",
                id: (start + rows.len() as u64).to_string(),
            });
        }
        Ok(bundle)
    }
}

/// Keeps why a replica is not kept up, and logs it once.
fn note(place: &Place, why: String) {
    if let Ok(mut state) = place.state.lock()
        && state.trouble.as_ref() != Some(&why)
    {
        tracing::error!(folder = %place.folder.display(), why, "a ledger replica is not kept up");
        state.trouble = Some(why);
    }
}
