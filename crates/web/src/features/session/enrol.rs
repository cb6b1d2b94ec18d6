//! The one-time page of a new person: a password, an authenticator, recovery codes.

use axum::extract::State;
use axum::http::StatusCode;
use qrcodegen::{QrCode, QrCodeEcc};
use strongroom_domain::Error;
use strongroom_domain::features::{session, staff};

use crate::http::api::One;
use crate::http::door::{Knock, Stranger, anonymous};
use crate::http::form::Fields;
use crate::http::problem::Problem;
use crate::http::reply::{Answer, see_other};
use crate::http::trouble::Trouble;
use crate::state::WebState;
use crate::view::door::{Enrol, EnrolDone, EnrolGone};
use crate::view::field::{Field, Input};
use crate::view::qr::Qr;

type Rq = std::sync::Arc<crate::http::request::Rq>;

/// The page.
pub(super) async fn show(
    State(state): State<WebState>,
    One(link): One,
    stranger: Stranger,
    rq: axum::Extension<Rq>,
) -> Answer {
    let ctx = anonymous(&state, &rq);
    match staff::enrolment_start(&ctx, &link, None).await {
        Ok(start) => form(&state, &stranger, &link, &start, StatusCode::OK, None).await,
        Err(error) => gone(&state, &stranger, error).await,
    }
}

async fn gone(state: &WebState, stranger: &Stranger, error: Error) -> Answer {
    let Error::Conflict { .. } = error else { return Err(error.into()) };
    let page = EnrolGone {
        door: stranger.door(state, "This invitation no longer opens").await,
        ask: state.settings().help.clone(),
    };
    stranger.answer_as(StatusCode::GONE, &page)
}

fn picture(uri: &str) -> Result<Qr, Trouble> {
    let code = QrCode::encode_text(uri, QrCodeEcc::Medium).map_err(|_| Problem::internal())?;
    let side = code.size();
    Ok(Qr::new((0..side).map(|y| (0..side).map(|x| code.get_module(x, y)).collect()).collect()))
}

fn grouped(secret: &str) -> String {
    let signs: Vec<char> = secret.chars().collect();
    signs.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

async fn form(
    state: &WebState,
    stranger: &Stranger,
    link: &str,
    start: &staff::Enrolment,
    status: StatusCode,
    wrong: Option<(&str, String)>,
) -> Answer {
    let at = |name: &str, field: Field| match &wrong {
        Some((which, says)) if *which == name => field.error(says),
        _ => field,
    };
    let secret = |name, label| Field::new(Input::Password, name, label).autocomplete("new-password");
    let code =
        Field::new(Input::Code, "code", "The code that the app shows now").autocomplete("one-time-code");
    let page = Enrol {
        door: stranger.door(state, "Welcome").await,
        csrf: stranger.csrf(),
        action: format!("/enrol/{link}"),
        person_name: start.name.clone(),
        // whoever made the link sees this page too, and a contact's address tells their client
        email: if start.contact { String::new() } else { start.email.clone() },
        role_name: String::from(if start.contact { "a person at a client" } else { "a colleague" }),
        invited_by: state.firm_name().await,
        until: None,
        password: at("password", secret("password", "Password").hint(session::password_rules())),
        password_again: at("password_again", secret("password_again", "The same again")),
        qr: picture(&start.uri)?,
        secret_grouped: grouped(&start.totp_secret),
        code: at("code", code),
        error: wrong.as_ref().map(|_| String::from("Look at the fields marked below.")),
    };
    let mut response = stranger.answer_as(status, &page)?;
    // the ticket is bound to this secret and goes back with the form
    let ticket = crate::http::cookies::set_for(TICKET, &start.ticket, 1800);
    response = crate::http::reply::with_cookie(response, &ticket);
    Ok(response)
}

/// What binds the form to the secret that it showed.
const TICKET: &str = "__Host-enrol";

/// The form, and then the recovery codes.
pub(super) async fn send(State(state): State<WebState>, One(link): One, knock: Knock) -> Answer {
    let Knock { stranger, fields, ctx, headers } = knock;
    if fields.has("kept") {
        return Ok(see_other("/sign-in?ended=enrolled"));
    }
    let ticket = crate::http::cookies::read(&headers, TICKET).unwrap_or_default().to_owned();
    let wrong = match check(&fields) {
        Some(wrong) => wrong,
        None => match staff::enrol(&ctx, &link, &ticket, fields.get("password"), fields.get("code")).await {
            Ok(enrolled) => return finished(&state, &stranger, &link, &enrolled).await,
            Err(Error::Invalid { field, says }) => (field, says),
            Err(error) => return gone(&state, &stranger, error).await,
        },
    };
    match staff::enrolment_start(&ctx, &link, Some(&ticket)).await {
        Ok(start) => {
            form(&state, &stranger, &link, &start, StatusCode::UNPROCESSABLE_ENTITY, Some(wrong)).await
        }
        Err(error) => gone(&state, &stranger, error).await,
    }
}

fn check(fields: &Fields) -> Option<(&'static str, String)> {
    let differ = fields.get("password") != fields.get("password_again");
    differ.then(|| ("password_again", String::from("The two passwords differ.")))
}

async fn finished(state: &WebState, stranger: &Stranger, link: &str, enrolled: &staff::Enrolled) -> Answer {
    let name = state.room().directory().staff(enrolled.staff).map(|s| s.name).unwrap_or_default();
    let page = EnrolDone {
        door: stranger.door(state, "Keep these recovery codes").await,
        csrf: stranger.csrf(),
        action: format!("/enrol/{link}"),
        person_name: name,
        codes: enrolled.recovery_codes.iter().map(|c| c.to_string()).collect(),
    };
    let response = stranger.answer(&page)?;
    Ok(crate::http::reply::with_cookie(response, &crate::http::cookies::clear(TICKET)))
}
