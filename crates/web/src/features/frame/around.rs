//! The first address, colours, and presentation mode: one client's matters only, everything else gone.

use axum::response::Response;
use strongroom_domain::features::client;
use strongroom_domain::kernel::id::ClientId;
use strongroom_domain::kernel::verb::Verb;

use crate::http::api::id_of;
use crate::http::cookies;
use crate::http::door::Knock;
use crate::http::form::own_path;
use crate::http::page::Posted;
use crate::http::reply::{Answer, see_other, with_cookie};
use crate::layout::Theme;

const A_YEAR: u64 = 365 * 24 * 3600;

/// The first address.
pub(super) async fn first() -> Response {
    see_other("/today")
}

/// Light, dark, or as the device has it. For everyone, signed in or not.
pub(super) async fn theme(knock: Knock) -> Response {
    let word = Theme::from_word(knock.fields.get("theme")).word();
    let back = see_other(back(knock.fields.get("back")));
    with_cookie(back, &cookies::set_for(cookies::THEME, word, A_YEAR))
}

/// Colours may be changed on the pages before sign-in too.
fn back(given: &str) -> &str {
    if given.starts_with("/sign-in") && given.is_ascii() && !given.chars().any(char::is_control) {
        return "/sign-in";
    }
    own_path(given)
}

/// Begins to present a client.
pub(super) async fn present(posted: Posted) -> Answer {
    let ctx = &posted.page.ctx;
    let id: ClientId = id_of(ctx, Verb::ClientSee, posted.fields.get("client_id")).await?;
    client::client(ctx, id).await?;
    let cookie = cookies::set(cookies::PRESENT, &posted.page.present_cookie(id));
    Ok(with_cookie(see_other("/matters"), &cookie))
}

/// Everything is shown again.
pub(super) async fn stop(_: Posted) -> Response {
    with_cookie(see_other("/today"), &cookies::clear(cookies::PRESENT))
}
