//! Today for each role, clients, a person's own sign-in.

use strongroom_web::layout::{Crumb, Role, Section, Shell, Theme, Tone};
use strongroom_web::view::account::{MadeToken, PasswordForm, SessionRow, Sessions, TokenNew, TokenRow};
use strongroom_web::view::chart::{Bar, Chart};
use strongroom_web::view::clients::{Client, ClientForm, ClientMatter, ClientNew, ClientRow, Clients};
use strongroom_web::view::field::{Field, Input};
use strongroom_web::view::parts::{Chip, Icon, Pager, State};
use strongroom_web::view::today::{
    AddedRecord, Disk, EndingSeat, LastCheckpoint, Line, MyMatter, NewSignIn, Refusal, StoppedUpload, Today,
};

use super::{Pages, boxes, choose, csrf, kind, page, shell, when};

fn today(shell: Shell, greeting: &str) -> Today {
    Today {
        more_refusals: 0,
        shell,
        csrf: csrf(),
        greeting: greeting.into(),
        date: "Saturday 21 November".into(),
        last_came: Some("You last came on Thursday at 17:40.".into()),
        sign_ins: Vec::new(),
        approvals: 0,
        uploads: Vec::new(),
        ending: Vec::new(),
        refusals: Vec::new(),
        matters: Vec::new(),
        added: Vec::new(),
        walls_without_review: Vec::new(),
        refusal_chart: None,
        seal: None,
        replicas: Vec::new(),
        disk: None,
        not_enrolled: Vec::new(),
        leaderless: Vec::new(),
        opened: Vec::new(),
        closed: Vec::new(),
        ledger: Vec::new(),
        checkpoint: None,
    }
}

fn line(title: &str, says: &str, chip: Option<Chip>) -> Line {
    Line { title: title.into(), href: Some("/x".into()), says: says.into(), chip }
}

fn partner_today() -> Today {
    let my = |name: &str, client: &str, seat: &str, last: &str, added| MyMatter {
        id: "mat_1".into(),
        name: name.into(),
        client_name: client.into(),
        seat: seat.into(),
        last: Some(when(last)),
        added,
    };
    let added = |word: &str, title: &str, matter: &str, by: &str, at: &str| AddedRecord {
        href: "/records/rec_1".into(),
        title: title.into(),
        kind: kind(word),
        matter_name: matter.into(),
        by: by.into(),
        when: when(at),
    };
    Today {
        sign_ins: vec![NewSignIn {
            id: "ses_1".into(),
            device: "Safari on iPhone".into(),
            network: "Not the office: 203.0.113.7".into(),
            when: when("today 07:52"),
        }],
        approvals: 2,
        uploads: vec![StoppedUpload {
            id: "upl_1".into(),
            filename: "Deposition transcript vol 2.pdf".into(),
            matter_id: "mat_1".into(),
            matter_name: "Share purchase dispute".into(),
            says: "38 of 120 MB arrived".into(),
            percent: 32,
            when: when("yesterday"),
        }],
        ending: vec![EndingSeat {
            matter_id: "mat_2".into(),
            matter_name: "Employment tribunal: Reyes".into(),
            seat: "Reader".into(),
            until: when("27 November"),
            left: "in 6 days".into(),
        }],
        refusals: vec![Refusal {
            says: "T. Reyes asked to read Settlement position, draft 4".into(),
            matter_name: "Share purchase dispute".into(),
            matter_href: None,
            times: "barred by a wall".into(),
            when: when("09:41"),
            href: "/ledger/ent_1".into(),
        }],
        matters: vec![
            my("Share purchase dispute", "Northwind Holdings", "You lead", "today 14:05", 12),
            my(
                "Restructuring of the Pan-European receivables securitisation programme",
                "Aurelian Gas & Infrastructure Partners (Luxembourg) S.à r.l.",
                "Member",
                "today 09:12",
                0,
            ),
            my("Will and estate planning", "Dame Ottilie Brandt", "You lead", "3 Nov", 1),
        ],
        added: vec![
            added(
                "PDF",
                "Expert report on valuation of the forty per cent holding",
                "Share purchase dispute",
                "D. Okafor",
                "today 11:20",
            ),
            added("EML", "Re: witness availability", "Share purchase dispute", "D. Okafor", "yesterday"),
        ],
        ..today(shell("Today", Role::Partner, Section::Today), "Good afternoon, Eleanor")
    }
}

