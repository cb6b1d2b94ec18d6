//! How far the invitation of someone who has not enrolled has come. Told to administrators, who do what comes next.

use strongroom_storage::params;

use crate::features::session::credential;
use crate::kernel::actor::Role;
use crate::kernel::ctx::Ctx;
use crate::kernel::error::Result;
use crate::kernel::id::StaffId;

use super::model::Approval;
use super::store;

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invitation {
    /// A second person has not decided yet.
    Waiting,
    /// A second person said no.
    Rejected,
    /// Whoever asked took it back.
    Withdrawn,
    /// Agreed to, and there is no link that still works: one is to be made.
    NoLink,
    /// A link was made that still works.
    Linked,
}

impl Invitation {
    /// The word of the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::NoLink => "no_link",
            Self::Linked => "linked",
        }
    }

    /// True where it came to nothing: then it can be asked for anew.
    #[must_use]
    pub const fn over(self) -> bool {
        matches!(self, Self::Rejected | Self::Withdrawn)
    }
}

/// What was asked of a second person about someone, in the order in which it was asked.
pub(crate) async fn asked(ctx: &Ctx, staff: StaffId) -> Result<Vec<Approval>> {
    let rows = ctx.room.db.all(&store::APPROVALS_OF, &params![staff.to_string()]).await?;
    rows.iter().map(|row| Approval::read(row, &ctx.room.vault)).collect()
}

/// How far the invitation of someone has come who has not enrolled.
pub(crate) async fn of(ctx: &Ctx, staff: StaffId, role: Role, asked: &[Approval]) -> Result<Invitation> {
    let agreed = |a: &Approval| a.state == "approved" && a.role == Some(role);
    if role == Role::ClientContact || asked.iter().any(agreed) {
        let now = ctx.now();
        let live = credential::live(&ctx.room.db, &ctx.room.vault, staff).await?;
        let linked = live.iter().any(|c| c.kind == "link" && c.expires_at.is_some_and(|e| now < e));
        return Ok(if linked { Invitation::Linked } else { Invitation::NoLink });
    }
    Ok(if asked.iter().any(|a| a.state == "waiting") {
        Invitation::Waiting
    } else if asked.last().is_some_and(|a| a.state == "rejected") {
        Invitation::Rejected
    } else {
        Invitation::Withdrawn
    })
}
