//! The first administrator, who is made at `init` and enrols by a link like everyone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use strongroom_storage::params;
use strongroom_storage::sql::Tx;
use zeroize::Zeroizing;

use crate::features::session::credential::{self, New};
use crate::kernel::actor::Role;
use crate::kernel::error::{Error, Result};
use crate::kernel::id::{CredentialId, StaffId};
use crate::kernel::operation::WriteTx;
use crate::kernel::strongroom::Strongroom;
use crate::kernel::text::{Email, Name};

use super::model::{LINK_LASTS, Link, Person, link_lookup, standing, standing_values};
use super::{authority, store};

/// A link's secret.
pub(super) fn secret(room: &Strongroom) -> Zeroizing<String> {
    let random = Zeroizing::new(room.random::<32>());
    Zeroizing::new(BASE64.encode(*random))
}

/// Writes the first administrator's rows and link.
pub(crate) async fn insert_first(
    tx: &mut Tx,
    room: &Strongroom,
    who: (&Name, &Email),
) -> Result<(StaffId, Link)> {
    let now = room.now();
    let id = StaffId::new(now, room.random());
    let person = Person::new(&room.vault, room.entropy.as_ref(), id, now, who, None)?;
    tx.exec_one(&store::STAFF_INSERT, &person.values(&room.vault)?).await?;
    let values = standing_values(&room.vault, id, now, Role::Administrator, "invited")?;
    tx.exec_one(&store::STANDING_INSERT, &values).await?;
    let secret = secret(room);
    let lookup = Some(link_lookup(&room.vault, &secret)?);
    let expires_at = now + LINK_LASTS;
    let new = New { staff: id, kind: "link", secret: b"", lookup, expires_at: Some(expires_at), used: 0 };
    let credential = CredentialId::new(now, room.random());
    credential::insert_first(tx, &room.vault, room.entropy.as_ref(), credential, now, new).await?;
    Ok((id, Link { secret, expires_at }))
}

/// Another link for the first administrator, who has not enrolled.
pub(crate) async fn first_link(tx: &mut WriteTx<'_>, staff: StaffId) -> Result<Link> {
    let now = tx.now();
    let person = tx.load(async |loader| loader.person(staff).await).await?.ok_or(Error::NotFound)?;
    let present = standing(&person, now)?;
    if present.role != Role::Administrator || present.state != "invited" {
        return Err(Error::NotFound);
    }
    let rows = tx.all(&store::APPROVALS_OF, &params![staff.to_string()]).await?;
    if !rows.is_empty() {
        return Err(Error::NotFound);
    }
    authority::issue(tx, staff).await
}
