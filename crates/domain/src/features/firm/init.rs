//! Setting a firm up: schema, keyring, the firm's row, the ledger's beginning, the first administrator.

use std::path::PathBuf;
use std::sync::Arc;

use strongroom_seal::keyring::Keyring;
use strongroom_seal::kit::Kit;
use strongroom_seal::password::Cost;
use strongroom_seal::unseal::{Method, MethodKind, SealedKeyring, Share};
use strongroom_seal::{Entropy, Key, Secret, mac};
use strongroom_storage::blob::Blobs;
use strongroom_storage::disk::Disk;
use strongroom_storage::params;
use strongroom_storage::sql::{Db, migrate};
use zeroize::Zeroizing;

use crate::features::policy;
use crate::features::session::password;
use crate::features::staff::{Link, insert_first};
use crate::kernel::anchor;
use crate::kernel::clock::{Clock, rfc3339};
use crate::kernel::entry::{Facts, Frame, Outcome, compose};
use crate::kernel::error::{Error, Result};
use crate::kernel::gate::{Gate, Principal, Situation, ThingKind};
use crate::kernel::id::{EntryId, FirmId, RequestId, StaffId};
use crate::kernel::keyring_file::KeyringStore;
use crate::kernel::ledger;
use crate::kernel::reader::Reader;
use crate::kernel::schema::MIGRATIONS;
use crate::kernel::sets::{self, Set};
use crate::kernel::strongroom::{FirmInfo, Parts, Settings, Strongroom};
use crate::kernel::text::{Email, Name};
use crate::kernel::vault::{KeyOf, Vault};
use crate::kernel::verb::Verb;

use super::open::{Firm, firm_row};
use super::store;

/// How the keyring is unsealed from day to day.
pub enum SealBy {
    /// By something a person remembers.
    Passphrase {
        /// What they remember.
        passphrase: Secret<String>,
        /// What guessing it costs: `Cost::UNSEAL`, except in tests.
        cost: Cost,
    },
    /// By sheets of paper, of which some suffice.
    Shares {
        /// How many suffice, at least 2.
        needed: u8,
        /// How many there are.
        of: u8,
    },
    /// By a key on a mounted secret.
    KeyFile(Key),
}

impl SealBy {
    const fn word(&self) -> &'static str {
        match self {
            Self::Passphrase { .. } => "passphrase",
            Self::Shares { .. } => "shares",
            Self::KeyFile(_) => "keyfile",
        }
    }

    const fn kind(&self) -> MethodKind {
        match self {
            Self::Passphrase { .. } => MethodKind::Passphrase,
            Self::Shares { needed, of } => MethodKind::Shares { needed: *needed, of: *of },
            Self::KeyFile(_) => MethodKind::KeyFile,
        }
    }

    fn method(&self) -> Method<'_> {
        match self {
            Self::Passphrase { passphrase, cost } => {
                Method::Passphrase { passphrase: passphrase.expose(), cost: *cost }
            }
            Self::Shares { needed, of } => Method::Shares { needed: *needed, of: *of },
            Self::KeyFile(key) => Method::KeyFile(key),
        }
    }
}

/// All that a new firm is made of.
pub struct Setup {
    /// Rows.
    pub db: Db,
    /// Sealed bytes.
    pub blobs: Blobs,
    /// The disk of the keyring's and the ledger's replicas.
    pub disk: Disk,
    /// The folders of the keyring's replicas.
    pub keyring: Vec<PathBuf>,
    /// The policies that the firm begins with.
    pub gate: Gate,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// What may be set.
    pub settings: Settings,
    /// The firm's name.
    pub name: Name,
    /// The log's origin: `<host of the public URL>/ledger`.
    pub origin: String,
    /// The firm says that one administrator keeps it, without a second person.
    pub lone_administrator: bool,
    /// How it is unsealed.
    pub seal_by: SealBy,
    /// The first administrator.
    pub administrator: (Name, Email),
    /// The account on the machine that sets it up.
    pub operator: String,
}

/// A firm that was set up; it is unsealed.
pub struct Initialised {
    /// The working strongroom.
    pub room: Arc<Strongroom>,
    /// The ledger's public key, as a C2SP vkey.
    pub vkey: String,
    /// The recovery kit: one sheet, or one for each share.
    pub kit: Vec<Zeroizing<String>>,
    /// The first administrator's enrolment link.
    pub link: Link,
    /// Who that is.
    pub administrator: StaffId,
}

fn fault(what: impl std::fmt::Display) -> Error {
    Error::Internal(format!("init: {what}"))
}

