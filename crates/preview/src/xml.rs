//! A small walk over XML for Office documents: names without prefixes, text, no entities but the five of
//! the standard, no external anything.

use quick_xml::{Reader, XmlVersion, escape::resolve_xml_entity, events::BytesStart, events::Event};

/// What the walk meets.
pub(crate) enum Met<'a> {
    /// An element begins; an empty one is followed by no [`Met::Close`].
    Open { name: &'a str, tag: &'a BytesStart<'a>, empty: bool },
    /// An element ends.
    Close(&'a str),
    /// Text within the innermost element.
    Text(&'a str),
}

/// Walks until the end, an error in the XML or until `visit` returns `false`. Gives whether the XML was whole.
pub(crate) fn walk(source: &str, mut visit: impl FnMut(Met<'_>) -> bool) -> bool {
    let mut reader = Reader::from_str(source);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    loop {
        let go_on = match reader.read_event() {
            Err(_) => return false,
            Ok(Event::Eof) => return true,
            Ok(Event::Start(tag)) => {
                visit(Met::Open { name: local(tag.name().as_ref()), tag: &tag, empty: false })
            }
            Ok(Event::Empty(tag)) => {
                visit(Met::Open { name: local(tag.name().as_ref()), tag: &tag, empty: true })
            }
            Ok(Event::End(tag)) => visit(Met::Close(local(tag.name().as_ref()))),
            Ok(Event::Text(text)) => visit(Met::Text(&text)),
            Ok(Event::CData(text)) => visit(Met::Text(&text)),
            Ok(Event::GeneralRef(entity)) => match entity.resolve_char_ref() {
                Ok(Some(c)) => visit(Met::Text(c.encode_utf8(&mut [0; 4]))),
                _ => visit(Met::Text(resolve_xml_entity(&entity).unwrap_or("�"))),
            },
            Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => true,
        };
        if !go_on {
            return true;
        }
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// An attribute's value by its name without prefix.
pub(crate) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().with_checks(false).flatten().find(|a| local(a.key.as_ref()) == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|v| v.into_owned())
}
