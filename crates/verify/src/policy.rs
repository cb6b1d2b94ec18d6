//! Whose signatures make a checkpoint believable: the keys on the command line, and c2sp.org/tlog-policy.
//!
//! What must hold: a policy that is not understood completely is refused completely. `--vkey` and a policy
//! narrow one another, never widen: with both, a log's key must be in both.

use std::collections::BTreeMap;

use crate::note::{self, Checkpoint, Key, SignedBy};
use crate::{Outcome, not_verified};

/// All that the verifier was told to rely on.
#[derive(Debug, Default)]
pub(crate) struct Trust {
    vkeys: Vec<Key>,
    policy: Option<Policy>,
    pub(crate) at_least: u64,
}

#[derive(Debug, Default)]
struct Policy {
    logs: Vec<Key>,
    witnesses: Vec<(Name, Key)>,
    /// in the order of the file: each group's members are defined above it
    groups: Vec<Group>,
    /// `None` is `quorum none`
    quorum: Option<Name>,
}

/// Opaque bytes: the specification wants no idea of letters here.
type Name = Vec<u8>;

#[derive(Debug)]
struct Group {
    name: Name,
    threshold: usize,
    members: Vec<Name>,
}

impl Trust {
    /// Adds the keys of a `--vkey` file, one a line.
    pub(crate) fn add_vkeys(&mut self, file: &[u8]) -> Result<(), String> {
        let text = std::str::from_utf8(file).map_err(|_| "not a verifier key file")?;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let key = Key::parse(line)?;
            if key.cosigns() {
                return Err(format!("{} is a witness's key: it belongs into a policy", key.name));
            }
            self.vkeys.push(key);
        }
        Ok(())
    }

    /// Reads the `--policy` file.
    pub(crate) fn add_policy(&mut self, file: &[u8]) -> Result<(), String> {
        self.policy = Some(parse(file)?);
        Ok(())
    }

    /// The keys that a log may sign with.
    pub(crate) fn log_keys(&self) -> impl Iterator<Item = &Key> {
        let listed = self.policy.as_ref().map_or(&[][..], |policy| &policy.logs);
        let (keys, others) =
            if self.vkeys.is_empty() { (listed, &[][..]) } else { (&self.vkeys[..], listed) };
        keys.iter().filter(move |key| others.is_empty() || others.contains(key))
    }

    /// Opens a checkpoint and applies all of it: signatures, quorum, smallest size.
    pub(crate) fn open(&self, note: &[u8]) -> Outcome<(Checkpoint, Signers)> {
        let witnesses = self.policy.iter().flat_map(|policy| policy.witnesses.iter().map(|(_, key)| key));
        let keys: Vec<&Key> = self.log_keys().chain(witnesses).collect();
        let (checkpoint, signed_by) = note::open(note, &keys).or_else(not_verified)?;
        if checkpoint.size < self.at_least {
            let (size, least) = (checkpoint.size, self.at_least);
            return not_verified(format!(
                "the checkpoint has {size} entries, fewer than the {least} required"
            ));
        }
        if self.policy.as_ref().is_some_and(|policy| !policy.is_met(&signed_by)) {
            return not_verified("the checkpoint lacks the cosignatures that the policy requires");
        }
        Ok((checkpoint, describe(&signed_by)))
    }

    /// Opens a checkpoint that the verifier kept from before: the log's own signature is enough.
    pub(crate) fn open_kept(&self, note: &[u8]) -> Outcome<Checkpoint> {
        let keys: Vec<&Key> = self.log_keys().collect();
        let kept = note::open(note, &keys).map(|(checkpoint, _)| checkpoint);
        kept.or_else(|why| not_verified(format!("the checkpoint given with --since: {why}")))
    }
}

/// Who signed, in lines for the report.
pub(crate) type Signers = Vec<String>;

