//! The sections of the configuration, each with its defaults.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tracing::level_filters::LevelFilter;

/// `[firm]`: what its people see.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Firm {
    pub(crate) time_zone: String,
    pub(crate) help: String,
}

/// `[server]`: who reaches it, and how.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Server {
    pub(crate) public_url: String,
    pub(crate) listen: Vec<SocketAddr>,
    pub(crate) tls_certificate: Option<PathBuf>,
    pub(crate) tls_key_file: Option<PathBuf>,
    pub(crate) trusted_proxies: Vec<IpAddr>,
    pub(crate) max_connections: usize,
    pub(crate) header_timeout_seconds: u64,
    pub(crate) stall_timeout_seconds: u64,
    pub(crate) stop_timeout_seconds: u64,
}

/// `[storage]`: where things lie.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Storage {
    pub(crate) data: Option<PathBuf>,
    #[serde(skip_serializing)]
    pub(crate) database: Option<String>,
    pub(crate) database_file: Option<PathBuf>,
    pub(crate) blobs: Option<PathBuf>,
    pub(crate) keyring: Vec<PathBuf>,
}

/// `[ledger]`: what is kept of it elsewhere.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Ledger {
    pub(crate) replicas: Vec<PathBuf>,
    pub(crate) policy: Option<PathBuf>,
    pub(crate) timestamps: Option<String>,
}

/// `[unseal]`: a start that nobody attends.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Unseal {
    pub(crate) key_file: Option<PathBuf>,
}

/// `[sessions]`: how long a sign-in lasts.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Sessions {
    pub(crate) idle_minutes: u32,
    pub(crate) overall_hours: u32,
    pub(crate) strong_token_hours: u32,
}

/// `[records]`: bounds.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Records {
    pub(crate) max_bytes: u64,
}

/// `[preview]`: the child processes that read foreign documents.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Preview {
    pub(crate) at_once: usize,
}

/// `[gate]`: the rules that decide who may what.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Gate {
    pub(crate) policies: Option<PathBuf>,
}

/// `[metrics]`: for Prometheus, on a listener of its own.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Metrics {
    pub(crate) listen: Option<SocketAddr>,
}

/// `[log]`: what goes to standard error.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    pub(crate) level: Level,
    pub(crate) format: LogFormat,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    Error,
    Warn,
    #[default]
    Info,
    Debug,
}

/// In which form.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    #[default]
    Auto,
    Json,
    Pretty,
}

impl Default for Firm {
    fn default() -> Self {
        Self {
            time_zone: String::from("UTC"),
            help: String::from("Ask the person who runs Strongroom at your firm."),
        }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self {
            public_url: String::from("http://localhost:8080"),
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 8080))],
            tls_certificate: None,
            tls_key_file: None,
            trusted_proxies: Vec::new(),
            max_connections: 2048,
            header_timeout_seconds: 15,
            stall_timeout_seconds: 60,
            stop_timeout_seconds: 20,
        }
    }
}

impl Default for Sessions {
    fn default() -> Self {
        Self { idle_minutes: 60, overall_hours: 24, strong_token_hours: 12 }
    }
}

impl Default for Records {
    fn default() -> Self {
        Self { max_bytes: 64 << 30 }
    }
}

impl Default for Preview {
    fn default() -> Self {
        Self { at_once: 2 }
    }
}

impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::ERROR,
            Level::Warn => Self::WARN,
            Level::Info => Self::INFO,
            Level::Debug => Self::DEBUG,
        }
    }
}
