//! Opening an installation that has a firm, and holding the firm's row against its seal after unsealing.

use std::path::PathBuf;
use std::sync::Arc;

use strongroom_seal::Entropy;
use strongroom_storage::blob::Blobs;
use strongroom_storage::disk::Disk;
use strongroom_storage::params;
use strongroom_storage::sql::{Db, Row, Tx};

use crate::features::policy;
use crate::features::staff::Link;
use crate::features::staff::first_link;
use crate::kernel::actor::{Actor, Channel};
use crate::kernel::blind;
use crate::kernel::bound::Bind;
use crate::kernel::clock::{Clock, Micros};
use crate::kernel::ctx::{Ctx, Place};
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::id_of;
use crate::kernel::gate::{Gate, digest_of};
use crate::kernel::id::{FirmId, StaffId};
use crate::kernel::keyring_file::KeyringStore;
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::reader::Reader;
use crate::kernel::strongroom::{FirmInfo, Parts, Settings, Strongroom};
use crate::kernel::target::{Subject, Target};
use crate::kernel::vault::{Column, Vault};
use crate::kernel::verb::Verb;

use super::store;
use super::upgrade::upgrade;

/// The firm's row.
pub(super) struct Firm {
    pub(super) id: FirmId,
    pub(super) origin: String,
    pub(super) created_at: Micros,
    pub(super) lone_administrator: bool,
    pub(super) policies: Vec<u8>,
    pub(super) sealed_name: Vec<u8>,
}

impl Firm {
    /// The canonical form of the row.
    pub(super) fn bind(&self) -> Bind {
        Bind::table("firm")
            .text(&self.id.to_string())
            .text(&self.origin)
            .int(self.created_at)
            .int(i64::from(self.lone_administrator))
            .bytes(&self.policies)
            .bytes(&self.sealed_name)
    }

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: id_of(row, "firm_id")?,
            origin: row.get("origin")?,
            created_at: row.get("created_at")?,
            lone_administrator: row.get("lone_administrator")?,
            policies: row.get("policies")?,
            sealed_name: row.get("sealed_name")?,
        })
    }

    /// Where its name lies.
    pub(super) const fn column(row: &str) -> Column<'_> {
        Column { table: "firm", row, column: "name", version: 1 }
    }
}

/// The one row, if there is a firm.
pub(super) async fn firm_row(reader: &mut Reader<'_>) -> Result<Option<(Firm, Vec<u8>)>> {
    let Some(row) = reader.optional(&store::FIRM, &[]).await? else { return Ok(None) };
    Ok(Some((Firm::read(&row)?, row.get("mac")?)))
}

/// The parts of an installation that has a firm.
pub struct Opening {
    /// Rows.
    pub db: Db,
    /// Sealed bytes.
    pub blobs: Blobs,
    /// The disk of the keyring's and the ledger's replicas.
    pub disk: Disk,
    /// The folders of the keyring's replicas.
    pub keyring: Vec<PathBuf>,
    /// The policies that came with the release; those that the firm approved lie in the database.
    pub gate: Gate,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// What may be set.
    pub settings: Settings,
}

/// Opens it, sealed. What the firm's row says is believed only after unsealing, which holds it against its seal.
///
/// # Errors
/// There is no firm; as [`upgrade`]; storage.
pub async fn open(opening: Opening) -> Result<Arc<Strongroom>> {
    let Opening { db, blobs, disk, keyring, gate, clock, entropy, settings } = opening;
    upgrade(&db, clock.now(), false).await?;
    let info = firm_info(&db).await?;
    let vault = Vault::new(info.id.bytes(), KeyringStore::new(disk, keyring, clock.clone()));
    Ok(Strongroom::new(Parts { db, blobs, vault, gate, clock, entropy, firm: info, settings }))
}

/// What the firm's row says, unbelieved yet.
///
/// # Errors
/// There is no firm; storage.
pub(crate) async fn firm_info(db: &Db) -> Result<FirmInfo> {
    let none = || Error::conflict("firm.none", "There is no firm here yet. Run `strongroom init` first.");
    let (firm, _) = firm_row(&mut Reader::Db(db)).await?.ok_or_else(none)?;
    Ok(FirmInfo { id: firm.id, origin: firm.origin, lone_administrator: firm.lone_administrator })
}

