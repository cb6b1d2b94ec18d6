//! The demo firm: a complete fictitious law firm, its papers and ninety days of its life, as data.
//!
//! [`cast`] says who there is, [`papers`] makes the files, [`story`] says who did what and when: all that is a
//! pure function of a seed and of the day called "today", and knows none of the system's own types. [`driver`]
//! does: it lives the story through the real operations with an injected clock; and [`kept`] signs its people in.

pub mod calendar;
pub mod cast;
pub mod driver;
pub mod kept;
pub mod papers;
pub mod rng;
pub mod story;

pub use cast::{ClientKey, Firm, GroupKey, MatterKey, PersonKey, WallKey};
pub use papers::{Paper, PaperPlan, paper};
pub use story::{Act, Event, RecordKey, Story};
