//! Matters, records, teams, activity.

use strongroom_web::layout::{Role, Section, Theme, Tone};
use strongroom_web::view::activity::{ActivityOf, EntryTable, MatterActivity};
use strongroom_web::view::field::{Field, Input};
use strongroom_web::view::matters::{MatterHead, MatterNew, MatterRow, MatterTab, Matters};
use strongroom_web::view::parts::{Chip, Icon, Labels, Level, Pager, State, Trail};
use strongroom_web::view::records::{
    AddRecords, Drawer, FolderLink, LabelForm, MatterRecords, Preview, Record, RecordForms, RecordRow,
    VersionRow,
};
use strongroom_web::view::team::{MatterForms, MatterTeam, SeatForms, SeatNew, SeatRow, WallLine, WhoRow};

use super::ledger::lines;
use super::{
    Pages, choose, csrf, good, kind, labels, levels, marks, matter_shell, more, page, presenting, shell,
    trail, when, why,
};

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
            labels: match i {
                1 => labels(Level::HighlyConfidential, &["Privileged"]),
                4 => labels(Level::Confidential, &["Privileged"]),
                _ => labels(Level::Internal, &[]),
            },
            last_activity: Some(when(last)),
        })
        .collect()
}

fn record_rows(selected: Option<usize>) -> Vec<RecordRow> {
    use Level::{Confidential as C, HighlyConfidential as H, Internal as I};
    let rows: [(&str, &str, &str, Level, bool, &str, u64, &str); 9] = [
        ("PDF", "Complaint as filed", "Pleadings", C, false, "412 KB", 412_000, "today 14:05"),
        ("DOCX", "Settlement position, draft 4", "Strategy", H, true, "88 KB", 88_000, "today 11:32"),
        ("EML", "Re: witness availability", "Correspondence", C, true, "1.2 MB", 1_200_000, "yesterday"),
        (
            "PDF",
            "Expert report on valuation of the forty per cent holding in the Company, with annexes A to K",
            "Evidence / Experts",
            C,
            false,
            "6.8 MB",
            6_800_000,
            "19 Nov",
        ),
        ("TIFF", "Board minutes 1998, scan", "Evidence", H, false, "14.1 MB", 14_100_000, "18 Nov"),
        ("XLSX", "Loss schedule", "Evidence", C, false, "240 KB", 240_000, "17 Nov"),
        (
            "PDF",
            "Deposition_transcript_vol_2_final_FINAL_signed_2026-11-03_redacted_v7.pdf",
            "Evidence",
            C,
            false,
            "2.2 MB",
            2_200_000,
            "17 Nov",
        ),
        ("PNG", "Photograph of the data room index", "Evidence", I, false, "3.4 MB", 3_400_000, "11 Nov"),
        ("PDF", "Engagement letter, signed", "Client", I, false, "156 KB", 156_000, "3 Nov"),
    ];
    rows.into_iter()
        .enumerate()
        .map(|(i, (kind_word, title, folder, level, privileged, size, bytes, changed))| RecordRow {
            id: format!("rec_{i}"),
            select_href: format!("/matters/mat_1?record=rec_{i}"),
            selected: selected == Some(i),
            title: title.into(),
            kind: kind(kind_word),
            folder: Some(folder.into()),
            labels: labels(level, if privileged { &["Privileged"] } else { &[] }),
            size: size.into(),
            bytes,
            changed: when(changed),
        })
        .collect()
}

fn folders() -> Vec<FolderLink> {
    [
        ("All records", 0, 128, true),
        ("Client", 0, 4, false),
        ("Correspondence", 0, 61, false),
        ("Evidence", 0, 38, false),
        ("Experts", 1, 6, false),
        ("Pleadings", 0, 9, false),
        ("Strategy", 0, 10, false),
    ]
    .into_iter()
    .map(|(name, depth, count, current)| FolderLink {
        name: name.into(),
        href: format!("/matters/mat_1?folder={name}"),
        depth,
        count,
        current,
    })
    .collect()
}

fn add(open: bool) -> AddRecords {
    AddRecords {
        open,
        folder: Field::text("folder", "Folder")
            .optional()
            .hint("A path such as Evidence / Experts. New ones are made.")
            .list("folder-list"),
        known_folders: vec!["Evidence".into(), "Evidence / Experts".into()],
        level: levels(Level::Confidential),
        marks: marks(),
        error: open.then(|| "Choose at least one file.".to_owned()),
        new_folder: Field::text("name", "Name of the folder").id("f-new-folder"),
        limit: "Up to 2 GB each.".into(),
    }
}