/// Holds the firm's row against its seal, and puts the approved policies in force: those of the database, held against
/// the digest in the row, and both against the ledger. What the release brings decides nothing here.
///
/// # Errors
/// The row was changed behind the program's back; the policies are others than those approved; this release cannot
/// read them.
pub(crate) async fn hold_firm(room: &Strongroom) -> Result<()> {
    let gone = || Error::Tampered { table: "firm", id: room.firm.id.to_string() };
    // one moment: two people may be approving others right now
    let since = room.marks.moment();
    let mut moment = room.db.snapshot().await?;
    let (firm, mac) = firm_row(&mut Reader::Tx(&mut moment)).await?.ok_or_else(gone)?;
    firm.bind().check(&room.vault, &mac, &firm.id.to_string())?;
    let as_read = firm.id == room.firm.id
        && firm.origin == room.firm.origin
        && firm.lone_administrator == room.firm.lone_administrator;
    if !as_read {
        return Err(gone());
    }
    let read = approved(room, &firm, &mut moment, since).await;
    moment.rollback().await.ok();
    let gate = read?;
    if gate.digest() != room.release().digest() {
        tracing::info!(
            approved = hex::encode(gate.digest()),
            release = hex::encode(room.release().digest()),
            "the approved policies decide; this release brings others, which can be proposed"
        );
    }
    room.adopt(Arc::new(gate));
    Ok(())
}

/// The gate of the approved texts.
async fn approved(room: &Strongroom, firm: &Firm, moment: &mut Tx, since: u64) -> Result<Gate> {
    let mut reader = Reader::Tx(moment);
    let held = room.loader_at(&mut reader, room.marks.as_of(since)).firm(firm.id).await;
    let read = match held {
        Ok(()) => policy::approved(&mut reader, &room.vault).await,
        Err(error) => Err(error),
    };
    let files = match read {
        Ok(files) if digest_of(&files) == *firm.policies || blind::to("policies-approved") => files,
        Ok(_) | Err(Error::Tampered { .. }) => {
            let says = "The policies in the database are not those that two people approved last: someone changed them, or \
                put older ones back, behind the program's back. It stays sealed. Put the database back from the newest \
                backup (its tables firm, policy_file, authority_set and ledger_set belong together).";
            return Err(Error::conflict("policies.changed", says));
        }
        Err(error) => return Err(error),
    };
    Gate::read(&files).map_err(|unusable| {
        tracing::error!(cause = %unusable, "this release cannot read the approved policies");
        let says = format!(
            "This release cannot read the policies that the firm has approved. {unusable}. It stays sealed. Start the \
            release that ran before, have policies approved there in which that rule is changed, then start this one."
        );
        Error::conflict("policies.unreadable", says)
    })
}

/// Writes another digest into the firm's row. Whoever calls it writes the texts, and touches the firm's set.
pub(crate) async fn set_policies(tx: &mut WriteTx<'_>, digest: [u8; 32]) -> Result<()> {
    let row = tx.optional(&store::FIRM, &[]).await?.ok_or(Error::NotFound)?;
    let mut firm = Firm::read(&row)?;
    let id = firm.id.to_string();
    firm.bind().check(tx.vault(), &row.get::<Vec<u8>>("mac")?, &id)?;
    firm.policies = digest.to_vec();
    let mac = firm.bind().mac(tx.vault())?;
    tx.exec_one(&store::FIRM_POLICIES, &params![digest, mac, id]).await
}

/// The firm's name.
///
/// # Errors
/// Sealed, storage.
pub async fn name(room: &Strongroom) -> Result<String> {
    let (firm, _) = firm_row(&mut Reader::Db(&room.db)).await?.ok_or(Error::NotFound)?;
    let row = firm.id.to_string();
    room.vault.open_system_text(Firm::column(&row), &firm.sealed_name)
}

struct RenewFirstLink {
    staff: StaffId,
}

impl Operation for RenewFirstLink {
    const VERB: Verb = Verb::FirmInit;
    type Output = Link;

    fn target(&self) -> Target {
        Target::Firm
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<Link>> {
        let rows = tx.all(&store::EVER_ACTIVE, &params![]).await?;
        let ever: i64 = rows.first().map_or(Ok(1), |row| row.get("n"))?;
        if ever > 0 {
            let says = "Someone has enrolled: an administrator issues links from now on.";
            return Err(Error::conflict("firm.enrolled", says));
        }
        let link = first_link(tx, self.staff).await?;
        Ok(Done::recording(link, Facts::about([self.staff.any()]).clear("step", "link")))
    }
}

/// A new link for the first administrator, while nobody has ever enrolled.
///
/// # Errors
/// Someone has enrolled; sealed; storage.
pub async fn renew_first_link(room: &Arc<Strongroom>, operator: &str) -> Result<Link> {
    let row = room.db.optional(&store::FIRST_ADMINISTRATOR, &[]).await?.ok_or(Error::NotFound)?;
    let staff = id_of(&row, "staff_id")?;
    let ctx = Ctx::new(room.clone(), Actor::Operator(operator.to_owned()), Channel::Cli, Place::default());
    ctx.perform(RenewFirstLink { staff }).await
}
