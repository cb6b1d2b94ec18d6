//! The spine. Small, and read twice before it changes.

pub mod actor;
pub mod anchor;
pub mod asking;
pub mod authority_copy;
pub mod blind;
pub mod bound;
pub mod clock;
pub mod copied;
pub mod counters;
pub mod ctx;
#[cfg(test)]
mod cut;
pub mod directory;
pub mod entry;
pub mod error;
pub mod face;
pub mod facts;
pub mod gate;
pub mod id;
pub mod keyring_file;
pub mod ledger;
pub mod ledger_replica;
pub mod list;
pub mod loader;
pub mod nodes;
pub mod operation;
pub mod permit;
pub mod policies;
pub mod reader;
pub mod repeat;
pub mod schema;
pub mod sequencer;
pub mod sets;
pub mod situations;
mod slices;
pub mod strangers;
pub mod strongroom;
pub mod target;
pub mod text;
pub mod timestamps;
pub mod traces;
pub mod unsealing;
pub mod vault;
pub mod verb;
pub mod walls;
pub mod witnesses;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod unseen;
#[cfg(test)]
mod words;
