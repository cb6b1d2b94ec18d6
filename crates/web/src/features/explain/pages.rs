//! Why, in a browser: choose a person, an act, a thing and perhaps a past day.

use axum::http::{StatusCode, Uri};
use strongroom_domain::Error;
use strongroom_domain::features::explain::{Ask, explain, whom_to_ask};
use strongroom_domain::features::{client, matter, record, wall};
use strongroom_domain::kernel::actor::Role;
use strongroom_domain::kernel::asking::Ask as Whom;
use strongroom_domain::kernel::gate::{Decision, ThingKind};
use strongroom_domain::kernel::id::StaffId;
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::verb::Verb;

use super::thing;
use crate::features::words::{above, at, fits, on_form, people, person, whom};
use crate::http::api::id_of;
use crate::http::form::Fields;
use crate::http::page::{Page, Posted};
use crate::http::reply::{self, html_as};
use crate::http::when::many;
use crate::layout::Section;
use crate::view::explain::{Answer, Explain};
use crate::view::field::{Choice, Field, Input};
use crate::view::parts::Why;

/// What is asked about most, of each kind of thing.
const ACTS: &[(Verb, ThingKind, &str)] = &[
    (Verb::RecordList, ThingKind::Matter, "open the records of"),
    (Verb::MatterSee, ThingKind::Matter, "know of"),
    (Verb::RecordAdd, ThingKind::Matter, "add records to"),
    (Verb::SeatGive, ThingKind::Matter, "change the team of"),
    (Verb::MatterClose, ThingKind::Matter, "close"),
    (Verb::MatterExport, ThingKind::Matter, "export"),
    (Verb::RecordRead, ThingKind::Record, "read"),
    (Verb::RecordDownload, ThingKind::Record, "download"),
    (Verb::RecordVersion, ThingKind::Record, "add a version to"),
    (Verb::LabelLower, ThingKind::Record, "lower the label of"),
    (Verb::ClientSee, ThingKind::Client, "know of"),
    (Verb::ClientRename, ThingKind::Client, "rename"),
    (Verb::WallSee, ThingKind::Wall, "know of"),
    (Verb::WallChange, ThingKind::Wall, "change"),
];

/// What kind of thing an id names, among those that can be asked about here.
fn kind_of(id: &str) -> Option<ThingKind> {
    match thing(id) {
        Target::Unknown => None,
        target => Some(target.kind()),
    }
}

const fn kind_word(kind: ThingKind) -> &'static str {
    match kind {
        ThingKind::Matter => "matter",
        ThingKind::Record => "record",
        ThingKind::Client => "client",
        ThingKind::Wall => "wall",
        _ => "thing",
    }
}

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
    let (thing, leads) = things(page, fields).await?;
    // only what can be done with what is there to choose; an auditor, who types an id, is offered everything
    let kinds: Vec<ThingKind> = thing.choices.iter().filter_map(|c| kind_of(&c.value)).collect();
    let offered = |kind: &ThingKind| thing.input != Input::Select || kinds.contains(kind);
    let several = thing.input != Input::Select || kinds.iter().any(|k| Some(k) != kinds.first());
    let acts = ACTS.iter().filter(|(_, kind, _)| offered(kind)).map(|(verb, kind, says)| {
        let says = if several { format!("{says} (a {})", kind_word(*kind)) } else { (*says).to_owned() };
        Choice::new(verb.word(), says).chosen(fields.get("action") == verb.word())
    });
    let acts: Vec<Choice> = acts.collect();
    let called = thing.choices.iter().find(|c| c.chosen).map_or("this", |c| c.label.as_str());
    let answer = answer.map(|a| Answer { heading: format!("{} {called}{}", a.heading, a.ending), ..a });
    let walls = page.me.role == Role::ComplianceOfficer;
    let on = Field::text("at", "On (empty for now)").value(fields.get("at")).optional();
    let wrong = wrong.as_ref();
    let view = Explain {
        shell: page.shell("Who may what", Section::Explain),
        csrf: page.csrf(),
        person: at(
            Field::new(Input::Select, "person", "Person").choices(asked_about(page, &chosen, leads).await?),
            &["person", "staff_id"],
            wrong,
        ),
        action: at(Field::new(Input::Select, "action", "May they").choices(acts), &["action"], wrong),
        find: (page.me.role != Role::Auditor).then(|| {
            Field::text(
                "find",
                if walls {
                    "Find a matter, client, record or wall"
                } else {
                    "Find a matter, client or record"
                },
            )
            .value(fields.get("find"))
            .optional()
            .hint("Words of its name; empty for your matters. Then press Find.")
        }),
        thing: at(thing, &["thing", "id"], wrong),
        at: at(on.hint("A day, such as 2026-11-03, or a day and a time."), &["at"], wrong),
        answer,
        refused,
        error: above(wrong),
    };
    html_as(status, &view)
}

/// Whom this person may ask about: watchers about everyone, a lead about those who could sit on the matter, everyone
/// else about themselves.
async fn asked_about(page: &Page, chosen: &str, leads: bool) -> Result<Vec<Choice>, Error> {
    let all = people(page, &[chosen]);
    if page.ctx.may(Verb::ExplainOther, &Target::Firm).await? {
        return Ok(all);
    }
    let sit = matter::sitters(&page.ctx).await?;
    // whom a refused question was about stays in the form
    let about = |id: &StaffId| leads || id.to_string() == chosen;
    let offered =
        |id: &str| StaffId::parse(id).is_some_and(|id| id == page.me.id || (about(&id) && sit.contains(&id)));
    Ok(all.into_iter().filter(|c| offered(&c.value)).collect())
}

