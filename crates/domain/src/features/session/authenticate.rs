//! From a cookie or a bearer token to a [`Ctx`]: the only ways in for a person's request.
//!
//! What must hold: the row carries our seal, the person's set of credentials, sessions and tokens is the one the
//! ledger names, the person is active. Whatever is wrong, the answer is "not signed in"; tampering is in the log.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use strongroom_seal::token;
use strongroom_storage::params;
use strongroom_storage::sql::{Param, Sql};
use zeroize::Zeroizing;

use crate::kernel::actor::{Actor, Channel, Via};
use crate::kernel::blind;
use crate::kernel::clock::{HOUR, MINUTE};
use crate::kernel::ctx::{Ctx, Place};
use crate::kernel::error::{Error, Result};
use crate::kernel::id::StaffId;
use crate::kernel::reader::Reader;
use crate::kernel::strongroom::Strongroom;

use super::model::{self, Session, Token};
use super::store;

fn out(error: Error) -> Error {
    match error {
        Error::Tampered { .. } | Error::Damaged(_) | Error::NotFound => Error::SignedOut,
        other => other,
    }
}

/// Whether the person may act now, read in the same moment as the row that carries the request.
async fn active(room: &Strongroom, reader: &mut Reader<'_>, since: u64, staff: StaffId) -> Result<()> {
    let person =
        room.loader_at(reader, room.marks.as_of(since)).person(staff).await?.ok_or(Error::SignedOut)?;
    let standing = person.at(room.now()).ok_or(Error::SignedOut)?;
    if standing.state == "active" || blind::to("active-on-entry") { Ok(()) } else { Err(Error::SignedOut) }
}

/// The context of a request that carries a session's cookie.
///
/// # Errors
/// Not signed in; sealed; storage.
pub async fn authenticate_session(
    room: &Arc<Strongroom>,
    cookie: &str,
    channel: Channel,
    place: Place,
) -> Result<Ctx> {
    let secret = BASE64.decode(cookie).map(Zeroizing::new).map_err(|_| Error::SignedOut)?;
    if secret.len() != 32 {
        return Err(Error::SignedOut);
    }
    let hash = model::digest(&room.vault, "session", &[&secret])?;
    let session = session_of(room, &store::SESSION_BY_HASH, &params![hash]).await.map_err(out)?;
    if room.now() - session.seen_at >= MINUTE {
        seen(room, &session).await?;
    }
    let via = Via::Session { id: session.id, stepped_up_at: session.stepped_up_at, presenting: None };
    Ok(Ctx::new(room.clone(), Actor::Person { id: session.staff, via }, channel, place))
}

async fn session_of(room: &Strongroom, by: &'static Sql, key: &[Param]) -> Result<Session> {
    let since = room.marks.moment();
    let mut moment = room.db.snapshot().await?;
    let row = moment.optional(by, key).await?.ok_or(Error::SignedOut)?;
    let session = Session::read(&row, &room.vault)?;
    if !session.holds(room.now(), &room.settings) {
        return Err(Error::SignedOut);
    }
    active(room, &mut Reader::Tx(&mut moment), since, session.staff).await?;
    moment.rollback().await?;
    Ok(session)
}

/// Notes that the session is in use, at most once a minute. The set of a person's sessions holds their digests,
/// not this, so it does not change.
async fn seen(room: &Strongroom, session: &Session) -> Result<()> {
    let before = session.bind().mac(&room.vault)?;
    let mut now = session.clone();
    now.seen_at = room.now();
    let mut tx = room.db.begin().await?;
    let values = params![now.seen_at, now.bind().mac(&room.vault)?, now.id.to_string(), before];
    // another request of the same session may have been faster: then there is nothing to do
    tx.exec(&store::SESSION_SEEN, &values).await?;
    Ok(tx.commit().await?)
}

/// The context of a request that carries a personal access token.
///
/// # Errors
/// Not signed in; sealed; storage.
pub async fn authenticate_token(
    room: &Arc<Strongroom>,
    bearer: &str,
    channel: Channel,
    place: Place,
) -> Result<Ctx> {
    let hash = token::parse(bearer.trim()).map_err(|_| Error::SignedOut)?.hash();
    let token = token_of(room, &store::TOKEN_BY_HASH, &params![hash]).await.map_err(out)?;
    if token.seen_at.is_none_or(|seen| room.now() - seen >= HOUR) {
        used(room, &token).await?;
    }
    let via = Via::Token { id: token.id, scopes: token.scopes() };
    Ok(Ctx::new(room.clone(), Actor::Person { id: token.staff, via }, channel, place))
}

/// Notes that the token is in use, at most once an hour: so its owner sees which one no program needs any more. The
/// person's set holds its digest, as of sessions.
async fn used(room: &Strongroom, token: &Token) -> Result<()> {
    let before = token.bind().mac(&room.vault)?;
    let now = Token { seen_at: Some(room.now()), ..token.clone() };
    let mut tx = room.db.begin().await?;
    let values = params![now.seen_at, now.bind().mac(&room.vault)?, now.id.to_string(), before];
    // another request with the same token may have been faster: then there is nothing to do
    tx.exec(&store::TOKEN_SEEN, &values).await?;
    Ok(tx.commit().await?)
}

async fn token_of(room: &Strongroom, by: &'static Sql, key: &[Param]) -> Result<Token> {
    if room.vault.is_sealed() {
        return Err(Error::Sealed);
    }
    let since = room.marks.moment();
    let mut moment = room.db.snapshot().await?;
    let row = moment.optional(by, key).await?.ok_or(Error::SignedOut)?;
    let token = Token::read(&row, &room.vault)?;
    let ended = token.ended_at.is_some() && !blind::to("token-end");
    let expired = token.expires_at <= room.now() && !blind::to("token-expiry");
    if ended || expired {
        return Err(Error::SignedOut);
    }
    active(room, &mut Reader::Tx(&mut moment), since, token.staff).await?;
    moment.rollback().await?;
    Ok(token)
}

/// Whether the session or token that carries a request would let it in now, by its row, its seal and the clock: for
/// what goes on after the request was let in. It is no use of the session, and keeps none from running out.
pub(crate) async fn still_in(ctx: &Ctx) -> Result<bool> {
    let room = ctx.room();
    let stands = match ctx.actor() {
        Actor::Person { via: Via::Session { id, .. }, .. } => {
            session_of(room, &store::SESSION_BY_ID, &params![id.to_string()]).await.map(drop)
        }
        Actor::Person { via: Via::Token { id, .. }, .. } => {
            token_of(room, &store::TOKEN_BY_ID, &params![id.to_string()]).await.map(drop)
        }
        _ => return Ok(true),
    };
    match stands.map_err(out) {
        Ok(()) => Ok(true),
        Err(Error::SignedOut) => Ok(false),
        Err(error) => Err(error),
    }
}
