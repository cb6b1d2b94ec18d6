//! `init`: a firm where there was none. Database, blobs, keyring in its replicas, the recovery kit, the first
//! administrator's link, and the configuration that says all this to `serve`. Nothing is overwritten.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use base64::Engine as _;
use strongroom_client::{file, secret};
use strongroom_domain::features::firm::{self, Initialised, SealBy, Setup};
use strongroom_domain::kernel::clock::{Clock, SystemClock, rfc3339};
use strongroom_domain::kernel::gate::{Gate, built_in};
use strongroom_domain::kernel::strongroom::Settings;
use strongroom_domain::kernel::text::{Email, Name};
use strongroom_seal::password::Cost;
use strongroom_seal::{OsEntropy, Secret};
use zeroize::Zeroizing;

use crate::args::{Init, Seal};
use crate::config::{self, Config, FILE, S3};
use crate::room;
use crate::say::{Ending, note, out, usage};

/// All that was asked and answered.
pub(crate) struct Plan {
    pub(crate) data: PathBuf,
    pub(crate) keyring: Vec<PathBuf>,
    pub(crate) database: Option<String>,
    pub(crate) blobs: Option<PathBuf>,
    pub(crate) s3: Option<S3>,
    pub(crate) seal: Seal,
    pub(crate) passphrase: Option<Zeroizing<String>>,
    pub(crate) firm: Name,
    pub(crate) public_url: String,
    /// The host that names the ledger.
    pub(crate) host: String,
    pub(crate) administrator: (Name, Email),
    pub(crate) alone: bool,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: Settings,
}

/// Runs the command.
pub(crate) fn run(options: Init) -> anyhow::Result<Ending> {
    let plan = plan(&options)?;
    if let Some(file) = &options.kit_out
        && file.exists()
    {
        return Err(usage(format!("{} exists: the recovery kit is written to a new file", file.display())));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (made, config) = make(&plan).await?;
        report(&plan, &options, &made, &config)?;
        room::close(&made.room).await;
        Ok(Ending::Done)
    })
}

fn plan(options: &Init) -> anyhow::Result<Plan> {
    let public_url = answer(&options.public_url, "The address that people type", "http://localhost:8080")?;
    let host = config::host(&public_url)?;
    let name = answer(&options.firm, "The firm's name", "The firm")?;
    let admin = answer(&options.admin_name, "The first administrator's name", "Administrator")?;
    let email =
        answer(&options.admin_email, "The first administrator's address", "administrator@firm.invalid")?;
    let passphrase = match options.seal {
        Seal::Passphrase => Some(new_passphrase(options.passphrase_file.as_deref())?),
        _ => None,
    };
    let keyring = options.keyring.iter().map(std::path::absolute).collect::<Result<Vec<_>, _>>()?;
    let (blobs, s3) = contents(options)?;
    Ok(Plan {
        data: std::path::absolute(&options.data)?,
        keyring,
        database: options.database.clone(),
        blobs,
        s3,
        seal: options.seal.clone(),
        passphrase,
        firm: Name::parse(&name)?,
        host,
        public_url: public_url.trim_end_matches('/').to_owned(),
        administrator: (Name::parse(&admin)?, Email::parse(&email)?),
        alone: options.alone,
        clock: Arc::new(SystemClock),
        settings: Settings::default(),
    })
}

/// A folder, a bucket, or neither: then the folder in the data folder.
fn contents(options: &Init) -> anyhow::Result<(Option<PathBuf>, Option<S3>)> {
    let Some(url) = options.blobs.as_deref() else { return Ok((None, None)) };
    if let Some(place) = url.strip_prefix("s3://") {
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let keys = &options.s3;
        let need = |said: Option<String>, flag: &str| {
            said.ok_or_else(|| usage(format!("--blobs {url}: say {flag} too")))
        };
        let secret = keys.secret_key_file.as_ref().map(std::path::absolute).transpose()?;
        let s3 = S3 {
            endpoint: need(keys.endpoint.clone(), "--s3-endpoint")?,
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            region: keys.region.clone().unwrap_or_else(config::usual_region),
            access_key: need(keys.access_key.clone(), "--s3-access-key")?,
            secret_key_file: secret
                .ok_or_else(|| usage(format!("--blobs {url}: say --s3-secret-key-file too")))?,
            virtual_host: false,
        };
        s3.sound().map_err(|e| usage(format!("{e:#}")))?;
        return Ok((None, Some(s3)));
    }
    let folder = url.strip_prefix("file://").unwrap_or(url);
    if folder.contains("://") {
        return Err(usage(format!("--blobs {url}: a folder, or s3://BUCKET/PREFIX")));
    }
    Ok((Some(std::path::absolute(folder)?), None))
}

