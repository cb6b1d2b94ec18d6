//! The firm itself: storage, strongroom, router.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::future::BoxFuture;
use strongroom_domain::Strongroom;
use strongroom_domain::features::firm::{self, SealBy, Setup};
use strongroom_domain::features::{client, matter, session, staff};
use strongroom_domain::kernel::actor::{Actor, Channel, Role};
use strongroom_domain::kernel::clock::{DAY, HOUR, SECOND, SetClock};
use strongroom_domain::kernel::ctx::{Ctx, Place};
use strongroom_domain::kernel::gate::{Gate, PolicyFile, built_in};
use strongroom_domain::kernel::id::{ClientId, MatterId, StaffId};
use strongroom_domain::kernel::strongroom::Settings;
use strongroom_domain::kernel::text::{Email, Name, Reference};
use strongroom_domain::kernel::verb::Scope;
use strongroom_seal::password::Cost;
use strongroom_seal::{Key, OsEntropy};
use strongroom_storage::blob::Blobs;
use strongroom_storage::disk::Disk;
use strongroom_storage::sql::{Db, DbOptions};
use tokio::sync::Mutex;

use crate::person::Person;
use crate::{Browser, NOON};

/// See the crate.
pub struct TestFirm {
    pub room: Arc<Strongroom>,
    pub clock: Arc<SetClock>,
    pub router: axum::Router,
    pub state: strongroom_web::WebState,
    pub db: Db,
    /// The database's address, as a configuration has it.
    pub database: String,
    /// Database file (on `SQLite`), blobs and keyring lie below it.
    pub folder: PathBuf,
    pub admin: Person,
    people: Mutex<Vec<Person>>,
    _temporary: tempfile::TempDir,
}

/// Tests seal and unseal through the strongroom itself.
struct NoUnsealer(Arc<Strongroom>);

