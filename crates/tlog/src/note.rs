//! C2SP signed-note: text that keys have signed, and the verifier keys ("vkeys") that check it; and
//! tlog-cosignature, by which a witness signs a checkpoint with the time it saw it: `cosignature/v1` with Ed25519, and
//! `subtree/v1` with ML-DSA-44 (FIPS 204), which quantum computers do not forge.
//!
//! What must hold: a signature counts only for a key the verifier was given, matched by name *and* id.
//! Signatures of other keys are ignored, whatever they are; a bad one of a known key spoils the whole note,
//! and so does a note that no known key signed.

use std::fmt;

use aws_lc_rs::signature::{ML_DSA_44, UnparsedPublicKey};
use ed25519_dalek::{Signature as Ed25519Signature, VerifyingKey};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::checkpoint::Checkpoint;
use crate::merkle::Hash;
use crate::text::{from_base64, to_base64};

/// Notes longer than this are refused unread (signed-note: verifiers SHOULD apply a limit).
pub const MAX_BYTES: usize = 1 << 20;
/// Notes with more signatures are refused (signed-note: at least 16 MUST be accepted).
pub const MAX_SIGNATURES: usize = 100;

/// A signing key, wherever it is kept: Ed25519 (RFC 8032) where nothing else is said. This crate never sees the private
/// half.
pub trait Signer {
    /// The signature over exactly these bytes.
    fn sign(&self, message: &[u8]) -> Vec<u8>;
    /// The public key that verifies it.
    fn public(&self) -> Vec<u8>;
}

/// The signature types that this crate knows (signed-note, "Signature types").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// `0x01`: Ed25519 over the note's text
    Ed25519,
    /// `0x04`: a witness's timestamped Ed25519 cosignature
    Cosignature,
    /// `0x06`: a witness's timestamped ML-DSA-44 cosignature
    MlDsa44,
}

/// A public key with its name and kind. Two keys are the same if all three are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VerifierKey {
    name: String,
    kind: KeyKind,
    public: Vec<u8>,
}

/// A line of signature, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// the name of the key
    pub name: String,
    /// the id of the key
    pub key_id: u32,
    /// what the key made of the text
    pub bytes: Vec<u8>,
}

/// A note as it was read or made: its text and its signatures, of which none is yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// A signature that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<'k> {
    /// by which key
    pub key: &'k VerifierKey,
    /// the seconds since 1970 that a cosignature states
    pub timestamp: Option<u64>,
}

/// Why a key or note is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoteError {
    /// Not `<name>+<hex id>+<base64>`, a key of an unknown kind, or an id that is not the key's.
    #[error("not a verifier key that this program understands")]
    BadKey,
    /// A name is empty or has spaces, control characters or a plus sign.
    #[error("not a key name")]
    BadName,
    /// Not a signed note.
    #[error("not a signed note: {0}")]
    Malformed(&'static str),
    /// A known key's signature does not hold.
    #[error("the signature of {0} is wrong")]
    BadSignature(String),
    /// No key that the verifier knows has signed.
    #[error("no known key has signed this")]
    NoKnownSignature,
}

impl KeyKind {
    fn byte(self) -> u8 {
        match self {
            KeyKind::Ed25519 => 1,
            KeyKind::Cosignature => 4,
            KeyKind::MlDsa44 => 6,
        }
    }

    /// Whether it is a witness's.
    pub fn cosigns(self) -> bool {
        !matches!(self, KeyKind::Ed25519)
    }

    fn holds(self, public: &[u8]) -> bool {
        match self {
            KeyKind::Ed25519 | KeyKind::Cosignature => ed25519(public).is_some(),
            KeyKind::MlDsa44 => public.len() == ML_DSA_44_PUBLIC,
        }
    }
}

/// Bytes of a public key of ML-DSA-44 (FIPS 204, table 2).
const ML_DSA_44_PUBLIC: usize = 1312;

fn ed25519(public: &[u8]) -> Option<VerifyingKey> {
    VerifyingKey::from_bytes(public.try_into().ok()?).ok()
}

impl VerifierKey {
    /// A key under a name (signed-note: a schema-less URL is recommended; for a log, its origin).
    pub fn new(name: &str, kind: KeyKind, public: impl Into<Vec<u8>>) -> Result<VerifierKey, NoteError> {
        if !is_key_name(name) {
            return Err(NoteError::BadName);
        }
        let public = public.into();
        if !kind.holds(&public) {
            return Err(NoteError::BadKey);
        }
        Ok(VerifierKey { name: name.to_owned(), kind, public })
    }

