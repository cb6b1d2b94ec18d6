//! Messages: headers, a text and an HTML part, a quoted thread, sometimes an attachment.

use super::{Scene, layout, letters};
use crate::calendar;
use std::fmt::Write as _;

/// Base64 in lines of 76.
fn base64(bytes: &[u8]) -> String {
    const SET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len() * 4 / 3 + bytes.len() / 57 + 8);
    let mut column = 0;
    for three in bytes.chunks(3) {
        let at = |i: usize| u32::from(three.get(i).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for i in 0..4usize {
            let six = (bits >> (18 - 6 * i)) & 63;
            let c = SET.get(six as usize).map_or('A', |b| char::from(*b));
            out.push(if i > three.len() { '=' } else { c });
        }
        column += 4;
        if column >= 76 {
            out.push_str("\r\n");
            column = 0;
        }
    }
    out
}

/// One message of the thread, without its frame.
fn body(s: &mut Scene<'_>, to: &str, from: &str) -> Vec<String> {
    let mut out = vec![format!("Dear {},", to.split(' ').next().unwrap_or(to))];
    out.push(
        s.rng
            .pick(&[
                "Thank you for your message. A quick answer now, and a fuller one when I have read the rest.",
                "Two points from this morning, so that they are in one place.",
                "I have been through the papers again over the weekend and have these comments.",
                "As promised, a note of where we have got to.",
            ])
            .to_owned(),
    );
    for fact in s.facts(2) {
        let tail = s.rng.pick(&[
            "Could you check whether there is anything in writing?",
            "Please do not reply to them about it until we have spoken.",
            "I think we should say so plainly in the next letter.",
            "That helps us more than I had expected.",
        ]);
        out.push(format!("{fact} {tail}"));
    }
    let (by, sum) = (s.ahead(2, 9), s.part(5, 40));
    out.push(match s.rng.below(3) {
        0 => format!("Can we have a call before {by}? Half an hour will do."),
        1 => {
            format!("I would hold the line at {sum} for now. Let me know by {by} if you see it differently.")
        }
        _ => format!("The next date is {by}. I have put it in everyone's calendar."),
    });
    out.push(format!("Kind regards,\n{from}"));
    out
}

/// The message as EML.
pub(super) fn mail(s: &mut Scene<'_>) -> Vec<u8> {
    let outside = s.outsider();
    let (firm, _) = s.opponent();
    let host: String = firm.to_lowercase().chars().filter(char::is_ascii_lowercase).collect();
    let theirs = format!("{}@{host}.example", outside.to_lowercase().replace(' ', "."));
    let inward = s.rng.chance(55);
    let (them, them_mail) = match s.rng.below(3) {
        0 => (outside, theirs),
        _ => (s.client.contact.to_owned(), s.client.email.to_owned()),
    };
    let us = (s.author.name.to_owned(), s.author.email.to_owned());
    let ((from, from_mail), (to, to_mail)) =
        if inward { ((them, them_mail), us) } else { (us, (them, them_mail)) };
    let domain = from_mail.split('@').nth(1).unwrap_or("marshlyle.example").to_owned();
    let id = s.rng.next_u64();
    let seconds = u32::try_from(s.rng.between(29_000, 66_000)).unwrap_or(40_000);
    let mut out = String::new();
    let _ = write!(
        out,
        "Return-Path: <{from_mail}>\r\nReceived: from mail.{domain} (192.0.2.{}) by mx.marshlyle.example with ESMTPS; {}\r\n",
        s.rng.between(2, 250),
        calendar::rfc5322(s.day(), seconds + 4)
    );
    let _ =
        write!(out, "Message-ID: <{id:016x}@{domain}>\r\nDate: {}\r\n", calendar::rfc5322(s.day(), seconds));
    let _ = write!(out, "From: \"{from}\" <{from_mail}>\r\nTo: \"{to}\" <{to_mail}>\r\n");
    if s.author.key != s.lead.key {
        let _ = write!(out, "Cc: \"{}\" <{}>\r\n", s.lead.name, s.lead.email);
    }
    let thread = s.plan.title.starts_with("Re:") || s.plan.title.starts_with("Fwd:");
    if thread {
        let parent = s.rng.next_u64();
        let _ =
            write!(out, "In-Reply-To: <{parent:016x}@{domain}>\r\nReferences: <{parent:016x}@{domain}>\r\n");
    }
    let _ = write!(out, "Subject: {} [{}]\r\nMIME-Version: 1.0\r\n", s.plan.title, s.matter.reference);
    let (outer, inner) = (format!("=_outer_{id:x}"), format!("=_inner_{id:x}"));
    let _ = write!(
        out,
        "Content-Type: multipart/mixed; boundary=\"{outer}\"\r\n\r\n--{outer}\r\nContent-Type: multipart/alternative; boundary=\"{inner}\"\r\n\r\n"
    );
    let paragraphs = body(s, &to, &from);
    let mut text = paragraphs.join("\n\n");
    let mut html: String = paragraphs
        .iter()
        .map(|p| format!("<p>{}</p>\n", p.replace('&', "&amp;").replace('\n', "<br>")))
        .collect();
    if thread {
        let when = s.ago(1, 3);
        let earlier = body(s, &from, &to);
        let _ = write!(text, "\n\nOn {when} {to} wrote:\n");
        earlier.iter().flat_map(|p| p.lines()).for_each(|l| {
            let _ = write!(text, "> {l}\n>\n");
        });
        let quoted: String = earlier
            .iter()
            .map(|p| format!("<p>{}</p>\n", p.replace('&', "&amp;").replace('\n', "<br>")))
            .collect();
        let _ = write!(html, "<p>On {when} {to} wrote:</p>\n<blockquote>{quoted}</blockquote>\n");
    }
    let _ = write!(
        text,
        "\n\n--\nThis message is confidential and may be privileged. If it has reached you by mistake,\nplease tell the sender and delete it.\n"
    );
    let _ = write!(
        out,
        "--{inner}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        base64(text.as_bytes())
    );
    let page = format!("<html><body style=\"font-family:Georgia,serif\">\n{html}</body></html>\n");
    let _ = write!(
        out,
        "--{inner}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--{inner}--\r\n",
        base64(page.as_bytes())
    );
    if s.rng.chance(40) {
        let letter = letters::letter(s);
        let stamp = format!("{}090000", calendar::compact(s.day()));
        let pdf = layout::pdf(&letter, &stamp, &mut s.rng);
        let name = format!("Letter {}.pdf", calendar::compact(s.day()));
        let _ = write!(
            out,
            "--{outer}\r\nContent-Type: application/pdf; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            base64(&pdf)
        );
    }
    let _ = write!(out, "--{outer}--\r\n");
    out.into_bytes()
}
