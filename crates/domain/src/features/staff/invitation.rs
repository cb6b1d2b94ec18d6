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

/// How far it has come, and whether anything about the person waits for a second one.
pub(crate) async fn of(ctx: &Ctx, staff: StaffId, role: Role) -> Result<(Invitation, bool)> {
    let (mut waiting, mut rejected) = (false, false);
    let mut agreed = role == Role::ClientContact;
    for row in ctx.room.db.all(&store::APPROVALS_OF, &params![staff.to_string()]).await? {
        let approval = Approval::read(&row, &ctx.room.vault)?;
        waiting |= approval.state == "waiting";
        agreed |= approval.state == "approved" && approval.role == Some(role);
        // the last that was asked counts; the rows come in that order
        rejected = approval.state == "rejected";
    }
    let now = ctx.now();
    let linked = agreed
        && credential::live(&ctx.room.db, &ctx.room.vault, staff)
            .await?
            .iter()
            .any(|c| c.kind == "link" && c.expires_at.is_some_and(|e| now < e));
    let invitation = if agreed {
        if linked { Invitation::Linked } else { Invitation::NoLink }
    } else if waiting {
        Invitation::Waiting
    } else if rejected {
        Invitation::Rejected
    } else {
        Invitation::Withdrawn
    };
    Ok((invitation, waiting))
}
