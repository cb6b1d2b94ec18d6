//! A firm for tests: a database that goes away (SQLite, or one on the server of `TEST_DATABASE_URL`), the cheapest
//! Argon2, a clock that is set.
//!
//! Read as a story: `let f = Fixture::new().await; let ann = f.person(Role::Partner, "Ann Poole").await;
//! let ctx = f.sign_in(ann).await;`. Everything is done by the operations that everyone uses.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use strongroom_seal::password::Cost;
use strongroom_seal::totp;
use strongroom_seal::{Key, OsEntropy};
use strongroom_storage::blob::Blobs;
use strongroom_storage::disk::Disk;
use strongroom_storage::sql::{Db, DbOptions};

use super::{Initialised, Opening, SealBy, Setup, init, open};
use crate::features::session::{SignedIn, authenticate_session, sign_in_code, sign_in_password};
use crate::features::staff::{InviteStaff, Link, decide_approval, enrol, enrolment_start};
use crate::kernel::actor::{Actor, Channel, Role};
use crate::kernel::blind;
use crate::kernel::clock::{Clock as _, SECOND, SetClock};
use crate::kernel::ctx::{Ctx, Place};
use crate::kernel::error::Result;
use crate::kernel::gate::{Gate, PolicyFile, built_in};
use crate::kernel::id::StaffId;
use crate::kernel::strongroom::{Settings, Strongroom};
use crate::kernel::text::{Email, Name};
use crate::kernel::witnesses::Witnessing;

/// What a person of the fixture signs in with.
#[derive(Clone)]
pub(crate) struct Secrets {
    pub(crate) email: String,
    pub(crate) password: String,
    pub(crate) totp: String,
    pub(crate) recovery: Vec<String>,
}

/// See the module.
pub(crate) struct Fixture {
    pub(crate) room: Arc<Strongroom>,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) administrator: StaffId,
    pub(crate) folder: PathBuf,
    database: String,
    key: [u8; 32],
    second: Mutex<Option<StaffId>>,
    people: Mutex<BTreeMap<StaffId, Secrets>>,
}

/// 2026-03-02T09:00:00Z, a Monday.
const BEGINS: i64 = 1_772_442_000_000_000;

/// The policies in force, less what a mutation run (`scripts/mutants-gate`) takes out.
pub(crate) fn policies() -> Vec<PolicyFile> {
    let asked = |variable: &str| std::env::var_os(variable).and_then(|s| s.into_string().ok());
    if let Some(check) = asked("STRONGROOM_BLIND") {
        assert!(blind::take_out(&check), "there is no check {check}");
    }
    asked("STRONGROOM_WITHOUT_POLICY").map_or_else(built_in, |policy| blind::without(&policy).unwrap())
}

fn gate() -> Gate {
    Gate::new(&policies()).unwrap()
}

pub(crate) fn settings() -> Settings {
    Settings { password_cost: Cost::TEST, ..Settings::default() }
}

/// Those of a firm that copies its ledger to a folder beside.
fn keeping(folder: &std::path::Path) -> Settings {
    Settings { ledger_replicas: vec![folder.join("ledger")], ..settings() }
}

impl Fixture {
    /// A firm whose administrator (Alex Root) has enrolled. Nobody else is there.
    pub(crate) async fn new() -> Self {
        Self::made(false).await
    }

    /// The same, where the firm says that it has one administrator alone.
    pub(crate) async fn lone() -> Self {
        Self::made(true).await
    }

    async fn made(lone_administrator: bool) -> Self {
        let clock = Arc::new(SetClock::new(BEGINS));
        let mut unique = [0; 8];
        strongroom_seal::Entropy::fill(&OsEntropy, &mut unique);
        let folder = scratch().join(format!("strongroom-domain-{}", hex::encode(unique)));
        std::fs::create_dir_all(&folder).unwrap();
        let key = [7; 32];
        let database = database(&folder, &hex::encode(unique));
        let setup = Setup {
            disk: Disk::default(),
            db: connect(&database).await,
            blobs: Blobs::memory(),
            keyring: vec![folder.join("keyring-a"), folder.join("keyring-b")],
            gate: gate(),
            clock: clock.clone(),
            entropy: Arc::new(OsEntropy),
            settings: Settings { policies: Some(folder.join("policies")), ..keeping(&folder) },
            name: Name::parse("Harrow & Pike LLP").unwrap(),
            origin: String::from("test.strongroom.invalid/ledger"),
            lone_administrator,
            seal_by: SealBy::KeyFile(Key::from_bytes(key)),
            administrator: (
                Name::parse("Alex Root").unwrap(),
                Email::parse("alex.root@harrow.example").unwrap(),
            ),
            operator: String::from("tester"),
        };
        let Initialised { room, link, administrator, .. } = init(setup).await.unwrap();
        let second = Mutex::new(None);
        let f = Self { room, clock, administrator, folder, database, key, second, people: Mutex::default() };
        f.enrol(administrator, &link).await;
        f
    }

