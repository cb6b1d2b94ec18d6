//! A browser in which someone is signed in: the one place where a session's cookie becomes a [`Ctx`].
//!
//! While a client is presented the context says so, and the gate holds everything against it that comes in with this
//! session: pages, forms, the palette, content and previews, the API. `tests/src/tidy.rs` holds that there is no other place.

use std::sync::Arc;

use axum::http::HeaderMap;
use strongroom_domain::features::session;
use strongroom_domain::kernel::actor::Channel;
use strongroom_domain::kernel::id::ClientId;
use strongroom_domain::{Ctx, Error};

use super::request::Rq;
use super::{cookies, csrf};
use crate::state::WebState;

/// The context of a request that carries this session's secret.
///
/// # Errors
/// Not signed in; sealed; storage.
pub(super) async fn signed_in(
    headers: &HeaderMap,
    secret: &str,
    state: &WebState,
    rq: &Rq,
) -> Result<Arc<Ctx>, Error> {
    let ctx = session::authenticate_session(state.room(), secret, Channel::Web, rq.place.clone()).await?;
    rq.sit(state, ctx.actor().person()).await?;
    Ok(rq.known(ctx.presenting(presented(headers, secret))))
}

/// A cookie value that presents `client` in the session of this secret only.
pub(super) fn present_value(secret: &str, client: ClientId) -> String {
    format!("{client}.{}", csrf::derived(secret, format!("present {client}").as_bytes()))
}

fn presented(headers: &HeaderMap, secret: &str) -> Option<ClientId> {
    let value = cookies::read(headers, cookies::PRESENT)?;
    let client = ClientId::parse(value.split_once('.')?.0)?;
    csrf::same(&present_value(secret, client), value).then_some(client)
}
