//! Seeing clients.

use strongroom_storage::params;

use crate::features::matter::{MatterView, date, view_of};
use crate::kernel::ctx::Ctx;
use crate::kernel::directory::Find;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::id_of;
use crate::kernel::id::ClientId;
use crate::kernel::list::Candidates;
use crate::kernel::target::Target;
use crate::kernel::verb::Verb;

use super::store;

/// A client as it is shown.
#[derive(Clone, Debug)]
pub struct ClientView {
    /// Its id.
    pub id: ClientId,
    /// Its name.
    pub name: String,
    /// The firm's reference.
    pub reference: String,
    /// When it was taken on.
    pub created_at: i64,
    /// For `If-Match`.
    pub version: i64,
}

/// The clients that the actor may see whose name or reference has every word of `words`, by name.
///
/// # Errors
/// Refused, sealed, storage.
pub async fn clients(
    ctx: &Ctx,
    words: &str,
    after: Option<ClientId>,
    limit: usize,
) -> Result<(Vec<ClientView>, bool)> {
    let me = ctx.me()?;
    let scope = if ctx.sees_all().await? {
        None
    } else {
        let rows = ctx.room.db.all(&store::CLIENTS_OF_PERSON, &params![me.to_string()]).await?;
        Some(
            rows.iter()
                .map(|r| id_of(r, "client_id"))
                .collect::<Result<std::collections::BTreeSet<ClientId>>>()?,
        )
    };
    let candidates = ctx.room.directory.find_clients(Find::new(words, scope, after));
    let (page, more) = ctx
        .fill_page(
            Verb::ClientList,
            &Target::Firm,
            Verb::ClientSee,
            Candidates::of(candidates.map(Target::Client)),
            limit,
            Facts::default(),
        )
        .await?;
    let (permit, seen) = page;
    let views = seen
        .into_iter()
        .filter_map(|(_, subject)| {
            let client = subject.client?;
            let name = ctx.room.directory.client(&permit, client.id)?;
            Some(ClientView {
                id: client.id,
                name: name.name,
                reference: name.reference,
                created_at: client.created_at,
                version: client.row_version,
            })
        })
        .collect();
    Ok((views, more))
}

/// One client, with those of its matters that the actor may see.
///
/// # Errors
/// Not found, refused, sealed, storage.
pub async fn client(ctx: &Ctx, id: ClientId) -> Result<(ClientView, Vec<MatterView>)> {
    let rows = ctx.room.db.all(&store::MATTERS_OF_CLIENT, &params![id.to_string()]).await?;
    let candidates =
        rows.iter().map(|r| Ok(Target::Matter(id_of(r, "matter_id")?))).collect::<Result<Vec<_>>>()?;
    let (permit, seen) = ctx
        .permit_page(Verb::ClientSee, &Target::Client(id), Verb::MatterSee, candidates, Facts::default())
        .await?;
    let facts = ctx.load(async |loader| loader.client(id).await).await?.ok_or(Error::NotFound)?;
    let name = ctx.room.directory.client(&permit, id).ok_or(Error::NotFound)?;
    let mut matters: Vec<MatterView> =
        seen.into_iter().filter_map(|(_, s)| s.matter).filter_map(|m| view_of(ctx, &permit, &m)).collect();
    date(ctx, &mut matters).await?;
    let view = ClientView {
        id,
        name: name.name,
        reference: name.reference,
        created_at: facts.created_at,
        version: facts.row_version,
    };
    Ok((view, matters))
}
