//! How the program ends: its exit code, and the sentence where it could not do what was asked.

use std::process::ExitCode;

use strongroom_domain::Error;

/// How a command ended that could run. Errors are the other ways: wrong usage, or could not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// 0: done.
    Done,
    /// 1: it looked, and found something wrong.
    Found,
}

pub(crate) use strongroom_client::say::{Usage, ask, note, out, usage};

/// The exit code, with the sentence where it is an error.
pub(crate) fn end(result: anyhow::Result<Ending>) -> ExitCode {
    match result {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Found) => ExitCode::from(1),
        Err(error) => {
            note(format_args!("strongroom: {}", sentence(&error)));
            let asked_wrongly =
                error.is::<Usage>() || matches!(error.downcast_ref(), Some(Error::Invalid { .. }));
            ExitCode::from(if asked_wrongly { 2 } else { 3 })
        }
    }
}

/// The whole chain as one sentence; errors of the domain in words a person can act on.
fn sentence(error: &anyhow::Error) -> String {
    let mut said = Vec::new();
    for cause in error.chain() {
        let words = cause.downcast_ref::<Error>().map_or_else(|| cause.to_string(), words);
        if said.last() != Some(&words) {
            said.push(words);
        }
    }
    said.join(": ")
}

/// What a domain error means at the command line. Ids only: nothing of a client stands in one.
pub(crate) fn words(error: &Error) -> String {
    match error {
        Error::Refused(refusal) => {
            refusal.because.iter().map(|b| b.says.as_str()).collect::<Vec<_>>().join(" ")
        }
        Error::NotFound => String::from("There is no such thing, or not for you."),
        Error::SignedOut => {
            String::from("Nobody is signed in: the token is wrong, has ended or was revoked.")
        }
        Error::Invalid { field, says } => format!("{field}: {says}"),
        Error::Conflict { says, .. } => says.clone(),
        Error::Duplicate { of } => format!("The same bytes are already there: {of}."),
        Error::Stale => String::from("Somebody changed it meanwhile. Try again."),
        Error::Throttled { retry_after } => format!("Too many attempts. Try again in {retry_after} s."),
        Error::TooLarge { limit } => format!("It is larger than the limit of {limit} bytes."),
        Error::Sealed => String::from("The strongroom is sealed. Unseal it first: strongroom unseal."),
        Error::Full => String::from("Storage is full. Make room; nothing was changed."),
        Error::Unavailable(why) => format!("Storage cannot be reached: {why}"),
        Error::Damaged(id) => format!("{id} is damaged: what is stored is not what was written."),
        Error::Tampered { table, id } => {
            format!("What is stored was changed behind the program's back: {table} {id}. Nothing is opened.")
        }
        Error::Internal(why) => format!("A fault of the program: {why}"),
    }
}
