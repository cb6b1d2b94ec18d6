//! The firm's strongroom: storage, vault, gate, ledger and clock, wired once and shared by every request.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use strongroom_seal::Entropy;
use strongroom_storage::blob::Blobs;
use strongroom_storage::sql::Db;
use strongroom_storage::sql::shape::{self, Table};
use tokio::sync::{Mutex, Notify, OnceCell, watch};

use super::actor::{Actor, Channel, SystemRole};
use super::clock::{Clock, MINUTE, Micros, SECOND};
use super::ctx::{Ctx, Place};
use super::directory::Directory;
use super::entry::{EntryRow, Facts};
use super::error::{Error, Result};
use super::facts::Loader;
use super::gate::Gate;
use super::ledger::{Pending, ReadLog};
use super::ledger_replica::LedgerReplicas;
use super::nodes::Followed;
use super::reader::Reader;
use super::sequencer::Lease;
use super::sets::{MarksAt, SetMarks};
use super::strangers::Strangers;
use super::target::Target;
use super::timestamps::Stamped;
use super::vault::Vault;
use super::verb::Verb;
use super::witnesses::Witnesses;

mod settings;

pub use settings::{FirmInfo, Settings};

/// See the module.
pub struct Strongroom {
    pub(crate) db: Db,
    pub(crate) blobs: Blobs,
    pub(crate) vault: Vault,
    /// The policies in force; until unsealing, those of the release.
    gate: RwLock<Arc<Gate>>,
    release: Arc<Gate>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) marks: SetMarks,
    pub(crate) directory: Directory,
    pub(crate) firm: FirmInfo,
    pub(crate) settings: Settings,
    pub(crate) strangers: Strangers,
    pub(crate) node: String,
    pub(super) authority: AtomicU64,
    pub(super) lease: Mutex<Lease>,
    pub(super) signing: AtomicBool,
    /// Entries of this node that changed names: it knows those already.
    pub(super) named_here: std::sync::Mutex<std::collections::BTreeSet<String>>,
    pub(super) started_at: Micros,
    /// What this node has seen of the others.
    pub(super) followed: Mutex<Followed>,
    pub(super) pending: Pending,
    pub(super) replicas: LedgerReplicas,
    pub(super) witnesses: Witnesses,
    pub(super) stamped: Stamped,
    examining: AtomicBool,
    /// The firm was held against what is known of it, and works. Until then an open vault serves nobody.
    awake: AtomicBool,
    /// A task looks what other nodes do; when it last saw everything.
    pub(super) watching: AtomicBool,
    pub(super) looked_at: AtomicI64,
    /// Held while a block of numbers is reserved.
    pub(super) numbering: Mutex<()>,
    /// Held while a backup is taken.
    pub(crate) backing_up: Mutex<()>,
    shapes: OnceCell<Vec<Table>>,
    pub(super) signed: watch::Sender<(u64, Arc<str>)>,
    readlog: ReadLog,
    wake: Arc<Notify>,
}

/// The parts that [`Strongroom::new`] wires together.
pub struct Parts {
    /// Rows.
    pub db: Db,
    /// Sealed bytes.
    pub blobs: Blobs,
    /// Keys.
    pub vault: Vault,
    /// The policies that came with the release.
    pub gate: Gate,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// What was fixed at `init`.
    pub firm: FirmInfo,
    /// What may be set.
    pub settings: Settings,
}

