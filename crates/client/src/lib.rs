//! What the command line does to a client's affairs, it does here: as a person, with a token, through the
//! running server, over its address or its socket in the data folder. Being root is not a seat.
//!
//! What must hold: this crate cannot name the domain, the storage or a key, so nothing in it can pass by the
//! server's gate. It knows the outside contract, as any other program would.

pub mod bag;
pub mod export;
pub mod file;
pub mod http;
pub mod import;
pub mod progress;
pub mod rehearse;
pub mod say;
pub mod secret;
pub mod upload;
pub mod walk;

pub use http::{Connection, Problem, Server};
