//! Clients of the firm. What tells of a client (name, reference) is sealed under the client's own key.
//!
//! Who knows of a client: whoever has a seat on one of its matters that no wall keeps from them;
//! records managers and compliance officers know of all, unless a wall stands before the whole client.

mod ops;
mod queries;
pub(crate) mod store;

pub use ops::{CreateClient, RenameClient};
pub use queries::{ClientView, client, clients};