    /// The same installation opened anew, by the key file.
    pub(crate) async fn reopened(&self) -> Result<Arc<Strongroom>> {
        self.reopened_by(gate()).await
    }

    /// The same, by a release that brings other policies.
    pub(crate) async fn reopened_by(&self, release: Gate) -> Result<Arc<Strongroom>> {
        self.unsealed(self.sealed(release).await?).await
    }

    /// The same, by whoever only looks what does not agree.
    pub(crate) async fn examined(&self) -> Result<Arc<Strongroom>> {
        let room = self.sealed(gate()).await?;
        room.only_examine();
        self.unsealed(room).await
    }

    /// The same, with outside witnesses.
    pub(crate) async fn reopened_with(&self, witnesses: Arc<Witnessing>) -> Result<Arc<Strongroom>> {
        self.reopened_as(|settings| Settings { witnesses: Some(witnesses), ..settings }).await
    }

    /// The same, with other settings.
    pub(crate) async fn reopened_as(
        &self,
        change: impl FnOnce(Settings) -> Settings,
    ) -> Result<Arc<Strongroom>> {
        self.unsealed(self.sealed_as(gate(), change(keeping(&self.folder))).await?).await
    }

    async fn sealed(&self, release: Gate) -> Result<Arc<Strongroom>> {
        self.sealed_as(release, keeping(&self.folder)).await
    }

    async fn sealed_as(&self, release: Gate, settings: Settings) -> Result<Arc<Strongroom>> {
        let opening = Opening {
            disk: Disk::default(),
            db: connect(&self.database).await,
            blobs: Blobs::memory(),
            keyring: vec![self.folder.join("keyring-a"), self.folder.join("keyring-b")],
            gate: release,
            clock: self.clock.clone(),
            entropy: Arc::new(OsEntropy),
            settings,
        };
        open(opening).await
    }

    async fn unsealed(&self, room: Arc<Strongroom>) -> Result<Arc<Strongroom>> {
        let (sealed, keyring_key) = room.vault.store().load()?;
        let opened = sealed.open_with_keyfile(&Key::from_bytes(self.key), &keyring_key).unwrap();
        room.unseal(opened.keyring, opened.root, keyring_key, "keyfile", "tester").await?;
        Ok(room)
    }

