//! From a configuration to a strongroom: the lock on the data folder, the parts wired, still sealed; and
//! what opens it: a key file, a passphrase, shares.

use std::fs::{File, TryLockError};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use strongroom_client::file;
use strongroom_domain::features::firm::{self, Opening};
use strongroom_domain::kernel::clock::{Clock, SystemClock};
use strongroom_domain::kernel::gate::{Gate, built_in};
use strongroom_domain::kernel::strongroom::Settings;
use strongroom_domain::{Error, Strongroom};
use strongroom_preview::Previewer;
use strongroom_seal::unseal::{Opened, SealedKeyring, UnsealError};
use strongroom_seal::{Key, OsEntropy};
use strongroom_storage::blob::Blobs;
use strongroom_storage::disk::Disk;
use strongroom_storage::sql::{Db, DbOptions};
use zeroize::Zeroizing;

use crate::config::{Config, Contents};

/// Database, blobs and disk of a configuration.
pub(crate) struct Stores {
    pub(crate) db: Db,
    pub(crate) blobs: Blobs,
    pub(crate) disk: Disk,
}

/// Connects.
pub(crate) async fn stores(config: &Config) -> anyhow::Result<Stores> {
    let (address, disk) = (config.database()?, Disk::default());
    let db = Db::connect(&address, DbOptions::default()).await.context("the database cannot be opened")?;
    let blobs = match config.contents()? {
        Contents::Folder(folder) => Blobs::folder(&disk, &folder).await,
        Contents::Bucket(bucket) => Blobs::bucket(&bucket).await,
    };
    let blobs = blobs.context("the blobs cannot be opened")?;
    Ok(Stores { db, blobs, disk })
}

/// The firm of a configuration, sealed.
pub(crate) async fn open(config: &Config) -> anyhow::Result<Arc<Strongroom>> {
    open_at(config, Arc::new(SystemClock), with_previews(config)?).await
}

/// As [`open`], with another clock and other settings: for the making of the demo firm.
pub(crate) async fn open_at(
    config: &Config,
    clock: Arc<dyn Clock>,
    settings: Settings,
) -> anyhow::Result<Arc<Strongroom>> {
    let Stores { db, blobs, disk } = stores(config).await?;
    let gate = Gate::new(&built_in())?;
    let opening = Opening {
        db,
        blobs,
        disk,
        keyring: config.keyring(),
        gate,
        clock,
        entropy: Arc::new(OsEntropy),
        settings,
    };
    Ok(firm::open(opening).await?)
}

/// Settings with previews made by this very program.
fn with_previews(config: &Config) -> anyhow::Result<Settings> {
    let previewer = std::env::current_exe().ok().map(|program| {
        let args = vec![String::from(crate::PREVIEW_CHILD)];
        Arc::new(Previewer::new(program, args, config.preview.at_once))
    });
    Ok(Settings { previewer, ..config.settings()? })
}

/// Held while a process works on a firm; gone with the process, however it ends.
pub(crate) struct Lock(
    #[expect(dead_code, reason = "held, not read")] File,
    #[expect(dead_code)] Option<File>,
);

/// Takes the data folder, and the database where it is a file: several nodes work on one firm over PostgreSQL alone.
/// `None` where a server has the folder.
///
/// # Errors
/// A folder that cannot be used; a database file that a server with another data folder works on.
pub(crate) fn lock(config: &Config) -> anyhow::Result<Option<Lock>> {
    let data = config.data();
    let held = lock_file(&data.join("lock"));
    let Some(folder) = held.with_context(|| format!("the data folder {} cannot be used", data.display()))?
    else {
        return Ok(None);
    };
    let database = config.database()?;
    let Some(file) = Db::file_of(&database) else { return Ok(Some(Lock(folder, None))) };
    // by whatever way it is reached
    let file = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let beside = PathBuf::from(format!("{}.lock", file.display()));
    let held = lock_file(&beside).with_context(|| format!("{} cannot be used", beside.display()))?;
    let file = held.with_context(|| {
        format!(
            "another server works on the database file {database}: several nodes need PostgreSQL (docs/guide)"
        )
    })?;
    Ok(Some(Lock(folder, Some(file))))
}

/// Takes a folder in which there is no firm yet.
pub(crate) fn lock_new(data: &Path) -> anyhow::Result<Option<Lock>> {
    Ok(lock_file(&data.join("lock"))?.map(|file| Lock(file, None)))
}

