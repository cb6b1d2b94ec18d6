//! What no policy of any firm may do, and what each must leave possible.
//!
//! Held over the whole table of situations, at proposing and again at deciding, so that two people can change the
//! rules of their firm and cannot, even together and by mistake, take down what every client relies on: a wall, a
//! suspension, a fresh code, an administrator who reads nothing. What must be left possible is what the system needs
//! to open again tomorrow, and the way back: to propose, and to decide.

use std::collections::BTreeSet;

use crate::kernel::actor::{Role, SystemRole};
use crate::kernel::error::Result;
use crate::kernel::facts::WallAnswer;
use crate::kernel::gate::{Gate, Principal, Situation, ThingKind};
use crate::kernel::situations::{Case, Facets, Region, Slice, Study, cases, kinds_of};
use crate::kernel::verb::Verb;

use super::words;

/// A rule that goes too far, or is missing, and a situation that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// What no policy may do.
    pub bound: &'static str,
    /// The rules that do it; where something is missing, those that refuse it.
    pub rules: Vec<String>,
    /// The situation, in words.
    pub says: String,
}

/// The rules by whose names the program knows that a wall stands in the way, and hides it from those who may not know.
pub(crate) const WALL_RULES: [&str; 2] = ["wall-bars", "wall-admits-others"];
const STEP_UP: &str = "step-up";
const PRESENTING: &str = "presenting";

/// Shown of each bound; the first few say enough.
const SHOWN: usize = 3;

/// What needs a fresh code: walls, roles, export, and these rules themselves.
const WITH_CODE: &[Verb] = &[
    Verb::WallMake,
    Verb::WallChange,
    Verb::WallEnd,
    Verb::StaffInvite,
    Verb::StaffSuspend,
    Verb::StaffResume,
    Verb::RoleChange,
    Verb::CredentialReset,
    Verb::GroupChange,
    Verb::ApprovalDecide,
    Verb::PolicyPropose,
    Verb::PolicyDecide,
    Verb::MatterExport,
];

/// What opens what a client has told the firm.
const CONTENT: &[Verb] = &[
    Verb::RecordList,
    Verb::RecordRead,
    Verb::RecordPreview,
    Verb::RecordDownload,
    Verb::RecordActivity,
    Verb::MatterActivity,
    Verb::MatterExport,
];

/// What nobody does about themselves, or to what they have asked for.
const NEVER_OWN: &[Verb] = &[
    Verb::SeatGive,
    Verb::SeatEnd,
    Verb::StaffSuspend,
    Verb::StaffResume,
    Verb::RoleChange,
    Verb::CredentialReset,
    Verb::ApprovalDecide,
    Verb::PolicyDecide,
];

/// What the second person does, who is no administrator.
const SECOND: &[Verb] = &[Verb::ApprovalDecide, Verb::PolicyDecide];

/// The one job of each part of the system, and what strangers may try.
const JOBS: &[(Principal, &[Verb])] = &[
    (
        Principal::Operator,
        &[
            Verb::FirmInit,
            Verb::SystemUnseal,
            Verb::SystemSeal,
            Verb::SystemCheck,
            Verb::SystemBackup,
            Verb::SystemRestore,
        ],
    ),
    (
        Principal::System(SystemRole::Sequencer.word()),
        &[Verb::LedgerTime, Verb::LedgerCount, Verb::StrangersRefused],
    ),
    (Principal::System(SystemRole::Directory.word()), &[Verb::DirectoryBuild]),
    (Principal::System(SystemRole::Checker.word()), &[Verb::SystemCheck]),
    (Principal::System(SystemRole::Sweeper.word()), &[Verb::UploadSweep]),
    (Principal::Anonymous, &[Verb::SignIn, Verb::Enrol]),
];

/// Everything about these policies that no firm may have; empty for policies that may be proposed.
///
/// # Errors
/// A fault of ours.
pub fn breaches(gate: &Gate) -> Result<Vec<Breach>> {
    let study = Study::of(gate)?;
    let mut found = names(&study);
    found.extend(work(&study)?);
    found.extend(left_possible(gate)?);
    let mut holds = Held { known: BTreeSet::new(), found };
    for verb in Verb::ALL {
        for kind in kinds_of(*verb)? {
            let slice = study.slice("Person", *verb, kind)?;
            for (bound, region) in forbidden(*verb, kind) {
                holds.region(&slice, *verb, kind, bound, region)?;
            }
        }
    }
    Ok(holds.found)
}