/// Sets the firm up.
///
/// # Errors
/// There is a firm already, or a keyring; the passphrase is weak; storage, or a replica that cannot be written.
pub async fn init(setup: Setup) -> Result<Initialised> {
    let Setup { db, blobs, disk, keyring: folders, gate, clock, entropy, settings, .. } = setup;
    let (seal_by, name) = (setup.seal_by, setup.name);
    if let SealBy::Passphrase { passphrase, .. } = &seal_by {
        password::check("passphrase", passphrase.expose(), &[name.as_str()])?;
    }
    let store = KeyringStore::new(disk, folders, clock.clone());
    migrate(&db, MIGRATIONS, clock.now()).await?;
    if firm_row(&mut Reader::Db(&db)).await?.is_some() {
        return Err(Error::conflict("firm.exists", "There is a firm here already. Nothing was changed."));
    }
    if store.exists() {
        let says = "A keyring lies in a replica's folder already. If no firm uses it, move it away first.";
        return Err(Error::conflict("keyring.exists", says));
    }
    let mut random = [0; 10];
    entropy.fill(&mut random);
    let id = FirmId::new(clock.now(), random);
    let keyring_key = Key::generate(entropy.as_ref());
    let (sealed, shares, root) = {
        let keyring = Keyring::generate(id.bytes(), entropy.as_ref());
        let created = SealedKeyring::create(&keyring, seal_by.method(), &keyring_key, entropy.as_ref());
        let created = created.map_err(|e| Error::invalid("seal", e.to_string()))?;
        (created.sealed, created.shares, created.root)
    };
    // the keyring first: a firm without one could never be opened
    store.create(&sealed, &keyring_key)?;
    let reopen = || sealed.open_with_root(root.duplicate(), &keyring_key).map_err(fault);
    let info = FirmInfo { id, origin: setup.origin, lone_administrator: setup.lone_administrator };
    let vault = Vault::new(id.bytes(), store);
    let room = Strongroom::new(Parts { db, blobs, vault, gate, clock, entropy, firm: info, settings });
    let opened = reopen()?;
    room.vault.unseal(opened.keyring, opened.root, keyring_key.duplicate())?;
    let (administrator, link) =
        begin(&room, &name, (&setup.administrator.0, &setup.administrator.1), &seal_by, &setup.operator)
            .await?;
    // from here on as at every start, from the file that was written
    room.vault.seal();
    let opened = reopen()?;
    room.unseal(opened.keyring, opened.root, keyring_key.duplicate(), "init", &setup.operator).await?;
    room.save_checkpoint().await?;
    let vkey = room.vkey()?;
    let kit = sheets(&room, &vkey, seal_by.kind(), &root, &shares);
    Ok(Initialised { room, vkey, kit, link, administrator })
}

fn sheets(
    room: &Strongroom,
    vkey: &str,
    method: MethodKind,
    root: &strongroom_seal::unseal::RootKey,
    shares: &[Share],
) -> Vec<Zeroizing<String>> {
    let now = rfc3339(room.now());
    let date = now.get(..10).unwrap_or_default();
    let kit = Kit { firm: room.firm.id.bytes(), date, method, vkey };
    if shares.is_empty() { vec![kit.sheet(root)] } else { kit.sheets(shares) }
}

/// The one transaction: the firm, the ledger's beginning, the first administrator, and the entry of it all.
async fn begin(
    room: &Arc<Strongroom>,
    name: &Name,
    administrator: (&Name, &Email),
    seal_by: &SealBy,
    operator: &str,
) -> Result<(StaffId, Link)> {
    let now = room.now();
    let text = room.firm.id.to_string();
    let decision = room.gate().decide(
        &Principal::Operator,
        Verb::FirmInit,
        ThingKind::Firm,
        &text,
        &Situation::default(),
    )?;
    if !decision.allowed {
        return Err(fault("the policies do not let an operator set up a firm"));
    }
    let firm = Firm {
        id: room.firm.id,
        origin: room.firm.origin.clone(),
        created_at: now,
        lone_administrator: room.firm.lone_administrator,
        policies: room.release().digest().to_vec(),
        sealed_name: room.vault.seal_system(
            Firm::column(&text),
            room.entropy.as_ref(),
            name.as_str().as_bytes(),
        )?,
    };
    let mut tx = room.db.begin().await?;
    let values = params![
        text.clone(),
        firm.origin.clone(),
        now,
        firm.lone_administrator,
        firm.policies.clone(),
        firm.sealed_name.clone(),
        firm.bind().mac(&room.vault)?
    ];
    tx.exec_one(&store::FIRM_INSERT, &values).await?;
    policy::insert(&mut tx, &room.vault, room.release().files()).await?;
    let root = mac::sha256(b"");
    tx.exec_one(&ledger::HEAD_BEGIN, &params![root, Vec::<u8>::new()]).await?;
    let (staff, link) = insert_first(&mut tx, room, administrator).await?;
    anchor::take_turn(&mut tx).await?;
    let changes = {
        let mut reader = Reader::Tx(&mut tx);
        let firm = sets::renew(&mut reader, &room.vault, Set::Firm(room.firm.id)).await?;
        vec![firm, sets::renew(&mut reader, &room.vault, Set::Person(staff)).await?]
    };
    let anchor = anchor::renew(&mut tx, &room.vault, room.entropy.as_ref(), &changes).await?;
    let (person, mail) = administrator;
    let facts = Facts::about([room.firm.id.any(), staff.any()])
        .clear("method", seal_by.word())
        .clear("lone_administrator", firm.lone_administrator)
        .clear("policies", hex::encode(&firm.policies))
        .clear("role", "administrator")
        .clear("authority", anchor.to_json())
        .told(room.firm.id.any(), KeyOf::System, "name", name.as_str())
        .told(room.firm.id.any(), KeyOf::System, "rules", decision.rules())
        .told(staff.any(), KeyOf::System, "name", person.as_str())
        .told(staff.any(), KeyOf::System, "email", mail.as_str());
    let request = RequestId::new(now, room.random()).to_string();
    let entry = EntryId::new(now, room.random());
    let frame = Frame {
        actor_kind: "operator",
        actor_id: operator,
        channel: "cli",
        request: &request,
        at: now,
        entry,
    };
    let entry = compose(
        &room.vault,
        room.entropy.as_ref(),
        &frame,
        Verb::FirmInit,
        Outcome::Allowed,
        facts,
        changes,
    )?;
    ledger::insert(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok((staff, link))
}
