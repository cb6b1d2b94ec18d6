//! Where policy texts come from: the rows of those in force, the release, and the folder that the configuration names.

use std::path::Path;

use strongroom_storage::params;
use strongroom_storage::sql::{Db, Tx};

use crate::kernel::bound::Bind;
use crate::kernel::error::{Error, Result};
use crate::kernel::gate::{Gate, PolicyFile};
use crate::kernel::reader::Reader;
use crate::kernel::strongroom::Strongroom;
use crate::kernel::vault::Vault;

use super::store;

/// A policy file is text that a person reads: so much suffices.
const FILE_LIMIT: u64 = 256 << 10;
/// All files together: they stand in one row while they wait.
const ALL_LIMIT: usize = 1 << 20;
const FILES: usize = 64;

/// From where policies can be proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The texts that came with the running release.
    Release,
    /// The folder that the configuration names.
    Folder,
}

impl Source {
    /// Both, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::Release, Self::Folder];

    /// The word in rows, addresses and the ledger.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Folder => "folder",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }

    /// What this source offers now; none where there is no such source. The text of an error is for people: it names
    /// files and rules.
    pub(super) fn gate(self, room: &Strongroom) -> Option<std::result::Result<Gate, String>> {
        let read = |files: Vec<PolicyFile>| Gate::read(&files).map_err(|e| e.to_string());
        match self {
            Self::Release => Some(read(room.release().files().to_vec())),
            Self::Folder => {
                let folder = room.settings().policies.as_deref()?;
                Some(read_folder(folder).and_then(read))
            }
        }
    }
}

/// The `*.cedar` files of a folder, by name.
///
/// # Errors
/// What cannot be used, and which file it is.
pub fn read_folder(folder: &Path) -> std::result::Result<Vec<PolicyFile>, String> {
    let unread = |what: &Path, cause: &std::io::Error| format!("{} cannot be read: {cause}", what.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| unread(folder, &e))? {
        let path = entry.map_err(|e| unread(folder, &e))?.path();
        if path.extension().is_none_or(|e| e != "cedar") {
            continue;
        }
        let name = path.file_name().and_then(|n| n.to_str()).map(str::to_owned);
        let name = name.filter(|n| n.len() <= 80 && !n.chars().any(char::is_control));
        let name =
            name.ok_or_else(|| format!("{}: the file's name is too long or no plain text", path.display()))?;
        let facts = std::fs::metadata(&path).map_err(|e| unread(&path, &e))?;
        if !facts.is_file() || facts.len() > FILE_LIMIT {
            return Err(format!("{name} is no file of text up to {} KiB", FILE_LIMIT >> 10));
        }
        let text = std::fs::read_to_string(&path).map_err(|e| unread(&path, &e))?;
        if text.chars().any(|c| c == '\0') {
            return Err(format!("{name} is not text"));
        }
        files.push((name, text));
    }
    files.sort();
    if files.is_empty() {
        return Err(format!("{} holds no *.cedar file", folder.display()));
    }
    if files.len() > FILES || files.iter().map(|(_, t)| t.len()).sum::<usize>() > ALL_LIMIT {
        return Err(format!(
            "{} holds more than {FILES} policy files, or more than 1 MiB of them",
            folder.display()
        ));
    }
    Ok(files)
}

/// The canonical form of a row.
pub(super) fn bind(name: &str, text: &str) -> Bind {
    Bind::table("policy_file").text(name).text(text)
}

/// The approved texts, each held against its seal. Whoever calls it holds the firm's set as well.
pub(crate) async fn approved(reader: &mut Reader<'_>, vault: &Vault) -> Result<Vec<PolicyFile>> {
    let mut files = Vec::new();
    for row in reader.all(&store::FILES, &[]).await? {
        let (name, text): (String, String) = (row.get("name")?, row.get("text")?);
        bind(&name, &text).check(vault, &row.get::<Vec<u8>>("mac")?, &name)?;
        files.push((name, text));
    }
    // by the bytes of the names, whatever order the database thinks is theirs
    files.sort();
    Ok(files)
}

/// Writes the first texts, at `init`.
pub(crate) async fn insert(tx: &mut Tx, vault: &Vault, files: &[PolicyFile]) -> Result<()> {
    for (name, text) in files {
        let mac = bind(name, text).mac(vault)?;
        tx.exec_one(&store::FILE_INSERT, &params![name.clone(), text.clone(), mac]).await?;
    }
    Ok(())
}

/// The texts as they stand in the database, believed by nobody: for `strongroom policies`, which has no keys.
/// The second value says whether the firm's row names the same digest.
///
/// # Errors
/// There is no firm; storage.
pub async fn unverified(db: &Db) -> Result<(Vec<PolicyFile>, bool)> {
    let mut files: Vec<PolicyFile> = Vec::new();
    for row in db.all(&store::FILES, &params![]).await? {
        files.push((row.get("name")?, row.get("text")?));
    }
    files.sort();
    let none = || Error::conflict("firm.none", "There is no firm here yet. Run `strongroom init` first.");
    let row = db.optional(&store::DIGEST, &[]).await?.ok_or_else(none)?;
    let named: Vec<u8> = row.get("policies")?;
    let agrees = named == crate::kernel::gate::digest_of(&files);
    Ok((files, agrees))
}