impl Strongroom {
    /// Wires the parts. Starts the writer of read entries; must be called inside a runtime.
    #[must_use]
    pub fn new(parts: Parts) -> Arc<Self> {
        let Parts { db, blobs, vault, gate, clock, entropy, firm, settings } = parts;
        let wake = Arc::new(Notify::new());
        let readlog = ReadLog::start(db.clone(), wake.clone());
        let replicas = LedgerReplicas::new(vault.store().disk(), &settings.ledger_replicas);
        let witnesses = Witnesses::new(settings.witnesses.clone());
        let mut node = [0_u8; 8];
        entropy.fill(&mut node);
        let release = Arc::new(gate);
        let started_at = clock.now();
        Arc::new(Self {
            db,
            blobs,
            vault,
            gate: RwLock::new(release.clone()),
            release,
            clock,
            entropy,
            marks: SetMarks::default(),
            directory: Directory::default(),
            firm,
            settings,
            strangers: Strangers::default(),
            node: hex::encode(node),
            authority: AtomicU64::new(0),
            lease: Mutex::default(),
            signing: AtomicBool::new(false),
            named_here: std::sync::Mutex::default(),
            started_at,
            followed: Mutex::default(),
            pending: Pending::default(),
            replicas,
            witnesses,
            stamped: Stamped::default(),
            examining: AtomicBool::new(false),
            awake: AtomicBool::new(false),
            watching: AtomicBool::new(false),
            looked_at: AtomicI64::new(0),
            numbering: Mutex::new(()),
            backing_up: Mutex::new(()),
            shapes: OnceCell::new(),
            signed: watch::Sender::new((0, Arc::from(""))),
            readlog,
            wake,
        })
    }

