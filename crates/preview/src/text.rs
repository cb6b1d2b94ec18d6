//! Plain text: its encoding guessed, its tricks made visible, its length bounded.

use crate::model::Preview;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// No preview shows more text than this.
pub(crate) const TEXT_MAX: usize = 256 * 1024;

/// No more than this is decoded: markup takes room that words do not.
const DECODED_MAX: usize = TEXT_MAX * 8;

/// Collects harmless text up to a bound.
#[derive(Debug)]
pub(crate) struct Sheet {
    text: String,
    full: bool,
    max: usize,
    after_return: bool,
}

impl Sheet {
    pub(crate) fn new() -> Self {
        Self::bounded(TEXT_MAX)
    }

    fn bounded(max: usize) -> Self {
        Self { text: String::new(), full: false, max, after_return: false }
    }

    /// Adds foreign text, with control characters and direction overrides made visible. `false` when full.
    pub(crate) fn push(&mut self, foreign: &str) -> bool {
        for c in foreign.chars() {
            if self.text.len() + 12 > self.max {
                self.full = true;
                return false;
            }
            let return_before = std::mem::replace(&mut self.after_return, c == '\r');
            match c {
                '\n' if return_before => {}
                '\n' | '\r' => self.text.push('\n'),
                '\t' => self.text.push('\t'),
                '\0'..='\x1f' => self.text.extend(char::from_u32(0x2400 + u32::from(c))),
                '\x7f' => self.text.push('\u{2421}'),
                c if hidden(c) => self.text.push_str(&format!("⟨U+{:04X}⟩", u32::from(c))),
                c => self.text.push(c),
            }
        }
        true
    }

    /// Starts a new line unless at the start of one.
    pub(crate) fn line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.push("\n");
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    pub(crate) fn done(self) -> (String, bool) {
        (self.text, self.full)
    }

    pub(crate) fn preview(self) -> Preview {
        let (text, truncated) = self.done();
        Preview::Text { text, truncated }
    }
}

/// Characters that make text read otherwise than it is stored, or that show nothing.
fn hidden(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A short foreign string (name, address, subject) on one line.
pub(crate) fn line_of(foreign: &str) -> String {
    let mut sheet = Sheet::bounded(1024);
    sheet.push(foreign.trim());
    sheet.done().0.replace(['\n', '\t'], " ")
}

/// Whether these bytes are writing, as far as one can tell.
pub(crate) fn looks_like_text(head: &[u8]) -> bool {
    if head.is_empty() || Encoding::for_bom(head).is_some() || wide(head).is_some() {
        return true;
    }
    let odd = head.iter().filter(|b| matches!(**b, 0..=8 | 11 | 14..=26 | 28..=31 | 127)).count();
    let high = head.iter().filter(|b| **b >= 0x80).count();
    let utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        // cut in the middle of a character
        Err(e) => e.error_len().is_none(),
    };
    if utf8 { odd * 10 <= head.len() } else { odd * 100 <= head.len() && high * 3 <= head.len() }
}

/// UTF-16 without a byte order mark: every other byte is mostly zero.
fn wide(head: &[u8]) -> Option<&'static Encoding> {
    let sample = head.get(..512).unwrap_or(head);
    let pairs = sample.len() / 2;
    let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    match pairs {
        0..4 => None,
        _ if second * 10 >= pairs * 7 && first * 10 <= pairs => Some(UTF_16LE),
        _ if first * 10 >= pairs * 7 && second * 10 <= pairs => Some(UTF_16BE),
        _ => None,
    }
}

/// Decodes by byte order mark, else UTF-8 if valid, else UTF-16 by its zeros, else Windows-1252. Reads no
/// more than can be shown, generously.
pub(crate) fn decode(bytes: &[u8]) -> String {
    let shown = bytes.get(..DECODED_MAX).unwrap_or(bytes);
    let encoding = Encoding::for_bom(shown).map(|(e, _)| e).or_else(|| wide(shown)).unwrap_or_else(|| {
        let cut = shown.len() < bytes.len();
        let valid = match std::str::from_utf8(shown) {
            Ok(_) => true,
            // we cut a character in two ourselves
            Err(e) => cut && e.error_len().is_none(),
        };
        if valid { UTF_8 } else { WINDOWS_1252 }
    });
    encoding.decode_with_bom_removal(shown).0.into_owned()
}

pub(crate) fn render(bytes: &[u8]) -> Preview {
    shown(bytes, &decode(bytes))
}

/// The words of an HTML page; references, scripts and styles are left out.
pub(crate) fn render_html(bytes: &[u8]) -> Preview {
    let source = decode(bytes);
    let words = mail_parser::decoders::html::html_to_text(&without_scripts(&source));
    // A page that is all script and markup has no words: its source is the honest thing to show.
    shown(bytes, if words.trim().is_empty() { &source } else { &words })
}

/// The page less what its scripts and styles say: no reader ever saw that. An element that is not closed goes on to
/// the end, as browsers have it.
fn without_scripts(source: &str) -> String {
    let lower = source.to_ascii_lowercase();
    let (mut out, mut at) = (String::with_capacity(source.len()), 0);
    while let Some((start, name)) =
        ["script", "style"].into_iter().filter_map(|name| Some((begin(&lower, at, name)?, name))).min()
    {
        out.push_str(source.get(at..start).unwrap_or_default());
        let close = format!("</{name}");
        let rest = lower.get(start..).unwrap_or_default();
        let end = rest.find(&close).and_then(|c| Some(start + c + rest.get(c..)?.find('>')? + 1));
        at = end.unwrap_or(source.len());
    }
    out.push_str(source.get(at..).unwrap_or_default());
    out
}

/// Where an element of this name begins, from there on.
fn begin(lower: &str, from: usize, name: &str) -> Option<usize> {
    let open = format!("<{name}");
    let mut at = from;
    loop {
        let found = at + lower.get(at..)?.find(&open)?;
        at = found + open.len();
        let after = lower.as_bytes().get(at);
        if after.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/')) {
            return Some(found);
        }
    }
}

fn shown(bytes: &[u8], words: &str) -> Preview {
    let mut sheet = Sheet::new();
    sheet.push(words);
    let (text, full) = sheet.done();
    Preview::Text { text, truncated: full || bytes.len() > DECODED_MAX }
}
