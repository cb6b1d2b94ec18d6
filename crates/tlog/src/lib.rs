//! The ledger's mathematics: a transparency log as bytes in, bytes out.
//!
//! What is here: RFC 6962 hashing and proofs ([`merkle`]), C2SP tlog-tiles ([`tile`], [`append`],
//! [`bundle`]), signed-note ([`note`]), tlog-checkpoint ([`checkpoint`]), tlog-proof ([`proof`]), tlog-witness
//! ([`witness`]), tlog-policy ([`policy`]) and the receipt file that Strongroom hands out ([`receipt`]).
//!
//! What must hold:
//! - No input, however hostile, makes a function here panic: sizes are checked, slices are never indexed.
//! - Every parser is strict: what it accepts, its writer writes back byte for byte.
//! - An unknown key proves nothing and is ignored; a bad signature by a known key spoils the whole note.
//!
//! What is deliberately absent: input and output, async, clocks, randomness and private keys. Storage
//! fetches the tiles that `tile::needed_tiles_*` names, and signing is the caller's [`note::Signer`].
#![deny(
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]
#![deny(missing_docs)]

pub mod append;
pub mod bundle;
pub mod checkpoint;
pub mod merkle;
pub mod note;
pub mod policy;
pub mod proof;
pub mod receipt;
mod text;
pub mod tile;
pub mod witness;

pub use append::{Appender, Tile};
pub use checkpoint::Checkpoint;
pub use merkle::{Hash, leaf_hash, node_hash};
pub use note::{KeyKind, Note, Signer, VerifierKey};
pub use proof::Proof;
pub use receipt::Receipt;
pub use tile::{TileMap, TilePath, TileSource};

#[cfg(test)]
mod tests;
