//! What waits for a second person, in a browser.

use strongroom_domain::features::staff::{self, ApprovalView};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::verb::Verb;

use crate::http::api::{One, id_of};
use crate::http::page::{Page, Posted};
use crate::http::reply::{Answer, done, html};
use crate::layout::Section;
use crate::view::admin::{ApprovalRow, Approvals, Decide, DecidedLine};
use crate::view::field::Field;

fn says(a: &ApprovalView) -> String {
    match (a.kind.as_str(), a.role) {
        ("role", Some(role)) => format!("Give {} the role {}", a.staff_name, role.says()),
        _ => format!("Reset how {} signs in", a.staff_name),
    }
}

fn row(page: &Page, a: ApprovalView) -> ApprovalRow {
    let decide = if a.mine {
        Decide::May
    } else if a.asked {
        Decide::Asked
    } else if page.me.role == Role::Administrator {
        Decide::No {
            says: String::from("A partner or a compliance officer decides this, not an administrator."),
        }
    } else {
        Decide::No { says: String::from("Someone else decides what concerns you.") }
    };
    ApprovalRow {
        id: a.id.to_string(),
        says: says(&a),
        asked_by: a.asked_by_name.clone(),
        when: page.clocks.when(a.asked_at),
        reason: a.reason.clone().unwrap_or_default(),
        facts: facts(page, &a),
        decide,
        note: Field::text("note", "Note").id(format!("note-{}", a.id)).optional(),
    }
}

/// Who it is about. An address is told of a role only: contacts, whose address tells of a client, are given none.
fn facts(page: &Page, a: &ApprovalView) -> Vec<(String, String)> {
    let mut facts = vec![(String::from("Person"), a.staff_name.clone())];
    if a.kind == "role" {
        let known = page.ctx.room().directory().staff(a.staff);
        facts.extend(known.map(|s| (String::from("Email"), s.email)));
    }
    facts
}

/// What waits, and the last ones decided.
pub(super) async fn list(page: Page) -> Answer {
    if page.presenting.is_some() {
        return Err(strongroom_domain::Error::NotFound.into());
    }
    let (waiting, decided): (Vec<_>, Vec<_>) =
        staff::approvals(&page.ctx).await?.into_iter().partition(|a| a.state == "waiting");
    let policies = crate::features::policy::waiting_row(&page).await?;
    let view = Approvals {
        shell: page.shell("Approvals", Section::Approvals),
        csrf: page.csrf(),
        rows: policies.into_iter().chain(waiting.into_iter().map(|a| row(&page, a))).collect(),
        decided: decided
            .into_iter()
            .take(20)
            .map(|a| DecidedLine {
                says: format!(
                    "{}: {} by {}",
                    says(&a),
                    a.state,
                    a.decided_by_name.clone().unwrap_or_default()
                ),
                approved: a.state == "approved",
                when: page.clocks.when(a.decided_at.unwrap_or(a.asked_at)),
                href: format!("/staff/{}", a.staff),
            })
            .collect(),
    };
    html(&view)
}

/// Yes or no.
pub(super) async fn decide(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let id = id_of(&page.ctx, Verb::ApprovalDecide, &id).await?;
    let approve = fields.get("decision") == "approve";
    staff::decide_approval(&page.ctx, id, approve).await?;
    Ok(done("/approvals", if approve { "approved" } else { "rejected" }, page.ctx.last_entry()))
}

/// Takes back what one has asked for.
pub(super) async fn withdraw(One(id): One, posted: Posted) -> Answer {
    let page = posted.page;
    let id = id_of(&page.ctx, Verb::ApprovalWithdraw, &id).await?;
    staff::withdraw_approval(&page.ctx, id).await?;
    Ok(done("/approvals", "withdrawn", page.ctx.last_entry()))
}
