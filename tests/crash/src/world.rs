//! The firm that every run begins with, and one run's own copy of it.
//!
//! It is made once by the operations that everyone uses; a run copies the database's file and the disk. When the world
//! stops, the database's files are copied as they are at that instant; for a power failure the end of its log that no
//! commit had reached is cut somewhere.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use strongroom_domain::features::firm::{Opening, open};
use strongroom_domain::features::session::authenticate_token;
use strongroom_domain::kernel::actor::{Channel, Role};
use strongroom_domain::kernel::clock::SetClock;
use strongroom_domain::kernel::ctx::{Ctx, Place};
use strongroom_domain::kernel::gate::{Gate, built_in};
use strongroom_domain::kernel::id::{EntryId, MatterId};
use strongroom_domain::kernel::strongroom::Settings;
use strongroom_domain::{Result, Strongroom};
use strongroom_seal::Key;
use strongroom_seal::password::Cost;
use strongroom_storage::blob::Blobs;
use strongroom_storage::disk::Disk;
use strongroom_storage::sql::{Db, DbOptions, Sql};
use strongroom_testkit::{KEY_FILE, NOON, Person, TestFirm};

use crate::chance::Chance;
use crate::disk::{Shared, SimDisk, Trouble, Witness};

/// The people of a run, and where they work.
pub struct Cast {
    /// Leads the matter.
    pub ann: Person,
    /// Has a member's seat at the beginning.
    pub ben: Person,
    /// Makes walls.
    pub ines: Person,
    /// The matter.
    pub matter: MatterId,
}

/// See the module.
pub struct Template {
    temporary: tempfile::TempDir,
    disk: Arc<SimDisk>,
    now: i64,
    /// The people.
    pub cast: Cast,
}

/// Where files lie that need not outlive the run.
fn scratch() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { memory } else { std::env::temp_dir() }
}

const DATABASE: &str = "strongroom.sqlite";

fn log_of(database: &Path) -> PathBuf {
    database.with_file_name(format!("{DATABASE}-wal"))
}

impl Template {
    /// Makes the firm.
    pub async fn new() -> Self {
        let disk = SimDisk::new(NOON);
        let below = tempfile::tempdir_in(scratch()).expect("a folder");
        let temporary = tempfile::tempdir_in(below.path()).expect("a folder");
        let f = TestFirm::on(Disk::made_of(Arc::new(Shared(disk.clone()))), temporary, NOON, |s| {
            s.ledger_replicas = vec![PathBuf::from("/replica/ledger")];
        })
        .await;
        let ann = f.person("Ann Marsh", Role::Partner).await;
        let ben = f.person("Ben Okafor", Role::Associate).await;
        let ines = f.person("Ines Feld", Role::ComplianceOfficer).await;
        let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
        f.seat(&ann, matter, ben.id, "member").await;
        f.room.sequence_all().await.expect("the ledger is signed");
        f.room.copy_to_replicas().await;
        f.hand_over().await;
        std::fs::copy(f.folder.join(DATABASE), below.path().join(DATABASE)).expect("the database is copied");
        // whatever was not synced by now is on the platter: the run begins with a machine at rest
        let now = f.room.now();
        let folder = below.path().join("as-configured");
        std::fs::write(folder, f.folder.to_string_lossy().as_bytes()).expect("a note");
        Self { temporary: below, disk, now, cast: Cast { ann, ben, ines, matter } }
    }

    /// Where the firm's folders lie on the simulated disk.
    fn folder(&self) -> PathBuf {
        std::fs::read_to_string(self.temporary.path().join("as-configured"))
            .map(PathBuf::from)
            .expect("a note")
    }

    /// A copy for one run.
    #[must_use]
    pub fn begin(&self, trouble: Trouble) -> World {
        let temporary = tempfile::tempdir_in(scratch()).expect("a folder");
        std::fs::copy(self.temporary.path().join(DATABASE), temporary.path().join(DATABASE)).expect("a copy");
        World::of(temporary, self.folder(), self.disk.again(trouble), self.now)
    }
}

/// One run's firm, between two starts of the program.
pub struct World {
    temporary: tempfile::TempDir,
    folder: PathBuf,
    /// Its disk.
    pub disk: Arc<SimDisk>,
    camera: Arc<Camera>,
    /// Its clock.
    pub clock: Arc<SetClock>,
    database: Mutex<Option<Db>>,
}

/// Takes the picture of the database at the instant at which the world stops.
struct Camera {
    database: PathBuf,
    /// How long the database's log was when a commit was last answered.
    reached: AtomicU64,
}

impl Camera {
    fn picture(&self) -> PathBuf {
        self.database.with_file_name("picture")
    }
}

impl Witness for Camera {
    fn committed(&self) {
        let len = std::fs::metadata(log_of(&self.database)).map_or(0, |m| m.len());
        self.reached.fetch_max(len, Ordering::SeqCst);
    }

