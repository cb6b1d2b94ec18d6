//! Stories over the outside contract, on the engine that `TEST_DATABASE_URL` names or on `SQLite`.

mod disk;
mod doors;
mod pages;
mod stories;
mod sweep;
mod telling;
mod tidy;
