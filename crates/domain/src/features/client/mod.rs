//! Clients of the firm. What tells of a client (name, reference) is sealed under the client's own key.
//!
//! Who knows of a client: whoever has a seat on one of its matters that no wall keeps from them; the partner who took
//! it on; records managers and compliance officers know of all, unless a wall stands before the whole client. A
//! partner opens matters for clients of whom she knows: to her any other is one that is not there.

mod ops;
mod queries;
pub(crate) mod store;
#[cfg(test)]
mod tests;

pub use ops::{CreateClient, RenameClient};
pub use queries::{ClientView, client, clients};