impl strongroom_web::Unsealer for NoUnsealer {
    fn status(&self) -> BoxFuture<'_, strongroom_web::SealStatus> {
        let sealed = self.0.vault().is_sealed();
        Box::pin(
            async move { strongroom_web::SealStatus { sealed, method: strongroom_web::SealMethod::KeyFile } },
        )
    }
    fn give<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<strongroom_web::Progress, String>> {
        Box::pin(async { Err(String::from("tests unseal by hand")) })
    }
    fn restart(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// What opens the keyring of every test's firm.
pub const KEY_FILE: [u8; 32] =
    *b"\x9d\x41tests alone\x00\xfe\x17\xa6\x5b\xc3\x08\x72\x8e\x33\xd9\x4c\xe1\x60\xb5\x2a\x97\x1f\x84";

static COUNT: AtomicU32 = AtomicU32::new(0);

/// What a mutation run (`scripts/mutants-gate`) asks for by an environment variable.
fn asked(variable: &str) -> Option<String> {
    std::env::var_os(variable).and_then(|s| s.into_string().ok())
}

/// True in a mutation run: something is taken out, and one wrong answer is enough.
#[must_use]
pub fn mutated() -> bool {
    asked("STRONGROOM_BLIND").or_else(|| asked("STRONGROOM_WITHOUT_POLICY")).is_some()
}

/// The policies as they are built in, less the one that a mutation run takes out; and without the check that it
/// takes out. A release build has neither.
#[cfg(debug_assertions)]
fn policies() -> Vec<PolicyFile> {
    use strongroom_domain::kernel::blind;
    if let Some(check) = asked("STRONGROOM_BLIND") {
        assert!(blind::take_out(&check), "there is no check {check}");
    }
    match asked("STRONGROOM_WITHOUT_POLICY") {
        Some(policy) => blind::without(&policy).expect("a policy of that id"),
        None => built_in(),
    }
}

#[cfg(not(debug_assertions))]
fn policies() -> Vec<PolicyFile> {
    let asked = asked("STRONGROOM_BLIND").or_else(|| asked("STRONGROOM_WITHOUT_POLICY"));
    assert!(asked.is_none(), "a release build takes nothing out");
    built_in()
}

/// The address of a fresh database: a file in this folder, or one of its own in the server that `TEST_DATABASE_URL` names.
pub fn database(folder: &Path) -> String {
    let Some(server) = std::env::var_os("TEST_DATABASE_URL").and_then(|s| s.into_string().ok()) else {
        return folder.join("strongroom.sqlite").display().to_string();
    };
    let name = format!("t{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
    let sql =
        format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
    let made =
        std::process::Command::new("psql").args([&server, "-q", "-c", &sql]).status().expect("psql runs");
    assert!(made.success(), "a database for the test could not be made");
    let (base, options) =
        server.split_once('?').map_or((server.as_str(), String::new()), |(b, o)| (b, format!("?{o}")));
    let root = base.rsplit_once('/').expect("a database in the address").0;
    format!("{root}/{name}{options}")
}

impl TestFirm {
    /// A firm with one administrator.
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// The same, with other settings.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        Self::made(temporary, NOON, change).await
    }

    /// The same, in this folder and begun at this instant: for a firm that a real server takes over.
    pub async fn made(temporary: tempfile::TempDir, begins: i64, change: impl FnOnce(&mut Settings)) -> Self {
        Self::on(Disk::default(), temporary, begins, change).await
    }

    /// The same with blobs and keyring on another disk: for a firm on one that can be made to fail.
    pub async fn on(
        disk: Disk,
        temporary: tempfile::TempDir,
        begins: i64,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let folder = temporary.path().to_path_buf();
        let database = database(&folder);
        let db = Db::connect(&database, DbOptions::default()).await.expect("the database opens");
        let blobs = Blobs::folder(&disk, &folder.join("blobs")).await.expect("the blob folder opens");
        let clock = Arc::new(SetClock::new(begins));
        let mut settings = Settings {
            password_cost: Cost::TEST,
            policies: Some(folder.join("policies")),
            ..Settings::default()
        };
        change(&mut settings);
        let setup = Setup {
            disk,
            db: db.clone(),
            blobs,
            keyring: vec![folder.join("keyring"), folder.join("keyring-2")],
            gate: Gate::new(&policies()).expect("the policies hold"),
            clock: clock.clone(),
            entropy: Arc::new(OsEntropy),
            settings,
            name: Name::parse("Marsh Lyle").expect("a name"),
            origin: String::from("test.strongroom.invalid/ledger"),
            lone_administrator: false,
            seal_by: SealBy::KeyFile(Key::from_bytes(KEY_FILE)),
            administrator: (
                Name::parse("Karl Jensen").expect("a name"),
                Email::parse("karl@firm.example").expect("mail"),
            ),
            operator: String::from("tester"),
        };
        let made = firm::init(setup).await.expect("the firm is set up");
        let room = made.room;
        let state = strongroom_web::WebState::new(
            room.clone(),
            strongroom_web::Settings::default(),
            Arc::new(NoUnsealer(room.clone())),
        );
        let router = strongroom_web::app(state.clone());
        let admin = Person::enrol(&room, &clock, &made.link.secret, Role::Administrator).await;
        Self {
            room,
            clock,
            router,
            state,
            db,
            database,
            folder,
            admin,
            people: Mutex::default(),
            _temporary: temporary,
        }
    }

    /// A context for nobody.
    pub fn stranger(&self) -> Ctx {
        Ctx::new(self.room.clone(), Actor::Anonymous, Channel::Web, Place::default())
    }

    /// A person of a role, enrolled and signed in, with a token of every scope. Made once for each name.
    pub async fn person(&self, name: &str, role: Role) -> Person {
        self.person_of(name, role, None).await
    }

    /// A person at a client.
    pub async fn contact(&self, name: &str, client: ClientId) -> Person {
        self.person_of(name, Role::ClientContact, Some(client)).await
    }

    async fn person_of(&self, name: &str, role: Role, client: Option<ClientId>) -> Person {
        if let Some(known) = self.people.lock().await.iter().find(|p| p.name == name) {
            return known.clone();
        }
        let email =
            Email::parse(&format!("{}@firm.example", name.to_lowercase().replace(' ', "."))).expect("mail");
        let admin = self.admin.ctx(self).await;
        let invite = staff::InviteStaff { name: Name::parse(name).expect("a name"), email, role, client };
        let invited = admin.perform(invite).await.expect("the administrator invites");
        let link = match (invited.link, invited.approval) {
            (Some(link), _) => link,
            (None, Some(approval)) => {
                let second = self.second().await;
                staff::decide_approval(&second, approval, true).await.expect("the second person agrees");
                let admin = self.admin.ctx(self).await;
                admin.perform(staff::IssueLink { staff: invited.staff }).await.expect("a link")
            }
            (None, None) => panic!("an invitation without link or approval"),
        };
        let person = Person::enrol(&self.room, &self.clock, &link.secret, role).await;
        self.people.lock().await.push(person.clone());
        person
    }

    /// The second person: a compliance officer or partner; the first one is made by the administrator alone.
    async fn second(&self) -> Ctx {
        let officer = self
            .people
            .lock()
            .await
            .iter()
            .find(|p| matches!(p.role, Role::ComplianceOfficer | Role::Partner))
            .cloned();
        match officer {
            Some(officer) => officer.ctx(self).await,
            None => {
                Box::pin(self.person_of("Ines Feld", Role::ComplianceOfficer, None)).await.ctx(self).await
            }
        }
    }

    /// A client and a matter of it, led by the person.
    pub async fn matter(&self, lead: &Person, name: &str) -> (ClientId, MatterId) {
        let ctx = lead.ctx(self).await;
        let reference = Reference::parse("NW-2026-014").expect("a reference");
        let new = client::CreateClient {
            name: Name::parse(&format!("{name} Client")).expect("a name"),
            reference: reference.clone(),
        };
        let client = ctx.perform(new).await.expect("the client is taken on");
        let new =
            matter::OpenMatter { client, name: Name::parse(name).expect("a name"), reference, lead: None };
        (client, ctx.perform(new).await.expect("the matter is opened"))
    }

    /// Gives a seat.
    pub async fn seat(&self, lead: &Person, matter: MatterId, staff: StaffId, seat: &'static str) {
        let give = matter::GiveSeat { matter, staff, seat, until: None };
        lead.ctx(self).await.perform(give).await.expect("the seat is given");
    }

    /// A browser with no cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(self.router.clone())
    }

    /// Changes rows behind the program's back, as who administers the database could.
    pub async fn tamper(&self, sql: &'static str) -> u64 {
        let statement: &'static strongroom_storage::sql::Sql =
            Box::leak(Box::new(strongroom_storage::sql::Sql::new("TAMPER", sql)));
        let mut tx = self.db.begin().await.expect("a transaction");
        let touched = tx.exec(statement, &[]).await.expect("the thief's statement runs");
        tx.commit().await.expect("it commits");
        touched
    }

    /// Signs what is pending and lets go of everything, so that a server can take the firm over.
    pub async fn hand_over(&self) {
        self.room.sequence_all().await.expect("the ledger is signed");
        self.room.save_checkpoint().await.expect("the keyring learns the checkpoint");
        self.room.vault().seal();
        self.room.directory().forget();
        self.room.close().await;
    }

    /// Lets time pass.
    pub fn pass(&self, micros: i64) {
        self.clock.advance(micros);
    }
}

