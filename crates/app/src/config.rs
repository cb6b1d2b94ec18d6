//! The configuration: read once, here, and nowhere else. A typed section for each subject; a word that no
//! section knows is an error, so that a misspelt option never passes for a set one. docs/configuration.md
//! says of each option what it is for (a test holds that none is missing).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use strongroom_domain::kernel::clock::{HOUR, MINUTE};
use strongroom_domain::kernel::strongroom::Settings;
use strongroom_storage::blob::Bucket;

use crate::args::Place;
use crate::say::{Ending, note, out, usage};
use crate::witness;

mod s3;
mod sections;
#[cfg(test)]
mod tests;

pub(crate) use s3::{S3, usual_region};
pub(crate) use sections::*;

/// The file's name in a data folder.
pub(crate) const FILE: &str = "strongroom.toml";

/// All of it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    pub(crate) firm: Firm,
    pub(crate) server: Server,
    pub(crate) storage: Storage,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) s3: Option<S3>,
    pub(crate) ledger: Ledger,
    pub(crate) unseal: Unseal,
    pub(crate) sessions: Sessions,
    pub(crate) records: Records,
    pub(crate) preview: Preview,
    pub(crate) gate: Gate,
    pub(crate) metrics: Metrics,
    pub(crate) log: Log,
}

/// Where sealed contents lie.
pub(crate) enum Contents {
    Folder(PathBuf),
    Bucket(Box<Bucket>),
}

impl Config {
    /// The data folder. [`load`] has set it.
    pub(crate) fn data(&self) -> &Path {
        self.storage.data.as_deref().unwrap_or_else(|| Path::new("."))
    }

    /// The socket through which the operator and the command line reach the running server.
    pub(crate) fn socket(&self) -> PathBuf {
        self.data().join("control.sock")
    }

    /// Where sealed contents lie.
    ///
    /// # Errors
    /// The key of the bucket cannot be read.
    pub(crate) fn contents(&self) -> anyhow::Result<Contents> {
        if let Some(s3) = &self.s3 {
            return Ok(Contents::Bucket(Box::new(s3.bucket()?)));
        }
        Ok(Contents::Folder(self.storage.blobs.clone().unwrap_or_else(|| self.data().join("blobs"))))
    }

    /// The replicas of the keyring.
    pub(crate) fn keyring(&self) -> Vec<PathBuf> {
        match self.storage.keyring.as_slice() {
            [] => vec![self.data().join("keyring"), self.data().join("keyring-2")],
            given => given.to_vec(),
        }
    }

    /// The database's address, from its file where one is named.
    pub(crate) fn database(&self) -> anyhow::Result<String> {
        if let Some(file) = &self.storage.database_file {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("storage.database_file {}", file.display()))?;
            return Ok(text.trim().to_owned());
        }
        Ok(match &self.storage.database {
            Some(address) => address.clone(),
            None => self.data().join("strongroom.db").display().to_string(),
        })
    }

    /// What an administrator may set, as the domain takes it.
    ///
    /// # Errors
    /// The policy of witnesses cannot be read.
    pub(crate) fn settings(&self) -> anyhow::Result<Settings> {
        let witnesses = self.ledger.policy.as_deref().map(witness::way::of_policy).transpose()?;
        Ok(Settings {
            witnesses: witnesses.map(Arc::new),
            timestamps: self.ledger.timestamps.as_deref().map(witness::stamps::by).transpose()?.map(Arc::new),
            session_idle: i64::from(self.sessions.idle_minutes) * MINUTE,
            session_overall: i64::from(self.sessions.overall_hours) * HOUR,
            strong_token: i64::from(self.sessions.strong_token_hours) * HOUR,
            record_limit: self.records.max_bytes,
            ledger_replicas: self.ledger.replicas.clone(),
            policies: self.gate.policies.clone(),
            host: crate::room::host(),
            ..Settings::default()
        })
    }

    /// How long the last requests may take after the order to stop.
    pub(crate) fn stop_timeout(&self) -> Duration {
        Duration::from_secs(self.server.stop_timeout_seconds)
    }

    /// Paths are meant from the folder of the file that names them; the data folder is that folder if not said.
    fn settle(&mut self, folder: &Path) {
        let storage = &mut self.storage;
        let data = storage.data.take().map_or_else(|| folder.to_owned(), |data| folder.join(data));
        let all = [
            &mut self.server.tls_certificate,
            &mut self.server.tls_key_file,
            &mut storage.database_file,
            &mut storage.blobs,
            &mut self.unseal.key_file,
            &mut self.gate.policies,
            &mut self.ledger.policy,
        ];
        if let Some(s3) = &mut self.s3 {
            s3.secret_key_file = folder.join(&s3.secret_key_file);
        }
        for path in all.into_iter().flatten().chain(&mut storage.keyring).chain(&mut self.ledger.replicas) {
            *path = folder.join(&*path);
        }
        storage.data = Some(data);
    }

    /// What no type can hold.
    fn sound(&self) -> anyhow::Result<()> {
        let wrong = |says: String| Err(usage(says));
        let server = &self.server;
        if server.listen.is_empty() {
            return wrong("server.listen is empty: say where to listen".to_owned());
        }
        if self.storage.database.is_some() && self.storage.database_file.is_some() {
            return wrong("storage has both database and database_file: keep one".to_owned());
        }
        if let Some(s3) = &self.s3 {
            if self.storage.blobs.is_some() {
                return wrong("contents go to storage.blobs or to the bucket of [s3]: keep one".to_owned());
            }
            s3.sound().map_err(|e| usage(format!("{e:#}")))?;
        }
        if server.tls_certificate.is_some() != server.tls_key_file.is_some() {
            return wrong("server.tls_certificate and server.tls_key_file belong together".to_owned());
        }
        let open = server.listen.iter().find(|a| !a.ip().is_loopback());
        if let (None, Some(address), true) = (&server.tls_key_file, open, server.trusted_proxies.is_empty()) {
            return wrong(format!(
                "server.listen {address} would be plain HTTP beyond this machine: give a TLS certificate, \
                 or name the proxy in front of it in server.trusted_proxies"
            ));
        }
        host(&server.public_url).map(drop)?;
        let days = self.sessions.overall_hours;
        if self.sessions.idle_minutes == 0 || days == 0 || days > 24 * 7 {
            return wrong("sessions: idle_minutes and overall_hours lie between 1 and a week".to_owned());
        }
        if !(1..=12).contains(&self.sessions.strong_token_hours) {
            return wrong("sessions.strong_token_hours lies between 1 and 12".to_owned());
        }
        if server.max_connections == 0 || self.preview.at_once == 0 || self.records.max_bytes == 0 {
            return wrong(
                "server.max_connections, preview.at_once and records.max_bytes are at least 1".to_owned(),
            );
        }
        Ok(())
    }
}

