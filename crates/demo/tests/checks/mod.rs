//! Whether a file is what its ending says, by reading it.

use std::io::Read;
use strongroom_demo::Paper;

/// The cross-reference table leads to the objects, the streams have their lengths, pages are counted.
pub(crate) fn pdf(paper: &Paper) {
    let bytes = &paper.bytes;
    let find = |what: &[u8], from: usize| {
        bytes[from..].windows(what.len()).position(|w| w == what).map(|p| p + from)
    };
    assert!(bytes.starts_with(b"%PDF-1.7"));
    let tail = String::from_utf8_lossy(&bytes[bytes.len() - 60..]).into_owned();
    let start: usize = tail.split("startxref\n").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
    let table = String::from_utf8_lossy(&bytes[start..]).into_owned();
    let mut lines = table.lines().skip(1);
    let size: usize = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    for (number, line) in lines.take(size).enumerate().skip(1) {
        assert_eq!(line.len(), 19);
        let at: usize = line[..10].parse().unwrap();
        let head = format!("{number} 0 obj\n");
        assert_eq!(&bytes[at..at + head.len()], head.as_bytes(), "{}", paper.filename);
        let end = find(b"endobj", at).unwrap();
        if let Some(data) = find(b"stream\n", at).filter(|s| *s < end) {
            let dict = String::from_utf8_lossy(&bytes[at..data]).into_owned();
            let length: usize =
                dict.split("/Length ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
            assert_eq!(&bytes[data + 7 + length..data + 17 + length], b"\nendstream");
            let mut plain = Vec::new();
            flate2::read::ZlibDecoder::new(&bytes[data + 7..data + 7 + length])
                .read_to_end(&mut plain)
                .unwrap();
            assert!(!plain.is_empty());
        }
    }
}

pub(crate) fn docx(paper: &Paper) {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&paper.bytes)).unwrap();
    for part in [
        "[Content_Types].xml",
        "_rels/.rels",
        "word/document.xml",
        "word/styles.xml",
        "word/_rels/document.xml.rels",
    ] {
        let mut text = String::new();
        zip.by_name(part).unwrap().read_to_string(&mut text).unwrap();
        assert!(text.starts_with("<?xml") && text.trim_end().ends_with('>'));
        let (opened, closed) = (text.matches("<w:p>").count(), text.matches("</w:p>").count());
        let empty = text.matches("<w:p/>").count();
        assert!(opened == closed || opened + empty >= closed, "{part} of {}", paper.filename);
        assert!(
            !text
                .replace("&amp;", "")
                .replace("&quot;", "")
                .replace("&lt;", "")
                .replace("&gt;", "")
                .contains('&')
        );
    }
}

pub(crate) fn eml(paper: &Paper) {
    let mail = mail_parser::MessageParser::default().parse(&paper.bytes).unwrap();
    assert!(mail.subject().is_some_and(|s| s.contains(&paper.title)));
    assert!(
        mail.from().is_some() && mail.to().is_some() && mail.date().is_some() && mail.message_id().is_some()
    );
    assert!(mail.body_text(0).is_some_and(|t| t.len() > 200) && mail.body_html(0).is_some());
    for part in mail.attachments() {
        assert!(part.contents().starts_with(b"%PDF-1.7"));
    }
}

pub(crate) fn png(paper: &Paper) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(&paper.bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert!(frame.width > 300 && frame.height > 300);
}
