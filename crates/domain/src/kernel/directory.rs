//! The directory of names in memory: clients, matters, staff, groups. Sealed names cannot be sorted or
//! searched by SQL; this can. Built after unsealing under a system permit, never written, dropped on
//! sealing. Its hits pass the gate like any row.
//!
//! Names stand in their order, and a list takes from it what it needs: a page costs the same among many as among few.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
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

/// What can be found by its words, in the order of its names.
trait Named {
    /// What it is sorted by, before case is folded.
    fn name(&self) -> &str;
    /// What is searched beside the name.
    fn reference(&self) -> &str;
}

impl Named for ClientName {
    fn name(&self) -> &str {
        &self.name
    }
    fn reference(&self) -> &str {
        &self.reference
    }
}

impl Named for MatterName {
    fn name(&self) -> &str {
        &self.name
    }
    fn reference(&self) -> &str {
        &self.reference
    }
}

/// A name, and all its words in lower case.
struct Kept<N> {
    name: N,
    words: String,
}

/// The names of one kind.
struct Shelf<I, N> {
    by_id: BTreeMap<I, Kept<N>>,
    in_order: BTreeSet<(String, I)>,
}

impl<I, N> Default for Shelf<I, N> {
    fn default() -> Self {
        Self { by_id: BTreeMap::new(), in_order: BTreeSet::new() }
    }
}

impl<I: Copy + Ord, N: Named> Shelf<I, N> {
    fn insert(&mut self, id: I, name: N) {
        let words = format!("{} {}", name.name(), name.reference()).to_lowercase();
        let place = (name.name().to_lowercase(), id);
        if let Some(before) = self.by_id.insert(id, Kept { name, words }) {
            self.in_order.remove(&(before.name.name().to_lowercase(), id));
        }
        self.in_order.insert(place);
    }

    fn get(&self, id: I) -> Option<&N> {
        self.by_id.get(&id).map(|kept| &kept.name)
    }

    fn place(&self, id: I) -> Option<(String, I)> {
        self.get(id).map(|name| (name.name().to_lowercase(), id))
    }
}

#[derive(Default)]
struct Names {
    clients: Shelf<ClientId, ClientName>,
    matters: Shelf<MatterId, MatterName>,
    /// A matter keeps its client.
    of_client: BTreeMap<ClientId, BTreeSet<MatterId>>,
    staff: BTreeMap<StaffId, StaffName>,
    groups: BTreeMap<GroupId, String>,
}

impl Names {
    fn matter_has(&self, matter: &Kept<MatterName>, words: &[String]) -> bool {
        let client = self.clients.by_id.get(&matter.name.client).map_or("", |c| c.words.as_str());
        words.iter().all(|w| matter.words.contains(w) || client.contains(w))
    }
}

/// What a list asks for.
pub(crate) struct Find<I> {
    words: Vec<String>,
    within: Option<BTreeSet<I>>,
    after: Option<I>,
}

impl<I: Copy + Ord> Find<I> {
    /// What has every one of these words, in the name, the reference or the client; among these, where some are given.
    /// From behind one on, whether or not that one is found itself: it may have left the list since the page before.
    pub(crate) fn new(words: &str, within: Option<BTreeSet<I>>, after: Option<I>) -> Self {
        let words = words.to_lowercase().split_whitespace().map(str::to_owned).collect();
        Self { words, within, after }
    }
}

/// So many are found at once, and the names are let go between.
const AT_ONCE: usize = 256;
/// Among so many times as many, those that are named are looked up and sorted.
const FEW: usize = 20;

