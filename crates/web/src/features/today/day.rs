//! The first page after signing in. A part that is empty is not there.

use axum::http::HeaderMap;
use strongroom_domain::features::ledger::EntryView;
use strongroom_domain::features::matter::MatterView;
use strongroom_domain::features::staff::Invitation;
use strongroom_domain::features::today::{self, Today as Day};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::id::StaffId;

use crate::features::session::{KNOWN, device};
use crate::features::words::{capital, headline};
use crate::http::cookies;
use crate::http::page::Page;
use crate::http::reply::{Answer, html};
use crate::http::when::{count, many, size};
use crate::layout::{Section, Tone};
use crate::view::chart::{Bar, Chart};
use crate::view::parts::{Chip, Icon, Kind};
use crate::view::portal::ClientContact;
use crate::view::today::{
    AddedRecord, Disk, EndingSeat, LastCheckpoint, Line, MyMatter, NewSignIn, Refusal, StoppedUpload, Today,
};

use super::protections;

/// Today.
pub(super) async fn show(page: Page, headers: HeaderMap) -> Answer {
    if page.me.role == Role::ClientContact {
        return contact(&page);
    }
    let day = today::today(&page.ctx).await?;
    let presenting = page.only_client();
    let mine = |client| presenting.is_none_or(|only| only == client);
    let first = page.me.name.split_whitespace().next().unwrap_or_default();
    let (refusals, more_refusals) =
        if presenting.is_some() { (Vec::new(), 0) } else { refusals(&page, &day) };
    let view = Today {
        shell: page.shell("Today", Section::Today),
        csrf: page.csrf(),
        greeting: format!("{}, {first}", page.clocks.greeting()),
        date: page.clocks.date(),
        last_came: presenting
            .is_none()
            .then(|| format!("You last came {}.", page.clocks.when(day.since).text)),
        sign_ins: if presenting.is_some() {
            Vec::new()
        } else {
            sign_ins(&page, &day, cookies::read(&headers, KNOWN).unwrap_or_default())
        },
        approvals: waiting(&page).await?,
        uploads: if presenting.is_some() { Vec::new() } else { uploads(&page, &day) },
        ending: day
            .ending
            .iter()
            .filter(|_| presenting.is_none())
            .map(|e| EndingSeat {
                matter_id: e.matter.to_string(),
                matter_name: e.matter_name.clone(),
                seat: capital(e.seat),
                until: page.clocks.until(e.until),
                left: page.clocks.left(e.until),
            })
            .collect(),
        refusals,
        more_refusals,
        matters: day
            .matters
            .iter()
            .filter(|m| mine(m.view.client))
            .map(|m| MyMatter {
                id: m.view.id.to_string(),
                name: m.view.name.clone(),
                client_name: m.view.client_name.clone(),
                seat: capital(m.view.my_seat),
                last: m.last_activity.map(|at| page.clocks.when(at)),
                added: u32::try_from(day.new_records.iter().filter(|r| r.matter == m.view.id).count())
                    .unwrap_or(0),
            })
            .collect(),
        added: added(&page, &day),
        walls_without_review: walls(&page, &day),
        refusal_chart: chart(&page, &day),
        seal: seal(&page, &day),
        replicas: replicas(&page, &day),
        disk: disk(&day),
        not_enrolled: not_enrolled(&day),
        leaderless: day.records_manager.iter().flat_map(|r| &r.without_lead).map(leaderless).collect(),
        opened: kept(&page, &day, |r| &r.opened, |m| Some(m.opened_at), "opened"),
        closed: kept(&page, &day, |r| &r.closed, |m| m.closed_at, "closed"),
        ledger: ledger(&page, &day),
        checkpoint: day.auditor.as_ref().and_then(|a| a.checkpoint).map(|c| LastCheckpoint {
            size: count(c.size),
            when: page.clocks.when(c.at),
            root: root(&page),
            witnesses: c.enough_witnesses.is_some(),
            witness: match (c.enough_witnesses, c.witnessed) {
                (None, _) => String::from("None is configured."),
                (Some(_), 0) => String::from("Not enough have signed yet."),
                (Some(true), size) if size == c.size => String::from("Enough have signed this one."),
                (Some(true), size) => format!("Enough have signed {} of them; the rest follows.", count(size)),
                (Some(false), size) => format!(
                    "Enough have signed {} of them. Not enough answer now: what came since is signed by the firm alone.",
                    count(size)
                ),
            },
        }),
    };
    html(&view)
}

