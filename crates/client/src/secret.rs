//! Secrets from a file or from the terminal, unseen; never from the command line, which everyone can list.

use std::fs::File;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use anyhow::Context as _;
use zeroize::Zeroizing;

use crate::say::{self, usage};

/// A passphrase from a file, without the line's end.
pub fn from_file(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(
        std::fs::read_to_string(path)
            .with_context(|| format!("the passphrase file {} cannot be read", path.display()))?,
    );
    let end = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(end);
    if text.is_empty() {
        return Err(usage(format!("the passphrase file {} is empty", path.display())));
    }
    if std::fs::metadata(path).is_ok_and(|m| m.mode() & 0o007 != 0) {
        say::note(format_args!("{} can be read by everyone on this machine", path.display()));
    }
    Ok(text)
}

/// A secret typed at the terminal, unseen; `None` without a terminal.
pub fn typed(question: &str) -> anyhow::Result<Option<Zeroizing<String>>> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let Ok(mut terminal) = File::options().read(true).write(true).open("/dev/tty") else { return Ok(None) };
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return Ok(None);
    }
    let before = tcgetattr(&terminal)?;
    let mut unseen = before.clone();
    unseen.local_modes -= LocalModes::ECHO;
    say::ask(question);
    tcsetattr(&terminal, OptionalActions::Flush, &unseen)?;
    let mut line = Zeroizing::new(String::with_capacity(1024));
    let read = std::io::BufRead::read_line(&mut std::io::BufReader::new(&mut terminal), &mut line);
    tcsetattr(&terminal, OptionalActions::Flush, &before)?;
    say::note("");
    read?;
    let end = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(end);
    Ok(Some(line))
}
