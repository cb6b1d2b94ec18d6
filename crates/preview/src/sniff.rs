//! Finds the media type from the first bytes. The name breaks ties only: it never makes a text a picture.

use crate::{
    model::{Kind, MediaType},
    sniff_zip,
    text::looks_like_text,
};

pub(crate) const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
const SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";

pub(crate) const fn is(mime: &'static str, kind: Kind) -> MediaType {
    MediaType { mime, kind }
}

/// The media type of a document that begins with `head` (8 KiB are enough). `filename` only decides between
/// formats that these bytes cannot tell apart.
pub fn sniff(head: &[u8], filename: &str) -> MediaType {
    let extension = extension(filename);
    by_signature(head, &extension)
        .or_else(|| looks_like_text(head).then(|| written(head, &extension)))
        .or_else(|| pdf_after_junk(head))
        .unwrap_or(is("application/octet-stream", Kind::Unknown))
}

fn extension(filename: &str) -> String {
    filename.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default()
}

fn by_signature(head: &[u8], extension: &str) -> Option<MediaType> {
    let starts = |magic: &[u8]| head.starts_with(magic);
    let at = |from: usize, magic: &[u8]| head.get(from..).is_some_and(|rest| rest.starts_with(magic));
    Some(match () {
        () if starts(b"%PDF-") => is("application/pdf", Kind::Pdf),
        () if starts(b"\x89PNG\r\n\x1a\n") => is("image/png", Kind::Image),
        () if starts(b"\xff\xd8\xff") => is("image/jpeg", Kind::Image),
        () if starts(b"GIF87a") || starts(b"GIF89a") => is("image/gif", Kind::Image),
        () if starts(b"RIFF") && at(8, b"WEBP") => is("image/webp", Kind::Image),
        () if starts(b"BM") && at(6, &[0; 4]) => is("image/bmp", Kind::Image),
        () if starts(b"II*\0") || starts(b"MM\0*") || starts(b"II+\0") || starts(b"MM\0+") => {
            is("image/tiff", Kind::Tiff)
        }
        () if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") || starts(b"PK\x07\x08PK") => {
            sniff_zip::sniff(head, extension)
        }
        () if starts(OLE) => compound(head, extension),
        () if starts(b"{\\rt") => is("application/rtf", Kind::Rtf),
        () if starts(b"\xffWPC") => is("application/vnd.wordperfect", Kind::Wpd),
        () if starts(b"!BDN") => is("application/vnd.ms-outlook-pst", Kind::Pst),
        () if starts(b"-----BEGIN PKCS7-----") || starts(b"-----BEGIN CMS-----") => {
            is("application/pkcs7-signature", Kind::P7s)
        }
        () if starts(b"\x30") && find(head.get(..32).unwrap_or(head), SIGNED_DATA).is_some() => {
            is("application/pkcs7-signature", Kind::P7s)
        }
        () => return None,
    })
}

/// Old Office and Outlook files share one container; the names of its streams tell them apart.
fn compound(head: &[u8], extension: &str) -> MediaType {
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        find(head, &wide).is_some()
    };
    let doc = is("application/msword", Kind::Doc);
    let xls = is("application/vnd.ms-excel", Kind::Xls);
    let msg = is("application/vnd.ms-outlook", Kind::Msg);
    let encrypted = is("application/x-ole-storage", Kind::EncryptedOffice);
    match extension {
        _ if has("EncryptedPackage") => encrypted,
        _ if has("__substg1.0_") || has("__properties_version1.0") => msg,
        _ if has("WordDocument") => doc,
        _ if has("Workbook") => xls,
        "doc" | "dot" => doc,
        "xls" | "xlt" => xls,
        "msg" => msg,
        "docx" | "xlsx" | "pptx" | "docm" | "xlsm" => encrypted,
        _ => is("application/x-ole-storage", Kind::Unknown),
    }
}

/// Something written: which kind of writing?
fn written(head: &[u8], extension: &str) -> MediaType {
    if let Some(pdf) = pdf_after_junk(head).filter(|_| !is_mail(head)) {
        return pdf;
    }
    let start: Vec<u8> = head.iter().take(2048).filter(|b| **b != 0).map(u8::to_ascii_lowercase).collect();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start).trim_ascii_start();
    let begins = |tag: &str| start.starts_with(tag.as_bytes());
    let early = |tag: &str| find(start, tag.as_bytes()).is_some();
    match extension {
        _ if is_mail(head) && head.starts_with(b"From ") => is("application/mbox", Kind::Email),
        _ if is_mail(head) => is("message/rfc822", Kind::Email),
        _ if begins("<svg") => is("image/svg+xml", Kind::Svg),
        _ if begins("<!doctype html") || begins("<html") || begins("<head") || begins("<body") => {
            is("text/html", Kind::Html)
        }
        _ if begins("<?xml") || begins("<!--") || begins("<!doctype") => match () {
            () if early("<svg") => is("image/svg+xml", Kind::Svg),
            () if early("<html") => is("text/html", Kind::Html),
            () => is("text/xml", Kind::Text),
        },
        "html" | "htm" if start.starts_with(b"<") => is("text/html", Kind::Html),
        "svg" if start.starts_with(b"<") => is("image/svg+xml", Kind::Svg),
        "eml" => is("message/rfc822", Kind::Email),
        "md" | "markdown" => is("text/markdown", Kind::Text),
        "csv" => is("text/csv", Kind::Text),
        "json" => is("application/json", Kind::Text),
        _ => is("text/plain", Kind::Text),
    }
}

/// Some programs put a few bytes before the header of a PDF; readers look through the first kilobyte.
fn pdf_after_junk(head: &[u8]) -> Option<MediaType> {
    let place = find(head.get(..1024).unwrap_or(head), b"%PDF-")?;
    let before = place.checked_sub(1).and_then(|i| head.get(i));
    let at_line_start = before.is_none_or(|b| matches!(b, b'\n' | b'\r') || *b >= 0x80 || *b < 0x20);
    at_line_start.then_some(is("application/pdf", Kind::Pdf))
}

/// Two header fields that only mail has, before the first empty line, and nothing that is no header field.
fn is_mail(head: &[u8]) -> bool {
    const FIELDS: [&str; 18] = [
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "message-id",
        "received",
        "return-path",
        "mime-version",
        "content-type",
        "delivered-to",
        "reply-to",
        "sender",
        "x-mailer",
        "dkim-signature",
        "in-reply-to",
        "content-transfer-encoding",
        "thread-topic",
    ];
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut known = 0;
    for (i, line) in head.trim_ascii_start().split(|b| *b == b'\n').take(60).enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match line.first() {
            None => break,
            Some(b' ' | b'\t') => continue,
            Some(_) if i == 0 && line.starts_with(b"From ") => continue,
            Some(_) => {}
        }
        let Some(colon) = line.iter().position(|b| *b == b':') else { break };
        let name = line.get(..colon).unwrap_or_default().trim_ascii();
        if !name.iter().all(|b| b.is_ascii_graphic()) {
            break;
        }
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        known += usize::from(FIELDS.contains(&name.as_str()));
    }
    known >= 2
}

/// Where `needle` first occurs.
pub(crate) fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|w| w == needle)
}
