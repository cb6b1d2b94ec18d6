//! `import`: a folder's files into a matter, as the person whose token it is. What is there already is skipped
//! and said, so it can be run again; what was cut off goes on.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::sync::Mutex;

use crate::http::{Problem, Server};
use crate::progress::Progress;
use crate::upload::{Begun, Filed, file};
use crate::walk::{Item, Walk};

/// Files at once: enough to hide a round trip, few enough for a small server.
const AT_ONCE: usize = 4;
/// A refusal that holds for the matter holds for every file of it.
const GIVE_UP: usize = 20;

/// How many went which way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// New records.
    pub added: usize,
    /// Bytes that were there.
    pub already: usize,
    /// What could not be added.
    pub failed: usize,
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} added, {} already there, {} failed", self.added, self.already, self.failed)
    }
}

/// Adds what was found, some at once.
pub async fn add(server: &Server, matter: &str, found: Walk) -> anyhow::Result<Tally> {
    let mut connection = server.connection();
    connection.read(&format!("/api/v1/matters/{matter}")).await.context("the matter")?;
    let total = found.items.iter().map(|i| i.size).sum();
    let progress = Progress::bytes(total);
    found.notes.iter().for_each(|n| progress.say(n));
    let begun = Arc::new(Begun::load());
    let queue = Arc::new(Mutex::new(found.items.into_iter()));
    let shared = Arc::new(Mutex::new((Tally::default(), None)));
    let workers = (0..AT_ONCE).map(|_| {
        let work = Work {
            server: server.clone(),
            matter: matter.to_owned(),
            begun: begun.clone(),
            queue: queue.clone(),
            shared: shared.clone(),
            progress: progress.clone(),
        };
        tokio::spawn(work.run())
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.context("a worker was cut off")?;
    }
    progress.end();
    let mut shared = shared.lock().await;
    match shared.1.take() {
        Some(error) if shared.0.added == 0 => Err(error),
        _ => Ok(shared.0),
    }
}

/// One of several that take files from one queue.
struct Work {
    server: Server,
    matter: String,
    begun: Arc<Begun>,
    queue: Arc<Mutex<std::vec::IntoIter<Item>>>,
    shared: Arc<Mutex<(Tally, Option<anyhow::Error>)>>,
    progress: Progress,
}

impl Work {
    async fn run(self) {
        let mut connection = self.server.connection();
        loop {
            let Some(item) = self.queue.lock().await.next() else { return };
            self.progress.doing(item.shown());
            let outcome = file(&mut connection, &self.matter, &item, &self.begun, &self.progress).await;
            let mut shared = self.shared.lock().await;
            match outcome {
                Ok(Filed::Added) => {
                    shared.0.added += 1;
                    self.progress.out(&format!("added    {}", item.shown()));
                }
                Ok(Filed::Already(of)) => {
                    shared.0.already += 1;
                    self.progress.add(item.size);
                    self.progress.out(&format!("already  {}  as {of}", item.shown()));
                }
                Err(error) => {
                    shared.0.failed += 1;
                    self.progress.say(&format!("failed   {}: {error:#}", shown(&item.path)));
                    let hopeless =
                        error.downcast_ref::<Problem>().is_some_and(|p| hopeless(p.status.as_u16()));
                    shared.1.get_or_insert(error);
                    if hopeless || shared.0.failed >= GIVE_UP && shared.0.added == 0 {
                        // the rest would be answered the same
                        while self.queue.lock().await.next().is_some() {
                            shared.0.failed += 1;
                        }
                        return;
                    }
                }
            }
        }
    }
}

fn shown(path: &Path) -> String {
    crate::walk::shown(path)
}

/// Not signed in, refused, unknown, full: nothing of this matter can be added.
fn hopeless(status: u16) -> bool {
    matches!(status, 401 | 403 | 404 | 503 | 507)
}
