//! Making and changing a wall: the form, a look at who would lose what, and then saving.

use axum::http::StatusCode;
use strongroom_domain::features::client::{self, ClientView};
use strongroom_domain::features::matter::{self, MatterView};
use strongroom_domain::features::wall::{self, ChangeWall, MakeWall, WallKind, WallSpec};
use strongroom_domain::kernel::id::{ClientId, Id, Kind, MatterId, WallId};
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::text::{Name, Reason};
use strongroom_domain::kernel::verb::Verb;
use strongroom_domain::{Error, Result};

use super::pages::{affected, spec_of};
use crate::features::words::{above, at, on_form, people};
use crate::http::api::{One, id_of};
use crate::http::form::Fields;
use crate::http::page::{Page, Posted};
use crate::http::reply::{Answer, done, html_as};
use crate::layout::{Crumb, Section};
use crate::view::field::{Choice, Field, Input};
use crate::view::walls::{AffectedRow, WallEdit};

type Wrong = (&'static str, String);

/// What stands in the form: typed now, or the wall as it is.
struct Typed {
    fields: Fields,
    etag: String,
}

fn ids<T: Kind>(fields: &Fields, name: &'static str) -> Result<Vec<Id<T>>> {
    let wrong = || Error::invalid(name, "One of these names nothing. Choose again.");
    fields.all(name).into_iter().filter(|t| !t.is_empty()).map(|t| Id::parse(t).ok_or_else(wrong)).collect()
}

fn spec(fields: &Fields) -> Result<WallSpec> {
    Ok(WallSpec {
        name: Name::parse(fields.get("name"))?,
        reason: Reason::parse(fields.get("reason"))?,
        kind: WallKind::parse(fields.get("kind"))
            .ok_or_else(|| Error::invalid("kind", "Choose what the wall does."))?,
        clients: ids(fields, "clients")?,
        matters: ids(fields, "matters")?,
        staff: ids(fields, "people")?,
        groups: ids(fields, "groups")?,
    })
}

/// So many of each are offered at once; more are found by their words.
const OFFERED: usize = 200;

/// How many there are to choose from, so that nobody takes a list that is cut off for the whole.
fn counted(shown: usize, more: bool) -> String {
    if more {
        format!("The first {shown} are shown. Write words of the others above, and press Narrow the lists.")
    } else {
        format!("{shown} to choose from.")
    }
}

/// The chosen clients and matters that the words do not find: they stay chosen, and are shown first.
async fn kept(page: &Page, fields: &Fields, clients: &mut Vec<ClientView>, matters: &mut Vec<MatterView>) {
    for id in fields.all("clients").into_iter().filter_map(ClientId::parse) {
        if !clients.iter().any(|c| c.id == id)
            && let Ok((one, _)) = client::client(&page.ctx, id).await
        {
            clients.insert(0, one);
        }
    }
    for id in fields.all("matters").into_iter().filter_map(MatterId::parse) {
        if !matters.iter().any(|m| m.id == id)
            && let Ok(one) = matter::matter(&page.ctx, id).await
        {
            matters.insert(0, one);
        }
    }
}

/// Clients and matters to choose from, and whether there are more than are shown.
async fn boxes(page: &Page, fields: &Fields) -> Result<(Field, Field, bool)> {
    let words = fields.get("narrow");
    let (mut clients, more_clients) = client::clients(&page.ctx, words, None, OFFERED).await?;
    let (mut matters, more_matters) = matter::matters(&page.ctx, words, None, None, OFFERED).await?;
    kept(page, fields, &mut clients, &mut matters).await;
    let (client_count, matter_count) =
        (counted(clients.len(), more_clients), counted(matters.len(), more_matters));
    let chosen = |name: &str, id: &str| fields.all(name).contains(&id);
    let clients = clients.into_iter().map(|c| {
        let id = c.id.to_string();
        let on = chosen("clients", &id);
        Choice::new(id, c.name).hint(c.reference).chosen(on)
    });
    let matters = matters.into_iter().map(|m| {
        let id = m.id.to_string();
        let on = chosen("matters", &id);
        Choice::new(id, m.name).hint(m.client_name).chosen(on)
    });
    let covered = format!("All of a client's matters, also those to come. {client_count}");
    Ok((
        Field::new(Input::Boxes, "clients", "Clients it covers")
            .choices(clients.collect())
            .hint(covered)
            .optional(),
        Field::new(Input::Boxes, "matters", "Matters it covers")
            .choices(matters.collect())
            .hint(matter_count)
            .optional(),
        more_clients || more_matters || !words.is_empty(),
    ))
}

async fn draw(
    page: &Page,
    id: Option<WallId>,
    typed: &Typed,
    affected: Option<Vec<AffectedRow>>,
    wrong: Option<&Wrong>,
) -> Answer {
    let fields = &typed.fields;
    let mut shell = page.shell("Wall", Section::Walls);
    shell.crumbs =
        vec![Crumb::link("Walls", "/walls"), Crumb::here(if id.is_some() { "Change" } else { "New wall" })];
    let kinds = vec![
        Choice::new("bars", "Bars these people")
            .hint("They are kept out, whatever seat or role they have.")
            .chosen(fields.get("kind") != "admits"),
        Choice::new("admits", "Admits only these people")
            .hint("Everyone else is kept out. It grants nothing by itself.")
            .chosen(fields.get("kind") == "admits"),
    ];
    let (clients, matters, narrows) = boxes(page, fields).await?;
    let groups = page.ctx.room().directory().all_groups().into_iter().map(|(id, name)| {
        let id = id.to_string();
        let on = fields.all("groups").contains(&id.as_str());
        Choice::new(id, name).chosen(on)
    });
    let staff = people(page, &fields.all("people"));
    let staff_count = counted(staff.len(), false);
    let view = WallEdit {
        shell,
        csrf: page.csrf(),
        id: id.map(|i| i.to_string()),
        etag: typed.etag.clone(),
        kind: at(Field::new(Input::Radios, "kind", "What it does").choices(kinds), &["kind"], wrong),
        name: at(Field::text("name", "Name").value(fields.get("name")), &["name"], wrong),
        reason: at(Field::reason("Why it stands").value(fields.get("reason")), &["reason"], wrong),
        narrow: narrows.then(|| {
            Field::text("narrow", "Words of a client or matter").value(fields.get("narrow")).optional()
        }),
        clients: at(clients, &["covers", "clients"], wrong),
        matters: at(matters, &["matters"], wrong),
        people: at(
            Field::new(Input::Boxes, "people", "People it names").hint(staff_count).choices(staff).optional(),
            &["staff", "people"],
            wrong,
        ),
        groups: at(
            Field::new(Input::Boxes, "groups", "Groups it names").choices(groups.collect()).optional(),
            &["groups"],
            wrong,
        ),
        affected,
        error: above(wrong),
    };
    html_as(if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &view)
}

/// The form of a new one.
pub(super) async fn new(page: Page) -> Answer {
    if !page.ctx.may(Verb::WallMake, &Target::Firm).await? {
        page.ctx.permit(Verb::WallMake, &Target::Firm).await?;
    }
    let typed = Typed { fields: page.draft("/walls/new"), etag: String::new() };
    draw(&page, None, &typed, None, None).await
}

/// A look at who is affected, or the wall itself.
pub(super) async fn make(posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let saving = fields.get("do") == "save";
    let narrowing = fields.get("do") == "narrow";
    let typed = Typed { fields, etag: String::new() };
    if narrowing {
        return draw(&page, None, &typed, None, None).await;
    }
    let spec = match spec(&typed.fields) {
        Ok(spec) => spec,
        Err(error) => return draw(&page, None, &typed, None, Some(&on_form(error)?)).await,
    };
    if !saving {
        let rows = affected(&page, &spec).await?;
        return draw(&page, None, &typed, Some(rows), None).await;
    }
    match page.ctx.perform(MakeWall { spec }).await {
        Ok(id) => Ok(done(&format!("/walls/{id}"), "wall-made", page.ctx.last_entry())),
        Err(error) => draw(&page, None, &typed, None, Some(&on_form(error)?)).await,
    }
}

/// The form of a change.
pub(super) async fn change_form(One(id): One, page: Page) -> Answer {
    let id = id_of(&page.ctx, Verb::WallChange, &id).await?;
    let now = wall::wall(&page.ctx, id).await?;
    let draft = page.draft(&format!("/walls/{id}/edit"));
    let fields = if draft.has("name") { draft } else { as_typed(&spec_of(&now)?) };
    draw(&page, Some(id), &Typed { fields, etag: now.etag.to_string() }, None, None).await
}

fn as_typed(spec: &WallSpec) -> Fields {
    let mut pairs = vec![
        (String::from("name"), spec.name.as_str().to_owned()),
        (String::from("reason"), spec.reason.as_str().to_owned()),
        (String::from("kind"), spec.kind.word().to_owned()),
    ];
    pairs.extend(spec.clients.iter().map(|i| (String::from("clients"), i.to_string())));
    pairs.extend(spec.matters.iter().map(|i| (String::from("matters"), i.to_string())));
    pairs.extend(spec.staff.iter().map(|i| (String::from("people"), i.to_string())));
    pairs.extend(spec.groups.iter().map(|i| (String::from("groups"), i.to_string())));
    Fields(pairs)
}

/// A look at who is affected, or the change itself.
pub(super) async fn change(One(id): One, posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let id: WallId = id_of(&page.ctx, Verb::WallChange, &id).await?;
    let saving = fields.get("do") == "save";
    let narrowing = fields.get("do") == "narrow";
    let typed = Typed { etag: fields.get("etag").to_owned(), fields };
    if narrowing {
        return draw(&page, Some(id), &typed, None, None).await;
    }
    let spec = match spec(&typed.fields) {
        Ok(spec) => spec,
        Err(error) => return draw(&page, Some(id), &typed, None, Some(&on_form(error)?)).await,
    };
    if !saving {
        let rows = affected(&page, &spec).await?;
        return draw(&page, Some(id), &typed, Some(rows), None).await;
    }
    match page.ctx.perform(ChangeWall { wall: id, spec, etag: typed.fields.etag() }).await {
        Ok(_) => Ok(done(&format!("/walls/{id}"), "wall-changed", page.ctx.last_entry())),
        Err(error) => draw(&page, Some(id), &typed, None, Some(&on_form(error)?)).await,
    }
}
