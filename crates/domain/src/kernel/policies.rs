//! The policy files as text: those that are built in, and how a file becomes rules that a person can read.

use std::str::FromStr as _;

use cedar_policy::{Effect, Policy, PolicyId, PolicySet};

use super::asking::Keeper;

/// A policy file: its name and its text.
pub type PolicyFile = (String, String);

/// The schema, as it is built in.
pub const SCHEMA: &str = include_str!("../../../../policies/strongroom.cedarschema");

/// The policy files, as they are built in.
#[must_use]
pub fn built_in() -> Vec<PolicyFile> {
    macro_rules! files {
        ($($name:literal),*) => {
            vec![$((String::from($name), String::from(include_str!(concat!("../../../../policies/", $name))))),*]
        };
    }
    files![
        "10-always.cedar",
        "20-matters.cedar",
        "30-records.cedar",
        "40-walls.cedar",
        "50-ledger.cedar",
        "60-people.cedar",
        "70-system.cedar",
        "80-policies.cedar"
    ]
}

/// One rule: what a security officer reads, and what decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The file that it stands in.
    pub file: String,
    /// Its `@id`.
    pub id: String,
    /// Its `@says`.
    pub says: String,
    /// Its `@ask`: whom to ask about it.
    pub ask: Option<Keeper>,
    /// True for a `forbid`.
    pub forbids: bool,
    /// Its text in Cedar, as it was written.
    pub text: String,
}

/// Why policy files cannot be used: which file, which rule, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {says}", match .rule { Some(rule) => format!("{file}, rule {rule}"), None => file.clone() })]
pub struct Unusable {
    /// The file.
    pub file: String,
    /// The rule, where it is known.
    pub rule: Option<String>,
    /// What is wrong.
    pub says: String,
}

/// SHA-256 over the files' names and texts, in their order.
#[must_use]
pub fn digest_of(files: &[PolicyFile]) -> [u8; 32] {
    let joined: Vec<&[u8]> = files.iter().flat_map(|(n, t)| [n.as_bytes(), t.as_bytes()]).collect();
    strongroom_seal::mac::sha256(&strongroom_seal::context(&joined))
}

/// The policies of one file under their own ids.
pub(super) fn rules_of(file: &str, text: &str) -> std::result::Result<Vec<(Policy, Rule)>, Unusable> {
    let unusable = |rule: Option<&str>, says: String| Unusable {
        file: file.to_owned(),
        rule: rule.map(str::to_owned),
        says,
    };
    let set = PolicySet::from_str(text).map_err(|e| unusable(None, e.to_string()))?;
    if set.templates().next().is_some() {
        return Err(unusable(None, String::from("it holds a template, and nothing here fills templates in")));
    }
    // Cedar numbers the policies of a file; their order in it is that of the numbers
    let mut policies: Vec<&Policy> = set.policies().collect();
    policies.sort_by_key(|p| (p.id().to_string().len(), p.id().to_string()));
    let mut rules = Vec::with_capacity(policies.len());
    for policy in policies {
        let id = policy.annotation("id").map(str::trim).filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| unusable(None, String::from("a policy has no @id")))?.to_owned();
        if id.len() > 80 || !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            let says = "an @id is made of small letters, digits and hyphens, and not longer than 80";
            return Err(unusable(None, String::from(says)));
        }
        if id == super::gate::SILENCE {
            return Err(unusable(Some(&id), String::from("this id stands for what no rule said")));
        }
        let says = policy.annotation("says").map(str::trim).filter(|says| !says.is_empty());
        let says = says.ok_or_else(|| unusable(Some(&id), String::from("it has no @says")))?.to_owned();
        // a rule for one person or one thing would be true of no situation that anyone could look at
        if let Some(named) = policy.entity_literals().iter().find(|e| e.type_name().to_string() != "Action") {
            let says = format!(
                "it names {named}: rules are about roles, seats and walls, not about one person or thing"
            );
            return Err(unusable(Some(&id), says));
        }
        let ask = match policy.annotation("ask").map(Keeper::parse) {
            None => None,
            Some(None) => return Err(unusable(Some(&id), String::from("its @ask names nobody known"))),
            Some(keeper) => keeper,
        };
        let forbids = policy.effect() == Effect::Forbid;
        let text = policy.to_cedar().unwrap_or_default();
        let policy = policy.new_id(PolicyId::new(&id));
        rules.push((policy, Rule { file: file.to_owned(), id, says, ask, forbids, text }));
    }
    Ok(rules)
}
