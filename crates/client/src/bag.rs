//! A BagIt bag (RFC 8493) on disk: taken out of the server's archive, then read back from the disk and held
//! against its manifests. Paths in the archive are believed only as far as they stay inside the bag.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use aws_lc_rs::digest::{Context, SHA256};
use zip::ZipArchive;

/// What a whole bag holds.
#[derive(Debug, PartialEq, Eq)]
pub struct Verified {
    /// Files of the payload.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Writes the archive's files into the folder, without the archive's own top folder.
pub fn unpack(archive: File, to: &Path) -> anyhow::Result<()> {
    let mut archive =
        ZipArchive::new(BufReader::new(archive)).context("the server's archive is not whole")?;
    for index in 0..archive.len() {
        let mut from = archive.by_index(index).context("the server's archive is damaged")?;
        let inside = from.enclosed_name().context("the archive has a path that leads out of it")?;
        let inside: PathBuf = inside.components().skip(1).collect();
        if inside.as_os_str().is_empty() || from.is_dir() {
            continue;
        }
        let path = to.join(&inside);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = File::options()
            .write(true)
            .create_new(true)
            .open(&path)
            .with_context(|| path.display().to_string())?;
        std::io::copy(&mut from, &mut file).with_context(|| path.display().to_string())?;
        file.sync_all()?;
    }
    Ok(())
}

/// Reads the bag back: every file that a manifest names is there with that digest, and none is there that is not
/// named.
pub fn verify(bag: &Path) -> anyhow::Result<Verified> {
    let declared = std::fs::read_to_string(bag.join("bagit.txt")).context("bagit.txt")?;
    if !declared.starts_with("BagIt-Version: 1.0\n") {
        bail!("bagit.txt does not declare BagIt 1.0");
    }
    if bag.join("tagmanifest-sha256.txt").exists() {
        for (path, digest) in &manifest(bag, "tagmanifest-sha256.txt")? {
            hold(bag, path, digest)?;
        }
    }
    let payload = manifest(bag, "manifest-sha256.txt")?;
    let mut found = Vec::new();
    list(&bag.join("data"), "data", &mut found)?;
    for path in &found {
        if !payload.contains_key(path) {
            bail!("{path} is in the bag and in no manifest");
        }
    }
    let mut bytes = 0;
    for (path, digest) in &payload {
        bytes += hold(bag, path, digest)?;
    }
    let verified = Verified { files: payload.len() as u64, bytes };
    let info = std::fs::read_to_string(bag.join("bag-info.txt")).context("bag-info.txt")?;
    let oxum = info.lines().find_map(|line| line.strip_prefix("Payload-Oxum: "));
    if oxum.is_some_and(|oxum| oxum != format!("{bytes}.{}", verified.files)) {
        bail!("bag-info.txt counts other files or bytes than there are");
    }
    Ok(verified)
}

/// The lines of a manifest: a digest, white space, a path in which CR, LF and % are escaped.
fn manifest(bag: &Path, name: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(bag.join(name)).with_context(|| name.to_owned())?;
    let line = |line: &str| {
        let (digest, path) = line.split_once([' ', '\t'])?;
        let path = path.trim_start_matches([' ', '\t', '*']);
        let path = path.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
        let inside = Path::new(&path).components().all(|c| matches!(c, std::path::Component::Normal(_)));
        (inside && digest.len() == 64).then(|| (path, digest.to_ascii_lowercase()))
    };
    text.lines().map(|l| line(l).with_context(|| format!("{name} has a line that is none"))).collect()
}

/// The file has the digest; its length.
fn hold(bag: &Path, path: &str, digest: &str) -> anyhow::Result<u64> {
    let mut file = File::open(bag.join(path)).with_context(|| format!("{path} is missing"))?;
    let (mut hash, mut buffer, mut length) = (Context::new(&SHA256), vec![0; 256 << 10], 0);
    loop {
        let n = file.read(&mut buffer).with_context(|| path.to_owned())?;
        if n == 0 {
            break;
        }
        length += n as u64;
        hash.update(buffer.get(..n).unwrap_or_default());
    }
    if hex::encode(hash.finish()) != digest {
        bail!("{path} is not what the manifest says");
    }
    Ok(length)
}

fn list(folder: &Path, above: &str, found: &mut Vec<String>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| above.to_owned())? {
        let entry = entry?;
        let path = format!("{above}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}
