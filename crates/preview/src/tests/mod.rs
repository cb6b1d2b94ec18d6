//! Readers on small documents made here; the confined child is tested in `tests/confined.rs`.

mod documents;
mod recognising;

use crate::{Kind, Preview, Refusal, Want, render};
use std::io::{Cursor, Write};

fn show(kind: Kind, bytes: &[u8]) -> Result<Preview, Refusal> {
    render(bytes, kind, Want::SUMMARY)
}

fn text(kind: Kind, bytes: &[u8]) -> String {
    match show(kind, bytes) {
        Ok(Preview::Text { text, .. }) => text,
        other => panic!("{other:?}"),
    }
}

fn zip(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A PDF of blank pages, each with a black square; its cross references are left for the reader to rebuild.
fn pdf(pages: usize) -> Vec<u8> {
    let kids: String = (0..pages).map(|i| format!("{} 0 R ", 10 + i)).collect();
    let draw = "0 0 0 rg 10 10 50 50 re f";
    let mut out = format!(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count {pages}/Kids[{kids}]>>endobj\n\
         3 0 obj<</Length {}>>stream\n{draw}\nendstream endobj\n",
        draw.len()
    );
    for i in 0..pages {
        let number = 10 + i;
        out += &format!(
            "{number} 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]/Contents 3 0 R>>endobj\n"
        );
    }
    out += "trailer<</Root 1 0 R>>\n%%EOF";
    out.into_bytes()
}
