//! The directory of the firm.

use strongroom_storage::params;

use crate::features::session::last_seen;
use crate::kernel::actor::Role;
use crate::kernel::blind;
use crate::kernel::clock::Micros;
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::{PersonFacts, bind_member, id_of};
use crate::kernel::id::{GroupId, StaffId};
use crate::kernel::list::Candidates;
use crate::kernel::target::Target;
use crate::kernel::verb::Verb;

use super::invitation::{self, Invitation};
use super::model::{Person, standing};
use super::store;

/// A person as the firm's directory shows them.
#[derive(Clone, Debug)]
pub struct StaffView {
    /// Their id.
    pub id: StaffId,
    /// Their name.
    pub name: String,
    /// `E. Marsh`.
    pub short: String,
    /// `EM`.
    pub initials: String,
    /// Their address; of a client contact it is told to nobody but themselves, because it may tell whose contact they are.
    pub email: Option<String>,
    /// Their role.
    pub role: Role,
    /// `invited`, `active` or `suspended`.
    pub state: String,
    /// Since when they stand so.
    pub since: Micros,
    /// Their groups.
    pub groups: Vec<(GroupId, String)>,
    /// The day on which they were last here; told to administrators, and to nobody else of others.
    pub last_seen: Option<Micros>,
    /// How far the invitation has come, of someone who has not enrolled; told to administrators.
    pub invitation: Option<Invitation>,
    /// True where something about them waits for a second person; told to administrators.
    pub waiting: bool,
}

/// People whose name or address has every word of `words`, by name. Client contacts are shown to administrators
/// only, who keep their accounts, and by name alone: an address tells of a client, whom no administrator knows, and
/// so it is not even searched.
///
/// # Errors
/// Refused, sealed, storage.
pub async fn staff_list(
    ctx: &Ctx,
    words: &str,
    after: Option<StaffId>,
    limit: usize,
) -> Result<(Vec<StaffView>, bool)> {
    let administrator = ctx.role().await? == Role::Administrator;
    let words = words.to_lowercase();
    let matches = |text: &str| words.split_whitespace().all(|w| text.contains(w));
    let mut candidates = Vec::new();
    for (id, name) in ctx.room.directory.all_staff() {
        let by_name = matches(&name.name.to_lowercase());
        let found = by_name
            || (matches(&format!("{} {}", name.name, name.email).to_lowercase())
                && !is_contact(ctx, id).await?);
        if found {
            candidates.push(id);
        }
    }
    if let Some(after) = after {
        let place = candidates.iter().position(|id| *id == after).map_or(0, |p| p + 1);
        candidates.drain(..place);
    }
    if !administrator {
        candidates = without_contacts(ctx, candidates, limit).await?;
    }
    let ((_, seen), more) = ctx
        .fill_page(
            Verb::StaffList,
            &Target::Firm,
            Verb::StaffSee,
            Candidates::of(candidates.into_iter().map(Target::Staff)),
            limit,
            Facts::default(),
        )
        .await?;
    let mut views = Vec::with_capacity(seen.len());
    for person in seen.into_iter().filter_map(|(_, subject)| subject.person) {
        views.push(view(ctx, &person, administrator).await?);
    }
    Ok((views, more))
}

/// The first of the candidates who are no client contacts: as many as a page takes, and one to know of more.
async fn without_contacts(ctx: &Ctx, candidates: Vec<StaffId>, limit: usize) -> Result<Vec<StaffId>> {
    let mut kept = Vec::with_capacity(limit + 1);
    for id in candidates {
        if kept.len() > limit {
            break;
        }
        if !is_contact(ctx, id).await? {
            kept.push(id);
        }
    }
    Ok(kept)
}

async fn is_contact(ctx: &Ctx, id: StaffId) -> Result<bool> {
    let person = ctx.load(async |loader| loader.person(id).await).await?;
    let role = person.as_ref().and_then(|p| p.at(ctx.now())).map(|s| s.role);
    Ok(role == Some(Role::ClientContact) && !blind::to("contacts-hidden"))
}

/// One person.
///
/// # Errors
/// Not found, refused, sealed, storage.
pub async fn staff_one(ctx: &Ctx, id: StaffId) -> Result<StaffView> {
    let administrator = ctx.role().await? == Role::Administrator;
    if !administrator && ctx.me()? != id && is_contact(ctx, id).await? {
        return ctx.unknown(Verb::StaffSee).await;
    }
    let (_, subject) = ctx.permit(Verb::StaffSee, &Target::Staff(id)).await?;
    view(ctx, subject.person.as_ref().ok_or(Error::NotFound)?, administrator).await
}

async fn view(ctx: &Ctx, person: &PersonFacts, administrator: bool) -> Result<StaffView> {
    let present = standing(person, ctx.now())?;
    let text = person.id.to_string();
    let row =
        ctx.room.db.optional(&store::STAFF_ROW, &params![text.clone()]).await?.ok_or(Error::NotFound)?;
    Person::read(&row, &ctx.room.vault)?;
    let name = ctx.room.directory.staff(person.id).ok_or(Error::NotFound)?;
    let mut groups = Vec::new();
    for row in ctx.room.db.all(&store::GROUPS_OF, &params![text.clone()]).await? {
        let group: GroupId = id_of(&row, "group_id")?;
        let bound = bind_member(group, person.id, row.get("since")?, row.get("until")?);
        bound.check(&ctx.room.vault, &row.get::<Vec<u8>>("mac")?, &group.to_string())?;
        groups.push((group, ctx.room.directory.group(group).unwrap_or_default()));
    }
    groups.sort_by(|(_, a), (_, b)| a.cmp(b));
    let (mut invitation, mut waiting) = (None, false);
    if administrator {
        let asked = invitation::asked(ctx, person.id).await?;
        waiting = asked.iter().any(|a| a.state == "waiting");
        if present.state == "invited" {
            invitation = Some(invitation::of(ctx, person.id, present.role, &asked).await?);
        }
    }
    let own = ctx.me()? == person.id;
    let told = present.role != Role::ClientContact || own || blind::to("contacts-hidden");
    let last_seen = if administrator { last_seen(ctx, person.id).await? } else { None };
    Ok(StaffView {
        last_seen,
        id: person.id,
        short: name.short(),
        initials: name.initials(),
        name: name.name,
        email: told.then_some(name.email),
        role: present.role,
        state: present.state.clone(),
        since: present.since,
        groups,
        invitation,
        waiting,
    })
}
