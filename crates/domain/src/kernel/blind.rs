//! Checks that a mutation run takes out, one at a time, to see that some test notices (`scripts/mutants-gate`).
//!
//! What must hold: a program that anyone runs has no blind. In a release build [`to`] is the constant "no", and the
//! compiler drops what hangs on it; in a debug build a blind is made by [`take_out`], which tests alone call.
//! `tests/src/tidy.rs` holds both.

#[cfg(debug_assertions)]
use super::gate::{PolicyFile, built_in};
use super::gate::{Principal, Situation};

/// Every check that can be taken out. Each stands in the code under its name; `mac:` and `set:` go on with a table
/// and a kind of set.
pub const CHECKS: &[&str] = &[
    // what the gate is told
    "seat",
    "leads",
    "wall",
    "own-never",
    "own-always",
    "open",
    "stepped-up",
    "scoped",
    "aside",
    "active",
    // when things held
    "role-span",
    "seat-span",
    "wall-end",
    "wall-part-span",
    "member-span",
    // whom and what a wall reaches
    "wall-groups",
    "wall-by-client",
    "wall-by-matter",
    "wall-over-client",
    "wall-over-itself",
    "near-walled",
    "leads-covered",
    "leads-seat",
    "leads-walled",
    // what may be known, and what a permit opens
    "known",
    "known-any-scope",
    "list-gate",
    "list-more",
    "permit-covers",
    "permit-lies-there",
    "explain-known",
    "explain-near",
    "repeated-known",
    "entry-gate",
    "entry-plain",
    "own-refusal-known",
    "sight-opens",
    "wall-covers-known",
    "badge-known",
    "contacts-hidden",
    "folder-matter",
    "cursor",
    // how a request comes in, and how long it stays
    "step-up-lasts",
    "token-scope",
    "token-end",
    "token-expiry",
    "session-end",
    "session-idle",
    "session-overall",
    "active-on-entry",
    "stream-sealed",
    "stream-signed-in",
    "stream-gate",
    "stream-clock",
    // rules of the operations
    "second-person",
    "approval-agreed",
    "approval-waiting",
    "last-lead",
    "last-administrator",
    "paralegal-leads",
    "seat-role",
    "fits-seats",
    "group-widens",
    "policies-approved",
    // rows and sets that someone changed behind the program's back
    "mac:firm",
    "mac:staff",
    "mac:standing",
    "mac:credential",
    "mac:session",
    "mac:token",
    "mac:staff_group",
    "mac:group_member",
    "mac:approval",
    "mac:client",
    "mac:matter",
    "mac:seat",
    "mac:wall",
    "mac:wall_part",
    "mac:folder",
    "mac:record",
    "mac:record_version",
    "mac:upload",
    "mac:authority_set",
    "mac:policy_file",
    "mac:policy_proposal",
    "mac:policy_replaced",
    "set:seats",
    "set:walls",
    "set:wall",
    "set:members",
    "set:person",
    "set:firm",
];

#[cfg(debug_assertions)]
static TAKEN_OUT: std::sync::OnceLock<&'static str> = std::sync::OnceLock::new();

/// Takes a check out for the rest of this process; false where there is none of that name. For tests.
#[cfg(debug_assertions)]
pub fn take_out(check: &str) -> bool {
    CHECKS.iter().find(|c| **c == check).is_some_and(|c| *TAKEN_OUT.get_or_init(|| c) == *c)
}

/// The policy files as they are built in, less one policy; nothing where there is none of that id. For tests.
#[cfg(debug_assertions)]
#[must_use]
pub fn without(policy: &str) -> Option<Vec<PolicyFile>> {
    let wanted = format!("@id(\"{policy}\")");
    let mut found = false;
    let less = |(name, text): PolicyFile| {
        let (mut kept, mut skipping) = (String::new(), false);
        for line in text.lines() {
            skipping |= line == wanted;
            found |= skipping;
            if !skipping {
                kept.push_str(line);
                kept.push('\n');
            }
            skipping &= !line.ends_with(';');
        }
        (name, kept)
    };
    let files = built_in().into_iter().map(less).collect();
    found.then_some(files)
}

/// True where a mutation run has taken the check out.
#[cfg(debug_assertions)]
pub(crate) fn to(check: &str) -> bool {
    TAKEN_OUT.get().is_some_and(|out| *out == check)
}

/// No check is ever out.
#[cfg(not(debug_assertions))]
pub(crate) const fn to(_: &str) -> bool {
    false
}

/// As [`to`], for a check that there is once for each table or kind of set.
pub(crate) fn to_one(kind: &str, of: &str) -> bool {
    cfg!(debug_assertions) && to(&format!("{kind}:{of}"))
}

/// What the gate is told, less what it is blind to.
pub(super) fn told(who: &Principal, how: &Situation) -> (Principal, Situation) {
    let (mut who, mut how) = (who.clone(), *how);
    if to("seat") {
        how.seat = "lead";
    }
    if to("wall") {
        how.wall = super::facts::WallAnswer::None;
    }
    how.leads |= to("leads");
    how.own = (how.own && !to("own-never")) || to("own-always");
    how.open |= to("open");
    how.stepped_up |= to("stepped-up");
    how.scoped |= to("scoped");
    how.aside &= !to("aside");
    if let Principal::Person { active, .. } = &mut who {
        *active |= to("active");
    }
    (who, how)
}
