//! Policies in force, a candidate that goes too far, a proposal to decide.

use strongroom_web::layout::{Crumb, Role, Section, Shell, Tone};
use strongroom_web::view::field::Field;
use strongroom_web::view::parts::{Chip, Icon};
use strongroom_web::view::policies::{
    Act, BreachLine, CandidateLine, Changes, FileRules, Policies, PolicyLook, PracticeLine, ProposalLine,
    RuleDifference, RuleLine, TextLine,
};

use super::{Pages, csrf, page, shell, when};

const DIGEST: &str = "5e9b1c7f0a44d2b8c6e3f1907d5a2b4c8e6f0a1b3c5d7e9f1a3b5c7d9e0f2a4b";

fn look(role: Role, heading: &str) -> Shell {
    let mut shell = shell(heading, role, Section::Policies);
    shell.crumbs = vec![Crumb::link("Policies", "/policies"), Crumb::here(heading)];
    shell
}

fn text(lines: &[(&str, bool)]) -> Vec<TextLine> {
    lines.iter().map(|(text, differs)| TextLine { text: (*text).into(), differs: *differs }).collect()
}

fn changes() -> Changes {
    Changes {
        opens: vec![PracticeLine {
            who: "A partner without a seat".into(),
            acts: vec!["reading a record".into(), "previewing a record".into()],
        }],
        closes: vec![PracticeLine {
            who: "A partner, an associate or a paralegal with a reader's seat, in a closed matter".into(),
            acts: vec!["downloading a record".into()],
        }],
        more: 3,
        past: false,
        rules: vec![RuleDifference {
            id: "only-the-team-opens".into(),
            file: "30-records.cedar".into(),
            chip: Chip::toned(Tone::Note, Icon::None, "Changed"),
            said: Some("Only the team of this matter can open it. Ask the lead.".into()),
            says: Some("Only the team of this matter or a partner can open it. Ask the lead.".into()),
            before: text(&[
                ("forbid (principal is Person, action in Action::\"opening\", resource)", false),
                ("unless { context.seat != \"none\" };", true),
            ]),
            after: text(&[
                ("forbid (principal is Person, action in Action::\"opening\", resource)", false),
                ("unless { context.seat != \"none\" || principal.role == \"partner\" };", true),
            ]),
        }],
    }
}

pub(super) fn pages() -> Result<Pages, askama::Error> {
    let mut pages = Pages::new();
    let line = |says: &str, approved| ProposalLine {
        says: says.into(),
        href: "/policies/proposals/pro_1".into(),
        when: when("3 Nov"),
        approved,
    };
    page(
        &mut pages,
        "policies",
        Policies {
            shell: shell("Policies", Role::Administrator, Section::Policies),
            digest: DIGEST.into(),
            waiting: Some(line("Proposed by Ines Halloran", false)),
            candidates: vec![
                CandidateLine {
                    name: "The texts of this release".into(),
                    says: "2 rules are not the same.".into(),
                    chip: Chip::toned(Tone::Note, Icon::None, "Others"),
                    href: Some("/policies/candidates/release".into()),
                },
                CandidateLine {
                    name: "The texts in the firm's policy folder".into(),
                    says: "30-records.cedar, rule team-opens: it has no @says".into(),
                    chip: Chip::toned(Tone::Wax, Icon::No, "Cannot be used"),
                    href: None,
                },
            ],
            files: vec![FileRules {
                title: "Walls".into(),
                name: "30-records.cedar".into(),
                count: "1 rule".into(),
                rules: vec![RuleLine {
                    id: "only-the-team-opens".into(),
                    says: "Only the team of this matter can open it. Ask the lead.".into(),
                    forbids: true,
                    text: "forbid (principal is Person, action in Action::\"opening\", resource)\nunless { context.seat != \"none\" };".into(),
                }],
            }],
            decided: vec![line("Proposed by Ines Halloran: approved by Margarethe Quist", true)],
        },
    )?;
    page(
        &mut pages,
        "policy_look",
        PolicyLook {
            shell: look(Role::ComplianceOfficer, "Proposed policies"),
            csrf: csrf(),
            heading: "Proposed policies".into(),
            chip: Chip::toned(Tone::Warn, Icon::Clock, "Waits for a second person"),
            facts: vec![
                ("Proposed by".into(), "Ines Halloran".into()),
                ("Reason".into(), "Agreed by the partners on Monday".into()),
                ("Digest".into(), DIGEST.into()),
            ],
            breaches: Vec::new(),
            changes: Some(changes()),
            action: "/policies/proposals/pro_1".into(),
            act: Act::Decide,
            reason: None,
            error: None,
        },
    )?;
    page(
        &mut pages,
        "policy_look_too_far",
        PolicyLook {
            shell: look(Role::Administrator, "The texts in the firm's policy folder"),
            csrf: csrf(),
            heading: "The texts in the firm's policy folder".into(),
            chip: Chip::plain("Not proposed"),
            facts: vec![("Digest".into(), DIGEST.into())],
            breaches: vec![BreachLine {
                bound: "An administrator learns nothing of clients, matters, records and walls, and changes nothing about them.".into(),
                says: "An administrator without a seat: reading a record would be allowed.".into(),
                rules: "administrators-read".into(),
            }],
            changes: Some(changes()),
            action: "/policies/candidates/folder".into(),
            act: Act::Look { says: "Change the texts, then look again.".into() },
            reason: None,
            error: None,
        },
    )?;
    page(
        &mut pages,
        "policy_look_propose",
        PolicyLook {
            shell: look(Role::Administrator, "The texts of this release"),
            csrf: csrf(),
            heading: "The texts of this release".into(),
            chip: Chip::plain("Not proposed"),
            facts: vec![("Digest".into(), DIGEST.into())],
            breaches: Vec::new(),
            changes: Some(changes()),
            action: "/policies/candidates/release".into(),
            act: Act::Propose { digest: DIGEST.into() },
            reason: Some(Field::reason("Why, for the person who decides")),
            error: None,
        },
    )?;
    Ok(pages)
}
