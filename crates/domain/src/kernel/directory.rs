//! The directory of names in memory: clients, matters, staff, groups. Sealed names cannot be sorted or
//! searched by SQL; this can. Built after unsealing under a system permit, never written, dropped on
//! sealing. Its hits pass the gate like any row.

use std::collections::BTreeMap;
use std::sync::RwLock;

use super::id::{AnyId, ClientId, GroupId, MatterId, StaffId};
use super::permit::Permit;
use super::vault::KeyOf;

/// Something that the directory learns after a commit.
#[derive(Clone)]
pub enum Known {
    /// A client.
    Client(ClientId, ClientName),
    /// A matter.
    Matter(MatterId, MatterName),
    /// A person.
    Staff(StaffId, StaffName),
    /// A group.
    Group(GroupId, String),
}

/// What a client is called.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ClientName {
    /// Its name.
    pub name: String,
    /// The firm's reference.
    pub reference: String,
}

/// What a matter is called.
#[derive(Clone, PartialEq, Eq)]
pub struct MatterName {
    /// Its client.
    pub client: ClientId,
    /// Its name.
    pub name: String,
    /// The firm's reference.
    pub reference: String,
}

/// What a person is called. Names of staff are no client's affair.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct StaffName {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

impl StaffName {
    /// `E. Marsh`.
    #[must_use]
    pub fn short(&self) -> String {
        let mut words: Vec<&str> = self.name.split_whitespace().collect();
        let last = words.pop().unwrap_or_default();
        let initial = words.first().and_then(|w| w.chars().next());
        initial.map_or_else(|| last.to_owned(), |i| format!("{i}. {last}"))
    }

    /// `EM`.
    #[must_use]
    pub fn initials(&self) -> String {
        let letters: Vec<char> = self.name.split_whitespace().filter_map(|w| w.chars().next()).collect();
        match letters.as_slice() {
            [] => String::from("?"),
            [one] => one.to_string(),
            [first, .., last] => format!("{first}{last}"),
        }
    }
}

#[derive(Default)]
struct Names {
    clients: BTreeMap<ClientId, ClientName>,
    matters: BTreeMap<MatterId, MatterName>,
    staff: BTreeMap<StaffId, StaffName>,
    groups: BTreeMap<GroupId, String>,
}

/// See the module.
#[derive(Default)]
pub struct Directory(RwLock<Names>);

impl Directory {
    /// Takes names in.
    pub fn learn(&self, known: Vec<Known>) {
        if known.is_empty() {
            return;
        }
        let Ok(mut names) = self.0.write() else { return };
        for one in known {
            match one {
                Known::Client(id, name) => drop(names.clients.insert(id, name)),
                Known::Matter(id, name) => drop(names.matters.insert(id, name)),
                Known::Staff(id, name) => drop(names.staff.insert(id, name)),
                Known::Group(id, name) => drop(names.groups.insert(id, name)),
            }
        }
    }

    /// Forgets everything: on sealing.
    pub fn forget(&self) {
        use zeroize::Zeroize as _;
        let mut names = self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Names { clients, matters, staff, groups } = std::mem::take(&mut *names);
        for mut c in clients.into_values() {
            c.name.zeroize();
            c.reference.zeroize();
        }
        for mut m in matters.into_values() {
            m.name.zeroize();
            m.reference.zeroize();
        }
        for mut s in staff.into_values() {
            s.name.zeroize();
            s.email.zeroize();
        }
        for mut g in groups.into_values() {
            g.zeroize();
        }
    }

    /// What a matter is called, for a permit that covers it.
    #[must_use]
    pub fn matter(&self, permit: &Permit, id: MatterId) -> Option<MatterName> {
        permit
            .covers(&id.any(), KeyOf::Matter(0))
            .then(|| self.0.read().ok()?.matters.get(&id).cloned())
            .flatten()
    }

    /// What a client is called, for a permit that covers it.
    #[must_use]
    pub fn client(&self, permit: &Permit, id: ClientId) -> Option<ClientName> {
        permit
            .covers(&id.any(), KeyOf::Client(0))
            .then(|| self.0.read().ok()?.clients.get(&id).cloned())
            .flatten()
    }