/// What is found on a shelf, in the order of the names: no more at a time than the list goes on to ask for.
fn walk<'a, I: Copy + Ord, N: Named + 'a>(
    names: &'a RwLock<Names>,
    shelf: fn(&Names) -> &Shelf<I, N>,
    find: Find<I>,
    fits: impl Fn(&Names, &Kept<N>, &[String]) -> bool,
) -> impl Iterator<Item = I> {
    let Find { words, within, after } = find;
    let (mut at, mut few) = (None, None);
    if let Ok(names) = names.read() {
        let shelf = shelf(&names);
        at = after.and_then(|id| shelf.place(id));
        let named = within.as_ref().filter(|ids| ids.len() < shelf.by_id.len() / FEW);
        few = named.map(|ids| ids.iter().filter_map(|id| shelf.place(*id)).collect::<BTreeSet<_>>());
    }
    let mut more = true;
    let chunks = std::iter::from_fn(move || {
        let names = names.read().ok().filter(|_| more)?;
        let shelf = shelf(&names);
        let from = at.clone().map_or(Bound::Unbounded, Bound::Excluded);
        let mut looked = 0;
        let mut found = Vec::new();
        for (place, id) in few.as_ref().unwrap_or(&shelf.in_order).range((from, Bound::Unbounded)) {
            looked += 1;
            let kept = shelf.by_id.get(id).filter(|_| within.as_ref().is_none_or(|ids| ids.contains(id)));
            if kept.is_some_and(|kept| fits(&names, kept, &words)) {
                found.push(*id);
            }
            if looked == AT_ONCE {
                at = Some((place.clone(), *id));
                return Some(found);
            }
        }
        more = false;
        Some(found)
    });
    chunks.flatten()
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
                Known::Client(id, name) => names.clients.insert(id, name),
                Known::Matter(id, name) => {
                    names.of_client.entry(name.client).or_default().insert(id);
                    names.matters.insert(id, name);
                }
                Known::Staff(id, name) => drop(names.staff.insert(id, name)),
                Known::Group(id, name) => drop(names.groups.insert(id, name)),
            }
        }
    }

    /// Forgets everything: on sealing.
    pub fn forget(&self) {
        use zeroize::Zeroize as _;
        let mut names = self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Names { clients, matters, of_client: _, staff, groups } = std::mem::take(&mut *names);
        for Kept { mut name, mut words } in clients.by_id.into_values() {
            name.name.zeroize();
            name.reference.zeroize();
            words.zeroize();
        }
        for Kept { mut name, mut words } in matters.by_id.into_values() {
            name.name.zeroize();
            name.reference.zeroize();
            words.zeroize();
        }
        let places = clients.in_order.into_iter().map(|(name, _)| name);
        for mut name in places.chain(matters.in_order.into_iter().map(|(name, _)| name)) {
            name.zeroize();
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
            .then(|| self.0.read().ok()?.matters.get(id).cloned())
            .flatten()
    }

    /// What a client is called, for a permit that covers it.
    #[must_use]
    pub fn client(&self, permit: &Permit, id: ClientId) -> Option<ClientName> {
        permit
            .covers(&id.any(), KeyOf::Client(0))
            .then(|| self.0.read().ok()?.clients.get(id).cloned())
            .flatten()
    }

    /// The client of a matter: an id, no name.
    #[must_use]
    pub(crate) fn client_of(&self, id: MatterId) -> Option<ClientId> {
        self.0.read().ok()?.matters.get(id).map(|m| m.client)
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

    /// Matters, in the order of their names; of one client, where one is named. Candidates only: each must pass the
    /// gate before it is shown.
    pub(crate) fn find_matters(
        &self,
        mut find: Find<MatterId>,
        client: Option<ClientId>,
    ) -> impl Iterator<Item = MatterId> {
        if let (Some(client), Ok(names)) = (client, self.0.read()) {
            let mut its = names.of_client.get(&client).cloned().unwrap_or_default();
            its.retain(|id| find.within.as_ref().is_none_or(|ids| ids.contains(id)));
            find.within = Some(its);
        }
        walk(&self.0, |names| &names.matters, find, Names::matter_has)
    }

    /// Clients, in the order of their names. Candidates only.
    pub(crate) fn find_clients(&self, find: Find<ClientId>) -> impl Iterator<Item = ClientId> {
        walk(
            &self.0,
            |names| &names.clients,
            find,
            |_, client, words| words.iter().all(|w| client.words.contains(w)),
        )
    }

    /// What a thing of staff is called, for the plain words of an entry.
    #[must_use]
    pub fn name_of_actor(&self, id: &str) -> Option<String> {
        AnyId::parse(id)?.typed::<super::id::Staff>().and_then(|id| self.staff(id)).map(|s| s.short())
    }
}
