//! The speed goals, measured: each against its baseline in one run, taken turn about, with the same client, the same
//! certificate and the same bytes. Writes `docs/benchmarks.md` and a chart for each goal.
//!
//!     bench                every goal
//!     bench G1 G5          these
//!     bench --quick …      fewer rounds, smaller files: to see that it runs
//!     bench --no-write …   only says what came out
//!     bench --short …      the same with smaller firms: 20,000 matters, 10,000 records
//!     bench --million G9   growth to a million records: takes an hour
//!
//! What must hold: nothing here is asserted. A number that falls short is written down as it is.

mod chart;
mod cpu;
mod goals;
mod load;
mod peers;
mod report;
mod served;

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use futures_util::FutureExt as _;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Rounds of each measure; the median counts.
    pub rounds: usize,
    /// Bytes of the large file.
    pub large: u64,
    /// How many small files.
    pub small: usize,
    /// Seconds of a rate.
    pub seconds: u64,
    /// Logged reads after which memory is looked at.
    pub reads: usize,
    /// Matters of a firm whose lists are read.
    pub matters: usize,
    /// Records of firms that have grown, the fewest first.
    pub grown: &'static [usize],
}

impl Size {
    const FULL: Size = Size {
        rounds: 5,
        large: 1 << 30,
        small: 1000,
        seconds: 4,
        reads: 100_000,
        matters: 100_000,
        grown: &[1_000, 10_000, 100_000],
    };
    const QUICK: Size = Size {
        rounds: 2,
        large: 64 << 20,
        small: 100,
        seconds: 1,
        reads: 2_000,
        matters: 2_000,
        grown: &[200, 2_000],
    };
}

fn main() -> ExitCode {
    let mut size = Size::FULL;
    let (mut write, mut wanted) = (true, Vec::new());
    for word in std::env::args().skip(1) {
        match word.as_str() {
            "--quick" => size = Size::QUICK,
            "--no-write" => write = false,
            "--short" => (size.matters, size.grown) = (20_000, &[1_000, 10_000]),
            "--million" => size.grown = &[1_000, 100_000, 1_000_000],
            goal if goals::ALL.iter().any(|(name, _)| *name == goal) => wanted.push(goal.to_owned()),
            other => {
                eprintln!("bench: {other} is no goal and no option");
                return ExitCode::from(2);
            }
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(8 << 20)
        .enable_all()
        .build()
        .expect("a runtime");
    let mut report = report::Report::begin(size);
    for (name, goal) in goals::ALL {
        if !wanted.is_empty() && !wanted.iter().any(|w| w == name) {
            continue;
        }
        eprintln!("== {name}");
        // what cannot be measured is said, and the rest is measured
        let measured = runtime.block_on(AssertUnwindSafe(goal(size)).catch_unwind());
        let lines = measured.unwrap_or_else(|_| vec![report::Line::unmeasured()]);
        for line in &lines {
            eprintln!("   {line}");
        }
        report.add(name, lines);
        // a run takes long: what was measured is not lost if it is cut off
        if write {
            report.write();
        }
    }
    ExitCode::SUCCESS
}
