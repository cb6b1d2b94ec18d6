//! Ledger, entries, explain, walls.

use strongroom_web::layout::{Crumb, Role, Section, Tone};
use strongroom_web::view::activity::{EntryLine, EntryState, EntryTable, Run};
use strongroom_web::view::explain::{Answer, Explain};
use strongroom_web::view::field::{Choice, Field, Input};
use strongroom_web::view::ledger::{Entry, Fact, Ledger, OpenedPart};
use strongroom_web::view::parts::{Chip, Icon, Outcome, Pager};
use strongroom_web::view::walls::{
    AffectedRow, Covered, Wall, WallActs, WallChange, WallEdit, WallRow, Walls,
};

use super::{Pages, boxes, choose, csrf, more, page, person, shell, when};

pub(super) fn lines() -> Vec<EntryLine> {
    use EntryState::{Pending, Signed, Witnessed};
    use Outcome::{Allowed, Denied, Failed};
    let rows = [
        (Allowed, "E. Marsh", "read Complaint as filed", None, "today 14:05", Pending),
        (
            Denied,
            "T. Reyes",
            "asked to read Settlement position, draft 4",
            Some("Refused: barred by a wall."),
            "today 09:41",
            Signed,
        ),
        (
            Allowed,
            "D. Okafor",
            "downloaded Expert report on valuation of the forty per cent holding in the Company",
            Some("200 parts of one download, folded."),
            "today 08:59",
            Signed,
        ),
        (
            Failed,
            "H. Vandenberghe-Castellanos",
            "began to add Deposition transcript vol 2.pdf",
            Some("The upload stopped before the end."),
            "yesterday",
            Witnessed,
        ),
        (Allowed, "E. Marsh", "gave D. Okafor the seat of a member", None, "19 Nov", Witnessed),
        (Allowed, "M. Quist", "made the wall Northwind and Calder", None, "12 Oct", Witnessed),
    ];
    let mut lines: Vec<EntryLine> = rows
        .into_iter()
        .enumerate()
        .map(|(i, (outcome, actor, says, rule, at, state))| EntryLine {
            href: format!("/ledger/ent_{i}"),
            receipt_href: (state != Pending).then(|| format!("/ledger/ent_{i}/receipt")),
            index: (state != Pending).then(|| format!("{}", 8412 - i)),
            outcome,
            actor: actor.into(),
            says: says.into(),
            of: None,
            rule: rule.map(Into::into),
            when: when(at),
            state,
            run: None,
        })
        .collect();
    let twelve = vec![lines.first().cloned(); 12].into_iter().flatten().collect();
    let run = Run { says: "12 times, today 14:02 to today 14:31".into(), lines: twelve };
    lines.extend(lines.first().cloned().map(|line| EntryLine {
        says: "listed the records".into(),
        run: Some(run),
        ..line
    }));
    lines
}

fn entry(index: Option<u64>, outcome: Outcome, state: EntryState, bytes: &str) -> Entry {
    let fact = |name: &str, value: &str, href: Option<&str>| Fact {
        name: name.into(),
        value: value.into(),
        href: href.map(Into::into),
        raw: name.starts_with("What").then(|| "record.read".into()),
    };
    Entry {
        shell: {
            let mut s = shell("Entry", Role::Partner, Section::Ledger);
            s.crumbs = vec![Crumb::link("Ledger", "/ledger"), Crumb::here("Entry 8,412")];
            s
        },
        says: "T. Reyes asked to read Settlement position, draft 4".into(),
        outcome,
        rules: vec!["An ethical wall bars you from this.".into()],
        ask: Some("T. Reyes can ask Miriam Quist, compliance officer.".into()),
        state,
        index,
        when: when("today 09:41"),
        facts: vec![
            fact("Who", "Tomás Reyes, associate", None),
            fact("What was tried", "Read it", None),
            fact("Of", "Share purchase dispute", Some("/matters/mat_1")),
            fact("Through", "browser", None),
            fact("Request", "req_01KAM3Z8QN", None),
        ],
        opened: vec![
            OpenedPart { name: "Record".into(), value: "Settlement position, draft 4".into(), raw: None },
            OpenedPart {
                name: "Device".into(),
                value: "Firefox on Windows".into(),
                raw: Some(
                    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0".into(),
                ),
            },
        ],
        sealed_parts: 2,
        entry_base64: base64(bytes.as_bytes()),
        entry_text: bytes.into(),
        receipt_href: index.map(|_| "/ledger/ent_1/receipt".into()),
        witnesses: false,
    }
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |acc, b| acc << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let sign = SIGNS.get((word >> (18 - 6 * i) & 63) as usize).copied().unwrap_or(b'=');
            out.push(if i <= chunk.len() { char::from(sign) } else { '=' });
        }
    }
    out
}

