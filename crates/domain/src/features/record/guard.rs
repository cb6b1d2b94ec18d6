//! What stops content that is on its way out.
//!
//! A permit is an answer to one moment; a large record or a matter takes minutes to leave. So what streams holds a
//! guard, made before the permit was asked for, and asks it before each group of chunks. The guard asks anew where
//! authority changed, and once a second in any case: seats, memberships, tokens and sessions end by the clock
//! without anybody doing anything.

use std::sync::Arc;

use crate::features::session::still_in;
use crate::kernel::blind;
use crate::kernel::clock::{Micros, SECOND};
use crate::kernel::ctx::Ctx;
use crate::kernel::error::{Error, Result};
use crate::kernel::target::Target;
use crate::kernel::vault::SealWatch;
use crate::kernel::verb::Verb;

/// How long an answer holds while authority stays as it is.
const ANSWER_HOLDS: Micros = SECOND;

/// See the module.
#[derive(Clone)]
pub(super) struct Guard {
    ctx: Arc<Ctx>,
    verb: Verb,
    target: Target,
    watch: SealWatch,
    authority: u64,
    asked_at: Micros,
}

impl Guard {
    /// Made before the permit is asked for, so that what changes between the answer and the first byte is seen too.
    pub(super) fn new(ctx: &Ctx, verb: Verb, target: Target) -> Self {
        let (watch, authority) = (ctx.room.vault.watch(), ctx.room.authority());
        let asked_at = ctx.now();
        Self { ctx: Arc::new(ctx.going_on()), verb, target, watch, authority, asked_at }
    }

    /// Whether what it guards may go on.
    ///
    /// # Errors
    /// Sealed; not found, where the gate would refuse it now or the person is no longer signed in; storage.
    pub(super) async fn holds(&mut self) -> Result<()> {
        if !self.watch.holds() && !blind::to("stream-sealed") {
            return Err(Error::Sealed);
        }
        let (authority, now) = (self.ctx.room.authority(), self.ctx.now());
        let late = now >= self.asked_at.saturating_add(ANSWER_HOLDS) && !blind::to("stream-clock");
        if authority == self.authority && !late {
            return Ok(());
        }
        let signed_in = blind::to("stream-signed-in") || still_in(&self.ctx).await?;
        // a code that was fresh when it began need not stay so
        let may = blind::to("stream-gate") || self.ctx.may(self.verb, &self.target).await?;
        if !signed_in || !may {
            return Err(Error::NotFound);
        }
        (self.authority, self.asked_at) = (authority, now);
        Ok(())
    }
}
