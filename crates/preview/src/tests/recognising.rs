//! The media type comes from the bytes; text shows its tricks; frames are exact.

use super::{pdf, zip};
use crate::{Kind, confine::Confinement, sniff, text, wire};

#[test]
fn bytes_decide_and_names_break_ties() {
    let types = "[Content_Types].xml";
    let ole = |stream: &str| {
        let wide: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [crate::sniff::OLE, &[0; 60], &wide].concat()
    };
    let cases: &[(&[u8], &str, Kind)] = &[
        (&pdf(1), "photo.png", Kind::Pdf),
        (b"junk\n%PDF-1.4\n", "a", Kind::Pdf),
        (b"\x89PNG\r\n\x1a\n", "letter.pdf", Kind::Image),
        (b"\xff\xd8\xff\xe0", "x.exe", Kind::Image),
        (b"II*\0\x08\0\0\0", "scan", Kind::Tiff),
        (b"<svg onload=alert(1)>", "logo.png", Kind::Svg),
        (b"<?xml version='1.0'?><svg/>", "logo.txt", Kind::Svg),
        (b"\xef\xbb\xbf  <!DOCTYPE html><p>", "page.txt", Kind::Html),
        (b"From: a@b\r\nTo: c@d\r\nSubject: x\r\n\r\nbody", "x.txt", Kind::Email),
        (b"From a@b Mon\nFrom: a@b\nDate: x\n\nbody", "x", Kind::Email),
        (b"Dear sir: we write\n\nFrom: nobody", "x.txt", Kind::Text),
        (b"{\\rtf1 hello}", "x.doc", Kind::Rtf),
        (&zip(&[("word/document.xml", "")]), "x.zip", Kind::Docx),
        (&zip(&[(types, ""), ("xl/workbook.xml", "")]), "x.docx", Kind::Xlsx),
        (&zip(&[(types, "")]), "x.docx", Kind::Docx),
        (&zip(&[(types, "")]), "x.zip", Kind::Zip),
        (&zip(&[("a.txt", "hello")]), "x.docx", Kind::Zip),
        (&ole("WordDocument"), "x.msg", Kind::Doc),
        (&ole("EncryptedPackage"), "x.docx", Kind::EncryptedOffice),
        (&ole("__properties_version1.0"), "x", Kind::Msg),
        (&ole("?"), "old.xls", Kind::Xls),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07\xff\xfe", "x.txt", Kind::Unknown),
        (b"", "x", Kind::Text),
    ];
    for (bytes, name, kind) in cases {
        assert_eq!(sniff(bytes, name).kind, *kind, "{name} {:?}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(sniff(b"# Title", "x.md").mime, "text/markdown");
    assert_eq!(sniff(b"# Title", "x.html").mime, "text/plain");
}

#[test]
fn sniffing_survives_every_cut() {
    for whole in [pdf(2), zip(&[("word/a", "b"), ("xl/c", "d")]), b"From: a\nTo: b\n\nc".to_vec()] {
        for end in 0..whole.len() {
            sniff(&whole[..end], "x.docx");
        }
    }
}

#[test]
fn hidden_characters_are_shown() {
    let crate::Preview::Text { text, truncated } =
        text::render("a\u{202e}b\0c\x1b[0m\r\nd\u{200b}".as_bytes())
    else {
        panic!()
    };
    assert_eq!(text, "a⟨U+202E⟩b␀c␛[0m\nd⟨U+200B⟩");
    assert!(!truncated);
}

#[test]
fn encodings_are_guessed() {
    assert_eq!(text::decode(b"caf\xe9"), "café");
    assert_eq!(text::decode("café".as_bytes()), "café");
    assert_eq!(text::decode(b"\xff\xfeh\0i\0"), "hi");
    assert_eq!(text::decode(b"\0h\0e\0l\0l\0o"), "hello");
    let long = "ä".repeat(400_000);
    let crate::Preview::Text { text, truncated } = text::render(long.as_bytes()) else { panic!() };
    assert!(truncated && text.len() <= text::TEXT_MAX);
}

#[test]
fn an_answer_is_whole_or_nothing() {
    let preview = crate::Preview::Image { png: b"\x89PNG\r\n\x1a\nrest".to_vec(), width: 1, height: 1 };
    let answer = wire::Answer { confinement: Confinement::default(), outcome: Ok(preview.clone()) };
    let mut bytes = Vec::new();
    wire::write_answer(&mut bytes, answer).unwrap();
    assert_eq!(wire::parse_answer(&bytes).unwrap().outcome, Ok(preview));
    for end in 0..bytes.len() {
        assert!(wire::parse_answer(&bytes[..end]).is_none());
    }
    let script = crate::Preview::Image { png: b"<script>".to_vec(), width: 1, height: 1 };
    let answer = wire::Answer { confinement: Confinement::default(), outcome: Ok(script) };
    let mut bytes = Vec::new();
    wire::write_answer(&mut bytes, answer).unwrap();
    assert!(wire::parse_answer(&bytes).is_none());
}