/// The parts of the table in which nothing may be allowed.
fn forbidden(verb: Verb, kind: ThingKind) -> Vec<(&'static str, Region)> {
    // what is presented opens nothing: one rule looks at it, and forbids (see `names`)
    let base = Region { aside: Some(false), ..Region::default() };
    let active = Region { active: Some(true), ..base };
    let unwalled = Region { wall: Some(WallAnswer::None), ..active };
    let usual = Region { scoped: Some(true), ..unwalled };
    let mut all = vec![
        ("Nobody acts who is suspended or has not enrolled.", Region { active: Some(false), ..base }),
        ("Whom a wall bars does not pass it.", Region { wall: Some(WallAnswer::Barred), ..active }),
        ("A token does only what its scope says.", Region { scoped: Some(false), ..unwalled }),
    ];
    let not_admitted = Region { wall: Some(WallAnswer::NotAdmitted), ..active };
    for role in Role::ALL {
        // whoever keeps a wall is seldom on its list
        if kind != ThingKind::Wall || *role != Role::ComplianceOfficer {
            let region = Region { role: Some(*role), ..not_admitted };
            all.push(("Whom a wall does not admit does not pass it.", region));
        }
    }
    let of_clients =
        matches!(kind, ThingKind::Client | ThingKind::Matter | ThingKind::Record | ThingKind::Wall);
    let of_all = matches!(
        verb,
        Verb::ClientCreate | Verb::WallMake | Verb::LedgerList | Verb::LedgerRead | Verb::LedgerCopy
    );
    if (of_clients && verb != Verb::ExplainOwn) || of_all {
        // one's own acts are everyone's to read
        let own = (verb == Verb::LedgerRead).then_some(false);
        let nothing = Region { seat: Some("none"), leads: Some(false), own, ..usual };
        let says = "An administrator learns nothing of clients, matters, records and walls, and changes nothing about them.";
        all.push((says, Region { role: Some(Role::Administrator), ..nothing }));
        let says = "A client contact learns nothing of clients, matters, records and walls before the portal exists.";
        all.push((says, Region { role: Some(Role::ClientContact), ..nothing }));
    }
    if of_clients {
        let says = "While a client is presented, nothing of another is shown or done in that browser.";
        all.push((says, Region { aside: Some(true), ..usual }));
    }
    if CONTENT.contains(&verb) {
        let says = "Records open to those who have a seat; a role alone opens none.";
        all.push((says, Region { seat: Some("none"), ..usual }));
    }
    if WITH_CODE.contains(&verb) {
        let says = "Walls, roles, groups, approvals, policies and export need a fresh code.";
        all.push((says, Region { stepped_up: Some(false), ..usual }));
    }
    if NEVER_OWN.contains(&verb) {
        let says = "Nobody changes their own seat, role or account, or decides what they have asked for.";
        all.push((says, Region { own: Some(true), ..usual }));
    }
    if SECOND.contains(&verb) {
        let says = "The second person is no administrator.";
        all.push((says, Region { role: Some(Role::Administrator), ..usual }));
    }
    all
}

