//! How the system is, for administrators: each part, how it is, and what is not claimed.

use strongroom_domain::features::today::{self, Health as State};
use strongroom_domain::kernel::clock::SECOND;
use strongroom_domain::kernel::nodes::Node;
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::verb::Verb;

use crate::http::page::{Page, Posted};
use crate::http::reply::{Answer, html, see_other};
use crate::http::when::{count, many};
use crate::layout::{Section, Tone};
use crate::view::admin::{Check, Health};
use crate::view::field::Field;
use crate::view::parts::{Chip, Icon};

use super::day::fullness;
use super::protections::{backups, ledger_replicas, timestamps, witnesses};

pub(super) fn chip(well: bool, good: &str, bad: &str) -> Chip {
    if well { Chip::toned(Tone::Good, Icon::Check, good) } else { Chip::toned(Tone::Wax, Icon::No, bad) }
}

/// From so many percent on a disk needs someone.
const FULL: u8 = 95;

/// A node that has not said for so long that it lives is gone or cut off.
const SILENT: i64 = 30 * SECOND;

/// Where the firm has one file there is one node, and nothing to say.
fn nodes(page: &Page, h: &State) -> Option<Check> {
    let silent = |node: &Node| page.ctx.now() - node.seen_at > SILENT;
    let shown = |node: &Node| {
        let part = match (silent(node), node.signs) {
            (true, _) => format!("silent since {}", page.clocks.when(node.seen_at).text),
            (false, true) => String::from("serves; numbers and signs the ledger"),
            (false, false) => String::from("serves"),
        };
        let here = if node.here { ", answered you" } else { "" };
        (node.host.clone(), format!("{part}{here}; release {}", node.release))
    };
    (!h.nodes.is_empty()).then(|| Check {
        name: String::from("Nodes"),
        chip: if h.nodes.iter().any(silent) {
            chip(false, "", "One is silent")
        } else {
            Chip::toned(Tone::Good, Icon::Check, many(h.nodes.len() as u64, "node", "nodes"))
        },
        says: String::from(
            "Each serves all of the firm. One numbers and signs the ledger; another takes that over within five seconds. A node that ended without a word stands here for an hour.",
        ),
        facts: h.nodes.iter().map(shown).collect(),
    })
}

fn checks(page: &Page, h: &State) -> Vec<Check> {
    let replicas: Vec<(String, String)> = h
        .replicas
        .iter()
        .map(|r| {
            let read = r
                .read_back
                .map_or_else(|| String::from("not since the start"), |at| page.clocks.when(at).text);
            (r.folder.clone(), format!("read back {read}"))
        })
        .collect();
    let says = |reach: &Result<(), String>| match reach {
        Ok(()) => String::from("Answers."),
        Err(why) => why.clone(),
    };
    let all = vec![
        Check {
            name: String::from("Seal"),
            chip: chip(!h.sealed, "Unsealed", "Sealed"),
            says: String::from("The keys are in this server's memory and nowhere else in the clear."),
            facts: Vec::new(),
        },
        Check {
            name: String::from("Keyring replicas"),
            chip: chip(h.replicas.len() > 1, "Two or more", "Only one left"),
            says: String::from(
                "Losing the keyring loses everything. Keep its replicas on different disks, and the recovery kit on paper.",
            ),
            facts: replicas,
        },
        ledger_replicas(page, h),
        witnesses(page, h),
        timestamps(page, h),
        backups(page, h),
        Check {
            name: String::from("Database"),
            chip: chip(h.database.is_ok(), "Within reach", "Out of reach"),
            says: says(&h.database),
            facts: vec![(String::from("Engine"), h.engine.to_owned())],
        },
        Check {
            name: String::from("Sealed files"),
            chip: chip(h.blobs.is_ok(), "Within reach", "Out of reach"),
            says: says(&h.blobs),
            facts: Vec::new(),
        },
        Check {
            name: String::from("Ledger"),
            chip: chip(h.lag_entries < 5_000, "Signing", "Behind"),
            says: format!("{}, {} to be numbered.", many(h.entries, "entry", "entries"), count(h.pending)),
            facts: vec![(String::from("Signed up to"), count(h.signed))],
        },
        Check {
            name: String::from("Policies"),
            chip: chip(h.policies.is_ok(), "As approved", "Not as approved"),
            says: match &h.policies {
                Ok(()) => String::from("What two people approved decides, and nothing else."),
                Err(why) => why.clone(),
            },
            facts: vec![(String::from("Digest"), h.policies_digest.clone())],
        },
        Check {
            name: String::from("Previews"),
            chip: match h.confinement {
                Some(_) => chip(true, "Confined", ""),
                None => Chip::plain("None made yet"),
            },
            says: h.confinement.map_or_else(
                || {
                    String::from(
                        "Each preview is made in a process of its own, without network and without folders.",
                    )
                },
                str::to_owned,
            ),
            facts: Vec::new(),
        },
    ];
    nodes(page, h).into_iter().chain(all).collect()
}

/// What is wrong, by the names of the parts; then what is not set up yet.
fn says(checks: &[Check], h: &State, full: bool) -> String {
    let of = |tone| {
        let those = checks.iter().filter(move |c| c.chip.tone == Some(tone));
        those.map(|c| c.name.as_str()).collect::<Vec<_>>()
    };
    let (mut wrong, soon) = (of(Tone::Wax), of(Tone::Warn));
    wrong.extend(full.then_some("Disk"));
    let mut all = match (wrong.as_slice(), soon.as_slice()) {
        ([], []) => String::from("All is well."),
        ([], soon) => format!("It runs well. Look at: {}.", soon.join(", ")),
        (wrong, _) => format!("Something needs you: {}.", wrong.join(", ")),
    };
    let unset = [(h.ledger_replicas.is_empty(), "a replica of the ledger"), (h.backup.is_none(), "a backup")];
    let unset: Vec<&str> = unset.into_iter().filter(|(missing, _)| *missing).map(|(_, name)| name).collect();
    if !unset.is_empty() {
        let names = unset.join(" and ");
        all.push_str(&format!(" Not set up yet: {names}."));
    }
    all
}

/// What needs somebody comes first.
const fn order(check: &Check) -> u8 {
    match check.chip.tone {
        Some(Tone::Wax) => 0,
        Some(Tone::Warn) => 1,
        _ => 2,
    }
}

async fn draw(page: &Page) -> Answer {
    let h = today::health(&page.ctx).await?;
    let mut checks = checks(page, &h);
    checks.sort_by_key(order);
    let full = h.disk.is_some_and(|room| fullness(room).0 >= FULL);
    let may_seal = page.ctx.may(Verb::SystemSeal, &Target::Firm).await?;
    let view = Health {
        shell: page.shell("System health", Section::Health),
        csrf: page.csrf(),
        says: says(&checks, &h, full),
        well: !full && checks.iter().all(|c| c.chip.tone != Some(Tone::Wax)),
        as_of: page.clocks.when(page.ctx.now()),
        checks,
        disk: h.disk.map(fullness),
        not_claimed: h.not_claimed.iter().map(|s| (*s).to_owned()).collect(),
        seal_reason: may_seal.then(|| Field::reason("Why, for those who will ask").optional()),
    };
    html(&view)
}

/// The page.
pub(super) async fn show(page: Page) -> Answer {
    draw(&page).await
}

/// Seals the strongroom: everyone is cut off at once.
pub(super) async fn seal(posted: Posted) -> Answer {
    let Posted { page, .. } = posted;
    page.ctx.room().seal(&page.ctx).await?;
    Ok(see_other("/"))
}
