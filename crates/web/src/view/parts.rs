//! Small pieces that many pages show: times, labels, chips, names, trails, pagers.
//!
//! Each is a template of its own, so that `{{ piece }}` in a page renders it escaped. [`component!`] is
//! the only place that marks something as HTML, and it takes types that derive `Template` alone.

use askama::Template;

use crate::layout::Tone;

/// Marks types that derive `Template` as ready HTML: their own templates have escaped what they hold.
macro_rules! component {
    ($($name:ident),+ $(,)?) => { $(impl askama::filters::HtmlSafe for $name {})+ };
}

component!(When, Chip, Labels, State, Trail, Why, Pager, Csrf, Kind, Person);

/// A moment, as people say it, with the exact one on hover and for machines.
#[derive(Template, Clone)]
#[template(path = "parts/when.html")]
pub struct When {
    /// "today 14:05", "yesterday", "19 Nov", "3 March 2025".
    pub text: String,
    /// RFC 3339, for `datetime`.
    pub iso: String,
    /// "Friday 21 November 2026, 14:05:09 (London)", for the title.
    pub exact: String,
}

impl When {
    #[must_use]
    pub fn new(text: impl Into<String>, iso: impl Into<String>, exact: impl Into<String>) -> Self {
        Self { text: text.into(), iso: iso.into(), exact: exact.into() }
    }
}

/// The sign in front of a chip's words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    None,
    Lock,
    Wall,
    Check,
    No,
    Clock,
    Seal,
}

/// A short state in a pill.
#[derive(Template, Clone)]
#[template(path = "parts/chip.html")]
pub struct Chip {
    pub tone: Option<Tone>,
    pub icon: Icon,
    pub text: String,
}

impl Chip {
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self { tone: None, icon: Icon::None, text: text.into() }
    }

    #[must_use]
    pub fn toned(tone: Tone, icon: Icon, text: impl Into<String>) -> Self {
        Self { tone: Some(tone), icon, text: text.into() }
    }
}

/// The level of a record or matter: how far it may travel.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Public,
    Internal,
    Confidential,
    HighlyConfidential,
}

impl Level {
    /// Every level, from the least.
    pub const ALL: [Self; 4] = [Self::Public, Self::Internal, Self::Confidential, Self::HighlyConfidential];

    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Public => "Public",
            Self::Internal => "Internal",
            Self::Confidential => "Confidential",
            Self::HighlyConfidential => "Highly confidential",
        }
    }

    /// The word of the API and of forms.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Confidential => "confidential",
            Self::HighlyConfidential => "highly_confidential",
        }
    }
}

/// The label chips of one thing: one level, any marks ("Privileged").
#[derive(Template, Clone)]
#[template(path = "parts/labels.html")]
pub struct Labels {
    pub level: Option<Level>,
    pub marks: Vec<String>,
}

/// Whether a matter is open.
#[derive(Template, Clone, Copy, PartialEq, Eq)]
#[template(path = "parts/state.html")]
pub enum State {
    Open,
    Closed,
}

/// "PDF", "DOCX": the sort of file in small capitals.
#[derive(Template, Clone)]
#[template(path = "parts/kind.html")]
pub struct Kind {
    pub word: String,
}

/// A person's name, linked where the reader may open their page.
#[derive(Template, Clone)]
#[template(path = "parts/person.html")]
pub struct Person {
    pub name: String,
    pub href: Option<String>,
}

/// How an act came out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Allowed,
    Denied,
    Failed,
}

/// One act in plain words: "D. Okafor downloaded it".
#[derive(Clone)]
pub struct TrailLine {
    pub outcome: Outcome,
    pub says: String,
    pub when: When,
    /// Its entry in the ledger.
    pub href: String,
}

/// A few acts on one thing, newest first.
#[derive(Template, Clone)]
#[template(path = "parts/trail.html")]
pub struct Trail {
    pub lines: Vec<TrailLine>,
}

/// Why the answer is what it is, and whom to ask.
#[derive(Template, Clone)]
#[template(path = "parts/why.html")]
pub struct Why {
    pub allowed: bool,
    /// "You can open this", "You cannot lower this label".
    pub lead: String,
    /// The sentences of the deciding rules.
    pub sentences: Vec<String>,
    /// "Ask Eleanor Marsh, who leads the matter."
    pub ask: Option<String>,
}

/// The way to the next page of a list.
#[derive(Template, Clone, Default)]
#[template(path = "parts/pager.html")]
pub struct Pager {
    pub first_href: Option<String>,
    pub next_href: Option<String>,
    /// "50 of 1,204", if it may be said.
    pub says: String,
}

/// The hidden fields of every form.
#[derive(Template, Clone)]
#[template(path = "parts/csrf.html")]
pub struct Csrf {
    pub token: String,
    /// By which a double click is known as one; none before someone is signed in.
    pub once: Option<String>,
}