    /// Lays policy files into the folder that the configuration names.
    pub(crate) fn lay(&self, files: &[PolicyFile]) {
        let folder = self.folder.join("policies");
        std::fs::remove_dir_all(&folder).ok();
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in files {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }

    /// Where requests of tests come from.
    pub(crate) fn place() -> Place {
        Place { address: String::from("192.0.2.10"), device: String::from("Test browser") }
    }

    /// What opens the keyring.
    pub(crate) fn key_file(&self) -> Key {
        Key::from_bytes(self.key)
    }

    /// Signs in to another room of this firm: one that was put back.
    pub(crate) async fn sign_in_to(&self, room: &Arc<Strongroom>, staff: StaffId) -> Ctx {
        let code = self.next_code(staff);
        let secrets = self.secrets(staff);
        let ctx = Ctx::new(room.clone(), Actor::Anonymous, Channel::Web, Self::place());
        let ticket = sign_in_password(&ctx, &secrets.email, &secrets.password, None).await.unwrap();
        let signed = sign_in_code(&ctx, &ticket, &code, None).await.unwrap();
        authenticate_session(room, &signed.cookie, Channel::Web, Self::place()).await.unwrap()
    }

    /// Nobody known.
    pub(crate) fn anonymous(&self) -> Ctx {
        self.anonymous_from("192.0.2.10")
    }

    /// Nobody known, from some address.
    pub(crate) fn anonymous_from(&self, address: &str) -> Ctx {
        let place = Place { address: address.to_owned(), device: String::from("Test browser") };
        Ctx::new(self.room.clone(), Actor::Anonymous, Channel::Web, place)
    }

    /// What the person signs in with.
    pub(crate) fn secrets(&self, staff: StaffId) -> Secrets {
        self.people.lock().unwrap()[&staff].clone()
    }

    /// The authenticator's present code.
    pub(crate) fn code(&self, staff: StaffId) -> String {
        code_of(&self.secrets(staff).totp, self.clock.now())
    }

    /// Moves the clock on until the authenticator shows another code.
    pub(crate) fn next_code(&self, staff: StaffId) -> String {
        self.clock.advance(31 * SECOND);
        self.code(staff)
    }

    /// Enrols by a link, with a password of their own.
    pub(crate) async fn enrol(&self, staff: StaffId, link: &Link) {
        let ctx = self.anonymous();
        let start = enrolment_start(&ctx, &link.secret, None).await.unwrap();
        let password = format!("wet gravel {} lantern", &start.totp_secret.as_str()[..6]);
        let code = code_of(&start.totp_secret, self.clock.now());
        let done = enrol(&ctx, &link.secret, &start.ticket, &password, &code).await.unwrap();
        assert_eq!(done.staff, staff);
        let secrets = Secrets {
            email: start.email,
            password,
            totp: start.totp_secret.to_string(),
            recovery: done.recovery_codes.iter().map(|c| c.to_string()).collect(),
        };
        self.people.lock().unwrap().insert(staff, secrets);
    }

    /// Signs in with password and code; what a browser would hold.
    pub(crate) async fn browser(&self, staff: StaffId, device: Option<&str>) -> Result<SignedIn> {
        let code = self.next_code(staff);
        let secrets = self.secrets(staff);
        let ctx = self.anonymous();
        let ticket = sign_in_password(&ctx, &secrets.email, &secrets.password, device).await?;
        sign_in_code(&ctx, &ticket, &code, device).await
    }

    /// Signs in; stepped up, as each sign-in with a code is.
    pub(crate) async fn sign_in(&self, staff: StaffId) -> Ctx {
        let signed = self.browser(staff, None).await.unwrap();
        self.with_cookie(&signed.cookie).await.unwrap()
    }

    /// The next request of a browser.
    pub(crate) async fn with_cookie(&self, cookie: &str) -> Result<Ctx> {
        authenticate_session(&self.room, cookie, Channel::Web, Self::place()).await
    }

    /// The administrator, signed in.
    pub(crate) async fn admin(&self) -> Ctx {
        self.sign_in(self.administrator).await
    }

    /// The compliance officer who is the second person; made at the first call.
    pub(crate) async fn second(&self) -> StaffId {
        let known = *self.second.lock().unwrap();
        if let Some(known) = known {
            return known;
        }
        let admin = self.admin().await;
        let made = admin.perform(invitation("Nora Quill", Role::ComplianceOfficer)).await.unwrap();
        self.enrol(made.staff, made.link.as_ref().expect("the first one is made by the administrator alone"))
            .await;
        *self.second.lock().unwrap() = Some(made.staff);
        made.staff
    }

    /// An active person: invited by the administrator, agreed to by the second person, enrolled.
    pub(crate) async fn person(&self, role: Role, name: &str) -> StaffId {
        let second = self.second().await;
        let admin = self.admin().await;
        let made = admin.perform(invitation(name, role)).await.unwrap();
        let link = match (made.link, made.approval) {
            (Some(link), _) => link,
            (None, Some(approval)) => {
                decide_approval(&self.sign_in(second).await, approval, true).await.unwrap();
                let ask = crate::features::staff::IssueLink { staff: made.staff };
                self.admin().await.perform(ask).await.unwrap()
            }
            (None, None) => panic!("neither a link nor an approval"),
        };
        self.enrol(made.staff, &link).await;
        made.staff
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

/// An invitation whose address is made of the name.
pub(crate) fn invitation(name: &str, role: Role) -> InviteStaff {
    let email = format!("{}@harrow.example", name.to_lowercase().replace(' ', "."));
    InviteStaff { name: Name::parse(name).unwrap(), email: Email::parse(&email).unwrap(), role, client: None }
}

/// The code that an authenticator shows.
pub(crate) fn code_of(secret: &str, now: i64) -> String {
    let secret = totp::from_base32(secret).unwrap();
    totp::code_at(&secret, u64::try_from(now / SECOND).unwrap() / totp::PERIOD).to_string()
}

/// Where a firm lies that need not outlive its test: in memory where the machine has a folder for that, since each
/// entry waits for the disk.
fn scratch() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { memory } else { std::env::temp_dir() }
}

/// The address of a fresh database: a file, or one of its own on the server that the tests were given.
fn database(folder: &std::path::Path, unique: &str) -> String {
    let Some(server) = std::env::var_os("TEST_DATABASE_URL").and_then(|s| s.into_string().ok()) else {
        return folder.join("strongroom.db").display().to_string();
    };
    let sql =
        format!("CREATE DATABASE d{unique} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
    let made = std::process::Command::new("psql").args([&server, "-q", "-c", &sql]).status().unwrap();
    assert!(made.success(), "a database for the test could not be made");
    let (base, options) =
        server.split_once('?').map_or((server.as_str(), String::new()), |(b, o)| (b, format!("?{o}")));
    let root = base.rsplit_once('/').expect("a database in the address").0;
    format!("{root}/d{unique}{options}")
}

/// An empty database for a firm that is put back, in this folder or on the server.
pub(crate) fn fresh_database(folder: &std::path::Path) -> String {
    std::fs::create_dir_all(folder).unwrap();
    let mut unique = [0; 8];
    strongroom_seal::Entropy::fill(&OsEntropy, &mut unique);
    database(folder, &hex::encode(unique))
}

async fn connect(database: &str) -> Db {
    Db::connect(database, DbOptions::default()).await.unwrap()
}
