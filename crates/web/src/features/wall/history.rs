//! How a wall came to be what it is, in words: "M. Feld added N. Byrne; took away O. Brandt".

use strongroom_domain::features::wall::{Did, WallChange, WallView};
use strongroom_domain::kernel::id::{AnyId, Client, Group, Matter, Staff};

use crate::features::words::person;
use crate::http::page::PageCx;
use crate::view::walls::WallChange as Line;

/// One change as a line.
pub(super) fn line(page: &PageCx, wall: &WallView, change: &WallChange) -> Line {
    let who = page.name_of(&change.by);
    let names = |things: &[AnyId]| {
        let all: Vec<String> = things.iter().map(|thing| called(page, wall, thing)).collect();
        listed(&all)
    };
    let (added, removed) = (names(&change.added), names(&change.removed));
    let says = match (change.did, added, removed) {
        (Did::Made, Some(named), _) => format!("{who} made the wall, naming {named}"),
        (Did::Made, None, _) => format!("{who} made the wall"),
        (Did::Reviewed, ..) => format!("{who} reviewed it: it still holds"),
        (Did::Ended, ..) => format!("{who} ended the wall"),
        (Did::Changed, Some(added), Some(removed)) => format!("{who} added {added} and took away {removed}"),
        (Did::Changed, Some(added), None) => format!("{who} added {added}"),
        (Did::Changed, None, Some(removed)) => format!("{who} took away {removed}"),
        (Did::Changed, None, None) => format!("{who} changed its name, reason or kind"),
    };
    // the wall's own reason stands above already
    let note = change.said.clone().filter(|_| matches!(change.did, Did::Reviewed | Did::Ended));
    Line { says, note, when: page.clocks.when(change.at), href: format!("/ledger/{}", change.entry) }
}

/// What a thing is called, as far as this person may know.
fn called(page: &PageCx, wall: &WallView, thing: &AnyId) -> String {
    if let Some(id) = thing.typed::<Staff>() {
        return person(page, id);
    }
    if let Some(id) = thing.typed::<Group>() {
        let name = page.ctx.room().directory().group(id);
        return name.map_or_else(|| String::from("a group"), |name| format!("the group {name}"));
    }
    if let Some(id) = thing.typed::<Matter>() {
        let named = wall.matters.iter().find(|(m, _)| *m == id).and_then(|(_, name)| name.clone());
        return named.unwrap_or_else(|| String::from("a matter"));
    }
    if let Some(id) = thing.typed::<Client>() {
        let named = wall.clients.iter().find(|(c, _)| *c == id).and_then(|(_, name)| name.clone());
        return named.unwrap_or_else(|| String::from("a client"));
    }
    String::from("something")
}

/// "A, B and C".
fn listed(names: &[String]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(one.clone()),
        [first @ .., last] => Some(format!("{} and {last}", first.join(", "))),
    }
}
