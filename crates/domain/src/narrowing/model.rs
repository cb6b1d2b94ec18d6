//! A firm as a small model, and what the table "Who may what" of the outside contract says about it: written a
//! third time, from spans and names alone, with nothing of the kernel in it but its words.
//!
//! Instants are whole days from the first. Whatever begins on a day holds on that day, whatever ends does not.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;

use crate::kernel::actor::Role;

/// The last day of which anything is asked.
pub(super) const LAST: u8 = 9;

/// From a day, until another or without end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) since: u8,
    pub(super) until: Option<u8>,
}

impl Span {
    fn holds(self, day: u8) -> bool {
        self.since <= day && self.until.is_none_or(|end| day < end)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Person {
    /// What they are from the first day on, and from another day on.
    pub(super) first: (Role, &'static str),
    pub(super) then: Option<(u8, Role, &'static str)>,
}

#[derive(Clone, Debug)]
pub(super) struct Seat {
    pub(super) person: usize,
    pub(super) seat: &'static str,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) struct Matter {
    pub(super) client: usize,
    pub(super) open: bool,
    pub(super) seats: Vec<Seat>,
    /// One of a few contents for each record, and its labels.
    pub(super) records: Vec<(u8, &'static str)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    Client(usize),
    Matter(usize),
    Person(usize),
    Group(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Wall {
    pub(super) bars: bool,
    pub(super) span: Span,
    pub(super) parts: Vec<(Named, Span)>,
}

/// See the module. Things are named by their places.
#[derive(Clone, Debug)]
pub(super) struct Firm {
    pub(super) people: Vec<Person>,
    /// Of each, who took it on.
    pub(super) clients: Vec<Option<usize>>,
    pub(super) matters: Vec<Matter>,
    pub(super) groups: Vec<Vec<(usize, Span)>>,
    pub(super) walls: Vec<Wall>,
}

pub(super) const LABELS: [&str; 3] = ["public", "confidential", "highly_confidential,privileged"];

fn span() -> impl Strategy<Value = Span> {
    (0..LAST, prop::option::weighted(0.6, 1..6_u8))
        .prop_map(|(since, lasts)| Span { since, until: lasts.map(|days| since + days) })
}

/// Mostly from early on and mostly without end, so that firms are not all past.
fn long() -> impl Strategy<Value = Span> {
    prop_oneof![3 => Just(Span { since: 0, until: None }), 2 => span()]
}

fn role() -> impl Strategy<Value = Role> {
    select(Role::ALL)
}

fn state() -> impl Strategy<Value = &'static str> {
    prop_oneof![8 => Just("active"), 1 => Just("suspended"), 1 => Just("invited")]
}

fn person() -> impl Strategy<Value = Person> {
    let then = prop::option::weighted(0.3, (1..LAST, role(), state()));
    ((role(), state()), then).prop_map(|(first, then)| Person { first, then })
}

fn seat(people: usize) -> impl Strategy<Value = Seat> {
    (0..people, select(&["lead", "member", "reader"][..]), long()).prop_map(|(person, seat, span)| Seat {
        person,
        seat,
        span,
    })
}

fn matter(people: usize, clients: usize) -> impl Strategy<Value = Matter> {
    let seats = prop::collection::vec(seat(people), 0..4);
    let records = prop::collection::vec((0..2_u8, select(&LABELS[..])), 0..4);
    (0..clients, prop::bool::weighted(0.75), seats, records)
        .prop_map(|(client, open, seats, records)| Matter { client, open, seats, records })
}

fn named(people: usize, clients: usize, matters: usize, groups: usize) -> impl Strategy<Value = Named> {
    let group = if groups == 0 {
        (0..people).prop_map(Named::Person).boxed()
    } else {
        (0..groups).prop_map(Named::Group).boxed()
    };
    prop_oneof![
        2 => (0..clients).prop_map(Named::Client),
        3 => (0..matters).prop_map(Named::Matter),
        3 => (0..people).prop_map(Named::Person),
        2 => group,
    ]
}

/// Firms of a few people, clients, matters, groups and walls.
pub(super) fn firms() -> impl Strategy<Value = Firm> {
    (2..6_usize, 1..4_usize, 1..5_usize, 0..3_usize)
        .prop_flat_map(|(people, clients, matters, groups)| {
            let parts = prop::collection::vec((named(people, clients, matters, groups), long()), 1..5);
            let wall = (any::<bool>(), long(), parts).prop_map(|(bars, span, parts)| Wall {
                bars,
                span,
                parts: once_each(parts),
            });
            (
                prop::collection::vec(person(), people),
                prop::collection::vec(prop::option::of(0..people), clients),
                prop::collection::vec(matter(people, clients), matters),
                prop::collection::vec(prop::collection::vec((0..people, span()), 0..3), groups),
                prop::collection::vec(wall, 0..4),
            )
        })
        .prop_map(|(people, clients, matters, groups, walls)| {
            let groups = groups.into_iter().map(once_each).collect();
            Firm { people, clients, matters, groups, walls }
        })
}

/// The same thing from the same day is one row.
fn once_each<T: PartialEq>(parts: Vec<(T, Span)>) -> Vec<(T, Span)> {
    let mut kept: Vec<(T, Span)> = Vec::new();
    for (thing, span) in parts {
        if !kept.iter().any(|(other, s)| *other == thing && s.since == span.since) {
            kept.push((thing, span));
        }
    }
    kept
}

impl Firm {
    pub(super) fn role(&self, person: usize, day: u8) -> (Role, &'static str) {
        let person = &self.people[person];
        match person.then {
            Some((from, role, state)) if from <= day => (role, state),
            _ => person.first,
        }
    }

    /// Nothing of the firm is for those who are not active, or who are at a client.
    fn staff(&self, person: usize, day: u8) -> Option<Role> {
        let (role, state) = self.role(person, day);
        (state == "active" && role != Role::ClientContact).then_some(role)
    }

    fn names(&self, wall: &Wall, person: usize, day: u8) -> bool {
        wall.parts.iter().filter(|(_, span)| span.holds(day)).any(|(part, _)| match part {
            Named::Person(p) => *p == person,
            Named::Group(g) => self.groups[*g].iter().any(|(p, span)| *p == person && span.holds(day)),
            _ => false,
        })
    }

    fn covers(wall: &Wall, day: u8, thing: impl Fn(Named) -> bool) -> bool {
        wall.span.holds(day) && wall.parts.iter().any(|(part, span)| span.holds(day) && thing(*part))
    }

    fn over(&self, wall: &Wall, matter: usize, day: u8) -> bool {
        let client = self.matters[matter].client;
        Self::covers(wall, day, |part| part == Named::Matter(matter) || part == Named::Client(client))
    }

    fn keeps_out(&self, wall: &Wall, person: usize, day: u8) -> bool {
        wall.bars == self.names(wall, person, day)
    }

    pub(super) fn walled(&self, person: usize, matter: usize, day: u8) -> bool {
        self.walls.iter().any(|w| self.over(w, matter, day) && self.keeps_out(w, person, day))
    }

    /// 3 a lead's, 2 a member's, 1 a reader's, 0 none.
    pub(super) fn seat(&self, person: usize, matter: usize, day: u8) -> u8 {
        let seats = self.matters[matter].seats.iter().filter(|s| s.person == person && s.span.holds(day));
        seats
            .map(|s| match s.seat {
                "lead" => 3,
                "member" => 2,
                _ => 1,
            })
            .max()
            .unwrap_or(0)
    }

    pub(super) fn sees_matter(&self, person: usize, matter: usize, day: u8) -> bool {
        let Some(role) = self.staff(person, day) else { return false };
        let keeper = matches!(role, Role::RecordsManager | Role::ComplianceOfficer);
        !self.walled(person, matter, day) && (keeper || self.seat(person, matter, day) > 0)
    }

    pub(super) fn opens_matter(&self, person: usize, matter: usize, day: u8) -> bool {
        self.sees_matter(person, matter, day) && self.seat(person, matter, day) > 0
    }

    pub(super) fn adds_to(&self, person: usize, matter: usize, day: u8) -> bool {
        self.opens_matter(person, matter, day)
            && self.seat(person, matter, day) > 1
            && self.matters[matter].open
    }

    pub(super) fn sees_client(&self, person: usize, client: usize, day: u8) -> bool {
        let Some(role) = self.staff(person, day) else { return false };
        let walled = self.walls.iter().any(|w| {
            Self::covers(w, day, |part| part == Named::Client(client)) && self.keeps_out(w, person, day)
        });
        let keeper = matches!(role, Role::RecordsManager | Role::ComplianceOfficer);
        let sits = (0..self.matters.len())
            .filter(|m| self.matters[*m].client == client)
            .any(|m| self.seat(person, m, day) > 0 && !self.walled(person, m, day));
        let took = role == Role::Partner && self.clients[client] == Some(person);
        !walled && (keeper || sits || took)
    }

    /// A partner opens matters for clients whom they see by a seat or took on, a records manager for all they see.
    pub(super) fn opens_for(&self, person: usize, client: usize, day: u8) -> bool {
        let opens = matches!(self.staff(person, day), Some(Role::Partner | Role::RecordsManager));
        opens && self.sees_client(person, client, day)
    }

    pub(super) fn sees_wall(&self, person: usize, wall: usize, day: u8) -> bool {
        let Some(role) = self.staff(person, day) else { return false };
        let compliance = role == Role::ComplianceOfficer;
        let wall = &self.walls[wall];
        // one that is over keeps nobody from itself; who keeps walls is seldom among those whom one admits
        if wall.span.holds(day) && self.keeps_out(wall, person, day) && (wall.bars || !compliance) {
            return false;
        }
        let leads =
            |m| self.over(wall, m, day) && self.seat(person, m, day) == 3 && !self.walled(person, m, day);
        compliance || (0..self.matters.len()).any(leads)
    }

    pub(super) fn sees_staff(&self, person: usize, other: usize, day: u8) -> bool {
        let Some(role) = self.staff(person, day) else { return false };
        role == Role::Administrator || self.role(other, day).0 != Role::ClientContact
    }

    pub(super) fn watches(&self, person: usize, day: u8) -> bool {
        matches!(self.staff(person, day), Some(Role::Auditor | Role::ComplianceOfficer))
    }

    /// Open matters without a lead that a records manager sees; nothing for others.
    pub(super) fn without_lead(&self, person: usize, day: u8) -> BTreeSet<usize> {
        let led = |m: &usize| self.matters[*m].seats.iter().any(|s| s.seat == "lead" && s.span.holds(day));
        let all = (0..self.matters.len()).filter(|m| self.matters[*m].open && !led(m));
        all.filter(|m| self.sees_matter(person, *m, day)).collect()
    }
}
