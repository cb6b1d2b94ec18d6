//! What was measured, in words, tables and charts.

use std::fmt;
use std::fmt::Write as _;

use crate::{Size, chart, cpu};

/// What is wanted of a ratio, or of a number that has no baseline.
#[derive(Clone, Copy)]
pub enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

/// Several measures of one thing.
#[derive(Clone, Default)]
pub struct Spread(Vec<f64>);

impl Spread {
    pub fn add(&mut self, value: f64) {
        self.0.push(value);
        self.0.sort_by(f64::total_cmp);
    }

    pub fn of(value: f64) -> Self {
        Self(vec![value])
    }

    pub fn median(&self) -> f64 {
        self.0.get(self.0.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(low), Some(high)) = (self.0.first(), self.0.last()) else { return write!(f, "-") };
        if self.0.len() == 1 {
            return write!(f, "{}", short(*low));
        }
        write!(f, "{} ({} to {})", short(self.median()), short(*low), short(*high))
    }
}

/// Three digits that matter.
pub fn short(value: f64) -> String {
    match value.abs() {
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        v if v >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

/// One measure of a goal.
pub struct Line {
    pub what: String,
    pub unit: &'static str,
    pub ours: Spread,
    pub theirs: Option<(&'static str, Spread)>,
    pub goal: Option<Goal>,
    /// Beside it: latencies, what was odd.
    pub note: String,
}

impl Line {
    /// Against a baseline.
    pub fn against(
        what: impl Into<String>,
        unit: &'static str,
        (ours, whose, theirs): (Spread, &'static str, Spread),
        goal: Option<Goal>,
    ) -> Self {
        Self { what: what.into(), unit, ours, theirs: Some((whose, theirs)), goal, note: String::new() }
    }

    /// By itself.
    pub fn alone(what: impl Into<String>, unit: &'static str, ours: Spread, goal: Option<Goal>) -> Self {
        Self { what: what.into(), unit, ours, theirs: None, goal, note: String::new() }
    }

    /// It could not be: the log of the run says why.
    pub fn unmeasured() -> Self {
        Self::alone("not measured: it failed", "", Spread::default(), Some(Goal::AtMost(0.0)))
    }

    pub fn with(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The ratio; the number itself where there is no baseline.
    pub fn ratio(&self) -> f64 {
        self.theirs.as_ref().map_or(self.ours.median(), |(_, theirs)| self.ours.median() / theirs.median())
    }

    fn outcome(&self) -> &'static str {
        match self.goal {
            None => "",
            Some(Goal::AtMost(most)) if self.ratio() <= most => "met",
            Some(Goal::AtLeast(least)) if self.ratio() >= least => "met",
            Some(_) => "**missed**",
        }
    }

    fn wanted(&self) -> String {
        let unit = if self.theirs.is_some() { "×" } else { self.unit };
        match self.goal {
            None => String::new(),
            Some(Goal::AtMost(most)) => format!("≤ {most} {unit}"),
            Some(Goal::AtLeast(least)) => format!("≥ {least} {unit}"),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.what, self.ours, self.unit)?;
        if let Some((whose, theirs)) = &self.theirs {
            write!(f, "; {whose} {theirs}; ratio {}", short(self.ratio()))?;
        }
        write!(f, "  {} {}  {}", self.wanted(), self.outcome(), self.note)
    }
}

/// The whole.
pub struct Report {
    size: Size,
    load: String,
    goals: Vec<(&'static str, Vec<Line>)>,
}

impl Report {
    pub fn begin(size: Size) -> Self {
        Self { size, load: cpu::load(), goals: Vec::new() }
    }

    pub fn add(&mut self, goal: &'static str, lines: Vec<Line>) {
        self.goals.push((goal, lines));
    }

    /// Writes `docs/benchmarks.md` and the charts: whole, from this run alone. The run on PostgreSQL has a file of its own.
    pub fn write(&self) {
        let on = if std::env::var_os("TEST_DATABASE_URL").is_some() { "-postgresql" } else { "" };
        let mut text = String::from(HEAD);
        let _ = writeln!(
            text,
            "{}; load {} before, {} after. {} rounds each, turn about; median (lowest to highest). Large file {} MiB, {} small ones.\n",
            machine(),
            self.load,
            cpu::load(),
            self.size.rounds,
            self.size.large >> 20,
            self.size.small,
        );
        // a goal of the other engine has no lines here
        for (goal, lines) in self.goals.iter().filter(|(_, lines)| !lines.is_empty()) {
            let _ = writeln!(text, "## {goal}\n\n![{goal}](images/bench-{goal}{on}.svg)\n");
            text.push_str(
                "| what | Strongroom | baseline | ratio | goal | |\n| --- | --- | --- | --- | --- | --- |\n",
            );
            for line in lines {
                let theirs = line
                    .theirs
                    .as_ref()
                    .map_or(String::new(), |(whose, s)| format!("{whose}: {s} {}", line.unit));
                let ratio = if line.theirs.is_some() { short(line.ratio()) } else { String::new() };
                let _ = writeln!(
                    text,
                    "| {} | {} {} | {theirs} | {ratio} | {} | {} |",
                    line.what,
                    line.ours,
                    line.unit,
                    line.wanted(),
                    line.outcome()
                );
            }
            text.push('\n');
            for line in lines.iter().filter(|l| !l.note.is_empty()) {
                let _ = writeln!(text, "- {}: {}", line.what, line.note);
            }
            text.push('\n');
            std::fs::write(format!("docs/images/bench-{goal}{on}.svg"), chart::bars(goal, lines))
                .expect("a chart");
        }
        let text = format!("{}\n", text.trim_end());
        std::fs::write(format!("docs/benchmarks{on}.md"), text).expect("the report");
    }
}

const HEAD: &str = "# Benchmarks

Written by `make bench`; nothing in it is typed. Each goal is a ratio against a baseline that was measured in the same run, turn about, by the same client over loopback TLS 1.3 with the same certificate and the same random bytes.
Strongroom decides, seals, syncs and writes the ledger entry before it answers; nginx does none of it. Where a goal is missed it says so; [speed.md](speed.md) says why.

";

fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|l| l.strip_prefix("model name")).unwrap_or(": unknown");
    let cores = info.lines().filter(|l| l.starts_with("processor")).count();
    format!("{}, {cores} cores", name.trim_start_matches([' ', '\t', ':']))
}
