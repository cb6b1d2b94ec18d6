//! What a program says: data to standard output, sentences for people to standard error.

use std::fmt::Display;
use std::io::Write as _;

/// What was asked makes no sense: exit code 2.
#[derive(Debug)]
pub struct Usage(pub String);

impl Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// An error of usage.
pub fn usage(says: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(Usage(says.into()))
}

/// Data, on standard output. Nobody to read it is no reason to fail.
pub fn out(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// A sentence for the person who runs it.
pub fn note(line: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Half a line for the person who runs it: a question.
pub fn ask(text: impl Display) {
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "{text}");
    let _ = err.flush();
}
