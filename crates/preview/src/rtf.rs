//! The words of an RTF document: groups that hold fonts, styles, pictures and objects are skipped.

use crate::{
    model::{Preview, Refusal},
    text::Sheet,
};
use encoding_rs::{Encoding, WINDOWS_1252};

const MAX_DEPTH: usize = 1000;
const SKIPPED: [&str; 14] = [
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "listtable",
    "listoverridetable",
    "themedata",
    "datastore",
    "generator",
    "fldinst",
    "xmlnstbl",
    "rsidtbl",
];

#[derive(Clone, Copy)]
struct Group {
    skip: bool,
    /// How many characters follow a `\u` for readers without Unicode.
    uc: usize,
}

pub(crate) fn render(bytes: &[u8]) -> Result<Preview, Refusal> {
    let mut sheet = Sheet::new();
    words(bytes, &mut sheet)?;
    Ok(sheet.preview())
}

struct Reading<'a> {
    rest: &'a [u8],
    groups: Vec<Group>,
    /// Characters still to be passed over after a `\u`.
    pass: usize,
    encoding: &'static Encoding,
    high: Option<u32>,
    pending: Vec<u8>,
}

/// Writes the words of an RTF document.
pub(crate) fn words(bytes: &[u8], sheet: &mut Sheet) -> Result<(), Refusal> {
    let first = Group { skip: false, uc: 1 };
    let mut reading = Reading {
        rest: bytes,
        groups: vec![first],
        pass: 0,
        encoding: WINDOWS_1252,
        high: None,
        pending: Vec::new(),
    };
    while let Some((byte, rest)) = reading.rest.split_first() {
        reading.rest = rest;
        let group = *reading.groups.last().ok_or(Refusal::Damaged)?;
        match byte {
            b'{' if reading.groups.len() >= MAX_DEPTH => return Err(Refusal::Damaged),
            b'{' => {
                reading.flush(sheet);
                reading.groups.push(group);
            }
            b'}' => {
                reading.flush(sheet);
                reading.groups.pop();
                if reading.groups.is_empty() {
                    break;
                }
            }
            b'\\' => reading.control(group, sheet),
            b'\r' | b'\n' => {}
            byte => reading.byte(*byte, group),
        }
        if sheet.is_full() {
            break;
        }
    }
    reading.flush(sheet);
    Ok(())
}

impl Reading<'_> {
    /// A byte of text in the document's encoding.
    fn byte(&mut self, byte: u8, group: Group) {
        if self.pass > 0 {
            self.pass -= 1;
        } else if !group.skip {
            self.pending.push(byte);
        }
    }

    fn flush(&mut self, sheet: &mut Sheet) {
        if !self.pending.is_empty() {
            let (text, _) = self.encoding.decode_without_bom_handling(&self.pending);
            sheet.push(&text);
            self.pending.clear();
        }
    }

    fn skip(&mut self) {
        if let Some(group) = self.groups.last_mut() {
            group.skip = true;
        }
    }

    fn control(&mut self, group: Group, sheet: &mut Sheet) {
        let Some((symbol, rest)) = self.rest.split_first() else { return };
        if !symbol.is_ascii_alphabetic() {
            self.rest = rest;
            match symbol {
                b'\'' => {
                    let digits = rest.get(..2).and_then(|d| std::str::from_utf8(d).ok());
                    if let Some(byte) = digits.and_then(|d| u8::from_str_radix(d, 16).ok()) {
                        self.rest = rest.get(2..).unwrap_or_default();
                        self.byte(byte, group);
                    }
                }
                b'*' => self.skip(),
                b'~' => self.byte(b' ', group),
                b'_' => self.byte(b'-', group),
                b'\\' | b'{' | b'}' => self.byte(*symbol, group),
                b'\r' | b'\n' => self.say("\n", group, sheet),
                _ => {}
            }
            return;
        }
        let length = self.rest.iter().take(32).take_while(|b| b.is_ascii_alphabetic()).count();
        let (word, rest) = self.rest.split_at(length);
        let word = String::from_utf8_lossy(word).into_owned();
        let length = rest
            .iter()
            .take(11)
            .enumerate()
            .take_while(|(i, b)| b.is_ascii_digit() || (*i == 0 && **b == b'-'));
        let (number, rest) = rest.split_at(length.count());
        let number: Option<i64> = std::str::from_utf8(number).ok().and_then(|n| n.parse().ok());
        self.rest = rest.strip_prefix(b" ").unwrap_or(rest);
        self.obey(&word, number, group, sheet);
    }

    fn say(&mut self, words: &str, group: Group, sheet: &mut Sheet) {
        self.flush(sheet);
        if !group.skip {
            sheet.push(words);
        }
    }

    fn obey(&mut self, word: &str, number: Option<i64>, group: Group, sheet: &mut Sheet) {
        match word {
            "par" | "line" | "sect" | "page" | "row" => self.say("\n", group, sheet),
            "tab" | "cell" => self.say("\t", group, sheet),
            "emdash" => self.say("—", group, sheet),
            "endash" => self.say("–", group, sheet),
            "lquote" => self.say("‘", group, sheet),
            "rquote" => self.say("’", group, sheet),
            "ldblquote" => self.say("“", group, sheet),
            "rdblquote" => self.say("”", group, sheet),
            "bullet" => self.say("•", group, sheet),
            "deleted" if number != Some(0) => self.say("[deleted:] ", group, sheet),
            "ansicpg" => self.encoding = codepage(number.unwrap_or(1252)),
            "uc" => {
                let count = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(1).min(16);
                if let Some(group) = self.groups.last_mut() {
                    group.uc = count;
                }
            }
            "u" => self.unicode(number.unwrap_or(0), group, sheet),
            "bin" => {
                let length = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
                self.rest = self.rest.get(length..).unwrap_or_default();
            }
            word if SKIPPED.contains(&word) => self.skip(),
            _ => {}
        }
    }

    fn unicode(&mut self, number: i64, group: Group, sheet: &mut Sheet) {
        // Written as a signed 16-bit number; pairs of surrogates come one after the other.
        let unit = u32::try_from(number.rem_euclid(65_536)).unwrap_or(0xfffd);
        self.pass = group.uc;
        let whole = match (unit, self.high.take()) {
            (0xd800..=0xdbff, _) => {
                self.high = Some(unit);
                return;
            }
            (0xdc00..=0xdfff, Some(high)) => 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00),
            _ => unit,
        };
        let c = char::from_u32(whole).unwrap_or('\u{fffd}');
        self.say(c.encode_utf8(&mut [0; 4]), group, sheet);
    }
}

fn codepage(number: i64) -> &'static Encoding {
    let label = match number {
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        65001 => "utf-8".to_owned(),
        other => format!("windows-{other}"),
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252)
}
