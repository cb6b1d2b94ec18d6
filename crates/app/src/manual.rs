//! `manual`: man pages and shell completions, written from the command line's own definition, so that they cannot say
//! something else than `--help`.

use std::path::Path;

use anyhow::Context as _;
use clap_complete::Shell;

use crate::args;
use crate::say::{Ending, out};

/// Runs the command.
pub(crate) fn run(to: &Path) -> anyhow::Result<Ending> {
    let (pages, completions) = (to.join("man1"), to.join("completions"));
    for folder in [&pages, &completions] {
        std::fs::create_dir_all(folder).with_context(|| format!("the folder {}", folder.display()))?;
    }
    clap_mangen::generate_to(args::definition(), &pages).context("the man pages")?;
    let mut line = args::definition();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut line, "strongroom", &completions).context("completions")?;
    }
    out(format_args!("man pages in {}, completions in {}", pages.display(), completions.display()));
    Ok(Ending::Done)
}
