//! Everything a firm can do, and who may do it.
//!
//! `kernel` is the spine: identities, the gate, the vault's keys behind permits, the ledger, and
//! [`Ctx::perform`], which opens the only write transaction there is. `features` holds one folder
//! for each thing a firm does, under the same name as in `web` and in the tests.
//!
//! What must hold: no key without a permit, no permit without a ledger entry. This crate knows no
//! HTTP, no HTML, no arguments of a command line and no environment.

pub mod features;
pub mod kernel;
#[cfg(test)]
mod narrowing;

pub use kernel::ctx::Ctx;
pub use kernel::error::{Error, Refusal, Result};
pub use kernel::strongroom::Strongroom;
