//! Staff, approvals, groups, health.

use strongroom_web::layout::{Crumb, Role, Section, Tone};
use strongroom_web::view::admin::{
    ApprovalRow, Approvals, Check, Decide, DecidedLine, GroupOpen, GroupRow, Groups, Health, InviteForm,
    InviteLink, PersonForms, PersonPage, Staff, StaffRow,
};
use strongroom_web::view::field::{Choice, Field, Input};
use strongroom_web::view::parts::{Chip, Icon, Pager};

use super::{Pages, boxes, choose, csrf, page, person, shell, when};

fn roles() -> Field {
    let choices = Role::ALL.iter().map(|r| Choice::new(r.word(), r.label())).collect();
    Field::new(Input::Select, "role", "Role").choices(choices)
}

fn state(text: &str) -> Chip {
    match text {
        "Active" => Chip::toned(Tone::Good, Icon::None, text),
        "Invited" => Chip::toned(Tone::Warn, Icon::None, text),
        _ => Chip::plain(text),
    }
}

fn link() -> InviteLink {
    InviteLink {
        person_name: "Jonas Weir".into(),
        link: "https://strongroom.marshlyle.example/enrol/9fK2mXv9TB4hLwYc3nRz8sJfPd5gAe6u".into(),
        until: when("Monday 17:00"),
    }
}

fn approval(id: &str, says: &str, decide: Decide) -> ApprovalRow {
    ApprovalRow {
        id: id.into(),
        says: says.into(),
        asked_by: "Ines Halloran".into(),
        when: when("today 10:30"),
        reason: "He qualifies on 1 December and takes over the employment matters.".into(),
        facts: vec![("Role now".into(), "Paralegal".into()), ("Seats".into(), "4, none as lead".into())],
        decide,
        note: Field::new(Input::Area, "note", "A word to it").optional().id(format!("f-note-{id}")),
    }
}

