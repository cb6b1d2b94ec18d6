//! How far long work is: a bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::say::note;

/// See the module. Cheap to clone; clones are one.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    terminal: bool,
}

const BYTES: &str = "{bar:32} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}";
const THINGS: &str = "{bar:32} {pos}/{len} {eta} {msg}";

impl Progress {
    /// Over so many bytes.
    pub fn bytes(total: u64) -> Self {
        Self::new(total, BYTES)
    }

    /// Over so many things.
    pub fn things(total: u64) -> Self {
        Self::new(total, THINGS)
    }

    fn new(total: u64, template: &str) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        if terminal {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self { bar, terminal }
    }

    /// So much more is done.
    pub fn add(&self, more: u64) {
        self.bar.inc(more);
    }

    /// What was counted, and came to nothing.
    pub fn take_back(&self, less: u64) {
        self.bar.dec(less);
    }

    /// What is being done now.
    pub fn doing(&self, what: impl Into<String>) {
        if self.terminal {
            self.bar.set_message(what.into());
        }
    }

    /// A line that stays.
    pub fn say(&self, line: &str) {
        if self.terminal {
            self.bar.suspend(|| note(line));
        } else {
            note(line);
        }
    }

    /// A line for those who have no bar.
    pub fn line(&self, line: &str) {
        if !self.terminal {
            note(line);
        }
    }

    /// A line of data that stays.
    pub fn out(&self, line: &str) {
        self.bar.suspend(|| crate::say::out(line));
    }

    /// The end: the bar goes.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
