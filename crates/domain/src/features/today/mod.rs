//! The page of the day: what waits for me, by role; and the system's health.
//!
//! What must hold: one permit and one entry cover the page and name every thing on it; each thing has
//! passed the gate, so that a wall keeps a matter off the page as it keeps it off every list. Nothing
//! stands here for what does not exist: a section that a role does not have is absent, not empty.

mod day;
mod health;
mod roles;
pub(crate) mod store;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod tests;

use crate::features::backup::LastBackup;
use crate::features::ledger::EntryView;
use crate::features::matter::MatterView;
use crate::features::staff::Invitation;
use crate::kernel::actor::Role;
use crate::kernel::clock::Micros;
use crate::kernel::id::{ApprovalId, MatterId, RecordId, SessionId, StaffId, UploadId, WallId};
use crate::kernel::witnesses::WitnessState;

pub use crate::kernel::ledger_replica::ReplicaState;
pub use day::today;
pub use health::{Health, NOT_CLAIMED, Reach, Stamps, health};
pub use strongroom_storage::blob::Room;

/// A matter by its last activity.
#[derive(Clone, Debug)]
pub struct MatterLine {
    /// The matter.
    pub view: MatterView,
    /// When anything was last done in it.
    pub last_activity: Option<Micros>,
}

/// A record that came since.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// The record.
    pub record: RecordId,
    /// Its matter.
    pub matter: MatterId,
    /// Its title.
    pub title: String,
    /// `PDF`, `DOCX`; none where the version's facts do not open, which `check` names.
    pub kind: Option<&'static str>,
    /// The matter's name.
    pub matter_name: String,
    /// When it was added.
    pub added_at: Micros,
    /// By whom.
    pub added_by: Option<String>,
}

/// A seat of mine that ends soon.
#[derive(Clone, Debug)]
pub struct EndingSeat {
    /// The matter.
    pub matter: MatterId,
    /// Its name.
    pub matter_name: String,
    /// `lead`, `member` or `reader`.
    pub seat: &'static str,
    /// When it ends.
    pub until: Micros,
}

/// An upload of mine that stopped.
#[derive(Clone, Debug)]
pub struct StoppedUpload {
    /// The upload.
    pub upload: UploadId,
    /// Its matter.
    pub matter: MatterId,
    /// The matter's name.
    pub matter_name: String,
    /// What the file is called.
    pub filename: Option<String>,
    /// Bytes so far.
    pub received: u64,
    /// Bytes in all.
    pub length: u64,
    /// When it began.
    pub created_at: Micros,
    /// When it is given up.
    pub expires_at: Micros,
}

/// A sign-in from a device that was not seen before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSignIn {
    /// The session.
    pub session: SessionId,
    /// When.
    pub at: Micros,
    /// What the browser called itself.
    pub device: String,
    /// From where.
    pub address: String,
    /// The one that carries this request.
    pub current: bool,
}

/// A wall that waits for its review.
#[derive(Clone, Debug)]
pub struct WallLine {
    /// The wall.
    pub wall: WallId,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub made_at: Micros,
    /// When it was last reviewed.
    pub reviewed_at: Option<Micros>,
}

/// How many on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// The day's beginning (UTC).
    pub day: Micros,
    /// How many.
    pub count: u64,
}

/// The day of a compliance officer.
#[derive(Clone, Debug)]
pub struct ComplianceDay {
    /// Walls that were not reviewed within 180 days, oldest first.
    pub walls: Vec<WallLine>,
    /// Refusals over the last 30 days and today, oldest first.
    pub refusals: Vec<DayCount>,
}

/// A replica of the keyring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replica {
    /// Where it lies.
    pub folder: String,
    /// When it was last written and read back by this server.
    pub read_back: Option<Micros>,
}

/// A replica of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerReplica {
    /// Where it lies.
    pub folder: String,
    /// How it stands.
    pub state: ReplicaState,
}

