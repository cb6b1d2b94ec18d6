//! Who may hold which seat, and what a seat holds up.

use strongroom_domain::features::matter::{EndSeat, GiveSeat};
use strongroom_domain::features::staff::ChangeRole;
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::error::{Error, Result};
use strongroom_testkit::TestFirm;

fn code<T>(outcome: Result<T>) -> String {
    match outcome {
        Ok(_) => String::from("done"),
        Err(Error::Conflict { code, .. }) => code.to_owned(),
        Err(Error::Invalid { field, .. }) => format!("invalid {field}"),
        Err(other) => other.to_string(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seats_are_for_those_who_work_on_matters_and_paralegals_do_not_lead() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let lead = ann.ctx(&f).await;
    let give = |staff, seat| GiveSeat { matter, staff, seat, until: None };
    for (name, role) in [
        ("Nora Quill", Role::ComplianceOfficer),
        ("Rita Calloway", Role::RecordsManager),
        ("Audra Venn", Role::Auditor),
        ("Bea Keys", Role::Administrator),
    ] {
        let person = f.person(name, role).await;
        for seat in ["lead", "member", "reader"] {
            assert_eq!(
                code(lead.perform(give(person.id, seat)).await),
                "invalid staff_id",
                "{name} as {seat}"
            );
        }
    }
    let pip = f.person("Pip Lane", Role::Paralegal).await;
    assert_eq!(code(lead.perform(give(pip.id, "lead")).await), "invalid seat");
    assert_eq!(code(lead.perform(give(pip.id, "member")).await), "done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_does_not_fit_the_seats_a_person_holds_waits_until_they_have_ended() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ben = f.person("Ben Okafor", Role::Associate).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    f.seat(&ann, matter, ben.id, "lead").await;
    let admin = f.admin.again(&f).await.ctx(&f).await;
    let to = |role| ChangeRole { staff: ben.id, role, reason: None };
    assert_eq!(code(admin.perform(to(Role::Auditor)).await), "staff.has_seats");
    assert_eq!(code(admin.perform(to(Role::Paralegal)).await), "staff.leads");
    let lead = ann.ctx(&f).await;
    lead.perform(EndSeat { matter, staff: ben.id }).await.unwrap();
    assert_eq!(code(admin.perform(to(Role::Auditor)).await), "done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_matter_keeps_a_lead() {
    let f = TestFirm::new().await;
    let ann = f.person("Ann Marsh", Role::Partner).await;
    let ben = f.person("Ben Okafor", Role::Associate).await;
    let (_, matter) = f.matter(&ann, "Share purchase dispute").await;
    let rita = f.person("Rita Calloway", Role::RecordsManager).await.ctx(&f).await;
    let end = |staff| EndSeat { matter, staff };
    let give = |staff, seat| GiveSeat { matter, staff, seat, until: None };
    assert_eq!(code(rita.perform(end(ann.id)).await), "seat.last_lead");
    assert_eq!(code(rita.perform(give(ann.id, "member")).await), "seat.last_lead");
    rita.perform(give(ben.id, "lead")).await.unwrap();
    rita.perform(end(ann.id)).await.unwrap();
    assert_eq!(code(rita.perform(end(ben.id)).await), "seat.last_lead");
}
