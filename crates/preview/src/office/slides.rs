//! PowerPoint: the words of each slide and of its speaker's notes.

use crate::{
    model::{Preview, Refusal},
    text::Sheet,
    xml::{self, Met},
    zipped::Archive,
};

pub(super) fn render(mut archive: Archive) -> Result<Preview, Refusal> {
    let mut sheet = Sheet::new();
    for (title, prefix) in [("Slide", "ppt/slides/slide"), ("Notes", "ppt/notesSlides/notesSlide")] {
        for (i, part) in archive.names(prefix, ".xml").iter().enumerate() {
            let Some(source) = archive.text(part)? else { continue };
            sheet.line();
            sheet.push(&format!("— {title} {} —\n", i + 1));
            words(&source, &mut sheet);
            if sheet.is_full() {
                return Ok(sheet.preview());
            }
        }
    }
    Ok(sheet.preview())
}

fn words(source: &str, sheet: &mut Sheet) {
    let mut in_text = false;
    xml::walk(source, |met| {
        match met {
            Met::Open { name: "t", empty, .. } => in_text = !empty,
            Met::Close("t") => in_text = false,
            Met::Text(text) if in_text => {
                sheet.push(text);
            }
            Met::Open { name: "br", .. } => {
                sheet.push("\n");
            }
            Met::Close("p") => sheet.line(),
            _ => {}
        }
        !sheet.is_full()
    });
}
