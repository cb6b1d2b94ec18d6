//! Matters, records, teams, activity.

use strongroom_web::layout::{Role, Section, Theme, Tone};
use strongroom_web::view::activity::{ActivityOf, EntryTable, MatterActivity};
use strongroom_web::view::field::{Field, Input};
use strongroom_web::view::matters::{MatterHead, MatterNew, MatterRow, MatterTab, Matters};
use strongroom_web::view::parts::{Chip, Icon, Labels, Level, Pager, State, Trail};
use strongroom_web::view::records::{Drawer, MatterRecords, Preview, Record, RecordForms};
use strongroom_web::view::team::{MatterForms, MatterTeam, SeatForms, SeatNew, SeatRow, WallLine, WhoRow};

use super::ledger::lines;
use super::record::{add, drawer, record, record_rows, records};
use super::{Pages, choose, csrf, good, labels, matter_shell, more, page, presenting, shell, when};

const LONG: &str = "Restructuring of the Pan-European receivables securitisation programme";

pub(super) fn head(tab: MatterTab) -> MatterHead {
    MatterHead {
        id: "mat_1".into(),
        name: "Share purchase dispute".into(),
        reference: "NW-2026-014".into(),
        client_id: "cli_1".into(),
        client_name: "Northwind Holdings".into(),
        led_by: Some("E. Marsh".into()),
        state: State::Open,
        labels: labels(Level::Confidential, &["Privileged"]),
        wall: Some("Wall: 3 people barred".into()),
        people: Some("7 people can open this matter.".into()),
        tab,
        shows_records: true,
        shows_activity: true,
    }
}

fn matter_rows() -> Vec<MatterRow> {
    let rows = [
        (
            "Share purchase dispute",
            "NW-2026-014",
            "Northwind Holdings",
            Some("E. Marsh"),
            Some("You lead"),
            "today 14:05",
        ),
        (
            LONG,
            "AG-2025-101",
            "Aurelian Gas & Infrastructure Partners (Luxembourg) S.à r.l.",
            Some("H. Vandenberghe-Castellanos"),
            Some("Member"),
            "today 09:12",
        ),
        (
            "Employment tribunal: Reyes",
            "CAL-2026-003",
            "Calder Foods",
            Some("D. Okafor"),
            Some("Reader until 3 Dec"),
            "yesterday",
        ),
        ("Trade mark oppositions 2026", "TM-88", "Kestrel Outdoor", None, None, "19 Nov"),
        (
            "Will and estate planning",
            "PRIV-12",
            "Dame Ottilie Brandt",
            Some("E. Marsh"),
            Some("You lead"),
            "3 Nov",
        ),
        (
            "Office lease, 40 Finsbury Circus",
            "FIN-40",
            "Haldane & Sons",
            Some("P. Lyle"),
            Some("Member"),
            "28 Oct",
        ),
    ];
    rows.into_iter()
        .enumerate()
        .map(|(i, (name, reference, client, lead, seat, last))| MatterRow {
            id: format!("mat_{i}"),
            name: name.into(),
            reference: reference.into(),
            client_id: format!("cli_{i}"),
            client_name: client.into(),
            led_by: lead.map(Into::into),
            my_seat: seat.map(Into::into),
            state: if i == 5 { State::Closed } else { State::Open },
            changed: Some(when(last)),
        })
        .collect()
}

fn seat(i: usize, name: &str, role: &str, seat: &str, until: Option<&str>, note: Option<Chip>) -> SeatRow {
    SeatRow {
        person_id: format!("stf_{i}"),
        name: name.into(),
        role_name: role.into(),
        seat: seat.into(),
        from: when("3 January 2026"),
        until: until.map(when),
        note,
        ended: false,
        change: Some(SeatForms {
            seat: choose("seat", "Seat", &["Lead", "Member", "Reader"]).id(format!("f-seat-{i}")),
            until: Field::new(Input::Date, "until", "Until").optional().id(format!("f-until-{i}")),
            cannot_end: (i == 0)
                .then(|| "The last lead of a matter stays. Give someone else the lead first.".to_owned()),
            open: i == 1,
        }),
    }
}

fn team() -> MatterTeam {
    let because = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
    MatterTeam {
        shell: matter_shell("Team of Share purchase dispute"),
        csrf: csrf(),
        head: head(MatterTab::Team),
        seats: vec![
            seat(0, "Eleanor Marsh", "Partner", "Lead", None, None),
            seat(1, "Daniel Okafor", "Associate", "Member", None, None),
            seat(
                2,
                "Hélène Vandenberghe-Castellanos",
                "Paralegal",
                "Reader",
                Some("27 November"),
                Some(Chip::toned(Tone::Warn, Icon::Clock, "Ends in 6 days")),
            ),
        ],
        past: vec![SeatRow {
            change: None,
            ended: true,
            ..seat(3, "Piers Lyle", "Partner", "Member", Some("1 October"), None)
        }],
        add: Some(SeatNew {
            open: false,
            person: choose("person", "Person", &["Amara Castellanos", "Jonas Weir"]),
            seat: choose("seat", "Seat", &["Member", "Reader", "Lead"]),
            until: Field::new(Input::Date, "until", "Until").optional().hint("Empty: no end."),
            error: None,
        }),
        walls: Some(vec![WallLine {
            href: "/walls/wal_1".into(),
            name: "Northwind and Calder".into(),
            kind: Chip::toned(Tone::Note, Icon::Wall, "Bars"),
            says: "Bars 3 people and the group Lending.".into(),
            since: when("12 Oct"),
        }]),
        who: vec![
            WhoRow {
                name: "Eleanor Marsh".into(),
                can: true,
                seat: None,
                because: because(&["Leads the matter since 3 January 2026."]),
            },
            WhoRow {
                name: "Daniel Okafor".into(),
                can: true,
                seat: None,
                because: because(&["Member since 3 January 2026, given the seat by Eleanor Marsh."]),
            },
            WhoRow {
                name: "Tomás Reyes".into(),
                can: false,
                seat: None,
                because: because(&[
                    "The wall Northwind and Calder bars Tomás Reyes. A wall beats every seat and every role.",
                ]),
            },
        ],
        knows_walls: true,
        matter: Some(MatterForms {
            rename: true,
            turn: true,
            open: false,
            etag: "7".into(),
            name: Field::text("name", "Name").value("Share purchase dispute"),
            reference: Field::text("reference", "Reference").value("NW-2026-014"),
            is_open: true,
            reason: Field::reason("Why it closes"),
        }),
        error: None,
    }
}