fn lock_file(path: &Path) -> anyhow::Result<Option<File>> {
    let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Reads a key file: 32 bytes, or their 64 hexadecimal digits. Says exactly what is wrong with one.
pub(crate) fn read_key_file(path: &Path) -> anyhow::Result<Key> {
    let name = path.display();
    let file = File::open(path).with_context(|| format!("the key file {name} cannot be read"))?;
    let mode = file.metadata()?.permissions().mode();
    if mode & 0o007 != 0 {
        bail!("the key file {name} can be read by everyone on this machine: chmod 600 it");
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(256));
    std::io::Read::read_to_end(&mut std::io::Read::take(file, 200), &mut bytes)?;
    let mut key = Zeroizing::new(vec![0_u8; 32]);
    if bytes.len() == 32 {
        key.copy_from_slice(&bytes);
    } else if hex::decode_to_slice(bytes.trim_ascii(), &mut key).is_err() {
        bail!("the key file {name} holds {} bytes: it must be 32, or 64 hexadecimal digits", bytes.len());
    }
    Key::read(&key).context("a key has 32 bytes")
}

/// Makes a key file that only its owner reads; refuses one that is there.
pub(crate) fn make_key_file(path: &Path) -> anyhow::Result<Key> {
    let key = Key::generate(&OsEntropy);
    let mut text = Zeroizing::new([0_u8; 65]);
    let (digits, end) = text.split_at_mut(64);
    hex::encode_to_slice(key.expose(), digits)?;
    end.fill(b'\n');
    file::write_new(path, text.as_slice()).with_context(|| format!("the key file {}", path.display()))?;
    Ok(key)
}

/// Unseals with a way to open the keyring. `how` is its name for the ledger.
pub(crate) async fn unseal<F>(
    room: &Arc<Strongroom>,
    operator: &str,
    how: &'static str,
    way: F,
) -> anyhow::Result<()>
where
    F: FnOnce(&SealedKeyring, &Key) -> Result<Opened, UnsealError> + Send + 'static,
{
    let (sealed, keyring_key) = room.vault().store().load()?;
    // Argon2 takes a second and all of a core: not on the runtime's own threads
    let opened = tokio::task::spawn_blocking(move || {
        let opened = way(&sealed, &keyring_key);
        (opened, keyring_key)
    });
    let (opened, keyring_key) = opened.await.context("unsealing was cut off")?;
    let Opened { keyring, root } = opened?;
    room.unseal(keyring, root, keyring_key, how, operator).await?;
    Ok(())
}

/// Unseals with the key file of the configuration.
pub(crate) async fn unseal_with_file(
    room: &Arc<Strongroom>,
    path: &Path,
    operator: &str,
) -> anyhow::Result<()> {
    let key = read_key_file(path)?;
    unseal(room, operator, "key_file", move |sealed, keyring_key| sealed.open_with_keyfile(&key, keyring_key))
        .await
        .with_context(|| format!("the key file {}", path.display()))
}

/// Signs what is pending, keeps the checkpoint and closes: the end of every process that has opened a firm.
pub(crate) async fn close(room: &Arc<Strongroom>) {
    if !room.vault().is_sealed() {
        let signed = room.sequence_all().await;
        if let Err(error) = signed.and(room.save_checkpoint().await) {
            tracing::error!(cause = %error, "the last checkpoint could not be kept");
        }
        if let Err(error) = room.say_goodbye().await {
            tracing::error!(cause = %error, "the other nodes could not be told that this one ends");
        }
        room.vault().seal();
        room.directory().forget();
    }
    room.close().await;
}

/// This machine's name, by which people tell nodes apart.
pub(crate) fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The account of a user id, for the ledger; its number where it has no name.
pub(crate) fn account(uid: u32) -> String {
    let known = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = known.lines().find_map(|line| {
        let mut parts = line.split(':');
        let name = parts.next()?;
        (parts.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    });
    name.unwrap_or_else(|| format!("uid {uid}"))
}

/// The account that runs this process.
pub(crate) fn me() -> String {
    account(rustix::process::geteuid().as_raw())
}

/// What is wrong, for the log: one line, ids only.
pub(crate) fn why(error: &anyhow::Error) -> String {
    error
        .chain()
        .map(|cause| cause.downcast_ref::<Error>().map_or_else(|| cause.to_string(), crate::say::words))
        .collect::<Vec<_>>()
        .join(": ")
}