fn wall_edit(id: Option<&str>, affected: Option<Vec<AffectedRow>>) -> WallEdit {
    let kinds = vec![
        Choice::new("bars", "Bars the people named")
            .hint("Nobody named can open what it covers, whatever their seat or role.")
            .chosen(true),
        Choice::new("admits", "Admits only the people named")
            .hint("Everyone else is kept out. It grants nothing: a seat is still needed."),
    ];
    WallEdit {
        shell: shell("Make a wall", Role::ComplianceOfficer, Section::Walls),
        csrf: csrf(),
        id: id.map(Into::into),
        etag: "2".into(),
        kind: Field::new(Input::Radios, "kind", "Effect").choices(kinds),
        name: Field::text("name", "Name")
            .value("Northwind and Calder")
            .hint("Those behind it never see the name."),
        reason: Field::reason("Reason")
            .value("Calder Foods is adverse to Northwind Holdings in the share purchase dispute."),
        narrow: Some(Field::text("narrow", "Words of a client or matter").optional()),
        clients: boxes(
            "clients",
            "Clients, with all their matters",
            &["Northwind Holdings", "Calder Foods", "Kestrel Outdoor", "Haldane & Sons"],
        ),
        matters: boxes(
            "matters",
            "Matters",
            &[
                "Share purchase dispute",
                "Employment tribunal: Reyes",
                "Trade mark oppositions 2026",
                "Will and estate planning",
                "Office lease",
                "A",
                "B",
                "C",
                "D",
                "Restructuring of the Pan-European receivables securitisation programme",
            ],
        )
        .error("Cover at least one client or matter."),
        people: boxes(
            "people",
            "People",
            &["Tomás Reyes", "Amara Castellanos", "Jonas Weir", "Hélène Vandenberghe-Castellanos"],
        ),
        groups: boxes("groups", "Groups", &["Lending", "Secondees"]),
        affected,
        error: None,
    }
}

fn affected() -> Vec<AffectedRow> {
    vec![
        AffectedRow {
            person: person("Tomás Reyes"),
            says: "Loses the member seat in Share purchase dispute while the wall stands.".into(),
            loses: true,
        },
        AffectedRow {
            person: person("Amara Castellanos"),
            says: "Has no seat there; cannot be given one.".into(),
            loses: false,
        },
    ]
}

