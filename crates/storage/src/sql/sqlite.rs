//! SQLite: one writing connection that commits in groups, and a few reading ones.
//!
//! Writers queue for the connection first come, first served, so nobody starves and nobody meets `SQLITE_BUSY` half-way.
//! A commit costs one `fsync`, about a millisecond, and that would be the limit; so a transaction that finds others waiting
//! leaves its work in the open transaction (behind a savepoint), queues behind them, and whoever comes first to the
//! end of the queue commits for all. What must hold:
//! - **commit returns after the group's `COMMIT`**, with its result: a failed `COMMIT` fails every member;
//! - **rollback of one member** goes back to its own savepoint, and returns only when what it may have read is durable;
//! - after a failed `COMMIT` or rollback the connection is closed and a new one reads the files again;
//! - nothing is written into a file that is no longer the one at its path: who moved it away, deleted it or put another
//!   there would find nothing of it;
//! - a dropped future leaves nothing open: beginning and ending run in tasks of their own.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use super::error::{Cause, classify};
use super::sqlite_conn::{Conn, Lent, Opening, Readers};
use super::{DbError, DbOptions, Param, Row, Sql};

/// Takes the right to write.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// How a group ended; `None` while it is open.
type Outcome = Option<Result<(), DbError>>;

/// The writing connection and the queue for it.
#[derive(Debug)]
pub(super) struct Writer {
    file: File,
    opening: Opening,
    state: Arc<Mutex<State>>,
    /// How many wait to begin.
    waiting: AtomicUsize,
}

#[derive(Debug)]
struct State {
    conn: Option<Conn>,
    group: Option<Group>,
    closed: bool,
}

/// The database's file, known by its path and by what lay there when we began.
#[derive(Debug)]
struct File {
    path: PathBuf,
    identity: (u64, u64),
}

impl File {
    fn at(path: &Path) -> std::io::Result<Self> {
        Ok(Self { path: path.to_owned(), identity: identity(path)? })
    }

    /// One `stat`, a few microseconds for a whole group of commits.
    fn in_place(&self) -> Result<(), DbError> {
        if identity(&self.path).is_ok_and(|found| found == self.identity) {
            return Ok(());
        }
        let says = "its file was moved, deleted or replaced: put it back, or start anew with another";
        Err(DbError::Unavailable(Cause::new("begin", says)))
    }
}

fn identity(path: &Path) -> std::io::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(path)?;
    Ok((found.dev(), found.ino()))
}

/// An open `BEGIN IMMEDIATE` with the work of zero or more members.
#[derive(Debug)]
struct Group {
    members: u32,
    /// The last member's savepoint is still on the stack; its work is kept. Releasing it goes along with a later step.
    unreleased: bool,
    outcome: watch::Sender<Outcome>,
}

/// Opens the writer, which creates the file, and the readers.
pub(super) async fn connect(path: &Path, options: &DbOptions) -> Result<(Arc<Writer>, Readers), DbError> {
    let (file, opening) = (path.to_owned(), Opening::new(path, options, true));
    let opened = tokio::task::spawn_blocking(move || {
        create_private(&file).map_err(|e| classify("connect", &e.into()))?;
        let conn = opening.open()?;
        let file = File::at(&file).map_err(|e| classify("connect", &e.into()))?;
        Ok((file, opening, conn))
    });
    let (file, opening, conn) = opened.await.unwrap_or_else(|_| Err(ended("connect")))?;
    let state = State { conn: Some(conn), group: None, closed: false };
    let writer = Writer { file, opening, state: Arc::new(Mutex::new(state)), waiting: AtomicUsize::new(0) };
    Ok((Arc::new(writer), Readers::new(path, options)))
}

/// Creates the file for its owner only; the engine gives its companions the same mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path).map(drop)
}

impl Writer {
    /// Where the file lies.
    pub(super) fn path(&self) -> &Path {
        &self.file.path
    }

    /// The file that is open is the one that lies at its path.
    pub(super) fn in_place(&self) -> Result<(), DbError> {
        self.file.in_place()
    }

    /// Waits for the turn, then begins or joins a group.
    pub(super) async fn begin(self: &Arc<Self>) -> Result<SqliteTx, DbError> {
        let state = {
            let _turn = Turn::wait(&self.waiting);
            Arc::clone(&self.state).lock_owned().await
        };
        let writer = Arc::clone(self);
        // In a task of its own: half a beginning could not be told from a whole one, and undoing one that never was
        // would go back to the savepoint of the member before.
        let beginning = tokio::spawn(async move { writer.begin_turn(state).await });
        beginning.await.unwrap_or_else(|_| Err(ended("begin"))).map(SqliteTx::Write)
    }

