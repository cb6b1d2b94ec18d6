//! What every page shares: the shell around a signed-in person's page and the door of one who is not.
//!
//! Plain data. A handler fills a [`Shell`] (or a [`Door`]) once per request and hands it to the page's view.

mod nav;

pub use nav::{NavItem, Offer, Role, Section, nav_for};

/// The colours a person chose; `Auto` follows the device.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    /// The word in the cookie, in the form and in `data-theme`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads the word back; anything unknown follows the device.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Auto,
        }
    }
}

/// What a message at the top of a page is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It is done.
    Good,
    /// Something to know.
    Note,
    /// Something waits or will end.
    Warn,
    /// It was refused, or cannot be undone.
    Wax,
}

impl Tone {
    /// The class that carries the colour.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Note => "blue",
            Self::Warn => "warn",
            Self::Wax => "wax",
        }
    }
}

/// One message after a redirect or a refused form.
#[derive(Clone)]
pub struct Flash {
    pub tone: Tone,
    pub text: String,
    /// Where the act is written down, as an address of an entry page.
    pub entry_href: Option<String>,
    /// A form that takes the act back, where that is possible.
    pub undo: Option<Undo>,
}

impl Flash {
    /// A message without anything else to press.
    #[must_use]
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into(), entry_href: None, undo: None }
    }
}

/// A form of one button that takes an act back.
#[derive(Clone)]
pub struct Undo {
    pub action: String,
    pub label: String,
}

/// One step of the way down to this page. The last one has no address.
#[derive(Clone)]
pub struct Crumb {
    pub label: String,
    pub href: Option<String>,
}

impl Crumb {
    #[must_use]
    pub fn link(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: Some(href.into()) }
    }

    #[must_use]
    pub fn here(label: impl Into<String>) -> Self {
        Self { label: label.into(), href: None }
    }
}

/// The client whose matters alone are on the screen.
#[derive(Clone)]
pub struct Presenting {
    pub client_id: String,
    pub client_name: String,
}

/// The frame of every signed-in page.
#[derive(Clone)]
pub struct Shell {
    /// The page's own title, without the product's name.
    pub title: String,
    pub firm_name: String,
    pub person_name: String,
    pub initials: String,
    /// The role as a person says it: "Partner".
    pub role_name: String,
    pub nav: Vec<NavItem>,
    pub crumbs: Vec<Crumb>,
    pub presenting: Option<Presenting>,
    /// On pages of one client: its id, so that the bar can offer to present it.
    pub present_client_id: Option<String>,
    /// Whether the palette is offered (not to a client contact).
    pub palette: bool,
    pub csrf: String,
    pub theme: Theme,
    pub flash: Option<Flash>,
    pub request_id: String,
    /// The path of this page, so that a theme switch or a step-up comes back to it.
    pub here: String,
    /// Seconds without activity until the session ends, for the clock.
    pub idle_seconds: u32,
    /// Changes with the assets, so that a browser may keep them for a year.
    pub asset_version: String,
}

impl Shell {
    /// The list that the search box falls back to without script.
    #[must_use]
    pub fn find_href(&self) -> &str {
        let known = self.nav.iter().map(|item| item.href.as_str());
        known.into_iter().find(|href| matches!(*href, "/matters" | "/staff")).unwrap_or("/ledger")
    }
}

/// The frame of a page for someone who is not signed in yet, or whom the system does not know.
#[derive(Clone)]
pub struct Door {
    pub title: String,
    pub firm_name: String,
    pub csrf: String,
    pub theme: Theme,
    pub flash: Option<Flash>,
    pub request_id: String,
    pub here: String,
    pub asset_version: String,
}
