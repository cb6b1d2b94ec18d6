//! Today: what waits for this person; and the system's health for administrators.

mod day;
mod health;
mod protections;

use crate::routes::Paths;

pub(crate) fn pages(paths: Paths) -> Paths {
    paths.get("/today", day::show).get("/health", health::show).post("/health/seal", health::seal)
}
