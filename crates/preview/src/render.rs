//! Which reader reads what. Runs in the confined child only.

use crate::{
    mail,
    model::{Kind, Preview, Refusal, Want},
    msg, office, pdf, raster, rtf, sniff, text, tiff_pages,
};
use std::io::Read;

const MIB: u64 = 1024 * 1024;

/// More bytes than this of a kind are not read. Text is shown from its beginning whatever its length.
pub fn input_limit(kind: Kind) -> u64 {
    match kind {
        Kind::Pdf | Kind::Tiff | Kind::Zip => 200 * MIB,
        Kind::Image | Kind::Docx | Kind::Xlsx | Kind::Pptx | Kind::Odt | Kind::Email | Kind::Msg => 100 * MIB,
        _ => 32 * MIB,
    }
}

/// Whether a long document of this kind is shown from its beginning; of any other every byte may matter.
pub(crate) fn is_cut(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Svg | Kind::Html)
}

/// Makes a preview of the document in `input`, which is of `kind` as [`crate::sniff`] found. May panic on
/// hostile input: the child catches that.
pub fn render(input: impl Read, kind: Kind, want: Want) -> Result<Preview, Refusal> {
    let (number, width) = match want {
        Want::Summary { width } => (1, width),
        Want::Page { number, width } => (number, width),
        Want::Probe => return Err(Refusal::Unsupported),
    };
    let width = width.clamp(200, 2400);
    let paged = matches!(kind, Kind::Pdf | Kind::Tiff);
    if number == 0 || (number > 1 && !paged) {
        return Err(Refusal::NoSuchPage);
    }
    let limit = input_limit(kind);
    let mut bytes = Vec::new();
    input.take(limit + 1).read_to_end(&mut bytes).map_err(|_| Refusal::Unavailable)?;
    if bytes.len() as u64 > limit && !is_cut(kind) {
        return Err(Refusal::TooBig);
    }
    let summary = matches!(want, Want::Summary { .. });
    match kind {
        Kind::Pdf => pdf::render(bytes, number, width, summary),
        Kind::Tiff => tiff_pages::render(bytes, number, width, summary),
        Kind::Image => raster::render(&bytes),
        Kind::Text | Kind::Svg => Ok(text::render(&bytes)),
        Kind::Html => Ok(text::render_html(&bytes)),
        Kind::Email => mail::render(&bytes),
        Kind::Rtf => rtf::render(&bytes),
        Kind::Docx | Kind::Xlsx | Kind::Pptx | Kind::Odt | Kind::Zip => office::render(bytes),
        Kind::Msg | Kind::Doc | Kind::Xls => msg::render(bytes),
        Kind::Unknown if bytes.starts_with(sniff::OLE) => msg::render(bytes),
        Kind::EncryptedOffice => Err(Refusal::Encrypted),
        Kind::Wpd | Kind::Pst | Kind::P7s | Kind::Unknown => Err(Refusal::Unsupported),
    }
}
