//! A firm whose rows were just put back: what an ordinary opening finds, made here.

use std::sync::Arc;

use strongroom_seal::Entropy;
use strongroom_storage::blob::Blobs;
use strongroom_storage::sql::Db;
use strongroom_tlog::VerifierKey;

use super::open::{firm_row, hold_firm};
use crate::kernel::anchor;
use crate::kernel::clock::Clock;
use crate::kernel::error::{Error, Result};
use crate::kernel::gate::Gate;
use crate::kernel::strongroom::{FirmInfo, Parts, Settings, Strongroom};
use crate::kernel::vault::Vault;

/// The key that signed the ledger of this origin.
pub(crate) fn verifier(vault: &Vault, origin: &str) -> Result<VerifierKey> {
    let public = vault.ledger_signer()?.public();
    VerifierKey::new(origin, strongroom_tlog::KeyKind::Ed25519, public)
        .map_err(|e| Error::Internal(e.to_string()))
}

/// Adds authority up again, with the number that the ledger states last.
pub(crate) async fn count_authority(
    db: &Db,
    vault: &Vault,
    entropy: &dyn Entropy,
    number: i64,
) -> Result<()> {
    anchor::begin_again(db, vault, entropy, number).await
}

type Made = (Db, Blobs, Vault, Gate, Arc<dyn Clock>, Arc<dyn Entropy>, Settings);

/// The room, unsealed, with the approved policies in force and the sequencer's term taken.
pub(crate) async fn room(
    (db, blobs, vault, gate, clock, entropy, settings): Made,
) -> Result<Arc<Strongroom>> {
    let (firm, _) = firm_row(&db).await?.ok_or(Error::NotFound)?;
    let info = FirmInfo { id: firm.id, origin: firm.origin, lone_administrator: firm.lone_administrator };
    let room = Strongroom::new(Parts { db, blobs, vault, gate, clock, entropy, firm: info, settings });
    hold_firm(&room).await?;
    room.begin_restored().await?;
    Ok(room)
}
