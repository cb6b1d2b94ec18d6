//! What was proposed, as a bound row and as it is shown.

use strongroom_storage::params;
use strongroom_storage::sql::{Param, Row};

use crate::kernel::bound::Bind;
use crate::kernel::clock::Micros;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::id_of;
use crate::kernel::gate::{PolicyFile, Rule, digest_of};
use crate::kernel::id::{ProposalId, StaffId};
use crate::kernel::vault::{Column, Vault};

use super::bounds::Breach;
use super::difference::Difference;
use super::texts::Source;

/// Policies that wait for a second person, or waited: the exact texts, and what they would stand in the place of.
#[derive(Clone)]
pub(super) struct Proposal {
    pub(super) id: ProposalId,
    pub(super) source: Source,
    /// The files as JSON: a list of pairs of name and text.
    pub(super) files: String,
    pub(super) digest: Vec<u8>,
    pub(super) instead_of: Vec<u8>,
    pub(super) proposed_by: StaffId,
    pub(super) proposed_at: Micros,
    pub(super) state: String,
    pub(super) decided_by: Option<StaffId>,
    pub(super) decided_at: Option<Micros>,
    pub(super) sealed_reason: Vec<u8>,
}

impl Proposal {
    /// The canonical form of the row.
    fn bind(&self) -> Bind {
        Bind::table("policy_proposal")
            .text(&self.id.to_string())
            .text(self.source.word())
            .text(&self.files)
            .bytes(&self.digest)
            .bytes(&self.instead_of)
            .text(&self.proposed_by.to_string())
            .int(self.proposed_at)
            .text(&self.state)
            .opt_text(self.decided_by.map(|d| d.to_string()).as_deref())
            .opt_int(self.decided_at)
            .bytes(&self.sealed_reason)
    }

    /// Reads a row and checks its seal.
    pub(super) fn read(row: &Row, vault: &Vault) -> Result<Self> {
        let source: String = row.get("source")?;
        let decided_by: Option<String> = row.get("decided_by")?;
        let id: ProposalId = id_of(row, "proposal_id")?;
        let tampered = || Error::Tampered { table: "policy_proposal", id: id.to_string() };
        let proposal = Self {
            id,
            source: Source::parse(&source).ok_or_else(tampered)?,
            files: row.get("files")?,
            digest: row.get("digest")?,
            instead_of: row.get("instead_of")?,
            proposed_by: id_of(row, "proposed_by")?,
            proposed_at: row.get("proposed_at")?,
            state: row.get("state")?,
            decided_by: decided_by.as_deref().and_then(StaffId::parse),
            decided_at: row.get("decided_at")?,
            sealed_reason: row.get("sealed_reason")?,
        };
        proposal.bind().check(vault, &row.get::<Vec<u8>>("mac")?, &id.to_string())?;
        if digest_of(&proposal.texts()?).as_slice() != proposal.digest.as_slice() {
            return Err(tampered());
        }
        Ok(proposal)
    }

    /// The files.
    pub(super) fn texts(&self) -> Result<Vec<PolicyFile>> {
        let unread = |_| Error::Tampered { table: "policy_proposal", id: self.id.to_string() };
        serde_json::from_str(&self.files).map_err(unread)
    }

    /// The values that insert it.
    pub(super) fn values(&self, vault: &Vault) -> Result<[Param; 12]> {
        Ok(params![
            self.id.to_string(),
            self.source.word(),
            self.files.clone(),
            self.digest.clone(),
            self.instead_of.clone(),
            self.proposed_by.to_string(),
            self.proposed_at,
            self.state.clone(),
            self.decided_by.map(|d| d.to_string()),
            self.decided_at,
            self.sealed_reason.clone(),
            self.bind().mac(vault)?
        ])
    }

    /// The values that end its waiting.
    pub(super) fn ending(&self, vault: &Vault) -> Result<[Param; 5]> {
        Ok(params![
            self.state.clone(),
            self.decided_by.map(|d| d.to_string()),
            self.decided_at,
            self.bind().mac(vault)?,
            self.id.to_string()
        ])
    }

