//! One entry: its bytes, its opened parts, and the receipt that proves it.

use strongroom_storage::params;
use strongroom_storage::sql::Row;
use strongroom_tlog::receipt::{OpenedPart, Receipt as ReceiptFile};
use strongroom_tlog::tile::{inclusion_proof, needed_tiles_for_inclusion};
use strongroom_tlog::{Note, Proof, VerifierKey};

use crate::kernel::actor::Role;
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::MatterFacts;
use crate::kernel::ledger::signed;
use crate::kernel::permit::Permit;
use crate::kernel::strongroom::Strongroom;
use crate::kernel::target::Target;
use crate::kernel::verb::Verb;

use super::model::{Covered, EntryFull, EntryRef, Raw, Receipt};
use super::refused::knows_of;
use super::sight::{Sight, bare, knows_walls, plain_to_the_team};
use super::store;

/// An entry that the gate has let the actor see.
struct Seen {
    raw: Raw,
    permit: Permit,
    /// What the actor may open; nothing for those who only watch.
    sight: Option<Sight>,
}

/// One entry with its exact bytes.
///
/// # Errors
/// Not found, refused, sealed, storage.
pub async fn entry(ctx: &Ctx, which: EntryRef) -> Result<EntryFull> {
    let Seen { raw, permit, sight } = see(ctx, which).await?;
    let covered = Covered::from(&ctx.room.ledger_head().await?);
    let view = sight.map_or_else(|| bare(ctx, &raw, covered, &[]), |s| s.view(ctx, &permit, &raw, covered));
    Ok(EntryFull { view, bytes: raw.bytes })
}

/// The receipt of an entry, verified before it is given out.
///
/// # Errors
/// Not found, refused, sealed, storage; [`Error::Tampered`] where the proof does not hold: nothing is given out.
pub async fn receipt(ctx: &Ctx, which: EntryRef) -> Result<Receipt> {
    let Seen { raw, permit, sight } = see(ctx, which).await?;
    let parts = sight.map(|s| s.open(ctx, &permit, &raw)).unwrap_or_default();
    let Some(proof) = prove(&ctx.room, raw).await? else { return Ok(Receipt::Pending) };
    let opened =
        parts.into_iter().map(|p| OpenedPart { about: p.about.to_string(), bytes: p.bytes }).collect();
    Ok(Receipt::Ready(ReceiptFile { proof, opened }.to_string()))
}

/// The proof that an entry is in the signed tree, by the newest checkpoint that witnesses have signed too where that one
/// reaches it; none while the entry waits for its index.
async fn prove(room: &Strongroom, raw: Raw) -> Result<Option<Proof>> {
    let head = room.ledger_head().await?;
    let Some(index) = raw.index.filter(|i| *i < head.signed_size) else { return Ok(None) };
    let (size, note) = match head.witnessed {
        Some(note) if index < head.witnessed_size => (head.witnessed_size, note),
        _ => (head.signed_size, head.checkpoint),
    };
    let tampered = |cause: &dyn std::fmt::Display| {
        tracing::error!(index, %cause, "a receipt does not verify");
        Error::Tampered { table: "ledger_entry", id: index.to_string() }
    };
    let tiles = room.tiles(&needed_tiles_for_inclusion(index, size)).await?;
    let path = inclusion_proof(index, size, &tiles).map_err(|e| tampered(&e))?;
    let checkpoint = Note::parse(note.as_bytes()).map_err(|e| tampered(&e))?;
    let key = VerifierKey::parse(&room.vkey()?).map_err(|e| tampered(&e))?;
    let proof = Proof { extra: Some(raw.bytes), index, path, checkpoint };
    proof.verify(&[key]).map_err(|e| tampered(&e))?;
    Ok(Some(proof))
}

/// An entry of a matter on its way out with the matter, under the permit of the export: a file's name and its
/// receipt, or its bare bytes while it waits for its index. None where the actor may not know of it.
pub(crate) async fn leaving(ctx: &Ctx, matter: &MatterFacts, row: &Row) -> Result<Option<(String, Vec<u8>)>> {
    let raw = Raw::read(row)?;
    if !knows_walls(ctx, matter) && !plain_to_the_team(matter, &raw) {
        return Ok(None);
    }
    let (id, bytes) = (raw.id, raw.bytes.clone());
    Ok(Some(match prove(&ctx.room, raw).await? {
        Some(proof) => {
            let name = format!("{:012}.receipt", proof.index);
            (name, ReceiptFile { proof, opened: Vec::new() }.to_string().into_bytes())
        }
        None => (format!("pending-{id}.json"), bytes),
    }))
}

async fn find(ctx: &Ctx, which: EntryRef) -> Result<Option<Raw>> {
    let row = match which {
        EntryRef::Id(id) => ctx.room.db.optional(&store::ENTRY_BY_ID, &params![id.to_string()]).await?,
        EntryRef::Index(index) => match signed(index) {
            Ok(index) => ctx.room.db.optional(&store::ENTRY_BY_INDEX, &params![index]).await?,
            Err(_) => None,
        },
    };
    row.as_ref().map(Raw::read).transpose()
}

/// Lets the gate answer. What the actor may not know of takes the path of an entry that is not there.
async fn see(ctx: &Ctx, which: EntryRef) -> Result<Seen> {
    let Some(raw) = find(ctx, which).await? else { return ctx.unknown(Verb::LedgerRead).await };
    let me = ctx.me()?;
    let own = raw.actor_id == me.to_string();
    let watches = matches!(ctx.role().await?, Role::Auditor | Role::ComplianceOfficer);
    if own && raw.denied() && !knows_of(ctx, &raw).await? {
        return ctx.unknown(Verb::LedgerRead).await;
    }
    let mut seated = false;
    if let Some(id) = raw.matter
        && let Some(matter) = ctx.load(async |loader| loader.matter(id).await).await?
    {
        seated = ctx.may_now(Verb::MatterActivity, &Target::Matter(id)).await?;
        let walls = watches || knows_walls(ctx, &matter);
        if !own && !walls && !plain_to_the_team(&matter, &raw) {
            return ctx.unknown(Verb::LedgerRead).await;
        }
    }
    let rows = [raw];
    let sight = if own || seated { Some(Sight::of(ctx, &rows).await?) } else { None };
    let [raw] = rows;
    let target = Target::Entry { actor: raw.actor_id.clone(), matter: raw.matter };
    let things = sight.as_ref().map(Sight::things).unwrap_or_default();
    let facts = Facts::about(things.into_iter().chain([raw.id.any()]));
    let (permit, _) = ctx.permit_with(Verb::LedgerRead, &target, facts).await?;
    Ok(Seen { raw, permit, sight })
}
