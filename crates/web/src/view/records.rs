//! The records of a matter: list with drawer, and one record in full.

use askama::Template;

use super::field::Field;
use super::matters::MatterHead;
use super::parts::{Csrf, Kind, Labels, Pager, Trail, When, Why};
use crate::layout::{Shell, Theme, Tone};

/// A folder in the tree beside the list.
pub struct FolderLink {
    pub name: String,
    pub href: String,
    /// 0 for the top.
    pub depth: u8,
    /// How many records; none where that is not known.
    pub count: Option<u64>,
    pub current: bool,
}

/// One record in the list.
pub struct RecordRow {
    pub id: String,
    /// This list with the record's drawer open.
    pub select_href: String,
    pub selected: bool,
    pub title: String,
    pub kind: Kind,
    pub folder: Option<String>,
    pub labels: Labels,
    /// "412 KB"
    pub size: String,
    /// For sorting.
    pub bytes: u64,
    pub changed: When,
}

/// The form that adds records without script, and what the drop area starts from.
pub struct AddRecords {
    pub open: bool,
    /// The folder path of new records; made on demand.
    pub folder: Field,
    /// Existing folder paths, offered while typing.
    pub known_folders: Vec<String>,
    pub level: Field,
    pub marks: Field,
    pub error: Option<String>,
    pub new_folder: Field,
    /// "Up to 2 GB each."
    pub limit: String,
}

/// The picture of a record beside its facts.
pub enum Preview {
    /// A page rendered by the server in a limited process.
    Frame { src: String },
    /// It is being made.
    Waiting,
    /// It cannot be shown: "This kind of file has no preview."
    None { says: String },
}

/// The selected record beside the list.
pub struct Drawer {
    pub id: String,
    /// The list without it, at the record's row.
    pub close_href: String,
    pub title: String,
    pub filename: String,
    pub kind: Kind,
    /// "Version 2 of 2, added by D. Okafor"
    pub version_says: String,
    pub version: u32,
    pub changed: When,
    pub folder: Option<String>,
    pub size: String,
    /// "9f2c 41aa … 77d0"
    pub fingerprint: String,
    pub labels: Labels,
    pub preview: Preview,
    pub trail: Trail,
    pub why: Why,
    pub may_download: bool,
    pub may_add: bool,
}

/// The form that takes the matter out.
pub struct ExportForm {
    pub open: bool,
    pub reason: Field,
}

/// The matter's first page.
#[derive(Template)]
#[template(path = "matter_records.html")]
pub struct MatterRecords {
    pub shell: Shell,
    pub csrf: Csrf,
    pub head: MatterHead,
    pub folders: Vec<FolderLink>,
    /// The path of the open folder.
    pub folder: Option<String>,
    /// "128 records, 214 MB"
    pub says: String,
    pub rows: Vec<RecordRow>,
    pub pager: Pager,
    pub add: Option<AddRecords>,
    /// Why nothing can be added here, if so.
    pub read_only: Option<String>,
    /// For the lead.
    pub export: Option<ExportForm>,
    pub drawer: Option<Drawer>,
}

/// One version of a record.
pub struct VersionRow {
    pub number: u32,
    pub current: bool,
    pub filename: String,
    pub size: String,
    pub added_by: String,
    pub when: When,
    pub fingerprint: String,
}

/// What may be done to the record; each form is absent where the person may not.
pub struct RecordForms {
    /// The state the forms were made from; a stale one is refused.
    pub etag: String,
    pub title: Option<Field>,
    pub folder: Option<Field>,
    pub raise: Option<LabelForm>,
    pub lower: Option<LabelForm>,
    pub add_version: bool,
}

/// A change of labels: up freely, down with a reason.
pub struct LabelForm {
    pub open: bool,
    pub level: Field,
    pub marks: Option<Field>,
    pub reason: Option<Field>,
}

/// One record in full.
#[derive(Template)]
#[template(path = "record.html")]
pub struct Record {
    pub shell: Shell,
    pub csrf: Csrf,
    pub id: String,
    pub title: String,
    pub filename: String,
    pub kind: Kind,
    pub matter_id: String,
    pub matter_name: String,
    pub client_name: String,
    pub folder: Option<String>,
    pub size: String,
    pub created: When,
    pub labels: Labels,
    /// The version shown and how many there are.
    pub version: u32,
    pub versions: Vec<VersionRow>,
    pub fingerprint: String,
    pub preview: Preview,
    pub may_download: bool,
    pub forms: RecordForms,
    pub trail: Trail,
    /// The whole of the record's activity.
    pub activity_href: String,
    pub why: Why,
    pub error: Option<String>,
}
