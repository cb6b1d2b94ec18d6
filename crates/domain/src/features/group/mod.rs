//! Groups of staff. A wall can name a group, so that who is in it decides who is behind it: members are kept
//! with their start and end, and the set of each group is held against the ledger.

pub(crate) mod model;
mod ops;
mod queries;
pub(crate) mod store;

pub use ops::{AddMember, MakeGroup, RemoveMember, RenameGroup};
pub use queries::{GroupView, Member, groups};

#[cfg(test)]
mod tests;
