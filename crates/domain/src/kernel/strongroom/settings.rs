//! What is fixed for a firm, and what an administrator may set.

use std::path::PathBuf;
use std::sync::Arc;

use crate::kernel::clock::{DAY, HOUR, Micros};
use crate::kernel::id::FirmId;
use crate::kernel::timestamps::Stamping;
use crate::kernel::witnesses::Witnessing;

/// What the firm fixed at `init`.
#[derive(Clone)]
pub struct FirmInfo {
    /// The firm.
    pub id: FirmId,
    /// The log's origin: `<host of the public URL>/ledger`.
    pub origin: String,
    /// One administrator alone: said at `init`, and the ledger shows it.
    pub lone_administrator: bool,
}

/// What an administrator may set; read once by `app`.
#[derive(Clone)]
pub struct Settings {
    /// A session ends after this long without a request.
    pub session_idle: Micros,
    /// A session ends after this long in any case.
    pub session_overall: Micros,
    /// The longest life of a token with a strong scope.
    pub strong_token: Micros,
    /// The largest record in bytes.
    pub record_limit: u64,
    /// What Argon2id costs.
    pub password_cost: strongroom_seal::password::Cost,
    /// Folders into which the ledger is copied as it is signed.
    pub ledger_replicas: Vec<std::path::PathBuf>,
    /// How previews are made; none where the program to run is not known (tests of the core).
    pub previewer: Option<Arc<strongroom_preview::parent::Previewer>>,
    /// The outside witnesses, if there are any.
    pub witnesses: Option<Arc<Witnessing>>,
    /// The timestamp authority, if there is one.
    pub timestamps: Option<Arc<Stamping>>,
    /// The folder whose policy files are offered for approval.
    pub policies: Option<PathBuf>,
    /// The machine's name, by which people tell nodes apart.
    pub host: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            session_idle: HOUR,
            session_overall: DAY,
            strong_token: 12 * HOUR,
            record_limit: 64 << 30,
            password_cost: strongroom_seal::password::Cost::PASSWORD,
            ledger_replicas: Vec::new(),
            previewer: None,
            witnesses: None,
            timestamps: None,
            policies: None,
            host: String::from("this machine"),
        }
    }
}
