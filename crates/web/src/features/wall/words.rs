//! Walls in words.

use strongroom_domain::features::wall::{WallKind, WallView};

use crate::http::page::PageCx;
use crate::layout::Tone;
use crate::view::parts::{Chip, Icon, Person};
use crate::view::walls::Covered;

/// "Bars" or "Admits only".
pub(crate) fn kind_chip(kind: WallKind) -> Chip {
    let text = match kind {
        WallKind::Bars => "Bars people",
        WallKind::Admits => "Admits only",
    };
    Chip::toned(Tone::Note, Icon::Wall, text)
}

/// What it does, in a sentence.
pub(crate) const fn effect(kind: WallKind) -> &'static str {
    match kind {
        WallKind::Bars => "Bars the people it names from everything it covers.",
        WallKind::Admits => "Keeps everyone out of what it covers but the people it names. It grants nothing by itself.",
    }
}

/// "Northwind Holdings and 2 matters".
pub(super) fn covers(wall: &WallView) -> String {
    let named: Vec<String> = wall
        .clients
        .iter()
        .map(|(_, n)| n.as_deref().unwrap_or("a client"))
        .chain(wall.matters.iter().map(|(_, n)| n.as_deref().unwrap_or("a matter")))
        .map(str::to_owned)
        .collect();
    match named.as_slice() {
        [] => String::from("Nothing"),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

/// "3 people, 1 group".
pub(super) fn people(wall: &WallView) -> String {
    let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    match (wall.staff.len(), wall.groups.len()) {
        (people, 0) => count(people, "person", "people"),
        (0, groups) => count(groups, "group", "groups"),
        (people, groups) => format!("{}, {}", count(people, "person", "people"), count(groups, "group", "groups")),
    }
}

/// What it covers, each with its page where it may be opened.
pub(super) fn covered(wall: &WallView) -> Vec<Covered> {
    let hidden = "You may not see its name.";
    let clients = wall.clients.iter().map(|(id, name)| Covered {
        href: name.as_ref().map(|_| format!("/clients/{id}")),
        says: if name.is_some() { String::from("Client, with all its matters") } else { hidden.to_owned() },
        name: name.clone().unwrap_or_else(|| String::from("A client")),
    });
    let matters = wall.matters.iter().map(|(id, name)| Covered {
        href: name.as_ref().map(|_| format!("/matters/{id}")),
        says: if name.is_some() { String::from("Matter") } else { hidden.to_owned() },
        name: name.clone().unwrap_or_else(|| String::from("A matter")),
    });
    clients.chain(matters).collect()
}

/// A person it names.
pub(super) fn person(page: &PageCx, id: strongroom_domain::kernel::id::StaffId) -> Person {
    Person { name: crate::features::words::person(page, id), href: None }
}
