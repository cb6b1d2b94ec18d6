//! The page that shows a preview in a frame: complete, without scripts, every foreign character escaped.
//!
//! Serve it with [`CSP`] (which confines it also where someone opens it outside a frame) and `X-Content-Type-Options: nosniff`, in `<iframe sandbox="allow-same-origin">`:
//! without `allow-same-origin` the browser sends no session cookie for the page images; without
//! `allow-scripts` nothing in the frame can run, whatever it is. Browsers ignore `loading=lazy` where
//! scripts are off, so a page of this kind shows at most [`WINDOW`] pages and links to the next.

use crate::model::{Attachment, Entry, Preview, Refusal};

/// The policy to send with the page.
pub const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin";
/// How many page images one document holds.
pub const WINDOW: u32 = 10;

/// Colours of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the device prefers.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// What the page is to look like and where its parts are.
pub struct Frame<'a> {
    /// Colours.
    pub theme: Theme,
    /// The record's name, for the title.
    pub title: &'a str,
    /// The first page shown, counted from 1.
    pub first: u32,
    /// The address of a page's image (also of a picture, as page 1), relative or on this origin.
    pub page_url: &'a dyn Fn(u32) -> String,
    /// The address of this document beginning at a page.
    pub window_url: &'a dyn Fn(u32) -> String,
}

/// The page for a preview.
pub fn document(preview: &Preview, frame: &Frame<'_>) -> String {
    let body = match preview {
        Preview::Pages { count, width, height, sizes, .. } => pages(*count, (*width, *height), sizes, frame),
        Preview::Image { width, height, .. } => format!(
            "<figure><img src=\"{}\" width=\"{width}\" height=\"{height}\" alt=\"{}\"></figure>",
            escape(&(frame.page_url)(1)),
            escape(frame.title),
        ),
        Preview::Text { text, truncated } => format!("{}{}", cut(*truncated), sheet(text)),
        Preview::Email { headers, body_text, truncated, attachments } => {
            mail(headers, body_text, *truncated, attachments)
        }
        Preview::Listing { entries, total } => listing(entries, *total),
    };
    page(frame.theme, frame.title, &body)
}

/// The page for a document that cannot be shown.
pub fn refused(refusal: Refusal, kind: crate::Kind, title: &str, theme: Theme) -> String {
    page(theme, title, &format!("<p class=\"note\" role=\"status\">{}</p>", escape(refusal.says_of(kind))))
}

fn page(theme: Theme, title: &str, body: &str) -> String {
    let theme = match theme {
        Theme::Auto => "auto",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    // The frame scrolls: `tabindex` lets the keyboard reach it.
    format!(
        "<!doctype html>\n<html lang=\"en\" data-theme=\"{theme}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"referrer\" content=\"no-referrer\">\
         <title>{}</title><link rel=\"stylesheet\" href=\"/assets/preview.css\"></head>\
         <body><main tabindex=\"0\" aria-label=\"Preview of {}\">{body}</main></body></html>\n",
        escape(title),
        escape(title),
    )
}

fn pages(count: u32, drawn: (u32, u32), sizes: &[(u32, u32)], frame: &Frame<'_>) -> String {
    let first = frame.first.clamp(1, count.max(1));
    let last = count.min(first.saturating_add(WINDOW - 1));
    let steps = steps(count, first, last, frame);
    let mut out = format!(
        "<p class=\"quiet\">{}</p>{steps}",
        if count == 1 { "1 page".to_owned() } else { format!("{count} pages") }
    );
    for number in first..=last {
        let size = sizes.get(number.saturating_sub(1) as usize).copied().unwrap_or(drawn);
        let (width, height) = scaled(size, drawn.0);
        let source = escape(&(frame.page_url)(number));
        out.push_str(&format!(
            "<figure id=\"page-{number}\"><img loading=\"lazy\" src=\"{source}\" width=\"{width}\" \
             height=\"{height}\" alt=\"Page {number} of {count}\"><figcaption>Page {number} of {count}</figcaption></figure>"
        ));
    }
    out.push_str(&steps);
    out
}

fn steps(count: u32, first: u32, last: u32, frame: &Frame<'_>) -> String {
    let mut links = String::new();
    let mut link = |to: u32, relation: &str, words: String| {
        let address = escape(&(frame.window_url)(to));
        links.push_str(&format!("<a rel=\"{relation}\" href=\"{address}\">{words}</a>"));
    };
    if first > 1 {
        let from = first.saturating_sub(WINDOW).max(1);
        link(from, "prev", format!("Pages {from}–{}", first - 1));
    }
    if last < count {
        let to = count.min(last.saturating_add(WINDOW));
        link(last + 1, "next", format!("Pages {}–{to}", last + 1));
    }
    if links.is_empty() { links } else { format!("<nav aria-label=\"Pages\">{links}</nav>") }
}

/// A page's size when drawn `width` wide.
fn scaled((page_width, page_height): (u32, u32), width: u32) -> (u32, u32) {
    let height = u64::from(width) * u64::from(page_height) / u64::from(page_width.max(1));
    (width, u32::try_from(height.clamp(1, 20_000)).unwrap_or(1))
}

fn cut(truncated: bool) -> &'static str {
    if truncated {
        "<p class=\"note\">Only the beginning is shown. Download the document for the rest.</p>"
    } else {
        ""
    }
}

fn sheet(text: &str) -> String {
    format!("<div class=\"sheet\"><pre dir=\"auto\">{}</pre></div>", escape(text))
}

fn mail(headers: &[(String, String)], body: &str, truncated: bool, attachments: &[Attachment]) -> String {
    let mut out = String::new();
    if !headers.is_empty() {
        let row =
            |(name, value): &(String, String)| format!("<dt>{}</dt><dd>{}</dd>", escape(name), escape(value));
        let rows: String = headers.iter().map(row).collect();
        out.push_str(&format!("<div class=\"sheet\"><dl>{rows}</dl></div>"));
    }
    out.push_str(cut(truncated));
    if body.trim().is_empty() {
        out.push_str("<p class=\"note\">This message has no words of its own.</p>");
    } else {
        out.push_str(&sheet(body));
    }
    if !attachments.is_empty() {
        let rows = attachments.iter().map(|a| row(&a.name, &a.mime, a.size));
        out.push_str(&table("Attachments", "Type", rows.collect()));
    }
    out
}

fn listing(entries: &[Entry], total: u64) -> String {
    let note = cut(total > entries.len() as u64);
    let rows = entries
        .iter()
        .map(|e| row(&e.name, if e.encrypted { "protected by a password" } else { "" }, e.size));
    let caption = if total == 1 { "1 file".to_owned() } else { format!("{total} files") };
    format!("{note}{}", table(&caption, "", rows.collect()))
}

fn row(name: &str, about: &str, bytes: u64) -> String {
    format!(
        "<tr><td>{}</td><td>{}</td><td class=\"size\">{}</td></tr>",
        escape(name),
        escape(about),
        size(bytes)
    )
}

fn table(caption: &str, about: &str, rows: String) -> String {
    format!(
        "<div class=\"sheet\"><table><caption>{caption}</caption><thead><tr><th scope=\"col\">Name</th>\
         <th scope=\"col\">{about}</th><th scope=\"col\" class=\"size\">Size</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )
}

fn size(bytes: u64) -> String {
    match bytes {
        0 => "–".to_owned(),
        1..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

/// Safe in text and in quoted attributes.
pub fn escape(foreign: &str) -> String {
    let mut out = String::with_capacity(foreign.len() + foreign.len() / 8);
    for c in foreign.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
