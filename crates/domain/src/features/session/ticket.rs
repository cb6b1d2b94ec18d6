//! Small sealed notes that a browser carries from one step of a form to the next, so that nothing is stored:
//! the half of a sign-in, the authenticator's secret during enrolment, a device that was here before.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use strongroom_seal::{chunked, context};
use zeroize::Zeroizing;

use crate::kernel::clock::{DAY, Micros};
use crate::kernel::error::Result;
use crate::kernel::id::StaffId;
use crate::kernel::strongroom::Strongroom;

use super::model;

/// How long a device is remembered.
const DEVICE_LASTS: Micros = 180 * DAY;

/// Strangers send tickets too, so one that does not open is no damage to report: not the vault's `open_column`.
fn bound(room: &Strongroom, purpose: &str, to: &str) -> Vec<u8> {
    context(&[&room.vault.firm(), b"ticket", purpose.as_bytes(), to.as_bytes()])
}

/// Seals what is carried, for one purpose and one thing, until an instant.
pub(crate) fn seal_ticket(
    room: &Strongroom,
    purpose: &'static str,
    bound_to: &str,
    until: Micros,
    what: &[u8],
) -> Result<Zeroizing<String>> {
    let plain = Zeroizing::new([&until.to_be_bytes()[..], what].concat());
    let key = room.vault.with_system(|keys| keys.columns.duplicate())?;
    let sealed = chunked::seal(&key, &bound(room, purpose, bound_to), room.entropy.as_ref(), &plain);
    Ok(Zeroizing::new(BASE64.encode(sealed)))
}

/// What was carried; `None` where the ticket is over, or was not made here for this.
pub(crate) fn open_ticket(
    room: &Strongroom,
    purpose: &'static str,
    bound_to: &str,
    ticket: &str,
) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let Ok(sealed) = BASE64.decode(ticket) else { return Ok(None) };
    let key = room.vault.with_system(|keys| keys.columns.duplicate())?;
    let Ok(clear) = chunked::open(&key, &bound(room, purpose, bound_to), &sealed) else { return Ok(None) };
    let Some((until, what)) = clear.as_slice().split_first_chunk::<8>() else { return Ok(None) };
    let lasts = room.now() < i64::from_be_bytes(*until);
    Ok(lasts.then(|| Zeroizing::new(what.to_vec())))
}

/// The value of the cookie by which a device is known again: random bytes, when it was made, and a MAC of both
/// with the account.
pub(super) fn device_cookie(room: &Strongroom, staff: StaffId) -> Result<String> {
    let random: [u8; 16] = room.random();
    let made = room.now().to_be_bytes();
    let mac = model::digest(&room.vault, "device", &[&staff.bytes(), &random, &made])?;
    Ok(BASE64.encode([&random[..], &made, &mac].concat()))
}

/// The random bytes of a device that has signed in to this account before.
pub(super) fn known_device(room: &Strongroom, staff: StaffId, cookie: &str) -> Result<Option<[u8; 16]>> {
    use subtle::ConstantTimeEq as _;
    let Ok(bytes) = BASE64.decode(cookie) else { return Ok(None) };
    let Some((random, rest)) = bytes.split_first_chunk::<16>() else { return Ok(None) };
    let Some((made, mac)) = rest.split_first_chunk::<8>() else { return Ok(None) };
    let ours = model::digest(&room.vault, "device", &[&staff.bytes(), random, made])?;
    let age = room.now().saturating_sub(i64::from_be_bytes(*made));
    let good = bool::from(ours.as_slice().ct_eq(mac)) && (0..DEVICE_LASTS).contains(&age);
    Ok(good.then_some(*random))
}
