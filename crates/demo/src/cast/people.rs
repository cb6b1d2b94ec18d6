//! The people of the firm, its offices and groups.

/// Names a person of the cast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonKey(pub u16);

/// Names a group of the cast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey(pub u16);

/// What a person is in the firm; the roles of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Leads matters.
    Partner,
    /// Works on matters, may lead.
    Associate,
    /// Works on matters, never leads.
    Paralegal,
    /// Keeps the register of clients and matters.
    RecordsManager,
    /// Makes walls, watches the ledger.
    ComplianceOfficer,
    /// Invites and suspends; reads no client's affairs.
    Administrator,
    /// Reads the ledger by ids.
    Auditor,
    /// A person at a client.
    ClientContact,
}

impl Role {
    /// The word used in code, API and policies.
    #[must_use]
    pub fn word(self) -> &'static str {
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

    /// Whether the role may hold a seat on a matter.
    #[must_use]
    pub fn may_sit(self) -> bool {
        matches!(self, Self::Partner | Self::Associate | Self::Paralegal)
    }
}

/// A place where the firm works.
#[derive(Clone, Debug)]
pub struct Office {
    /// The town.
    pub name: &'static str,
    /// Street, town and postcode, as on the letterhead.
    pub address: &'static str,
    /// A number from the range kept for fiction.
    pub phone: &'static str,
}

/// A member of staff, or the contact at a client.
#[derive(Clone, Debug)]
pub struct Person {
    /// Key.
    pub key: PersonKey,
    /// Full name.
    pub name: &'static str,
    /// Mail address at an `.example` domain.
    pub email: &'static str,
    /// Role.
    pub role: Role,
    /// The town of the office; empty for a contact.
    pub office: &'static str,
    /// What stands under the name in a letter.
    pub title: &'static str,
    /// How much of the day this person spends in the records (1 little, 10 much).
    pub energy: u8,
    /// The client a contact belongs to.
    pub client: Option<super::ClientKey>,
}

impl Person {
    /// "E. Marsh".
    #[must_use]
    pub fn short(&self) -> String {
        let initial = self.name.chars().next().unwrap_or(' ');
        format!("{initial}. {}", self.surname())
    }

    /// The last word of the name.
    #[must_use]
    pub fn surname(&self) -> &'static str {
        self.name.rsplit(' ').next().unwrap_or(self.name)
    }

    /// The first word of the name.
    #[must_use]
    pub fn first(&self) -> &'static str {
        self.name.split(' ').next().unwrap_or(self.name)
    }

    /// "EM".
    #[must_use]
    pub fn initials(&self) -> String {
        self.name.split(' ').filter_map(|w| w.chars().next()).collect()
    }
}

/// A practice group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Key.
    pub key: GroupKey,
    /// Name.
    pub name: &'static str,
    /// Its people.
    pub members: Vec<PersonKey>,
}

