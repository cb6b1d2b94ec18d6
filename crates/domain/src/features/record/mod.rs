//! Records (documents, files) with versions, in folders, under labels.
//!
//! What tells of one record (title, file name, media type, hash) is sealed under that record's own key;
//! its content is one message in the one format under a key below it. Content is encrypted as it comes in
//! and decrypted as it goes out, in constant memory; a range opens only the chunks it needs. The media
//! type is found from the bytes, not the name. The same bytes again in a matter are said.

mod content;
mod export;
mod folders;
mod guard;
mod incoming;
mod known;
mod labels;
mod model;
mod ops;
mod queries;
mod search;
mod sink;
pub(crate) mod store;

pub use content::{Content, content, content_by, preview};
pub use export::{Export, ExportFile, export};
pub use folders::MakeFolder;
pub(crate) use incoming::{Filing, finish_upload};
pub use incoming::{Incoming, NewRecord, incoming, incoming_version};
pub use known::{Known, MOST_DIGESTS, known};
pub use labels::{Labels, Level};
pub(crate) use model::VersionFacts;
pub use model::{FolderView, RecordDetail, RecordPage, RecordView, VersionView, kind_of};
pub use ops::{LowerLabel, MoveRecord, RaiseLabel, RenameRecord};
pub(crate) use queries::kind_under;
pub use queries::{list, read};
pub use search::{Found, find};
pub(crate) use sink::{Sealer, Sink};
pub(crate) use version_row::{content_index, refuse_same};

#[cfg(test)]
mod stops;
#[cfg(test)]
mod tests;
mod version_row;
