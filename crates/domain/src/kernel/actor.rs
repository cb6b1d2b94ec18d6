//! Who acts. There is no root: work of the system has a named role with one kind of job.

use super::clock::Micros;
use super::id::{AnyId, ClientId, SessionId, StaffId, TokenId};
use super::verb::Scope;

/// What a person is in the firm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Leads matters, takes on clients.
    Partner,
    /// Works on matters.
    Associate,
    /// Works on matters, leads none.
    Paralegal,
    /// Keeps the records in order; reads none by that role.
    RecordsManager,
    /// Makes walls and answers regulators.
    ComplianceOfficer,
    /// Keeps the system and its accounts; sees no client.
    Administrator,
    /// Reads the ledger, ids only.
    Auditor,
    /// A person at the client.
    ClientContact,
}

impl Role {
    /// All, in the order in which they are shown.
    pub const ALL: &'static [Self] = &[
        Self::Partner,
        Self::Associate,
        Self::Paralegal,
        Self::RecordsManager,
        Self::ComplianceOfficer,
        Self::Administrator,
        Self::Auditor,
        Self::ClientContact,
    ];

    /// The word in API, policies and rows.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::Associate => "associate",
            Self::Paralegal => "paralegal",
            Self::RecordsManager => "records_manager",
            Self::ComplianceOfficer => "compliance_officer",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
            Self::ClientContact => "client_contact",
        }
    }

    /// As a person says it.
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::Partner => "Partner",
            Self::Associate => "Associate",
            Self::Paralegal => "Paralegal",
            Self::RecordsManager => "Records manager",
            Self::ComplianceOfficer => "Compliance officer",
            Self::Administrator => "Administrator",
            Self::Auditor => "Auditor",
            Self::ClientContact => "Client contact",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|r| r.word() == word)
    }

    /// True for the roles that can hold a seat on a matter.
    #[must_use]
    pub const fn can_hold_seat(self) -> bool {
        matches!(self, Self::Partner | Self::Associate | Self::Paralegal)
    }

    /// True for the roles that see every client and matter by name (a wall still beats it).
    #[must_use]
    pub const fn sees_all_matters(self) -> bool {
        matches!(self, Self::RecordsManager | Self::ComplianceOfficer)
    }
}

/// Work that the system does by itself: one job each, never a person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SystemRole {
    /// Builds the directory of names in memory after unsealing.
    Directory,
    /// Numbers and signs the ledger, writes the time.
    Sequencer,
    /// Looks for what does not agree.
    Checker,
    /// Sweeps expired uploads and unreferenced blobs.
    Sweeper,
}

impl SystemRole {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Directory, Self::Sequencer, Self::Checker, Self::Sweeper];

    /// The word in the ledger.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::Sequencer => "sequencer",
            Self::Checker => "checker",
            Self::Sweeper => "sweeper",
        }
    }
}

/// How a person came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// A browser session, and when it was last confirmed with a fresh code.
    Session {
        /// The session.
        id: SessionId,
        /// When a code of the authenticator was last given in it.
        stepped_up_at: Option<Micros>,
        /// The client that is being presented in this browser: nothing of another is shown or done in it.
        presenting: Option<ClientId>,
    },
    /// A personal access token with its scopes.
    Token {
        /// The token.
        id: TokenId,
        /// What it may be used for.
        scopes: Vec<Scope>,
    },
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person, signed in.
    Person {
        /// Who.
        id: StaffId,
        /// How.
        via: Via,
    },
    /// Named work of the system.
    System(SystemRole),
    /// The operator at the command line, by the name of the account on the machine.
    Operator(String),
    /// Nobody known.
    Anonymous,
}

impl Actor {
    /// The person, if one acts.
    #[must_use]
    pub const fn person(&self) -> Option<StaffId> {
        match self {
            Self::Person { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// `person`, `token`, `system`, `operator` or `anonymous`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Person { via: Via::Session { .. }, .. } => "person",
            Self::Person { via: Via::Token { .. }, .. } => "token",
            Self::System(_) => "system",
            Self::Operator(_) => "operator",
            Self::Anonymous => "anonymous",
        }
    }

    /// What stands in the ledger beside the kind.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Person { id, .. } => id.to_string(),
            Self::System(role) => role.word().to_owned(),
            Self::Operator(user) => user.clone(),
            Self::Anonymous => String::from("anonymous"),
        }
    }

    /// The session or token that carried the request.
    #[must_use]
    pub fn carrier(&self) -> Option<AnyId> {
        match self {
            Self::Person { via: Via::Session { id, .. }, .. } => Some(id.any()),
            Self::Person { via: Via::Token { id, .. }, .. } => Some(id.any()),
            _ => None,
        }
    }
}

/// The face through which a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// The web application.
    Web,
    /// The REST API.
    Api,
    /// The command line.
    Cli,
    /// The system itself.
    System,
}

impl Channel {
    /// The word in the ledger.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Api => "api",
            Self::Cli => "cli",
            Self::System => "system",
        }
    }
}
