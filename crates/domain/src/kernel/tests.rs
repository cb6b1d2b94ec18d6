//! Tests of the spine: the policies against the table of `api.md` written down a second time, names, text.

use super::actor::Role;
use super::blind;
use super::facts::WallAnswer;
use super::gate::{Gate, PolicyFile, Principal, Situation, ThingKind, built_in};
use super::verb::{Scope, Verb};
use crate::features::firm::fixture::policies;

/// One question to the gate.
#[derive(Clone, Copy, Debug)]
struct Case {
    role: Role,
    active: bool,
    how: Situation,
}

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for role in Role::ALL {
        for seat in ["none", "reader", "member", "lead"] {
            for wall in [WallAnswer::None, WallAnswer::Barred, WallAnswer::NotAdmitted] {
                // what is presented only forbids: a few cases of it, in which else much is allowed
                for bits in (0..64_u32).chain([0b111_1100, 0b111_1110, 0b111_1111]) {
                    let on = |bit: u32| bits & (1 << bit) != 0;
                    let how = Situation {
                        seat,
                        wall,
                        leads: on(0),
                        own: on(1),
                        open: on(2),
                        stepped_up: on(3),
                        scoped: on(4),
                        aside: on(6),
                    };
                    all.push(Case { role: *role, active: on(5), how });
                }
            }
        }
    }
    all
}

/// The table of `api.md`, "Who may what", read again by a second pair of eyes.
fn table(verb: Verb, kind: ThingKind, c: Case) -> bool {
    use Role::{Administrator, Auditor, ClientContact, ComplianceOfficer, Partner, RecordsManager};
    use Verb as V;
    let lead = c.how.seat == "lead";
    let writes = lead || c.how.seat == "member";
    let seated = writes || c.how.seat == "reader";
    let is = |role: Role| c.role == role;
    let watches = is(ComplianceOfficer) || is(Auditor);
    let waived = kind == ThingKind::Wall && is(ComplianceOfficer) && c.how.wall == WallAnswer::NotAdmitted;
    if !c.active || !c.how.scoped || (c.how.wall != WallAnswer::None && !waived) {
        return false;
    }
    let own_page = [V::MeRead, V::TodayRead, V::SessionList, V::SessionEnd, V::SignOut, V::StepUp];
    let own_keys = [V::TokenMake, V::TokenEnd, V::CredentialChange];
    if is(ClientContact) && !own_page.contains(&verb) && !own_keys.contains(&verb) {
        return false;
    }
    // while a client is presented, what is not of it waits; lists show what is
    let goes_on = [V::ClientList, V::MatterList, V::RecordSearch, V::UploadList, V::StaffList, V::StaffSee];
    if c.how.aside && !goes_on.contains(&verb) && !own_page.contains(&verb) {
        return false;
    }
    match verb {
        V::MeRead | V::TodayRead | V::ClientList | V::MatterList => true,
        V::RecordSearch | V::UploadList | V::WallList => true,
        V::SessionList
        | V::SessionEnd
        | V::SignOut
        | V::StepUp
        | V::TokenMake
        | V::TokenEnd
        | V::CredentialChange => c.how.own,
        V::ClientCreate => is(Partner) || is(RecordsManager),
        V::MatterCreate => (is(Partner) && (seated || c.how.own)) || is(RecordsManager),
        V::ClientSee if is(Partner) && c.how.own => true,
        V::ClientSee | V::MatterSee | V::TeamSee => seated || is(RecordsManager) || is(ComplianceOfficer),
        V::ClientRename => is(RecordsManager) || (is(Partner) && lead),
        V::RecordList
        | V::RecordRead
        | V::RecordPreview
        | V::RecordDownload
        | V::RecordActivity
        | V::MatterActivity => seated,
        V::RecordAdd
        | V::FolderMake
        | V::UploadBegin
        | V::UploadPart
        | V::UploadEnd
        | V::RecordVersion
        | V::RecordRename
        | V::RecordMove
        | V::LabelRaise => writes && c.how.open,
        V::LabelLower => (lead || is(RecordsManager)) && c.how.open,
        V::MatterRename => (lead || is(RecordsManager)) && c.how.open,
        V::MatterClose | V::MatterReopen => lead || is(RecordsManager),
        V::SeatGive | V::SeatEnd => (lead || is(RecordsManager)) && !c.how.own,
        V::MatterExport => lead && c.how.stepped_up,
        V::WallSee => is(ComplianceOfficer) || c.how.leads,
        V::WallMake | V::WallChange | V::WallEnd => is(ComplianceOfficer) && c.how.stepped_up,
        V::LedgerList => watches,
        V::LedgerCopy => is(Auditor),
        V::LedgerRead => watches || c.how.own || seated,
        V::LedgerOwn | V::ExplainOwn => true,
        V::ExplainOther => watches || lead,
        V::StaffList | V::StaffSee | V::GroupList => true,
        V::StaffInvite | V::GroupChange => is(Administrator) && c.how.stepped_up,
        V::StaffSuspend | V::StaffResume | V::RoleChange | V::CredentialReset => {
            is(Administrator) && c.how.stepped_up && !c.how.own
        }
        V::ApprovalList => is(Administrator) || is(Partner) || is(ComplianceOfficer),
        V::ApprovalDecide => (is(Partner) || is(ComplianceOfficer)) && c.how.stepped_up && !c.how.own,
        V::ApprovalWithdraw => is(Administrator) && c.how.own,
        V::PolicyList => is(Administrator) || is(Partner) || watches,
        V::PolicyPropose => is(Administrator) && c.how.stepped_up,
        V::PolicyWithdraw => is(Administrator) && c.how.own,
        V::PolicyDecide => (is(Partner) || is(ComplianceOfficer)) && c.how.stepped_up && !c.how.own,
        V::HealthRead | V::SystemSeal => is(Administrator),
        V::SignIn
        | V::Enrol
        | V::FirmInit
        | V::SystemUnseal
        | V::SystemCheck
        | V::SystemBackup
        | V::SystemRestore
        | V::LedgerCount
        | V::LedgerTime
        | V::StrangersRefused
        | V::DirectoryBuild
        | V::UploadSweep => false,
    }
}

