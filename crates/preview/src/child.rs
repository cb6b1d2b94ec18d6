//! The child process: confined first, then one request, one answer, the end.

use crate::{
    confine::{Probe, confine},
    model::{Preview, Refusal, Want},
    render::render,
    wire::{self, Answer, Ask},
};
use std::{
    io::{Read, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
};

/// Serves one request. To be called by the server binary for its hidden subcommand `preview-child`, before
/// it makes any thread, reads any configuration or opens anything. Only the frame's small header, which
/// the server wrote, is read before the confinement.
pub fn main(stdin: impl Read, stdout: impl Write) -> ExitCode {
    let (mut stdin, mut stdout) = (stdin, stdout);
    // A panic's message could quote the document; the sentence of the refusal says enough.
    std::panic::set_hook(Box::new(|_| {}));
    let Ok(ask) = wire::read_ask(&mut stdin) else { return ExitCode::from(2) };
    let confinement = confine(ask.memory, ask.cpu_seconds);
    let outcome = if confinement.is_enough() { answer(stdin, ask) } else { Err(Refusal::Unavailable) };
    match wire::write_answer(&mut stdout, Answer { confinement, outcome }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(3),
    }
}

fn answer(stdin: impl Read, ask: Ask) -> Result<Preview, Refusal> {
    if ask.want == Want::Probe {
        let text = serde_json::to_string(&Probe::attempt()).map_err(|_| Refusal::Unavailable)?;
        return Ok(Preview::Text { text, truncated: false });
    }
    let bounded = stdin.take(ask.max_input.saturating_add(1));
    catch_unwind(AssertUnwindSafe(|| render(bounded, ask.kind, ask.want))).unwrap_or(Err(Refusal::Damaged))
}