/// What was looked at, and what was found.
struct Held {
    known: BTreeSet<(String, &'static str, Option<Role>)>,
    found: Vec<Breach>,
}

impl Held {
    fn region(
        &mut self,
        slice: &Slice<'_>,
        verb: Verb,
        kind: ThingKind,
        bound: &'static str,
        region: Region,
    ) -> Result<()> {
        let shown = self.found.iter().filter(|b| b.bound == bound).count();
        // the same rules answer the same: looked at for another verb already
        if shown >= SHOWN || !self.known.insert((slice.likeness.clone(), bound, region.role)) {
            return Ok(());
        }
        for case in cases(slice.facets, region) {
            if slice.allows(&case.who(), &case.how)? {
                let who = words::person(&case, slice.facets.has(Facets::SEAT) || region.seat.is_some());
                let says = format!("{who}: {} would be allowed.", words::act(verb, kind));
                self.found.push(Breach { bound, rules: slice.rules(&case.who(), &case.how)?, says });
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Some rules are known to the program by name: nothing else may do their work.
fn names(study: &Study<'_>) -> Vec<Breach> {
    let mut found = Vec::new();
    let others: Vec<String> =
        study.rules_looking_at(Facets::WALL).filter(|r| !WALL_RULES.contains(r)).map(str::to_owned).collect();
    if !others.is_empty() {
        found.push(Breach {
            bound: "Only the rules wall-bars and wall-admits-others look at walls.",
            rules: others,
            says: String::from(
                "Their names and sentences are hidden from whoever may not know of a wall. Another rule's would tell of it.",
            ),
        });
    }
    let others: Vec<String> =
        study.rules_looking_at(Facets::STEPPED_UP).filter(|r| *r != STEP_UP).map(str::to_owned).collect();
    if !others.is_empty() {
        found.push(Breach {
            bound: "Only the rule step-up asks for a fresh code.",
            rules: others,
            says: String::from(
                "By its name the screens know that a code would help. Another rule's refusal would be final.",
            ),
        });
    }
    let others: Vec<String> = study
        .rules_looking_at(Facets::ASIDE)
        .filter(|r| *r != PRESENTING || !study.forbids(r))
        .map(str::to_owned)
        .collect();
    if !others.is_empty() {
        found.push(Breach {
            bound: "Only the rule presenting looks at what is presented, and it only forbids.",
            rules: others,
            says: String::from("To present a client hides the others. It must not open anything."),
        });
    }
    found
}

/// Nobody but a person does anything beyond the one job that they have.
fn work(study: &Study<'_>) -> Result<Vec<Breach>> {
    let mut found = Vec::new();
    for (who, jobs) in JOBS {
        let actor = match who {
            Principal::Operator => "Operator",
            Principal::System(_) => "System",
            Principal::Anonymous => "Anonymous",
            Principal::Person { .. } => "Person",
        };
        for verb in Verb::ALL {
            for kind in kinds_of(*verb)? {
                let slice = study.slice(actor, *verb, kind)?;
                for own in [false, true] {
                    let how = Situation { own, ..Situation::default() };
                    let (may, should) = (slice.allows(who, &how)?, jobs.contains(verb));
                    // one's own is asked of people alone
                    if may == should || (should && own) || found.len() >= SHOWN {
                        continue;
                    }
                    let act = words::act(*verb, kind);
                    let says =
                        if may { "would be allowed" } else { "would be refused, and the system needs it" };
                    found.push(Breach {
                        bound: "The system, its operator and strangers do their one job each, and read nothing.",
                        rules: slice.rules(who, &how)?,
                        says: format!("{}: {act} {says}.", words::work(who)),
                    });
                }
            }
        }
    }
    Ok(found)
}

/// The way back, and what everyone needs to act at all.
fn left_possible(gate: &Gate) -> Result<Vec<Breach>> {
    let mut needs: Vec<(Role, Verb, ThingKind, bool)> = Vec::new();
    for role in Role::ALL {
        needs.push((*role, Verb::StepUp, ThingKind::Staff, true));
        needs.push((*role, Verb::SignOut, ThingKind::Staff, true));
    }
    for role in [Role::Administrator, Role::Partner, Role::ComplianceOfficer] {
        needs.push((role, Verb::PolicyList, ThingKind::Firm, false));
    }
    needs.push((Role::Administrator, Verb::PolicyPropose, ThingKind::Firm, false));
    needs.push((Role::Administrator, Verb::PolicyWithdraw, ThingKind::Firm, true));
    needs.push((Role::Partner, Verb::PolicyDecide, ThingKind::Firm, false));
    needs.push((Role::ComplianceOfficer, Verb::PolicyDecide, ThingKind::Firm, false));
    let mut found = Vec::new();
    for (role, verb, kind, own) in needs {
        let case = Case { role, how: Situation { own, ..Case::USUAL.how }, ..Case::USUAL };
        let decision = gate.decide(&case.who(), verb, kind, "any", &case.how)?;
        if !decision.allowed && found.len() < SHOWN {
            found.push(Breach {
                bound: "Policies leave the way back open, and let everyone sign out and give a fresh code.",
                rules: decision.rules(),
                says: format!("{}: {} would be refused.", words::a_role(role), words::act(verb, kind)),
            });
        }
    }
    Ok(found)
}
