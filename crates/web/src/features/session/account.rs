//! One's own sign-in: where one is signed in, tokens for programs, password and recovery codes.

use axum::http::{HeaderMap, StatusCode};
use strongroom_domain::Error;
use strongroom_domain::features::session::{self, EndAllSessions, EndSession, EndToken};
use strongroom_domain::kernel::actor::{Actor, Via};
use strongroom_domain::kernel::clock::{DAY, HOUR, Micros};
use strongroom_domain::kernel::id::{SessionId, TokenId};
use strongroom_domain::kernel::text::Name;
use strongroom_domain::kernel::verb::{Scope, Verb};

use crate::http::api::{One, id_of};
use crate::http::cookies;
use crate::http::form::Fields;
use crate::http::page::{Page, Posted};
use crate::http::reply::{Answer, done, html_as, with_cookie};
use crate::http::trouble::Trouble;
use crate::layout::Section;
use crate::view::account::{MadeToken, PasswordForm, SessionRow, Sessions, TokenNew, TokenRow};
use crate::view::field::{Choice, Field, Input};

/// What stands on the page beside the lists.
#[derive(Default)]
struct Beside {
    typed: Fields,
    made: Option<MadeToken>,
    codes: Vec<String>,
    wrong: Option<(&'static str, String)>,
}

/// Lives of a token, by their word.
const LIVES: [(&str, &str, Micros); 5] = [
    ("12h", "12 hours", 12 * HOUR),
    ("7d", "7 days", 7 * DAY),
    ("30d", "30 days", 30 * DAY),
    ("90d", "90 days", 90 * DAY),
    ("365d", "a year", 365 * DAY),
];

async fn draw(page: &Page, status: StatusCode, beside: Beside) -> Answer {
    let sessions = session::sessions(&page.ctx).await?;
    let tokens = session::tokens(&page.ctx).await?;
    let clocks = &page.clocks;
    let Beside { typed, made, codes, wrong } = beside;
    let view = Sessions {
        shell: page.shell("Your sign-in", Section::Account),
        csrf: page.csrf(),
        email: page.me.email.clone(),
        sessions: sessions
            .into_iter()
            .map(|s| SessionRow {
                id: s.id.to_string(),
                device: device(&s.device),
                network: s.address,
                started: clocks.when(s.created_at),
                last_use: clocks.when(s.seen_at),
                current: s.current,
            })
            .collect(),
        tokens: tokens
            .into_iter()
            .filter(|t| t.ended_at.is_none() && t.expires_at > page.ctx.now())
            .map(|t| TokenRow {
                id: t.id.to_string(),
                name: t.name,
                scopes: t.scopes.iter().map(|s| s.word().to_owned()).collect(),
                expires: clocks.when(t.expires_at),
                last_use: t.seen_at.map(|at| clocks.when(at)),
            })
            .collect(),
        made,
        new_token: token_form(&typed, wrong.as_ref()),
        password: password_form(wrong.as_ref()),
        recovery_left: u32::try_from(session::recovery_left(&page.ctx).await?).unwrap_or(0),
        recovery_codes: codes,
        error: wrong.map(|(_, says)| says),
    };
    html_as(status, &view)
}

fn marked(field: Field, wrong: Option<&(&'static str, String)>, names: &[&str]) -> Field {
    match wrong {
        Some((name, says)) if names.contains(name) => field.error(says),
        _ => field,
    }
}

fn token_form(typed: &Fields, wrong: Option<&(&'static str, String)>) -> TokenNew {
    let chosen = typed.all("scopes");
    let scopes = Scope::ALL
        .iter()
        .map(|s| {
            let choice = Choice::new(s.word(), scope_says(*s)).chosen(chosen.contains(&s.word()));
            if s.is_strong() { choice.hint("Needs a fresh code, and ends within 12 hours.") } else { choice }
        })
        .collect();
    let lives = LIVES
        .iter()
        .map(|(word, says, _)| Choice::new(*word, *says).chosen(*word == typed.get("expires")))
        .collect();
    TokenNew {
        open: !typed.0.is_empty(),
        name: marked(Field::text("name", "What it is for").value(typed.get("name")), wrong, &["name"]),
        scopes: marked(Field::new(Input::Boxes, "scopes", "Scopes").choices(scopes), wrong, &["scopes"]),
        expires: marked(
            Field::new(Input::Select, "expires", "Ends after").choices(lives),
            wrong,
            &["expires_at"],
        ),
    }
}

const fn scope_says(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "See, list, read and download",
        Scope::Write => "Add and change what is not authority",
        Scope::Walls => "Make, change and end walls",
        Scope::Roles => "Staff, groups and roles",
        Scope::Export => "Export matters",
    }
}

fn password_form(wrong: Option<&(&'static str, String)>) -> PasswordForm {
    let secret = |name, label, word| Field::new(Input::Password, name, label).autocomplete(word);
    let open = wrong.is_some_and(|(name, _)| matches!(*name, "current" | "password" | "again"));
    let new = secret("new", "New password", "new-password").hint(session::password_rules());
    PasswordForm {
        open,
        current: marked(secret("current", "Password now", "current-password"), wrong, &["current"]),
        new: marked(new, wrong, &["password"]),
        again: marked(secret("again", "The new one again", "new-password"), wrong, &["again"]),
    }
}

/// "Firefox on Windows", from what the browser calls itself.
pub(crate) fn device(agent: &str) -> String {
    let program = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]
    .into_iter()
    .find(|(sign, _)| agent.contains(sign))
    .map(|(_, name)| name);
    let Some(program) = program else { return unnamed(agent) };
    let system = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "a Mac"),
        ("Linux", "Linux"),
    ]
    .into_iter()
    .find(|(sign, _)| agent.contains(sign));
    system.map_or_else(|| program.to_owned(), |(_, name)| format!("{program} on {name}"))
}

