//! A small PDF 1.7 writer: standard fonts by name, compressed pages, grey images.

use super::metrics;
use flate2::{Compression, write::ZlibEncoder};
use std::fmt::Write as _;
use std::io::Write as _;

/// One of the five faces used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    /// Times.
    Roman,
    /// Times bold.
    Bold,
    /// Times italic.
    Italic,
    /// Helvetica.
    Sans,
    /// Helvetica bold.
    SansBold,
}

const FACES: [(Face, &str); 5] = [
    (Face::Roman, "Times-Roman"),
    (Face::Bold, "Times-Bold"),
    (Face::Italic, "Times-Italic"),
    (Face::Sans, "Helvetica"),
    (Face::SansBold, "Helvetica-Bold"),
];

impl Face {
    fn number(self) -> usize {
        FACES.iter().position(|(f, _)| *f == self).unwrap_or(0) + 1
    }

    /// The width of a text at a size, in points.
    pub(crate) fn width(self, text: &str, size: f64) -> f64 {
        let (table, quote, double) = match self {
            Self::Roman => (&metrics::TIMES, 333, 444),
            Self::Bold => (&metrics::TIMES_BOLD, 333, 500),
            Self::Italic => (&metrics::TIMES_ITALIC, 333, 556),
            Self::Sans => (&metrics::HELVETICA, 222, 333),
            Self::SansBold => (&metrics::HELVETICA_BOLD, 278, 500),
        };
        let units: u32 = text
            .chars()
            .map(|c| match c {
                '\'' => quote,
                '"' => double,
                _ => (c as usize).checked_sub(32).and_then(|i| table.get(i)).map_or(520, |w| u32::from(*w)),
            })
            .sum();
        f64::from(units) * size / 1000.0
    }
}

/// A text as a PDF string in WinAnsi, with typographic quotation marks.
fn literal(text: &str) -> Vec<u8> {
    let mut out = vec![b'('];
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '(' | ')' | '\\' => {
                out.push(b'\\');
                out.push(c as u8);
            }
            '\'' => out.push(0x92),
            '"' => out.push(if before == ' ' || before == '(' { 0x93 } else { 0x94 }),
            '\u{2013}' => out.push(0x96),
            _ => out.push(u8::try_from(u32::from(c)).unwrap_or(b'?')),
        }
        before = c;
    }
    out.push(b')');
    out
}

/// The drawing instructions of a page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    ops: Vec<u8>,
    image: Option<Image>,
}

/// A grey image of 8 bits.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    /// Columns.
    pub(crate) width: usize,
    /// Rows.
    pub(crate) height: usize,
    /// Row after row.
    pub(crate) pixels: Vec<u8>,
}

impl Page {
    /// Sets text with its baseline at a point; `grey` is 0 for black.
    pub(crate) fn text(&mut self, face: Face, size: f64, at: (f64, f64), grey: f64, text: &str) {
        let (x, y) = at;
        let head = format!("BT {grey:.2} g /F{} {size:.1} Tf {x:.2} {y:.2} Td ", face.number());
        self.ops.extend_from_slice(head.as_bytes());
        self.ops.extend_from_slice(&literal(text));
        self.ops.extend_from_slice(b" Tj ET\n");
    }

    /// The same, stretched between the words to a width.
    pub(crate) fn justified(&mut self, face: Face, size: f64, at: (f64, f64), text: &str, width: f64) {
        let gaps = text.matches(' ').count();
        let slack = width - face.width(text, size);
        let space = if gaps == 0 { 0.0 } else { slack / f64::from(u32::try_from(gaps).unwrap_or(1)) };
        self.ops.extend_from_slice(format!("{space:.3} Tw\n").as_bytes());
        self.text(face, size, at, 0.0, text);
        self.ops.extend_from_slice(b"0 Tw\n");
    }