/// What was said, or what a person at the terminal answers, or the usual.
fn answer(said: &Option<String>, question: &str, usual: &str) -> anyhow::Result<String> {
    if let Some(said) = said {
        return Ok(said.clone());
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        note(format_args!("{question}: {usual} (not said, so this)"));
        return Ok(usual.to_owned());
    }
    crate::say::ask(format_args!("{question} [{usual}]: "));
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(if line.trim().is_empty() { usual.to_owned() } else { line.trim().to_owned() })
}

fn new_passphrase(file: Option<&Path>) -> anyhow::Result<Zeroizing<String>> {
    if let Some(file) = file {
        return secret::from_file(file);
    }
    let no_terminal = "no terminal to ask for the passphrase: give --passphrase-file FILE";
    let first = secret::typed("A passphrase that unseals everything, best a few words: ")?
        .ok_or_else(|| usage(no_terminal))?;
    let again = secret::typed("The same again: ")?.ok_or_else(|| usage(no_terminal))?;
    if *first != *again {
        return Err(usage("the two are not the same: nothing was made"));
    }
    Ok(first)
}

/// Makes the firm. What lies in the data folder already must be nothing of a firm.
pub(crate) async fn make(plan: &Plan) -> anyhow::Result<(Initialised, Config)> {
    let toml = plan.data.join(FILE);
    std::fs::create_dir_all(&plan.data)
        .with_context(|| format!("the data folder {} cannot be made", plan.data.display()))?;
    let _lock = room::lock_new(&plan.data)?.context("a server runs in this data folder")?;
    if toml.exists() {
        anyhow::bail!("there is a firm in {}: {FILE} exists. Nothing was changed.", plan.data.display());
    }
    let mut config = Config::default();
    config.server.public_url.clone_from(&plan.public_url);
    config.storage.database.clone_from(&plan.database);
    config.storage.blobs.clone_from(&plan.blobs);
    config.s3.clone_from(&plan.s3);
    config.storage.keyring.clone_from(&plan.keyring);
    let mut new_key_file = None;
    let seal_by = match &plan.seal {
        Seal::Passphrase => {
            let passphrase = plan.passphrase.as_ref().context("no passphrase was given")?;
            SealBy::Passphrase { passphrase: Secret::new(passphrase.to_string()), cost: Cost::UNSEAL }
        }
        Seal::Shares { needed, of } => SealBy::Shares { needed: *needed, of: *of },
        Seal::KeyFile(path) => {
            let path = std::path::absolute(path)?;
            let key = if path.exists() { room::read_key_file(&path)? } else { room::make_key_file(&path)? };
            config.unseal.key_file = Some(path.clone());
            new_key_file = Some(path);
            SealBy::KeyFile(key)
        }
    };
    let text = written(&config, plan);
    config.storage.data = Some(plan.data.clone());
    let stores = room::stores(&config).await?;
    let setup = Setup {
        db: stores.db,
        blobs: stores.blobs,
        disk: stores.disk,
        keyring: config.keyring(),
        gate: Gate::new(&built_in())?,
        clock: plan.clock.clone(),
        entropy: Arc::new(OsEntropy),
        settings: plan.settings.clone(),
        name: plan.firm.clone(),
        origin: format!("{}/ledger", plan.host),
        lone_administrator: plan.alone,
        seal_by,
        administrator: plan.administrator.clone(),
        operator: room::me(),
    };
    let made = firm::init(setup).await?;
    if let Some(path) = new_key_file {
        tracing::debug!(path = %path.display(), "sealed by a key file");
    }
    file::replace(&toml, text.as_bytes())?;
    Ok((made, config))
}