/// What each verb of a person is done to.
fn kinds(verb: Verb) -> Vec<ThingKind> {
    use ThingKind as K;
    use Verb as V;
    match verb {
        V::ClientSee | V::ClientRename | V::MatterCreate => vec![K::Client],
        V::MatterSee
        | V::TeamSee
        | V::RecordList
        | V::MatterActivity
        | V::RecordAdd
        | V::FolderMake
        | V::UploadBegin
        | V::UploadPart
        | V::UploadEnd
        | V::SeatGive
        | V::SeatEnd
        | V::MatterClose
        | V::MatterReopen
        | V::MatterRename
        | V::MatterExport => vec![K::Matter],
        V::RecordRead
        | V::RecordPreview
        | V::RecordDownload
        | V::RecordActivity
        | V::RecordVersion
        | V::RecordRename
        | V::RecordMove
        | V::LabelRaise
        | V::LabelLower => vec![K::Record],
        V::WallSee | V::WallChange | V::WallEnd => vec![K::Wall],
        V::ExplainOwn | V::ExplainOther => vec![K::Firm, K::Matter, K::Client, K::Record],
        V::StaffSee
        | V::StaffSuspend
        | V::StaffResume
        | V::RoleChange
        | V::CredentialReset
        | V::ApprovalDecide
        | V::ApprovalWithdraw
        | V::CredentialChange
        | V::SessionList
        | V::SessionEnd
        | V::SignOut
        | V::StepUp
        | V::TokenMake
        | V::TokenEnd => {
            vec![K::Staff]
        }
        V::SignIn
        | V::Enrol
        | V::FirmInit
        | V::SystemUnseal
        | V::SystemCheck
        | V::SystemBackup
        | V::SystemRestore
        | V::LedgerCount
        | V::LedgerTime
        | V::StrangersRefused
        | V::DirectoryBuild
        | V::UploadSweep => Vec::new(),
        _ => vec![K::Firm],
    }
}