    /// Draws a line.
    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), width: f64, grey: f64) {
        let op =
            format!("{grey:.2} G {width:.2} w {:.2} {:.2} m {:.2} {:.2} l S\n", from.0, from.1, to.0, to.1);
        self.ops.extend_from_slice(op.as_bytes());
    }

    /// A signature: a pen stroke of some loops in blue-black.
    pub(crate) fn stroke(&mut self, points: &[(f64, f64)]) {
        let mut op = String::from("q 0.10 0.15 0.42 RG 1.1 w 1 J 1 j\n");
        if let Some((x, y)) = points.first() {
            let _ = writeln!(op, "{x:.2} {y:.2} m");
        }
        for three in points.get(1..).unwrap_or(&[]).chunks_exact(3) {
            if let [a, b, c] = three {
                let _ = writeln!(op, "{:.2} {:.2} {:.2} {:.2} {:.2} {:.2} c", a.0, a.1, b.0, b.1, c.0, c.1);
            }
        }
        op.push_str("S Q\n");
        self.ops.extend_from_slice(op.as_bytes());
    }

    /// A page that is one scanned image.
    pub(crate) fn scan(image: Image) -> Self {
        Self { ops: b"q 595 0 0 842 0 0 cm /Im0 Do Q\n".to_vec(), image: Some(image) }
    }
}

/// Compresses with zlib.
fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    // Writing into a Vec does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Puts the pages into a file.
pub(crate) fn write(pages: &[Page], title: &str, author: &str, stamp: &str) -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> = Vec::new();
    // 1 catalogue, 2 page tree, 3 information, 4..=8 fonts, then three objects a page.
    let kids: Vec<String> = (0..pages.len()).map(|n| format!("{} 0 R", 9 + n * 3)).collect();
    objects.push(b"<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>".to_vec());
    objects
        .push(format!("<< /Type /Pages /Count {} /Kids [{}] >>", pages.len(), kids.join(" ")).into_bytes());
    let mut info = b"<< /Title ".to_vec();
    info.extend(literal(title));
    info.extend_from_slice(b" /Author ");
    info.extend(literal(author));
    info.extend_from_slice(
        format!(" /Producer (Marsh Lyle house style) /CreationDate (D:{stamp}Z) >>").as_bytes(),
    );
    objects.push(info);
    for (_, name) in FACES {
        objects.push(
            format!("<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>")
                .into_bytes(),
        );
    }
    for (n, page) in pages.iter().enumerate() {
        let number = 9 + n * 3;
        let fonts: Vec<String> = (1..=5).map(|f| format!("/F{f} {} 0 R", f + 3)).collect();
        let image = if page.image.is_some() {
            format!("/XObject << /Im0 {} 0 R >> ", number + 2)
        } else {
            String::new()
        };
        objects.push(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << {} >> {image}>> \
                 /Contents {} 0 R >>",
                fonts.join(" "),
                number + 1
            )
            .into_bytes(),
        );
        objects.push(stream("", &page.ops));
        objects.push(page.image.as_ref().map_or_else(
            || b"null".to_vec(),
            |i| {
                let head = format!(
                    "/Type /XObject /Subtype /Image /Width {} /Height {} /ColorSpace /DeviceGray \
                     /BitsPerComponent 8 ",
                    i.width, i.height
                );
                stream(&head, &i.pixels)
            },
        ));
    }
    let mut out = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut table = String::from("0000000000 65535 f \n");
    for (n, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", out.len());
        out.extend_from_slice(format!("{} 0 obj\n", n + 1).as_bytes());
        out.extend_from_slice(object);
        out.extend_from_slice(b"\nendobj\n");
    }
    let start = out.len();
    let size = objects.len() + 1;
    out.extend_from_slice(
        format!(
            "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R /Info 3 0 R >>\nstartxref\n{start}\n%%EOF\n"
        )
        .as_bytes(),
    );
    out
}

/// A compressed stream object.
fn stream(head: &str, bytes: &[u8]) -> Vec<u8> {
    let packed = deflate(bytes);
    let mut out = format!("<< {head}/Length {} /Filter /FlateDecode >>\nstream\n", packed.len()).into_bytes();
    out.extend_from_slice(&packed);
    out.extend_from_slice(b"\nendstream");
    out
}
