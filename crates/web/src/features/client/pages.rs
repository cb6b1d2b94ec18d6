//! Clients in a browser.

use std::collections::BTreeMap;

use axum::http::{StatusCode, Uri};
use strongroom_domain::Error;
use strongroom_domain::features::client::{self, CreateClient, RenameClient};
use strongroom_domain::features::matter::{self, MatterView};
use strongroom_domain::kernel::id::ClientId;
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::text::{Name, Reference};
use strongroom_domain::kernel::verb::Verb;

use crate::features::words::{above, at, on_form};
use crate::http::api::{One, id_of};
use crate::http::form::{Fields, query};
use crate::http::page::{Page, Posted};
use crate::http::reply::{Answer, done, html, html_as};
use crate::http::when::many;
use crate::layout::{Crumb, Section};
use crate::view::clients::{Client, ClientForm, ClientMatter, ClientNew, ClientRow, Clients};
use crate::view::field::Field;
use crate::view::parts::{Pager, State};

const PAGE: usize = 100;
const LIST: &str = "page clients";

/// The list.
pub(super) async fn list(page: Page, uri: Uri) -> Answer {
    let fields = Fields::of_query(&uri);
    let after = match fields.some("after") {
        Some(cursor) => ClientId::parse(&page.ctx.open_cursor(LIST, cursor)?),
        None => None,
    };
    let (mut found, more) = client::clients(&page.ctx, "", after, PAGE).await?;
    let last = found.last().map(|c| c.id);
    if let Some(only) = page.only_client() {
        found.retain(|c| c.id == only);
    }
    let next = last.filter(|_| more && page.presenting.is_none());
    let next = next.map(|id| page.ctx.seal_cursor(LIST, &id.to_string())).transpose()?;
    let counts = matters_of(&page).await?;
    let view = Clients {
        shell: page.shell("Clients", Section::Clients),
        says: many(u64::try_from(found.len()).unwrap_or(0), "client", "clients"),
        may_create: page.presenting.is_none() && page.ctx.may(Verb::ClientCreate, &Target::Firm).await?,
        pager: Pager {
            first_href: fields.has("after").then(|| String::from("/clients")),
            next_href: next.map(|c| format!("/clients?{}", query(&[("after", &c)]))),
            says: String::new(),
        },
        rows: found
            .into_iter()
            .map(|c| ClientRow {
                id: c.id.to_string(),
                name: c.name,
                reference: c.reference,
                matters: counts
                    .as_ref()
                    .map(|n| {
                        let (open, closed, _) = n.get(&c.id).copied().unwrap_or_default();
                        of((open, closed))
                    })
                    .unwrap_or_default(),
                changed: counts.as_ref().and_then(|n| n.get(&c.id)?.2).map(|at| page.clocks.when(at)),
            })
            .collect(),
    };
    html(&view)
}

/// How many open and closed matters of each client this person may see, and when one of them last changed; none where there are too many to count.
async fn matters_of(page: &Page) -> Result<Option<BTreeMap<ClientId, Seen>>, Error> {
    let (all, more) = matter::matters(&page.ctx, "", page.only_client(), None, 500).await?;
    if more {
        return Ok(None);
    }
    let mut counts: BTreeMap<ClientId, Seen> = BTreeMap::new();
    for matter in all {
        let (open, closed, changed) = counts.entry(matter.client).or_default();
        *changed = matter.changed_at.max(*changed);
        *(if matter.open { open } else { closed }) += 1;
    }
    Ok(Some(counts))
}

/// Open and closed matters, and their last change.
type Seen = (u64, u64, Option<i64>);

fn of((open, closed): (u64, u64)) -> String {
    match (open, closed) {
        (0, 0) => String::from("none that you may see"),
        (open, 0) => format!("{open} open"),
        (0, closed) => format!("{closed} closed"),
        (open, closed) => format!("{open} open, {closed} closed"),
    }
}