    fn stopped(&self) {
        let picture = self.picture();
        std::fs::create_dir_all(&picture).expect("a folder");
        let to = picture.join(DATABASE);
        std::fs::copy(&self.database, &to).expect("the database is there");
        if log_of(&self.database).exists() {
            std::fs::copy(log_of(&self.database), log_of(&to)).expect("its log is there");
        }
    }
}

/// How the world stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The process was killed: what it had written is there.
    Killed,
    /// The power failed: what was synced is there, and some of the rest.
    PowerFailed,
}

impl World {
    fn of(temporary: tempfile::TempDir, folder: PathBuf, disk: Arc<SimDisk>, now: i64) -> Self {
        let database = temporary.path().join(DATABASE);
        // what a start finds has survived already
        let found = std::fs::metadata(log_of(&database)).map_or(0, |m| m.len());
        let camera = Arc::new(Camera { database, reached: AtomicU64::new(found) });
        disk.watched_by(camera.clone());
        let clock = Arc::new(SetClock::new(now));
        Self { temporary, folder, disk, camera, clock, database: Mutex::new(None) }
    }

    /// Starts the program and unseals it.
    ///
    /// # Errors
    /// As the program has them.
    pub async fn start(&self, chance: &Arc<Chance>) -> Result<Arc<Strongroom>> {
        let disk = Disk::made_of(Arc::new(Shared(self.disk.clone())));
        let options = DbOptions { disk: disk.clone(), readers: 2, ..DbOptions::default() };
        let address = self.temporary.path().join(DATABASE).display().to_string();
        let db = Db::connect(&address, options).await?;
        *self.database.lock().expect("nobody panics with it") = Some(db.clone());
        let blobs = Blobs::folder(&disk, &self.folder.join("blobs")).await?;
        blobs.sweep_temps().await?;
        let settings = Settings {
            password_cost: Cost::TEST,
            ledger_replicas: vec![PathBuf::from("/replica/ledger")],
            ..Settings::default()
        };
        let opening = Opening {
            db,
            blobs,
            disk,
            keyring: vec![self.folder.join("keyring"), self.folder.join("keyring-2")],
            gate: Gate::new(&built_in())?,
            clock: self.clock.clone(),
            entropy: chance.clone(),
            settings,
        };
        let room = open(opening).await?;
        let (sealed, keyring_key) = room.vault().store().load()?;
        let opened = sealed.open_with_keyfile(&Key::from_bytes(KEY_FILE), &keyring_key);
        let opened = opened.map_err(|e| strongroom_domain::Error::Internal(e.to_string()))?;
        room.unseal(opened.keyring, opened.root, keyring_key, "keyfile", "tester").await?;
        Ok(room)
    }

    /// Whether an entry lies in the database: what was answered under it must have one.
    ///
    /// # Errors
    /// As the database has them.
    pub async fn has_entry(&self, entry: EntryId) -> Result<bool> {
        const ENTRY: Sql =
            Sql::new("ENTRY_OF_AN_ANSWER", "SELECT 1 AS found FROM ledger_entry WHERE entry_id = $1");
        let db = self.database.lock().expect("nobody panics with it").clone().expect("it was started");
        Ok(db.optional(&ENTRY, &[entry.to_string().into()]).await?.is_some())
    }

    /// A request of this person.
    ///
    /// # Errors
    /// As the program has them.
    pub async fn request(&self, room: &Arc<Strongroom>, person: &Person) -> Result<Ctx> {
        authenticate_token(room, &person.token, Channel::Api, Place::default()).await
    }

    /// The machine as it comes up after the world has stopped.
    #[must_use]
    pub fn after(&self, stop: Stop, trouble: Trouble, chance: &Chance) -> World {
        self.disk.stop();
        let temporary = tempfile::tempdir_in(scratch()).expect("a folder");
        let (from, to) = (self.camera.picture().join(DATABASE), temporary.path().join(DATABASE));
        std::fs::copy(&from, &to).expect("the picture was taken");
        if log_of(&from).exists() {
            std::fs::copy(log_of(&from), log_of(&to)).expect("the picture was taken");
            if stop == Stop::PowerFailed {
                self.cut_log(&log_of(&to), chance);
            }
        }
        let disk = match stop {
            Stop::Killed => self.disk.again(trouble),
            Stop::PowerFailed => self.disk.after_power_failure(chance).again(trouble),
        };
        let now = strongroom_domain::kernel::clock::Clock::now(&*self.clock);
        World::of(temporary, self.folder.clone(), disk, now)
    }

    /// Of what no answered commit had reached some may be missing, and a sector torn.
    fn cut_log(&self, log: &Path, chance: &Chance) {
        let mut bytes = std::fs::read(log).expect("the log is there");
        let reached =
            usize::try_from(self.camera.reached.load(Ordering::SeqCst)).unwrap_or(0).min(bytes.len());
        let loose = bytes.len() - reached;
        bytes.truncate(reached + chance.below(loose + 1));
        let torn = bytes.len().saturating_sub(chance.below(512)).max(reached);
        bytes[torn..].fill(0);
        std::fs::write(log, bytes).expect("the log is written");
    }
}