/// No browser that we know: by the name that it gives itself, cut short, and said to be no more than that.
fn unnamed(agent: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || " ./_-".contains(*c);
    let name: String = agent.chars().filter(plain).take(40).collect();
    match name.trim() {
        "" => String::from("A program"),
        name => format!("A program that calls itself \u{201c}{name}\u{201d}"),
    }
}

/// The page.
pub(super) async fn show(page: Page) -> Answer {
    let typed = page.draft("/account");
    draw(&page, StatusCode::OK, Beside { typed, ..Beside::default() }).await
}

/// Shows the page again with what is wrong.
async fn again(page: &Page, typed: Fields, error: Error) -> Answer {
    let wrong = match error {
        Error::Invalid { field, says } => (field, says),
        Error::Throttled { retry_after } => {
            ("current", format!("Too many attempts. Try again in {retry_after} seconds."))
        }
        other => return Err(other.into()),
    };
    draw(page, StatusCode::UNPROCESSABLE_ENTITY, Beside { typed, wrong: Some(wrong), ..Beside::default() })
        .await
}

/// Ends one session.
pub(super) async fn end(One(id): One, posted: Posted) -> Answer {
    let ctx = &posted.page.ctx;
    let session: SessionId = id_of(ctx, Verb::SessionEnd, &id).await?;
    ctx.perform(EndSession { staff: ctx.me()?, session }).await?;
    Ok(done("/account", "session-ended", ctx.last_entry()))
}

/// Ends every session but this one.
pub(super) async fn end_others(posted: Posted) -> Answer {
    let ctx = &posted.page.ctx;
    ctx.perform(EndAllSessions { staff: ctx.me()?, keep: current(&posted.page) }).await?;
    Ok(done("/account", "sessions-ended", ctx.last_entry()))
}

fn current(page: &Page) -> Option<SessionId> {
    match page.ctx.actor() {
        Actor::Person { via: Via::Session { id, .. }, .. } => Some(*id),
        _ => None,
    }
}

