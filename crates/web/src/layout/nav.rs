//! The way around: one list of sections, cut down to what a role may see. No dead links.

/// Who the person is in the firm. Only decides which sections are offered; the gate decides access.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Partner,
    Associate,
    Paralegal,
    RecordsManager,
    ComplianceOfficer,
    Administrator,
    Auditor,
    ClientContact,
}

impl Role {
    /// Every role, in the order of lists.
    pub const ALL: [Self; 8] = [
        Self::Partner,
        Self::Associate,
        Self::Paralegal,
        Self::RecordsManager,
        Self::ComplianceOfficer,
        Self::Administrator,
        Self::Auditor,
        Self::ClientContact,
    ];

    /// The word of the API.
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

    /// As people say it.
    #[must_use]
    pub const fn label(self) -> &'static str {
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

    const fn sections(self) -> &'static [Section] {
        use Section as S;
        match self {
            Self::Partner | Self::Associate | Self::Paralegal => {
                &[S::Today, S::Clients, S::Matters, S::Walls, S::Ledger, S::Explain, S::Approvals]
            }
            Self::RecordsManager => &[S::Today, S::Clients, S::Matters, S::Ledger, S::Approvals],
            Self::ComplianceOfficer => &[
                S::Today,
                S::Clients,
                S::Matters,
                S::Walls,
                S::Ledger,
                S::Explain,
                S::Approvals,
                S::Policies,
            ],
            Self::Administrator => {
                &[S::Today, S::Staff, S::Groups, S::Approvals, S::Policies, S::Health, S::Ledger]
            }
            Self::Auditor => &[S::Today, S::Ledger, S::Explain, S::Policies],
            Self::ClientContact => &[],
        }
    }
}

/// A section of the application; also says which one a page belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Today,
    Clients,
    Matters,
    Walls,
    Ledger,
    Explain,
    Staff,
    Groups,
    Approvals,
    Policies,
    Health,
    /// The person's own sessions and tokens; reached by the menu under the initials.
    Account,
}

impl Section {
    const fn label(self) -> &'static str {
        match self {
            Self::Today => "Today",
            Self::Clients => "Clients",
            Self::Matters => "Matters",
            Self::Walls => "Walls",
            Self::Ledger => "Ledger",
            Self::Explain => "Who may what",
            Self::Staff => "Staff",
            Self::Groups => "Groups",
            Self::Approvals => "Approvals",
            Self::Policies => "Policies",
            Self::Health => "System health",
            Self::Account => "Your sign-in",
        }
    }

    const fn href(self) -> &'static str {
        match self {
            Self::Today => "/today",
            Self::Clients => "/clients",
            Self::Matters => "/matters",
            Self::Walls => "/walls",
            Self::Ledger => "/ledger",
            Self::Explain => "/explain",
            Self::Staff => "/staff",
            Self::Groups => "/groups",
            Self::Approvals => "/approvals",
            Self::Policies => "/policies",
            Self::Health => "/health",
            Self::Account => "/account",
        }
    }

    /// Sections that look at the work rather than do it stand below a line.
    const fn begins_group(self) -> bool {
        matches!(self, Self::Ledger | Self::Health)
    }
}

/// One line of the rail.
#[derive(Clone)]
pub struct NavItem {
    pub label: String,
    pub href: String,
    pub current: bool,
    /// How many things wait there; none is shown for nothing.
    pub count: Option<u32>,
    /// A line is drawn above it.
    pub rule: bool,
}

/// The rail of one person. `offered` says of the sections that depend on more than the role (walls for
/// leads of covered matters, approvals for those who may decide) whether this person has them, and
/// gives the count of a section, if it has one.
#[must_use]
pub fn nav_for(role: Role, current: Section, offered: impl Fn(Section) -> Offer) -> Vec<NavItem> {
    let mut items = Vec::new();
    for section in role.sections() {
        let Offer::Shown(count) = offered(*section) else { continue };
        items.push(NavItem {
            label: section.label().to_owned(),
            href: section.href().to_owned(),
            current: *section == current,
            count,
            rule: section.begins_group(),
        });
    }
    items
}

/// Whether a section is there for this person.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    Shown(Option<u32>),
    Hidden,
}
