//! staff.

pub(crate) mod store;