/// The first question that the gate answers differently from the table; `stride` thins them out.
fn first_difference(gate: &Gate, stride: usize) -> Option<String> {
    let cases = cases();
    for verb in Verb::ALL {
        for kind in kinds(*verb) {
            for (place, case) in cases.iter().enumerate() {
                // every case of two neighbours comes up for some verb: the stride is prime
                if !(place + *verb as usize).is_multiple_of(stride) {
                    continue;
                }
                let who =
                    Principal::Person { id: String::from("stf_A"), role: case.role, active: case.active };
                let decision = gate.decide(&who, *verb, kind, "thing", &case.how).unwrap();
                if decision.allowed != table(*verb, kind, *case) {
                    return Some(format!("{} on {kind:?}: {case:?}: {decision:?}", verb.word()));
                }
            }
        }
    }
    None
}

#[test]
fn the_policies_say_what_the_table_says() {
    let gate = Gate::new(&policies()).unwrap();
    if let Some(difference) = first_difference(&gate, 7) {
        panic!("policies and table disagree; change the one that is wrong: {difference}");
    }
}

/// Questions in whose answer a rule has a part, a few for each rule.
fn questions(gate: &Gate) -> std::collections::BTreeMap<String, Vec<(Verb, ThingKind, Case)>> {
    let cases = cases();
    let mut asked: std::collections::BTreeMap<String, Vec<(Verb, ThingKind, Case)>> = Default::default();
    for verb in Verb::ALL {
        for kind in kinds(*verb) {
            for case in cases.iter().skip(*verb as usize % 5).step_by(5) {
                let who =
                    Principal::Person { id: String::from("stf_A"), role: case.role, active: case.active };
                for because in gate.decide(&who, *verb, kind, "thing", &case.how).unwrap().because {
                    let some = asked.entry(because.rule).or_default();
                    // of each verb a few, so that no rule is judged by one corner alone
                    if some.iter().filter(|(v, ..)| v == verb).count() < 4 {
                        some.push((*verb, kind, *case));
                    }
                }
            }
        }
    }
    asked
}

/// A permit that is taken out takes something away, a forbid that is taken out lets something through or at
/// least changes what is said: each must show in some answer.
#[test]
fn taking_out_any_policy_is_noticed() {
    let gate = Gate::new(&built_in()).unwrap();
    let of_the_system = [
        "operator-runs",
        "sequencer-writes-the-time",
        "checker-checks",
        "directory-builds-names",
        "sweeper-sweeps",
        "strangers-may-sign-in",
    ];
    let asked = questions(&gate);
    for rule in gate.rules().map(|b| b.rule.clone()).filter(|r| !of_the_system.contains(&r.as_str())) {
        let less = Gate::new(&blind::without(&rule).unwrap()).unwrap();
        let noticed = asked.get(&rule).into_iter().flatten().any(|(verb, kind, case)| {
            let who = Principal::Person { id: String::from("stf_A"), role: case.role, active: case.active };
            let ask = |gate: &Gate| gate.decide(&who, *verb, *kind, "thing", &case.how).unwrap();
            ask(&less) != ask(&gate)
        });
        assert!(noticed, "without the policy {rule} nothing changes: it is dead, delete it");
    }
}

