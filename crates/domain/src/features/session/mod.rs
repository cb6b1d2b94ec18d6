//! session.

pub(crate) mod store;
