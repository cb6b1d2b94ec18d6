//! group.

pub(crate) mod store;