    /// Reads a vkey: `<name>+<hex key id>+<base64(type || public key)>`.
    pub fn parse(vkey: &str) -> Result<VerifierKey, NoteError> {
        let mut parts = vkey.splitn(3, '+');
        let (Some(name), Some(id), Some(material)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::BadKey);
        };
        let material = from_base64(material).ok_or(NoteError::BadKey)?;
        let (kind, public) = material.split_first().ok_or(NoteError::BadKey)?;
        let kind = match kind {
            1 => KeyKind::Ed25519,
            4 => KeyKind::Cosignature,
            6 => KeyKind::MlDsa44,
            _ => return Err(NoteError::BadKey),
        };
        let key = VerifierKey::new(name, kind, public)?;
        if id == format!("{:08x}", key.key_id()) { Ok(key) } else { Err(NoteError::BadKey) }
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the key signs.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The public key itself.
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// `SHA-256(name || 0x0A || type || public key)[:4]`, big-endian.
    pub fn key_id(&self) -> u32 {
        let [a, b, c, d, ..] = self.fingerprint();
        u32::from_be_bytes([a, b, c, d])
    }

    /// The whole hash that begins with the key id: what people compare with the paper, for four bytes can
    /// be imitated.
    pub fn fingerprint(&self) -> Hash {
        Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', self.kind.byte()])
            .chain_update(&self.public)
            .finalize()
            .into()
    }

    /// Whether `signature`, without the key id, is this key's over `text`. `Some` holds a cosignature's time.
    fn check(&self, text: &str, signature: &[u8]) -> Option<Option<u64>> {
        let (timestamp, signature) = match self.kind {
            KeyKind::Ed25519 => (None, signature),
            KeyKind::Cosignature | KeyKind::MlDsa44 => {
                let (time, signature) = signature.split_first_chunk::<8>()?;
                let time = u64::from_be_bytes(*time);
                // tlog-cosignature: MUST NOT exceed 2^63 - 1
                (Some(i64::try_from(time).ok().map(|_| time)?), signature)
            }
        };
        let message = match timestamp {
            None => text.as_bytes().to_vec(),
            Some(time) => cosigned_message(self.kind, &self.name, time, text)?,
        };
        if self.kind == KeyKind::MlDsa44 {
            UnparsedPublicKey::new(&ML_DSA_44, &self.public).verify(&message, signature).ok()?;
        } else {
            let signature = Ed25519Signature::from_bytes(signature.try_into().ok()?);
            ed25519(&self.public)?.verify_strict(&message, &signature).ok()?;
        }
        Some(timestamp)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let material = [&[self.kind.byte()], self.public.as_slice()].concat();
        write!(f, "{}+{:08x}+{}", self.name, self.key_id(), to_base64(&material))
    }
}

impl Note {
    /// A note with this text, not signed yet. The text ends in a newline and has no other control character.
    pub fn unsigned(text: &str) -> Result<Note, NoteError> {
        if !text.ends_with('\n') {
            return Err(NoteError::Malformed("the text does not end in a newline"));
        }
        if has_controls(text) {
            return Err(NoteError::Malformed("a control character"));
        }
        Ok(Note { text: text.to_owned(), signatures: Vec::new() })
    }

