//! Tests of people and the second person.

use super::model::stand;
use super::*;
use crate::features::firm::fixture::{Fixture, invitation};
use crate::features::session::{authenticate_token, make_token};
use crate::kernel::actor::{Channel, Role};
use crate::kernel::clock::{DAY, HOUR};
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::id::StaffId;
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::sets::Set;
use crate::kernel::target::{Subject, Target};
use crate::kernel::text::{Name, Reason};
use crate::kernel::verb::{Scope, Verb};

fn because() -> Reason {
    Reason::parse("Asked in writing on Monday").unwrap()
}

#[tokio::test]
async fn the_first_second_person_is_made_alone_and_the_next_is_not() {
    let f = Fixture::new().await;
    let second = f.second().await;
    let admin = f.admin().await;
    let made = admin.perform(invitation("Ann Poole", Role::Partner)).await.unwrap();
    assert!(made.link.is_none(), "an administrator alone makes nobody who can hold a seat");
    let approval = made.approval.unwrap();
    let early = admin.perform(IssueLink { staff: made.staff }).await;
    assert!(matches!(early, Err(Error::Conflict { code: "approval.waiting", .. })));
    let own = decide_approval(&admin, approval, true).await;
    assert!(matches!(own, Err(Error::Refused(_))), "nobody decides what they asked for");
    let second = f.sign_in(second).await;
    assert!(approvals(&second).await.unwrap()[0].mine);
    decide_approval(&second, approval, true).await.unwrap();
    let twice = decide_approval(&second, approval, false).await;
    assert!(matches!(twice, Err(Error::Conflict { code: "approval.decided", .. })));
    let link = f.admin().await.perform(IssueLink { staff: made.staff }).await.unwrap();
    f.enrol(made.staff, &link).await;
    let again = enrolment_start(&f.anonymous(), &link.secret, None).await;
    assert!(matches!(again, Err(Error::Conflict { code: "link.ended", .. })), "a link is good once");
    f.sign_in(made.staff).await;
}

#[tokio::test]
async fn suspending_every_second_person_frees_no_administrator() {
    let f = Fixture::new().await;
    let second = f.second().await;
    let admin = f.admin().await;
    admin.perform(SuspendStaff { staff: second, reason: because() }).await.unwrap();
    let made = admin.perform(invitation("Mallory Vane", Role::Partner)).await.unwrap();
    assert!(made.link.is_none());
}

#[tokio::test]
async fn a_rejected_person_gets_no_link() {
    let f = Fixture::new().await;
    let second = f.second().await;
    let made = f.admin().await.perform(invitation("Mallory Vane", Role::Associate)).await.unwrap();
    decide_approval(&f.sign_in(second).await, made.approval.unwrap(), false).await.unwrap();
    let link = f.admin().await.perform(IssueLink { staff: made.staff }).await;
    assert!(matches!(link, Err(Error::Conflict { .. })));
}

#[tokio::test]
async fn what_was_asked_is_withdrawn_by_who_asked_and_by_nobody_else() {
    let f = Fixture::new().await;
    let second = f.second().await;
    let admin = f.admin().await;
    let made = admin.perform(invitation("Mallory Vane", Role::Associate)).await.unwrap();
    let approval = made.approval.unwrap();
    let by = f.sign_in(second).await;
    assert!(matches!(withdraw_approval(&by, approval).await, Err(Error::Refused(_))));
    assert!(approvals(&admin).await.unwrap()[0].asked);
    withdraw_approval(&admin, approval).await.unwrap();
    let seen = approvals(&admin).await.unwrap();
    assert_eq!((seen[0].state.as_str(), seen[0].asked), ("withdrawn", false));
    let late = decide_approval(&by, approval, true).await;
    assert!(matches!(late, Err(Error::Conflict { code: "approval.decided", .. })), "{late:?}");
    let link = admin.perform(IssueLink { staff: made.staff }).await;
    assert!(matches!(link, Err(Error::Conflict { code: "approval.waiting", .. })));
    // it can be asked anew
    let again = ChangeRole { staff: made.staff, role: Role::Associate, reason: None };
    assert!(!admin.perform(again).await.unwrap().done);
}