/// The day of an administrator.
#[derive(Clone, Debug)]
pub struct AdministratorDay {
    /// The strongroom is sealed.
    pub sealed: bool,
    /// When it was last unsealed.
    pub unsealed_at: Option<Micros>,
    /// The keyring's replicas.
    pub replicas: Vec<Replica>,
    /// The room where the contents lie, if it has a bound and answers.
    pub disk: Option<Room>,
    /// The ledger's replicas and how each stands.
    pub ledger_replicas: Vec<LedgerReplica>,
    /// The outside witnesses, as this node has asked them.
    pub witnesses: Vec<WitnessState>,
    /// Whether those that sign are enough; none where no policy is configured.
    pub enough_witnesses: Option<bool>,
    /// The newest backup that came to its end.
    pub backup: Option<LastBackup>,
    /// Who is invited and has not enrolled, longest first, and how far that has come.
    pub not_enrolled: Vec<(StaffId, String, Invitation)>,
    /// Roles and resets that wait for a second person: about whom.
    pub approvals: Vec<(ApprovalId, StaffId, String)>,
}

/// The newest checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastCheckpoint {
    /// How many entries it signs.
    pub size: u64,
    /// When.
    pub at: Micros,
    /// How many of them enough witnesses have signed too.
    pub witnessed: u64,
    /// Whether those that sign are enough; none where no policy is configured.
    pub enough_witnesses: Option<bool>,
}

/// The day of a records manager, who knows every matter by name.
#[derive(Clone, Debug, Default)]
pub struct RecordsManagerDay {
    /// Open matters without a lead, oldest first; at most twenty.
    pub without_lead: Vec<MatterView>,
    /// Matters opened within 14 days, newest first; at most ten.
    pub opened: Vec<MatterView>,
    /// Matters closed within 90 days, newest first; at most ten.
    pub closed: Vec<MatterView>,
}

/// The day of an auditor: how the ledger stands.
#[derive(Clone, Debug)]
pub struct AuditorDay {
    /// The newest checkpoint, if there is one.
    pub checkpoint: Option<LastCheckpoint>,
    /// Entries that have a number.
    pub entries: u64,
    /// Entries without a number yet.
    pub pending: u64,
    /// When the oldest of those was written.
    pub oldest_pending: Option<Micros>,
    /// Refusals over the last 30 days and today, oldest first.
    pub refusals: Vec<DayCount>,
    /// The ledger's replicas and how each stands.
    pub replicas: Vec<LedgerReplica>,
    /// When the whole store was last checked.
    pub checked_at: Option<Micros>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Today {
    /// My role.
    pub role: Role,
    /// Now.
    pub at: Micros,
    /// When I came before; a week ago where I never did.
    pub since: Micros,
    /// My open matters by last activity; at most eight.
    pub matters: Vec<MatterLine>,
    /// There are more of them.
    pub more_matters: bool,
    /// Records that others added to my matters since, newest first; at most twenty.
    pub new_records: Vec<NewRecord>,
    /// Refusals on matters that I lead, within 30 days, newest first; at most ten.
    pub refusals: Vec<EntryView>,
    /// Seats of mine that end within 14 days.
    pub ending: Vec<EndingSeat>,
    /// Uploads of mine that stopped.
    pub uploads: Vec<StoppedUpload>,
    /// Sign-ins of mine, within seven days, from devices not seen before.
    pub sign_ins: Vec<NewSignIn>,
    /// Roles and resets that wait for my yes or no, as the second person: about whom.
    pub to_decide: Vec<(ApprovalId, StaffId, String)>,
    /// For a compliance officer.
    pub compliance: Option<ComplianceDay>,
    /// For an administrator.
    pub administrator: Option<AdministratorDay>,
    /// For a records manager.
    pub records_manager: Option<RecordsManagerDay>,
    /// For an auditor.
    pub auditor: Option<AuditorDay>,
}
