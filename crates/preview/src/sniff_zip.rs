//! Tells the formats that are ZIP archives apart, from the members named in the first bytes.

use crate::{
    model::{Kind, MediaType},
    sniff::{find, is},
};

const DOCX: MediaType =
    is("application/vnd.openxmlformats-officedocument.wordprocessingml.document", Kind::Docx);
const XLSX: MediaType = is("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Kind::Xlsx);
const PPTX: MediaType =
    is("application/vnd.openxmlformats-officedocument.presentationml.presentation", Kind::Pptx);
const ODT: MediaType = is("application/vnd.oasis.opendocument.text", Kind::Odt);
const ODS: MediaType = is("application/vnd.oasis.opendocument.spreadsheet", Kind::Odt);
const ODP: MediaType = is("application/vnd.oasis.opendocument.presentation", Kind::Odt);

pub(crate) fn sniff(head: &[u8], extension: &str) -> MediaType {
    if let Some(kind) = opendocument(head) {
        return kind;
    }
    let names = members(head);
    let any = |prefix: &str| names.iter().any(|n| n.starts_with(prefix.as_bytes()));
    // Office writes these first, and the telling folder may lie beyond the head.
    let office = any("[Content_Types].xml") || any("_rels/") || any("docProps/") || any("customXml/");
    match extension {
        _ if any("word/") => DOCX,
        _ if any("xl/") => XLSX,
        _ if any("ppt/") => PPTX,
        "docx" | "docm" | "dotx" if office => DOCX,
        "xlsx" | "xlsm" | "xltx" if office => XLSX,
        "pptx" | "pptm" | "potx" if office => PPTX,
        _ => is("application/zip", Kind::Zip),
    }
}

/// OpenDocument begins with a stored member `mimetype`.
fn opendocument(head: &[u8]) -> Option<MediaType> {
    let after = head.get(30..)?.strip_prefix(b"mimetype")?;
    let near = after.get(..128).unwrap_or(after);
    let says = |kind: MediaType| find(near, kind.mime.as_bytes()).map(|_| kind);
    says(ODT).or_else(|| says(ODS)).or_else(|| says(ODP))
}

/// The names in the local headers that lie within the head.
fn members(head: &[u8]) -> Vec<&[u8]> {
    let mut names = Vec::new();
    let mut rest = head;
    while let Some(place) = find(rest, b"PK\x03\x04") {
        let Some(header) = rest.get(place..) else { break };
        if let Some([low, high]) = header.get(26..28) {
            let length = usize::from(u16::from_le_bytes([*low, *high]));
            names.extend(header.get(30..30 + length));
        }
        rest = header.get(4..).unwrap_or_default();
    }
    names
}
