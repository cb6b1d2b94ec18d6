//! Tests of the policies: who puts others in force, what none may do, and that nothing put back behind the program's
//! back decides.

use strongroom_storage::params;
use strongroom_storage::sql::{Param, Sql};

use super::*;
use crate::features::firm::fixture::Fixture;
use crate::kernel::actor::Role;
use crate::kernel::ctx::Ctx;
use crate::kernel::error::{Error, Result};
use crate::kernel::gate::{Gate, PolicyFile, Principal, Situation, ThingKind, built_in};
use crate::kernel::id::ProposalId;
use crate::kernel::situations::{Case, Facets, Region, Study, cases, kinds_of};
use crate::kernel::text::Reason;
use crate::kernel::verb::Verb;

const SAID: &str = "Only the team of this matter can open it. Ask the lead.";
const SAYS: &str = "This is for the team alone. Ring the lead.";

fn why() -> Reason {
    Reason::parse("Agreed by the partners on Monday").unwrap()
}

fn with(from: &str, to: &str) -> Vec<PolicyFile> {
    assert!(built_in().iter().any(|(_, t)| t.contains(from)), "nothing says {from:?}");
    built_in().into_iter().map(|(n, t)| (n, t.replace(from, to))).collect()
}

fn and(text: &str) -> Vec<PolicyFile> {
    let mut files = built_in();
    files.push((String::from("90-firm.cedar"), text.to_owned()));
    files
}

async fn propose_these(ctx: &Ctx, f: &Fixture, files: &[PolicyFile]) -> Result<Proposed> {
    f.lay(files);
    let digest = hex::encode(crate::kernel::gate::digest_of(files));
    propose(ctx, Source::Folder, &digest, Ok(why())).await
}

fn sentence(gate: &Gate) -> String {
    let who = Principal::Person { id: String::from("stf_A"), role: Role::Partner, active: true };
    let asked = gate.decide(&who, Verb::RecordRead, ThingKind::Record, "rec", &Situation::default()).unwrap();
    asked.because.first().unwrap().says.clone()
}

fn code<T>(result: Result<T>) -> &'static str {
    match result {
        Err(Error::Conflict { code, .. }) => code,
        Err(other) => panic!("{other}"),
        Ok(_) => "done",
    }
}

#[tokio::test]
async fn two_people_change_a_sentence_and_the_gate_says_it_from_then_on() {
    let f = Fixture::new().await;
    let second = f.second().await;
    let admin = f.admin().await;
    assert_eq!(sentence(&f.room.gate()), SAID);
    let authority = f.room.authority();
    let made = propose_these(&admin, &f, &with(SAID, SAYS)).await.unwrap();
    assert!(!made.done, "nothing changes until a second person agrees");
    assert_eq!(sentence(&f.room.gate()), SAID);
    let other = propose_these(&admin, &f, &with(SAID, "Not yours.")).await;
    assert_eq!(code(other), "policy.waiting");
    // what was proposed is decided on, whatever lies in the folder now
    let nora = f.sign_in(second).await;
    let (view, difference) = proposal(&nora, made.id).await.unwrap();
    assert!(view.mine && !view.own);
    let difference = difference.unwrap();
    assert_eq!(difference.ids("changed"), ["only-the-team-opens"]);
    assert!(difference.practice.is_empty(), "a sentence changes nothing in practice: {difference:?}");
    assert!(waiting_for_me(&nora).await.unwrap().is_some());
    decide(&nora, made.id, true).await.unwrap();
    assert_eq!(sentence(&f.room.gate()), SAYS);
    assert!(f.room.authority() > authority, "running streams ask again");
    assert!(waiting_for_me(&nora).await.unwrap().is_none());
    let (_, after) = proposal(&nora, made.id).await.unwrap();
    assert_eq!(after, Some(difference), "what it changed can be looked at after the decision");
    assert_eq!(code(decide(&nora, made.id, false).await), "policy.decided");
    // the next start, by the same release or by another, goes on with what was approved
    f.room.sequence_all().await.unwrap();
    f.room.save_checkpoint().await.unwrap();
    assert_eq!(sentence(&f.reopened().await.unwrap().gate()), SAYS);
    let other = f.reopened_by(Gate::new(&with(SAID, "A new release.")).unwrap()).await.unwrap();
    assert_eq!(sentence(&other.gate()), SAYS);
    assert_eq!(sentence(other.release()), "A new release.");
}

