//! Mail: the five fields a reader looks at, the body as text, what hangs on it. Nothing remote is referenced.

use crate::{
    model::{Attachment, Preview, Refusal},
    text::{Sheet, line_of},
};
use mail_parser::{Address, Message, MessageParser, MimeHeaders, PartType};

const MAX_ATTACHMENTS: usize = 500;
const MAX_ADDRESSES: usize = 100;
const MAX_MESSAGES: usize = 2000;

pub(crate) fn render(bytes: &[u8]) -> Result<Preview, Refusal> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if !bytes.starts_with(b"From ") {
        return message(bytes);
    }
    let (messages, more) = split(bytes);
    match messages.as_slice() {
        [] => Err(Refusal::Damaged),
        [only] => message(only),
        all => Ok(mailbox(all, more)),
    }
}

fn message(bytes: &[u8]) -> Result<Preview, Refusal> {
    let message = MessageParser::default().parse(bytes).ok_or(Refusal::Damaged)?;
    if message.headers().is_empty() {
        return Err(Refusal::Damaged);
    }
    let mut body = Sheet::new();
    for i in 0..message.text_body_count() {
        let Some(text) = message.body_text(i) else { continue };
        body.line();
        if !body.push(&text) {
            break;
        }
    }
    let attachments = message.attachments().take(MAX_ATTACHMENTS).map(attachment).collect();
    let (body_text, truncated) = body.done();
    Ok(Preview::Email { headers: headers(&message), body_text, truncated, attachments })
}

fn headers(message: &Message<'_>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            fields.push((name.to_owned(), line_of(&value)));
        }
    };
    add("From", message.from().map(addresses));
    add("To", message.to().map(addresses));
    add("Cc", message.cc().map(addresses));
    add("Bcc", message.bcc().map(addresses));
    add("Date", message.date().map(|d| d.to_rfc822()));
    add("Subject", message.subject().map(str::to_owned));
    fields
}

fn addresses(address: &Address<'_>) -> String {
    let all = address.iter().take(MAX_ADDRESSES).map(|a| match (a.name(), a.address()) {
        // The address is always shown beside the name: names are chosen by the sender.
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (None, Some(address)) => address.to_owned(),
        (Some(name), None) => name.to_owned(),
        (None, None) => String::new(),
    });
    let mut list: Vec<String> = all.filter(|a| !a.is_empty()).collect();
    if address.iter().count() > MAX_ADDRESSES {
        list.push("…".to_owned());
    }
    list.join(", ")
}

fn attachment(part: &mail_parser::MessagePart<'_>) -> Attachment {
    let mime = part.content_type().map(|t| match &t.c_subtype {
        Some(sub) => format!("{}/{sub}", t.c_type),
        None => t.c_type.to_string(),
    });
    let mut mime = line_of(&mime.unwrap_or_else(|| "application/octet-stream".to_owned())).to_lowercase();
    let mut name = part.attachment_name().map(line_of).unwrap_or_default();
    let size = match &part.body {
        PartType::Text(text) | PartType::Html(text) => text.len(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes.len(),
        PartType::Message(nested) => {
            mime = "message/rfc822".to_owned();
            if name.is_empty() {
                name = line_of(nested.subject().unwrap_or_default());
            }
            nested.raw_message().len()
        }
        PartType::Multipart(_) => 0,
    };
    if name.is_empty() {
        name = "(no name)".to_owned();
    }
    Attachment { name, mime, size: size as u64 }
}

/// The messages of an mbox, and whether there are more than we list.
fn split(bytes: &[u8]) -> (Vec<&[u8]>, bool) {
    let mut messages: Vec<&[u8]> = Vec::new();
    let (mut start, mut place, mut blank_before) = (None, 0, true);
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        if blank_before && line.starts_with(b"From ") {
            if let Some(from) = start {
                messages.extend(bytes.get(from..place));
            }
            start = Some(place + line.len());
            if messages.len() >= MAX_MESSAGES {
                return (messages, true);
            }
        }
        blank_before = line.trim_ascii().is_empty();
        place += line.len();
    }
    if let Some(from) = start {
        messages.extend(bytes.get(from..));
    }
    (messages, false)
}

/// A list of what is in the box; each message is to be opened on its own.
fn mailbox(messages: &[&[u8]], more: bool) -> Preview {
    let mut body = Sheet::new();
    let mut nested = Vec::new();
    for bytes in messages {
        let parsed = MessageParser::default().parse(*bytes);
        let field = |name: &str| {
            let fields = parsed.as_ref().map(headers).unwrap_or_default();
            fields.into_iter().find(|(n, _)| n == name).map(|(_, v)| v).unwrap_or_default()
        };
        let subject = field("Subject");
        body.push(&format!("{}\t{}\t{subject}\n", field("Date"), field("From")));
        if nested.len() < MAX_ATTACHMENTS {
            let (mime, size) = ("message/rfc822".to_owned(), bytes.len() as u64);
            nested.push(Attachment { name: subject, mime, size });
        }
    }
    let count = format!("{}{}", messages.len(), if more { " or more" } else { "" });
    let headers = vec![("Mailbox".to_owned(), format!("{count} messages"))];
    let (body_text, cut) = body.done();
    Preview::Email { headers, body_text, truncated: cut || more, attachments: nested }
}
