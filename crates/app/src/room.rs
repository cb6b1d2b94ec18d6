//! From a configuration to a strongroom: the lock on the data folder, the parts wired, still sealed; and
//! what opens it: a key file, a passphrase, shares.

use std::fs::{File, TryLockError};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use strongroom_domain::features::firm::{self, Opening};
use strongroom_domain::kernel::clock::{Clock, SystemClock};
use strongroom_domain::kernel::gate::{Gate, built_in};
use strongroom_domain::kernel::strongroom::Settings;
use strongroom_domain::{Error, Strongroom};
use strongroom_preview::Previewer;
use strongroom_seal::unseal::{Opened, SealedKeyring, UnsealError};
use strongroom_seal::{Key, OsEntropy};
use strongroom_storage::blob::Blobs;
use strongroom_storage::sql::{Db, DbOptions};
use zeroize::{Zeroize as _, Zeroizing};

use crate::config::Config;
use crate::say::usage;

/// Database and blobs of a configuration.
pub(crate) struct Stores {
    pub(crate) db: Db,
    pub(crate) blobs: Blobs,
}

/// Connects.
pub(crate) async fn stores(config: &Config) -> anyhow::Result<Stores> {
    let address = config.database()?;
    let db = Db::connect(&address, DbOptions::default()).await.context("the database cannot be opened")?;
    let blobs = Blobs::folder(&config.blobs()).await.context("the blobs cannot be opened")?;
    Ok(Stores { db, blobs })
}

/// The firm of a configuration, sealed.
pub(crate) async fn open(config: &Config) -> anyhow::Result<Arc<Strongroom>> {
    open_at(config, Arc::new(SystemClock), with_previews(config)).await
}

/// As [`open`], with another clock and other settings: for the making of the demo firm.
pub(crate) async fn open_at(
    config: &Config,
    clock: Arc<dyn Clock>,
    settings: Settings,
) -> anyhow::Result<Arc<Strongroom>> {
    let Stores { db, blobs } = stores(config).await?;
    let gate = Gate::new(&built_in())?;
    let opening =
        Opening { db, blobs, keyring: config.keyring(), gate, clock, entropy: Arc::new(OsEntropy), settings };
    Ok(firm::open(opening).await?)
}

/// Settings with previews made by this very program.
fn with_previews(config: &Config) -> Settings {
    let previewer = std::env::current_exe().ok().map(|program| {
        let args = vec![String::from(crate::PREVIEW_CHILD)];
        Arc::new(Previewer::new(program, args, config.preview.at_once))
    });
    Settings { previewer, ..config.settings() }
}

/// Held while a process works in a data folder; gone with the process, however it ends.
pub(crate) struct Lock(#[expect(dead_code, reason = "held, not read")] File);

/// Takes the data folder; `None` where a server has it.
pub(crate) fn lock(data: &Path) -> anyhow::Result<Option<Lock>> {
    let path = data.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("the data folder {} cannot be used", data.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error).context("the data folder cannot be locked"),
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
    let mut key = [0_u8; 32];
    if bytes.len() == 32 {
        key.copy_from_slice(&bytes);
    } else if hex::decode_to_slice(bytes.trim_ascii(), &mut key).is_err() {
        bail!("the key file {name} holds {} bytes: it must be 32, or 64 hexadecimal digits", bytes.len());
    }
    let made = Key::from_bytes(key);
    key.zeroize();
    Ok(made)
}

/// Makes a key file that only its owner reads; refuses one that is there.
pub(crate) fn make_key_file(path: &Path) -> anyhow::Result<Key> {
    let key = Key::generate(&OsEntropy);
    let mut text = Zeroizing::new([0_u8; 65]);
    let (digits, end) = text.split_at_mut(64);
    hex::encode_to_slice(key.expose(), digits)?;
    end.fill(b'\n');
    write_new(path, text.as_slice()).with_context(|| format!("the key file {}", path.display()))?;
    Ok(key)
}

/// A new file that only its owner reads, durably; refuses one that is there.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    Ok(file.sync_all()?)
}

/// Replaces a file as a whole, readable by its owner only.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    let _ = std::fs::remove_file(&new);
    write_new(&new, bytes).with_context(|| format!("{} cannot be written", path.display()))?;
    std::fs::rename(&new, path).with_context(|| format!("{} cannot be written", path.display()))
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
        room.vault().seal();
        room.directory().forget();
    }
    room.close().await;
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

/// A passphrase from a file, without the line's end.
pub(crate) fn read_passphrase(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(
        std::fs::read_to_string(path)
            .with_context(|| format!("the passphrase file {} cannot be read", path.display()))?,
    );
    let end = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(end);
    if text.is_empty() {
        return Err(usage(format!("the passphrase file {} is empty", path.display())));
    }
    if std::fs::metadata(path).is_ok_and(|m| m.mode() & 0o007 != 0) {
        crate::say::note(format_args!(
            "strongroom: {} can be read by everyone on this machine",
            path.display()
        ));
    }
    Ok(text)
}

/// A secret typed at the terminal, unseen; `None` without a terminal.
pub(crate) fn type_secret(question: &str) -> anyhow::Result<Option<Zeroizing<String>>> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let Ok(mut terminal) = File::options().read(true).write(true).open("/dev/tty") else { return Ok(None) };
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return Ok(None);
    }
    let before = tcgetattr(&terminal)?;
    let mut unseen = before.clone();
    unseen.local_modes -= LocalModes::ECHO;
    crate::say::ask(question);
    tcsetattr(&terminal, OptionalActions::Flush, &unseen)?;
    let mut line = Zeroizing::new(String::with_capacity(1024));
    let read = std::io::BufRead::read_line(&mut std::io::BufReader::new(&mut terminal), &mut line);
    tcsetattr(&terminal, OptionalActions::Flush, &before)?;
    crate::say::note("");
    read?;
    let end = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(end);
    Ok(Some(line))
}

/// What is wrong, for the log: one line, ids only.
pub(crate) fn why(error: &anyhow::Error) -> String {
    error
        .chain()
        .map(|cause| cause.downcast_ref::<Error>().map_or_else(|| cause.to_string(), crate::say::words))
        .collect::<Vec<_>>()
        .join(": ")
}