    /// Random bytes.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0_u8; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Micros {
        self.clock.now()
    }

    /// What was fixed at `init`.
    #[must_use]
    pub const fn firm(&self) -> &FirmInfo {
        &self.firm
    }

    /// What may be set.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The keys.
    #[must_use]
    pub const fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The rules in force: each decision takes those of its moment.
    #[must_use]
    pub fn gate(&self) -> Arc<Gate> {
        self.gate.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The rules that came with this release. They decide nothing unless they were approved.
    #[must_use]
    pub const fn release(&self) -> &Arc<Gate> {
        &self.release
    }

    /// From now on these decide. Whoever calls it has made sure that they are the approved ones.
    pub(crate) fn adopt(&self, gate: Arc<Gate>) {
        *self.gate.write().unwrap_or_else(PoisonError::into_inner) = gate;
    }

    /// Names of staff and groups; of clients and matters for a permit only.
    #[must_use]
    pub const fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The newest signed checkpoint and its size, as this node knows it.
    #[must_use]
    pub fn checkpoint(&self) -> (u64, Arc<str>) {
        self.signed.borrow().clone()
    }

    /// Rises with every change of authority that this node has made or seen: what streams compare.
    #[must_use]
    pub fn authority(&self) -> u64 {
        self.authority.load(Ordering::SeqCst)
    }

    /// Waits until an entry numbered below `size` is signed, or until `wait` has passed.
    pub async fn until_signed(&self, size: u64, wait: std::time::Duration) -> bool {
        let mut signed = self.signed.subscribe();
        tokio::time::timeout(wait, signed.wait_for(|(s, _)| *s >= size)).await.is_ok()
    }

    /// A loader over a transaction that began to read after the moment of `marks`.
    pub(crate) const fn loader_at<'a, 'r>(
        &'a self,
        reader: &'a mut Reader<'r>,
        marks: MarksAt<'a>,
    ) -> Loader<'a, 'r> {
        Loader { reader, vault: &self.vault, marks }
    }

    pub(crate) fn loader<'a, 'r>(&'a self, reader: &'a mut Reader<'r>) -> Loader<'a, 'r> {
        self.loader_at(reader, self.marks.as_of(self.marks.moment()))
    }

    pub(crate) async fn append(&self, entry: EntryRow) -> Result<()> {
        let id = entry.id;
        self.pending.written(id);
        match self.readlog.append(entry).await {
            Ok(()) => {
                self.pending.committed(id);
                Ok(())
            }
            Err(error) => {
                self.pending.forget(id);
                Err(error)
            }
        }
    }

    /// From now on this process only looks: unsealing does not fail over what does not agree, nothing is numbered
    /// or signed, and the keyring learns nothing. For `check` while no server runs.
    pub fn only_examine(&self) {
        self.examining.store(true, Ordering::SeqCst);
    }

    pub(super) fn only_examines(&self) -> bool {
        self.examining.load(Ordering::SeqCst)
    }

    pub(super) fn is_awake(&self) -> bool {
        self.awake.load(Ordering::SeqCst) && !self.vault.is_sealed()
    }

    pub(super) fn awakes(&self) {
        self.awake.store(true, Ordering::SeqCst);
    }

    /// Keys and names leave the memory. Streams stop before their next chunk.
    pub(super) fn drop_keys(&self) {
        self.awake.store(false, Ordering::SeqCst);
        self.vault.seal();
        self.directory.forget();
    }

    pub(crate) fn wake_sequencer(&self) {
        self.wake.notify_one();
    }

    /// A context for named work of the system.
    #[must_use]
    pub(crate) fn system(self: &Arc<Self>, role: SystemRole) -> Ctx {
        Ctx::new(self.clone(), Actor::System(role), Channel::System, Place::default())
    }

    /// The tables of the database, as they are for as long as this process runs.
    pub(crate) async fn shapes(&self) -> Result<&[Table]> {
        let read = || async { Ok(shape::tables(&self.db).await?) };
        self.shapes.get_or_try_init(read).await.map(Vec::as_slice)
    }

    /// Database and blobs answer.
    ///
    /// # Errors
    /// Which of them does not.
    pub async fn reachable(&self) -> Result<()> {
        self.db.ping().await?;
        self.blobs.ping().await?;
        Ok(())
    }

    /// Closes the database after the last request.
    pub async fn close(&self) {
        self.db.close().await;
    }

    /// The sequencer's loop: numbers and signs within a second, writes the time once a minute. Ends never;
    /// drop the task to stop it. While sealed it waits.
    pub async fn run_sequencer(self: Arc<Self>) {
        let mut last_time = 0;
        loop {
            let tick = std::time::Duration::from_millis(500);
            tokio::time::timeout(tick, self.wake.notified()).await.ok();
            if !self.is_awake() {
                continue;
            }
            if let Err(error) = self.sequence().await {
                tracing::error!(cause = %error, "the sequencer could not sign");
                if matches!(error, Error::Tampered { .. }) {
                    self.stop_over_tampering();
                }
                tokio::time::sleep(tick).await;
                continue;
            }
            let now = self.now();
            if now - last_time >= MINUTE {
                last_time = now;
                if let Err(error) = self.write_time().await {
                    tracing::error!(cause = %error, "the sequencer could not write the time");
                }
            }
            // gather what follows at once into one batch
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Writes the time, where this node is the sequencer, and how many strangers it has turned away since, into the
    /// ledger.
    ///
    /// # Errors
    /// Sealed or storage.
    pub async fn write_time(self: &Arc<Self>) -> Result<()> {
        let strangers = self.strangers.take();
        let ctx = self.system(SystemRole::Sequencer);
        if self.signs() {
            let authority = self.anchor().await?.to_json();
            let facts = Facts::default()
                .clear("seconds", self.now() / SECOND)
                .clear("authority", authority)
                .clear("counters", self.counters().await?);
            ctx.permit_with(Verb::LedgerTime, &Target::Firm, facts).await?;
        }
        if strangers > 0 {
            let facts = Facts::default().clear("count", strangers);
            ctx.permit_with(Verb::StrangersRefused, &Target::Firm, facts).await?;
        }
        Ok(())
    }

    /// Seals every node: this one drops keys and names at once, the others as soon as they look. Streams stop before
    /// their next chunk.
    ///
    /// # Errors
    /// The actor may not; then nothing is sealed. The other nodes could not be told; then this one is.
    pub async fn seal(self: &Arc<Self>, ctx: &Ctx) -> Result<()> {
        ctx.permit(Verb::SystemSeal, &Target::Firm).await?;
        self.sequence_all().await.ok();
        self.save_checkpoint().await.ok();
        let told = self.seal_others().await;
        self.drop_keys();
        tracing::warn!("sealed");
        told
    }

    /// A ledger that is not as this process left it is not written on: everything stops until people have looked.
    pub(super) fn stop_over_tampering(&self) {
        self.drop_keys();
        tracing::error!(
            "sealed: the ledger is not as this server left it. Run `strongroom check` before unsealing"
        );
    }

    /// Keeps the newest checkpoint in the keyring, against which the next start holds the ledger.
    ///
    /// # Errors
    /// Sealed, or a replica cannot be written.
    pub async fn save_checkpoint(&self) -> Result<()> {
        if self.only_examines() {
            return Ok(());
        }
        let head = self.ledger_head().await?;
        // first, where a replica can be reached: a restore needs a ledger that reaches what the keyring remembers
        self.copy_to_replicas().await;
        self.vault.keep_checkpoint(head.size, head.root)
    }
}
