//! Bad days of the real program: a firm is made by the testkit, on the engine that `TEST_DATABASE_URL` names or on
//! `SQLite`; then `strongroom serve` takes it over as a process of its own, which is killed, filled up, cut off
//! from its storage, sealed in mid-request, and given files that mean harm.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests, where a panic is the failure"
)]

mod attack;
mod begun;
mod bodies;
mod bucket;
mod damaged;
mod full;
mod gone;
mod hostile;
mod imported;
mod killed;
mod large;
mod memory;
mod nodes;
mod papers;
mod restored;
mod sealed;
mod served;
mod tls;
mod upgraded;
mod way;
mod witnessed;
