//! Resumable uploads (tus 1.0): what was received stays, sealed, until the file is whole.
//!
//! Each PATCH is its own message with a fresh salt under the upload's key, in the blob store, never
//! plaintext; a connection that breaks keeps what had arrived. At completion the parts are opened in a
//! stream and written as the one blob of the record, hashed on the way; the upload is marked done in the
//! transaction that files the record. An upload belongs to the person who began it.

mod append;
mod ops;
mod row;
pub(crate) mod store;
mod sweep;

pub use append::{Algorithm, append};
pub use ops::{NewUpload, UploadView, create, end, mine, status};
pub(crate) use row::{UploadRow, finish_in};
pub use sweep::sweep;

#[cfg(test)]
mod tests;
