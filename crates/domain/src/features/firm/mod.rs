//! The firm itself: set up once by the operator, opened by every start.
//!
//! `init` is the one change outside [`Ctx::perform`](crate::Ctx): there is no firm yet whose gate could be asked
//! in a transaction of its ledger. It asks the gate all the same, and leaves its entry in its own transaction.

mod init;
mod open;
pub(crate) mod store;
mod upgrade;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

pub use init::{Initialised, SealBy, Setup, init};
pub use open::{Opening, name, open, renew_first_link};
pub use upgrade::{Before, Upgrade, upgrade, upgrade_of};

pub(crate) use open::{firm_info, hold_firm, set_policies};
