//! Records as they are shown, and the facts of a version that are sealed under the record's key.

use serde::{Deserialize, Serialize};
use strongroom_seal::Key;

use crate::features::matter::MatterView;
use crate::kernel::error::{Error, Result};
use crate::kernel::id::{FolderId, MatterId, RecordId};
use crate::kernel::vault::{Column, Vault};

use super::labels::Labels;

/// What tells of a version: sealed under the record's key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VersionFacts {
    pub(crate) filename: String,
    pub(crate) media_type: String,
    pub(crate) sha256: String,
}

impl VersionFacts {
    /// Where the facts of a version lie.
    pub(crate) fn row(record: RecordId, version: i64) -> String {
        format!("{record}/{version}")
    }

    pub(crate) fn open(
        vault: &Vault,
        key: &Key,
        record: RecordId,
        version: i64,
        sealed: &[u8],
    ) -> Result<Self> {
        let row = Self::row(record, version);
        let at = Column { table: "record_version", row: &row, column: "facts", version };
        let clear = vault.open_column(key, at, sealed).map_err(|_| Error::Damaged(record.any()))?;
        serde_json::from_slice(clear.as_slice()).map_err(|_| Error::Damaged(record.any()))
    }
}

/// A record as it is shown.
#[derive(Clone, Debug)]
pub struct RecordView {
    /// Its id.
    pub id: RecordId,
    /// Its matter.
    pub matter: MatterId,
    /// Its folder.
    pub folder: Option<FolderId>,
    /// `Pleadings/2026`, or empty.
    pub folder_path: String,
    /// Its title.
    pub title: String,
    /// What the file was called.
    pub filename: String,
    /// Found from the bytes.
    pub media_type: String,
    /// `PDF`, `DOCX`, …
    pub kind: &'static str,
    /// Bytes.
    pub size: u64,
    /// Of the content, in hexadecimal.
    pub sha256: String,
    /// From 1.
    pub version: u32,
    /// Level and marks.
    pub labels: Labels,
    /// When it was added.
    pub created_at: i64,
    /// By whom: a staff id.
    pub created_by: String,
    /// When anything of it last changed.
    pub changed_at: i64,
    /// For `If-Match`.
    pub etag: i64,
}

/// A version as it is shown.
#[derive(Clone, Debug)]
pub struct VersionView {
    /// From 1.
    pub version: u32,
    /// What the file was called.
    pub filename: String,
    /// Found from the bytes.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// Of the content, in hexadecimal.
    pub sha256: String,
    /// When it was added.
    pub created_at: i64,
    /// By whom: a staff id.
    pub created_by: String,
    /// True for the newest.
    pub current: bool,
}

/// A folder as it is shown.
#[derive(Clone, Debug)]
pub struct FolderView {
    /// Its id.
    pub id: FolderId,
    /// `Pleadings/2026`.
    pub path: String,
    /// What new records in it inherit.
    pub labels: Labels,
    /// How many records lie in it itself: whoever may list the matter may list each of them.
    pub records: u64,
    /// For `If-Match`.
    pub etag: i64,
}

/// A page of a matter's records.
#[derive(Clone, Debug)]
pub struct RecordPage {
    /// The matter.
    pub matter: MatterView,
    /// Its folders, by path.
    pub folders: Vec<FolderView>,
    /// Newest change first.
    pub items: Vec<RecordView>,
    /// Where the next page begins.
    pub next: Option<RecordId>,
    /// How many records the matter has.
    pub count: u64,
    /// Their bytes together.
    pub bytes: u64,
}

/// A record with its versions and its matter.
#[derive(Clone, Debug)]
pub struct RecordDetail {
    /// The record.
    pub record: RecordView,
    /// Newest first.
    pub versions: Vec<VersionView>,
    /// Its matter.
    pub matter: MatterView,
}

/// The short word for a media type, as it stands before a title.
#[must_use]
pub fn kind_of(media_type: &str) -> &'static str {
    match media_type {
        "application/pdf" => "PDF",
        "image/tiff" => "TIFF",
        "image/png" => "PNG",
        "image/jpeg" => "JPEG",
        "image/gif" => "GIF",
        "image/webp" => "WEBP",
        "image/bmp" => "BMP",
        "image/svg+xml" => "SVG",
        "text/html" => "HTML",
        "text/csv" => "CSV",
        "text/markdown" => "MD",
        "message/rfc822" => "EML",
        "application/mbox" => "MBOX",
        "application/vnd.ms-outlook" => "MSG",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "DOCX",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "XLSX",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "PPTX",
        "application/vnd.oasis.opendocument.text" => "ODT",
        "application/msword" => "DOC",
        "application/vnd.ms-excel" => "XLS",
        "application/rtf" | "text/rtf" => "RTF",
        "application/vnd.wordperfect" => "WPD",
        "application/zip" => "ZIP",
        "application/vnd.ms-outlook-pst" => "PST",
        "application/pkcs7-signature" => "P7S",
        other if other.starts_with("text/") => "TXT",
        _ => "FILE",
    }
}
