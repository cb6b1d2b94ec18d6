//! Named statements, and the little that differs between the engines' texts.

use std::borrow::Cow;

use super::Engine;

/// A named statement in the portable dialect.
///
/// The name is what errors, logs and query counts say; it is the constant's own name when made by [`statements!`](crate::statements!).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sql {
    /// What errors call it.
    pub name: &'static str,
    /// The text for SQLite, and for PostgreSQL too unless forked.
    pub text: &'static str,
    /// The text for PostgreSQL, where one text cannot serve.
    pub pg: Option<&'static str>,
    /// Why it is forked. A ratchet test counts these.
    pub why: Option<&'static str>,
    /// Reading a whole table is intended (a small table, or a job that walks everything).
    pub scan_ok: bool,
    /// Lock the rows read until the transaction ends.
    pub locks: bool,
}

impl Sql {
    /// One text for both engines.
    pub const fn new(name: &'static str, text: &'static str) -> Sql {
        Sql { name, text, pg: None, why: None, scan_ok: false, locks: false }
    }

    /// A text for each engine, with the reason one could not serve.
    pub const fn forked(
        name: &'static str,
        sqlite: &'static str,
        pg: &'static str,
        why: &'static str,
    ) -> Sql {
        Sql { name, text: sqlite, pg: Some(pg), why: Some(why), scan_ok: false, locks: false }
    }

    /// Says that reading a whole table is intended.
    pub const fn scan_ok(self) -> Sql {
        Sql { scan_ok: true, ..self }
    }

    /// Locks the rows this `SELECT` returns: ` FOR UPDATE` on PostgreSQL. SQLite needs nothing, its write
    /// transaction is alone. Without it two PostgreSQL transactions may both decide on the same old row.
    pub const fn for_update(self) -> Sql {
        Sql { locks: true, ..self }
    }

    /// The text this engine runs. Owned only where a word was replaced.
    pub(super) fn render(&self, engine: Engine) -> Cow<'static, str> {
        let text = match engine {
            Engine::Sqlite => self.text,
            Engine::Postgres => self.pg.unwrap_or(self.text),
        };
        let text = with_bytes_type(text, engine);
        if self.locks && engine == Engine::Postgres {
            return Cow::Owned(format!("{text} FOR UPDATE"));
        }
        text
    }
}

/// Replaces the type word `BYTES` outside quotes and comments.
pub(super) fn with_bytes_type(text: &'static str, engine: Engine) -> Cow<'static, str> {
    if !text.contains("BYTES") {
        return Cow::Borrowed(text);
    }
    let real = match engine {
        Engine::Sqlite => "BLOB",
        Engine::Postgres => "BYTEA",
    };
    let mut out = String::with_capacity(text.len() + 16);
    for piece in Pieces(text) {
        match piece {
            Piece::Word("BYTES") => out.push_str(real),
            Piece::Word(s) | Piece::Opaque(s) | Piece::Other(s) => out.push_str(s),
        }
    }
    Cow::Owned(out)
}

/// How often a word stands in a text outside quotes and comments, in any case.
pub(super) fn count_word(text: &str, word: &str) -> usize {
    Pieces(text).filter(|piece| matches!(piece, Piece::Word(w) if w.eq_ignore_ascii_case(word))).count()
}

/// A cut of SQL text, just fine enough to tell words from quoted text.
enum Piece<'a> {
    Word(&'a str),
    /// A string, a quoted name or a comment.
    Opaque(&'a str),
    Other(&'a str),
}

/// Cuts SQL into [`Piece`]s; together they are the text again.
struct Pieces<'a>(&'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let text = self.0;
        let first = text.chars().next()?;
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let closing = |skip: usize, mark: &str| -> usize {
            let body = text.get(skip..).unwrap_or_default();
            body.find(mark).map_or(text.len(), |at| skip + at + mark.len())
        };
        let (len, make): (usize, fn(&'a str) -> Piece<'a>) = match first {
            '\'' => (closing(1, "'"), Piece::Opaque),
            '"' => (closing(1, "\""), Piece::Opaque),
            '-' if text.starts_with("--") => (closing(2, "\n"), Piece::Opaque),
            '/' if text.starts_with("/*") => (closing(2, "*/"), Piece::Opaque),
            c if is_word(c) => (text.find(|c| !is_word(c)).unwrap_or(text.len()), Piece::Word),
            c => (c.len_utf8(), Piece::Other),
        };
        let (piece, rest) = text.split_at_checked(len)?;
        self.0 = rest;
        Some(make(piece))
    }
}

/// Declares named statements, and `ALL`, the list that the checks walk.
///
/// ```ignore
/// statements! {
///     /// One line of why.
///     pub(super) HOLD_BY_ID = "SELECT hold_id, reason FROM hold WHERE hold_id = $1";
///     pub(super) HOLD_LOCK = "SELECT version FROM hold WHERE hold_id = $1", for_update;
///     pub(super) EVERY_FIRM = "SELECT firm_id FROM firm", scan_ok;
///     pub(super) CLAIM = "… sqlite …" | "… postgresql …" because "SKIP LOCKED has no equal";
/// }
/// ```
#[macro_export]
macro_rules! statements {
    ($( $(#[$meta:meta])* $vis:vis $name:ident = $text:literal $(| $pg:literal because $why:literal)? $(, $flag:ident)* ; )*) => {
        $(
            $(#[$meta])*
            $vis const $name: $crate::sql::Sql =
                $crate::statements!(@sql stringify!($name), $text $(, $pg, $why)?)$(.$flag())*;
        )*
        /// Every statement of this list, for `check_statements`.
        pub const ALL: &[&$crate::sql::Sql] = &[$(&$name),*];
    };
    (@sql $name:expr, $text:literal) => { $crate::sql::Sql::new($name, $text) };
    (@sql $name:expr, $text:literal, $pg:literal, $why:literal) => { $crate::sql::Sql::forked($name, $text, $pg, $why) };
}
