//! An entry in plain words: "E. Marsh read it", "T. Reyes was refused reading it: barred by a wall".

use serde_json::{Map, Value};

use crate::features::policy::WALL_RULES;
use crate::kernel::directory::Directory;
use crate::kernel::entry::Outcome;
use crate::kernel::gate::Gate;
use crate::kernel::verb::Verb;

use super::model::{Raw, Who};

/// True where a part's rules tell of a wall.
pub(super) fn tells_of_a_wall(body: &Map<String, Value>) -> bool {
    rules_of(body).iter().any(|rule| WALL_RULES.contains(&rule.as_str()))
}

/// The deciding rules that a part names.
pub(super) fn rules_of(body: &Map<String, Value>) -> Vec<String> {
    let rules = body.get("rules").and_then(Value::as_array).cloned().unwrap_or_default();
    rules.into_iter().filter_map(|rule| rule.as_str().map(str::to_owned)).collect()
}

/// Who acted, with the name that the directory knows.
pub(super) fn who(directory: &Directory, raw: &Raw) -> Who {
    Who {
        kind: raw.actor_kind.clone(),
        id: raw.actor_id.clone(),
        name: directory.name_of_actor(&raw.actor_id),
    }
}

fn called(who: &Who) -> String {
    match (who.kind.as_str(), &who.name) {
        (_, Some(name)) => name.clone(),
        ("system", _) => String::from("The system"),
        ("operator", _) => format!("The operator ({})", who.id),
        ("anonymous", _) => String::from("A stranger"),
        _ => String::from("Someone"),
    }
}

/// Why, in a few words after a colon.
fn reason(rule: &str) -> Option<&'static str> {
    Some(match rule {
        "suspended" => "the account is suspended or not yet enrolled",
        "wall-bars" => "barred by a wall",
        "wall-admits-others" => "a wall admits others only",
        "token-scope" => "the token lacks the scope",
        "step-up" => "a fresh code was missing",
        "presenting" => "another client was being presented",
        "client-contacts-wait" => "the client portal is not open yet",
        "only-the-team-opens" => "not on the team",
        "only-members-add" => "neither lead nor member",
        "closed-is-read-only" => "the matter is closed",
        "only-leads-export" => "not the lead",
        "only-leads-and-records-managers-lower" | "only-leads-and-records-managers-keep-the-team" => {
            "neither lead nor records manager"
        }
        "only-partners-and-records-managers-take-on" => "neither partner nor records manager",
        "clients-named-by-keepers" => "not theirs to rename",
        "nobody-their-own-seat" => "it is their own seat",
        "nobody-their-own-role" => "it is their own account",
        "only-compliance-makes-walls" => "not a compliance officer",
        "only-watchers-list-the-ledger" | "only-watchers-and-leads-ask-why" => "not theirs to ask",
        "only-administrators-propose-policies"
        | "only-administrators-keep-accounts"
        | "only-administrators-see-health" => "not an administrator",
        "only-keepers-see-policies" => "not theirs to see",
        "only-whoever-proposed-withdraws" => "someone else proposed them",
        "nobody-decides-their-own-policies" => "they proposed it themselves",
        "second-person-is-no-administrator" | "second-person-for-policies-is-no-administrator" => {
            "a second person must decide"
        }
        "nobody-said-so" => "no rule allows it",
        _ => return None,
    })
}

/// The sentence. `opened` are the parts that the viewer may know, rules of walls already taken out where
/// the viewer may not know of them.
pub(super) fn says(
    gate: &Gate,
    directory: &Directory,
    raw: &Raw,
    opened: &[(String, Map<String, Value>)],
) -> String {
    let name = called(&who(directory, raw));
    let Some(verb) = Verb::parse(&raw.verb) else { return format!("{name}: {}", raw.verb) };
    match Outcome::parse(&raw.outcome) {
        Some(Outcome::Denied) => {
            let mut rules: Vec<String> = opened.iter().flat_map(|(_, body)| rules_of(body)).collect();
            // of several reasons a wall is the one that nothing else can lift
            rules.sort_by_key(|rule| !WALL_RULES.contains(&rule.as_str()));
            let why = rules.iter().find_map(|rule| {
                let rule_says = || gate.rules().find(|b| b.rule == *rule).map(|b| b.says.clone());
                reason(rule).map(str::to_owned).or_else(rule_says)
            });
            match why {
                Some(why) => format!("{name} was refused {}: {why}", verb.doing()),
                None => format!("{name} was refused {}", verb.doing()),
            }
        }
        Some(Outcome::Failed) => format!("{name} tried {}, which failed", verb.doing()),
        _ => format!("{name} {}", did(directory, verb, opened)),
    }
}

/// What was done, with the person whom it was done to where an opened part names one.
fn did(directory: &Directory, verb: Verb, opened: &[(String, Map<String, Value>)]) -> String {
    let told = |name: &str| {
        opened.iter().find_map(|(_, body)| body.get(name)).and_then(Value::as_str).map(str::to_owned)
    };
    let person = told("staff").and_then(|id| directory.name_of_actor(&id));
    match (verb, person, told("seat")) {
        (Verb::SeatGive, Some(person), Some(seat)) => format!("gave {person} the seat of a {seat}"),
        (Verb::SeatEnd, Some(person), _) => format!("ended the seat of {person}"),
        _ => verb.did().to_owned(),
    }
}
