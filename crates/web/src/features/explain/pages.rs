//! Why, in a browser: choose a person, an act, a thing and perhaps a past day.

use axum::http::{StatusCode, Uri};
use strongroom_domain::Error;
use strongroom_domain::features::explain::{Ask, explain, whom_to_ask};
use strongroom_domain::features::matter;
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::asking::Ask as Whom;
use strongroom_domain::kernel::gate::Decision;
use strongroom_domain::kernel::id::StaffId;
use strongroom_domain::kernel::verb::Verb;

use super::thing;
use crate::features::words::{above, on_form, people, person, whom};
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

/// What stands below the question.
enum Outcome {
    None,
    Answered(Answer),
    Refused(Why),
    Wrong((&'static str, String)),
}

async fn draw(page: &Page, fields: &Fields, outcome: Outcome) -> reply::Answer {
    let (status, answer, refused, wrong) = match outcome {
        Outcome::None => (StatusCode::OK, None, None, None),
        Outcome::Answered(answer) => (StatusCode::OK, Some(answer), None, None),
        Outcome::Refused(why) => (StatusCode::FORBIDDEN, None, Some(why), None),
        Outcome::Wrong(wrong) => (StatusCode::UNPROCESSABLE_ENTITY, None, None, Some(wrong)),
    };
    let me = page.me.id.to_string();
    let chosen = fields.some("person").unwrap_or(&me).to_owned();
    let acts = ACTS
        .iter()
        .map(|(verb, says)| Choice::new(verb.word(), *says).chosen(fields.get("action") == verb.word()));
    let thing = things(page, fields.get("thing")).await?;
    let called = thing.choices.iter().find(|c| c.chosen).map_or("this", |c| c.label.as_str());
    let answer = answer.map(|a| Answer { heading: format!("{} {called}{}", a.heading, a.ending), ..a });
    let at = Field::text("at", "On (empty for now)").value(fields.get("at")).optional();
    let view = Explain {
        shell: page.shell("Who may what", Section::Explain),
        csrf: page.csrf(),
        person: Field::new(Input::Select, "person", "Person").choices(people(page, &[&chosen])),
        action: Field::new(Input::Select, "action", "May they").choices(acts.collect()),
        thing,
        at: at.hint("A day, such as 2026-11-03, or a day and a time."),
        answer,
        refused,
        error: above(wrong.as_ref()),
    };
    html_as(status, &view)
}

/// The matters that the asker may see, by name; an auditor, who sees ids only, types one.
async fn things(page: &Page, chosen: &str) -> Result<Field, Error> {
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
        return Err(Error::NotFound.into());
    }
    let fields = Fields::of_query(&uri);
    draw(&page, &fields, Outcome::None).await
}

/// The answer.
pub(super) async fn ask(posted: Posted) -> reply::Answer {
    let Posted { page, fields } = posted;
    let who: StaffId = id_of(&page.ctx, Verb::ExplainOther, fields.get("person")).await?;
    let action = Verb::parse(fields.get("action")).unwrap_or(Verb::RecordList);
    let at = fields.some("at").map(|at| page.clocks.start_of(at));
    if at == Some(None) {
        let wrong = ("at", String::from("Write a day as 2026-11-03, or leave it empty."));
        return draw(&page, &fields, Outcome::Wrong(wrong)).await;
    }
    let target = thing(fields.get("thing").trim());
    let question = Ask { person: Some(who), action, thing: target.clone(), at: at.flatten() };
    match explain(&page.ctx, question).await {
        Ok(decision) => {
            let ask = if decision.allowed {
                None
            } else {
                whom_to_ask(&page.ctx, who, &decision.because, &target).await?
            };
            let answer = answer(&page, &fields, who, action, decision, ask.as_ref());
            draw(&page, &fields, Outcome::Answered(answer)).await
        }
        // what was asked stays in the form: another person or thing may be asked about at once
        Err(Error::Refused(refusal)) => {
            let why = Why {
                allowed: false,
                lead: String::from("You may not ask this."),
                sentences: refusal.because.iter().map(|b| b.says.clone()).collect(),
                ask: refusal.ask.map(|ask| format!("Ask {}.", whom(page.ctx.room(), &ask))),
            };
            draw(&page, &fields, Outcome::Refused(why)).await
        }
        Err(error) => draw(&page, &fields, Outcome::Wrong(on_form(error)?)).await,
    }
}

/// In the third person: the page tells someone else what the rules say to the person who is asked about.
fn answer(
    page: &Page,
    fields: &Fields,
    who: StaffId,
    action: Verb,
    decision: Decision,
    ask: Option<&Whom>,
) -> Answer {
    let act = ACTS.iter().find(|(verb, _)| *verb == action).map_or_else(|| action.word(), |(_, says)| says);
    let mine = who == page.me.id;
    let name = if mine { String::from("You") } else { person(page, who) };
    let may = if decision.allowed { "may" } else { "may not" };
    let act = act.split(" (").next().unwrap_or(act);
    let walled = decision.because.iter().any(|b| b.rule.starts_with("wall-"));
    Answer {
        // the thing's name goes between the two, where the form has it
        heading: format!("{name} {may} {act}"),
        ending: if walled && !mine {
            String::from(": a wall keeps them from it.")
        } else {
            String::from(".")
        },
        allowed: decision.allowed,
        told: if mine { String::from("The rule says:") } else { format!("The rule says to {name}:") },
        ask: ask.map(|ask| {
            let whom = whom(page.ctx.room(), ask);
            if mine { format!("Ask {whom}.") } else { format!("{name} can ask {whom}.") }
        }),
        rules: decision.because.into_iter().map(|b| (b.rule, b.says)).collect(),
        as_of: fields.some("at").map_or_else(|| String::from("Now"), |at| format!("As of {at}")),
    }
}
