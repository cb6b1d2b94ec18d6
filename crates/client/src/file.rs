//! Files of our own: whole or not at all, and for their owner only.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;

/// A new file that only its owner reads, durably; refuses one that is there.
pub fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    Ok(file.sync_all()?)
}

/// Replaces a file as a whole, readable by its owner only.
pub fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    let _ = std::fs::remove_file(&new);
    write_new(&new, bytes).with_context(|| format!("{} cannot be written", path.display()))?;
    std::fs::rename(&new, path).with_context(|| format!("{} cannot be written", path.display()))
}
