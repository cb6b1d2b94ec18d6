//! The demo firm: a complete fictitious law firm, its papers and ninety days of its life, as data.
//!
//! Nothing here knows the system's own types: [`cast`] says who there is, [`papers`] makes the files,
//! [`story`] says who did what and when. A driver applies the story through the real operations with
//! an injected clock. Everything is a pure function of a seed and of the day called "today".

pub mod calendar;
pub mod cast;
pub mod papers;
pub mod rng;
pub mod story;

pub use cast::{ClientKey, Firm, GroupKey, MatterKey, PersonKey, WallKey};
pub use papers::{Paper, PaperPlan, paper};
pub use story::{Act, Event, RecordKey, Story};
