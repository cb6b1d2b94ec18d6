//! upload.

pub(crate) mod store;
