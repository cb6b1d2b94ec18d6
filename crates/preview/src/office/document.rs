//! Word: text with tracked changes said in words, then notes, headers and comments.

use crate::{
    model::{Preview, Refusal},
    text::Sheet,
    xml::{self, Met},
    zipped::Archive,
};

/// The main part is nearly always `word/document.xml`; some programs number it.
pub(super) fn main_part(archive: &Archive) -> Option<String> {
    let usual = "word/document.xml";
    if archive.has(usual) {
        return Some(usual.to_owned());
    }
    archive.names("word/document", ".xml").into_iter().next()
}

pub(super) fn render(mut archive: Archive, main: &str) -> Result<Preview, Refusal> {
    let mut sheet = Sheet::new();
    let body = archive.text(main)?.ok_or(Refusal::Damaged)?;
    let whole = words(&body, &mut sheet);
    if !whole && sheet.is_blank() {
        return Err(Refusal::Damaged);
    }
    let mut extra = |title: &str, parts: Vec<String>| -> Result<(), Refusal> {
        for part in parts {
            let Some(source) = archive.text(&part)? else { continue };
            let mut inner = Sheet::new();
            words(&source, &mut inner);
            if !inner.is_blank() && !sheet.is_full() {
                sheet.line();
                sheet.push(&format!("\n— {title} —\n"));
                sheet.push(inner.done().0.trim());
            }
        }
        Ok(())
    };
    let fixed = |name: &str| vec![name.to_owned()];
    extra("Comments", fixed("word/comments.xml"))?;
    extra("Footnotes", fixed("word/footnotes.xml"))?;
    extra("Endnotes", fixed("word/endnotes.xml"))?;
    Ok(sheet.preview())
}

/// Writes the words of one part.
fn words(source: &str, sheet: &mut Sheet) -> bool {
    let mut in_text = false;
    // Older programs read the fallback, newer ones the choice; both hold the same words.
    let mut fallback = 0_u32;
    xml::walk(source, |met| {
        match met {
            Met::Open { name: "Fallback", empty: false, .. } => fallback += 1,
            Met::Close("Fallback") => fallback = fallback.saturating_sub(1),
            _ if fallback > 0 => {}
            Met::Open { name: "t" | "delText", empty, .. } => in_text = !empty,
            Met::Close("t" | "delText") => in_text = false,
            Met::Text(text) if in_text => {
                sheet.push(text);
            }
            Met::Open { name, tag, empty } => {
                opened(name, tag, empty, sheet);
            }
            Met::Close("ins" | "del" | "moveFrom" | "moveTo") => {
                sheet.push("]");
            }
            Met::Close("p") => {
                sheet.push("\n");
            }
            Met::Close("tc") => {
                sheet.push("\t");
            }
            Met::Close("tr") => sheet.line(),
            Met::Text(_) | Met::Close(_) => {}
        }
        !sheet.is_full()
    })
}

fn opened(name: &str, tag: &quick_xml::events::BytesStart<'_>, empty: bool, sheet: &mut Sheet) {
    let by = || match xml::attribute(tag, "author") {
        Some(author) => format!(" by {author}"),
        None => String::new(),
    };
    let words = match name {
        "tab" => "\t".to_owned(),
        "br" | "cr" => "\n".to_owned(),
        "noBreakHyphen" => "-".to_owned(),
        // Empty ones mark a changed paragraph mark or row, not words.
        "ins" if !empty => format!("[inserted{}: ", by()),
        "del" if !empty => format!("[deleted{}: ", by()),
        "moveFrom" if !empty => format!("[moved away{}: ", by()),
        "moveTo" if !empty => format!("[moved here{}: ", by()),
        "comment" => match xml::attribute(tag, "date") {
            Some(date) => format!("Comment{}, {date}: ", by()),
            None => format!("Comment{}: ", by()),
        },
        "commentReference" => format!("[comment {}]", xml::attribute(tag, "id").unwrap_or_default()),
        _ => return,
    };
    sheet.push(&words);
}