/// How many requests wait that this person could decide.
async fn waiting(page: &Page) -> Result<u32, strongroom_domain::Error> {
    if page.presenting.is_some() || !matches!(page.me.role, Role::Partner | Role::ComplianceOfficer) {
        return Ok(0);
    }
    let all = strongroom_domain::features::staff::approvals(&page.ctx).await?;
    let policies = strongroom_domain::features::policy::waiting_for_me(&page.ctx).await?;
    Ok(u32::try_from(all.iter().filter(|a| a.mine).count() + usize::from(policies.is_some())).unwrap_or(0))
}

/// Sign-ins from new devices, but those that the person has said were theirs.
fn sign_ins(page: &Page, day: &Day, known: &str) -> Vec<NewSignIn> {
    let new = |s: &&today::NewSignIn| !s.current && !known.split('.').any(|k| k == s.session.to_string());
    let sign_in = |s: &today::NewSignIn| NewSignIn {
        id: s.session.to_string(),
        device: device(&s.device),
        network: s.address.clone(),
        when: page.clocks.when(s.at),
    };
    day.sign_ins.iter().filter(new).map(sign_in).collect()
}

fn uploads(page: &Page, day: &Day) -> Vec<StoppedUpload> {
    let upload = |u: &today::StoppedUpload| StoppedUpload {
        id: u.upload.to_string(),
        filename: u.filename.clone().unwrap_or_else(|| String::from("A file")),
        matter_id: u.matter.to_string(),
        matter_name: u.matter_name.clone(),
        says: format!("{} of {} arrived", size(u.received), size(u.length)),
        percent: u8::try_from(u.received.saturating_mul(100) / u.length.max(1)).unwrap_or(0),
        when: page.clocks.when(u.created_at),
    };
    day.uploads.iter().map(upload).collect()
}

fn added(page: &Page, day: &Day) -> Vec<AddedRecord> {
    let mine = |r: &&today::NewRecord| {
        let client = day.matters.iter().find(|m| m.view.id == r.matter).map(|m| m.view.client);
        page.only_client().is_none_or(|only| client == Some(only))
    };
    let record = |r: &today::NewRecord| AddedRecord {
        href: format!("/records/{}", r.record),
        title: r.title.clone(),
        kind: Kind { word: r.kind.unwrap_or("FILE").to_owned() },
        matter_name: r.matter_name.clone(),
        by: r.added_by.clone().unwrap_or_default(),
        when: page.clocks.when(r.added_at),
    };
    day.new_records.iter().filter(mine).map(record).collect()
}

fn walls(page: &Page, day: &Day) -> Vec<Line> {
    let wall = |w: &today::WallLine| Line {
        title: w.name.clone(),
        href: Some(format!("/walls/{}", w.wall)),
        says: match w.reviewed_at {
            Some(at) => format!("Last reviewed {}", page.clocks.day(at).text),
            None => format!("Made {}, never reviewed", page.clocks.day(w.made_at).text),
        },
        chip: Some(Chip::toned(Tone::Warn, Icon::Clock, "Review is due")),
    };
    day.compliance.iter().flat_map(|c| c.walls.iter().map(wall)).collect()
}

fn chart(page: &Page, day: &Day) -> Option<Chart> {
    let of_compliance = day.compliance.as_ref().map(|c| &c.refusals);
    let days = of_compliance.or_else(|| day.auditor.as_ref().map(|a| &a.refusals))?;
    let total: u64 = days.iter().map(|d| d.count).sum();
    let bars = days
        .iter()
        .map(|d| Bar { label: page.clocks.short(d.day), value: u32::try_from(d.count).unwrap_or(u32::MAX) })
        .collect();
    Some(Chart {
        title: format!("{} in 30 days", many(total, "refusal", "refusals")),
        unit: String::from("refusals"),
        bars,
    })
}

