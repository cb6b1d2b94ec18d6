//! How the system is, for administrators: each part, how it is, and what is not claimed.

use strongroom_domain::features::backup::LastBackup;
use strongroom_domain::features::today::{self, Health as State};
use strongroom_domain::kernel::clock::{DAY, SECOND};
use strongroom_domain::kernel::nodes::Node;
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::verb::Verb;
use strongroom_domain::kernel::witnesses::WitnessState;

use crate::http::page::{Page, Posted};
use crate::http::reply::{Answer, html, see_other};
use crate::http::when::{count, many};
use crate::layout::{Section, Tone};
use crate::view::admin::{Check, Health};
use crate::view::field::Field;
use crate::view::parts::{Chip, Icon};

use super::day::{fullness, replica_says};

fn chip(well: bool, good: &str, bad: &str) -> Chip {
    if well { Chip::toned(Tone::Good, Icon::Check, good) } else { Chip::toned(Tone::Wax, Icon::No, bad) }
}

/// From so many percent on a disk needs someone.
const FULL: u8 = 95;

fn ledger_replicas(page: &Page, h: &State) -> Check {
    let kept_up = h.ledger_replicas.iter().filter(|r| r.state.trouble.is_none()).count();
    Check {
        name: String::from("Ledger replicas"),
        chip: match h.ledger_replicas.len() {
            0 => Chip::plain("None configured"),
            all => chip(kept_up == all, "Kept up", "Not kept up"),
        },
        says: String::from(
            "Copies of the ledger on other disks or hosts: with one, a ledger that was rolled back or cut is noticed at the start, and its end can be brought back. Name folders in [ledger] replicas.",
        ),
        facts: h.ledger_replicas.iter().map(|r| (r.folder.clone(), replica_says(page, &r.state))).collect(),
    }
}

fn witnesses(page: &Page, h: &State) -> Check {
    let signing = h.witnesses.iter().filter(|w| w.trouble.is_none()).count();
    let fact = |w: &WitnessState| {
        let says = match (&w.trouble, w.signed_at) {
            (Some(trouble), _) => format!("Does not sign: {trouble}."),
            (None, Some(at)) => {
                format!("Has signed {} entries, {}.", count(w.size), page.clocks.when(at).text)
            }
            (None, None) => String::from("Not asked by this node yet."),
        };
        (w.name.clone(), says)
    };
    let reach = (h.witnessed > 0).then(|| {
        (
            String::from("Enough have signed"),
            format!("{} of {} entries", count(h.witnessed), count(h.entries)),
        )
    });
    Check {
        name: String::from("Witnesses"),
        chip: match h.witnesses.len() {
            0 => Chip::plain("None configured"),
            all => chip(signing == all, "All sign", "Not all sign"),
        },
        says: String::from(
            "Others who sign the ledger's checkpoints, each only if it goes on from the last: with them not even this firm can put its past back unseen. Name them in the file of [ledger] policy.",
        ),
        facts: reach.into_iter().chain(h.witnesses.iter().map(fact)).collect(),
    }
}

fn timestamps(page: &Page, h: &State) -> Check {
    let (asked, newest, trouble) = &h.stamps;
    let mut facts = Vec::new();
    if let Some(stamp) = newest {
        let says = format!("{} entries, {}", count(stamp.size), page.clocks.when(stamp.said_at).text);
        facts.push((String::from("Newest"), says));
    }
    facts.extend(trouble.iter().map(|why| (String::from("Trouble"), why.clone())));
    Check {
        name: String::from("Timestamps"),
        chip: match (asked, newest) {
            (false, _) => Chip::plain("No authority configured"),
            (true, None) => chip(trouble.is_none(), "Asked", "None yet"),
            (true, Some(_)) => chip(trouble.is_none(), "Stamped", "Not stamped"),
        },
        says: String::from(
            "A timestamp authority (RFC 3161) says once a day what the ledger was by then. Name one in [ledger] timestamps; /ledger/timestamps lists what it said.",
        ),
        facts,
    }
}

/// A backup this old needs someone.
const OLD: i64 = 8 * DAY;

/// What is wrong with the newest backup.
fn backup_trouble(page: &Page, last: LastBackup) -> Option<&'static str> {
    if page.ctx.now() - last.at > OLD {
        return Some("More than a week old");
    }
    (last.warnings > 0).then_some("Would not come back")
}

fn backups(page: &Page, h: &State) -> Check {
    let (chip, when) = match h.backup {
        None => (Chip::plain("None yet"), None),
        Some(last) => {
            let trouble = backup_trouble(page, last);
            (
                chip(trouble.is_none(), "Taken", trouble.unwrap_or_default()),
                Some(page.clocks.when(last.at).text),
            )
        }
    };
    Check {
        name: String::from("Backups"),
        chip,
        says: String::from(
            "strongroom backup --to DIR copies the firm while it works, and says what it would not come back without. It holds no key: keep the keyring's replicas apart from it. Rehearse a restore with strongroom backup verify.",
        ),
        facts: when
            .map(|when| (String::from("Newest"), when))
            .into_iter()
            .chain(h.backup.filter(|last| last.warnings > 0).map(|last| {
                let named = many(last.warnings, "warning", "warnings");
                (
                    String::from("Lacks"),
                    format!("{named}, with the repair, where the command was run: exit code 1"),
                )
            }))
            .collect(),
    }
}

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

async fn draw(page: &Page) -> Answer {
    let h = today::health(&page.ctx).await?;
    let well = !h.sealed
        && h.database.is_ok()
        && h.blobs.is_ok()
        && h.replicas.len() > 1
        && h.ledger_replicas.iter().all(|r| r.state.trouble.is_none())
        && h.witnesses.iter().all(|w| w.trouble.is_none())
        && h.stamps.2.is_none()
        && h.policies.is_ok()
        && h.backup.is_none_or(|last| backup_trouble(page, last).is_none())
        && h.disk.is_none_or(|room| fullness(room).0 < FULL);
    let may_seal = page.ctx.may(Verb::SystemSeal, &Target::Firm).await?;
    let view = Health {
        shell: page.shell("System health", Section::Health),
        csrf: page.csrf(),
        says: String::from(match (well, h.ledger_replicas.is_empty(), h.backup.is_none()) {
            (true, false, false) => "All is well.",
            (true, true, false) => "It runs well. One protection is not set up: a replica of the ledger.",
            (true, false, true) => "It runs well. One protection is not set up: a backup.",
            (true, true, true) => {
                "It runs well. Two protections are not set up: a replica of the ledger, and a backup."
            }
            (false, ..) => "Something needs you.",
        }),
        well,
        as_of: page.clocks.when(page.ctx.now()),
        checks: checks(page, &h),
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