pub(super) fn pages() -> Result<Pages, askama::Error> {
    let mut pages = Pages::new();
    let row = |name: &str, email: &str, role: Role, s: &str| StaffRow {
        id: "stf_1".into(),
        name: name.into(),
        email: email.into(),
        role_name: role.label().into(),
        state: state(s),
        groups: vec!["London".into(), "Disputes".into()],
        since: when("1 September 2022"),
        last_seen: (s != "Invited").then(|| when("21 Nov")),
    };
    page(
        &mut pages,
        "staff",
        Staff {
            shell: shell("Staff", Role::Administrator, Section::Staff),
            csrf: csrf(),
            says: "24 people: 22 active, 1 invited, 1 suspended.".into(),
            rows: vec![
                row("Eleanor Marsh", "e.marsh@marshlyle.example", Role::Partner, "Active"),
                row(
                    "Hélène Vandenberghe-Castellanos",
                    "helene.vandenberghe-castellanos@marshlyle.example",
                    Role::Paralegal,
                    "Active",
                ),
                row("Jonas Weir", "j.weir@marshlyle.example", Role::Associate, "Invited"),
                row("Piers Lyle", "p.lyle@marshlyle.example", Role::Partner, "Suspended"),
            ],
            shows_seen: true,
            pager: Pager::default(),
            invite: Some(InviteForm {
                open: true,
                name: Field::text("name", "Name"),
                email: Field::new(Input::Email, "email", "Email")
                    .value("j.weir")
                    .error("That is not an e-mail address."),
                role: roles(),
                error: None,
            }),
            invited: Some(link()),
        },
    )?;
    page(
        &mut pages,
        "person",
        PersonPage {
            shell: {
                let mut s = shell("Daniel Okafor", Role::Administrator, Section::Staff);
                s.crumbs = vec![Crumb::link("Staff", "/staff"), Crumb::here("Daniel Okafor")];
                s
            },
            csrf: csrf(),
            id: "stf_2".into(),
            name: "Daniel Okafor".into(),
            email: "d.okafor@marshlyle.example".into(),
            role_name: "Associate".into(),
            state: state("Active"),
            groups: vec!["London".into()],
            since: when("1 September 2022"),
            last_seen: Some(when("21 Nov")),
            sign_in: "2 sessions, 1 token, authenticator set up".into(),
            waiting: vec!["A change to Partner waits for a second person since today 10:30.".into()],
            invited: None,
            forms: PersonForms {
                etag: "4".into(),
                role: Some(roles()),
                role_reason: Some(Field::reason("Why").id("f-role-reason")),
                groups: Some(boxes("groups", "Groups", &["London", "Leeds", "Lending", "Disputes"])),
                suspend: Some(Field::reason("Why").id("f-suspend-reason").error("Say why.")),
                restore: None,
                reset: Some(Field::reason("Why").id("f-reset-reason")),
                invite_again: false,
                ask_again: None,
            },
            error: None,
        },
    )?;
    page(
        &mut pages,
        "approvals",
        Approvals {
            shell: shell("Approvals", Role::Partner, Section::Approvals),
            csrf: csrf(),
            rows: vec![
                approval("a1", "Give Daniel Okafor the role Partner", Decide::May),
                approval(
                    "a2",
                    "Reset how Jonas Weir signs in",
                    Decide::No { says: "An administrator cannot be the second person.".into() },
                ),
                approval("a3", "Give Amara Castellanos the role Associate", Decide::Asked),
            ],
            decided: vec![DecidedLine {
                says: "Margarethe Quist approved: Hélène Vandenberghe-Castellanos becomes Paralegal".into(),
                approved: true,
                when: when("3 Nov"),
                href: "/ledger/ent_1".into(),
            }],
        },
    )?;
    page(
        &mut pages,
        "approvals_empty",
        Approvals {
            shell: shell("Approvals", Role::Administrator, Section::Approvals),
            csrf: csrf(),
            rows: Vec::new(),
            decided: Vec::new(),
        },
    )?;
    let group = |id: &str, name: &str, members: &str| GroupRow {
        id: id.into(),
        name: name.into(),
        members: members.into(),
        note: None,
    };
    page(
        &mut pages,
        "groups",
        Groups {
            shell: shell("Groups", Role::Administrator, Section::Groups),
            csrf: csrf(),
            rows: vec![
                group("grp_1", "Lending", "6"),
                group("grp_2", "London", "15"),
                group("grp_3", "Secondees from Aurelian Gas & Infrastructure Partners", "2"),
            ],
            new_group: Some(Field::text("name", "Name").id("f-new-group")),
            open: Some(GroupOpen {
                id: "grp_1".into(),
                name: "Lending".into(),
                etag: "1".into(),
                members: vec![
                    ("stf_1".into(), person("Tomás Reyes")),
                    ("stf_2".into(), person("Amara Castellanos")),
                ],
                add: Some(choose("person", "Add a person", &["Jonas Weir", "Daniel Okafor"])),
                rename: Some(Field::text("name", "Name").value("Lending").id("f-rename")),
            }),
            error: None,
        },
    )?;
    let ok = |t: &str| Chip::toned(Tone::Good, Icon::Check, t);
    let check = |name: &str, chip: Chip, says: &str, facts: &[(&str, &str)]| Check {
        name: name.into(),
        chip,
        says: says.into(),
        facts: facts.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect(),
    };
    page(
        &mut pages,
        "health",
        Health {
            shell: shell("System health", Role::Administrator, Section::Health),
            csrf: csrf(),
            says: "One keyring replica was last read back two days ago.".into(),
            well: false,
            as_of: when("today 14:05:09"),
            checks: vec![
                check(
                    "Seal",
                    ok("Unsealed"),
                    "Unsealed today 06:20 by shares, 3 of 5.",
                    &[("Generation", "14")],
                ),
                check(
                    "Keyring replicas",
                    Chip::toned(Tone::Warn, Icon::Clock, "1 late"),
                    "Destruction waits until all have been read back. Reading does not.",
                    &[("/srv/keyring-a", "today 14:00"), ("backup-host:/keyring", "19 November")],
                ),
                check(
                    "Database",
                    ok("Well"),
                    "SQLite, written through to the disk.",
                    &[("Size", "212 MB"), ("Last check", "today 03:00, no fault")],
                ),
                check("Blobs", ok("Well"), "412 blobs, none missing, none unreferenced.", &[]),
                check(
                    "Ledger",
                    ok("0.4 s behind"),
                    "128,402 entries, 2 of 2 witnesses.",
                    &[("Last checkpoint", "today 14:05:08")],
                ),
            ],
            disk: Some((65, "312 of 480 GB used. About 14 months left at this pace.".into())),
            not_claimed: vec![
                "Whoever controls the running machine can read its memory or replace the program.".into(),
                "With a key file, whoever has the disks and the file can open them.".into(),
                "A record that someone may download has left our hands once it is downloaded.".into(),
            ],
            seal_reason: Some(Field::reason("Why it is sealed")),
        },
    )?;
    Ok(pages)
}
