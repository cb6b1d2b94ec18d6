//! One person in a browser, and what an administrator may start.

use axum::http::StatusCode;
use strongroom_domain::Result;
use strongroom_domain::features::group::{AddMember, RemoveMember};
use strongroom_domain::features::staff::{
    self, ChangeRole, Invitation, IssueLink, ResetCredentials, ResumeStaff, StaffView, SuspendStaff,
};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::id::{GroupId, StaffId};
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::text::Reason;
use strongroom_domain::kernel::verb::Verb;

use super::pages::{roles, shown_link, state};
use crate::features::words::{above, on_form};
use crate::http::api::{One, id_of};
use crate::http::form::Fields;
use crate::http::page::{Page, Posted};
use crate::http::reply::{Answer, done, html_as};
use crate::layout::{Crumb, Section};
use crate::view::admin::{InviteLink, PersonForms, PersonPage};
use crate::view::field::{Choice, Field, Input};

async fn draw(
    page: &Page,
    id: StaffId,
    invited: Option<InviteLink>,
    wrong: Option<&(&'static str, String)>,
) -> Answer {
    let seen = staff::staff_one(&page.ctx, id).await?;
    let mut shell = page.shell(&seen.name, Section::Staff);
    shell.crumbs = vec![Crumb::link("Staff", "/staff"), Crumb::here(&seen.name)];
    let view = PersonPage {
        shell,
        csrf: page.csrf(),
        forms: forms(page, &seen).await?,
        id: id.to_string(),
        state: state(&seen),
        name: seen.name,
        email: seen.email.unwrap_or_default(),
        role_name: seen.role.says().to_owned(),
        groups: seen.groups.into_iter().map(|(_, name)| name).collect(),
        since: page.clocks.day(seen.since),
        last_seen: seen.last_seen.map(|at| page.clocks.whole_day(at)),
        sign_in: match seen.state.as_str() {
            "active" => String::from("Password and authenticator"),
            "suspended" => String::from("Cannot sign in"),
            _ => String::from(match seen.invitation {
                Some(Invitation::Rejected) => "Has not enrolled: a second person rejected the invitation",
                Some(Invitation::Withdrawn) => "Has not enrolled: the invitation was withdrawn",
                Some(Invitation::NoLink) => "Has not enrolled, and has no link that works",
                _ => "Has not enrolled yet",
            }),
        },
        waiting: if seen.waiting {
            vec![String::from("Waits for a partner or compliance officer to agree.")]
        } else {
            Vec::new()
        },
        invited,
        error: above(wrong),
    };
    html_as(if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &view)
}

async fn forms(page: &Page, seen: &StaffView) -> Result<PersonForms> {
    let target = Target::Staff(seen.id);
    let reason = |label: &str, id: &str| Field::reason(label).id(id);
    let may_role = page.ctx.may(Verb::RoleChange, &target).await?;
    let may_suspend = page.ctx.may(Verb::StaffSuspend, &target).await?;
    let suspended = seen.state == "suspended";
    let mine: Vec<GroupId> = seen.groups.iter().map(|(id, _)| *id).collect();
    let groups = page.ctx.room().directory().all_groups();
    let boxes =
        groups.into_iter().map(|(id, name)| Choice::new(id.to_string(), name).chosen(mine.contains(&id)));
    let may_groups = page.ctx.may(Verb::GroupChange, &Target::Firm).await?;
    Ok(PersonForms {
        etag: String::new(),
        role: may_role.then(|| roles(Some(seen.role), true)),
        role_reason: may_role.then(|| reason("Why", "role-reason").optional()),
        groups: may_groups
            .then(|| Field::new(Input::Boxes, "groups", "Groups").choices(boxes.collect()).optional()),
        suspend: (may_suspend && !suspended).then(|| reason("Why", "suspend-reason")),
        restore: (may_suspend && suspended).then(|| reason("Why", "restore-reason").optional()),
        reset: (may_role && seen.state == "active").then(|| reason("Why", "reset-reason").optional()),
        invite_again: matches!(seen.invitation, Some(Invitation::NoLink | Invitation::Linked)) && may_role,
        ask_again: (may_role && seen.invitation.is_some_and(Invitation::over))
            .then(|| seen.role.word().to_owned()),
    })
}

/// One person.
pub(super) async fn show(One(id): One, page: Page) -> Answer {
    let id = id_of(&page.ctx, Verb::StaffSee, &id).await?;
    draw(&page, id, None, None).await
}

async fn after<T>(page: &Page, id: StaffId, code: &str, result: Result<T>) -> Answer {
    match result {
        Ok(_) => Ok(done(&format!("/staff/{id}"), code, page.ctx.last_entry())),
        Err(error) => draw(page, id, None, Some(&on_form(error)?)).await,
    }
}

fn reason(fields: &Fields) -> Result<Option<Reason>> {
    fields.some("reason").map(Reason::parse).transpose()
}

/// Asks for another role.
pub(super) async fn role(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let staff = id_of(&page.ctx, Verb::RoleChange, &id).await?;
    let role = Role::parse(fields.get("role"));
    let asked = match (role, reason(&fields)) {
        (Some(role), Ok(reason)) => page.ctx.perform(ChangeRole { staff, role, reason }).await,
        (None, _) => Err(strongroom_domain::Error::invalid("role", "Choose a role.")),
        (_, Err(error)) => Err(error),
    };
    let code = if asked.as_ref().is_ok_and(|a| a.done) { "saved" } else { "asked" };
    after(&page, staff, code, asked).await
}

/// Puts the person into these groups and out of the others.
pub(super) async fn groups(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let staff: StaffId = id_of(&page.ctx, Verb::GroupChange, &id).await?;
    let wanted: Vec<GroupId> = fields.all("groups").into_iter().filter_map(GroupId::parse).collect();
    let seen = staff::staff_one(&page.ctx, staff).await?;
    let present: Vec<GroupId> = seen.groups.iter().map(|(id, _)| *id).collect();
    let mut result = Ok(());
    for group in wanted.iter().filter(|g| !present.contains(g)) {
        result = result.and(page.ctx.perform(AddMember { group: *group, staff }).await);
    }
    for group in present.iter().filter(|g| !wanted.contains(g)) {
        result = result.and(page.ctx.perform(RemoveMember { group: *group, staff }).await);
    }
    after(&page, staff, "saved", result).await
}

/// A fresh link, shown once.
pub(super) async fn link(One(id): One, posted: Posted) -> Answer {
    let Posted { page, .. } = posted;
    let staff = id_of(&page.ctx, Verb::CredentialReset, &id).await?;
    match page.ctx.perform(IssueLink { staff }).await {
        Ok(link) => {
            let name = crate::features::words::person(&page, staff);
            let shown = shown_link(&page, &name, &link);
            draw(&page, staff, Some(shown), None).await
        }
        Err(error) => draw(&page, staff, None, Some(&on_form(error)?)).await,
    }
}

/// Asks to reset how the person signs in.
pub(super) async fn reset(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let staff = id_of(&page.ctx, Verb::CredentialReset, &id).await?;
    let asked = match reason(&fields) {
        Ok(reason) => page.ctx.perform(ResetCredentials { staff, reason }).await,
        Err(error) => Err(error),
    };
    let code = if asked.as_ref().is_ok_and(|a| a.done) { "done" } else { "asked" };
    after(&page, staff, code, asked).await
}

/// Suspends: signed out everywhere.
pub(super) async fn suspend(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let staff = id_of(&page.ctx, Verb::StaffSuspend, &id).await?;
    let suspended = match Reason::parse(fields.get("reason")) {
        Ok(reason) => page.ctx.perform(SuspendStaff { staff, reason }).await,
        Err(error) => Err(error),
    };
    after(&page, staff, "suspended", suspended).await
}

/// Lets the person back in.
pub(super) async fn restore(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let staff = id_of(&page.ctx, Verb::StaffResume, &id).await?;
    let resumed = match reason(&fields) {
        Ok(reason) => page.ctx.perform(ResumeStaff { staff, reason }).await,
        Err(error) => Err(error),
    };
    after(&page, staff, "restored", resumed).await
}
