//! Signed notes, verifier keys and checkpoints: c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature.
//!
//! What must hold: a signature counts only for a key we were given, matched by name and id; other
//! signatures are skipped unread; a bad one of a key we were given makes the whole note worthless.

use aws_lc_rs::signature::{ML_DSA_44, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::tree::Hash;

/// Our limits on notes. The specification asks for 16 signatures at least.
const MAX_NOTE: usize = 1 << 20;
const MAX_SIGNATURES: usize = 100;

/// `0x01` in a vkey: signs the note's text
pub(crate) const LOG_KEY: u8 = 1;
/// `0x04` in a vkey: Ed25519, signs the note's text and the time it was seen
const WITNESS_KEY: u8 = 4;
/// `0x06` in a vkey: ML-DSA-44 (FIPS 204), signs what the checkpoint says, the time and its own name
const ML_DSA_KEY: u8 = 6;
/// Bytes of such a key.
const ML_DSA_PUBLIC: usize = 1312;

/// A public key that we were given from elsewhere: on paper, in a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) kind: u8,
    pub(crate) public: Vec<u8>,
}

/// What a log states in a checkpoint, after its signatures were checked.
#[derive(Debug)]
pub(crate) struct Checkpoint {
    pub(crate) origin: String,
    pub(crate) size: u64,
    pub(crate) root: Hash,
}

/// A signature that holds.
#[derive(Debug)]
pub(crate) struct SignedBy<'k> {
    pub(crate) key: &'k Key,
    /// seconds since 1970, from a witness
    pub(crate) time: Option<u64>,
}

/// Opens a checkpoint: all signatures by the keys we know hold, and the log itself is among the signers.
pub(crate) fn open<'k>(note: &[u8], keys: &'k [&'k Key]) -> Result<(Checkpoint, Vec<SignedBy<'k>>), String> {
    let (text, lines) = split(note)?;
    let mut signed_by = Vec::new();
    for line in lines {
        let (name, id, signature) = signature_line(line).ok_or("a line of signature is malformed")?;
        let Some(key) = keys.iter().find(|key| key.name == name && key.id() == id) else { continue };
        let time = key.check(text, &signature);
        let time = time.ok_or_else(|| format!("the signature of {name} on the checkpoint is wrong"))?;
        signed_by.push(SignedBy { key, time });
    }
    let checkpoint = checkpoint(text).ok_or("the signed text is not a checkpoint")?;
    let by_log = |s: &SignedBy<'_>| s.key.kind == LOG_KEY && s.key.name == checkpoint.origin;
    if !signed_by.iter().any(by_log) {
        let origin = &checkpoint.origin;
        return Err(format!(
            "the checkpoint says it is of {origin}, but no key you gave for that ledger signed it"
        ));
    }
    Ok((checkpoint, signed_by))
}

/// The text with its final newline, and the lines of signature. The last empty line is between them.
fn split(note: &[u8]) -> Result<(&str, Vec<&str>), String> {
    if note.len() > MAX_NOTE {
        return Err("the checkpoint is too long".into());
    }
    let note = std::str::from_utf8(note).map_err(|_| "the checkpoint is not UTF-8")?;
    if note.chars().any(|c| c < ' ' && c != '\n') {
        return Err("the checkpoint has control characters".into());
    }
    let gap = note.rfind("\n\n").ok_or("the checkpoint has no signatures")?;
    let (text, rest) = note.split_at(gap + 1);
    let lines = rest.strip_prefix('\n').and_then(|lines| lines.strip_suffix('\n'));
    let lines: Vec<&str> = lines.ok_or("the checkpoint does not end in a newline")?.split('\n').collect();
    if lines.len() > MAX_SIGNATURES {
        return Err("the checkpoint has too many signatures".into());
    }
    Ok((text, lines))
}

/// `— name base64(id || signature)`
fn signature_line(line: &str) -> Option<(&str, [u8; 4], Vec<u8>)> {
    let mut words = line.split(' ');
    let (dash, name, data) = (words.next()?, words.next()?, words.next()?);
    let data = unbase64(data)?;
    let (id, signature) = data.split_first_chunk::<4>()?;
    let well_formed = dash == "—" && words.next().is_none() && is_name(name) && !signature.is_empty();
    well_formed.then(|| (name, *id, signature.to_vec()))
}

