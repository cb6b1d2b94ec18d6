//! wall.

pub(crate) mod store;
