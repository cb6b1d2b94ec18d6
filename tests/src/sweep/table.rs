//! The table "Who may what" of the outside contract, written down a second time: what must come back to whom.

use axum::http::Method;
use serde_json::Value;
use strongroom_domain::kernel::actor::Role;

use super::world::{Actor, Scene, Seat, World};

/// What must come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    Done,
    /// 403 with this rule among the reasons.
    Refused(&'static str),
    NotFound,
    SignedOut,
    /// The gate lets it through; the state of things may still say that it cannot be (409, 422).
    Passed,
}

pub(super) type Judge = fn(&Actor, Seat) -> Expect;
pub(super) struct Row {
    pub(super) method: Method,
    /// As in the API's document.
    pub(super) path: &'static str,
    /// What the path names: asked of all four things, or of none.
    pub(super) about: bool,
    pub(super) body: fn(&World, &Scene) -> Option<Value>,
    pub(super) expect: Judge,
}

pub(super) fn is(actor: &Actor, roles: &[Role]) -> bool {
    actor.role.is_some_and(|r| roles.contains(&r))
}

/// Who knows of a matter: any seat that no wall beats, records managers and compliance officers.
pub(super) fn knows(actor: &Actor, seat: Seat) -> bool {
    !matches!(seat, Seat::None | Seat::Walled) || is(actor, &[Role::RecordsManager, Role::ComplianceOfficer])
}

pub(super) fn otherwise(actor: &Actor, seat: Seat, rule: &'static str) -> Expect {
    match actor.person {
        None => Expect::SignedOut,
        Some(_) if knows(actor, seat) => Expect::Refused(rule),
        Some(_) => Expect::NotFound,
    }
}

pub(super) fn see(a: &Actor, s: Seat) -> Expect {
    if knows(a, s) { Expect::Done } else { otherwise(a, s, "") }
}

pub(super) fn open(a: &Actor, s: Seat) -> Expect {
    if matches!(s, Seat::Lead | Seat::Member | Seat::Reader) {
        Expect::Done
    } else {
        otherwise(a, s, "only-the-team-opens")
    }
}

pub(super) fn add(a: &Actor, s: Seat) -> Expect {
    if matches!(s, Seat::Lead | Seat::Member) { Expect::Done } else { otherwise(a, s, "only-members-add") }
}

pub(super) fn keep(a: &Actor, s: Seat) -> Expect {
    if s == Seat::Lead || is(a, &[Role::RecordsManager]) {
        Expect::Done
    } else {
        otherwise(a, s, "only-leads-and-records-managers-keep-the-team")
    }
}

pub(super) fn lead_only(a: &Actor, s: Seat) -> Expect {
    if s == Seat::Lead { Expect::Done } else { otherwise(a, s, "only-leads-export") }
}

/// For what belongs to the firm: allowed for these roles, else refused by this rule.
macro_rules! roles {
    ($name:ident, [$($role:ident),*], $rule:literal) => {
        pub(super) fn $name(a: &Actor, _: Seat) -> Expect {
            match a.role {
                None => Expect::SignedOut,
                Some(Role::ClientContact) => Expect::Refused("client-contacts-wait"),
                Some(role) if [$(Role::$role),*].contains(&role) => Expect::Done,
                Some(_) => Expect::Refused($rule),
            }
        }
    };
}

roles!(takes_on, [Partner, RecordsManager], "only-partners-and-records-managers-take-on");
roles!(lists_ledger, [ComplianceOfficer, Auditor], "only-watchers-list-the-ledger");
roles!(makes_walls, [ComplianceOfficer], "only-compliance-makes-walls");
roles!(keeps_accounts, [Administrator], "only-administrators-keep-accounts");
roles!(sees_policies, [Administrator, Partner, ComplianceOfficer, Auditor], "only-keepers-see-policies");
roles!(
    every_staff,
    [Partner, Associate, Paralegal, RecordsManager, ComplianceOfficer, Administrator, Auditor],
    ""
);

pub(super) fn everyone(a: &Actor, _: Seat) -> Expect {
    if a.person.is_some() { Expect::Done } else { Expect::SignedOut }
}

/// Walls: the compliance officer, and the lead of a covered matter.
pub(super) fn sees_wall(a: &Actor, s: Seat) -> Expect {
    match a.person {
        None => Expect::SignedOut,
        Some(_) if is(a, &[Role::ComplianceOfficer]) || s == Seat::Lead => Expect::Done,
        Some(_) => Expect::NotFound,
    }
}

pub(super) fn changes_wall(a: &Actor, s: Seat) -> Expect {
    match sees_wall(a, s) {
        Expect::Done if is(a, &[Role::ComplianceOfficer]) => Expect::Done,
        Expect::Done => Expect::Refused("only-compliance-makes-walls"),
        other => other,
    }
}

pub(super) fn asks_why(a: &Actor, s: Seat) -> Expect {
    if s == Seat::Lead || is(a, &[Role::ComplianceOfficer, Role::Auditor]) {
        Expect::Done
    } else {
        otherwise(a, s, "only-watchers-and-leads-ask-why")
    }
}

/// The directory is for staff; a client contact does not know of it.
pub(super) fn knows_staff(a: &Actor, _: Seat) -> Expect {
    match a.role {
        None => Expect::SignedOut,
        Some(Role::ClientContact) => Expect::NotFound,
        Some(_) => Expect::Done,
    }
}

pub(super) fn on_staff(a: &Actor, _: Seat) -> Expect {
    match a.role {
        None => Expect::SignedOut,
        Some(Role::ClientContact) => Expect::NotFound,
        Some(Role::Administrator) => Expect::Passed,
        Some(_) => Expect::Refused("only-administrators-keep-accounts"),
    }
}

pub(super) fn approvals(a: &Actor, _: Seat) -> Expect {
    match a.role {
        None => Expect::SignedOut,
        Some(Role::Partner | Role::ComplianceOfficer | Role::Administrator) => Expect::Done,
        Some(_) => Expect::Refused(""),
    }
}

pub(super) fn passed(expect: Expect) -> Expect {
    if expect == Expect::Done { Expect::Passed } else { expect }
}

pub(super) fn nothing(_: &World, _: &Scene) -> Option<Value> {
    None
}

pub(super) fn every_client_list(a: &Actor, _: Seat) -> Expect {
    match a.role {
        None => Expect::SignedOut,
        Some(Role::ClientContact) => Expect::Refused("client-contacts-wait"),
        Some(_) => Expect::Done,
    }
}