/// The rules that are left out of a question would have changed nothing in its answer.
#[test]
fn a_slice_of_the_rules_answers_like_all_of_them() {
    let gate = Gate::new(&built_in()).unwrap();
    let (cases, everyone) =
        (cases(), [Principal::Operator, Principal::Anonymous, Principal::System("sweeper")]);
    for (verb, kind) in Verb::ALL.iter().flat_map(|verb| ThingKind::ALL.map(|kind| (*verb, kind))) {
        let people = cases.iter().skip(verb as usize % 211).step_by(211).map(|case| {
            let who = Principal::Person { id: String::from("stf_A"), role: case.role, active: case.active };
            (who, case.how)
        });
        for (who, how) in people.chain(everyone.iter().map(|who| (who.clone(), Situation::default()))) {
            let whole = gate.respond(gate.policies(), &who, verb, kind, "thing", &how).unwrap();
            let slice = gate.decide(&who, verb, kind, "thing", &how).unwrap();
            assert_eq!(
                whole.decision() == cedar_policy::Decision::Allow,
                slice.allowed,
                "{who:?} {verb:?} {how:?}"
            );
            let mut reasons: Vec<String> = whole.diagnostics().reason().map(ToString::to_string).collect();
            reasons.sort();
            if reasons.is_empty() {
                reasons.push(String::from("nobody-said-so"));
            }
            assert_eq!(reasons, slice.rules(), "{who:?} {verb:?} {kind:?} {how:?}");
        }
    }
}

#[test]
fn work_of_the_system_may_do_its_one_job_and_nothing_else() {
    let gate = Gate::new(&policies()).unwrap();
    let may = |who: &Principal, verb: Verb, kind: ThingKind| {
        gate.decide(who, verb, kind, "firm", &Situation::default()).is_ok_and(|d| d.allowed)
    };
    let jobs: &[(Principal, &[Verb])] = &[
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
        (Principal::System("sequencer"), &[Verb::LedgerCount, Verb::LedgerTime, Verb::StrangersRefused]),
        (Principal::System("directory"), &[Verb::DirectoryBuild]),
        (Principal::System("checker"), &[Verb::SystemCheck]),
        (Principal::System("sweeper"), &[Verb::UploadSweep]),
        (Principal::Anonymous, &[Verb::SignIn, Verb::Enrol]),
    ];
    for (who, verbs) in jobs {
        for verb in Verb::ALL {
            let kind = match verb {
                Verb::SignIn | Verb::Enrol => ThingKind::Staff,
                other => kinds(*other).first().copied().unwrap_or(ThingKind::Firm),
            };
            assert_eq!(may(who, *verb, kind), verbs.contains(verb), "{who:?} {}", verb.word());
        }
    }
}

#[test]
fn the_sentence_on_screen_is_the_one_in_the_file() {
    let changed: Vec<PolicyFile> = built_in()
        .into_iter()
        .map(|(n, t)| (n, t.replace("Only the team of this matter can open it. Ask the lead.", "Not yours.")))
        .collect();
    let gate = Gate::new(&changed).unwrap();
    let who = Principal::Person { id: String::from("stf_A"), role: Role::Partner, active: true };
    let decision =
        gate.decide(&who, Verb::RecordRead, ThingKind::Record, "rec", &Situation::default()).unwrap();
    assert!(!decision.allowed);
    assert_eq!(decision.because.first().unwrap().says, "Not yours.");
    assert_ne!(gate.digest(), Gate::new(&built_in()).unwrap().digest());
}

#[test]
fn a_policy_without_a_sentence_is_refused() {
    let bare =
        vec![(String::from("x.cedar"), String::from("@id(\"x\") permit (principal, action, resource);"))];
    assert!(Gate::new(&bare).is_err());
}

#[test]
fn every_verb_has_one_word_and_one_scope() {
    let mut words: Vec<&str> = Verb::ALL.iter().map(|v| v.word()).collect();
    words.sort_unstable();
    let count = words.len();
    words.dedup();
    assert_eq!(words.len(), count);
    assert!(Verb::ALL.iter().all(|v| Verb::parse(v.word()) == Some(*v)));
    assert!(Scope::ALL.iter().all(|s| Scope::parse(s.word()) == Some(*s)));
}
