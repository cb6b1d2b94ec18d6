//! The policies of the firm: which texts decide, and how other texts come into force.
//!
//! What must hold: the approved texts lie in the database, each row sealed, their digest in the firm's row, both in
//! one authority set that the ledger names; a release brings texts of its own and they decide nothing until they are
//! approved. An administrator proposes, a partner or a compliance officer who did not propose decides, both with a
//! fresh code; a firm that said at `init` that it has one administrator alone, or has no such person yet, is held as
//! for roles (`staff/authority.rs`). What is decided on is the exact text that was proposed. And some things no policy
//! may do, whoever approves it: `bounds.rs`.

mod bounds;
mod difference;
mod model;
mod ops;
mod queries;
pub(crate) mod store;
mod texts;
mod words;

#[cfg(test)]
mod tests;

pub use bounds::{Breach, breaches};
pub use difference::{Change, Difference, RuleChange, difference};
pub use model::{Candidate, Look, Offer, Overview, ProposalView};
pub use ops::{Proposed, decide, propose, withdraw};
pub use queries::{agree, look, overview, proposal, waiting_for_me};
pub use texts::{Source, read_folder, unverified};

pub(crate) use bounds::WALL_RULES;
pub(crate) use texts::{approved, insert};
