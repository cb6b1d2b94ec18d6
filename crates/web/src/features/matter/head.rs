//! The head of a matter's workspace: who, what, how guarded; above each of its pages.

use strongroom_domain::Error;
use strongroom_domain::features::matter::{MatterView, WallBadge};
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::verb::Verb;

use crate::features::words::no_labels;
use crate::http::page::Page;
use crate::layout::{Crumb, Section, Shell};
use crate::view::matters::{MatterHead, MatterTab};
use crate::view::parts::State;

/// The head, for the tab that is open.
///
/// # Errors
/// Sealed; storage.
pub(crate) async fn head(page: &Page, m: &MatterView, tab: MatterTab) -> Result<MatterHead, Error> {
    let target = Target::Matter(m.id);
    let reads = page.ctx.may(Verb::RecordList, &target).await?;
    Ok(MatterHead {
        id: m.id.to_string(),
        name: m.name.clone(),
        reference: m.reference.clone(),
        client_id: m.client.to_string(),
        client_name: m.client_name.clone(),
        led_by: Some(m.leads.join(", ")).filter(|l| !l.is_empty()),
        state: if m.open { State::Open } else { State::Closed },
        labels: no_labels(),
        wall: badge(&m.walls),
        people: Some(people(m.people, m.knows_walls)),
        tab,
        shows_records: reads,
        shows_activity: reads,
    })
}

/// Whoever may not know of walls is told of seats, and of nothing that a wall would make false.
fn people(n: usize, knows_walls: bool) -> String {
    match (n, knows_walls) {
        (0, true) => String::from("Nobody can open this matter."),
        (1, true) => String::from("One person can open this matter."),
        (n, true) => format!("{n} people can open this matter."),
        (0, false) => String::from("Nobody has a seat in this matter."),
        (1, false) => String::from("One person has a seat in this matter."),
        (n, false) => format!("{n} people have a seat in this matter."),
    }
}

fn badge(walls: &[WallBadge]) -> Option<String> {
    let people = |n: usize| if n == 1 { String::from("1 person") } else { format!("{n} people") };
    match walls {
        [] => None,
        [one] if one.kind == "bars" => Some(format!("Wall: {} barred", people(one.people))),
        [one] => Some(format!("Wall: only {} admitted", people(one.people))),
        many => Some(format!("{} walls", many.len())),
    }
}

/// The frame of a page of a matter, with the way to it.
pub(crate) fn crumbs(page: &Page, m: &MatterView, here: &str) -> Shell {
    let mut shell = page.shell(here, Section::Matters);
    shell.crumbs = vec![
        Crumb::link("Matters", "/matters"),
        Crumb::link(&m.client_name, format!("/clients/{}", m.client)),
    ];
    if here == m.name {
        shell.crumbs.push(Crumb::here(here));
    } else {
        shell.crumbs.push(Crumb::link(&m.name, format!("/matters/{}", m.id)));
        shell.crumbs.push(Crumb::here(here));
    }
    shell.present_client_id = Some(m.client.to_string());
    shell
}
