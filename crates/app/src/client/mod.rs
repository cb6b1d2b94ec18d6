//! What the command line does to a client's affairs, it does as a person, with a token, through the running
//! server: over its address, or its socket in the data folder. Being root is not a seat.

pub(crate) mod bag;
pub(crate) mod export;
pub(crate) mod http;
pub(crate) mod import;
pub(crate) mod progress;
pub(crate) mod upload;
pub(crate) mod walk;
