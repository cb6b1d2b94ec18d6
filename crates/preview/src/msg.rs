//! Outlook messages, read from their compound file ([MS-OXMSG]); and what else lives in such a file, told apart.

use crate::{
    model::{Attachment, Preview, Refusal},
    rtf,
    text::{Sheet, decode, line_of},
};
use cfb::CompoundFile;
use std::io::{Cursor, Read};

const MAX_STREAM: u64 = 32 * 1024 * 1024;
const MAX_ATTACHMENTS: usize = 500;
const SUBMITTED: u32 = 0x0039_0040;
const DELIVERED: u32 = 0x0e06_0040;

type File = CompoundFile<Cursor<Vec<u8>>>;

pub(crate) fn render(bytes: Vec<u8>) -> Result<Preview, Refusal> {
    let mut file = CompoundFile::open(Cursor::new(bytes)).map_err(|_| Refusal::Damaged)?;
    if file.exists("/EncryptedPackage") {
        return Err(Refusal::Encrypted);
    }
    if !file.exists("/__properties_version1.0") {
        return Err(Refusal::Unsupported);
    }
    let mut body = Sheet::new();
    body_words(&mut file, &mut body);
    let (body_text, truncated) = body.done();
    let attachments = attachments(&mut file);
    Ok(Preview::Email { headers: headers(&mut file), body_text, truncated, attachments })
}

fn headers(file: &mut File) -> Vec<(String, String)> {
    let name = string(file, "", "0C1A").or_else(|| string(file, "", "0042"));
    let smtp = string(file, "", "5D01").or_else(|| string(file, "", "0C1F"));
    let from = match (name, smtp) {
        (Some(name), Some(address)) if name != address => Some(format!("{name} <{address}>")),
        (name, address) => name.or(address),
    };
    let fields = [
        ("From", from),
        ("To", string(file, "", "0E04")),
        ("Cc", string(file, "", "0E03")),
        ("Bcc", string(file, "", "0E02")),
        ("Date", date(file)),
        ("Subject", string(file, "", "0037")),
    ];
    let known = fields.into_iter().filter_map(|(n, v)| Some((n.to_owned(), line_of(&v?))));
    known.filter(|(_, v)| !v.is_empty()).collect()
}

fn body_words(file: &mut File, body: &mut Sheet) {
    if let Some(text) = string(file, "", "1000").filter(|t| !t.trim().is_empty()) {
        body.push(&text);
        return;
    }
    let html = stream(file, "/__substg1.0_10130102").map(|b| decode(&b)).or_else(|| string(file, "", "1013"));
    if let Some(html) = html {
        body.push(&mail_parser::decoders::html::html_to_text(&html));
        return;
    }
    if let Some(rich) = stream(file, "/__substg1.0_10090102").and_then(|b| unpack_rtf(&b)) {
        // A broken body leaves what was read so far.
        let _read_so_far = rtf::words(&rich, body);
    }
}

fn attachments(file: &mut File) -> Vec<Attachment> {
    let storages: Vec<String> = file
        .read_root_storage()
        .filter(|e| e.is_storage() && e.name().starts_with("__attach_version1.0_"))
        .take(MAX_ATTACHMENTS)
        .map(|e| format!("/{}", e.name()))
        .collect();
    let mut found = Vec::new();
    for at in storages {
        let nested = format!("{at}/__substg1.0_3701000D");
        if file.is_storage(&nested) {
            let subject = string(file, &nested, "0037").or_else(|| string(file, &at, "3001"));
            let name = line_of(&subject.unwrap_or_else(|| "(no name)".to_owned()));
            found.push(Attachment { name, mime: "application/vnd.ms-outlook".to_owned(), size: 0 });
            continue;
        }
        let name = string(file, &at, "3707")
            .or_else(|| string(file, &at, "3704"))
            .or_else(|| string(file, &at, "3001"));
        let mime = string(file, &at, "370E").unwrap_or_else(|| "application/octet-stream".to_owned());
        let size = file.entry(format!("{at}/__substg1.0_37010102")).map(|e| e.len()).unwrap_or(0);
        let name = line_of(&name.unwrap_or_else(|| "(no name)".to_owned()));
        found.push(Attachment { name, mime: line_of(&mime), size });
    }
    found
}

