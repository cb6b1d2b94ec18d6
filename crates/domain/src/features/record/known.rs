//! Which bytes a matter holds already, asked before anything is sent: a dry run, or a folder that is added twice.

use strongroom_storage::params;

use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::id_of;
use crate::kernel::id::{MatterId, RecordId};
use crate::kernel::target::Target;
use crate::kernel::vault::KeyOf;
use crate::kernel::verb::Verb;

use super::{content_index, store};

/// So many digests are asked about at once.
pub const MOST_DIGESTS: usize = 1000;

/// What a matter says to bytes that are to be added.
pub struct Known {
    /// For each digest the record that holds these bytes, in the order asked.
    pub records: Vec<Option<RecordId>>,
    /// Whether the actor may add to the matter now.
    pub may_add: bool,
}

/// Asks by SHA-256. Whoever may list the matter's records sees their digests: this is such a list. Its entry says how
/// many were asked about.
///
/// # Errors
/// Not found, refused; more than [`MOST_DIGESTS`]; sealed, storage.
pub async fn known(ctx: &Ctx, matter: MatterId, digests: &[[u8; 32]]) -> Result<Known> {
    let target = Target::Matter(matter);
    let allowed = ctx.ask(Verb::RecordList, &target).await?;
    if digests.len() > MOST_DIGESTS {
        return Err(Error::invalid("sha256", "At most 1,000 digests are asked about at once."));
    }
    let number = allowed.on().need_matter()?.number;
    let (permit, _) = allowed.permit(Facts::default().clear("asked", digests.len())).await?;
    let key = ctx.room.vault.key(&permit, &matter.any(), KeyOf::Matter(number))?;
    let mut records = Vec::with_capacity(digests.len());
    for digest in digests {
        let same = params![matter.to_string(), content_index(&key, digest)];
        let row = ctx.room.db.optional(&store::SAME_CONTENT, &same).await?;
        records.push(row.map(|row| id_of(&row, "record_id")).transpose()?);
    }
    let may_add = ctx.may_now(Verb::RecordAdd, &target).await?;
    Ok(Known { records, may_add })
}
