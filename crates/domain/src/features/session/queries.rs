//! Who one is, and where one is signed in.

use strongroom_storage::params;

use crate::kernel::actor::{Actor, Role, Via};
use crate::kernel::clock::{DAY, Micros};
use crate::kernel::ctx::{Ctx, Place};
use crate::kernel::error::{Error, Result};
use crate::kernel::id::{SessionId, StaffId};
use crate::kernel::target::{STEP_UP_LASTS, Target};
use crate::kernel::verb::{Scope, Verb};

use super::model::Session;
use super::store;

/// The person who asks.
#[derive(Clone, Debug)]
pub struct Me {
    /// Their id.
    pub id: StaffId,
    /// Their name.
    pub name: String,
    /// `E. Marsh`.
    pub short: String,
    /// `EM`.
    pub initials: String,
    /// Their address.
    pub email: String,
    /// Their role.
    pub role: Role,
    /// What the request may be used for: all in a browser, the token's otherwise.
    pub scopes: Vec<Scope>,
    /// Until when the fresh code counts, where one was given.
    pub stepped_up_until: Option<Micros>,
}

/// A session as its owner sees it.
#[derive(Clone, Debug)]
pub struct SessionView {
    /// Its id.
    pub id: SessionId,
    /// What the browser calls itself.
    pub device: String,
    /// From where it was begun.
    pub address: String,
    /// When it was begun.
    pub created_at: Micros,
    /// When it was last used, to the minute.
    pub seen_at: Micros,
    /// True for the one that asks.
    pub current: bool,
}

/// The person who asks; leaves an entry.
///
/// # Errors
/// Refused, sealed, storage.
pub async fn me(ctx: &Ctx) -> Result<Me> {
    ctx.permit(Verb::MeRead, &Target::Firm).await?;
    who(ctx).await
}

/// The person who asks, for the frame of a page: leaves no entry, and tells nothing but their own name and role.
///
/// # Errors
/// Not signed in, sealed, storage.
pub async fn who(ctx: &Ctx) -> Result<Me> {
    let id = ctx.me()?;
    let role = ctx.role().await?;
    let name = ctx.room.directory.staff(id).unwrap_or_default();
    let now = ctx.now();
    let (scopes, stepped_up_until) = match &ctx.actor {
        Actor::Person { via: Via::Session { stepped_up_at, .. }, .. } => {
            (Scope::ALL.to_vec(), stepped_up_at.map(|s| s + STEP_UP_LASTS).filter(|until| *until > now))
        }
        Actor::Person { via: Via::Token { scopes, .. }, .. } => (scopes.clone(), None),
        _ => return Err(Error::SignedOut),
    };
    let (short, initials) = (name.short(), name.initials());
    Ok(Me { id, short, initials, name: name.name, email: name.email, role, scopes, stepped_up_until })
}

/// The actor's own sessions that hold, the newest first.
///
/// # Errors
/// Refused, sealed, storage.
pub async fn sessions(ctx: &Ctx) -> Result<Vec<SessionView>> {
    let me = ctx.me()?;
    ctx.permit(Verb::SessionList, &Target::Staff(me)).await?;
    let current = match &ctx.actor {
        Actor::Person { via: Via::Session { id, .. }, .. } => Some(*id),
        _ => None,
    };
    let rows = ctx.room.db.all(&store::SESSIONS_OF, &params![me.to_string()]).await?;
    let mut views = Vec::with_capacity(rows.len());
    for row in &rows {
        let session = Session::read(row, &ctx.room.vault)?;
        if session.holds(ctx.now(), &ctx.room.settings) {
            let place = place(ctx, &session)?;
            views.push(SessionView {
                id: session.id,
                device: place.device,
                address: place.address,
                created_at: session.created_at,
                seen_at: session.seen_at,
                current: Some(session.id) == current,
            });
        }
    }
    views.reverse();
    Ok(views)
}

fn place(ctx: &Ctx, session: &Session) -> Result<Place> {
    let at = session.id.to_string();
    let text = ctx.room.vault.open_system_text(Session::column(&at), &session.sealed_place)?;
    let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let part = |name: &str| json.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    Ok(Place { address: part("address"), device: part("device") })
}

/// The day on which the person was last here, by browser or by a program of theirs; no finer, for it is told to
/// administrators of others.
pub(crate) async fn last_seen(ctx: &Ctx, staff: StaffId) -> Result<Option<Micros>> {
    let row = ctx.room.db.optional(&store::LAST_SEEN, &params![staff.to_string()]).await?;
    let at: Option<Micros> = row.map(|row| row.get("at")).transpose()?.flatten();
    Ok(at.map(|at| at - at.rem_euclid(DAY)))
}

/// How many recovery codes are left: for the page of one's own sign-in.
///
/// # Errors
/// Nobody is signed in; sealed; storage.
pub async fn recovery_left(ctx: &Ctx) -> Result<usize> {
    let live = super::credential::live(&ctx.room.db, &ctx.room.vault, ctx.me()?).await?;
    Ok(live.iter().filter(|c| c.kind == "recovery").count())
}
