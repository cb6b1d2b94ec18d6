//! A permit: the gate has answered yes, and the ledger has it in writing.
//!
//! Its fields are private and only the kernel builds one, after the entry was committed (a read) or
//! inside the transaction that ends with the entry (a change).

use std::collections::{BTreeMap, BTreeSet};

use super::blind;
use super::id::{AnyId, EntryId};
use super::vault::KeyOf;
use super::verb::Verb;

/// See the module.
pub struct Permit {
    verb: Verb,
    entry: EntryId,
    covers: Covers,
}

enum Covers {
    /// These things, by id.
    Things(BTreeSet<AnyId>),
    /// A matter and every record of it: an export.
    Matter(AnyId, u32),
    /// Some matters and every record of them: a search.
    Matters(BTreeMap<AnyId, u32>),
    /// The names of clients, matters and walls, and no record: the directory in memory.
    Names,
}

impl Permit {
    pub(super) fn over(verb: Verb, entry: EntryId, things: impl IntoIterator<Item = AnyId>) -> Self {
        Self { verb, entry, covers: Covers::Things(things.into_iter().collect()) }
    }

    pub(super) const fn names(verb: Verb, entry: EntryId) -> Self {
        Self { verb, entry, covers: Covers::Names }
    }

    pub(super) const fn whole_matter(verb: Verb, entry: EntryId, matter: AnyId, number: u32) -> Self {
        Self { verb, entry, covers: Covers::Matter(matter, number) }
    }

    pub(super) fn whole_matters(self, matters: BTreeMap<AnyId, u32>) -> Self {
        Self { covers: Covers::Matters(matters), ..self }
    }

    /// Takes a thing in that the operation has just made.
    pub(super) fn admit(&mut self, thing: AnyId) {
        if let Covers::Things(things) = &mut self.covers {
            things.insert(thing);
        }
    }

    /// The verb it was given for.
    #[must_use]
    pub const fn verb(&self) -> Verb {
        self.verb
    }

    /// The ledger entry that tells of it.
    #[must_use]
    pub const fn entry(&self) -> EntryId {
        self.entry
    }

    /// True where it covers the thing.
    #[must_use]
    pub fn covers(&self, thing: &AnyId, of: KeyOf) -> bool {
        match &self.covers {
            _ if blind::to("permit-covers") => true,
            Covers::Things(things) => things.contains(thing) && lies_there(thing, of),
            Covers::Matter(id, number) => match of {
                KeyOf::Matter(_) => thing == id,
                KeyOf::Record { matter, .. } => matter == *number,
                KeyOf::Client(_) => true,
                KeyOf::System => false,
            },
            Covers::Matters(matters) => match of {
                KeyOf::Matter(_) => matters.contains_key(thing),
                KeyOf::Record { matter, .. } => {
                    lies_there(thing, of) && matters.values().any(|number| *number == matter)
                }
                KeyOf::Client(_) | KeyOf::System => false,
            },
            Covers::Names => matches!(of, KeyOf::Client(_) | KeyOf::Matter(_)),
        }
    }
}

/// A key is asked for under the id of the thing whose key it is: a record's permit opens no matter.
fn lies_there(thing: &AnyId, of: KeyOf) -> bool {
    if blind::to("permit-lies-there") {
        return true;
    }
    let prefix = thing.as_str().split('_').next().unwrap_or_default();
    match of {
        KeyOf::System => true,
        KeyOf::Client(_) => matches!(prefix, "cli" | "wal"),
        KeyOf::Matter(_) => matches!(prefix, "mat" | "fol"),
        KeyOf::Record { .. } => matches!(prefix, "rec" | "upl"),
    }
}
