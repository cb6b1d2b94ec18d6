//! check.

pub(crate) mod store;