/// Makes a token, and shows it once.
pub(super) async fn make_token(posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let life =
        LIVES.iter().find(|(word, ..)| *word == fields.get("expires")).map_or(12 * HOUR, |(.., life)| *life);
    let scopes: Vec<Scope> = fields.all("scopes").into_iter().filter_map(Scope::parse).collect();
    let expires = page.ctx.now() + life;
    let made = match Name::parse(fields.get("name")) {
        Ok(name) => session::make_token(&page.ctx, name, scopes, expires).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(token) => {
            let shown = MadeToken {
                name: fields.get("name").trim().to_owned(),
                secret: token.text.to_string(),
                expires: page.clocks.when(expires),
            };
            draw(&page, StatusCode::OK, Beside { made: Some(shown), ..Beside::default() }).await
        }
        Err(error) => again(&page, fields, error).await,
    }
}

/// Ends a token.
pub(super) async fn end_token(One(id): One, posted: Posted) -> Answer {
    let ctx = &posted.page.ctx;
    let token: TokenId = id_of(ctx, Verb::TokenEnd, &id).await?;
    ctx.perform(EndToken { staff: ctx.me()?, token }).await?;
    Ok(done("/account", "token-ended", ctx.last_entry()))
}

/// A new password.
pub(super) async fn password(posted: Posted) -> Answer {
    let Posted { page, fields } = posted;
    let (new, twice) = (fields.get("new"), fields.get("again"));
    let changed = if new == twice {
        session::change_password(&page.ctx, fields.get("current"), new).await
    } else {
        Err(Error::invalid("again", "The two new passwords differ."))
    };
    match changed {
        Ok(()) => Ok(done("/account", "password-changed", page.ctx.last_entry())),
        Err(error) => again(&page, Fields::default(), error).await,
    }
}

/// New recovery codes, shown once.
pub(super) async fn recovery_codes(posted: Posted) -> Answer {
    let codes = session::new_recovery_codes(&posted.page.ctx).await?;
    let codes = codes.iter().map(|c| c.to_string()).collect();
    draw(&posted.page, StatusCode::OK, Beside { codes, ..Beside::default() }).await
}

/// Sign-ins that the person has said were theirs, as this browser remembers them.
pub(crate) const KNOWN: &str = "__Host-known";
const REMEMBERED: usize = 8;
const THIRTY_DAYS: u64 = 30 * 24 * 3600;

/// "Yes, it was me".
pub(super) async fn confirm(One(id): One, headers: HeaderMap, posted: Posted) -> Answer {
    let session: SessionId = id_of(&posted.page.ctx, Verb::SessionList, &id).await?;
    let before = cookies::read(&headers, KNOWN).unwrap_or_default();
    let mut known: Vec<String> =
        before.split('.').filter_map(SessionId::parse).map(|s| s.to_string()).collect();
    known.insert(0, session.to_string());
    known.truncate(REMEMBERED);
    let cookie = cookies::set_for(KNOWN, &known.join("."), THIRTY_DAYS);
    Ok(with_cookie(done("/today", "confirmed", None), &cookie))
}

/// "No": that session ends, and every other one but this.
pub(super) async fn deny(One(id): One, posted: Posted) -> Answer {
    let page = &posted.page;
    let _: SessionId = id_of(&page.ctx, Verb::SessionEnd, &id).await?;
    let staff = page.ctx.me().map_err(Trouble::from)?;
    page.ctx.perform(EndAllSessions { staff, keep: current(page) }).await?;
    Ok(done("/account", "denied", page.ctx.last_entry()))
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn browsers_are_called_by_their_names() {
        let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1";
        assert_eq!(device(firefox), "Firefox on Windows");
        assert_eq!(device(safari), "Safari on iPhone");
        assert_eq!(device("curl/8.0"), "curl");
        assert_eq!(device(""), "A program");
        assert_eq!(device("records-sync/2.1 <b>"), "A program that calls itself “records-sync/2.1 b”");
    }
}