fn chart() -> Chart {
    let bars = (1..=30_u32).map(|d| Bar { label: format!("{d} Nov"), value: d * d * 7 % 13 % 9 }).collect();
    Chart { title: "A few refusals on most days, no rise in 30 days".into(), unit: "refusals".into(), bars }
}

fn todays(pages: &mut Pages) -> Result<(), askama::Error> {
    page(pages, "today", partner_today())?;
    page(pages, "today_calm", today(shell("Today", Role::Paralegal, Section::Today), "Good morning, Jonas"))?;
    let ok = |text: &str| Some(Chip::toned(Tone::Good, Icon::Check, text));
    let warn = |text: &str| Some(Chip::toned(Tone::Warn, Icon::Clock, text));
    page(
        pages,
        "today_administrator",
        Today {
            seal: Some(Line {
                href: None,
                ..line("Unsealed", "By shares, 3 of 5, today 06:20", ok("Unsealed"))
            }),
            replicas: vec![
                line("/srv/keyring-a", "Read back today 14:00", ok("Current")),
                line("backup-host:/keyring", "Read back 19 November", warn("2 days ago")),
            ],
            disk: Some(Disk {
                says: "312 of 480 GB used. About 14 months left at this pace.".into(),
                percent: 65,
            }),
            not_enrolled: vec![line(
                "Jonas Weir",
                "Invited 17 November, the link ends Monday",
                warn("Waiting"),
            )],
            ..today(shell("Today", Role::Administrator, Section::Today), "Good morning, Ines")
        },
    )?;
    page(
        pages,
        "today_compliance",
        Today {
            walls_without_review: vec![line(
                "Project Kingfisher insiders",
                "Last reviewed 14 months ago",
                None,
            )],
            refusal_chart: Some(chart()),
            ..today(shell("Today", Role::ComplianceOfficer, Section::Today), "Good morning, Margarethe")
        },
    )?;
    page(
        pages,
        "today_auditor",
        Today {
            checkpoint: Some(LastCheckpoint {
                witnesses: false,
                size: "128,402".into(),
                when: when("today 14:05:08"),
                root: "Uw3k…9fA=".into(),
                witness: "Witnessed by 2 of 2.".into(),
            }),
            ..today(shell("Today", Role::Auditor, Section::Today), "Good morning, Tobias")
        },
    )?;
    page(
        pages,
        "today_records",
        Today {
            leaderless: vec![line(
                "Trade mark oppositions 2026",
                "Kestrel Outdoor. P. Lyle left the firm on 1 October",
                warn("51 days"),
            )],
            ..today(shell("Today", Role::RecordsManager, Section::Today), "Good morning, Priya")
        },
    )
}