fn activity(of: ActivityOf) -> MatterActivity {
    MatterActivity {
        shell: matter_shell("Activity"),
        of,
        show: choose("show", "Show", &["Everything", "Refusals only", "Changes only"]),
        action: "/matters/mat_1/activity".into(),
        entries: EntryTable { lines: lines(), caption: "Activity of this matter".into() },
        pager: more(),
        complete: Some((true, "Complete to Friday 20 November, checked against the daily count.".into())),
    }
}

pub(super) fn pages() -> Result<Pages, askama::Error> {
    let mut pages = Pages::new();
    let matters = |rows: Vec<MatterRow>, showing: &str| Matters {
        shell: shell("Matters", Role::Partner, Section::Matters),
        rows,
        pager: Pager::default(),
        showing: showing.into(),
        may_create: true,
        says: "31 that you may see, 25 open.".into(),
    };
    page(&mut pages, "matters", matters(matter_rows(), "all"))?;
    page(&mut pages, "matters_empty", matters(Vec::new(), "open"))?;
    page(
        &mut pages,
        "matter_new",
        MatterNew {
            shell: shell("New matter", Role::RecordsManager, Section::Matters),
            csrf: csrf(),
            client: choose("client", "Client", &["Northwind Holdings", "Calder Foods"]),
            name: Field::text("name", "Name").value(LONG).hint("As people will say it."),
            reference: Field::text("reference", "Reference")
                .value("NW-2026-014")
                .error("Another matter of this client has this reference."),
            lead: Some(
                choose("lead", "Lead", &["Eleanor Marsh", "Piers Lyle"]).hint("A partner or an associate."),
            ),
            error: None,
        },
    )?;
    page(&mut pages, "matter_records", records())?;
    page(
        &mut pages,
        "matter_records_drawer",
        MatterRecords {
            rows: record_rows(Some(0)),
            drawer: Some(drawer()),
            shell: {
                let mut s = matter_shell("Share purchase dispute");
                s.flash = Some(good("Complaint as filed has a new version."));
                s
            },
            ..records()
        },
    )?;
    page(&mut pages, "matter_records_add", MatterRecords { add: Some(add(true)), ..records() })?;
    page(
        &mut pages,
        "matter_records_empty",
        MatterRecords {
            rows: Vec::new(),
            folders: Vec::new(),
            pager: Pager::default(),
            says: "No records".into(),
            export: None,
            head: MatterHead {
                name: LONG.into(),
                client_name: "Aurelian Gas & Infrastructure Partners (Luxembourg) S.à r.l.".into(),
                wall: None,
                ..head(MatterTab::Records)
            },
            ..records()
        },
    )?;
    page(
        &mut pages,
        "matter_records_closed",
        MatterRecords {
            add: None,
            export: None,
            read_only: Some("This matter is closed: its records can be read, not changed.".into()),
            head: MatterHead { state: State::Closed, ..head(MatterTab::Records) },
            drawer: Some(Drawer {
                preview: Preview::None {
                    says: "This kind of file has no preview. Download it to open it.".into(),
                },
                trail: Trail { lines: Vec::new() },
                may_add: false,
                ..drawer()
            }),
            shell: {
                let mut s = matter_shell("Share purchase dispute");
                s.presenting = Some(presenting());
                s.theme = Theme::Dark;
                s
            },
            ..records()
        },
    )?;
    page(&mut pages, "record", record())?;
    page(
        &mut pages,
        "record_waiting",
        Record {
            preview: Preview::Waiting,
            may_download: false,
            labels: Labels { level: None, marks: Vec::new() },
            forms: RecordForms {
                etag: "3".into(),
                title: None,
                folder: None,
                raise: None,
                lower: None,
                add_version: false,
            },
            ..record()
        },
    )?;
    page(&mut pages, "matter_team", team())?;
    page(&mut pages, "matter_activity", activity(ActivityOf::Matter(Box::new(head(MatterTab::Activity)))))?;
    page(
        &mut pages,
        "record_activity",
        activity(ActivityOf::Record {
            id: "rec_0".into(),
            title: "Complaint as filed".into(),
            matter_id: "mat_1".into(),
            matter_name: "Share purchase dispute".into(),
        }),
    )?;
    Ok(pages)
}