    /// Reads a signed note. Its signatures are not yet verified: nothing of it may be believed.
    pub fn parse(bytes: &[u8]) -> Result<Note, NoteError> {
        if bytes.len() > MAX_BYTES {
            return Err(NoteError::Malformed("too long"));
        }
        let note = std::str::from_utf8(bytes).map_err(|_| NoteError::Malformed("not UTF-8"))?;
        let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteError::Malformed("no signatures"))?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed("no newline at the end"))?;
        let mut note = Note::unsigned(&format!("{text}\n"))?;
        for line in lines.split('\n') {
            if note.signatures.len() == MAX_SIGNATURES {
                return Err(NoteError::Malformed("too many signatures"));
            }
            note.signatures.push(parse_signature(line).ok_or(NoteError::Malformed("a bad signature line"))?);
        }
        Ok(note)
    }

    /// What was signed, with its final newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, verified or not.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Signs as key `name` with an Ed25519 signature (type `0x01`).
    pub fn sign(&mut self, name: &str, signer: &(impl Signer + ?Sized)) -> Result<(), NoteError> {
        let key = VerifierKey::new(name, KeyKind::Ed25519, signer.public())?;
        let bytes = signer.sign(self.text.as_bytes());
        self.add_signature(NoteSignature { name: key.name.clone(), key_id: key.key_id(), bytes })
    }

    /// Signs as witness `name` with a cosignature of this kind that states the time in seconds.
    pub fn cosign(
        &mut self,
        name: &str,
        kind: KeyKind,
        time: u64,
        signer: &(impl Signer + ?Sized),
    ) -> Result<(), NoteError> {
        let key = VerifierKey::new(name, kind, signer.public())?;
        let message = cosigned_message(kind, name, time, &self.text);
        let signature = signer.sign(&message.ok_or(NoteError::Malformed("nothing that a witness signs"))?);
        let bytes = [time.to_be_bytes().as_slice(), &signature].concat();
        self.add_signature(NoteSignature { name: key.name.clone(), key_id: key.key_id(), bytes })
    }

    /// Adds a signature that someone else made, such as a witness's answer.
    pub fn add_signature(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        if !is_key_name(&signature.name) {
            return Err(NoteError::BadName);
        }
        if signature.bytes.is_empty() || self.signatures.len() == MAX_SIGNATURES {
            return Err(NoteError::Malformed("an empty signature, or too many"));
        }
        self.signatures.push(signature);
        Ok(())
    }

    /// The signatures by these keys, each of which holds; at least one.
    pub fn verify<'k>(&self, keys: &'k [VerifierKey]) -> Result<Vec<Verified<'k>>, NoteError> {
        let mut verified: Vec<Verified<'k>> = Vec::new();
        for signature in &self.signatures {
            let known = |key: &&VerifierKey| key.name == signature.name && key.key_id() == signature.key_id;
            let Some(key) = keys.iter().find(known) else { continue };
            let timestamp = key
                .check(&self.text, &signature.bytes)
                .ok_or_else(|| NoteError::BadSignature(key.name.clone()))?;
            verified.push(Verified { key, timestamp });
        }
        if verified.is_empty() { Err(NoteError::NoKnownSignature) } else { Ok(verified) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl NoteSignature {
    /// Reads one line of signature, with or without its newline, as a witness sends it.
    pub fn parse(line: &str) -> Result<NoteSignature, NoteError> {
        parse_signature(line.strip_suffix('\n').unwrap_or(line))
            .ok_or(NoteError::Malformed("a bad signature line"))
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.key_id.to_be_bytes().as_slice(), &self.bytes].concat();
        write!(f, "— {} {}", self.name, to_base64(&bytes))
    }
}

/// `— <key name> base64(key id || signature)`
fn parse_signature(line: &str) -> Option<NoteSignature> {
    let (name, bytes) = line.strip_prefix("— ")?.split_once(' ')?;
    let bytes = from_base64(bytes)?;
    let (key_id, bytes) = bytes.split_first_chunk::<4>()?;
    if !is_key_name(name) || bytes.is_empty() {
        return None;
    }
    Some(NoteSignature { name: name.to_owned(), key_id: u32::from_be_bytes(*key_id), bytes: bytes.to_vec() })
}

/// What a witness signs: the text itself, or what a checkpoint says in a structure that names the witness too.
fn cosigned_message(kind: KeyKind, name: &str, time: u64, text: &str) -> Option<Vec<u8>> {
    if kind != KeyKind::MlDsa44 {
        return Some(format!("cosignature/v1\ntime {time}\n{text}").into_bytes());
    }
    let Checkpoint { origin, size, root, .. } = Checkpoint::parse(text).ok()?;
    let opaque = |text: &str| -> Option<Vec<u8>> {
        let len = u8::try_from(text.len()).ok().filter(|len| *len > 0)?;
        Some([&[len], text.as_bytes()].concat())
    };
    let start = 0_u64;
    Some(
        [
            b"subtree/v1\n\0".as_slice(),
            &opaque(name)?,
            &time.to_be_bytes(),
            &opaque(&origin)?,
            &start.to_be_bytes(),
            &size.to_be_bytes(),
            &root,
        ]
        .concat(),
    )
}

fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+') && !has_controls(name)
}

/// Control characters below U+0020 other than newline, which no note may have.
fn has_controls(text: &str) -> bool {
    text.bytes().any(|b| b < 0x20 && b != b'\n')
}
