//! Stories over the outside contract, on the engine that `TEST_DATABASE_URL` names or on `SQLite`.

mod alike;
mod closed;
mod disk;
mod doors;
mod finds;
mod gate;
mod pages;
mod policies;
mod repeats;
mod seats;
mod shown;
mod stories;
mod surface;
mod sweep;
mod telling;
mod tidy;
mod words;