fn describe(signed_by: &[SignedBy<'_>]) -> Signers {
    let mut lines = Vec::new();
    for SignedBy { key, time } in signed_by {
        let digits: Vec<String> = key.fingerprint().chunks(2).map(note::hex).collect();
        lines.push(match time {
            Some(time) => format!("witnessed by {} at {}", key.name, crate::entry::utc(*time)),
            None => format!("signed by    {}", key.name),
        });
        lines.push(format!("  its key's fingerprint (compare it with the paper): {}", digits.join(" ")));
    }
    lines
}

impl Policy {
    fn is_met(&self, signed_by: &[SignedBy<'_>]) -> bool {
        let Some(quorum) = &self.quorum else { return true };
        let mut witnessed: BTreeMap<&Name, bool> = BTreeMap::new();
        for (name, key) in &self.witnesses {
            witnessed.insert(name, signed_by.iter().any(|signed| signed.key == key));
        }
        for Group { name, threshold, members } in &self.groups {
            let count = members.iter().filter(|member| witnessed.get(member) == Some(&true)).count();
            witnessed.insert(name, count >= *threshold);
        }
        witnessed.get(quorum) == Some(&true)
    }

    /// Every key that it names.
    fn keys(&self) -> impl Iterator<Item = &Key> {
        self.logs.iter().chain(self.witnesses.iter().map(|(_, key)| key))
    }

    fn defines(&self, name: &[u8]) -> bool {
        self.witnesses.iter().any(|(n, _)| n == name) || self.groups.iter().any(|g| g.name == name)
    }

    fn new_name(&self, name: &[u8]) -> Result<Name, String> {
        if name == b"none" || self.defines(name) {
            return Err(format!("the name {} is taken", name.escape_ascii()));
        }
        Ok(name.to_vec())
    }
}

fn parse(file: &[u8]) -> Result<Policy, String> {
    if file.iter().any(|byte| !matches!(byte, b'\t' | b'\n' | 0x20..=0x7e | 0x80..)) {
        return Err("a control character".into());
    }
    let lines = file.strip_suffix(b"\n").ok_or("no newline at the end")?;
    let mut policy = Policy::default();
    let mut quorum = None;
    for (number, line) in lines.split(|byte| *byte == b'\n').enumerate() {
        let words: Vec<&[u8]> = line.split(|b| matches!(b, b' ' | b'\t')).filter(|w| !w.is_empty()).collect();
        parse_line(&words, &mut policy, &mut quorum).map_err(|why| format!("line {}: {why}", number + 1))?;
    }
    policy.quorum = quorum.ok_or("no line `quorum`")?;
    Ok(policy)
}

fn parse_line(words: &[&[u8]], policy: &mut Policy, quorum: &mut Option<Option<Name>>) -> Result<(), String> {
    match words {
        [] => {}
        [first, ..] if first.starts_with(b"#") => {}
        // a URL may follow a key; nothing here contacts it
        [b"log", vkey] | [b"log", vkey, _] => {
            let key = new_key(vkey, false, policy.keys())?;
            policy.logs.push(key);
        }
        [b"witness", name, vkey] | [b"witness", name, vkey, _] => {
            let key = new_key(vkey, true, policy.keys())?;
            policy.witnesses.push((policy.new_name(name)?, key));
        }
        [b"group", name, threshold, members @ ..] if !members.is_empty() => {
            let name = policy.new_name(name)?;
            let mut listed: Vec<Name> = Vec::new();
            for member in members {
                // once only, in whatever group: else one witness would count twice
                let used = policy.groups.iter().flat_map(|group| &group.members).chain(&listed);
                if !policy.defines(member) || used.into_iter().any(|m| m == member) {
                    return Err(format!("{} is not defined above, or used twice", member.escape_ascii()));
                }
                listed.push(member.to_vec());
            }
            let threshold = match *threshold {
                b"all" => listed.len(),
                b"any" => 1,
                number => std::str::from_utf8(number)
                    .ok()
                    .and_then(note::decimal)
                    .and_then(|k| usize::try_from(k).ok())
                    .filter(|k| (1..=listed.len()).contains(k))
                    .ok_or("a threshold is `all`, `any` or a number of members")?,
            };
            policy.groups.push(Group { name, threshold, members: listed });
        }
        [b"quorum", name] if quorum.is_none() => {
            let none = *name == b"none";
            if !none && !policy.defines(name) {
                return Err(format!("{} is not defined above", name.escape_ascii()));
            }
            *quorum = Some((!none).then(|| name.to_vec()));
        }
        _ => return Err("not a line of a policy, or a second `quorum`".into()),
    }
    Ok(())
}

fn new_key<'k>(vkey: &[u8], witness: bool, mut known: impl Iterator<Item = &'k Key>) -> Result<Key, String> {
    let key = Key::parse(std::str::from_utf8(vkey).map_err(|_| "not a verifier key")?)?;
    if key.cosigns() != witness {
        return Err("a witness's key for a log, or a log's for a witness".into());
    }
    if known.any(|other| other.public == key.public) { Err("the same key twice".into()) } else { Ok(key) }
}
