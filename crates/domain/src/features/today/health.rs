//! The system's health, for administrators: states, sizes and times, and what we do not claim.

use strongroom_storage::blob::Room;
use strongroom_storage::sql::Engine;

use crate::features::backup::{self, LastBackup};
use crate::kernel::clock::Micros;
use crate::kernel::ctx::Ctx;
use crate::kernel::error::Result;
use crate::kernel::nodes::Node;
use crate::kernel::target::Target;
use crate::kernel::timestamps::Stamp;
use crate::kernel::verb::Verb;
use crate::kernel::witnesses::WitnessState;

use super::{LedgerReplica, Replica, roles, store};

/// Whether something answers, and why not.
pub type Reach = std::result::Result<(), String>;

/// What we do not claim, as plainly as what we do.
pub const NOT_CLAIMED: &[&str] = &[
    "Whoever controls the running machine can read its memory or replace the program.",
    "With a key file, whoever takes the machine's disks together with that file can open them. With a passphrase or key shares they cannot.",
    "A person who may open a record can keep what they saw: photograph the screen, print, retell.",
    "The ledger shows what was done through this program. It cannot show what was done with a copy outside it.",
];

/// Nor this, while nobody else keeps a checkpoint.
const ALONE: &str = "Until a witness or a ledger replica is set up, the firm itself is the only keeper of its checkpoints, apart from those who hold receipts.";

const POLICIES_PUT_BACK: &str = "The database holds other policies than those that two people approved. Those in memory go on \
    deciding, but the next start will stay sealed. Run strongroom check.";

/// How the timestamps of checkpoints stand.
#[derive(Clone, Debug)]
pub struct Stamps {
    /// An authority is configured.
    pub asked: bool,
    /// The newest that it gave.
    pub newest: Option<Stamp>,
    /// Why there is no newer one.
    pub trouble: Option<String>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Health {
    /// The strongroom is sealed.
    pub sealed: bool,
    /// The keyring's replicas and when this server last read each back.
    pub replicas: Vec<Replica>,
    /// The ledger's replicas and how each stands.
    pub ledger_replicas: Vec<LedgerReplica>,
    /// The outside witnesses, as this node has asked them.
    pub witnesses: Vec<WitnessState>,
    /// Whether those that sign are enough; none where no policy is configured.
    pub enough_witnesses: Option<bool>,
    /// The timestamps.
    pub stamps: Stamps,
    /// Entries that enough witnesses have signed.
    pub witnessed: u64,
    /// The room where the contents lie, if it has a bound and answers.
    pub disk: Option<Room>,
    /// `SQLite` or `PostgreSQL`.
    pub engine: &'static str,
    /// The database answers.
    pub database: Reach,
    /// The blob store answers.
    pub blobs: Reach,
    /// The approved policies are those that decide, by row, digest and ledger.
    pub policies: Reach,
    /// The digest of the policies in force, in hexadecimal.
    pub policies_digest: String,
    /// Entries that have a number.
    pub entries: u64,
    /// Entries that the newest checkpoint signs.
    pub signed: u64,
    /// Entries without a number yet.
    pub pending: u64,
    /// Entries that no checkpoint signs yet.
    pub lag_entries: u64,
    /// When the oldest entry without a number was written.
    pub oldest_pending: Option<Micros>,
    /// How long ago the newest checkpoint was signed.
    pub checkpoint_age: Option<Micros>,
    /// The nodes that serve the firm, on an engine that carries several.
    pub nodes: Vec<Node>,
    /// The newest backup that came to its end.
    pub backup: Option<LastBackup>,
    /// How previews are confined: a sentence; none before the first preview.
    pub confinement: Option<&'static str>,
    /// What we do not claim.
    pub not_claimed: Vec<&'static str>,
}

/// The system's health.
///
/// # Errors
/// Refused, sealed, storage out of reach so far that the entry cannot be written.
pub async fn health(ctx: &Ctx) -> Result<Health> {
    ctx.permit(Verb::HealthRead, &Target::Firm).await?;
    let room = &ctx.room;
    let head = room.ledger_head().await?;
    let waiting = room.db.one(&store::PENDING_COUNT, &[]).await?;
    let pending: u64 = waiting.get("n")?;
    let signed_at = (head.signed_size > 0).then_some(head.signed_at);
    Ok(Health {
        sealed: room.vault.is_sealed(),
        replicas: roles::replicas(ctx),
        ledger_replicas: roles::ledger_replicas(ctx),
        witnesses: room.witnesses(),
        witnessed: head.witnessed_size,
        enough_witnesses: room.enough_witnesses(),
        stamps: Stamps {
            asked: room.settings.timestamps.is_some(),
            newest: room.timestamps(1).await?.first().copied(),
            trouble: room.timestamp_trouble(),
        },
        disk: room.blobs.room().await.ok().flatten(),
        engine: match room.db.engine() {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        },
        database: room.db.ping().await.map_err(|e| e.to_string()),
        blobs: room.blobs.ping().await.map_err(|e| e.to_string()),
        policies: crate::features::policy::agree(ctx).await.map_err(|_| POLICIES_PUT_BACK.to_owned()),
        policies_digest: hex::encode(room.gate().digest()),
        entries: head.size,
        signed: head.signed_size,
        pending,
        lag_entries: head.size.saturating_sub(head.signed_size) + pending,
        oldest_pending: waiting.get("oldest")?,
        checkpoint_age: signed_at.map(|at| (ctx.now() - at).max(0)),
        nodes: room.nodes().await?,
        backup: backup::newest(&room.db).await?,
        confinement: room.settings.previewer.as_ref().and_then(|p| p.confinement()).map(|c| c.says()),
        not_claimed: not_claimed(
            room.enough_witnesses().is_none() && room.settings.ledger_replicas.is_empty(),
        ),
    })
}

fn not_claimed(alone: bool) -> Vec<&'static str> {
    NOT_CLAIMED.iter().copied().chain(alone.then_some(ALONE)).collect()
}
