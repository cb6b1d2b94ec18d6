//! Sample pages of a fictitious firm, Marsh Lyle LLP: long names, full lists and empty ones.

mod admin;
mod door;
mod ledger;
mod matter;
mod policy;
mod record;
mod staff;

use askama::Template;
use strongroom_web::layout::{
    Crumb, Door, Flash, Offer, Presenting, Role, Section, Shell, Theme, Tone, nav_for,
};
use strongroom_web::view::field::{Choice, Field, Input};
use strongroom_web::view::parts::{
    Csrf, Kind, Labels, Level, Outcome, Pager, Person, Trail, TrailLine, When, Why,
};

pub(crate) type Pages = Vec<(&'static str, String)>;

/// Every page, rendered.
pub(crate) fn all() -> Result<Pages, askama::Error> {
    let mut pages = door::pages()?;
    pages.extend(matter::pages()?);
    pages.extend(staff::pages()?);
    pages.extend(ledger::pages()?);
    pages.extend(admin::pages()?);
    pages.extend(policy::pages()?);
    Ok(pages)
}

fn page(pages: &mut Pages, name: &'static str, template: impl Template) -> Result<(), askama::Error> {
    pages.push((name, template.render()?));
    Ok(())
}

fn csrf() -> Csrf {
    Csrf { token: "kXf3n8Lw2q".into(), once: Some("p0Vw7d".into()) }
}

fn shell(title: &str, role: Role, section: Section) -> Shell {
    let person = match role {
        Role::Administrator => ("Ines Halloran", "IH"),
        Role::ComplianceOfficer => ("Margarethe Quist", "MQ"),
        Role::Auditor => ("Tobias Renner", "TR"),
        Role::RecordsManager => ("Priya Natarajan", "PN"),
        Role::ClientContact => ("Sofia Nyström", "SN"),
        _ => ("Eleanor Marsh", "EM"),
    };
    Shell {
        title: title.into(),
        firm_name: "Marsh Lyle".into(),
        person_name: person.0.into(),
        initials: person.1.into(),
        role_name: role.label().into(),
        nav: nav_for(role, section, |s| match s {
            Section::Today => Offer::Shown(Some(4)),
            Section::Approvals => Offer::Shown(Some(2)),
            _ => Offer::Shown(None),
        }),
        crumbs: Vec::new(),
        presenting: None,
        present_client_id: None,
        palette: role != Role::ClientContact,
        csrf: "kXf3n8Lw2q".into(),
        theme: Theme::Auto,
        flash: None,
        request_id: "req_01KAM3Z8QN".into(),
        here: "/".into(),
        idle_seconds: 3600,
        asset_version: "dev".into(),
    }
}

fn matter_shell(title: &str) -> Shell {
    let mut shell = shell(title, Role::Partner, Section::Matters);
    shell.crumbs = vec![
        Crumb::link("Matters", "/matters"),
        Crumb::link("Northwind Holdings", "/clients/cli_1"),
        Crumb::here("Share purchase dispute"),
    ];
    shell.present_client_id = Some("cli_1".into());
    shell
}

fn door(title: &str) -> Door {
    Door {
        title: title.into(),
        firm_name: "Marsh Lyle".into(),
        csrf: "kXf3n8Lw2q".into(),
        theme: Theme::Auto,
        flash: None,
        request_id: "req_01KAM3Z8QN".into(),
        here: "/sign-in".into(),
        asset_version: "dev".into(),
    }
}

fn when(text: &str) -> When {
    When::new(text, "2026-11-21T14:05:09Z", "Saturday 21 November 2026, 14:05:09 (London)")
}

fn labels(level: Level, marks: &[&str]) -> Labels {
    Labels { level: Some(level), marks: marks.iter().map(|mark| (*mark).to_owned()).collect() }
}

fn kind(word: &str) -> Kind {
    Kind { word: word.into() }
}

fn person(name: &str) -> Person {
    Person { name: name.into(), href: None }
}

fn levels(chosen: Level) -> Field {
    let choices = Level::ALL.iter().map(|l| Choice::new(l.word(), l.label()).chosen(*l == chosen)).collect();
    Field::new(Input::Select, "level", "Label").choices(choices)
}

fn marks() -> Field {
    let choices = vec![
        Choice::new("privileged", "Privileged"),
        Choice::new("special_category", "Special category").hint("Health, beliefs, criminal records"),
    ];
    Field::new(Input::Boxes, "marks", "Marks").choices(choices).optional()
}

fn choose(name: &str, label: &str, words: &[&str]) -> Field {
    let choices = words.iter().map(|w| Choice::new(w.to_lowercase(), *w)).collect();
    Field::new(Input::Select, name, label).choices(choices)
}

fn boxes(name: &str, label: &str, words: &[&str]) -> Field {
    let choices =
        words.iter().enumerate().map(|(i, w)| Choice::new(format!("id_{i}"), *w).chosen(i == 0)).collect();
    Field::new(Input::Boxes, name, label).choices(choices).optional()
}

fn trail() -> Trail {
    let line = |outcome, says: &str, at: &str| TrailLine {
        outcome,
        says: says.into(),
        when: when(at),
        href: "/ledger/ent_8412".into(),
    };
    Trail {
        lines: vec![
            line(Outcome::Allowed, "E. Marsh read it", "14:05"),
            line(Outcome::Allowed, "D. Okafor downloaded it", "11:20"),
            line(Outcome::Denied, "T. Reyes was refused: barred by the wall", "09:41"),
        ],
    }
}

fn why() -> Why {
    Why {
        allowed: true,
        lead: "You can open this".into(),
        sentences: vec![
            "because you lead the matter.".into(),
            "Nobody outside its team can, administrators included.".into(),
        ],
        ask: None,
    }
}

fn more() -> Pager {
    Pager { first_href: None, next_href: Some("?after=c1".into()), says: "50 of 128".into() }
}

fn good(text: &str) -> Flash {
    Flash { entry_href: Some("/ledger/ent_8412".into()), ..Flash::new(Tone::Good, text) }
}

fn presenting() -> Presenting {
    Presenting { client_id: "cli_1".into(), client_name: "Northwind Holdings".into() }
}