#[tokio::test]
async fn an_approval_row_made_by_hand_is_worth_nothing() {
    use strongroom_storage::sql::Sql;
    const APPROVED: Sql = Sql::new("TEST_APPROVED", "UPDATE approval SET state = 'approved'");
    let f = Fixture::new().await;
    f.second().await;
    let admin = f.admin().await;
    let made = admin.perform(invitation("Mallory Vane", Role::Partner)).await.unwrap();
    let mut tx = f.room.db.begin().await.unwrap();
    tx.exec(&APPROVED, &[]).await.unwrap();
    tx.commit().await.unwrap();
    let link = admin.perform(IssueLink { staff: made.staff }).await;
    assert!(matches!(link, Err(Error::Tampered { table: "approval", .. })));
}

#[tokio::test]
async fn a_reset_needs_the_second_person_and_puts_the_person_out() {
    let f = Fixture::new().await;
    let second = f.second().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let browser = f.browser(ann, None).await.unwrap();
    let ctx = f.with_cookie(&browser.cookie).await.unwrap();
    let made = make_token(&ctx, Name::parse("script").unwrap(), vec![Scope::Read], f.room.now() + DAY)
        .await
        .unwrap();
    let admin = f.admin().await;
    let asked = admin.perform(ResetCredentials { staff: ann, reason: Some(because()) }).await.unwrap();
    assert!(!asked.done);
    let early = admin.perform(IssueLink { staff: ann }).await;
    assert!(matches!(early, Err(Error::Conflict { code: "staff.enrolled", .. })));
    f.with_cookie(&browser.cookie).await.expect("nothing has happened yet");
    let own = decide_approval(&f.with_cookie(&browser.cookie).await.unwrap(), asked.approval, true).await;
    assert!(matches!(own, Err(Error::Refused(_))), "nobody decides what is about themselves");
    decide_approval(&f.sign_in(second).await, asked.approval, true).await.unwrap();
    assert!(matches!(f.with_cookie(&browser.cookie).await, Err(Error::SignedOut)));
    let bearer = authenticate_token(&f.room, &made.text, Channel::Api, Fixture::place()).await;
    assert!(matches!(bearer, Err(Error::SignedOut)));
    assert!(f.browser(ann, None).await.is_err());
    let link = f.admin().await.perform(IssueLink { staff: ann }).await.unwrap();
    f.enrol(ann, &link).await;
    f.sign_in(ann).await;
}

#[tokio::test]
async fn a_role_changes_by_two_people() {
    let f = Fixture::new().await;
    let second = f.second().await;
    let ann = f.person(Role::Associate, "Ann Poole").await;
    let admin = f.admin().await;
    let own = admin.perform(ChangeRole { staff: f.administrator, role: Role::Partner, reason: None }).await;
    assert!(matches!(own, Err(Error::Refused(_))), "nobody changes their own role");
    let asked = admin.perform(ChangeRole { staff: ann, role: Role::Partner, reason: None }).await.unwrap();
    let twice = admin.perform(ChangeRole { staff: ann, role: Role::Auditor, reason: None }).await;
    assert!(matches!(twice, Err(Error::Conflict { code: "approval.waiting", .. })));
    assert_eq!(staff_one(&admin, ann).await.unwrap().role, Role::Associate);
    assert!(staff_one(&admin, ann).await.unwrap().waiting);
    f.clock.advance(HOUR);
    decide_approval(&f.sign_in(second).await, asked.approval, true).await.unwrap();
    let seen = staff_one(&f.sign_in(ann).await, ann).await.unwrap();
    assert_eq!((seen.role, seen.state.as_str()), (Role::Partner, "active"));
    let facts = f.admin().await.load(async |l| l.person(ann).await).await.unwrap().unwrap();
    assert_eq!(facts.standings.len(), 3, "invited, active, active with another role: kept, not overwritten");
}

#[tokio::test]
async fn a_suspended_person_is_out_at_once() {
    let f = Fixture::new().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let browser = f.browser(ann, None).await.unwrap();
    let running = f.with_cookie(&browser.cookie).await.unwrap();
    f.admin().await.perform(SuspendStaff { staff: ann, reason: because() }).await.unwrap();
    assert!(matches!(f.with_cookie(&browser.cookie).await, Err(Error::SignedOut)));
    assert!(staff_list(&running, "", None, 50).await.is_err(), "a request that is under way, too");
    let step = f.browser(ann, None).await;
    assert!(matches!(step, Err(Error::Conflict { code: "session.suspended", .. })));
    f.admin().await.perform(ResumeStaff { staff: ann, reason: None }).await.unwrap();
    assert!(
        matches!(f.with_cookie(&browser.cookie).await, Err(Error::SignedOut)),
        "the old session stays ended"
    );
    f.sign_in(ann).await;
}

