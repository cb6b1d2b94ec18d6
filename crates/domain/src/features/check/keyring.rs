//! The keyring's replicas: each is read back and held against the others.

use std::path::Path;

use strongroom_seal::unseal::SealedKeyring;
use strongroom_storage::disk::Disk;

use super::Checker;

/// The two files of a replica, as they lie there.
fn read(disk: &Disk, folder: &Path) -> Result<(Vec<u8>, Vec<u8>), String> {
    let file = |name: &str| {
        disk.read(&folder.join(name)).map_err(|e| format!("{name} cannot be read: {}", e.kind()))
    };
    let (body, key) = (file("keyring")?, file("keyring.key")?);
    if key.len() != 32 {
        return Err(String::from("keyring.key has a wrong length"));
    }
    SealedKeyring::from_bytes(&body).map_err(|_| String::from("keyring is not a keyring"))?;
    Ok((body, key))
}

/// Reads every replica back.
pub(super) fn replicas(checker: &mut Checker<'_>) {
    checker.begin("keyring replicas");
    let room = checker.room.clone();
    let _unchanging = room.vault.store().unchanging();
    let folders = room.vault.store().replicas();
    let mut first: Option<(Vec<u8>, Vec<u8>)> = None;
    let mut good = 0;
    for (folder, _) in &folders {
        let name = folder.display().to_string();
        match read(room.vault.store().disk(), folder) {
            Ok(files) if first.as_ref().is_none_or(|f| *f == files) => {
                good += 1;
                first.get_or_insert(files);
            }
            Ok(_) => checker.damage(
                "a replica of the keyring differs from the first",
                name,
                "Find out which is the newer one, keep that, and copy it over the other while the server is stopped.",
            ),
            Err(why) => {
                checker.damage(format!("a replica of the keyring cannot be used: {why}"), name, "Copy both files from another replica.");
            }
        }
        checker.looked_at(1);
    }
    if good < 2 {
        let what = format!("{good} usable replica of the keyring: losing it loses everything");
        checker.warn(what, "keyring", "Add a folder on another disk or host to the keyring's replicas.");
    }
}
