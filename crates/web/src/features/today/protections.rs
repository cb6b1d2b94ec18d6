//! What keeps the firm from losing its past, for administrators: replicas, witnesses, timestamps, backups.

use strongroom_domain::features::backup::LastBackup;
use strongroom_domain::features::today::{self, AdministratorDay, Health as State};
use strongroom_domain::kernel::clock::DAY;
use strongroom_domain::kernel::witnesses::WitnessState;

use crate::http::page::Page;
use crate::http::when::{count, many};
use crate::layout::Tone;
use crate::view::admin::Check;
use crate::view::parts::{Chip, Icon};
use crate::view::today::Line;

use super::day::replica_says;
use super::health::chip;

pub(super) fn ledger_replicas(page: &Page, h: &State) -> Check {
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

/// How one witness stands, in a sentence.
pub(super) fn witness_says(page: &Page, witness: &WitnessState) -> String {
    let signed = witness.signed_at.map(|at| {
        let entries = many(witness.size, "entry", "entries");
        format!("signed {entries}, {}", page.clocks.when(at).text)
    });
    match (&witness.trouble, signed) {
        (Some(trouble), Some(signed)) => format!("Does not sign: {trouble}. It last {signed}."),
        (Some(trouble), None) => format!("Does not sign: {trouble}."),
        (None, Some(signed)) => format!("Has {signed}."),
        (None, None) => String::from("Not asked by this node yet."),
    }
}

/// How the witnesses stand together; none where no policy is configured.
pub(super) fn witnesses_chip(witnesses: &[WitnessState], enough: Option<bool>) -> Option<Chip> {
    let all = witnesses.iter().all(|w| w.trouble.is_none());
    Some(match (all, enough?) {
        (true, _) => Chip::toned(Tone::Good, Icon::Check, "All sign"),
        (false, true) => Chip::toned(Tone::Warn, Icon::Clock, "Enough sign, not all"),
        (false, false) => Chip::toned(Tone::Wax, Icon::No, "Not enough sign"),
    })
}

pub(super) fn witnesses(page: &Page, h: &State) -> Check {
    let fact = |w: &WitnessState| (w.name.clone(), witness_says(page, w));
    let reach = h.enough_witnesses.map(|_| {
        let says = format!("{} of {} entries", count(h.witnessed), count(h.entries));
        (String::from("Witnessed"), says)
    });
    Check {
        name: String::from("Witnesses"),
        chip: witnesses_chip(&h.witnesses, h.enough_witnesses)
            .unwrap_or_else(|| Chip::plain("None configured")),
        says: String::from(match h.enough_witnesses {
            None => {
                "Others who sign the ledger's checkpoints, each only if it goes on from the last: with them not even this firm can put its past back unseen. Name them in the file of [ledger] policy."
            }
            Some(true) => {
                "Others who sign the ledger's checkpoints, each only if it goes on from the last: not even this firm can put its past back unseen."
            }
            Some(false) => {
                "New entries are not witnessed until enough answer again; then all that they missed is. Work goes on meanwhile. Call whoever runs them; one that is gone for good is taken out of the file of [ledger] policy."
            }
        }),
        facts: reach.into_iter().chain(h.witnesses.iter().map(fact)).collect(),
    }
}

pub(super) fn timestamps(page: &Page, h: &State) -> Check {
    let today::Stamps { asked, newest, trouble } = &h.stamps;
    let mut facts = Vec::new();
    if let Some(stamp) = newest {
        let says =
            format!("{}, {}", many(stamp.size, "entry", "entries"), page.clocks.when(stamp.said_at).text);
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
        says: String::from(if *asked {
            "A timestamp authority (RFC 3161) says once a day what the ledger was by then. /ledger/timestamps lists what it said."
        } else {
            "A timestamp authority (RFC 3161) says once a day what the ledger was by then. Name one in [ledger] timestamps."
        }),
        facts,
    }
}

/// A backup this old needs someone.
const OLD: i64 = 8 * DAY;

/// What is wrong with the newest backup.
pub(super) fn backup_trouble(page: &Page, last: LastBackup) -> Option<&'static str> {
    if page.ctx.now() - last.at > OLD {
        return Some("More than a week old");
    }
    (last.warnings > 0).then_some("Would not come back")
}

pub(super) fn backups(page: &Page, h: &State) -> Check {
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

/// The same for the page of the day: each copy, and what is amiss or missing.
pub(super) fn lines(page: &Page, a: &AdministratorDay) -> Vec<Line> {
    let line = |title: &str, says: String, chip: Option<Chip>| Line {
        title: title.to_owned(),
        href: Some(String::from("/health")),
        says,
        chip,
    };
    let unset = || Some(Chip::toned(Tone::Warn, Icon::Clock, "Not set up"));
    let keyring = a.replicas.iter().map(|r| Line {
        title: r.folder.clone(),
        href: None,
        says: r.read_back.map_or_else(
            || String::from("Keyring, not read back since the start"),
            |at| format!("Keyring, read back {}", page.clocks.when(at).text),
        ),
        chip: None,
    });
    let ledger = a.ledger_replicas.iter().map(|r| Line {
        title: r.folder.clone(),
        href: None,
        says: replica_says(page, &r.state),
        chip: r.state.trouble.as_ref().map(|_| Chip::toned(Tone::Wax, Icon::No, "Not kept up")),
    });
    let mut all: Vec<Line> = keyring.chain(ledger).collect();
    if a.ledger_replicas.is_empty() {
        all.push(line(
            "Replica of the ledger",
            String::from("None: the ledger lies in the database alone."),
            unset(),
        ));
    }
    let (says, chip) = match a.backup {
        None => (String::from("None has been taken yet."), unset()),
        Some(last) => {
            let trouble = backup_trouble(page, last);
            let chip = trouble.map(|says| Chip::toned(Tone::Wax, Icon::No, says));
            (format!("The newest is of {}.", page.clocks.when(last.at).text), chip)
        }
    };
    all.push(line("Backup", says, chip));
    if let Some(chip) = witnesses_chip(&a.witnesses, a.enough_witnesses) {
        let failing = a.witnesses.iter().filter(|w| w.trouble.is_some());
        let says = failing.map(|w| format!("{}: {}", w.name, witness_says(page, w))).collect::<Vec<_>>();
        let says = if says.is_empty() {
            format!(
                "{} sign the ledger's checkpoints.",
                many(a.witnesses.len() as u64, "outside witness", "outside witnesses")
            )
        } else {
            says.join(" ")
        };
        all.push(line("Witnesses", says, Some(chip)));
    }
    all
}
