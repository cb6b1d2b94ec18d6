//! People: invited, enrolled, suspended; their roles; and the second person without whom no administrator
//! makes someone who can get at content.
//!
//! What must hold: giving a role, changing one and resetting a sign-in need a second person who is not an
//! administrator (a partner or a compliance officer), unless the firm said at `init` that it has one administrator
//! alone, or nobody of that kind has ever enrolled; the ledger says which. Nobody decides what is about themselves
//! or what they asked for. The last active administrator stays. Standings are ended, never overwritten.

mod approvals;
mod authority;
mod enrol;
mod first;
pub(crate) mod invitation;
pub(crate) mod model;
mod ops;
mod queries;
pub(crate) mod store;

pub use approvals::{ApprovalView, approvals, decide_approval, withdraw_approval};
pub use authority::{Asked, ChangeRole, IssueLink, ResetCredentials};
pub use enrol::{Enrolled, Enrolment, enrol, enrolment_start};
pub use invitation::Invitation;
pub use model::Link;
pub use ops::{InviteStaff, Invited, ResumeStaff, SuspendStaff};
pub use queries::{StaffView, staff_list, staff_one};

pub(crate) use authority::{Second, second_person};
pub(crate) use first::{first_link, insert_first};

#[cfg(test)]
mod tests;
