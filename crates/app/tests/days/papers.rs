//! Files and names that mean harm: of the shared corpus where it lies beside the project, and made here where not.

use std::path::{Path, PathBuf};

/// A file to be given to the server.
pub(crate) struct Paper {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// The corpus: `STRONGROOM_CORPUS`, or the folder `shared/corpus` beside the project.
pub(crate) fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    std::env::var_os("STRONGROOM_CORPUS").map(PathBuf::from).or(Some(beside)).filter(|c| c.is_dir())
}

/// Every file below a folder, in order.
pub(crate) fn below(folder: &Path) -> Vec<Paper> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                found.push(Paper { name, bytes: std::fs::read(&path).unwrap() });
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// The corpus's list of names; nothing where there is none.
pub(crate) fn names_of(corpus: &Path) -> Vec<String> {
    let text = std::fs::read(corpus.join("hostile/strings/filenames.json")).unwrap_or_default();
    let list: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    let names = list.as_array().into_iter().flatten();
    names.filter_map(|n| n["name"].as_str().map(ToOwned::to_owned)).collect()
}

/// Names of our own: paths, devices, control characters, direction marks, long ones, none at all.
pub(crate) fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        "",
        ".",
        "..",
        "...",
        " ",
        "/",
        "\\",
        "../../../etc/passwd",
        "..\\..\\windows\\system32\\drivers\\etc\\hosts",
        "/etc/shadow",
        "C:\\boot.ini",
        "file:///etc/passwd",
        "CON",
        "nul.txt",
        "aux.",
        "name.txt:stream",
        "trailing dot.",
        "trailing space .txt ",
        "new\u{0085}line.txt",
        "bell\u{0007}.txt",
        "null\u{0000}byte.pdf",
        "escape\u{001b}[31mred.txt",
        "bidi\u{202e}fdp.exe",
        "isolate\u{2066}\u{2069}.txt",
        "zero\u{200b}width\u{feff}.txt",
        "separator\u{2028}line.txt",
        "combining\u{0301}\u{0301}\u{0301}\u{0301}\u{0301}\u{0301}.txt",
        "家族👨‍👩‍👧.pdf",
        "\u{fffd}\u{fffe}\u{10ffff}",
        "<script>alert(1)</script>.html",
        "\"><img src=x onerror=alert(1)>.png",
        "{{7*7}}${7*7}<%= 7*7 %>.txt",
        "%2e%2e%2f%00.txt",
        "=HYPERLINK(\"http://evil.invalid\").csv",
        "'; DROP TABLE record; --",
        "$(reboot).txt",
        "-rf",
        "~",
        "*",
        "a;b=c.txt",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push("x".repeat(300));
    names.push(format!("{}.pdf", "ä".repeat(150)));
    names.push("é́".repeat(200));
    names
}

/// Files of our own, a few of each kind that breaks parsers.
pub(crate) fn made() -> Vec<Paper> {
    let mut made: Vec<(&str, Vec<u8>)> = vec![
        ("empty.pdf", Vec::new()),
        ("empty", Vec::new()),
        ("one byte.docx", b"P".to_vec()),
        ("zeros.tiff", vec![0; 70_000]),
        ("only a head.pdf", b"%PDF-1.7\n".to_vec()),
        ("page of itself.pdf", PDF_LOOP.to_vec()),
        ("page too wide.pdf", PDF_WIDE.to_vec()),
        ("says pdf, is png.pdf", [&PNG_HEAD[..], &[0xff; 40]].concat()),
        ("says png, is html.png", b"<html><script>alert(1)</script>".to_vec()),
        ("billion pixels.png", png(100_000, 100_000)),
        ("nothing wide.png", png(0, 0)),
        ("half a jpeg.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01".to_vec()),
        ("directory of itself.tif", b"II*\0\x08\0\0\0\x01\0\x00\x01\x03\0\xff\xff\xff\xff\0\0\0\0\x08\0\0\0".to_vec()),
        ("scripts.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>fetch('http://evil.invalid')</script></svg>".to_vec()),
        ("laughs.xml", LAUGHS.to_vec()),
        ("laughs.svg", LAUGHS.to_vec()),
        ("mail without end.eml", mail_in_mail(200)),
        ("headers only.eml", b"From: a@firm.invalid\r\nSubject: =?utf-8?b?////?=\r\n\r\n".to_vec()),
        ("boundary lost.eml", b"Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n----\r\n\r\n------".to_vec()),
        ("bidi.eml", "Subject: invoice \u{202e}fdp.exe\r\n\r\nbody \u{202e} text".as_bytes().to_vec()),
        ("no zip.docx", b"PK\x03\x04 and no more".to_vec()),
        ("zip of nothing.zip", [&b"PK\x05\x06"[..], &[0; 18]].concat()),
        ("zip that lies.xlsx", [&b"PK\x03\x04\x14\0\0\0\x08\0"[..], &[0xff; 60], b"xl/workbook.xml", b"PK\x05\x06", &[0xff; 18]].concat()),
        ("ole of nothing.doc", [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0xff; 600]].concat()),
        ("ole of nothing.msg", [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0; 600]].concat()),
        ("deep.rtf", [b"{\\rtf1 ".to_vec(), b"{".repeat(60_000)].concat()),
        ("binary of any length.rtf", b"{\\rtf1 \\bin2147483647 x}".to_vec()),
        ("formulas.csv", b"=cmd|'/c calc'!A0,+1,-1,@x\n".repeat(3)),
        ("escapes.txt", b"\x1b[2J\x1b]0;title\x07\x00\x01\x02 text \xff\xfe\xfa".to_vec()),
        ("utf16.txt", "\u{feff}wide text".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("half utf16.txt", b"\xff\xfeA".to_vec()),
        ("one line.txt", b"x".repeat(3 << 20)),
        ("all lines.txt", b"\n".repeat(1 << 20)),
    ];
    made.sort_by(|a, b| a.0.cmp(b.0));
    made.into_iter().map(|(name, bytes)| Paper { name: name.to_owned(), bytes }).collect()
}

const PNG_HEAD: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// The head of a picture of this size, and nothing in it. Its checksum is wrong besides.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = PNG_HEAD.to_vec();
    bytes.extend_from_slice(b"\0\0\0\x0dIHDR");
    bytes.extend_from_slice(&width.to_be_bytes());
    bytes.extend_from_slice(&height.to_be_bytes());
    bytes.extend_from_slice(&[8, 6, 0, 0, 0, 1, 2, 3, 4]);
    bytes
}

/// Mails within mails.
fn mail_in_mail(depth: usize) -> Vec<u8> {
    let mut mail = b"Subject: innermost\r\n\r\nHere.".to_vec();
    for level in 0..depth {
        let head = format!("Subject: level {level}\r\nContent-Type: message/rfc822\r\n\r\n");
        mail = [head.as_bytes(), &mail].concat();
    }
    mail
}

const PDF_LOOP: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[2 0 R]>>endobj\ntrailer<</Root 1 0 R/Size 3>>\n%%EOF";
const PDF_WIDE: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 1e9 1e9]/Contents 4 0 R>>endobj\n4 0 obj<</Length 9999999999>>stream\nq Q q Q\nendstream endobj\ntrailer<</Root 1 0 R/Size 5>>\n%%EOF";
const LAUGHS: &[u8] = b"<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY x SYSTEM \"file:///etc/passwd\">]><l>&c;&c;&c;&x;</l>";
