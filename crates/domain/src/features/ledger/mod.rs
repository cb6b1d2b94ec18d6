//! ledger.

pub(crate) mod store;
