//! The ledger as people see it: lists of acts in plain words, one entry with its proof, receipts, tiles.
//!
//! What must hold: a watcher (auditor, compliance officer) gets ids and nothing opened; whoever has a
//! seat gets the parts about the matter and its records opened, under a permit that names each; whoever
//! acted sees their own acts. That a wall decided is shown only to those who may know of the wall: to the
//! rest of the team such a refusal is not there at all. An own act on something that one may not know of
//! (any more) names nothing, and its entry is not found, like that of an id that names nothing.

mod count;
#[cfg(test)]
mod counted;
mod lists;
mod model;
mod one;
mod refused;
mod sight;
pub(crate) mod store;
#[cfg(test)]
pub(crate) mod stories;
#[cfg(test)]
mod tests;
mod tiles;
mod words;

pub use count::{Complete, count_if_due};
pub use lists::{
    entries, matter_activity, matter_activity_of, own_acts, record_activity, record_activity_of,
};
pub use model::{EntryFull, EntryPage, EntryRef, EntryView, Filter, Part, Receipt, State, Who};
pub use one::{entry, receipt};
pub use strongroom_tlog::TilePath;
pub use strongroom_tlog::bundle::BundlePath;
pub use tiles::{bundle, checkpoint, tile, vkey, witnessed};

pub(crate) use lists::{refusals_on, wall_changes};
pub(crate) use one::leaving;
pub(crate) use sight::{knows_walls, record_title};