pub(super) fn pages() -> Result<Pages, askama::Error> {
    let mut pages = Pages::new();
    let filters = || {
        vec![
            choose("person", "Person", &["Anyone", "Eleanor Marsh"]),
            choose("verb", "What was done", &["Anything", "Read it", "Listed the records"]),
            Field::text("client", "Client").value("Northwind").suggests("client").optional(),
            Field::text("matter", "Matter")
                .hint("Part of its name or reference.")
                .suggests("matter")
                .optional(),
            choose("outcome", "Outcome", &["Any", "Denied"]),
            Field::new(Input::Date, "since", "Since").optional(),
            Field::new(Input::Date, "until", "Until").optional(),
        ]
    };
    let ledger = |lines: Vec<EntryLine>, filtered: bool| Ledger {
        witnesses: false,
        shell: shell("Ledger", Role::Auditor, Section::Ledger),
        csrf: csrf(),
        filters: filters(),
        filtered,
        unclear: false,
        entries: EntryTable { lines, caption: "Entries of the ledger".into() },
        pager: if filtered { Pager::default() } else { more() },
        what_you_see:
            "You see who did what and to which id. Names of clients, matters and records stay sealed for you."
                .into(),
        says: "128,402 entries. The last checkpoint was signed today 14:05.".into(),
    };
    page(&mut pages, "ledger", ledger(lines(), false))?;
    page(&mut pages, "ledger_empty", ledger(Vec::new(), true))?;
    let bytes = r#"{"v":1,"at":"2026-11-21T09:41:07.120331Z","rand":"9c1f…","actor":{"id":"stf_01K…","kind":"staff"},"verb":"record.read","outcome":"denied"}"#;
    page(&mut pages, "entry", entry(Some(8411), Outcome::Denied, EntryState::Witnessed, bytes))?;
    page(&mut pages, "entry_pending", entry(None, Outcome::Allowed, EntryState::Pending, bytes))?;
    let chip = |bars: bool| Chip::toned(Tone::Note, Icon::Wall, if bars { "Bars" } else { "Admits only" });
    let wall_row = |name: &str, bars, note: Option<Chip>, ended| WallRow {
        id: "wal_1".into(),
        name: name.into(),
        kind: chip(bars),
        covers: "Northwind Holdings and 2 matters".into(),
        people: "3 people, 1 group".into(),
        since: when("12 Oct"),
        note,
        ended,
    };
    let walls = |rows| Walls {
        shell: shell("Walls", Role::ComplianceOfficer, Section::Walls),
        says: "9 stand, 2 have ended.".into(),
        rows,
        pager: Pager::default(),
        may_make: true,
    };
    page(
        &mut pages,
        "walls",
        walls(vec![
            wall_row("Northwind and Calder", true, None, false),
            wall_row(
                "Project Kingfisher insiders",
                false,
                Some(Chip::toned(Tone::Warn, Icon::Clock, "No review for 14 months")),
                false,
            ),
            wall_row("Former employer of J. Weir", true, None, true),
        ]),
    )?;
    page(&mut pages, "walls_empty", walls(Vec::new()))?;
    page(&mut pages, "wall", Wall {
        shell: shell("Northwind and Calder", Role::ComplianceOfficer, Section::Walls),
        csrf: csrf(),
        id: "wal_1".into(),
        name: "Northwind and Calder".into(),
        kind: chip(true),
        effect: "Bars the people below from everything it covers.".into(),
        reason: "Calder Foods is adverse to Northwind Holdings in the share purchase dispute. Three of us acted for Calder until March.".into(),
        since: when("12 October 2026"),
        ended: None,
        covers: vec![
            Covered { named: true, name: "Northwind Holdings".into(), href: Some("/clients/cli_1".into()), says: "Client, with all its matters".into() },
            Covered { named: true, name: "Share purchase dispute".into(), href: Some("/matters/mat_1".into()), says: "Matter of Northwind Holdings".into() },
        ],
        people: vec![person("Tomás Reyes"), person("Amara Castellanos"), person("Jonas Weir")],
        groups: vec!["Lending".into()],
        affected: affected(),
        changes: vec![
            WallChange { says: "M. Quist added Jonas Weir".into(), note: None, when: when("yesterday"), href: "/ledger/ent_1".into() },
            WallChange { says: "M. Quist reviewed it: it still holds".into(), note: Some("Both matters are still open.".into()), when: when("3 Nov"), href: "/ledger/ent_3".into() },
            WallChange { says: "M. Quist made the wall, naming Tomás Reyes, Amara Castellanos and Northwind Holdings".into(), note: None, when: when("12 Oct"), href: "/ledger/ent_2".into() },
        ],
        acts: Some(WallActs { etag: "2".into(), review_note: Field::new(Input::Area, "review_note", "What you looked at"), end_reason: Field::reason("Why it ends"), open: false }),
        last_review: Some(when("3 Nov")),
    })?;
    page(&mut pages, "wall_edit", wall_edit(None, None))?;
    page(&mut pages, "wall_edit_preview", wall_edit(Some("wal_1"), Some(affected())))?;
    let explain = |answer| Explain {
        shell: shell("Who may what", Role::ComplianceOfficer, Section::Explain),
        csrf: csrf(),
        person: choose("person", "Person", &["Tomás Reyes", "Eleanor Marsh"]),
        action: choose("action", "Action", &["Read a record", "Add a record", "Change the team"]),
        find: Some(Field::text("find", "Find a matter, client, record or wall").optional()),
        thing: Field::text("thing", "Thing")
            .value("Share purchase dispute")
            .hint("A client, matter or record, by name or reference."),
        at: Field::text("at", "At").optional().hint("Empty: now. Or 2026-03-03 14:00."),
        answer,
        refused: None,
        error: None,
    };
    page(
        &mut pages,
        "explain",
        explain(Some(Answer {
            heading:
                "Tomás Reyes may not open the records of Share purchase dispute: a wall keeps them from it."
                    .into(),
            ending: ".".into(),
            allowed: false,
            told: "The rule says to Tomás Reyes:".into(),
            ask: Some("Tomás Reyes can ask Miriam Quist, compliance officer.".into()),
            rules: vec![("wall-bars".into(), "An ethical wall bars you from this.".into())],
            as_of: "As the rules stood on 3 March 2026 at 14:00.".into(),
        })),
    )?;
    Ok(pages)
}