fn stream(file: &mut File, path: &str) -> Option<Vec<u8>> {
    if !file.is_stream(path) {
        return None;
    }
    let mut bytes = Vec::new();
    file.open_stream(path).ok()?.take(MAX_STREAM).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// A string property, Unicode or in an 8-bit encoding.
fn string(file: &mut File, at: &str, property: &str) -> Option<String> {
    if let Some(wide) = stream(file, &format!("{at}/__substg1.0_{property}001F")) {
        return Some(
            encoding_rs::UTF_16LE.decode_without_bom_handling(&wide).0.trim_end_matches('\0').to_owned(),
        );
    }
    let narrow = stream(file, &format!("{at}/__substg1.0_{property}001E"))?;
    Some(decode(&narrow).trim_end_matches('\0').to_owned())
}

/// When it was sent, else when it came, from the table of fixed-size properties: 32 bytes of header, then
/// entries of tag (4), flags (4) and value (8).
fn date(file: &mut File) -> Option<String> {
    let table = stream(file, "/__properties_version1.0")?;
    let value = |wanted: u32| {
        table.get(32..)?.chunks_exact(16).find_map(|entry| {
            let (tag, rest) = entry.split_first_chunk::<4>()?;
            let value = rest.last_chunk::<8>()?;
            (u32::from_le_bytes(*tag) == wanted).then(|| u64::from_le_bytes(*value))
        })
    };
    let ticks = value(SUBMITTED).or_else(|| value(DELIVERED))?;
    // 100 ns since 1601; Unix begins 11,644,473,600 s later.
    let seconds = i64::try_from(ticks / 10_000_000).ok()?.checked_sub(11_644_473_600)?;
    (0..=253_402_300_799)
        .contains(&seconds)
        .then(|| mail_parser::DateTime::from_timestamp(seconds).to_rfc822())
}

const RTF_WORDS: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// Unpacks a compressed RTF body ([MS-OXRTFCP]): a window of 4 KiB that begins with common words.
pub(crate) fn unpack_rtf(packed: &[u8]) -> Option<Vec<u8>> {
    const WINDOW: usize = 4096;
    let raw_size = u32::from_le_bytes(*packed.get(4..)?.first_chunk()?) as usize;
    let body = packed.get(16..)?;
    match packed.get(8..12)? {
        b"MELA" => return Some(body.get(..raw_size).unwrap_or(body).to_vec()),
        b"LZFu" => {}
        _ => return None,
    }
    let mut window = [b' '; WINDOW];
    window.get_mut(..RTF_WORDS.len())?.copy_from_slice(RTF_WORDS);
    let (mut at, mut out, mut input) = (RTF_WORDS.len(), Vec::new(), body.iter().copied());
    let limit = raw_size.min(MAX_STREAM as usize);
    'all: while let Some(flags) = input.next() {
        for bit in 0..8 {
            if out.len() >= limit {
                break 'all;
            }
            let Some(first) = input.next() else { break 'all };
            if flags & (1 << bit) == 0 {
                *window.get_mut(at)? = first;
                at = (at + 1) % WINDOW;
                out.push(first);
                continue;
            }
            let Some(second) = input.next() else { break 'all };
            let reference = usize::from(u16::from_be_bytes([first, second]));
            let (offset, length) = (reference >> 4, (reference & 15) + 2);
            if offset == at {
                break 'all;
            }
            for i in 0..length {
                let byte = *window.get((offset + i) % WINDOW)?;
                *window.get_mut(at)? = byte;
                at = (at + 1) % WINDOW;
                out.push(byte);
            }
        }
    }
    Some(out)
}