/// Signs in anew and makes a token of every scope.
pub(crate) async fn sign_in(room: &Arc<Strongroom>, clock: &SetClock, person: &Person) -> (String, String) {
    // a code is taken once: the next half minute has the next one
    clock.advance(31 * SECOND);
    let stranger = Ctx::new(room.clone(), Actor::Anonymous, Channel::Web, Place::default());
    let ticket = session::sign_in_password(&stranger, &person.email, &person.password, None)
        .await
        .expect("the password");
    let code = person.code(clock);
    let signed = session::sign_in_code(&stranger, &ticket, &code, None).await.expect("the code");
    let place = Place { address: String::from("192.0.2.7"), device: String::from("Test browser") };
    let ctx =
        session::authenticate_session(room, &signed.cookie, Channel::Web, place).await.expect("a session");
    let mut scopes: Vec<Scope> = Scope::ALL.to_vec();
    scopes.sort_unstable();
    let name = Name::parse("tests").expect("a name");
    let until = clock_now(clock) + 11 * HOUR;
    let made =
        session::make_token(&ctx, name, scopes, until.min(clock_now(clock) + DAY)).await.expect("a token");
    (signed.cookie.to_string(), made.text.to_string())
}

fn clock_now(clock: &SetClock) -> i64 {
    use strongroom_domain::kernel::clock::Clock as _;
    clock.now()
}
