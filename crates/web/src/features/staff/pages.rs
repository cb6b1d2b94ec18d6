//! The directory in a browser, and inviting.

use axum::http::{StatusCode, Uri};
use strongroom_domain::features::staff::{self, Invitation, InviteStaff, Link, StaffView};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::id::StaffId;
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::text::{Email, Name};
use strongroom_domain::kernel::verb::Verb;

use crate::features::words::{above, at, on_form};
use crate::http::form::{Fields, query};
use crate::http::page::{Page, Posted};
use crate::http::reply::{Answer, done, html_as};
use crate::http::when::many;
use crate::layout::{Section, Tone};
use crate::view::admin::{InviteForm, InviteLink, Staff, StaffRow};
use crate::view::field::{Choice, Field, Input};
use crate::view::parts::{Chip, Icon, Pager};

type Wrong = (&'static str, String);
const LIST: &str = "page staff";
const PAGE: usize = 200;

/// The chip of a person's state.
pub(super) fn state(s: &StaffView) -> Chip {
    match (s.state.as_str(), s.invitation) {
        ("active", _) => Chip::toned(Tone::Good, Icon::None, "Active"),
        ("suspended", _) => Chip::toned(Tone::Wax, Icon::No, "Suspended"),
        (_, Some(Invitation::Withdrawn)) => Chip::plain("Not enrolled: withdrawn"),
        (_, Some(Invitation::Rejected)) => Chip::plain("Not enrolled: rejected"),
        (_, Some(Invitation::Waiting)) => Chip::toned(Tone::Warn, Icon::Clock, "Invited, waits for approval"),
        (_, Some(Invitation::NoLink)) => Chip::toned(Tone::Warn, Icon::Clock, "Invited, has no link"),
        _ => Chip::toned(Tone::Warn, Icon::Clock, "Invited"),
    }
}

/// A choice of role.
pub(super) fn roles(chosen: Option<Role>, but_contacts: bool) -> Field {
    let all = Role::ALL.iter().filter(|r| !(but_contacts && **r == Role::ClientContact));
    let choices = all.map(|r| Choice::new(r.word(), r.says()).chosen(chosen == Some(*r))).collect();
    Field::new(Input::Select, "role", "Role").choices(choices)
}

/// The whole address of a link, and for whom it is.
pub(super) fn shown_link(page: &Page, name: &str, link: &Link) -> InviteLink {
    InviteLink {
        person_name: name.to_owned(),
        link: format!("{}/enrol/{}", page.state.settings().public_url, link.secret.as_str()),
        until: page.clocks.until(link.expires_at),
    }
}

fn row(page: &Page, s: StaffView) -> StaffRow {
    StaffRow {
        id: s.id.to_string(),
        state: state(&s),
        name: s.name,
        email: s.email.unwrap_or_default(),
        role_name: s.role.says().to_owned(),
        groups: s.groups.into_iter().map(|(_, name)| name).collect(),
        since: page.clocks.day(s.since),
        last_seen: s.last_seen.map(|at| page.clocks.whole_day(at)),
    }
}

async fn draw(
    page: &Page,
    fields: &Fields,
    cursor: Option<&str>,
    invited: Option<InviteLink>,
    wrong: Option<&Wrong>,
) -> Answer {
    let after = match cursor {
        Some(cursor) => StaffId::parse(&page.ctx.open_cursor(LIST, cursor)?),
        None => None,
    };
    let (found, more) = staff::staff_list(&page.ctx, "", after, PAGE).await?;
    let next =
        found.last().filter(|_| more).map(|s| page.ctx.seal_cursor(LIST, &s.id.to_string())).transpose()?;
    let invite = page.ctx.may(Verb::StaffInvite, &Target::Firm).await?.then(|| InviteForm {
        open: wrong.is_some() || fields.has("email"),
        name: at(Field::text("name", "Name").value(fields.get("name")), &["name"], wrong),
        email: at(Field::new(Input::Email, "email", "Email").value(fields.get("email")), &["email"], wrong),
        role: at(roles(Role::parse(fields.get("role")).or(Some(Role::Associate)), true), &["role"], wrong),
        error: above(wrong),
    });
    let view = Staff {
        shell: page.shell("Staff", Section::Staff),
        csrf: page.csrf(),
        says: many(found.len() as u64, "person", "people"),
        pager: Pager {
            first_href: cursor.map(|_| String::from("/staff")),
            next_href: next.map(|c| format!("/staff?{}", query(&[("after", &c)]))),
            says: String::new(),
        },
        rows: found.into_iter().map(|s| row(page, s)).collect(),
        shows_seen: page.me.role == Role::Administrator,
        invite,
        invited,
    };
    html_as(if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &view)
}

/// The directory.
pub(super) async fn list(page: Page, uri: Uri) -> Answer {
    let query = Fields::of_query(&uri);
    let typed = page.draft("/staff");
    draw(&page, &typed, query.some("after"), None, None).await
}

/// Invites a person: shows the link once, or says that someone else must agree first.
pub(super) async fn invite(posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let operation = Name::parse(fields.get("name")).and_then(|name| {
        let email = Email::parse(fields.get("email"))?;
        let role = Role::parse(fields.get("role"));
        let role = role.ok_or_else(|| strongroom_domain::Error::invalid("role", "Choose a role."))?;
        Ok(InviteStaff { name, email, role, client: None })
    });
    let invited = match operation {
        Ok(operation) => page.ctx.perform(operation).await,
        Err(error) => Err(error),
    };
    match invited {
        Ok(made) => match made.link {
            Some(link) => {
                let shown = shown_link(&page, fields.get("name"), &link);
                draw(&page, &Fields::default(), None, Some(shown), None).await
            }
            None => Ok(done("/staff", "asked", page.ctx.last_entry())),
        },
        Err(error) => draw(&page, &fields, None, None, Some(&on_form(error)?)).await,
    }
}
