//! What a witness keeps.
//!
//! What must hold: what it has signed of a ledger is durable before the signature leaves; two requests about one ledger
//! are decided one after the other; a witness that has lost what it signed signs nothing more.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context as _, bail};
use strongroom_seal::Key;
use strongroom_seal::mac::sha256;
use strongroom_seal::sign::{MlDsaKey, SigningKey};
use strongroom_storage::disk::Disk;
use strongroom_tlog::witness::{AddCheckpoint, Refusal};
use strongroom_tlog::{Checkpoint, Hash, KeyKind, Note, Signer, VerifierKey};

/// The witness's own key.
enum Own {
    MlDsa(MlDsaKey),
    Ed25519(SigningKey),
}

impl Signer for Own {
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::MlDsa(key) => key.sign(message),
            Self::Ed25519(key) => key.sign(message).to_vec(),
        }
    }
    fn public(&self) -> Vec<u8> {
        match self {
            Self::MlDsa(key) => key.public(),
            Self::Ed25519(key) => key.public().to_vec(),
        }
    }
}

impl Own {
    fn of(key: &Key, kind: KeyKind) -> Self {
        match kind {
            KeyKind::MlDsa44 => Self::MlDsa(MlDsaKey::from_seed(key.expose())),
            _ => Self::Ed25519(SigningKey::from_seed(key.expose())),
        }
    }
}

/// The verifier key of a witness with this name and key.
pub(super) fn vkey(name: &str, key: &Key, kind: KeyKind) -> anyhow::Result<VerifierKey> {
    Ok(VerifierKey::new(name, kind, Own::of(key, kind).public())?)
}

/// In the file `name`, after the name: how it signs.
pub(super) const fn word(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::MlDsa44 => "ml-dsa-44",
        _ => "ed25519",
    }
}

/// A witness's folder.
pub(super) struct Keep {
    folder: PathBuf,
    disk: Disk,
    own: Own,
    vkey: VerifierKey,
    /// The ledgers whose state this process has put on the disk: what lies there otherwise may not outlive a power cut.
    durable: Mutex<BTreeSet<String>>,
}

/// Why a request is not signed.
pub(super) enum No {
    /// It may not be.
    Refused(Refusal),
    /// What it has signed cannot be read or kept.
    Broken(anyhow::Error),
}

impl Keep {
    pub(super) fn open(folder: &Path) -> anyhow::Result<Self> {
        let said = std::fs::read_to_string(folder.join("name")).with_context(|| {
            format!("there is no witness in {}: witness init makes one", folder.display())
        })?;
        let (name, how) = said.trim().split_once('\n').unwrap_or((&said, ""));
        let kinds = [KeyKind::MlDsa44, KeyKind::Cosignature];
        let kind = kinds.into_iter().find(|kind| word(*kind) == how);
        let kind = kind.with_context(|| format!("{} does not say how it signs", folder.display()))?;
        let key = crate::room::read_key_file(&folder.join("key"))?;
        let vkey = vkey(name, &key, kind)?;
        let (own, disk, folder) = (Own::of(&key, kind), Disk::default(), folder.to_owned());
        Ok(Self { folder, disk, own, vkey, durable: Mutex::default() })
    }

    pub(super) const fn vkey(&self) -> &VerifierKey {
        &self.vkey
    }

    fn logs(&self) -> anyhow::Result<Vec<VerifierKey>> {
        let text = std::fs::read_to_string(self.folder.join("logs")).context("the list of ledgers")?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.map(|line| VerifierKey::parse(line).with_context(|| format!("in `logs`: {line}"))).collect()
    }

    pub(super) fn add_log(&self, key: &VerifierKey) -> anyhow::Result<()> {
        // one after the other
        let lock = std::fs::File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.folder.join("lock"))?;
        lock.lock()?;
        let mut logs = self.logs()?;
        if logs.contains(key) {
            bail!("{} is witnessed already", key.name());
        }
        if logs.iter().any(|other| other.name() == key.name()) {
            bail!(
                "another key of {} is witnessed already: a ledger has one. If it truly has another now, take the old line \
                 out of `logs` in {} first. Nothing was changed",
                key.name(),
                self.folder.display()
            );
        }
        let known = self.folder.join("known");
        if !self.disk.exists(&known.join(Self::file(key.name())))? {
            // what is not there later was lost
            self.disk.write_and_read_back(&known, &Self::file(key.name()), b"")?;
        }
        logs.push(key.clone());
        let text: String = logs.iter().map(|key| format!("{key}\n")).collect();
        Ok(self.disk.write_and_read_back(&self.folder, "logs", text.as_bytes())?)
    }

    /// Each ledger, and how many entries of it are signed.
    pub(super) fn all(&self) -> anyhow::Result<Vec<(String, u64)>> {
        let mut origins: Vec<String> = self.logs()?.iter().map(|key| key.name().to_owned()).collect();
        origins.dedup();
        origins.into_iter().map(|origin| Ok((origin.clone(), self.known(&origin)?.0))).collect()
    }

    fn file(origin: &str) -> String {
        hex::encode(sha256(origin.as_bytes()))
    }

    fn known(&self, origin: &str) -> anyhow::Result<(u64, Hash)> {
        let file = self.folder.join("known").join(Self::file(origin));
        let bytes = self.disk.read(&file).context("what was signed before cannot be read")?;
        if bytes.is_empty() {
            return Ok((0, [0; 32]));
        }
        let note = Note::parse(&bytes).context("what was signed before is damaged")?;
        let known = Checkpoint::parse(note.text()).context("what was signed before is damaged")?;
        if known.origin != origin {
            bail!("what was signed before is of another ledger");
        }
        Ok((known.size, known.root))
    }

    /// Decides, keeps, signs: the line of signature.
    pub(super) fn add_checkpoint(&self, body: &str, now: u64) -> Result<String, No> {
        let request = AddCheckpoint::parse(body).map_err(No::Refused)?;
        let origin = request.origin().unwrap_or_default().to_owned();
        let logs: Vec<VerifierKey> =
            self.logs().map_err(No::Broken)?.into_iter().filter(|key| key.name() == origin).collect();
        if logs.is_empty() {
            return Err(No::Refused(Refusal::UnknownLog));
        }
        let mut durable = self.durable.lock().map_err(|_| No::Broken(anyhow::anyhow!("a thread died")))?;
        let known = self.known(&origin).map_err(No::Broken)?;
        let next = request.decide(known, &logs).map_err(No::Refused)?;
        if next.size > known.0 || known.0 == 0 || !durable.contains(&origin) {
            // after a write that failed nobody knows what lies there: it is written again before anything is signed
            durable.remove(&origin);
            let (folder, name) = (self.folder.join("known"), Self::file(&origin));
            let kept =
                self.disk.write_and_read_back(&folder, &name, request.checkpoint.to_string().as_bytes());
            kept.map_err(|e| No::Broken(e.into()))?;
            durable.insert(origin);
        }
        let mut note = Note::unsigned(request.checkpoint.text()).map_err(|e| No::Broken(e.into()))?;
        note.cosign(self.vkey.name(), self.vkey.kind(), now, &self.own).map_err(|e| No::Broken(e.into()))?;
        Ok(note.signatures().iter().map(|signature| format!("{signature}\n")).collect())
    }
}
