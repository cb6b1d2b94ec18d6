//! `strongroom-verify`: checks what a Strongroom ledger claims, without trusting the firm that runs it.
//!
//! This program shares no code with the server and needs no access to it. It is meant to be read from the
//! top in an afternoon: this file says what is asked and answered; `receipt` and `log` are the two
//! questions; `entry` puts a ledger entry in words; `note` and `policy` decide whose signature counts;
//! `tree` is the Merkle tree; `source` reads files and URLs.
//!
//! What must hold: the word "verified" is printed, and 0 returned, only if every check of the command was
//! made and held. Whatever cannot be checked is a failure, never a warning.
#![deny(clippy::unreachable, clippy::indexing_slicing, clippy::string_slice)]

mod entry;
mod log;
mod note;
mod policy;
mod receipt;
mod source;
#[cfg(test)]
mod tests;
mod tree;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lexopt::Arg;

use crate::policy::Trust;

const USAGE: &str = "\
Verify what a Strongroom ledger says, without trusting the firm that runs it.

    strongroom-verify receipt FILE        one entry is in the ledger: a receipt (C2SP tlog-proof)
    strongroom-verify log DIR|URL         the whole ledger: an exported folder, or http(s)://HOST/ledger
    strongroom-verify certificate FILE    the receipt of a destruction

    --vkey FILE        the ledger's verifier key; several times if it was replaced
    --policy FILE      which logs and witnesses must have signed (C2SP tlog-policy)
    --at-least SIZE    the ledger must have this many entries at least
    --since FILE       log: a checkpoint or receipt you kept earlier; the ledger must begin with that one
    --token-file FILE  log URL: an auditor's token; entries are not public

Exit codes: 0 verified, 1 not verified, 2 wrong usage, 3 could not run.
";

/// Why the answer is not "verified"; each has its exit code.
#[derive(Debug, PartialEq, Eq)]
enum Failure {
    /// 1: what was checked does not hold
    NotVerified(String),
    /// 2: the question makes no sense
    Usage(String),
    /// 3: the question could not be answered
    CouldNotRun(String),
}

type Outcome<T> = Result<T, Failure>;

fn not_verified<T>(why: impl Into<String>) -> Outcome<T> {
    Err(Failure::NotVerified(why.into()))
}

fn main() -> ExitCode {
    let (code, out, err) = match run(std::env::args_os().skip(1).collect()) {
        Ok(report) => (0, report, String::new()),
        Err(Failure::NotVerified(why)) => (1, String::new(), format!("NOT VERIFIED: {}", entry::plain(&why))),
        Err(Failure::Usage(why)) => (2, String::new(), format!("{why}\n\n{USAGE}")),
        Err(Failure::CouldNotRun(why)) => {
            (3, String::new(), format!("could not run: {}", entry::plain(&why)))
        }
    };
    // a report that nobody could read is no answer
    let written = std::io::stdout().write_all(out.as_bytes());
    if !err.is_empty() {
        let _ = writeln!(std::io::stderr(), "{err}");
    }
    ExitCode::from(if written.is_err() { 3 } else { code })
}

/// What the command line asks.
struct Question {
    command: String,
    subject: OsString,
    vkeys: Vec<PathBuf>,
    policy: Option<PathBuf>,
    at_least: u64,
    since: Option<PathBuf>,
    token_file: Option<PathBuf>,
}

fn run(args: Vec<OsString>) -> Outcome<String> {
    let Some(question) = parse_args(args).map_err(|e| Failure::Usage(e.to_string()))? else {
        return Ok(USAGE.to_owned());
    };
    let mut trust = Trust::default();
    for file in &question.vkeys {
        trust.add_vkeys(&source::read_file(file)?).map_err(|why| usage(file, &why))?;
    }
    if let Some(file) = &question.policy {
        trust.add_policy(&source::read_file(file)?).map_err(|why| usage(file, &why))?;
    }
    trust.at_least = question.at_least;
    if trust.log_keys().next().is_none() {
        return Err(Failure::Usage(
            "no key of the ledger: give --vkey FILE, or a --policy FILE that names the log".into(),
        ));
    }
    let log_only = question.since.is_some() || question.token_file.is_some();
    match question.command.as_str() {
        "receipt" | "certificate" if log_only => {
            Err(Failure::Usage("--since and --token-file belong to `log`".into()))
        }
        "receipt" => receipt::verify(&source::read_file(Path::new(&question.subject))?, &trust),
        "certificate" => {
            receipt::verify_destruction(&source::read_file(Path::new(&question.subject))?, &trust)
        }
        "log" => {
            let since = question.since.as_deref().map(source::read_file).transpose()?;
            let token = question.token_file.as_deref().map(source::read_file).transpose()?;
            let source = source::Source::open(&question.subject, token)?;
            log::verify(&source, since.as_deref(), &trust)
        }
        other => Err(Failure::Usage(format!("no command `{other}`"))),
    }
}

fn usage(file: &Path, why: &str) -> Failure {
    Failure::Usage(format!("{}: {why}", file.display()))
}

/// `None` asks for help.
fn parse_args(args: Vec<OsString>) -> Result<Option<Question>, lexopt::Error> {
    let mut parser = lexopt::Parser::from_args(args);
    let (mut vkeys, mut policy, mut at_least, mut since, mut token_file) = (vec![], None, None, None, None);
    let mut words: Vec<OsString> = Vec::new();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            Arg::Long("vkey") => vkeys.push(parser.value()?.into()),
            Arg::Long("policy") => set(&mut policy, parser.value()?.into())?,
            Arg::Long("since") => set(&mut since, parser.value()?.into())?,
            Arg::Long("token-file") => set(&mut token_file, parser.value()?.into())?,
            Arg::Long("at-least") => {
                let size = parser.value()?.to_str().and_then(note::decimal);
                set(&mut at_least, size.ok_or("--at-least takes a number of entries")?)?;
            }
            Arg::Value(word) => words.push(word),
            other => return Err(other.unexpected()),
        }
    }
    let [command, subject] =
        <[OsString; 2]>::try_from(words).map_err(|_| "a command and one FILE, DIR or URL")?;
    let command = command.to_string_lossy().into_owned();
    let at_least = at_least.unwrap_or(0);
    Ok(Some(Question { command, subject, vkeys, policy, at_least, since, token_file }))
}

fn set<T>(option: &mut Option<T>, value: T) -> Result<(), lexopt::Error> {
    if option.replace(value).is_some() { Err("an option is given twice".into()) } else { Ok(()) }
}
