//! Password, then code, then the cookie; out again; and the page of a sealed strongroom.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use strongroom_domain::Error;
use strongroom_domain::features::session;

use crate::http::door::{Knock, Stranger, sealed};
use crate::http::form::{Fields, own_path};
use crate::http::page::{Page, Posted};
use crate::http::reply::{Answer, done, see_other, with_cookie};
use crate::http::trouble::Trouble;
use crate::http::{cookies, flash};
use crate::state::{Progress, WebState};
use crate::view::door::{SignIn, SignInTotp};
use crate::view::field::{Field, Input};

/// The cookie by which a browser is known again, so that a guesser elsewhere does not lock its owner out.
const DEVICE: &str = "__Host-device";
const DEVICE_SECONDS: u64 = 180 * 24 * 3600;
const TICKET_SECONDS: u64 = 300;

async fn form(
    state: &WebState,
    stranger: &Stranger,
    fields: &Fields,
    status: StatusCode,
    error: Option<String>,
    notice: Option<&str>,
) -> Answer {
    let email = fields.get("email");
    let mut email_field = Field::new(Input::Email, "email", "Email").value(email).autocomplete("username");
    let mut password = Field::new(Input::Password, "password", "Password").autocomplete("current-password");
    if email.is_empty() {
        email_field = email_field.autofocus();
    } else {
        password = password.autofocus();
    }
    let page = SignIn {
        door: stranger.door(state, "Sign in").await,
        csrf: stranger.csrf(),
        back: own_path(fields.get("back")).to_owned(),
        email: email_field,
        password,
        notice: notice.map(str::to_owned),
        error,
        help: state.settings().help.clone(),
    };
    stranger.answer_as(status, &page)
}

/// The page.
pub(super) async fn show(
    State(state): State<WebState>,
    page: Result<Page, Trouble>,
    stranger: Stranger,
    uri: Uri,
) -> Answer {
    let fields = Fields::of_query(&uri);
    if page.is_ok() && !fields.has("ended") {
        return Ok(see_other(own_path(fields.get("back"))));
    }
    let notice = match fields.get("ended") {
        "idle" => Some("You were signed out after a time without activity."),
        "out" => Some("You are signed out."),
        "enrolled" => Some("You are enrolled. Sign in with your new password."),
        _ => None,
    };
    form(&state, &stranger, &fields, StatusCode::OK, None, notice).await
}

/// What may be said of a failed attempt, and its status; anything else is trouble.
fn said(error: Error) -> Result<(StatusCode, String), Trouble> {
    match error {
        Error::Invalid { says, .. } => Ok((StatusCode::UNPROCESSABLE_ENTITY, says)),
        Error::Throttled { retry_after } => {
            let says = format!("Too many attempts. Try again in {}.", span(retry_after));
            Ok((StatusCode::TOO_MANY_REQUESTS, says))
        }
        Error::Conflict { says, .. } => Ok((StatusCode::CONFLICT, says)),
        other => Err(other.into()),
    }
}

fn span(seconds: u64) -> String {
    match seconds {
        0..=1 => String::from("a second"),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

/// The first step.
pub(super) async fn password(State(state): State<WebState>, knock: Knock) -> Answer {
    let Knock { stranger, fields, ctx, headers } = knock;
    let device = cookies::read(&headers, DEVICE);
    match session::sign_in_password(&ctx, fields.get("email"), fields.get("password"), device).await {
        Ok(ticket) => {
            let response = code_form(&state, &stranger, &fields, StatusCode::OK, None).await?;
            Ok(with_cookie(response, &cookies::set_for(cookies::HALFWAY, &ticket, TICKET_SECONDS)))
        }
        Err(error) => {
            let (status, says) = said(error)?;
            form(&state, &stranger, &fields, status, Some(says), None).await
        }
    }
}

async fn code_form(
    state: &WebState,
    stranger: &Stranger,
    fields: &Fields,
    status: StatusCode,
    error: Option<String>,
) -> Answer {
    let code = Field::new(Input::Code, "code", "Code").autocomplete("one-time-code").autofocus();
    let email = fields.some("email").unwrap_or("the person whose password you gave");
    let page = SignInTotp {
        door: stranger.door(state, "Your code").await,
        csrf: stranger.csrf(),
        back: own_path(fields.get("back")).to_owned(),
        email: email.to_owned(),
        code,
        error,
    };
    stranger.answer_as(status, &page)
}

/// The second step.
pub(super) async fn code(State(state): State<WebState>, knock: Knock) -> Answer {
    let Knock { stranger, fields, ctx, headers } = knock;
    let (device, ticket) = (cookies::read(&headers, DEVICE), cookies::read(&headers, cookies::HALFWAY));
    let signed = session::sign_in_code(&ctx, ticket.unwrap_or_default(), fields.get("code"), device).await;
    let signed = match signed {
        Ok(signed) => signed,
        Err(Error::Conflict { says, .. }) => {
            let response = form(&state, &stranger, &fields, StatusCode::CONFLICT, Some(says), None).await?;
            return Ok(with_cookie(response, &cookies::clear(cookies::HALFWAY)));
        }
        Err(error) => {
            let (status, says) = said(error)?;
            return code_form(&state, &stranger, &fields, status, Some(says)).await;
        }
    };
    let response = see_other(own_path(fields.get("back")));
    let response = with_cookie(response, &cookies::set(cookies::SESSION, &signed.cookie));
    let response = with_cookie(response, &cookies::set_for(DEVICE, &signed.device, DEVICE_SECONDS));
    let response = with_cookie(response, &cookies::clear(cookies::HALFWAY));
    let response = with_cookie(response, &cookies::clear(cookies::STRANGER));
    match signed.recovery_codes_left {
        Some(_) => Ok(with_cookie(response, &flash::cookie("recovery-used", ctx.last_entry()))),
        None => Ok(response),
    }
}

/// Out.
pub(super) async fn out(posted: Posted) -> Answer {
    session::sign_out(&posted.page.ctx).await?;
    let response = with_cookie(see_other("/sign-in?ended=out"), &cookies::clear(cookies::SESSION));
    let mut response = with_cookie(response, &cookies::clear(cookies::PRESENT));
    // what this browser has kept of us goes too
    let clear = axum::http::HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert("clear-site-data", clear);
    Ok(response)
}

/// A passphrase or share.
pub(super) async fn unseal(State(state): State<WebState>, knock: Knock) -> Answer {
    if !state.is_sealed() {
        return Ok(see_other("/today"));
    }
    let secret = knock.fields.some("passphrase").or(knock.fields.some("share")).unwrap_or_default();
    match state.unsealer().give(secret).await {
        Ok(Progress::Unsealed) => Ok(see_other("/today")),
        Ok(Progress::More) => sealed(&state, &knock.stranger, None).await,
        Err(says) => sealed(&state, &knock.stranger, Some(says)).await,
    }
}

/// Forgets the shares given so far.
pub(super) async fn restart(State(state): State<WebState>, _: Knock) -> Response {
    state.unsealer().restart().await;
    done("/today", "done", None)
}