/// The host of a public URL, with its port where it has one.
pub(crate) fn host(url: &str) -> anyhow::Result<String> {
    strongroom_client::http::host(url).with_context(|| "server.public_url")
}

/// The configuration of a place.
pub(crate) fn load(place: &Place) -> anyhow::Result<Config> {
    let file = find(place)?;
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("the configuration {} cannot be read", file.display()))?;
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let folder = std::path::absolute(folder).context("where am I")?;
    read(&text, &folder).map_err(|error| usage(format!("{}: {error:#}", file.display())))
}

/// The file of a place; where none is said, the one beside us or in /etc.
fn find(place: &Place) -> anyhow::Result<PathBuf> {
    if let Some(file) = &place.config {
        return Ok(file.clone());
    }
    if let Some(data) = &place.data {
        return Ok(data.join(FILE));
    }
    let usual = [PathBuf::from(FILE), Path::new("/etc/strongroom").join(FILE)];
    usual.into_iter().find(|file| file.is_file()).ok_or_else(|| {
        usage("say which firm: --data DIR or --config FILE (there is no strongroom.toml here)")
    })
}

fn read(text: &str, folder: &Path) -> anyhow::Result<Config> {
    let mut config: Config =
        toml::from_str(text).map_err(|e| anyhow::anyhow!("{}", e.to_string().trim_end()))?;
    config.settle(folder);
    config.sound()?;
    Ok(config)
}

/// Whether a text is a configuration.
pub(crate) fn is_sound(text: &str) -> bool {
    read(text, Path::new("/srv")).is_ok()
}

/// `config show`: what is in force. A database address may hold a password, so it is not shown.
pub(crate) fn show(place: &Place) -> anyhow::Result<Ending> {
    let config = load(place)?;
    out(toml::to_string(&config).context("the configuration cannot be shown")?.trim_end());
    if config.storage.database.is_some() {
        note("(storage.database is set, and not shown: it may hold a password)");
    }
    Ok(Ending::Done)
}

/// `config check`: all that it names is there and can be used.
pub(crate) fn check(place: &Place) -> anyhow::Result<Ending> {
    let config = load(place)?;
    let mut wrong = Vec::new();
    if let Err(error) = crate::serve::tls::load(&config.server) {
        wrong.push(format!("server: {error:#}"));
    }
    if let Err(error) = config.settings() {
        wrong.push(format!("{error:#}"));
    }
    if let Err(error) = config.database() {
        wrong.push(format!("{error:#}"));
    }
    for folder in config.keyring().iter().filter(|f| !f.join("keyring").is_file()) {
        wrong.push(format!("storage.keyring: no keyring lies in {}", folder.display()));
    }
    if let Some(file) = &config.unseal.key_file
        && let Err(error) = crate::room::read_key_file(file)
    {
        wrong.push(format!("unseal.key_file: {error:#}"));
    }
    if let Some(Err(why)) =
        config.gate.policies.as_deref().map(strongroom_domain::features::policy::read_folder)
    {
        wrong.push(format!("gate.policies: {why}"));
    }
    if wrong.is_empty() {
        note("the configuration is sound");
        return Ok(Ending::Done);
    }
    wrong.iter().for_each(out);
    Ok(Ending::Found)
}
