//! `check`: whether database, blobs, keyring and ledger agree with one another.
//!
//! Every bound row is held against its seal, every authority set against its digest and the ledger, every
//! entry against the tiles, the tiles against root and signature, the signature against what the keyring
//! remembers; every version against its blob; with `deep`, every byte against the hash that was sealed
//! when it came in. Ids, sizes and states only: a finding can be printed anywhere. Nothing is repaired.
//!
//! What must hold: constant memory (pages by key), nothing opened but under a permit of the checker, and
//! a fault of storage is an error, never a finding.

mod blobs;
#[cfg(test)]
mod changed;
mod keyring;
mod log;
mod rows;
pub(crate) mod store;
#[cfg(test)]
mod stories;
mod tables;
#[cfg(test)]
mod tests;

pub(crate) use log::NOT_REMEMBERED;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::kernel::actor::{Actor, Channel, SystemRole};
use crate::kernel::ctx::{Ctx, Place};
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::id::AnyId;
use crate::kernel::permit::Permit;
use crate::kernel::strongroom::Strongroom;
use crate::kernel::target::Target;
use crate::kernel::verb::Verb;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is lost yet.
    Warning,
    /// What is stored is not what was written.
    Damage,
}

impl Severity {
    /// The word on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Damage => "damage",
        }
    }
}

/// Something that does not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What, without anything of a client.
    pub what: String,
    /// Where: an id, a place in the log, a blob's name, a folder of the keyring.
    pub id: String,
    /// What to do about it.
    pub repair: String,
}

/// How far a long piece of work is: a check, a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being looked at.
    pub step: &'static str,
    /// How many of them so far; 0 begins the step.
    pub done: u64,
}

/// More findings than this are counted, not listed.
const LISTED: usize = 2000;

/// What a check needs at hand.
struct Checker<'a> {
    room: &'a Arc<Strongroom>,
    ctx: Ctx,
    findings: Vec<Finding>,
    unlisted: u64,
    /// What came in after a backup that was put back: the ledger says that it is lost.
    lost: BTreeSet<String>,
    progress: &'a mut (dyn FnMut(Progress) + Send),
    step: &'static str,
    done: u64,
}

impl Checker<'_> {
    fn begin(&mut self, step: &'static str) {
        self.step = step;
        self.done = 0;
        (self.progress)(Progress { step, done: 0 });
    }

    fn looked_at(&mut self, more: usize) {
        self.done += u64::try_from(more).unwrap_or(0);
        (self.progress)(Progress { step: self.step, done: self.done });
    }

    fn find(
        &mut self,
        severity: Severity,
        what: impl Into<String>,
        id: impl Into<String>,
        repair: impl Into<String>,
    ) {
        if self.findings.len() >= LISTED {
            self.unlisted += 1;
            return;
        }
        let finding = Finding { severity, what: what.into(), id: id.into(), repair: repair.into() };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn damage(&mut self, what: impl Into<String>, id: impl Into<String>, repair: impl Into<String>) {
        self.find(Severity::Damage, what, id, repair);
    }

    fn warn(&mut self, what: impl Into<String>, id: impl Into<String>, repair: impl Into<String>) {
        self.find(Severity::Warning, what, id, repair);
    }

    /// A permit over one page of things, for the checker; its entry names them.
    async fn permit(&self, things: impl IntoIterator<Item = AnyId>) -> Result<Permit> {
        let (permit, _) =
            self.ctx.permit_with(Verb::SystemCheck, &Target::Firm, Facts::about(things)).await?;
        Ok(permit)
    }
}

/// Checks everything. The operator's account on the machine stands in the ledger. No finding: all agrees.
///
/// # Errors
/// Sealed, refused, or storage out of reach.
pub async fn check(
    room: &Arc<Strongroom>,
    operator: &str,
    deep: bool,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Vec<Finding>> {
    if room.vault.is_sealed() {
        return Err(Error::Sealed);
    }
    let asked = Ctx::new(room.clone(), Actor::Operator(operator.to_owned()), Channel::Cli, Place::default());
    asked.permit_with(Verb::SystemCheck, &Target::Firm, Facts::default().clear("deep", deep)).await?;
    let ctx = room.system(SystemRole::Checker);
    let mut checker = Checker {
        room,
        ctx,
        findings: Vec::new(),
        unlisted: 0,
        lost: BTreeSet::new(),
        progress,
        step: "",
        done: 0,
    };
    keyring::replicas(&mut checker);
    log::ledger(&mut checker).await?;
    log::replicas(&mut checker, deep).await?;
    rows::bound_rows(&mut checker).await?;
    rows::promised(&mut checker).await?;
    rows::authority_sets(&mut checker).await?;
    blobs::versions(&mut checker, deep).await?;
    blobs::parts(&mut checker).await?;
    blobs::orphans(&mut checker).await?;
    let mut findings = checker.findings;
    if checker.unlisted > 0 {
        findings.push(Finding {
            severity: Severity::Damage,
            what: format!("{} further findings are not listed", checker.unlisted),
            id: String::from("check"),
            repair: String::from("Repair what is listed and check again."),
        });
    }
    findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
    Ok(findings)
}
