//! Matters: opened, staffed, closed. What tells of a matter is sealed under the matter's own key.
//!
//! A matter opens to its team only: seats lead, member, reader, each with a start and perhaps an end,
//! kept and never overwritten. The last lead cannot be removed. A paralegal cannot lead. A closed matter
//! is read-only.

mod ops;
mod queries;
mod seats;
pub(crate) mod store;

pub use ops::{CloseMatter, OpenMatter, RenameMatter, ReopenMatter};
pub(crate) use queries::date;
pub use queries::{Access, MatterView, Seat, Team, WallBadge, head, matter, matters, sitters, team, view_of};
pub use seats::{EndSeat, GiveSeat};