fn seal(page: &Page, day: &Day) -> Option<Line> {
    day.administrator.as_ref().map(|a| Line {
        title: String::from(if a.sealed { "Sealed" } else { "Unsealed" }),
        href: Some(String::from("/health")),
        says: match a.unsealed_at {
            Some(at) if !a.sealed => format!("The keys are in memory since {}.", page.clocks.when(at).text),
            _ => String::from("The keys are not in memory."),
        },
        chip: (!a.sealed).then(|| Chip::toned(Tone::Good, Icon::Seal, "Open for work")),
    })
}

fn replicas(page: &Page, day: &Day) -> Vec<Line> {
    day.administrator.as_ref().map(|a| protections::lines(page, a)).unwrap_or_default()
}

/// How a replica of the ledger stands, in a sentence.
pub(super) fn replica_says(page: &Page, state: &today::ReplicaState) -> String {
    if let Some(why) = &state.trouble {
        return format!("Ledger, not kept up: {why}");
    }
    match state.copied_at {
        Some(at) => {
            format!("Ledger, {} copied {}", many(state.size, "entry", "entries"), page.clocks.when(at).text)
        }
        None => String::from("Ledger, not copied since the start"),
    }
}

/// How full the disk of the contents is.
pub(super) fn fullness(room: today::Room) -> (u8, String) {
    let used = room.total.saturating_sub(room.free);
    let percent = u8::try_from(used.saturating_mul(100).checked_div(room.total).unwrap_or(0)).unwrap_or(100);
    (percent, format!("{} free of {} where sealed files lie.", size(room.free), size(room.total)))
}

fn disk(day: &Day) -> Option<Disk> {
    let (percent, says) = day.administrator.as_ref()?.disk.map(fullness)?;
    Some(Disk { says, percent })
}

fn not_enrolled(day: &Day) -> Vec<Line> {
    let line = |(id, name, how_far): &(StaffId, String, Invitation)| Line {
        title: name.clone(),
        href: Some(format!("/staff/{id}")),
        says: String::from(match how_far {
            Invitation::Waiting => "Waits for a partner or a compliance officer to agree",
            Invitation::NoLink => "Agreed to, and has no link that works: make one and pass it on",
            _ => "Has a link, and has not used it yet",
        }),
        chip: (*how_far == Invitation::NoLink).then(|| Chip::toned(Tone::Warn, Icon::Clock, "Make the link")),
    };
    let mut people: Vec<_> = day.administrator.iter().flat_map(|a| &a.not_enrolled).collect();
    // what waits for the administrator comes first
    people.sort_by_key(|(_, _, how_far)| *how_far != Invitation::NoLink);
    people.into_iter().map(line).collect()
}

fn leaderless(m: &MatterView) -> Line {
    Line {
        title: m.name.clone(),
        href: Some(format!("/matters/{}/team", m.id)),
        says: m.client_name.clone(),
        chip: Some(Chip::toned(Tone::Warn, Icon::None, "No lead")),
    }
}

/// Matters that were opened or closed lately.
fn kept(
    page: &Page,
    day: &Day,
    which: fn(&today::RecordsManagerDay) -> &Vec<MatterView>,
    at: fn(&MatterView) -> Option<i64>,
    word: &str,
) -> Vec<Line> {
    let line = |m: &MatterView| Line {
        title: m.name.clone(),
        href: Some(format!("/matters/{}", m.id)),
        says: match at(m) {
            Some(at) => format!("{} · {word} {}", m.client_name, page.clocks.when(at).text),
            None => m.client_name.clone(),
        },
        chip: None,
    };
    let presented = |m: &&MatterView| page.only_client().is_none_or(|only| only == m.client);
    day.records_manager.iter().flat_map(which).filter(presented).map(line).collect()
}

