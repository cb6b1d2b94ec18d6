//! Making and naming groups, adding and removing members.

use strongroom_storage::params;

use crate::kernel::actor::Role;
use crate::kernel::blind;
use crate::kernel::directory::Known;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::bind_member;
use crate::kernel::id::{GroupId, StaffId};
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::sets::Set;
use crate::kernel::target::{Subject, Target};
use crate::kernel::text::Name;
use crate::kernel::vault::KeyOf;
use crate::kernel::verb::Verb;

use super::model::Group;
use super::store;

async fn group_row(tx: &mut WriteTx<'_>, id: GroupId) -> Result<Group> {
    let row = tx.optional(&store::GROUP_ROW, &params![id.to_string()]).await?.ok_or(Error::NotFound)?;
    Group::read(&row, tx.vault())
}

fn not_twice(tx: &WriteTx<'_>, name: &Name, but: Option<GroupId>) -> Result<()> {
    let same = |(id, other): &(GroupId, String)| {
        Some(*id) != but && other.to_lowercase() == name.as_str().to_lowercase()
    };
    if tx.ctx().room().directory().all_groups().iter().any(same) {
        return Err(Error::conflict("group.name", "There is a group of that name already."));
    }
    Ok(())
}

/// Makes a group without members.
pub struct MakeGroup {
    /// Its name.
    pub name: Name,
}

impl Operation for MakeGroup {
    const VERB: Verb = Verb::GroupChange;
    type Output = GroupId;

    fn target(&self) -> Target {
        Target::Firm
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<GroupId>> {
        not_twice(tx, &self.name, None)?;
        let id: GroupId = tx.new_id();
        tx.touch(Set::Members(id)).await?;
        let text = id.to_string();
        let entropy = tx.ctx().room.entropy.clone();
        let sealed_name = tx.vault().seal_system(
            Group::column(&text, 1),
            entropy.as_ref(),
            self.name.as_str().as_bytes(),
        )?;
        let group = Group { id, sealed_name, created_at: tx.now(), row_version: 1 };
        let values = params![
            text,
            group.sealed_name.clone(),
            group.created_at,
            group.row_version,
            group.bind().mac(tx.vault())?
        ];
        tx.exec_one(&store::GROUP_INSERT, &values).await?;
        tx.learn(Known::Group(id, self.name.as_str().to_owned()));
        let facts = Facts::about([id.any()]).clear("change", "made").told(
            id.any(),
            KeyOf::System,
            "name",
            self.name.as_str(),
        );
        Ok(Done::recording(id, facts))
    }
}

/// Gives a group another name.
pub struct RenameGroup {
    /// The group.
    pub group: GroupId,
    /// Its new name.
    pub name: Name,
}

impl Operation for RenameGroup {
    const VERB: Verb = Verb::GroupChange;
    type Output = ();

    fn target(&self) -> Target {
        Target::Firm
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<()>> {
        tx.touch(Set::Members(self.group)).await?;
        let mut group = group_row(tx, self.group).await?;
        not_twice(tx, &self.name, Some(self.group))?;
        let text = self.group.to_string();
        let before = group.row_version;
        group.row_version += 1;
        let entropy = tx.ctx().room.entropy.clone();
        let at = Group::column(&text, group.row_version);
        group.sealed_name = tx.vault().seal_system(at, entropy.as_ref(), self.name.as_str().as_bytes())?;
        let mac = group.bind().mac(tx.vault())?;
        let values = params![group.sealed_name.clone(), group.row_version, mac, text, before];
        tx.exec_one(&store::GROUP_UPDATE, &values).await?;
        let old = tx.ctx().room().directory().group(self.group).unwrap_or_default();
        tx.learn(Known::Group(self.group, self.name.as_str().to_owned()));
        let about = self.group.any();
        let facts = Facts::about([about.clone()])
            .clear("change", "renamed")
            .told(about.clone(), KeyOf::System, "name", self.name.as_str())
            .told(about, KeyOf::System, "name_before", old);
        Ok(Done::recording((), facts))
    }
}

/// An administrator must not open what a wall closes by way of a group: taking someone out of a group that a
/// wall bars, or into one that a wall admits, waits until a compliance officer has changed the wall.
async fn must_not_widen(tx: &mut WriteTx<'_>, group: GroupId, kind: &str) -> Result<()> {
    for row in tx.all(&store::WALLS_NAMING, &params![group.to_string()]).await? {
        if row.get::<String>("kind")? == kind && !blind::to("group-widens") {
            let says = "A compliance officer decides this: ask one to change what names the group first.";
            return Err(Error::conflict("group.named", says));
        }
    }
    Ok(())
}

/// Takes a person into a group.
pub struct AddMember {
    /// The group.
    pub group: GroupId,
    /// Who.
    pub staff: StaffId,
}

impl Operation for AddMember {
    const VERB: Verb = Verb::GroupChange;
    type Output = ();

    fn target(&self) -> Target {
        Target::Firm
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<()>> {
        let (group, staff, now) = (self.group, self.staff, tx.now());
        tx.touch(Set::Members(group)).await?;
        group_row(tx, group).await?;
        must_not_widen(tx, group, "admits").await?;
        let person = tx.load(async |loader| loader.person(staff).await).await?;
        let role = person.as_ref().and_then(|p| p.at(now)).map(|s| s.role);
        if role.is_none_or(|role| role == Role::ClientContact) {
            return Err(Error::invalid("staff_id", "Name a person of the firm."));
        }
        let members = tx.load(async |loader| loader.members(group).await).await?;
        if members.iter().any(|(id, _, until)| *id == staff && until.is_none()) {
            return Err(Error::conflict("group.member", "This person is in the group already."));
        }
        let mac = bind_member(group, staff, now, None).mac(tx.vault())?;
        let values = params![group.to_string(), staff.to_string(), now, mac];
        tx.exec_one(&store::MEMBER_INSERT, &values).await?;
        Ok(Done::recording((), Facts::about([group.any(), staff.any()]).clear("change", "added")))
    }
}

/// Takes a person out of a group.
pub struct RemoveMember {
    /// The group.
    pub group: GroupId,
    /// Who.
    pub staff: StaffId,
}

impl Operation for RemoveMember {
    const VERB: Verb = Verb::GroupChange;
    type Output = ();

    fn target(&self) -> Target {
        Target::Firm
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<()>> {
        let (group, staff, now) = (self.group, self.staff, tx.now());
        tx.touch(Set::Members(group)).await?;
        let members = tx.load(async |loader| loader.members(group).await).await?;
        let (_, since, _) =
            *members.iter().find(|(id, _, until)| *id == staff && until.is_none()).ok_or(Error::NotFound)?;
        must_not_widen(tx, group, "bars").await?;
        let mac = bind_member(group, staff, since, Some(now)).mac(tx.vault())?;
        let values = params![now, mac, group.to_string(), staff.to_string(), since];
        tx.exec_one(&store::MEMBER_END, &values).await?;
        Ok(Done::recording((), Facts::about([group.any(), staff.any()]).clear("change", "removed")))
    }
}
