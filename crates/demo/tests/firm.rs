//! The demo firm keeps its promises: counts, determinism, files that parse, and a story in which
//! everybody does only what the table of roles allows, unless it is told as a refusal.

#[cfg(test)]
mod checks;
#[cfg(test)]
mod model;

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use strongroom_demo::cast::{Role, SeatKind, WallKind};
use strongroom_demo::papers::{Format, Genre};
use strongroom_demo::story::Why;
use strongroom_demo::{Act, Firm, Paper, Story, calendar, paper};

/// A Wednesday; other days of the week are tried where it matters.
const TODAY: i64 = 20_775;
const NOW: u32 = 15 * 3600;

fn papers(firm: &Firm, story: &Story) -> Vec<(Genre, Format, Paper)> {
    let plans = story.events.iter().filter_map(|e| match &e.act {
        Act::AddRecord { plan, .. } | Act::AddVersion { plan, .. } => Some(plan),
        _ => None,
    });
    plans.map(|p| (p.genre, p.format, paper(p, firm))).collect()
}

#[test]
fn the_firm_is_complete() {
    let firm = Firm::new(TODAY);
    assert_eq!(firm.offices.len(), 2);
    let count = |role| firm.people.iter().filter(|p| p.role == role).count();
    assert_eq!(firm.people.len() - count(Role::ClientContact), 24);
    assert!(count(Role::Partner) >= 4 && count(Role::Associate) >= 6 && count(Role::Paralegal) >= 5);
    assert!(
        count(Role::RecordsManager) >= 1 && count(Role::ComplianceOfficer) >= 1 && count(Role::Auditor) >= 1
    );
    assert_eq!((count(Role::Administrator), count(Role::ClientContact)), (2, 1));
    assert_eq!(firm.clients.len(), 14);
    assert_eq!(firm.matters.len(), 31);
    assert_eq!(firm.matters.iter().filter(|m| m.closed.is_some()).count(), 6);
    let emails: HashSet<_> = firm.people.iter().map(|p| p.email).collect();
    assert!(emails.len() == firm.people.len() && emails.iter().all(|e| e.ends_with(".example")));
    let references: HashSet<_> = firm.matters.iter().map(|m| m.reference.clone()).collect();
    assert_eq!(references.len(), 31);
    assert!(references.contains("NW-2026-014"));
    for client in &firm.clients {
        assert!(firm.matters.iter().any(|m| m.client == client.key), "{} has no matter", client.name);
    }
    for matter in &firm.matters {
        assert_eq!(matter.seats.iter().filter(|s| s.kind == SeatKind::Lead).count(), 1);
        let people: HashSet<_> = matter.seats.iter().map(|s| s.person).collect();
        assert_eq!(people.len(), matter.seats.len(), "two seats for one person on {}", matter.name);
        for seat in &matter.seats {
            let role = firm.person(seat.person).unwrap().role;
            assert!(role.may_sit() && (seat.kind != SeatKind::Lead || role != Role::Paralegal));
        }
    }
    let seats = || firm.matters.iter().flat_map(|m| m.seats.iter());
    assert!(seats().any(|s| s.ended.is_some_and(|d| d < 0)));
    assert!(seats().any(|s| s.until == Some(9)));
    assert!(seats().any(|s| s.kind == SeatKind::Reader));
    let bars = firm.walls.iter().find(|w| w.kind == WallKind::Bars && w.people.len() == 3);
    let admits = firm.walls.iter().find(|w| w.kind == WallKind::Admits && w.people.len() == 5);
    assert!(bars.is_some() && admits.is_some());
    assert!(
        firm.walls.iter().any(|w| !w.clients.is_empty()) && firm.walls.iter().any(|w| !w.groups.is_empty())
    );
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let digest = |seed| {
        let firm = Firm::new(TODAY);
        let story = Story::new(&firm, seed, NOW);
        let mut hash = DefaultHasher::new();
        format!("{:?}", story.events).hash(&mut hash);
        papers(&firm, &story).iter().take(36).for_each(|(_, _, p)| p.bytes.hash(&mut hash));
        hash.finish()
    };
    assert_eq!(digest(7), digest(7));
    assert_ne!(digest(7), digest(8));
}

#[test]
fn the_story_is_ninety_days_of_lawful_acts_whatever_the_day_of_the_week() {
    for today in TODAY..TODAY + 7 {
        for (seed, now) in [(7, NOW), (11, 2 * 3600), (99, 86_000)] {
            let firm = Firm::new(today);
            let story = Story::new(&firm, seed, now);
            model::check(&firm, &story, now);
        }
    }
}

#[test]
#[should_panic(expected = "ReadRecord")]
fn the_model_catches_an_administrator_who_reads() {
    let firm = Firm::new(TODAY);
    let mut story = Story::new(&firm, 7, NOW);
    let read = story.events.iter_mut().find(|e| matches!(e.act, Act::ReadRecord { .. }));
    read.unwrap().who = strongroom_demo::cast::who::JENSEN;
    model::check(&firm, &story, NOW);
}

#[test]
#[should_panic(expected = "TryRefused")]
fn the_model_catches_a_refusal_that_should_not_be_one() {
    let firm = Firm::new(TODAY);
    let mut story = Story::new(&firm, 7, NOW);
    let refused = story.events.iter_mut().find(|e| matches!(e.act, Act::TryRefused { why: Why::Wall, .. }));
    refused.unwrap().who = firm.matters[0].lead;
    model::check(&firm, &story, NOW);
}

#[test]
fn the_story_has_the_size_and_shape_it_should() {
    let firm = Firm::new(TODAY);
    let story = Story::new(&firm, 7, NOW);
    let total = story.events.len();
    assert!((2_300..=3_000).contains(&total), "{total} events");
    let added = story.events.iter().filter(|e| matches!(e.act, Act::AddRecord { .. })).count();
    assert!((390..=440).contains(&added), "{added} records");
    let refused = story.events.iter().filter(|e| matches!(e.act, Act::TryRefused { .. })).count();
    assert!(refused >= 40, "{refused} refusals");
    let today = story.events.iter().filter(|e| e.at_day_offset == 0).count();
    assert!(today >= 15, "{today} events today");
    let between = |a, b| story.events.iter().filter(|e| (a..=b).contains(&e.at_day_offset)).count();
    assert!(between(-6, 0) > between(-40, -34), "the last week is the busier");
    let weekend = |e: &&strongroom_demo::Event| calendar::is_weekend(firm.today + e.at_day_offset);
    assert!(story.events.iter().filter(weekend).count() * 12 < total, "weekends are quiet");
}

#[test]
fn every_paper_is_well_formed() {
    let firm = Firm::new(TODAY);
    let story = Story::new(&firm, 7, NOW);
    let all = papers(&firm, &story);
    let formats: BTreeSet<_> = all.iter().map(|(_, f, _)| f.ending()).collect();
    assert_eq!(formats.into_iter().collect::<Vec<_>>(), ["csv", "docx", "eml", "pdf", "png", "txt"]);
    let genres: HashSet<_> = all.iter().map(|(g, _, _)| *g).collect();
    assert_eq!(genres.len(), 20, "every kind of paper is there");
    for (_, format, paper) in &all {
        let size = paper.bytes.len();
        assert!((1_500..=300_000).contains(&size), "{} has {size} bytes", paper.filename);
        match format {
            Format::Pdf => checks::pdf(paper),
            Format::Docx => checks::docx(paper),
            Format::Eml => checks::eml(paper),
            Format::Png => checks::png(paper),
            Format::Txt | Format::Csv => assert!(std::str::from_utf8(&paper.bytes).is_ok()),
        }
    }
}