const OFFERED: usize = 200;
const FOUND: usize = 20;

/// What the asker may see and ask about, by name, and whether they lead any of it; an auditor, who sees ids only,
/// types one. What is chosen stays on offer, whatever the words find.
async fn things(page: &Page, fields: &Fields) -> Result<(Field, bool), Error> {
    let (chosen, words) = (fields.get("thing"), fields.get("find").trim());
    if page.me.role == Role::Auditor {
        let field =
            Field::text("thing", "What").value(chosen).hint("The id of a matter, record, client or wall.");
        return Ok((field, false));
    }
    let most = if words.is_empty() { OFFERED } else { FOUND };
    let (matters, more) = matter::matters(&page.ctx, words, page.only_client(), None, most).await?;
    // what the words find need not hold the matter that they lead; the gate decides about what is asked
    let leads = matters.iter().any(|m| m.my_seat == "lead") || (!words.is_empty() && may_lead(page));
    let mut choices: Vec<(String, String)> =
        matters.into_iter().map(|m| (m.id.to_string(), format!("{} ({})", m.name, m.client_name))).collect();
    if !words.is_empty() {
        let (clients, _) = client::clients(&page.ctx, words, None, FOUND).await?;
        choices.extend(clients.into_iter().map(|c| (c.id.to_string(), format!("Client: {}", c.name))));
        let records = record::find(&page.ctx, words, page.only_client(), FOUND).await?;
        choices.extend(
            records
                .into_iter()
                .map(|r| (r.id.to_string(), format!("Record: {} ({})", r.title, r.matter_name))),
        );
        if page.me.role == Role::ComplianceOfficer {
            let (walls, _) = wall::walls(&page.ctx, None, OFFERED).await?;
            let fitting = walls.into_iter().filter(|w| fits(&w.name, words)).take(FOUND);
            choices.extend(fitting.map(|w| (w.id.to_string(), format!("Wall: {}", w.name))));
        }
    }
    if kind_of(chosen).is_some()
        && !choices.iter().any(|(id, _)| id == chosen)
        && let Some(label) = called(page, chosen).await?
    {
        choices.insert(0, (chosen.to_owned(), label));
    }
    let mut field = Field::new(Input::Select, "thing", "What");
    field = match (choices.len(), words.is_empty(), more) {
        (0, false, _) => field.hint("Nothing that you may open has that in its name."),
        (n, false, _) => field.hint(format!("{n} found.")),
        (n, true, true) => field.hint(format!("The first {n} are offered. Find the others by their words.")),
        (n, true, false) => field.hint(many(n as u64, "matter", "matters")),
    };
    let choice = |(id, label): (String, String)| {
        let there = id == chosen;
        Choice::new(id, label).chosen(there)
    };
    Ok((field.choices(choices.into_iter().map(choice).collect()), leads))
}

/// A paralegal leads nothing, and neither do those who hold no seat.
fn may_lead(page: &Page) -> bool {
    page.me.role.can_hold_seat() && page.me.role != Role::Paralegal
}

/// The name of what was chosen before, where the asker may still see it.
async fn called(page: &Page, id: &str) -> Result<Option<String>, Error> {
    let named = match thing(id) {
        Target::Matter(id) => {
            matter::matter(&page.ctx, id).await.map(|m| format!("{} ({})", m.name, m.client_name))
        }
        Target::Client(id) => client::client(&page.ctx, id).await.map(|(c, _)| format!("Client: {}", c.name)),
        Target::Record(id) => record::read(&page.ctx, id)
            .await
            .map(|r| format!("Record: {} ({})", r.record.title, r.matter.name)),
        Target::Wall(id) => wall::wall(&page.ctx, id).await.map(|w| format!("Wall: {}", w.name)),
        _ => return Ok(None),
    };
    match named {
        Ok(label) => Ok(Some(label)),
        Err(Error::NotFound | Error::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
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
    if fields.get("do") == "find" {
        return draw(&page, &fields, Outcome::None).await;
    }
    let who: StaffId = id_of(&page.ctx, Verb::ExplainOther, fields.get("person")).await?;
    let action = Verb::parse(fields.get("action")).unwrap_or(Verb::RecordList);
    let at = fields.some("at").map(|at| page.clocks.start_of(at));
    if at == Some(None) {
        let wrong = ("at", String::from("Write a day as 2026-11-03, or leave it empty."));
        return draw(&page, &fields, Outcome::Wrong(wrong)).await;
    }
    let target = thing(fields.get("thing").trim());
    if let Some((_, kind, _)) = ACTS.iter().find(|(verb, ..)| *verb == action)
        && target != Target::Unknown
        && target.kind() != *kind
    {
        let says =
            format!("This can be done with a {} only. Choose one, or ask of another act.", kind_word(*kind));
        return draw(&page, &fields, Outcome::Wrong(("action", says))).await;
    }
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
        Err(Error::NotFound) => {
            let says = String::from(
                "There is nothing under this that you may ask about. Ids begin with mat_, rec_, cli_ or wal_.",
            );
            draw(&page, &fields, Outcome::Wrong(("thing", says))).await
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
    let act =
        ACTS.iter().find(|(verb, ..)| *verb == action).map_or_else(|| action.word(), |(_, _, says)| says);
    let mine = who == page.me.id;
    let name = if mine { String::from("You") } else { person(page, who) };
    let may = if decision.allowed { "may" } else { "may not" };
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
