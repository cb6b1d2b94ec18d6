//! `restore`: a firm put back into an empty place; and `backup verify`, which does so in a temporary one and compares.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use strongroom_domain::features::backup::{Manifest, Progress, Restored, Restoring, restore, snapshot};
use strongroom_domain::kernel::clock::{SystemClock, rfc3339};
use strongroom_domain::kernel::gate::{Gate, built_in};
use strongroom_domain::kernel::keyring_file::KeyringStore;
use strongroom_domain::kernel::strongroom::Settings;
use strongroom_seal::keyring::Keyring;
use strongroom_seal::unseal::{MethodKind, RootKey};
use strongroom_seal::{Key, OsEntropy};
use strongroom_storage::blob::Blobs;
use strongroom_storage::disk::Disk;
use strongroom_storage::sql::{Db, DbOptions};

use crate::args::{FromBackup, Restore, Verify};
use crate::check::{as_json, say};
use crate::config::{self, Config};
use crate::operator::{self, Told};
use crate::room;
use crate::say::{Ending, note, out, usage};
use crate::way::{self, Given};
use strongroom_client::secret;

type Opened = (Keyring, RootKey, Key);

/// Runs `restore`.
pub(crate) fn run(options: &Restore) -> anyhow::Result<Ending> {
    let config = config::load(&options.from.place)?;
    operator::runtime()?.block_on(async {
        let Some(lock) = room::lock(&config)? else {
            bail!("a server works in {}: a restore goes into an empty place", config.data().display());
        };
        crate::hardening::lock_memory();
        if let Some(folder) = options.ledger.iter().find(|folder| !folder.join("checkpoint").is_file()) {
            bail!("{} holds no copy of a ledger: is it mounted?", folder.display());
        }
        let (manifest, opened) = chosen(&config, &options.from)?;
        let stores = room::stores(&config).await?;
        let ledgers = options.ledger.iter().chain(&config.ledger.replicas).cloned().collect();
        let places = (stores.db, stores.blobs);
        let back = put_back(&config, &options.from.folder, manifest, places, opened, ledgers, false).await?;
        let ending = told(&back);
        room::close(&back.room).await;
        drop(lock);
        note("Start the server. Nobody needs to sign in anew; ask people to look at what they did after the backup.");
        Ok(ending)
    })
}

/// Runs `backup verify`: nothing of the firm is touched, and the temporary place is gone at the end.
pub(crate) fn rehearse(options: &Verify) -> anyhow::Result<Ending> {
    let config = config::load(&options.from.place)?;
    operator::runtime()?.block_on(async {
        crate::hardening::lock_memory();
        let (manifest, opened) = chosen(&config, &options.from)?;
        let place = match &options.scratch {
            Some(folder) => tempfile::tempdir_in(folder),
            None => tempfile::tempdir(),
        };
        let place = place.context("a temporary folder")?;
        let database = place.path().join("strongroom.db").display().to_string();
        let db = Db::connect(&database, DbOptions::default()).await.context("the temporary database")?;
        let blobs = Blobs::folder(&Disk::default(), &place.path().join("blobs")).await?;
        // no replica: what happened since stands there, and is not what is tried here
        let back = put_back(&config, &options.from.folder, manifest, (db, blobs), opened, Vec::new(), true).await?;
        let ending = told(&back);
        back.room.vault().seal();
        back.room.close().await;
        if ending == Ending::Done {
            note("The backup was put back in a temporary place, and everything agreed. The temporary place is gone.");
        }
        Ok(ending)
    })
}

/// The snapshot, and the keyring, opened.
fn chosen(config: &Config, from: &FromBackup) -> anyhow::Result<(Manifest, Opened)> {
    let manifest = snapshot(&Disk::default(), &from.folder, from.snapshot.as_deref())?;
    Ok((manifest, open_keyring(config, from.passphrase_file.as_deref())?))
}

async fn put_back(
    config: &Config,
    from: &Path,
    manifest: Manifest,
    (db, blobs): (Db, Blobs),
    opened: Opened,
    ledgers: Vec<PathBuf>,
    rehearsal: bool,
) -> anyhow::Result<Restored> {
    let restoring = Restoring {
        db,
        blobs,
        disk: Disk::default(),
        keyring: config.keyring(),
        opened,
        gate: Gate::new(&built_in())?,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        // the replicas know more than a snapshot that is only tried
        settings: if rehearsal { Settings::default() } else { config.settings()? },
        from: from.to_owned(),
        manifest,
        ledgers,
        operator: room::me(),
        rehearsal,
    };
    let mut told = Told::default();
    Ok(restore(restoring, &mut |p: Progress| told.step(p.step, p.done)).await?)
}

fn told(back: &Restored) -> Ending {
    let rows: u64 = back.manifest.tables.iter().map(|table| table.rows).sum();
    out(format_args!("snapshot {} of {}", back.manifest.id, rfc3339(back.manifest.taken_at)));
    out(format_args!("{rows} rows, {} sealed files", back.files));
    out(format_args!("the ledger with {} entries, from {}", back.ledger.1, back.ledger.0.display()));
    out(format_args!(
        "{} authority sets were newer in the ledger's copies, and were taken from there",
        back.newer_sets
    ));
    let lost = back.lost;
    out(format_args!(
        "not there, because it came in after the snapshot: {} clients, {} matters, {} records (the ledger says so)",
        lost.clients, lost.matters, lost.records
    ));
    back.findings.iter().for_each(|finding| say(&as_json(finding)));
    if back.findings.is_empty() {
        note("everything agrees");
        Ending::Done
    } else {
        Ending::Found
    }
}

/// Opens the keyring of the configuration: by its key file, a passphrase, shares, or the recovery kit's root key.
fn open_keyring(config: &Config, file: Option<&Path>) -> anyhow::Result<Opened> {
    let store = KeyringStore::new(Disk::default(), config.keyring(), Arc::new(SystemClock));
    let (sealed, keyring_key) = store.load().context(
        "a backup opens with the keyring alone: put its folder (keyring and keyring.key) where storage.keyring says",
    )?;
    if let Some(path) = &config.unseal.key_file {
        let key = room::read_key_file(path)?;
        let opened = sealed.open_with_keyfile(&key, &keyring_key)?;
        return Ok((opened.keyring, opened.root, keyring_key));
    }
    let mut shares = None;
    loop {
        let needed = sealed.methods().iter().find_map(|method| match method {
            MethodKind::Shares { needed, .. } => Some(u64::from(*needed)),
            _ => None,
        });
        let given = match file {
            Some(file) => secret::from_file(file)?,
            None => secret::typed(&way::question(needed))?
                .ok_or_else(|| usage("no terminal to ask for it: give --passphrase-file FILE"))?,
        };
        match way::read(&sealed, &given, &mut shares)? {
            Given::Whole(way) => {
                let opened = way.open(&sealed, &keyring_key)?;
                return Ok((opened.keyring, opened.root, keyring_key));
            }
            Given::More(shares) => note(format_args!("{} of {} shares", shares.have, shares.needed)),
        }
        if file.is_some() {
            bail!("one share alone does not open it: type them, or the recovery kit's root key");
        }
    }
}