#[tokio::test]
async fn whoever_proposed_does_not_decide_and_nobody_else_withdraws() {
    let f = Fixture::new().await;
    let second = f.second().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let admin = f.admin().await;
    let made = propose_these(&admin, &f, &with(SAID, SAYS)).await.unwrap();
    let own = decide(&admin, made.id, true).await;
    assert!(matches!(own, Err(Error::Refused(_))), "{own:?}");
    for person in [second, ann] {
        let ctx = f.sign_in(person).await;
        assert!(matches!(withdraw(&ctx, made.id).await, Err(Error::Refused(_))));
        assert!(matches!(propose_these(&ctx, &f, &with(SAID, SAYS)).await, Err(Error::Refused(_))));
    }
    assert_eq!(sentence(&f.room.gate()), SAID);
    withdraw(&admin, made.id).await.unwrap();
    assert_eq!(code(decide(&f.sign_in(second).await, made.id, true).await), "policy.decided");
    // then another can be proposed, and rejected
    let made = propose_these(&admin, &f, &with(SAID, SAYS)).await.unwrap();
    decide(&f.sign_in(ann).await, made.id, false).await.unwrap();
    assert_eq!(sentence(&f.room.gate()), SAID);
    let unknown = ProposalId::new(1, [3; 10]);
    assert!(matches!(decide(&admin, unknown, true).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn a_firm_of_one_administrator_puts_them_in_force_alone_and_the_ledger_says_so() {
    let f = Fixture::lone().await;
    let admin = f.admin().await;
    let made = propose_these(&admin, &f, &with(SAID, SAYS)).await.unwrap();
    assert!(made.done);
    assert_eq!(sentence(&f.room.gate()), SAYS);
    let (view, _) = proposal(&admin, made.id).await.unwrap();
    assert_eq!(view.state, "approved");
}

#[tokio::test]
async fn two_who_decide_at_once_decide_once() {
    let f = Fixture::new().await;
    let second = f.second().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let (nora, ann) = (f.sign_in(second).await, f.sign_in(ann).await);
    let made = propose_these(&f.admin().await, &f, &with(SAID, SAYS)).await.unwrap();
    let (yes, no) = tokio::join!(decide(&nora, made.id, true), decide(&ann, made.id, false));
    assert_eq!(usize::from(yes.is_ok()) + usize::from(no.is_ok()), 1, "{yes:?} {no:?}");
    let (view, _) = proposal(&nora, made.id).await.unwrap();
    assert_eq!(view.state, if yes.is_ok() { "approved" } else { "rejected" });
    assert_eq!(sentence(&f.room.gate()) == SAYS, yes.is_ok());
}

#[tokio::test]
async fn what_was_not_looked_at_is_not_proposed() {
    let f = Fixture::new().await;
    f.second().await;
    let admin = f.admin().await;
    f.lay(&with(SAID, SAYS));
    let look = look(&admin, Source::Folder).await.unwrap();
    f.lay(&with(SAID, "Something else."));
    assert_eq!(code(propose(&admin, Source::Folder, &look.digest, Ok(why())).await), "policy.other");
    assert_eq!(code(propose_these(&admin, &f, &built_in()).await), "policy.same");
    let broken = and("permit (principal, action, resource)");
    let unread = propose_these(&admin, &f, &broken).await;
    assert!(
        matches!(&unread, Err(Error::Conflict { code: "policy.unusable", says }) if says.contains("90-firm.cedar"))
    );
    let offers = overview(&admin).await.unwrap().candidates;
    assert!(matches!(offers[0].offer, Offer::Same));
    assert!(matches!(&offers[1].offer, Offer::Unusable(why) if why.contains("90-firm.cedar")));
}

const FIRM: Sql = Sql::new("TEST_FIRM", "SELECT policies, mac FROM firm");
const FILES: Sql = Sql::new("TEST_FILES", "SELECT name, text, mac FROM policy_file");
const SETS: Sql =
    Sql::new("TEST_SETS", "SELECT version, digest, mac FROM authority_set WHERE set_id LIKE 'firm:%'");
const FIRM_BACK: Sql = Sql::new("TEST_FIRM_BACK", "UPDATE firm SET policies = $1, mac = $2");
const FILE_BACK: Sql =
    Sql::new("TEST_FILE_BACK", "UPDATE policy_file SET text = $1, mac = $2 WHERE name = $3");
const SET_BACK: Sql = Sql::new(
    "TEST_SET_BACK",
    "UPDATE authority_set SET version = $1, digest = $2, mac = $3 WHERE set_id LIKE 'firm:%'",
);
const LOG_BACK: Sql =
    Sql::new("TEST_LOG_BACK", "DELETE FROM ledger_set WHERE set_id LIKE 'firm:%' AND version > 1");

/// Everything about the policies as it stands in the database now, to be put back later.
async fn yesterday(f: &Fixture) -> Vec<(&'static Sql, Vec<Param>)> {
    let mut all: Vec<(&'static Sql, Vec<Param>)> = Vec::new();
    let row = f.room.db.one(&FIRM, &[]).await.unwrap();
    let (policies, mac): (Vec<u8>, Vec<u8>) = (row.get("policies").unwrap(), row.get("mac").unwrap());
    all.push((&FIRM_BACK, params![policies, mac].to_vec()));
    for row in f.room.db.all(&FILES, &[]).await.unwrap() {
        let (name, text): (String, String) = (row.get("name").unwrap(), row.get("text").unwrap());
        let mac: Vec<u8> = row.get("mac").unwrap();
        all.push((&FILE_BACK, params![text, mac, name].to_vec()));
    }
    let row = f.room.db.one(&SETS, &[]).await.unwrap();
    let version: i64 = row.get("version").unwrap();
    let (digest, mac): (Vec<u8>, Vec<u8>) = (row.get("digest").unwrap(), row.get("mac").unwrap());
    all.push((&SET_BACK, params![version, digest, mac].to_vec()));
    all
}

async fn put_back(f: &Fixture, all: &[(&'static Sql, Vec<Param>)]) {
    let mut tx = f.room.db.begin().await.unwrap();
    for (sql, values) in all {
        tx.exec(sql, values).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn yesterdays_policies_put_back_decide_nothing_and_are_said() {
    let f = Fixture::new().await;
    let second = f.second().await;
    let nora = f.sign_in(second).await;
    let before = yesterday(&f).await;
    let made = propose_these(&f.admin().await, &f, &with(SAID, SAYS)).await.unwrap();
    decide(&nora, made.id, true).await.unwrap();
    // the firm's row and texts, each with its true seal; then the digest of the set as well
    let (set, rows) = before.split_last().unwrap();
    for back in [rows, std::slice::from_ref(set)] {
        put_back(&f, back).await;
        let looked = overview(&nora).await;
        assert!(matches!(looked, Err(Error::Tampered { .. })), "while it runs");
        assert_eq!(sentence(&f.room.gate()), SAYS, "and the approved ones go on deciding");
        assert_eq!(code(f.reopened().await.map(drop)), "policies.changed", "at the next start");
    }
    // and with the ledger's own index rolled back too: this process remembers
    put_back(&f, &[(&LOG_BACK, Vec::new())]).await;
    assert!(matches!(agree(&nora).await, Err(Error::Tampered { .. })));
}

#[tokio::test]
async fn a_text_changed_by_hand_keeps_the_firm_sealed() {
    const EDITED: Sql =
        Sql::new("TEST_EDITED", "UPDATE policy_file SET text = '// nothing' WHERE name = '10-always.cedar'");
    const GONE: Sql = Sql::new("TEST_GONE", "DELETE FROM policy_file WHERE name = '10-always.cedar'");
    for change in [&EDITED, &GONE] {
        let f = Fixture::new().await;
        put_back(&f, &[(change, Vec::new())]).await;
        let opened = f.reopened().await;
        assert!(
            matches!(&opened, Err(Error::Conflict { code: "policies.changed", says }) if says.contains("backup"))
        );
    }
}

/// The first bound that policies break.
fn broken(files: &[PolicyFile]) -> Breach {
    let gate = Gate::read(files).unwrap_or_else(|e| panic!("{e}"));
    breaches(&gate).unwrap().into_iter().next().expect("these policies go too far, and nothing was found")
}

#[test]
fn the_built_in_policies_keep_within_bounds() {
    let found = breaches(&Gate::new(&built_in()).unwrap()).unwrap();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn what_no_policy_may_do_is_refused_with_the_rule_and_the_situation() {
    let rule = |body: &str| and(&format!("@id(\"firm-rule\") @says(\"The firm says so.\") {body}"));
    for (files, rule, says) in [
        // content to an administrator
        (
            with("unless { context.seat != \"none\" };", "unless { context.seat != \"none\" || principal.role == \"administrator\" };")
                .into_iter()
                .chain(rule("permit (principal is Person, action == Action::\"record.read\", resource) when { principal.role == \"administrator\" };").pop())
                .collect::<Vec<_>>(),
            "firm-rule",
            "An administrator without a seat: reading a record would be allowed.",
        ),
        (
            rule("permit (principal is Person, action == Action::\"matter.see\", resource) when { principal.role == \"administrator\" };"),
            "firm-rule",
            "An administrator without a seat: seeing the matter would be allowed.",
        ),
        // a suspended or a barred person
        (with("unless { principal.active };", "when { false };"), "", "suspended or not yet enrolled: "),
        (with("when { context.wall == \"barred\" };", "when { false };"), "", "barred by a wall: "),
        (with("when { context.wall == \"not_admitted\" }", "when { false }"), "", "not admitted by a wall: "),
        (
            with("unless { principal.role == \"compliance_officer\" && resource is Wall };", "unless { principal.role == \"compliance_officer\" };"),
            "",
            "A compliance officer",
        ),
        // no fresh code
        (with("unless { context.stepped_up };", "when { false };"), "", "without a fresh code: "),
        (
            with("unless { context.stepped_up };", "unless { context.stepped_up || action == Action::\"matter.export\" };"),
            "leads-export",
            "exporting the matter would be allowed.",
        ),
        // a token beyond its scope
        (with("unless { context.scoped };", "when { false };"), "", "by a token without the scope: "),
        // another client beside the one that is presented
        (with("when { context.aside }", "when { false }"), "", "while another client is presented: "),
        (rule("permit (principal is Person, action == Action::\"wall.see\", resource) when { context.aside };"), "firm-rule", ""),
        // the system reads
        (
            rule("permit (principal, action == Action::\"record.read\", resource);"),
            "firm-rule",
            "",
        ),
        (
            with("permit (principal is System, action == Action::\"upload.sweep\", resource)", "permit (principal is System, action == Action::\"directory.build\", resource)"),
            "",
            "The system's sweeper: ",
        ),
        // the way back
        (with("action in [Action::\"policy.propose\", Action::\"policy.withdraw\"]", "action == Action::\"policy.withdraw\""), "", "proposing other policies would be refused."),
        (rule("forbid (principal is Person, action == Action::\"policy.decide\", resource);"), "firm-rule", "deciding on other policies would be refused."),
        // one's own
        (
            with("Action::\"seat.end\"], resource)\nwhen { context.own };", "Action::\"seat.end\"], resource)\nwhen { false };"),
            "",
            "about themselves",
        ),
        // a wall told of under another name
        (rule("forbid (principal is Person, action == Action::\"matter.export\", resource) when { context.wall != \"none\" };"), "firm-rule", ""),
    ] {
        let breach = broken(&files);
        assert!(rule.is_empty() || breach.rules.iter().any(|r| r == rule), "{breach:?}");
        assert!(breach.says.contains(says), "{says:?} is not said: {breach:?}");
    }
}

#[test]
fn a_rule_about_one_person_or_one_thing_is_refused() {
    for body in [
        "permit (principal == Person::\"stf_01K00000000000000000000000\", action, resource);",
        "permit (principal, action, resource) when { resource == Record::\"rec_01K00000000000000000000000\" };",
    ] {
        let files = and(&format!("@id(\"firm-rule\") @says(\"The firm says so.\") {body}"));
        let unusable = Gate::read(&files).err().expect("it names someone");
        assert_eq!(unusable.rule.as_deref(), Some("firm-rule"));
        assert!(unusable.says.contains("it names"), "{unusable}");
    }
}

#[tokio::test]
async fn policies_that_go_too_far_are_not_even_proposed() {
    let f = Fixture::new().await;
    f.second().await;
    let files = with("unless { principal.active };", "when { false };");
    let refused = propose_these(&f.admin().await, &f, &files).await;
    let Err(Error::Conflict { code: "policy.too_far", says }) = refused else { panic!("{refused:?}") };
    assert!(says.contains("suspended or not yet enrolled"), "{says}");
    assert!(!look(&f.admin().await, Source::Folder).await.unwrap().breaches.is_empty());
}

#[test]
fn what_changes_in_practice_is_said_in_words() {
    let (before, after) = (
        Gate::new(&built_in()).unwrap(),
        Gate::new(
            &with("unless { context.seat != \"none\" };", "unless { context.seat != \"none\" || principal.role == \"partner\" };")
                .into_iter()
                .chain(and("@id(\"partners-read\") @says(\"Partners read.\") permit (principal is Person, action == Action::\"record.read\", resource) when { principal.role == \"partner\" };").pop())
                .collect::<Vec<_>>(),
        )
        .unwrap(),
    );
    let found = difference(&before, &after).unwrap();
    assert_eq!(found.ids("added"), ["partners-read"]);
    assert_eq!(found.ids("changed"), ["only-the-team-opens"]);
    let expected = Change {
        who: String::from("A partner without a seat"),
        acts: vec![String::from("reading a record")],
        opens: true,
    };
    assert_eq!(found.practice, [expected]);
    let back = difference(&after, &before).unwrap();
    assert_eq!(back.ids("removed"), ["partners-read"]);
    assert!(!back.practice[0].opens);
}

/// The study skips what it proves to be equal. Here it is held against asking everything.
#[test]
fn what_the_study_skips_is_equal() {
    let gate = Gate::new(&built_in()).unwrap();
    let study = Study::of(&gate).unwrap();
    let whole = cases(
        Facets::default().or(Facets::ROLE).or(Facets::SEAT).or(Facets::WALL).or(Facets::OPEN),
        Region::default(),
    );
    for verb in Verb::ALL {
        for kind in kinds_of(*verb).unwrap() {
            let slice = study.slice("Person", *verb, kind).unwrap();
            for (place, case) in whole.iter().enumerate() {
                if !(place + *verb as usize).is_multiple_of(11) {
                    continue;
                }
                let case = Case { active: place % 3 != 0, ..*case };
                let asked = gate.decide(&case.who(), *verb, kind, "any", &case.how).unwrap().allowed;
                assert_eq!(slice.allows(&case.who(), &case.how).unwrap(), asked, "{} {case:?}", verb.word());
                // a fact that the slice does not look at changes nothing
                let turned = Case {
                    how: Situation { leads: true, own: !case.how.own, stepped_up: false, ..case.how },
                    ..case
                };
                if !slice.facets.has(Facets::LEADS.or(Facets::OWN).or(Facets::STEPPED_UP)) {
                    let other = gate.decide(&turned.who(), *verb, kind, "any", &turned.how).unwrap().allowed;
                    assert_eq!(other, asked, "{} looks at more than it says", verb.word());
                }
            }
        }
    }
}
