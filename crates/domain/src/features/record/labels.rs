//! Labels: one level and any marks. Raising is free, lowering needs a role and a reason.

use serde::{Serialize, Serializer};

use crate::kernel::error::{Error, Result};

/// How confidential a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Known outside the firm.
    Public,
    /// For the firm.
    Internal,
    /// For the matter's team.
    Confidential,
    /// For the matter's team, with special care.
    HighlyConfidential,
}

impl Level {
    /// Lowest first.
    pub const ALL: &'static [Self] =
        &[Self::Public, Self::Internal, Self::Confidential, Self::HighlyConfidential];

    /// The word in API and rows.
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

/// A level and its marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labels {
    /// How confidential.
    pub level: Level,
    /// Legal professional privilege.
    pub privileged: bool,
    /// Personal data of a special category.
    pub special_category: bool,
}

impl Labels {
    /// What a record gets where nothing else is said.
    pub const DEFAULT: Self = Self { level: Level::Confidential, privileged: false, special_category: false };

    /// Reads the words in any order; without a level it is confidential.
    ///
    /// # Errors
    /// An unknown word, or two levels.
    pub fn parse<W: AsRef<str>>(words: &[W]) -> Result<Self> {
        let mut labels = Self::DEFAULT;
        let mut level = None;
        for word in words.iter().map(|w| w.as_ref().trim()).filter(|w| !w.is_empty()) {
            match word {
                "privileged" => labels.privileged = true,
                "special_category" => labels.special_category = true,
                other => {
                    let found = Level::ALL.iter().copied().find(|l| l.word() == other).ok_or_else(|| {
                        let says = "Labels are one of public, internal, confidential, highly_confidential, and the marks privileged, special_category.";
                        Error::invalid("labels", says)
                    })?;
                    if level.replace(found).is_some_and(|before| before != found) {
                        return Err(Error::invalid("labels", "Give one level only."));
                    }
                }
            }
        }
        labels.level = level.unwrap_or(labels.level);
        Ok(labels)
    }

    /// The words, the level first.
    #[must_use]
    pub fn words(self) -> Vec<&'static str> {
        let mut words = vec![self.level.word()];
        if self.privileged {
            words.push("privileged");
        }
        if self.special_category {
            words.push("special_category");
        }
        words
    }

    /// The higher of two: the higher level, the marks of both.
    #[must_use]
    pub fn or_higher(self, other: Self) -> Self {
        Self {
            level: self.level.max(other.level),
            privileged: self.privileged || other.privileged,
            special_category: self.special_category || other.special_category,
        }
    }

    /// True where going from `self` to `to` takes nothing away.
    #[must_use]
    pub fn rises_to(self, to: Self) -> bool {
        self.or_higher(to) == to
    }

    pub(crate) fn stored(self) -> String {
        self.words().join(",")
    }

    pub(crate) fn of_row(text: &str) -> Result<Self> {
        let words: Vec<&str> = text.split(',').collect();
        Self::parse(&words).map_err(|_| Error::Internal(String::from("a row holds no labels")))
    }
}

impl Serialize for Labels {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(self.words())
    }
}
