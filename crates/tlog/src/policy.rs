//! C2SP tlog-policy: which logs and witnesses a verifier relies on, where witnesses are reached, and how many of them
//! must have signed.
//!
//! ```text
//! log <vkey>
//! witness <name> <vkey> [<url>]
//! group <name> <all|any|number> <name>…
//! quorum <name|none>
//! ```
//! What must hold: a policy that is not understood completely is refused completely; nobody counts twice.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::note::{Verified, VerifierKey};
use crate::text::decimal;

/// A policy as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// the logs that it is about
    pub logs: Vec<VerifierKey>,
    /// every witness, whether or not the quorum asks for it
    pub witnesses: Vec<PolicyWitness>,
    /// in the order of the file: each group's members are defined above it
    groups: Vec<Group>,
    /// `None` is `quorum none`
    quorum: Option<String>,
}

/// A witness of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// what the policy calls it
    pub name: String,
    /// the key of its cosignatures
    pub key: VerifierKey,
    /// the submission prefix, under which `add-checkpoint` lies
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    name: String,
    threshold: usize,
    members: Vec<String>,
}

/// Why a policy is refused, and in which line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {why}")]
pub struct PolicyError {
    /// counted from 1; one after the last for what is missing
    pub line: usize,
    /// what is wrong with it
    pub why: String,
}

impl Policy {
    /// Reads a policy.
    pub fn parse(text: &str) -> Result<Policy, PolicyError> {
        let mut policy = Policy::default();
        let mut quorum = None;
        let mut count = 0;
        for line in text.lines() {
            count += 1;
            let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            let taken = if line.bytes().any(|b| b < 0x20 && b != b'\t') {
                Err("a control character".to_owned())
            } else {
                policy.line(&words, &mut quorum)
            };
            taken.map_err(|why| PolicyError { line: count, why })?;
        }
        let missing = || PolicyError { line: count + 1, why: "no line `quorum`".to_owned() };
        policy.quorum = quorum.ok_or_else(missing)?;
        Ok(policy)
    }

    fn line(&mut self, words: &[&str], quorum: &mut Option<Option<String>>) -> Result<(), String> {
        match words {
            [] => {}
            [first, ..] if first.starts_with('#') => {}
            ["log", vkey] | ["log", vkey, _] => {
                let key = self.new_key(vkey, false)?;
                self.logs.push(key);
            }
            ["witness", name, vkey, rest @ ..] if rest.len() < 2 => {
                let key = self.new_key(vkey, true)?;
                let url = rest.first().map(|url| (*url).to_owned());
                self.witnesses.push(PolicyWitness { name: self.new_name(name)?, key, url });
            }
            ["group", name, threshold, members @ ..] if !members.is_empty() => {
                let name = self.new_name(name)?;
                let group = self.group(name, threshold, members)?;
                self.groups.push(group);
            }
            ["quorum", name] if quorum.is_none() => {
                if *name != "none" && !self.defines(name) {
                    return Err(format!("{name} is not defined above"));
                }
                *quorum = Some((*name != "none").then(|| (*name).to_owned()));
            }
            _ => return Err("not a line of a policy, or a second `quorum`".to_owned()),
        }
        Ok(())
    }

    fn group(&self, name: String, threshold: &str, members: &[&str]) -> Result<Group, String> {
        let mut listed: Vec<String> = Vec::new();
        for member in members {
            // once only, in whatever group: else one witness would count twice
            let mut used = self.groups.iter().flat_map(|group| &group.members).chain(&listed);
            if !self.defines(member) || used.any(|m| m == member) {
                return Err(format!("{member} is not defined above, or used twice"));
            }
            listed.push((*member).to_owned());
        }
        let threshold = match threshold {
            "all" => Some(listed.len()),
            "any" => Some(1),
            number => decimal(number).and_then(|k| usize::try_from(k).ok()),
        };
        let threshold = threshold.filter(|k| (1..=listed.len()).contains(k));
        let threshold = threshold.ok_or("a threshold is `all`, `any` or a number of members")?;
        Ok(Group { name, threshold, members: listed })
    }

    fn defines(&self, name: &str) -> bool {
        self.witnesses.iter().any(|w| w.name == name) || self.groups.iter().any(|g| g.name == name)
    }

    fn new_name(&self, name: &str) -> Result<String, String> {
        if name == "none" || self.defines(name) {
            return Err(format!("the name {name} is taken"));
        }
        Ok(name.to_owned())
    }

    fn new_key(&self, vkey: &str, witness: bool) -> Result<VerifierKey, String> {
        let key = VerifierKey::parse(vkey).map_err(|e| e.to_string())?;
        if key.kind().cosigns() != witness {
            return Err("a witness's key for a log, or a log's for a witness".to_owned());
        }
        let known = self.logs.iter().chain(self.witnesses.iter().map(|w| &w.key));
        if known.into_iter().any(|other| other.public() == key.public()) {
            return Err("the same key twice".to_owned());
        }
        Ok(key)
    }

    /// Whether these signatures are enough.
    pub fn is_met(&self, verified: &[Verified<'_>]) -> bool {
        self.is_met_by(|witness| verified.iter().any(|v| *v.key == witness.key))
    }

    /// Whether the witnesses of whom this is true are enough.
    pub fn is_met_by(&self, signs: impl Fn(&PolicyWitness) -> bool) -> bool {
        let Some(quorum) = &self.quorum else { return true };
        let mut signed: BTreeMap<&str, bool> = BTreeMap::new();
        for witness in &self.witnesses {
            signed.insert(&witness.name, signs(witness));
        }
        for Group { name, threshold, members } in &self.groups {
            let count = members.iter().filter(|m| signed.get(m.as_str()) == Some(&true)).count();
            signed.insert(name, count >= *threshold);
        }
        signed.get(quorum.as_str()) == Some(&true)
    }

    /// Whether it asks for any witness at all.
    pub fn asks_for_witnesses(&self) -> bool {
        self.quorum.is_some()
    }
}