/// The configuration file: what differs from the defaults, with a word on each.
fn written(config: &Config, plan: &Plan) -> String {
    let text = |value: &str| toml::Value::from(value).to_string();
    let path = |value: &Path| {
        toml::Value::from(value.strip_prefix(&plan.data).unwrap_or(value).display().to_string())
    };
    let mut lines = vec![
        String::from("# Strongroom. Every option: docs/configuration.md, and `strongroom config show`."),
        String::new(),
        String::from("[server]"),
        format!("public_url = {}", text(&config.server.public_url)),
        String::from("listen = [\"127.0.0.1:8080\"]"),
        String::from("# tls_certificate = \"cert.pem\""),
        String::from("# tls_key_file = \"key.pem\""),
        String::new(),
        String::from("[storage]"),
        String::from("# the data folder is the one with this file"),
    ];
    lines.extend(config.storage.database.as_deref().map(|d| format!("database = {}", text(d))));
    lines.extend(config.storage.blobs.as_deref().map(|b| format!("blobs = {}", path(b))));
    let replicas: Vec<String> = config.storage.keyring.iter().map(|k| path(k).to_string()).collect();
    if replicas.is_empty() {
        lines.push(String::from("# keyring = [\"/mnt/other-disk/keyring\", \"keyring\"]"));
    } else {
        lines.push(format!("keyring = [{}]", replicas.join(", ")));
    }
    if let Some(s3) = &config.s3 {
        lines.extend([
            String::new(),
            String::from("[s3]"),
            format!("endpoint = {}", text(&s3.endpoint)),
            format!("bucket = {}", text(&s3.bucket)),
            format!("prefix = {}", text(&s3.prefix)),
            format!("region = {}", text(&s3.region)),
            format!("access_key = {}", text(&s3.access_key)),
            format!("secret_key_file = {}", path(&s3.secret_key_file)),
        ]);
    }
    if let Some(file) = &config.unseal.key_file {
        lines.extend([String::new(), String::from("[unseal]"), format!("key_file = {}", path(file))]);
    }
    lines.join("\n") + "\n"
}

fn report(plan: &Plan, options: &Init, made: &Initialised, config: &Config) -> anyhow::Result<()> {
    let data = plan.data.display();
    out(format_args!("The firm is set up in {data}."));
    for folder in config.keyring() {
        out(format_args!("  keyring replica  {}", folder.display()));
    }
    match &options.kit_out {
        Some(path) => {
            let sheets: Zeroizing<String> =
                Zeroizing::new(made.kit.iter().map(|s| s.as_str()).collect::<Vec<_>>().join("\n\u{c}\n"));
            file::write_new(path, sheets.as_bytes())
                .with_context(|| format!("the recovery kit {}", path.display()))?;
            out(format_args!("  recovery kit     {} (print it, then delete it)", path.display()));
        }
        None => made.kit.iter().for_each(|sheet| out(format_args!("\n{}\n", sheet.as_str()))),
    }
    out(format_args!("  ledger vkey      {}", made.vkey));
    out(format_args!("  fingerprint      {}", fingerprint(&made.vkey).unwrap_or_default()));
    out("");
    out(format_args!("The first administrator, {}, enrols here, once:", plan.administrator.1.as_str()));
    out(format_args!("  {}", link(&plan.public_url, &made.link.secret)));
    out(format_args!("  (until {}; then: strongroom first-link)", rfc3339(made.link.expires_at)));
    out("");
    out(format_args!("Serve it: strongroom serve --data {data}"));
    if plan.keyring.is_empty() {
        note(
            "WARNING: both replicas of the keyring lie on the same disk as the data. Losing that disk loses \
             everything. Move one to another disk or host and name both in strongroom.toml.",
        );
    }
    if plan.alone {
        note("This firm has one administrator and no second person; the ledger says so.");
    }
    Ok(())
}

/// Where a person enrols.
pub(crate) fn link(public_url: &str, secret: &str) -> String {
    format!("{public_url}/enrol/{secret}")
}

/// What two people compare over the telephone, and `strongroom-verify` prints: SHA-256 of the key's name, a
/// newline, its kind and its bytes.
pub(crate) fn fingerprint(vkey: &str) -> Option<String> {
    // base64 has plus signs of its own: the name and the hash end at the first two
    let (name, rest) = vkey.trim().split_once('+')?;
    let (_, key) = rest.split_once('+')?;
    let key = base64::engine::general_purpose::STANDARD.decode(key).ok()?;
    let digest = strongroom_seal::mac::sha256(&[name.as_bytes(), b"\n", &key].concat());
    Some(digest.chunks(2).map(hex::encode).collect::<Vec<_>>().join(" "))
}
