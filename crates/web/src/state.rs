//! What every request shares: the strongroom, what `app` has set, and the counters.

use std::sync::{Arc, RwLock};

use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;
use strongroom_domain::Strongroom;
use strongroom_domain::features::firm;

use crate::http::drafts::Drafts;
use crate::http::fair::Fair;
use crate::http::metrics::Metrics;

/// What `app` has read from its configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people reach this server, without a slash at the end: `https://records.firm.example`.
    pub public_url: String,
    /// True where a proxy of ours stands in front and appends `X-Forwarded-For`.
    pub trusted_proxy: bool,
    /// The zone of the clocks on screen, such as `Europe/London`.
    pub time_zone: String,
    /// Whom to call: "Call the IT desk on extension 400."
    pub help: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: String::from("http://localhost:8080"),
            trusted_proxy: false,
            time_zone: String::from("UTC"),
            help: String::from("Ask the person who runs Strongroom at your firm."),
        }
    }
}

/// How the firm unseals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealMethod {
    /// One passphrase.
    Passphrase,
    /// Shares, of which some are needed.
    Shares {
        /// How many were given since the last start.
        given: u32,
        /// How many are needed.
        needed: u32,
    },
    /// A file, at the start of the server.
    KeyFile,
}

/// Whether the strongroom is sealed, and what opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealStatus {
    /// Its key is not in memory.
    pub sealed: bool,
    /// What opens it.
    pub method: SealMethod,
}

/// What became of a passphrase or share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The strongroom is open.
    Unsealed,
    /// More shares are needed.
    More,
}

/// Unsealing, which `app` does: it knows the keyring and the operator.
pub trait Unsealer: Send + Sync {
    /// How things stand.
    fn status(&self) -> BoxFuture<'_, SealStatus>;
    /// Takes a passphrase or a share; the error is a sentence for the person who gave it.
    fn give<'a>(&'a self, secret: &'a str) -> BoxFuture<'a, Result<Progress, String>>;
    /// Forgets the shares that were given.
    fn restart(&self) -> BoxFuture<'_, ()>;
}

struct Inner {
    room: Arc<Strongroom>,
    settings: Settings,
    unsealer: Arc<dyn Unsealer>,
    zone: TimeZone,
    firm: RwLock<Option<String>>,
    metrics: Metrics,
    drafts: Drafts,
    fair: Fair,
}

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct WebState(Arc<Inner>);

impl WebState {
    /// Wires the face to the strongroom. A time zone that is not known falls back to UTC.
    #[must_use]
    pub fn new(room: Arc<Strongroom>, settings: Settings, unsealer: Arc<dyn Unsealer>) -> Self {
        let zone = TimeZone::get(&settings.time_zone).unwrap_or_else(|_| {
            tracing::warn!(zone = settings.time_zone, "this time zone is not known: times are shown in UTC");
            TimeZone::UTC
        });
        Self(Arc::new(Inner {
            room,
            settings,
            unsealer,
            zone,
            firm: RwLock::new(None),
            metrics: Metrics::default(),
            drafts: Drafts::default(),
            fair: Fair::default(),
        }))
    }

    /// The firm's strongroom.
    #[must_use]
    pub fn room(&self) -> &Arc<Strongroom> {
        &self.0.room
    }

    /// What `app` has set.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Unsealing.
    #[must_use]
    pub fn unsealer(&self) -> &dyn Unsealer {
        self.0.unsealer.as_ref()
    }

    /// The zone of the clocks on screen.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.0.zone
    }

    /// The counters.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Forms that wait for a fresh code.
    #[must_use]
    pub fn drafts(&self) -> &Drafts {
        &self.0.drafts
    }

    /// Places of each person's requests.
    #[must_use]
    pub fn fair(&self) -> &Fair {
        &self.0.fair
    }

    /// Whether the keys are out of memory.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.0.room.vault().is_sealed()
    }

    /// Whether browsers reach this server over TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.0.settings.public_url.starts_with("https://")
    }

    /// The firm's name; a plain word while sealed.
    pub async fn firm_name(&self) -> String {
        let plain = || String::from("Strongroom");
        if self.is_sealed() {
            return plain();
        }
        if let Some(name) = self.0.firm.read().ok().and_then(|n| n.clone()) {
            return name;
        }
        let Ok(name) = firm::name(&self.0.room).await else { return plain() };
        if let Ok(mut kept) = self.0.firm.write() {
            *kept = Some(name.clone());
        }
        name
    }
}
