//! `strongroom`: the one program of the server. Arguments become options here, options become work in the
//! modules below; what a firm may do is decided in `domain`, never here.
//!
//! A library so that fuzzing reaches the configuration; `main.rs` only calls it.
//!
//! Order matters in [`main`]: the preview's child process is served before anything else happens, so that
//! the parsers of foreign documents start in a process that has opened and read nothing.

mod args;
mod backup;
mod check;
mod config;
mod demo;
mod hardening;
mod init;
mod manual;
mod operator;
mod person;
mod policies;
mod restore;
mod room;
mod say;
mod serve;
mod telemetry;
mod upgrade;
mod way;
mod witness;

use std::process::ExitCode;

use args::{Command, ConfigCommand};
use say::Ending;

/// The hidden word that starts the preview's child.
const PREVIEW_CHILD: &str = "preview-child";

/// Reads a configuration as the program would, and says whether it is one. For `fuzz`.
#[must_use]
pub fn is_configuration(text: &str) -> bool {
    config::is_sound(text)
}

/// The program.
#[must_use]
pub fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|word| word == PREVIEW_CHILD) {
        return strongroom_preview::child::main(std::io::stdin().lock(), std::io::stdout().lock());
    }
    hardening::harden();
    match args::read() {
        Ok(command) => say::end(run(command)),
        Err(usage) => usage,
    }
}

fn run(command: Command) -> anyhow::Result<Ending> {
    match command {
        Command::Serve(place) => serve::run(&config::load(&place)?),
        Command::Manual { to } => manual::run(&to),
        Command::Demo(options) => demo::run(options),
        Command::DemoMake { data } => demo::make::run(&data),
        Command::Init(options) => init::run(options),
        Command::Unseal(options) => operator::unseal(&options),
        Command::Seal(place) => operator::seal(&place),
        Command::FirstLink(options) => operator::first_link(&options),
        Command::Policies(options) => policies::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Backup(options) => backup::run(&options),
        Command::Restore(options) => restore::run(&options),
        Command::Upgrade(options) => upgrade::run(&options),
        Command::Witness { command } => witness::run(&command),
        Command::Import(options) => person::import(&options),
        Command::Export(options) => person::export(&options),
        Command::Config { command: ConfigCommand::Show(place) } => config::show(&place),
        Command::Config { command: ConfigCommand::Check(place) } => config::check(&place),
    }
}
