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
    Ok(with_cookie(see_other(presented_page(posted.fields.get("back"))), &cookie))
}

/// The page that one was on, where it is one of a matter or record: those stand in a presentation too.
fn presented_page(back: &str) -> &str {
    let path = own_path(back);
    let of_matter = ["/matters/", "/records/"].iter().any(|start| path.starts_with(start));
    if of_matter { path } else { "/matters" }
}

/// Everything is shown again, on the page where one is.
pub(super) async fn stop(posted: Posted) -> Response {
    let back = match own_path(posted.fields.get("back")) {
        "/matters" => "/today",
        path => path,
    };
    with_cookie(see_other(back), &cookies::clear(cookies::PRESENT))
}

#[cfg(test)]
mod tests {
    use super::presented_page;

    #[test]
    fn a_presentation_begins_where_one_is() {
        assert_eq!(presented_page("/matters/mat_1/activity?show=all"), "/matters/mat_1/activity?show=all");
        assert_eq!(presented_page("/records/rec_1"), "/records/rec_1");
        for elsewhere in ["/clients/cli_1", "/today", "https://evil.example/matters/x", ""] {
            assert_eq!(presented_page(elsewhere), "/matters", "{elsewhere:?}");
        }
    }
}
