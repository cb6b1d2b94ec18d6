//! Excel: every sheet, hidden ones named as such, cells between tabs, then comments. Values as last
//! calculated; dates appear as Excel's day numbers.

use crate::{
    model::{Preview, Refusal},
    text::Sheet,
    xml::{self, Met},
    zipped::Archive,
};
use std::collections::HashMap;

/// A workbook can repeat one long string a million times; what is shown is bounded by [`Sheet`], what is held by this.
const MAX_STRINGS: usize = 500_000;

pub(super) fn render(mut archive: Archive) -> Result<Preview, Refusal> {
    let book = archive.text("xl/workbook.xml")?.ok_or(Refusal::Damaged)?;
    let places = relations(&archive.text("xl/_rels/workbook.xml.rels")?.unwrap_or_default());
    let strings = shared(&archive.text("xl/sharedStrings.xml")?.unwrap_or_default());
    let mut sheet = Sheet::new();
    let mut sheets = Vec::new();
    xml::walk(&book, |met| {
        if let Met::Open { name: "sheet", tag, .. } = met {
            let attribute = |name| xml::attribute(tag, name).unwrap_or_default();
            let hidden = attribute("state").to_lowercase().ends_with("hidden");
            sheets.push((attribute("name"), hidden, attribute("id")));
        }
        sheets.len() < 1000
    });
    for (name, hidden, id) in sheets {
        sheet.line();
        sheet.push(&format!("— Sheet: {name}{} —\n", if hidden { " (hidden)" } else { "" }));
        let Some(place) = places.get(&id) else { continue };
        if let Some(source) = archive.text(place)? {
            cells(&source, &strings, &mut sheet);
        }
        if sheet.is_full() {
            return Ok(sheet.preview());
        }
    }
    let comments = archive.names("xl/comments", ".xml");
    for part in comments.into_iter().chain(archive.names("xl/threadedComments/", ".xml")) {
        if let Some(source) = archive.text(&part)? {
            comment_words(&source, &mut sheet);
        }
    }
    Ok(sheet.preview())
}

/// From relation id to part, for parts inside the archive.
fn relations(source: &str) -> HashMap<String, String> {
    let mut places = HashMap::new();
    xml::walk(source, |met| {
        if let Met::Open { name: "Relationship", tag, .. } = met {
            let attribute = |name| xml::attribute(tag, name).unwrap_or_default();
            let target = attribute("Target");
            let place = match target.strip_prefix('/') {
                Some(absolute) => absolute.to_owned(),
                None => format!("xl/{target}"),
            };
            places.insert(attribute("Id"), place);
        }
        places.len() < 10_000
    });
    places
}

fn shared(source: &str) -> Vec<String> {
    let mut strings: Vec<String> = Vec::new();
    let (mut current, mut in_text, mut phonetic) = (String::new(), false, false);
    xml::walk(source, |met| {
        match met {
            Met::Open { name: "si", empty: true, .. } => strings.push(String::new()),
            Met::Open { name: "t", empty, .. } => in_text = !empty && !phonetic,
            Met::Open { name: "rPh", empty, .. } => phonetic = !empty,
            Met::Close("rPh") => phonetic = false,
            Met::Close("t") => in_text = false,
            Met::Close("si") => strings.push(std::mem::take(&mut current)),
            Met::Text(text) if in_text => current.push_str(text),
            _ => {}
        }
        strings.len() < MAX_STRINGS
    });
    strings
}

fn cells(source: &str, strings: &[String], sheet: &mut Sheet) {
    let (mut kind, mut value, mut reading) = (String::new(), String::new(), false);
    xml::walk(source, |met| {
        match met {
            Met::Open { name: "c", tag, .. } => {
                kind = xml::attribute(tag, "t").unwrap_or_default();
                value.clear();
            }
            Met::Open { name: "v" | "t", empty, .. } => reading = !empty,
            Met::Close("v" | "t") => reading = false,
            Met::Text(text) if reading => value.push_str(text),
            Met::Close("c") => {
                let shown = match kind.as_str() {
                    "s" => value.trim().parse().ok().and_then(|i: usize| strings.get(i)).map_or("", |s| s),
                    "b" if value == "1" => "TRUE",
                    "b" => "FALSE",
                    _ => &value,
                };
                if !shown.is_empty() {
                    sheet.push(shown);
                    sheet.push("\t");
                }
                value.clear();
            }
            Met::Close("row") => sheet.line(),
            _ => {}
        }
        !sheet.is_full()
    });
    sheet.line();
}

fn comment_words(source: &str, sheet: &mut Sheet) {
    let mut in_text = false;
    xml::walk(source, |met| {
        match met {
            Met::Open { name: "comment" | "threadedComment", tag, .. } => {
                sheet.line();
                let place = xml::attribute(tag, "ref").unwrap_or_default();
                sheet.push(&format!("Comment at {place}: "));
            }
            Met::Open { name: "t" | "text", empty, .. } => in_text = !empty,
            Met::Close("t" | "text") => in_text = false,
            Met::Text(text) if in_text => {
                sheet.push(text);
            }
            _ => {}
        }
        !sheet.is_full()
    });
    sheet.line();
}