    /// The client of a matter: an id, no name.
    #[must_use]
    pub(crate) fn client_of(&self, id: MatterId) -> Option<ClientId> {
        self.0.read().ok()?.matters.get(&id).map(|m| m.client)
    }

    /// What a person is called.
    #[must_use]
    pub fn staff(&self, id: StaffId) -> Option<StaffName> {
        self.0.read().ok()?.staff.get(&id).cloned()
    }

    /// What a group is called.
    #[must_use]
    pub fn group(&self, id: GroupId) -> Option<String> {
        self.0.read().ok()?.groups.get(&id).cloned()
    }

    /// Everyone, by name.
    #[must_use]
    pub fn all_staff(&self) -> Vec<(StaffId, StaffName)> {
        let mut all: Vec<_> =
            self.0.read().map(|n| n.staff.iter().map(|(i, s)| (*i, s.clone())).collect()).unwrap_or_default();
        all.sort_by(|(_, a): &(StaffId, StaffName), (_, b)| a.name.cmp(&b.name));
        all
    }

    /// Every group, by name.
    #[must_use]
    pub fn all_groups(&self) -> Vec<(GroupId, String)> {
        let mut all: Vec<_> = self
            .0
            .read()
            .map(|n| n.groups.iter().map(|(i, s)| (*i, s.clone())).collect())
            .unwrap_or_default();
        all.sort_by(|(_, a): &(GroupId, String), (_, b)| a.cmp(b));
        all
    }

    /// Matters whose name, reference or client matches every word, in the order of their names. Candidates
    /// only: each must pass the gate before it is shown.
    #[must_use]
    pub(crate) fn find_matters(&self, words: &str) -> Vec<MatterId> {
        let Ok(names) = self.0.read() else { return Vec::new() };
        let mut hits: Vec<(String, MatterId)> = names
            .matters
            .iter()
            .filter_map(|(id, m)| {
                let client = names.clients.get(&m.client).cloned().unwrap_or_default();
                let text =
                    format!("{} {} {} {}", m.name, m.reference, client.name, client.reference).to_lowercase();
                let all = words.to_lowercase().split_whitespace().all(|w| text.contains(w));
                all.then(|| (m.name.to_lowercase(), *id))
            })
            .collect();
        hits.sort();
        hits.into_iter().map(|(_, id)| id).collect()
    }

    /// Clients whose name or reference matches every word, in the order of their names. Candidates only.
    #[must_use]
    pub(crate) fn find_clients(&self, words: &str) -> Vec<ClientId> {
        let Ok(names) = self.0.read() else { return Vec::new() };
        let mut hits: Vec<(String, ClientId)> = names
            .clients
            .iter()
            .filter_map(|(id, c)| {
                let text = format!("{} {}", c.name, c.reference).to_lowercase();
                let all = words.to_lowercase().split_whitespace().all(|w| text.contains(w));
                all.then(|| (c.name.to_lowercase(), *id))
            })
            .collect();
        hits.sort();
        hits.into_iter().map(|(_, id)| id).collect()
    }

    /// Leaves of matters in the order of their names those that follow `after`, whether or not it is among them:
    /// it may have left the list since the page before.
    pub(crate) fn matters_after(&self, found: &mut Vec<MatterId>, after: MatterId) {
        let Ok(names) = self.0.read() else { return found.clear() };
        let place = |id: &MatterId| (names.matters.get(id).map(|m| m.name.to_lowercase()), *id);
        let from = place(&after);
        found.retain(|id| place(id) > from);
    }

    /// As [`Directory::matters_after`], of clients.
    pub(crate) fn clients_after(&self, found: &mut Vec<ClientId>, after: ClientId) {
        let Ok(names) = self.0.read() else { return found.clear() };
        let place = |id: &ClientId| (names.clients.get(id).map(|c| c.name.to_lowercase()), *id);
        let from = place(&after);
        found.retain(|id| place(id) > from);
    }

    /// What a thing of staff is called, for the plain words of an entry.
    #[must_use]
    pub fn name_of_actor(&self, id: &str) -> Option<String> {
        AnyId::parse(id)?.typed::<super::id::Staff>().and_then(|id| self.staff(id)).map(|s| s.short())
    }
}
