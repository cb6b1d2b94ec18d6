//! Why, in a browser: choose a person, an act, a thing and perhaps a past day.

use axum::http::{StatusCode, Uri};
use strongroom_domain::features::explain::{Ask, explain};
use strongroom_domain::features::matter;
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::gate::Decision;
use strongroom_domain::kernel::id::StaffId;
use strongroom_domain::kernel::verb::Verb;

use super::thing;
use crate::features::words::{above, on_form, people, person};
use crate::http::api::id_of;
use crate::http::form::Fields;
use crate::http::page::{Page, Posted};
use crate::http::reply::{self, html_as};
use crate::layout::Section;
use crate::view::explain::{Answer, Explain};
use crate::view::field::{Choice, Field, Input};
use crate::view::parts::Why;

/// What is asked about most; a record or client can be named by its id.
const ACTS: &[(Verb, &str)] = &[
    (Verb::RecordList, "open the records of"),
    (Verb::MatterSee, "know of"),
    (Verb::RecordAdd, "add records to"),
    (Verb::SeatGive, "change the team of"),
    (Verb::MatterClose, "close"),
    (Verb::MatterExport, "export"),
    (Verb::RecordRead, "read (a record)"),
    (Verb::RecordDownload, "download (a record)"),
    (Verb::LabelLower, "lower the label of (a record)"),
    (Verb::ClientSee, "know of (a client)"),
];

async fn draw(
    page: &Page,
    fields: &Fields,
    answer: Option<Answer>,
    wrong: Option<&(&'static str, String)>,
) -> reply::Answer {
    let me = page.me.id.to_string();
    let chosen = fields.some("person").unwrap_or(&me).to_owned();
    let acts = ACTS
        .iter()
        .map(|(verb, says)| Choice::new(verb.word(), *says).chosen(fields.get("action") == verb.word()));
    let at = Field::text("at", "On (empty for now)").value(fields.get("at")).optional();
    let view = Explain {
        shell: page.shell("Who may what", Section::Explain),
        csrf: page.csrf(),
        person: Field::new(Input::Select, "person", "Person").choices(people(page, &[&chosen])),
        action: Field::new(Input::Select, "action", "May they").choices(acts.collect()),
        thing: things(page, fields.get("thing")).await?,
        at: at.hint("A day, such as 2026-11-03, or a day and a time."),
        answer,
        error: above(wrong),
    };
    html_as(if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &view)
}

/// The matters that the asker may see, by name; an auditor, who sees ids only, types one.
async fn things(page: &Page, chosen: &str) -> Result<Field, strongroom_domain::Error> {
    if page.me.role == Role::Auditor || chosen.starts_with("rec_") || chosen.starts_with("cli_") {
        return Ok(Field::text("thing", "What").value(chosen).hint("The id of a matter, record or client."));
    }
    let (found, _) = matter::matters(&page.ctx, "", page.only_client(), None, 200).await?;
    let choices = found
        .into_iter()
        .map(|m| {
            let id = m.id.to_string();
            let there = id == chosen;
            Choice::new(id, format!("{} ({})", m.name, m.client_name)).chosen(there)
        })
        .collect();
    Ok(Field::new(Input::Select, "thing", "What").choices(choices))
}

/// The question.
pub(super) async fn form(page: Page, uri: Uri) -> reply::Answer {
    if page.presenting.is_some() {
        return Err(strongroom_domain::Error::NotFound.into());
    }
    let fields = Fields::of_query(&uri);
    draw(&page, &fields, None, None).await
}

/// The answer.
pub(super) async fn ask(posted: Posted) -> reply::Answer {
    let Posted { page, fields } = posted;
    let who: StaffId = id_of(&page.ctx, Verb::ExplainOther, fields.get("person")).await?;
    let action = Verb::parse(fields.get("action")).unwrap_or(Verb::RecordList);
    let at = fields.some("at").map(|at| page.clocks.start_of(at));
    if at == Some(None) {
        let wrong = ("at", String::from("Write a day as 2026-11-03, or leave it empty."));
        return draw(&page, &fields, None, Some(&wrong)).await;
    }
    let question =
        Ask { person: Some(who), action, thing: thing(fields.get("thing").trim()), at: at.flatten() };
    match explain(&page.ctx, question).await {
        Ok(decision) => {
            let answer = answer(&page, &fields, who, action, decision);
            draw(&page, &fields, Some(answer), None).await
        }
        Err(error) => draw(&page, &fields, None, Some(&on_form(error)?)).await,
    }
}

fn answer(page: &Page, fields: &Fields, who: StaffId, action: Verb, decision: Decision) -> Answer {
    let act = ACTS.iter().find(|(verb, _)| *verb == action).map_or_else(|| action.word(), |(_, says)| says);
    let name = person(page, who);
    let may = if decision.allowed { "may" } else { "may not" };
    Answer {
        heading: format!("{name} {may} {act} this."),
        why: Why {
            allowed: decision.allowed,
            lead: format!("{name} {may}"),
            sentences: decision.because.iter().map(|b| b.says.clone()).collect(),
            ask: None,
        },
        rules: decision.because.into_iter().map(|b| (b.rule, b.says)).collect(),
        as_of: fields.some("at").map_or_else(|| String::from("Now"), |at| format!("As of {at}")),
    }
}
