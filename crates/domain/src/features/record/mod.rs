//! record.

pub(crate) mod store;