    /// Where its reason lies.
    pub(super) const fn column(row: &str) -> Column<'_> {
        Column { table: "policy_proposal", row, column: "reason", version: 1 }
    }
}

/// The texts in whose place a proposal was to come, kept so that what it changed can be seen after the decision.
pub(super) struct Replaced {
    pub(super) proposal: ProposalId,
    /// The files as JSON, as those of the proposal.
    pub(super) files: String,
}

impl Replaced {
    fn bind(&self) -> Bind {
        Bind::table("policy_replaced").text(&self.proposal.to_string()).text(&self.files)
    }

    /// The texts of a row, where its seal holds and they are those that the proposal names.
    pub(super) fn read(row: &Row, vault: &Vault, of: &Proposal) -> Result<Vec<PolicyFile>> {
        let id = of.id.to_string();
        let tampered = || Error::Tampered { table: "policy_replaced", id: id.clone() };
        let replaced = Self { proposal: of.id, files: row.get("files")? };
        replaced.bind().check(vault, &row.get::<Vec<u8>>("mac")?, &id)?;
        let files: Vec<PolicyFile> = serde_json::from_str(&replaced.files).map_err(|_| tampered())?;
        if digest_of(&files).as_slice() == of.instead_of.as_slice() { Ok(files) } else { Err(tampered()) }
    }

    /// The values that insert it.
    pub(super) fn values(&self, vault: &Vault) -> Result<[Param; 3]> {
        Ok(params![self.proposal.to_string(), self.files.clone(), self.bind().mac(vault)?])
    }
}

/// What a source offers.
#[derive(Clone, Debug)]
pub enum Offer {
    /// The very policies in force.
    Same,
    /// Others.
    Other {
        /// Their digest, in hexadecimal.
        digest: String,
        /// How many rules are not the same.
        rules: usize,
    },
    /// They cannot be used, and why.
    Unusable(String),
}

/// A source and what it offers now.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Where from.
    pub source: Source,
    /// What.
    pub offer: Offer,
}

/// The policies in force, and what could come instead.
#[derive(Clone, Debug)]
pub struct Overview {
    /// SHA-256 over names and texts, in hexadecimal.
    pub digest: String,
    /// The files in force.
    pub files: Vec<PolicyFile>,
    /// The rules in force, in the order of the files.
    pub rules: Vec<Rule>,
    /// What could be proposed.
    pub candidates: Vec<Candidate>,
    /// What was proposed: the one that waits, and the last ones decided; the newest first.
    pub proposals: Vec<ProposalView>,
}

/// Other policies, looked at before anyone proposes them.
#[derive(Clone, Debug)]
pub struct Look {
    /// Where from.
    pub source: Source,
    /// Their digest, in hexadecimal.
    pub digest: String,
    /// What they would change.
    pub difference: Difference,
    /// Why they cannot be proposed; empty where they can.
    pub breaches: Vec<Breach>,
}

/// What was proposed.
#[derive(Clone, Debug)]
pub struct ProposalView {
    /// Its id.
    pub id: ProposalId,
    /// Where from.
    pub source: Source,
    /// Its digest, in hexadecimal.
    pub digest: String,
    /// The digest of the policies in whose place it was to come.
    pub instead_of: String,
    /// Who.
    pub proposed_by: StaffId,
    /// Their name.
    pub proposed_by_name: String,
    /// When.
    pub proposed_at: Micros,
    /// `waiting`, `approved`, `rejected` or `withdrawn`.
    pub state: String,
    /// Who decided, by name.
    pub decided_by_name: Option<String>,
    /// When it was decided.
    pub decided_at: Option<Micros>,
    /// Why it was proposed.
    pub reason: String,
    /// True where the viewer could decide it.
    pub mine: bool,
    /// True where the viewer proposed it.
    pub own: bool,
}