fn clients(pages: &mut Pages) -> Result<(), askama::Error> {
    let row = |name: &str, reference: &str, matters: &str| ClientRow {
        id: "cli_1".into(),
        name: name.into(),
        reference: reference.into(),
        matters: matters.into(),
        changed: Some(when("today 14:05")),
    };
    page(
        pages,
        "clients",
        Clients {
            shell: shell("Clients", Role::Partner, Section::Clients),
            says: "14 that you may see.".into(),
            rows: vec![
                row("Northwind Holdings", "NW", "3 open, 1 closed"),
                row("Aurelian Gas & Infrastructure Partners (Luxembourg) S.à r.l.", "AG", "1 open"),
                row("Dame Ottilie Brandt", "PRIV", "1 open"),
            ],
            pager: Pager::default(),
            may_create: true,
        },
    )?;
    let matter = |name: &str, state, led_by: Option<&str>| ClientMatter {
        id: "mat_1".into(),
        name: name.into(),
        reference: "NW-2026-014".into(),
        led_by: led_by.map(Into::into),
        state,
        changed: Some(when("today 14:05")),
    };
    page(
        pages,
        "client",
        Client {
            shell: {
                let mut s = shell("Northwind Holdings", Role::Partner, Section::Clients);
                s.crumbs = vec![Crumb::link("Clients", "/clients"), Crumb::here("Northwind Holdings")];
                s.present_client_id = Some("cli_1".into());
                s.theme = Theme::Auto;
                s
            },
            csrf: csrf(),
            id: "cli_1".into(),
            name: "Northwind Holdings".into(),
            reference: "NW".into(),
            since: when("3 March 2019"),
            matters: vec![
                matter("Share purchase dispute", State::Open, Some("E. Marsh")),
                matter("Trade mark oppositions 2026", State::Open, None),
                matter("Office lease, 40 Finsbury Circus", State::Closed, Some("P. Lyle")),
            ],
            may_create_matter: true,
            edit: Some(ClientForm {
                open: true,
                etag: "1".into(),
                name: Field::text("name", "Name").value("Northwind Holdings"),
                reference: Field::text("reference", "Reference").value("NW"),
            }),
            wall: Some("Wall: 3 people barred".into()),
            error: None,
        },
    )?;
    page(
        pages,
        "client_new",
        ClientNew {
            shell: shell("New client", Role::Partner, Section::Clients),
            csrf: csrf(),
            name: Field::text("name", "Name").error("Give the client's name."),
            reference: Field::text("reference", "Reference").hint("Short, as it stands on the file."),
            error: Some("Nothing was saved: one field needs you.".into()),
        },
    )
}

pub(super) fn pages() -> Result<Pages, askama::Error> {
    let mut pages = Pages::new();
    todays(&mut pages)?;
    clients(&mut pages)?;
    let session = |device: &str, network: &str, current| SessionRow {
        id: "ses_1".into(),
        device: device.into(),
        network: network.into(),
        started: when("today 07:50"),
        last_use: when("just now"),
        current,
    };
    page(
        &mut pages,
        "sessions",
        Sessions {
            shell: shell("Your sign-in", Role::Partner, Section::Account),
            csrf: csrf(),
            email: "e.marsh@marshlyle.example".into(),
            sessions: vec![
                session("Firefox on Windows", "Office, London (10.4.0.0/16)", true),
                session("Safari on iPhone", "203.0.113.7", false),
            ],
            tokens: vec![TokenRow {
                id: "pat_1".into(),
                name: "Scanner in room 4".into(),
                scopes: vec!["records:add".into(), "matters:read".into()],
                expires: when("1 March 2027"),
                last_use: None,
            }],
            made: Some(MadeToken {
                name: "Court bundle script".into(),
                secret: "sr_pat_7kQ2mXv9TB4hLwYc3nRz8sJfPd5gAe6u_x9Kq".into(),
                expires: when("tonight 22:00"),
            }),
            new_token: TokenNew {
                open: false,
                name: Field::text("name", "What it is for"),
                scopes: boxes("scopes", "Scopes", &["matters:read", "records:read", "records:add", "export"]),
                expires: choose("expires", "Ends after", &["12 hours", "30 days", "1 year"]),
            },
            password: PasswordForm {
                open: false,
                current: Field::new(Input::Password, "current", "Password now")
                    .autocomplete("current-password"),
                new: Field::new(Input::Password, "new", "New password").autocomplete("new-password"),
                again: Field::new(Input::Password, "again", "The new one again").autocomplete("new-password"),
            },
            recovery_left: 6,
            recovery_codes: Vec::new(),
            error: None,
        },
    )?;
    Ok(pages)
}
