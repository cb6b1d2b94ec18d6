//! Logs: one JSON object a line on standard error, or plain lines where a person looks on. Never content:
//! nothing that a client told the firm may reach a log macro, and the formats here add none.

use std::io::IsTerminal as _;

use tracing::level_filters::LevelFilter;

use crate::config::{Log, LogFormat};

/// Starts logging for the whole process.
pub(crate) fn start(log: &Log) {
    let level: LevelFilter = log.level.into();
    let terminal = std::io::stderr().is_terminal();
    let pretty = match log.format {
        LogFormat::Auto => terminal,
        LogFormat::Json => false,
        LogFormat::Pretty => true,
    };
    let builder = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr);
    let started = if pretty {
        builder.with_ansi(terminal).with_target(false).compact().try_init()
    } else {
        builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
    };
    if started.is_err() {
        crate::say::note("strongroom: logging was started twice");
    }
}
