//! The words of this crate: what a document is, what one may ask for, what one gets.

use serde::{Deserialize, Serialize};

/// What a document is, as far as its bytes tell. A declared type plays no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Portable Document Format.
    Pdf,
    /// Tagged Image File Format, one page or many.
    Tiff,
    /// PNG, JPEG, GIF, WebP, BMP.
    Image,
    /// Treated as text, never drawn: it may carry scripts and references.
    Svg,
    /// Plain text, Markdown, CSV, JSON, XML and other writing.
    Text,
    /// Treated as text: its words are shown, never its markup.
    Html,
    /// One message (EML, MHT) or a box of messages (mbox).
    Email,
    /// Outlook message.
    Msg,
    /// Word, current format.
    Docx,
    /// Excel, current format.
    Xlsx,
    /// PowerPoint, current format.
    Pptx,
    /// OpenDocument text, sheet or slides.
    Odt,
    /// Word before 2007.
    Doc,
    /// Excel before 2007.
    Xls,
    /// Rich Text Format.
    Rtf,
    /// WordPerfect.
    Wpd,
    /// A ZIP archive that is nothing more special.
    Zip,
    /// Outlook data file.
    Pst,
    /// A detached or enveloping signature.
    P7s,
    /// An Office document inside an encrypted container.
    EncryptedOffice,
    /// None of these.
    Unknown,
}

/// What [`crate::sniff`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaType {
    /// The registered name, for `Content-Type` and for the record.
    pub mime: &'static str,
    /// Which reader understands it.
    pub kind: Kind,
}

/// What is asked of the child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Want {
    /// The whole of a text, mail or list; of paged things the first page and the sizes of all.
    Summary {
        /// Width of a page image in pixels (200 to 2,400).
        width: u32,
    },
    /// One page, counted from 1.
    Page {
        /// Which.
        number: u32,
        /// Width of its image in pixels (200 to 2,400).
        width: u32,
    },
    /// Not a preview: the confined child tries to break out and answers with [`Probe`] as JSON text. For the
    /// health screen and the tests; it opens nothing when the confinement holds.
    Probe,
}

impl Want {
    /// A summary at the usual width.
    pub const SUMMARY: Self = Self::Summary { width: 1200 };
}

/// A file inside a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its name, with control characters made visible; a nested mail has its subject here.
    pub name: String,
    /// The type the mail declares. Not to be believed.
    pub mime: String,
    /// Bytes after decoding.
    pub size: u64,
}

/// A file inside an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its path, with control characters made visible.
    pub name: String,
    /// Bytes when unpacked, as the archive declares.
    pub size: u64,
    /// Whether the entry is protected by a password.
    pub encrypted: bool,
}

/// Something harmless to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Preview {
    /// A document of pages, of which one is drawn.
    Pages {
        /// How many pages the document has.
        count: u32,
        /// Which page `png` shows, from 1.
        page: u32,
        /// The page, drawn by us.
        #[serde(skip)]
        png: Vec<u8>,
        /// Of the image, in pixels.
        width: u32,
        /// Of the image, in pixels.
        height: u32,
        /// Width and height of every page (points or pixels) of the first 2,000; only in a summary.
        sizes: Vec<(u32, u32)>,
    },
    /// A picture, encoded anew from its pixels.
    Image {
        /// The picture.
        #[serde(skip)]
        png: Vec<u8>,
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// Words.
    Text {
        /// With control characters and direction overrides made visible.
        text: String,
        /// There is more in the original.
        truncated: bool,
    },
    /// A message.
    Email {
        /// From, To, Cc, Date, Subject, in this order, those present.
        headers: Vec<(String, String)>,
        /// The body as text.
        body_text: String,
        /// There is more in the original.
        truncated: bool,
        /// Files and nested mails.
        attachments: Vec<Attachment>,
    },
    /// What is in an archive.
    Listing {
        /// In the archive's order.
        entries: Vec<Entry>,
        /// How many there are in all.
        total: u64,
    },
}

impl Preview {
    /// The image, if this preview has one.
    pub fn png(&self) -> Option<&[u8]> {
        match self {
            Self::Pages { png, .. } | Self::Image { png, .. } => Some(png),
            _ => None,
        }
    }

    /// Takes the image out, to be sent beside the description.
    pub(crate) fn take_png(&mut self) -> Vec<u8> {
        match self {
            Self::Pages { png, .. } | Self::Image { png, .. } => std::mem::take(png),
            _ => Vec::new(),
        }
    }

    /// Puts the image back.
    pub(crate) fn put_png(&mut self, bytes: Vec<u8>) {
        if let Self::Pages { png, .. } | Self::Image { png, .. } = self {
            *png = bytes;
        }
    }
}

/// Why there is no preview. The document itself is unharmed and can be downloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[error("{}", self.says())]
pub enum Refusal {
    /// Needs a password.
    Encrypted,
    /// Not what it claims to be, or broken.
    Damaged,
    /// More bytes, pages, entries or pixels than we open.
    TooBig,
    /// A format for which we have no reader.
    Unsupported,
    /// The page asked for does not exist.
    NoSuchPage,
    /// Took longer than allowed.
    TimedOut,
    /// Took more memory than allowed.
    OutOfMemory,
    /// The child could not be started or confined, or the bytes stopped coming: our fault, not the document's.
    Unavailable,
}

impl Refusal {
    /// The sentence for the screen.
    pub fn says(self) -> &'static str {
        match self {
            Self::Encrypted => "This document is protected by a password; download it to open it.",
            Self::Damaged => {
                "This document is damaged or not what its name says, so it cannot be shown here; you can still download it."
            }
            Self::TooBig => "This document is too large to be shown here; download it to open it.",
            Self::Unsupported => "There is no preview for this kind of document; download it to open it.",
            Self::NoSuchPage => "The document has no such page.",
            Self::TimedOut => "Showing this document took too long, so we stopped; download it to open it.",
            Self::OutOfMemory => {
                "Showing this document needs more memory than we allow; download it to open it."
            }
            Self::Unavailable => {
                "The preview is not available at the moment; the document can be downloaded."
            }
        }
    }

    /// The sentence for the screen, with the kind of document named where that helps.
    pub fn says_of(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (Self::Encrypted, Kind::Pdf) => "This PDF is protected by a password; download it to open it.",
            (Self::Encrypted, Kind::Zip) => {
                "This archive is protected by a password; download it to open it."
            }
            (Self::Unsupported, Kind::Doc | Kind::Xls) => {
                "Documents in the Office formats before 2007 cannot be shown here; download it to open it."
            }
            (Self::Unsupported, Kind::Wpd) => {
                "WordPerfect documents cannot be shown here; download it to open it."
            }
            (Self::Unsupported, Kind::Pst) => {
                "Outlook data files cannot be shown here; download it to open it in Outlook."
            }
            (Self::Unsupported, Kind::P7s) => {
                "This is a digital signature; there is nothing in it to read here."
            }
            _ => self.says(),
        }
    }
}
