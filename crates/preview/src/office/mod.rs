//! The words of Office documents that are ZIP archives. What an archive is, its parts tell.

mod document;
mod odf;
mod sheet;
mod slides;

use crate::{
    model::{Preview, Refusal},
    zipped::Archive,
};

pub(crate) fn render(bytes: Vec<u8>) -> Result<Preview, Refusal> {
    if bytes.starts_with(crate::sniff::OLE) {
        return Err(Refusal::Encrypted);
    }
    let archive = Archive::open(bytes)?;
    if archive.has("[Content_Types].xml") {
        if archive.has("xl/workbook.xml") {
            return sheet::render(archive);
        }
        if archive.has("ppt/presentation.xml") {
            return slides::render(archive);
        }
        if let Some(main) = document::main_part(&archive) {
            return document::render(archive, &main);
        }
    }
    if archive.has("mimetype") && archive.has("content.xml") {
        return odf::render(archive);
    }
    Ok(archive.listing())
}
