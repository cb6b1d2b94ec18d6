//! Groups in a browser.

use axum::http::StatusCode;
use strongroom_domain::features::group::{self, AddMember, GroupView, MakeGroup, RemoveMember, RenameGroup};
use strongroom_domain::kernel::id::GroupId;
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::text::Name;
use strongroom_domain::kernel::verb::Verb;
use strongroom_domain::{Error, Result};

use crate::features::words::{above, at, on_form, people};
use crate::http::api::{One, Two, id_of};
use crate::http::form::Fields;
use crate::http::page::{Page, Posted};
use crate::http::reply::{Answer, done, html_as};
use crate::http::when::many;
use crate::layout::{Crumb, Section};
use crate::view::admin::{GroupOpen, GroupRow, Groups};
use crate::view::field::{Field, Input};
use crate::view::parts::Person;

type Wrong = (&'static str, String);

async fn draw(page: &Page, open: Option<GroupId>, typed: &Fields, wrong: Option<&Wrong>) -> Answer {
    let groups = group::groups(&page.ctx).await?;
    let may = page.ctx.may(Verb::GroupChange, &Target::Firm).await?;
    let opened = match open {
        Some(id) => Some(groups.iter().find(|g| g.id == id).ok_or(Error::NotFound)?),
        None => None,
    };
    let mut shell = page.shell("Groups", Section::Groups);
    if let Some(group) = opened {
        shell.crumbs = vec![Crumb::link("Groups", "/groups"), Crumb::here(&group.name)];
    }
    let new = Field::text("name", "Name").value(if open.is_none() { typed.get("name") } else { "" });
    let view = Groups {
        shell,
        csrf: page.csrf(),
        new_group: may.then(|| at(new, &["name"], wrong.filter(|_| open.is_none()))),
        open: opened.map(|g| opened_group(page, g, may)),
        rows: groups
            .iter()
            .map(|g| GroupRow {
                id: g.id.to_string(),
                name: g.name.clone(),
                members: many(g.members.len() as u64, "person", "people"),
                note: None,
            })
            .collect(),
        error: above(wrong),
    };
    html_as(if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &view)
}

fn opened_group(page: &Page, group: &GroupView, may: bool) -> GroupOpen {
    let there: Vec<String> = group.members.iter().map(|m| m.staff.to_string()).collect();
    let mut others = people(page, &[]);
    others.retain(|c| !there.contains(&c.value));
    GroupOpen {
        id: group.id.to_string(),
        name: group.name.clone(),
        etag: group.version.to_string(),
        members: group
            .members
            .iter()
            .map(|m| {
                let href = Some(format!("/staff/{}", m.staff));
                (m.staff.to_string(), Person { name: m.name.clone(), href })
            })
            .collect(),
        add: may.then(|| Field::new(Input::Select, "person", "Add a person").choices(others)),
        rename: may.then(|| Field::text("name", "New name").id("rename").value(&group.name)),
    }
}

/// The list.
pub(super) async fn list(page: Page) -> Answer {
    let typed = page.draft("/groups");
    draw(&page, None, &typed, None).await
}

/// One group beside the list.
pub(super) async fn show(One(id): One, page: Page) -> Answer {
    let id = id_of(&page.ctx, Verb::GroupList, &id).await?;
    draw(&page, Some(id), &Fields::default(), None).await
}

async fn after<T>(page: &Page, open: Option<GroupId>, typed: &Fields, result: Result<T>) -> Answer {
    match result {
        Ok(_) => {
            let back = open.map_or_else(|| String::from("/groups"), |id| format!("/groups/{id}"));
            Ok(done(&back, "saved", page.ctx.last_entry()))
        }
        Err(error) => draw(page, open, typed, Some(&on_form(error)?)).await,
    }
}

/// A new group.
pub(super) async fn make(posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let made = match Name::parse(fields.get("name")) {
        Ok(name) => page.ctx.perform(MakeGroup { name }).await,
        Err(error) => Err(error),
    };
    after(&page, None, &fields, made).await
}

/// Another name.
pub(super) async fn rename(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let group = id_of(&page.ctx, Verb::GroupChange, &id).await?;
    let renamed = match Name::parse(fields.get("name")) {
        Ok(name) => page.ctx.perform(RenameGroup { group, name }).await,
        Err(error) => Err(error),
    };
    after(&page, Some(group), &fields, renamed).await
}

/// Someone more.
pub(super) async fn add(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let group = id_of(&page.ctx, Verb::GroupChange, &id).await?;
    let staff = id_of(&page.ctx, Verb::GroupChange, fields.get("person")).await?;
    let added = page.ctx.perform(AddMember { group, staff }).await;
    after(&page, Some(group), &fields, added).await
}

/// Someone less.
pub(super) async fn remove(Two(id, staff): Two, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let group = id_of(&page.ctx, Verb::GroupChange, &id).await?;
    let staff = id_of(&page.ctx, Verb::GroupChange, &staff).await?;
    let removed = page.ctx.perform(RemoveMember { group, staff }).await;
    after(&page, Some(group), &fields, removed).await
}