    async fn begin_turn(self: Arc<Self>, mut state: OwnedMutexGuard<State>) -> Result<WriteTurn, DbError> {
        let first = state.group.is_none();
        if first {
            self.in_place()?;
        }
        let result = if first { state.open_group(&self.opening).await } else { state.join_group().await };
        result.map(|()| WriteTurn { writer: self, state: Some(state), first })
    }

    /// Waits for those before, then closes; further writes are refused.
    pub(super) async fn close(&self) {
        let mut state = self.state.lock().await;
        state.closed = true;
        if state.group.is_some() {
            // Members are still in the queue for the end of their group.
            let _ = state.commit_group().await;
        }
        // the last one out folds the log into the file
        state.lose().await;
    }

    /// Ends one turn: keeps or undoes its work, then sees that the group is committed.
    async fn finish(
        &self,
        mut state: OwnedMutexGuard<State>,
        first: bool,
        keep: bool,
    ) -> Result<(), DbError> {
        let step = match (keep, first) {
            (true, _) => None,
            (false, true) => Some(&["ROLLBACK"][..]),
            (false, false) => Some(&["ROLLBACK TO member", "RELEASE member"][..]),
        };
        if let Some(step) = step
            && let Err(error) = state.run("rollback", step)
        {
            state.fail(&error).await;
            return Err(error);
        }
        if first && !keep {
            state.group = None;
            return Ok(());
        }
        let Some(group) = state.group.as_mut() else { return Err(ended("commit")) };
        group.members += u32::from(keep);
        group.unreleased = keep && !first;
        if self.waiting.load(Ordering::Relaxed) == 0 {
            return state.commit_group().await;
        }
        let mut outcome = group.outcome.subscribe();
        drop(state);
        let mut state = tokio::select! {
            biased;
            changed = outcome.changed() => {
                let result = outcome.borrow().clone();
                return changed.ok().and(result).unwrap_or_else(|| Err(ended("commit")));
            }
            state = Arc::clone(&self.state).lock_owned() => state,
        };
        let decided = outcome.borrow().clone();
        match decided {
            Some(result) => result,
            None => state.commit_group().await,
        }
    }
}

impl State {
    /// A step that waits for nothing.
    fn run(&mut self, name: &'static str, steps: &[&'static str]) -> Result<(), DbError> {
        self.conn.as_ref().ok_or_else(|| ended(name))?.steps(name, steps)
    }

    /// A step that waits: for the disk, or for another process.
    async fn wait(&mut self, name: &'static str, step: &'static str) -> Result<(), DbError> {
        let conn = self.conn.take().ok_or_else(|| ended(name))?;
        let work = tokio::task::spawn_blocking(move || {
            let done = conn.steps(name, &[step]);
            (conn, done)
        });
        let (conn, done) = work.await.map_err(|_| ended(name))?;
        self.conn = Some(conn);
        done
    }

    async fn open_group(&mut self, opening: &Opening) -> Result<(), DbError> {
        if self.closed {
            return Err(DbError::Unavailable(Cause::new("begin", "closed")));
        }
        if self.conn.is_none() {
            let opening = opening.clone();
            let opened = tokio::task::spawn_blocking(move || opening.open()).await;
            self.conn = Some(opened.unwrap_or_else(|_| Err(ended("begin")))?);
        }
        // another process may be writing; mostly none is
        let conn = self.conn.as_ref().ok_or_else(|| ended("begin"))?;
        if !conn.step_now("begin", BEGIN, opening.busy())? {
            self.wait("begin", BEGIN).await?;
        }
        self.group = Some(Group { members: 0, unreleased: false, outcome: watch::Sender::new(None) });
        Ok(())
    }

    async fn join_group(&mut self) -> Result<(), DbError> {
        let unreleased = self.group.as_mut().is_some_and(|group| std::mem::take(&mut group.unreleased));
        let steps =
            if unreleased { &["RELEASE member", "SAVEPOINT member"][..] } else { &["SAVEPOINT member"] };
        let result = self.run("begin", steps);
        if let Err(error) = &result {
            self.fail(error).await;
        }
        result
    }

    /// Commits for every member and tells them.
    async fn commit_group(&mut self) -> Result<(), DbError> {
        let result = self.wait("commit", "COMMIT").await;
        match &result {
            Ok(()) => {
                if let Some(group) = self.group.take() {
                    group.outcome.send_replace(Some(Ok(())));
                }
            }
            Err(error) => self.fail(error).await,
        }
        result
    }

    /// Gives the group up: its members get the error, and the next turn starts on a new connection.
    async fn fail(&mut self, error: &DbError) {
        if let Some(group) = self.group.take() {
            tracing::error!(members = group.members, error = %error, "a group of transactions was not committed");
            group.outcome.send_replace(Some(Err(error.clone())));
        }
        self.lose().await;
    }

    /// Closes the connection, which may write the log back.
    async fn lose(&mut self) {
        if let Some(conn) = self.conn.take() {
            tokio::task::spawn_blocking(move || drop(conn)).await.ok();
        }
    }
}

