//! The list of matters, and a new one.

use axum::http::{StatusCode, Uri};
use strongroom_domain::Error;
use strongroom_domain::features::client;
use strongroom_domain::features::matter::{self, MatterView, OpenMatter};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::id::{MatterId, StaffId};
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::text::{Name, Reference};
use strongroom_domain::kernel::verb::Verb;

use crate::features::words::{above, at, on_form, people};
use crate::http::api::id_of;
use crate::http::form::{Fields, query};
use crate::http::page::{Page, Posted};
use crate::http::reply::{Answer, done, html, html_as};
use crate::http::when::many;
use crate::layout::{Crumb, Section};
use crate::view::field::{Choice, Field, Input};
use crate::view::matters::{MatterNew, MatterRow, Matters};
use crate::view::parts::{Pager, State};

const PAGE: usize = 100;
const LIST: &str = "page matters";

fn row(page: &Page, m: MatterView) -> MatterRow {
    MatterRow {
        id: m.id.to_string(),
        name: m.name,
        reference: m.reference,
        client_id: m.client.to_string(),
        client_name: m.client_name,
        led_by: Some(m.leads.join(", ")).filter(|l| !l.is_empty()),
        my_seat: seat(m.my_seat),
        state: if m.open { State::Open } else { State::Closed },
        changed: m.changed_at.map(|at| page.clocks.when(at)),
    }
}

/// "You lead", "Member".
pub(crate) fn seat(word: &str) -> Option<String> {
    match word {
        "lead" => Some(String::from("You lead")),
        "member" => Some(String::from("Member")),
        "reader" => Some(String::from("Reader")),
        _ => None,
    }
}

async fn draw(page: &Page, fields: &Fields, words: &str) -> Answer {
    let showing = match fields.get("state") {
        all @ ("closed" | "all") => all,
        _ if !words.is_empty() => "all",
        _ => "open",
    };
    let after = match fields.some("after") {
        Some(cursor) => MatterId::parse(&page.ctx.open_cursor(LIST, cursor)?),
        None => None,
    };
    let (mut found, more) = matter::matters(&page.ctx, words, page.only_client(), after, PAGE).await?;
    let last = found.last().map(|m| m.id).filter(|_| more && words.is_empty());
    match showing {
        "open" => found.retain(|m| m.open),
        "closed" => found.retain(|m| !m.open),
        _ => {}
    }
    let next = last.map(|id| page.ctx.seal_cursor(LIST, &id.to_string())).transpose()?;
    let state = if showing == "open" { "" } else { showing };
    let view = Matters {
        shell: page.shell("Matters", Section::Matters),
        says: many(u64::try_from(found.len()).unwrap_or(0), "matter", "matters"),
        rows: found.into_iter().map(|m| row(page, m)).collect(),
        pager: Pager {
            first_href: fields.has("after").then(|| format!("/matters?{}", query(&[("state", state)]))),
            next_href: next.map(|c| format!("/matters?{}", query(&[("state", state), ("after", &c)]))),
            says: String::new(),
        },
        showing: showing.to_owned(),
        may_create: page.presenting.is_none() && may_open(page).await?,
    };
    html(&view)
}

async fn may_open(page: &Page) -> Result<bool, Error> {
    // the gate decides on the client; whether any could pass is a matter of the role
    let may = matches!(page.me.role, Role::Partner | Role::RecordsManager);
    Ok(may && page.ctx.may(Verb::ClientCreate, &Target::Firm).await?)
}

/// The list.
pub(super) async fn list(page: Page, uri: Uri) -> Answer {
    draw(&page, &Fields::of_query(&uri), "").await
}

/// The list, narrowed by words that travel in the body.
pub(super) async fn search(posted: Posted) -> Answer {
    let words = posted.fields.get("q").to_owned();
    draw(&posted.page, &posted.fields, &words).await
}

async fn new_form(page: &Page, fields: &Fields, wrong: Option<&(&'static str, String)>) -> Answer {
    let (clients, _) = client::clients(&page.ctx, "", None, 500).await?;
    let chosen = fields.get("client");
    let mut choices = vec![Choice::new("", "Choose a client").chosen(chosen.is_empty())];
    choices.extend(
        clients
            .into_iter()
            .filter(|c| page.only_client().is_none_or(|only| only == c.id))
            .map(|c| Choice::new(c.id.to_string(), c.name).chosen(c.id.to_string() == chosen)),
    );
    let lead = (page.me.role == Role::RecordsManager).then(|| {
        let mut choices = vec![Choice::new("", "Choose who leads")];
        choices.extend(people(page, &[fields.get("lead")]));
        at(
            Field::new(Input::Select, "lead", "Who leads").choices(choices),
            &["lead", "staff_id", "seat"],
            wrong,
        )
    });
    let mut shell = page.shell("New matter", Section::Matters);
    shell.crumbs = vec![Crumb::link("Matters", "/matters"), Crumb::here("New matter")];
    let view = MatterNew {
        shell,
        csrf: page.csrf(),
        client: at(Field::new(Input::Select, "client", "Client").choices(choices), &["client"], wrong),
        name: at(Field::text("name", "Name").value(fields.get("name")), &["name"], wrong),
        reference: at(
            Field::text("reference", "Reference").value(fields.get("reference")),
            &["reference"],
            wrong,
        ),
        lead,
        error: above(wrong),
    };
    html_as(if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &view)
}

/// The form of a new one.
pub(super) async fn new(page: Page, uri: Uri) -> Answer {
    new_form(&page, &Fields::of_query(&uri), None).await
}

async fn open(page: &Page, fields: &Fields) -> Result<MatterId, Error> {
    let client = match fields.some("client") {
        None => return Err(Error::invalid("client", "Choose the client.")),
        Some(text) => id_of(&page.ctx, Verb::MatterCreate, text).await?,
    };
    let name = Name::parse(fields.get("name"))?;
    let reference = Reference::parse(fields.get("reference"))?;
    let lead = match fields.some("lead") {
        None => None,
        Some(text) => Some(StaffId::parse(text).ok_or_else(|| Error::invalid("lead", "Choose who leads."))?),
    };
    page.ctx.perform(OpenMatter { client, name, reference, lead }).await
}

/// Opens a matter.
pub(super) async fn create(posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    match open(&page, &fields).await {
        Ok(id) => Ok(done(&format!("/matters/{id}/team"), "matter-made", page.ctx.last_entry())),
        Err(error) => new_form(&page, &fields, Some(&on_form(error)?)).await,
    }
}