/// How the ledger stands, for the auditor.
fn ledger(page: &Page, day: &Day) -> Vec<Line> {
    let Some(a) = &day.auditor else { return Vec::new() };
    let plain = |title: &str, says: String, chip: Option<Chip>| Line {
        title: title.to_owned(),
        href: None,
        says,
        chip,
    };
    let signed = a.checkpoint.map_or(0, |c| c.size);
    let complete = match (a.pending, a.oldest_pending) {
        (0, _) => format!("Every entry has its number; {} signed.", many(signed, "is", "are")),
        (n, Some(at)) => format!(
            "{} for a number, the oldest since {}; {} signed.",
            many(n, "entry waits", "entries wait"),
            page.clocks.when(at).text,
            many(signed, "is", "are")
        ),
        (n, None) => format!("{} for a number.", many(n, "entry waits", "entries wait")),
    };
    let mut lines = vec![plain(&many(a.entries, "entry", "entries"), complete, None)];
    lines.push(match a.checked_at {
        Some(at) => plain("The whole store", format!("Last checked {}", page.clocks.when(at).text), None),
        None => plain(
            "The whole store",
            String::from("No check is in the ledger yet. The operator runs strongroom check."),
            Some(Chip::toned(Tone::Warn, Icon::Clock, "Never checked")),
        ),
    });
    if a.replicas.is_empty() {
        let says = "None is configured: the ledger lies in the database alone.";
        lines.push(plain("Replicas of the ledger", says.to_owned(), None));
    }
    lines.extend(a.replicas.iter().map(|r| Line {
        title: r.folder.clone(),
        href: None,
        says: replica_says(page, &r.state),
        chip: r.state.trouble.as_ref().map(|_| Chip::toned(Tone::Wax, Icon::No, "Not kept up")),
    }));
    lines
}

/// How many lines of refusals the page has.
const REFUSED: usize = 10;

/// The same refusal is one line, however often and whatever came between: one noisy person hides nobody. And how many
/// lines there are beyond those shown.
fn refusals(page: &Page, day: &Day) -> (Vec<Refusal>, usize) {
    let mut groups: Vec<Vec<&EntryView>> = Vec::new();
    for entry in &day.refusals {
        let same =
            |a: &EntryView| a.says == entry.says && a.matter == entry.matter && a.record == entry.record;
        match groups.iter_mut().find(|g| g.first().is_some_and(|a| same(a))) {
            Some(group) => group.push(entry),
            None => groups.push(vec![entry]),
        }
    }
    let line = |group: &Vec<&EntryView>| {
        let r = group.first()?;
        let times = if group.len() > 1 { format!("{} times", group.len()) } else { String::new() };
        Some(Refusal {
            // the matter's name stands below it
            says: if r.record_title.is_some() { headline(r) } else { r.says.clone() },
            matter_name: r.matter_name.clone().unwrap_or_default(),
            matter_href: r.matter.map(|m| format!("/matters/{m}/activity?show=refused")),
            times,
            when: page.clocks.when(r.at),
            href: format!("/ledger/{}", r.id),
        })
    };
    (groups.iter().take(REFUSED).filter_map(line).collect(), groups.len().saturating_sub(REFUSED))
}

fn root(page: &Page) -> String {
    let (_, note) = page.ctx.room().checkpoint();
    note.lines().nth(2).map(|l| l.chars().take(16).collect()).unwrap_or_default()
}

/// Before the portal exists: one page that says whom to call.
fn contact(page: &Page) -> Answer {
    let shell = page.shell("Strongroom", Section::Today);
    let first = page.me.name.split_whitespace().next().unwrap_or_default();
    let view = ClientContact {
        greeting: format!("{}, {first}", page.clocks.greeting()),
        lawyer_name: shell.firm_name.clone(),
        lawyer_says: String::from("The lawyer who acts for you"),
        phone: page.state.settings().help.clone(),
        phone_href: None,
        email: None,
        office: String::new(),
        hours: String::new(),
        csrf: page.csrf(),
        shell,
    };
    html(&view)
}
