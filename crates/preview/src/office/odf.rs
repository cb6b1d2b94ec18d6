//! OpenDocument text, sheets and slides, with tracked changes and comments said in words.

use crate::{
    model::{Preview, Refusal},
    text::Sheet,
    xml::{self, Met},
    zipped::Archive,
};

pub(super) fn render(mut archive: Archive) -> Result<Preview, Refusal> {
    let manifest = archive.text("META-INF/manifest.xml")?.unwrap_or_default();
    if manifest.contains("encryption-data") {
        return Err(Refusal::Encrypted);
    }
    let source = archive.text("content.xml")?.ok_or(Refusal::Damaged)?;
    let mut sheet = Sheet::new();
    let mut in_body = false;
    let whole = xml::walk(&source, |met| {
        match met {
            Met::Open { name: "body", empty, .. } => in_body = !empty,
            Met::Close("body") => in_body = false,
            _ if !in_body => {}
            Met::Text(text) => {
                sheet.push(text);
            }
            Met::Open { name, tag, empty } => {
                let words = match name {
                    "tab" => "\t",
                    "line-break" => "\n",
                    "s" => " ",
                    "annotation" if !empty => "[comment: ",
                    "deletion" if !empty => "[deleted: ",
                    "change-start" => "[changed: ",
                    "change-end" => "]",
                    "table" => {
                        let name = xml::attribute(tag, "name").unwrap_or_default();
                        sheet.line();
                        sheet.push(&format!("— Table: {name} —\n"));
                        ""
                    }
                    _ => "",
                };
                sheet.push(words);
            }
            Met::Close("p" | "h") => {
                sheet.push("\n");
            }
            Met::Close("annotation" | "deletion") => {
                sheet.push("]");
            }
            Met::Close("table-row") => sheet.line(),
            Met::Close("table-cell") => {
                sheet.push("\t");
            }
            Met::Close(_) => {}
        }
        !sheet.is_full()
    });
    if !whole && sheet.is_blank() {
        return Err(Refusal::Damaged);
    }
    Ok(sheet.preview())
}
