//! What anyone may fetch to verify: checkpoint, hash tiles, key. Entry bundles are an auditor's.

use strongroom_tlog::TilePath;
use strongroom_tlog::bundle::BundlePath;

use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::strongroom::Strongroom;
use crate::kernel::target::Target;
use crate::kernel::verb::Verb;

/// The newest signed checkpoint, with the witnesses' signatures once they have signed that one. Served while sealed too.
///
/// # Errors
/// Not found before the first; storage.
pub async fn checkpoint(room: &Strongroom) -> Result<String> {
    let head = room.ledger_head().await?;
    match head.witnessed {
        Some(note) if head.witnessed_size == head.signed_size => Ok(note),
        _ if head.signed_size > 0 => Ok(head.checkpoint),
        _ => Err(Error::NotFound),
    }
}

/// The newest checkpoint that enough witnesses have signed. Served while sealed too.
///
/// # Errors
/// Not found before the first; storage.
pub async fn witnessed(room: &Strongroom) -> Result<String> {
    room.ledger_head().await?.witnessed.ok_or(Error::NotFound)
}

/// A hash tile of the tree that the newest checkpoint signs. Served while sealed too.
///
/// # Errors
/// Not found where that tree has no such tile; storage.
pub async fn tile(room: &Strongroom, path: TilePath) -> Result<Vec<u8>> {
    let size = room.ledger_head().await?.signed_size;
    if !within(path, size) {
        return Err(Error::NotFound);
    }
    room.tile(path).await?.ok_or(Error::NotFound)
}

/// True where a tree of `size` entries has the tile, at this width or wider.
pub(super) fn within(path: TilePath, size: u64) -> bool {
    let hashes = size.checked_shr(8 * u32::from(path.level)).unwrap_or(0);
    let end = path.index.checked_mul(256).and_then(|start| start.checked_add(u64::from(path.width)));
    path.width > 0 && end.is_some_and(|end| end <= hashes)
}

/// The log's public key. Needs the keyring, so it waits for the unsealing.
///
/// # Errors
/// Sealed.
pub fn vkey(room: &Strongroom) -> Result<String> {
    room.vkey()
}

/// The exact bytes of the entries of one level-0 tile: what a tree is proved from has no gaps, so they come whole, ids
/// and sealed parts, whatever walls stand. Therefore to auditors only.
///
/// # Errors
/// Refused; not found where the signed tree has no such bundle; [`Error::Tampered`] where an entry is missing; storage.
pub async fn bundle(ctx: &Ctx, path: BundlePath) -> Result<Vec<u8>> {
    let facts = Facts::default().clear("bundle", path.index);
    ctx.permit_with(Verb::LedgerCopy, &Target::Firm, facts).await?;
    let size = ctx.room.ledger_head().await?.signed_size;
    if !within(path.tile(), size) {
        return Err(Error::NotFound);
    }
    ctx.room.bundle_bytes(path).await
}
