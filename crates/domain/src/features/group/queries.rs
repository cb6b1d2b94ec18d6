//! The groups of the firm.

use crate::kernel::clock::Micros;
use crate::kernel::ctx::Ctx;
use crate::kernel::error::Result;
use crate::kernel::id::{GroupId, StaffId};
use crate::kernel::target::Target;
use crate::kernel::verb::Verb;

use super::model::Group;
use super::store;

/// A group as it is shown.
#[derive(Clone, Debug)]
pub struct GroupView {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// Who is in it, by name.
    pub members: Vec<Member>,
    /// For `If-Match`: raised by each change of the name.
    pub version: i64,
}

/// Someone in a group.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub staff: StaffId,
    /// Their name.
    pub name: String,
    /// Since when.
    pub since: Micros,
}

/// Every group with its present members, by name.
///
/// # Errors
/// Refused, sealed, storage.
pub async fn groups(ctx: &Ctx) -> Result<Vec<GroupView>> {
    ctx.permit(Verb::GroupList, &Target::Firm).await?;
    let now = ctx.now();
    let mut views = Vec::new();
    for row in ctx.room.db.all(&store::GROUPS, &[]).await? {
        let group = Group::read(&row, &ctx.room.vault)?;
        let id = group.id;
        let text = id.to_string();
        let name =
            ctx.room.vault.open_system_text(Group::column(&text, group.row_version), &group.sealed_name)?;
        let mut members: Vec<Member> = ctx
            .load(async |loader| loader.members(id).await)
            .await?
            .into_iter()
            .filter(|(_, since, until)| *since <= now && until.is_none_or(|u| now < u))
            .map(|(staff, since, _)| Member {
                staff,
                name: ctx.room.directory.staff(staff).map_or_else(|| staff.to_string(), |s| s.name),
                since,
            })
            .collect();
        members.sort_by(|a, b| a.name.cmp(&b.name));
        views.push(GroupView { id, name, members, version: group.row_version });
    }
    views.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(views)
}