/// The state alone is changed, as no operation does it: what the person signed in with goes on.
struct ChangeStateAlone(StaffId);

impl Operation for ChangeStateAlone {
    const VERB: Verb = Verb::StaffSuspend;
    type Output = ();

    fn target(&self) -> Target {
        Target::Staff(self.0)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<()>> {
        tx.touch(Set::Person(self.0)).await?;
        stand(tx, on.person.as_ref().unwrap(), Role::Partner, "suspended").await?;
        Ok(Done::recording((), Facts::default()))
    }
}

#[tokio::test]
async fn who_is_suspended_is_not_let_in_by_a_session_that_nobody_ended() {
    let f = Fixture::new().await;
    let ann = f.person(Role::Partner, "Ann Poole").await;
    let browser = f.browser(ann, None).await.unwrap();
    f.with_cookie(&browser.cookie).await.unwrap();
    f.admin().await.perform(ChangeStateAlone(ann)).await.unwrap();
    assert!(matches!(f.with_cookie(&browser.cookie).await, Err(Error::SignedOut)));
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let f = Fixture::lone().await;
    let admin = f.admin().await;
    let made = admin.perform(invitation("Bea Keys", Role::Administrator)).await.unwrap();
    f.enrol(made.staff, &made.link.expect("a firm of one administrator needs no second person")).await;
    f.sign_in(made.staff)
        .await
        .perform(SuspendStaff { staff: f.administrator, reason: because() })
        .await
        .unwrap();
    let bea = f.sign_in(made.staff).await;
    let own = bea.perform(SuspendStaff { staff: made.staff, reason: because() }).await;
    assert!(matches!(own, Err(Error::Refused(_))));
    bea.perform(ResumeStaff { staff: f.administrator, reason: None }).await.unwrap();
    let changed =
        bea.perform(ChangeRole { staff: f.administrator, role: Role::Auditor, reason: None }).await.unwrap();
    assert!(changed.done);
    let last = f
        .sign_in(made.staff)
        .await
        .perform(ChangeRole { staff: f.administrator, role: Role::Auditor, reason: None })
        .await;
    assert!(matches!(last, Err(Error::Invalid { .. })));
}

#[tokio::test]
async fn what_was_asked_about_an_administrator_is_not_done_once_they_are_the_last() {
    let f = Fixture::new().await;
    let nora = f.second().await;
    let bea = f.person(Role::Administrator, "Bea Keys").await;
    let ask = ChangeRole { staff: bea, role: Role::Partner, reason: None };
    let asked = f.admin().await.perform(ask).await.unwrap();
    let out = SuspendStaff { staff: f.administrator, reason: because() };
    f.sign_in(bea).await.perform(out).await.unwrap();
    let decided = decide_approval(&f.sign_in(nora).await, asked.approval, true).await;
    assert!(matches!(decided, Err(Error::Conflict { code: "staff.last_administrator", .. })), "{decided:?}");
    f.sign_in(bea).await.perform(ResumeStaff { staff: f.administrator, reason: None }).await.unwrap();
}

#[tokio::test]
async fn addresses_are_unique_and_lists_are_by_name() {
    let f = Fixture::new().await;
    f.person(Role::Partner, "Zoe Ames").await;
    let admin = f.admin().await;
    let twice = admin.perform(invitation("Zoe Ames", Role::Partner)).await;
    assert!(matches!(twice, Err(Error::Conflict { code: "staff.email", .. })));
    let (all, more) = staff_list(&admin, "", None, 2).await.unwrap();
    assert_eq!(all.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["Alex Root", "Nora Quill"]);
    assert!(more);
    let (rest, more) = staff_list(&admin, "", Some(all[1].id), 2).await.unwrap();
    assert_eq!((rest.len(), more), (1, false));
    let (found, _) = staff_list(&admin, "zoe harrow", None, 9).await.unwrap();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn an_expired_link_is_over() {
    let f = Fixture::new().await;
    let admin = f.admin().await;
    let made = admin.perform(invitation("Nora Quill", Role::ComplianceOfficer)).await.unwrap();
    let link = made.link.unwrap();
    f.clock.advance(8 * DAY);
    let late = enrolment_start(&f.anonymous(), &link.secret, None).await;
    assert!(matches!(late, Err(Error::Conflict { code: "link.ended", .. })));
    let link = f.admin().await.perform(IssueLink { staff: made.staff }).await.unwrap();
    f.enrol(made.staff, &link).await;
}