macro_rules! cast {
    ($($id:ident = $n:literal, $name:literal, $email:literal, $role:ident, $office:literal, $title:literal, $energy:literal;)*) => {
        /// The keys of the cast by surname, for scripts.
        pub mod who {
            use super::PersonKey;
            $(#[doc = $name] pub const $id: PersonKey = PersonKey($n);)*
        }
        pub(super) fn people() -> Vec<Person> {
            vec![$(Person {
                key: who::$id, name: $name, email: $email, role: Role::$role, office: $office,
                title: $title, energy: $energy,
                client: (Role::$role == Role::ClientContact).then_some(super::clients::NORTHWIND),
            }),*]
        }
    };
}

cast! {
    MARSH = 0, "Eleanor Marsh", "e.marsh@marshlyle.example", Partner, "London", "Partner, Litigation", 8;
    LYLE = 1, "Julian Lyle", "j.lyle@marshlyle.example", Partner, "London", "Partner, Corporate", 6;
    RAMAN = 2, "Priya Raman", "p.raman@marshlyle.example", Partner, "Bristol", "Partner, Private client", 6;
    PEMBERTON = 3, "Hugh Pemberton", "h.pemberton@marshlyle.example", Partner, "Bristol", "Partner, Real estate", 4;
    ADEYEMI = 4, "Catherine Adeyemi", "c.adeyemi@marshlyle.example", Partner, "London", "Partner, Employment and regulatory", 7;
    OKAFOR = 5, "Daniel Okafor", "d.okafor@marshlyle.example", Associate, "London", "Senior associate, Litigation", 10;
    REYES = 6, "Teresa Reyes", "t.reyes@marshlyle.example", Associate, "London", "Associate, Litigation", 6;
    WHITLOCK = 7, "Sam Whitlock", "s.whitlock@marshlyle.example", Associate, "London", "Associate, Corporate", 8;
    SOLBERG = 8, "Ingrid Solberg", "i.solberg@marshlyle.example", Associate, "London", "Senior associate, Corporate", 8;
    MALIK = 9, "Aisha Malik", "a.malik@marshlyle.example", Associate, "Bristol", "Associate, Private client", 7;
    HARGREAVES = 10, "Tom Hargreaves", "t.hargreaves@marshlyle.example", Associate, "Bristol", "Associate, Real estate", 6;
    BYRNE = 11, "Niamh Byrne", "n.byrne@marshlyle.example", Associate, "London", "Associate, Employment", 7;
    FENWICK = 12, "Leo Fenwick", "l.fenwick@marshlyle.example", Paralegal, "London", "Paralegal, Litigation", 10;
    TAN = 13, "Grace Tan", "g.tan@marshlyle.example", Paralegal, "London", "Paralegal, Litigation", 9;
    BRANDT = 14, "Oliver Brandt", "o.brandt@marshlyle.example", Paralegal, "London", "Paralegal, Corporate", 8;
    PRICE = 15, "Megan Price", "m.price@marshlyle.example", Paralegal, "Bristol", "Paralegal, Private client", 8;
    DEMIR = 16, "Yusuf Demir", "y.demir@marshlyle.example", Paralegal, "Bristol", "Paralegal, Real estate", 7;
    CALLOWAY = 17, "Ruth Calloway", "r.calloway@marshlyle.example", RecordsManager, "London", "Records manager", 5;
    TEAGUE = 18, "Ian Teague", "i.teague@marshlyle.example", RecordsManager, "Bristol", "Records manager", 4;
    FELD = 19, "Miriam Feld", "m.feld@marshlyle.example", ComplianceOfficer, "London", "Head of risk and compliance", 5;
    NOVAK = 20, "Peter Novak", "p.novak@marshlyle.example", ComplianceOfficer, "Bristol", "Compliance officer", 3;
    JENSEN = 21, "Karl Jensen", "k.jensen@marshlyle.example", Administrator, "London", "IT manager", 4;
    DUNNE = 22, "Fiona Dunne", "f.dunne@marshlyle.example", Administrator, "Bristol", "Systems engineer", 3;
    ACHEBE = 23, "Simon Achebe", "s.achebe@marshlyle.example", Auditor, "London", "Internal auditor", 3;
    NAIR = 24, "Sunita Nair", "sunita.nair@northwind.example", ClientContact, "", "General counsel, Northwind Holdings", 2;
}

pub(super) fn offices() -> Vec<Office> {
    vec![
        Office { name: "London", address: "14 Gough Passage, London EC4A 3XB", phone: "020 7946 0114" },
        Office { name: "Bristol", address: "3 Narrow Quay Court, Bristol BS1 4ZZ", phone: "0117 496 0163" },
    ]
}

pub(super) fn groups() -> Vec<Group> {
    use who::*;
    let named = [
        ("Litigation", vec![MARSH, OKAFOR, REYES, FENWICK, TAN]),
        ("Corporate", vec![LYLE, WHITLOCK, SOLBERG, BRANDT]),
        ("Private client", vec![RAMAN, MALIK, PRICE]),
        ("Real estate", vec![PEMBERTON, HARGREAVES, DEMIR]),
        ("Employment and regulatory", vec![ADEYEMI, BYRNE]),
        ("Records and compliance", vec![CALLOWAY, TEAGUE, FELD, NOVAK, ACHEBE]),
        ("IT", vec![JENSEN, DUNNE]),
    ];
    named
        .into_iter()
        .zip(0u16..)
        .map(|((name, members), n)| Group { key: GroupKey(n), name, members })
        .collect()
}