fn drawer() -> Drawer {
    Drawer {
        id: "rec_0".into(),
        title: "Complaint as filed".into(),
        filename: "2026-11-02 Complaint (sealed copy).pdf".into(),
        kind: kind("PDF"),
        version_says: "Version 2 of 2, added by D. Okafor".into(),
        version: 2,
        changed: when("today 14:05"),
        folder: Some("Pleadings".into()),
        size: "412 KB".into(),
        fingerprint: "9f2c 41aa … 77d0".into(),
        labels: labels(Level::Confidential, &[]),
        preview: Preview::Frame { src: "/preview-sample.html".into() },
        trail: trail(),
        why: why(),
        may_download: true,
        may_add: true,
    }
}

fn records() -> MatterRecords {
    MatterRecords {
        shell: matter_shell("Share purchase dispute"),
        csrf: csrf(),
        head: head(MatterTab::Records),
        folders: folders(),
        folder: None,
        says: "128 records, 214 MB".into(),
        rows: record_rows(None),
        pager: more(),
        add: Some(add(false)),
        read_only: None,
        export: Some(Field::reason("Why it is exported").id("f-export-reason")),
        drawer: None,
    }
}

fn record() -> Record {
    let reason = || Some(Field::reason("Why the label is lowered").id("f-lower-reason"));
    Record {
        shell: matter_shell("Complaint as filed"),
        csrf: csrf(),
        id: "rec_0".into(),
        title: "Complaint as filed".into(),
        filename: "2026-11-02 Complaint (sealed copy).pdf".into(),
        kind: kind("PDF"),
        matter_id: "mat_1".into(),
        matter_name: "Share purchase dispute".into(),
        client_name: "Northwind Holdings".into(),
        folder: Some("Pleadings".into()),
        size: "412 KB".into(),
        created: when("2 November 2026"),
        labels: labels(Level::Confidential, &["Privileged"]),
        version: 2,
        versions: vec![
            VersionRow {
                number: 2,
                current: true,
                filename: "2026-11-02 Complaint (sealed copy).pdf".into(),
                size: "412 KB".into(),
                added_by: "D. Okafor".into(),
                when: when("today 14:05"),
                fingerprint: "9f2c 41aa … 77d0".into(),
            },
            VersionRow {
                number: 1,
                current: false,
                filename: "Complaint.pdf".into(),
                size: "398 KB".into(),
                added_by: "E. Marsh".into(),
                when: when("2 Nov"),
                fingerprint: "03bd e771 … 1c9e".into(),
            },
        ],
        fingerprint: "9f2c 41aa 8be0 55d1 … 77d0".into(),
        preview: Preview::Frame { src: "/preview-sample.html".into() },
        may_download: true,
        forms: RecordForms {
            etag: "3".into(),
            title: Some(Field::text("title", "Title").value("Complaint as filed")),
            folder: Some(Field::text("folder", "Folder").value("Pleadings")),
            raise: Some(LabelForm {
                open: false,
                level: levels(Level::HighlyConfidential).id("f-raise-level"),
                marks: Some(marks().id("f-raise-marks")),
                reason: None,
            }),
            lower: Some(LabelForm {
                open: true,
                level: levels(Level::Internal).id("f-lower-level"),
                marks: Some(marks().id("f-lower-marks")),
                reason: reason(),
            }),
            add_version: true,
        },
        trail: trail(),
        activity_href: "/records/rec_0/activity".into(),
        why: why(),
        error: None,
    }
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
            reason: Field::reason("Why it ends").id(format!("f-end-{i}")),
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
            from: Field::new(Input::Date, "from", "From").optional().hint("Empty: now."),
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
                because: because(&["Leads the matter since 3 January 2026."]),
            },
            WhoRow {
                name: "Daniel Okafor".into(),
                can: true,
                because: because(&["Member since 3 January 2026, given the seat by Eleanor Marsh."]),
            },
            WhoRow {
                name: "Tomás Reyes".into(),
                can: false,
                because: because(&[
                    "The wall Northwind and Calder bars Tomás Reyes. A wall beats every seat and every role.",
                ]),
            },
        ],
        matter: Some(MatterForms {
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
        complete: Some("Complete to Friday 20 November, checked against the daily count.".into()),
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
            level: levels(Level::Confidential)
                .hint("What its records are labelled unless someone says otherwise."),
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