/// Origin, size and root, each on its line; then lines that we do not interpret, none of them empty.
fn checkpoint(text: &str) -> Option<Checkpoint> {
    let lines: Vec<&str> = text.strip_suffix('\n')?.split('\n').collect();
    let [origin, size, root, ..] = lines.as_slice() else { return None };
    if lines.iter().any(|line| line.is_empty()) {
        return None;
    }
    Some(Checkpoint { origin: (*origin).to_owned(), size: decimal(size)?, root: hash(root)? })
}

impl Key {
    /// Reads `name+id+base64(kind || public key)`; the id must be the key's own.
    pub(crate) fn parse(vkey: &str) -> Result<Key, String> {
        let fields: Vec<&str> = vkey.splitn(3, '+').collect();
        let [name, id, material] = fields.as_slice() else {
            return Err("not a verifier key (name+id+key)".into());
        };
        let material = unbase64(material).ok_or("the verifier key is not base64")?;
        let (kind, public) = match material.split_first() {
            Some((kind @ (&LOG_KEY | &WITNESS_KEY | &ML_DSA_KEY), public)) => (*kind, public.to_vec()),
            _ => return Err("a verifier key of a kind that this program does not know".into()),
        };
        let key = Key { name: (*name).to_owned(), kind, public };
        let usable = match kind {
            ML_DSA_KEY => key.public.len() == ML_DSA_PUBLIC,
            _ => key.ed25519().is_some(),
        };
        if !is_name(name) || !usable || hex(&key.id()) != *id {
            return Err("the verifier key is damaged: its name, id and key do not belong together".into());
        }
        Ok(key)
    }

    /// `SHA-256(name, newline, kind, public key)`. All of it is what people compare: the id is too short.
    pub(crate) fn fingerprint(&self) -> Hash {
        Sha256::digest([self.name.as_bytes(), b"\n", &[self.kind], &self.public].concat()).into()
    }

    /// Whether it is a witness's, of either kind.
    pub(crate) fn cosigns(&self) -> bool {
        self.kind != LOG_KEY
    }

    fn ed25519(&self) -> Option<VerifyingKey> {
        VerifyingKey::from_bytes(self.public.as_slice().try_into().ok()?).ok()
    }

    fn id(&self) -> [u8; 4] {
        let [a, b, c, d, ..] = self.fingerprint();
        [a, b, c, d]
    }

    /// `None` if the signature is wrong; inside, the time that a witness states.
    fn check(&self, text: &str, signature: &[u8]) -> Option<Option<u64>> {
        // strict: no signature that some Ed25519 library accepts and another refuses
        let holds = |message: &str, signature: &[u8]| {
            let signature = Signature::from_slice(signature).ok()?;
            self.ed25519()?.verify_strict(message.as_bytes(), &signature).ok()
        };
        if self.kind == LOG_KEY {
            return holds(text, signature).map(|()| None);
        }
        let (time, signature) = signature.split_first_chunk::<8>()?;
        let time = u64::from_be_bytes(*time);
        if time > i64::MAX as u64 {
            return None;
        }
        if self.kind == ML_DSA_KEY {
            let message = self.seen(time, &checkpoint(text)?)?;
            UnparsedPublicKey::new(&ML_DSA_44, &self.public).verify(&message, signature).ok()?;
            return Some(Some(time));
        }
        holds(&format!("cosignature/v1\ntime {time}\n{text}"), signature).map(|()| Some(time))
    }
}

impl Key {
    /// tlog-cosignature's `cosigned_message`: label, witness, time, log, from, to, root. Lengths before texts, numbers with
    /// the highest byte first.
    fn seen(&self, time: u64, checkpoint: &Checkpoint) -> Option<Vec<u8>> {
        let mut message = b"subtree/v1\n\0".to_vec();
        message.push(u8::try_from(self.name.len()).ok()?);
        message.extend_from_slice(self.name.as_bytes());
        message.extend_from_slice(&time.to_be_bytes());
        message.push(u8::try_from(checkpoint.origin.len()).ok()?);
        message.extend_from_slice(checkpoint.origin.as_bytes());
        message.extend_from_slice(&0_u64.to_be_bytes());
        message.extend_from_slice(&checkpoint.size.to_be_bytes());
        message.extend_from_slice(&checkpoint.root);
        Some(message)
    }
}

fn is_name(name: &str) -> bool {
    let forbidden = |c: char| c == '+' || c < ' ' || c.is_whitespace();
    !name.is_empty() && !name.chars().any(forbidden)
}

/// A number in the one way to write it: digits, no sign, no leading zero.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

pub(crate) fn unbase64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(crate) fn hash(text: &str) -> Option<Hash> {
    unbase64(text)?.try_into().ok()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
