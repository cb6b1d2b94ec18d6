//! The paper as a Word document: a zip with the parts Word needs, written by hand.

use super::doc::{Block, Doc};
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Escapes text for XML.
fn esc(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn run(text: &str, bold: bool) -> String {
    let look = if bold { "<w:rPr><w:b/></w:rPr>" } else { "" };
    format!("<w:r>{look}<w:t xml:space=\"preserve\">{}</w:t></w:r>", esc(text))
}

fn styled(style: &str, extra: &str, inner: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{extra}</w:pPr>{inner}</w:p>\n")
}

fn table(rows: &[Vec<String>]) -> String {
    let mut out = String::from(
        "<w:tbl><w:tblPr><w:tblW w:w=\"0\" w:type=\"auto\"/><w:tblBorders>\
         <w:top w:val=\"single\" w:sz=\"6\" w:color=\"666666\"/><w:bottom w:val=\"single\" w:sz=\"6\" w:color=\"666666\"/>\
         <w:insideH w:val=\"single\" w:sz=\"4\" w:color=\"BBBBBB\"/></w:tblBorders></w:tblPr><w:tblGrid>",
    );
    let columns = rows.first().map_or(1, Vec::len).max(1);
    let width = 9000 / columns;
    (0..columns).for_each(|_| {
        let _ = write!(out, "<w:gridCol w:w=\"{width}\"/>");
    });
    out.push_str("</w:tblGrid>");
    for (r, row) in rows.iter().enumerate() {
        out.push_str("<w:tr>");
        for cell in row {
            let inner = run(cell, r == 0);
            let _ = write!(
                out,
                "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr><w:p>{inner}</w:p></w:tc>"
            );
        }
        out.push_str("</w:tr>");
    }
    out.push_str("</w:tbl><w:p/>\n");
    out
}

fn body(doc: &Doc) -> String {
    let centre = "<w:jc w:val=\"center\"/>";
    let mut out = String::new();
    if let Some(head) = &doc.letterhead {
        out.push_str(&styled("Title", "", &run(&head.firm, false)));
        out.push_str(&styled("Normal", "", &run(&head.lines.join(" · "), false)));
    }
    for block in &doc.blocks {
        let piece = match block {
            Block::Title(t) => styled("Title", centre, &run(t, false)),
            Block::Heading(t) => styled("Heading1", "", &run(t, false)),
            Block::Para(t) => styled("Normal", "", &run(t, false)),
            Block::Clause(n, t, depth) => {
                let left = 567 + u32::from(*depth) * 567;
                let indent = format!(
                    "<w:tabs><w:tab w:val=\"left\" w:pos=\"{left}\"/></w:tabs><w:ind w:left=\"{left}\" w:hanging=\"567\"/>"
                );
                styled("Normal", &indent, &format!("{}<w:r><w:tab/></w:r>{}", run(n, false), run(t, false)))
            }
            Block::Centre(t, bold) => styled("Normal", centre, &run(t, *bold)),
            Block::Right(t) => styled("Normal", "<w:jc w:val=\"right\"/>", &run(t, false)),
            Block::Lines(lines) => {
                let runs: Vec<String> = lines.iter().map(|l| run(l, false)).collect();
                styled("Normal", "", &runs.join("<w:r><w:br/></w:r>"))
            }
            Block::Table(rows) => table(rows),
            Block::Sign(name, capacity, _) => {
                let line = run("______________________________", false);
                let gap = "<w:r><w:br/></w:r>";
                styled(
                    "Normal",
                    "",
                    &format!("{gap}{line}{gap}{}{gap}{}", run(name, true), run(capacity, false)),
                )
            }
            Block::Rule => styled(
                "Normal",
                "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"6\" w:space=\"1\" w:color=\"666666\"/></w:pBdr>",
                "",
            ),
            Block::Space(lines) => "<w:p/>".repeat(usize::from(*lines)),
            Block::Break => "<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>\n".to_owned(),
        };
        out.push_str(&piece);
    }
    out
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const W: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
const R: &str = "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
const REL: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PKG: &str = "http://schemas.openxmlformats.org/package/2006";
const WML: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

fn styles() -> String {
    let style = |id: &str, name: &str, default: &str, look: &str, para: &str| {
        let (id, name) = (esc(id), esc(name));
        format!(
            "<w:style w:type=\"paragraph\"{default} w:styleId=\"{id}\"><w:name w:val=\"{name}\"/>\
             <w:pPr>{para}</w:pPr><w:rPr>{look}</w:rPr></w:style>"
        )
    };
    format!(
        "{HEAD}<w:styles {W}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Times New Roman\" \
         w:hAnsi=\"Times New Roman\" w:cs=\"Times New Roman\"/><w:sz w:val=\"22\"/><w:lang w:val=\"en-GB\"/></w:rPr>\
         </w:rPrDefault></w:docDefaults>{}{}{}</w:styles>",
        style(
            "Normal",
            "Normal",
            " w:default=\"1\"",
            "",
            "<w:spacing w:after=\"140\" w:line=\"276\" w:lineRule=\"auto\"/>"
        ),
        style("Title", "Title", "", "<w:b/><w:sz w:val=\"32\"/>", "<w:spacing w:after=\"280\"/>"),
        style(
            "Heading1",
            "heading 1",
            "",
            "<w:b/><w:sz w:val=\"24\"/>",
            "<w:keepNext/><w:spacing w:before=\"240\" w:after=\"100\"/><w:outlineLvl w:val=\"0\"/>"
        ),
    )
}

/// The paper as DOCX. `iso` is the date, `2024-03-04T09:00:00Z`.
pub(crate) fn docx(doc: &Doc, iso: &str) -> Vec<u8> {
    let parts = [
        (
            "[Content_Types].xml",
            format!(
                "{HEAD}<Types xmlns=\"{PKG}/content-types\"><Default Extension=\"rels\" \
                 ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" \
                 ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"{WML}.document.main+xml\"/>\
                 <Override PartName=\"/word/styles.xml\" ContentType=\"{WML}.styles+xml\"/><Override PartName=\"/word/footer1.xml\" \
                 ContentType=\"{WML}.footer+xml\"/><Override PartName=\"/docProps/core.xml\" \
                 ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "{HEAD}<Relationships xmlns=\"{PKG}/relationships\"><Relationship Id=\"rId1\" Type=\"{REL}/officeDocument\" \
                 Target=\"word/document.xml\"/><Relationship Id=\"rId2\" Type=\"{PKG}/relationships/metadata/core-properties\" \
                 Target=\"docProps/core.xml\"/></Relationships>"
            ),
        ),
        (
            "word/_rels/document.xml.rels",
            format!(
                "{HEAD}<Relationships xmlns=\"{PKG}/relationships\"><Relationship Id=\"rId1\" Type=\"{REL}/styles\" \
                 Target=\"styles.xml\"/><Relationship Id=\"rId2\" Type=\"{REL}/footer\" Target=\"footer1.xml\"/></Relationships>"
            ),
        ),
        (
            "word/document.xml",
            format!(
                "{HEAD}<w:document {W} {R}><w:body>\n{}<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId2\"/>\
                 <w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1440\" w:right=\"1440\" w:bottom=\"1440\" \
                 w:left=\"1440\" w:header=\"708\" w:footer=\"708\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>",
                body(doc)
            ),
        ),
        ("word/styles.xml", styles()),
        (
            "word/footer1.xml",
            format!("{HEAD}<w:ftr {W}>{}</w:ftr>", styled("Normal", "", &run(&doc.foot, false))),
        ),
        (
            "docProps/core.xml",
            format!(
                "{HEAD}<cp:coreProperties xmlns:cp=\"{PKG}/metadata/core-properties\" \
                 xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
                 xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}</dc:title><dc:creator>{}</dc:creator>\
                 <dcterms:created xsi:type=\"dcterms:W3CDTF\">{iso}</dcterms:created></cp:coreProperties>",
                esc(&doc.title),
                esc(&doc.author)
            ),
        ),
    ];
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        // Writing into memory does not fail; a part that did would be missed by the tests.
        if zip.start_file(name, options).is_ok() {
            let _ = zip.write_all(text.as_bytes());
        }
    }
    zip.finish().map(Cursor::into_inner).unwrap_or_default()
}