fn new_form(page: &Page, fields: &Fields, wrong: Option<&(&'static str, String)>) -> Answer {
    let mut shell = page.shell("New client", Section::Clients);
    shell.crumbs = vec![Crumb::link("Clients", "/clients"), Crumb::here("New client")];
    let reference = Field::text("reference", "Reference").value(fields.get("reference"));
    let view = ClientNew {
        shell,
        csrf: page.csrf(),
        name: at(Field::text("name", "Name").value(fields.get("name")).autofocus(), &["name"], wrong),
        reference: at(reference.hint("As your firm numbers its clients."), &["reference"], wrong),
        error: above(wrong),
    };
    html_as(if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &view)
}

/// The form of a new one.
pub(super) async fn new(page: Page) -> Answer {
    new_form(&page, &Fields::default(), None)
}

/// Takes a client on.
pub(super) async fn create(posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let operation = Name::parse(fields.get("name")).and_then(|name| {
        let reference = Reference::parse(fields.get("reference"))?;
        Ok(CreateClient { name, reference })
    });
    let made = match operation {
        Ok(operation) => page.ctx.perform(operation).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(id) => Ok(done(&format!("/clients/{id}"), "client-made", page.ctx.last_entry())),
        Err(error) => new_form(&page, &fields, Some(&on_form(error)?)),
    }
}

fn matter_line(page: &Page, m: MatterView) -> ClientMatter {
    ClientMatter {
        id: m.id.to_string(),
        name: m.name,
        reference: m.reference,
        led_by: Some(m.leads.join(", ")).filter(|l| !l.is_empty()),
        state: if m.open { State::Open } else { State::Closed },
        changed: m.changed_at.map(|at| page.clocks.when(at)),
    }
}

async fn draw(
    page: &Page,
    id: ClientId,
    typed: Option<&Fields>,
    wrong: Option<&(&'static str, String)>,
) -> Answer {
    let (seen, matters) = client::client(&page.ctx, id).await?;
    let mut shell = page.shell(&seen.name, Section::Clients);
    shell.crumbs = vec![Crumb::link("Clients", "/clients"), Crumb::here(&seen.name)];
    shell.present_client_id = Some(id.to_string());
    let value = |name: &str, now: &str| typed.map_or_else(|| now.to_owned(), |t| t.get(name).to_owned());
    let edit = if page.ctx.may(Verb::ClientRename, &Target::Client(id)).await? {
        Some(ClientForm {
            open: wrong.is_some(),
            etag: seen.version.to_string(),
            name: at(Field::text("name", "Name").value(value("name", &seen.name)), &["name"], wrong),
            reference: at(
                Field::text("reference", "Reference").value(value("reference", &seen.reference)),
                &["reference"],
                wrong,
            ),
        })
    } else {
        None
    };
    let view = Client {
        shell,
        csrf: page.csrf(),
        id: id.to_string(),
        since: page.clocks.day(seen.created_at),
        name: seen.name,
        reference: seen.reference,
        matters: matters.into_iter().map(|m| matter_line(page, m)).collect(),
        may_create_matter: page.ctx.may(Verb::MatterCreate, &Target::Client(id)).await?,
        edit,
        wall: None,
        error: above(wrong),
    };
    html_as(if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &view)
}

/// One client.
pub(super) async fn show(One(id): One, page: Page) -> Answer {
    let id = id_of(&page.ctx, Verb::ClientSee, &id).await?;
    draw(&page, id, None, None).await
}

/// Its name and reference.
pub(super) async fn edit(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let id: ClientId = id_of(&page.ctx, Verb::ClientRename, &id).await?;
    let operation = Name::parse(fields.get("name")).and_then(|name| {
        let reference = Some(Reference::parse(fields.get("reference"))?);
        Ok(RenameClient { client: id, name: Some(name), reference, version: fields.etag() })
    });
    let changed = match operation {
        Ok(operation) => page.ctx.perform(operation).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(_) => Ok(done(&format!("/clients/{id}"), "saved", page.ctx.last_entry())),
        Err(error) => draw(&page, id, Some(&fields), Some(&on_form(error)?)).await,
    }
}