fn ended(statement: &'static str) -> DbError {
    DbError::Unavailable(Cause::new(statement, "the writing connection was lost"))
}

/// Counts one waiting caller for as long as it lives.
struct Turn<'a>(&'a AtomicUsize);

impl<'a> Turn<'a> {
    fn wait(count: &'a AtomicUsize) -> Turn<'a> {
        count.fetch_add(1, Ordering::Relaxed);
        Turn(count)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The right to write, until dropped.
#[derive(Debug)]
pub(super) struct WriteTurn {
    writer: Arc<Writer>,
    state: Option<OwnedMutexGuard<State>>,
    first: bool,
}

impl WriteTurn {
    fn conn(&self) -> Result<&Conn, DbError> {
        self.state.as_ref().and_then(|state| state.conn.as_ref()).ok_or_else(|| ended("begin"))
    }

    async fn finish(mut self, keep: bool) -> Result<(), DbError> {
        let Some(state) = self.state.take() else { return Err(ended("commit")) };
        let (writer, first) = (Arc::clone(&self.writer), self.first);
        let ending = tokio::spawn(async move { writer.finish(state, first, keep).await });
        ending.await.unwrap_or_else(|_| Err(ended("commit")))
    }
}

impl Drop for WriteTurn {
    fn drop(&mut self) {
        let Some(mut state) = self.state.take() else { return };
        let (writer, first) = (Arc::clone(&self.writer), self.first);
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(async move { writer.finish(state, first, false).await })),
            // Without a runtime nothing can be sent; closing the connection rolls back.
            Err(_) => {
                state.conn = None;
                state.group = None;
            }
        }
    }
}

/// A transaction: a turn at writing, or a snapshot on a reading connection.
#[derive(Debug)]
pub(super) enum SqliteTx {
    Write(WriteTurn),
    Read(Lent),
}

impl SqliteTx {
    pub(super) async fn snapshot(readers: &Readers) -> Result<SqliteTx, DbError> {
        let lent = readers.lend("begin").await?;
        // The snapshot is taken at the first read, not at BEGIN.
        lent.conn()?.steps("begin", &["BEGIN", "SELECT 1 FROM sqlite_schema LIMIT 1"])?;
        Ok(SqliteTx::Read(lent))
    }

    pub(super) async fn all(&mut self, sql: &Sql, params: &[Param]) -> Result<Vec<Row>, DbError> {
        match self {
            SqliteTx::Write(turn) => turn.conn()?.all(sql, params),
            SqliteTx::Read(lent) => lent.all(sql, params).await,
        }
    }

    pub(super) fn exec(&mut self, sql: &Sql, params: &[Param]) -> Result<u64, DbError> {
        match self {
            SqliteTx::Write(turn) => turn.conn()?.exec(sql, params),
            SqliteTx::Read(lent) => lent.conn()?.exec(sql, params),
        }
    }

    pub(super) fn script(&mut self, name: &'static str, text: Cow<'static, str>) -> Result<(), DbError> {
        match self {
            SqliteTx::Write(turn) => turn.conn()?.script(name, &text),
            SqliteTx::Read(lent) => lent.conn()?.script(name, &text),
        }
    }

    pub(super) async fn commit(self) -> Result<(), DbError> {
        match self {
            SqliteTx::Write(turn) => turn.finish(true).await,
            SqliteTx::Read(lent) => lent.conn()?.steps("commit", &["ROLLBACK"]),
        }
    }

    pub(super) async fn rollback(self) -> Result<(), DbError> {
        match self {
            SqliteTx::Write(turn) => turn.finish(false).await,
            SqliteTx::Read(lent) => lent.conn()?.steps("rollback", &["ROLLBACK"]),
        }
    }
}
