//! The server's side: starts the child, feeds it, and believes little of what it says.

use crate::{
    confine::{Confinement, Probe},
    model::{Kind, Preview, Refusal, Want},
    render::{input_limit, is_cut},
    wire::{self, Ask},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use std::{path::PathBuf, process::Stdio, sync::Mutex, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    sync::Semaphore,
};

/// An answer longer than this is not read.
const MAX_ANSWER: u64 = 32 * 1024 * 1024;
/// Only to tell running out of memory from other ends; may quote nothing, is never kept.
const MAX_STDERR: u64 = 4 * 1024;

/// One preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// As sniffed from the first bytes.
    pub kind: Kind,
    /// What is wanted.
    pub want: Want,
}

/// Makes previews, a few at a time, each in a process of its own.
#[derive(Debug)]
pub struct Previewer {
    program: PathBuf,
    args: Vec<String>,
    gate: Semaphore,
    /// From the start of the child to its answer; then it is killed.
    pub timeout: Duration,
    /// Bytes of address space a child may have.
    pub memory: u64,
    /// Seconds of processor time a child may use.
    pub cpu_seconds: u64,
    /// No document larger than this is sent (some kinds have lower bounds: [`input_limit`]).
    pub max_input: u64,
    confinement: Mutex<Option<Confinement>>,
}

impl Previewer {
    /// `program` with `args` must end in [`crate::child::main`]. At most `concurrency` children run at a time.
    pub fn new(program: PathBuf, args: Vec<String>, concurrency: usize) -> Self {
        Self {
            program,
            args,
            gate: Semaphore::new(concurrency.max(1)),
            timeout: Duration::from_secs(25),
            memory: 1024 * 1024 * 1024,
            cpu_seconds: 20,
            max_input: 200 * 1024 * 1024,
            confinement: Mutex::new(None),
        }
    }

    /// What restrictions the last child reported; `None` before the first.
    pub fn confinement(&self) -> Option<Confinement> {
        self.confinement.lock().map(|c| *c).unwrap_or_default()
    }

    /// Starts a child that tries to break out, for the health screen.
    pub async fn check(&self) -> Result<(Confinement, Probe), Refusal> {
        let none = futures_util::stream::empty::<Result<Bytes, std::io::Error>>();
        let request = Request { kind: Kind::Unknown, want: Want::Probe };
        match self.run(request, none).await? {
            Preview::Text { text, .. } => {
                let probe = serde_json::from_str(&text).map_err(|_| Refusal::Unavailable)?;
                Ok((self.confinement().unwrap_or_default(), probe))
            }
            _ => Err(Refusal::Unavailable),
        }
    }

    /// Makes one preview of the document that `chunks` delivers. Dropping the future kills the child.
    pub async fn run<S, E>(&self, request: Request, chunks: S) -> Result<Preview, Refusal>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        let Ok(_turn) = self.gate.acquire().await else { return Err(Refusal::Unavailable) };
        tokio::time::timeout(self.timeout, self.one(request, chunks)).await.unwrap_or(Err(Refusal::TimedOut))
    }

    fn spawn(&self) -> Result<Child, Refusal> {
        Command::new(&self.program)
            .args(&self.args)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|_| Refusal::Unavailable)
    }

    async fn one<S, E>(&self, request: Request, chunks: S) -> Result<Preview, Refusal>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        let max_input = self.max_input.min(input_limit(request.kind));
        let ask = Ask {
            want: request.want,
            kind: request.kind,
            memory: self.memory,
            cpu_seconds: self.cpu_seconds,
            max_input,
        };
        let head = wire::ask_bytes(&ask).map_err(|_| Refusal::Unavailable)?;
        let mut child = self.spawn()?;
        let (Some(mut stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Refusal::Unavailable);
        };
        let feed = async move {
            // A child that stops reading has decided; its answer tells why.
            if stdin.write_all(&head).await.is_err() {
                return Ok(());
            }
            let mut chunks = std::pin::pin!(chunks);
            let mut sent: u64 = 0;
            while let Some(chunk) = chunks.next().await {
                let chunk = chunk.map_err(|_| Refusal::Unavailable)?;
                sent = sent.saturating_add(chunk.len() as u64);
                if sent > max_input {
                    if is_cut(request.kind) {
                        break;
                    }
                    return Err(Refusal::TooBig);
                }
                if stdin.write_all(&chunk).await.is_err() {
                    break;
                }
            }
            Ok(())
        };
        let answer = async move {
            let mut bytes = Vec::new();
            let read = stdout.take(MAX_ANSWER + 1).read_to_end(&mut bytes).await;
            read.map(|_| bytes).map_err(|_| Refusal::Unavailable)
        };
        let complaint = async move {
            let mut bytes = Vec::new();
            // Best effort: the words only refine the refusal.
            let _ended = stderr.take(MAX_STDERR).read_to_end(&mut bytes).await;
            Ok(bytes)
        };
        let ((), bytes, complaint) = tokio::try_join!(feed, answer, complaint)?;
        if bytes.len() as u64 > MAX_ANSWER {
            return Err(Refusal::TooBig);
        }
        let status = child.wait().await.map_err(|_| Refusal::Unavailable)?;
        if !status.success() {
            return Err(ended(status, &complaint));
        }
        let answer = wire::parse_answer(&bytes).ok_or(Refusal::Damaged)?;
        if let Ok(mut known) = self.confinement.lock() {
            *known = Some(answer.confinement);
        }
        answer.outcome
    }
}

/// Why a child ended without an answer.
fn ended(status: std::process::ExitStatus, complaint: &[u8]) -> Refusal {
    use std::os::unix::process::ExitStatusExt;
    let said = |words: &[u8]| complaint.windows(words.len()).any(|w| w == words);
    match status.signal() {
        Some(libc::SIGXCPU | libc::SIGKILL) => Refusal::TimedOut,
        _ if said(b"memory allocation of") => Refusal::OutOfMemory,
        Some(_) => Refusal::Damaged,
        None => Refusal::Unavailable,
    }
}
