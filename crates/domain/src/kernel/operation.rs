//! Changes. [`Ctx::perform`] opens the only write transaction, after the gate has answered, and ends
//! it with the ledger entry. An operation that forgets its facts does not compile: [`Done`] is the only
//! way out of `run`.

use std::future::Future;
use std::sync::Arc;

use strongroom_storage::sql::{Param, Row, Sql, Turn, Tx};

use super::clock::Micros;
use super::ctx::Ctx;
use super::directory::Known;
use super::entry::{EntryRow, Facts, Outcome};
use super::error::{Error, Result};
use super::gate::Gate;
use super::id::{AnyId, EntryId, Id, Kind, StaffId};
use super::permit::Permit;
use super::reader::Reader;
use super::repeat::{Answer, Claimed};
use super::sets::{self, Set};
use super::strongroom::Strongroom;
use super::target::{Subject, Target};
use super::vault::{Column, KeyOf, Numbered, Vault};
use super::verb::Verb;
use super::{anchor, facts::Loader, ledger};

/// Something a person or the system does, in the law's words.
pub trait Operation: Send + Sized {
    /// Action, ledger verb and metric.
    const VERB: Verb;
    /// Whether it may run beside others of its kind, or alone because it changes who may what. Alone unless said:
    /// an operation that touches a set out of turn fails.
    const TURN: Turn = Turn::Alone;
    /// What it takes numbers of.
    const NUMBERS: Option<Numbered> = None;
    /// What comes back, and how it is remembered for a request that is sent again.
    type Output: Answer;

    /// What it is done to.
    fn target(&self) -> Target;

    /// Whom it concerns, where the rules ask whether that is the actor.
    fn concerns(&self) -> Option<StaffId> {
        None
    }

    /// What came beside the request and belongs to what it asks: a digest of the bytes to be filed.
    fn content(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Does it, inside the transaction.
    fn run(
        self,
        tx: &mut WriteTx<'_>,
        on: &Subject,
    ) -> impl Future<Output = Result<Done<Self::Output>>> + Send;
}

/// What an operation did, and what the ledger will say of it.
pub struct Done<T> {
    output: T,
    facts: Facts,
}

impl<T> Done<T> {
    /// The only way out of an operation.
    #[must_use]
    pub const fn recording(output: T, facts: Facts) -> Self {
        Self { output, facts }
    }
}

/// The one write transaction. Only [`Ctx::perform`] makes one.
pub struct WriteTx<'a> {
    ctx: &'a Ctx,
    now: Micros,
    tx: Tx,
    since: u64,
    turn: Turn,
    permit: Permit,
    touched: Vec<Set>,
    learned: Vec<Known>,
    adopted: Option<Arc<Gate>>,
}

impl WriteTx<'_> {
    /// Now: one instant for the whole operation.
    pub(crate) fn now(&self) -> Micros {
        self.now
    }

    /// The context of the request.
    pub(crate) const fn ctx(&self) -> &Ctx {
        self.ctx
    }

    /// The seals and keys.
    pub(crate) fn vault(&self) -> &Vault {
        &self.ctx.room.vault
    }

    /// The permit under which the operation runs.
    pub(crate) const fn permit(&self) -> &Permit {
        &self.permit
    }

    /// A new identifier.
    pub(crate) fn new_id<T: Kind>(&mut self) -> Id<T> {
        let id = Id::new(self.now, self.ctx.room.random());
        self.permit.admit(id.any());
        id
    }

    /// Takes a thing under the permit that the operation has loaded as part of its target.
    pub(crate) fn admit(&mut self, thing: AnyId) {
        self.permit.admit(thing);
    }

    /// The key of a thing that the permit covers.
    pub(crate) fn key(&self, thing: &AnyId, of: KeyOf) -> Result<strongroom_seal::Key> {
        self.vault().key(&self.permit, thing, of)
    }

    /// Seals a column's text.
    pub(crate) fn seal(&self, key: &strongroom_seal::Key, at: Column<'_>, text: &str) -> Vec<u8> {
        self.vault().seal_column(key, at, self.ctx.room.entropy.as_ref(), text.as_bytes())
    }

    /// Facts about other things, from rows of this transaction.
    pub(crate) async fn load<T, F>(&mut self, f: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Loader<'_, '_>) -> Result<T>,
    {
        let mut reader = Reader::Tx(&mut self.tx);
        let room = &self.ctx.room;
        let mut loader = room.loader_at(&mut reader, room.marks.in_write(self.since));
        f(&mut loader).await
    }

    /// Whether the gate allows the actor something else right now, by the rows of this transaction. Leaves no entry: for
    /// what an operation would tell by the way.
    pub(crate) async fn may(&mut self, verb: Verb, target: &Target) -> Result<bool> {
        let ctx = self.ctx;
        let judged = self.load(async |loader| ctx.judge(loader, verb, target, None).await).await?;
        Ok(judged.subject.exists && judged.decision.allowed)
    }

    /// Says *before* changing a set's rows that this operation will: they are held against digest and ledger, and
    /// both are written anew before the commit.
    ///
    /// # Errors
    /// [`Error::Tampered`] where the set is not as it was left; the operation has not taken its turn alone.
    pub(crate) async fn touch(&mut self, set: Set) -> Result<()> {
        if self.turn != Turn::Alone {
            return Err(Error::Internal(format!("{} changes authority beside others", set.id())));
        }
        if !self.touched.contains(&set) {
            let mut reader = Reader::Tx(&mut self.tx);
            let room = &self.ctx.room;
            sets::check(&mut reader, &room.vault, room.marks.in_write(self.since), set).await?;
            self.touched.push(set);
        }
        Ok(())
    }

    /// After a restore: the set's rows and digest carry our MACs and are newer than the copied ledger's last word on it.
    /// They are written down as the next, without being held against that word. For restores alone.
    pub(crate) fn take_over(&mut self, set: Set) -> Result<()> {
        if self.turn != Turn::Alone || self.permit.verb() != Verb::SystemRestore {
            return Err(Error::Internal(format!("{} is taken over by no restore", set.id())));
        }
        self.touched.push(set);
        Ok(())
    }

    /// The directory in memory learns it after the commit.
    pub(crate) fn learn(&mut self, known: Known) {
        self.learned.push(known);
    }

    /// These policies decide after the commit.
    pub(crate) fn adopt(&mut self, gate: Arc<Gate>) {
        self.adopted = Some(gate);
    }

    /// Every row.
    pub(crate) async fn all(&mut self, sql: &'static Sql, params: &[Param]) -> Result<Vec<Row>> {
        Ok(self.tx.all(sql, params).await?)
    }

    /// One row or none.
    pub(crate) async fn optional(&mut self, sql: &'static Sql, params: &[Param]) -> Result<Option<Row>> {
        Ok(self.tx.optional(sql, params).await?)
    }

    /// For an operation that runs beside others: whoever else comes here with the same mark waits until this ends.
    pub(crate) async fn alone_over(&mut self, mark: [u8; 4]) -> Result<()> {
        Ok(self.tx.alone_over(mark).await?)
    }

    /// Changes rows.
    pub(crate) async fn exec(&mut self, sql: &'static Sql, params: &[Param]) -> Result<u64> {
        Ok(self.tx.exec(sql, params).await?)
    }

    /// Changes exactly one row, or is stale.
    pub(crate) async fn exec_one(&mut self, sql: &'static Sql, params: &[Param]) -> Result<()> {
        Ok(self.tx.exec_one(sql, params).await?)
    }
}

impl Ctx {
    /// Does an operation: begin, load, decide, run, record, commit. A refusal leaves its entry too. What the
    /// gate allows and was done already under the request's key is answered again, and leaves none.
    ///
    /// # Errors
    /// Refused or not found, what the operation itself answers, sealed, storage. Nothing is kept then.
    pub async fn perform<O: Operation>(&self, operation: O) -> Result<O::Output> {
        let (done, _) = self.perform_entry(operation).await?;
        Ok(done)
    }

    /// As [`Ctx::perform`]; also tells the entry.
    ///
    /// # Errors
    /// As [`Ctx::perform`].
    pub async fn perform_entry<O: Operation>(&self, operation: O) -> Result<(O::Output, EntryId)> {
        if let Some(kind) = O::NUMBERS {
            Box::pin(self.room.ensure_numbers(kind)).await?;
        }
        self.fresh().await?;
        let target = operation.target();
        let own = operation.concerns().map(|person| self.actor.person() == Some(person));
        let since = self.room.marks.moment();
        let mut tx = self.room.db.begin_in(O::TURN).await.map_err(Error::from)?;
        let judged = {
            let mut reader = Reader::Tx(&mut tx);
            let mut loader = self.room.loader_at(&mut reader, self.room.marks.in_write(since));
            self.judge(&mut loader, O::VERB, &target, own).await
        };
        let judged = match judged {
            Ok(judged) => judged,
            Err(error) => {
                tx.rollback().await?;
                return Err(error);
            }
        };
        // a rollback that fails says that what was read here was never kept: then nothing may be told of it
        if !judged.decision.allowed || !judged.subject.exists {
            tx.rollback().await?;
            return Err(self.refuse(O::VERB, &target, &judged).await?);
        }
        let covered = self.complete(Facts::default(), &target, &judged).about;
        let now = self.now();
        let entry_id = EntryId::new(now, self.room.random());
        let ask = (O::VERB, &target, operation.content());
        let claim = match self.claim::<O::Output>(&mut tx, ask, entry_id, now).await {
            Ok(Claimed::Ours(claim)) => claim,
            Ok(Claimed::Done(entry, at, output)) => {
                tx.rollback().await?;
                // boxed, as it is seldom: every operation's future would be as much larger
                Box::pin(self.still_known(O::VERB, &output.made())).await?;
                self.acted(entry, at);
                return Ok((output, entry));
            }
            Err(error) => {
                tx.rollback().await?;
                return Err(error);
            }
        };
        let permit = Permit::over(O::VERB, entry_id, covered);
        let mut write = WriteTx {
            ctx: self,
            now,
            tx,
            since,
            turn: O::TURN,
            permit,
            touched: Vec::new(),
            learned: Vec::new(),
            adopted: None,
        };
        let done = match operation.run(&mut write, &judged.subject).await {
            Ok(done) => done,
            Err(error) => {
                write.tx.rollback().await?;
                return Err(error);
            }
        };
        if let Some(claim) = claim {
            // an error here drops the transaction, and with it the act
            claim.remember(&mut write.tx, done.output.made()).await?;
        }
        let facts = self.complete(done.facts, &target, &judged);
        let id = finish(write, O::VERB, facts).await?;
        self.acted(id, now);
        Ok((done.output, id))
    }
}

/// The non-generic end of every operation: sets, entry, commit, and what follows a commit.
async fn finish(mut write: WriteTx<'_>, verb: Verb, facts: Facts) -> Result<EntryId> {
    let room = write.ctx.room.clone();
    let mut changes = Vec::with_capacity(write.touched.len());
    let touched = std::mem::take(&mut write.touched);
    let mut anchor = None;
    if !touched.is_empty() {
        anchor::take_turn(&mut write.tx).await?;
        for set in touched {
            let mut reader = Reader::Tx(&mut write.tx);
            changes.push(sets::renew(&mut reader, &room.vault, set).await?);
        }
        anchor = Some(anchor::renew(&mut write.tx, &room.vault, room.entropy.as_ref(), &changes).await?);
    }
    let facts = anchor.iter().fold(facts, |facts, anchor| facts.clear("authority", anchor.to_json()));
    let entry = write.ctx.entry_with_sets(write.permit.entry(), verb, Outcome::Allowed, facts, changes)?;
    ledger::insert(&mut write.tx, &entry).await?;
    let id = entry.id;
    let ended = Ended { entry, learned: write.learned, adopted: write.adopted };
    // In a task of its own: whoever asked may hang up, and what was committed must still be known here.
    let ending = tokio::spawn(ended.keep(room, write.tx));
    ending.await.map_err(|e| Error::Internal(format!("the end of an operation: {e}")))??;
    Ok(id)
}

/// An operation whose last statement was sent.
struct Ended {
    entry: EntryRow,
    learned: Vec<Known>,
    adopted: Option<Arc<Gate>>,
}

impl Ended {
    /// Commits, and does what follows a commit.
    async fn keep(self, room: Arc<Strongroom>, tx: Tx) -> Result<()> {
        let Self { entry, learned, adopted } = self;
        room.pending.written(entry.id);
        if let Err(error) = tx.commit().await {
            room.pending.forget(entry.id);
            return Err(error.into());
        }
        room.pending.committed(entry.id);
        if let Some(gate) = adopted {
            // before the counter rises, so that streams that see it ask the new one
            room.adopt(gate);
        }
        if !entry.sets.is_empty() {
            room.authority.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
        for change in &entry.sets {
            room.marks.raise(&change.set, change.version);
        }
        if !learned.is_empty() && room.hears_of_others() {
            // other nodes read these names when they hear of the entry; this one need not
            room.named_here.lock().map(|mut own| own.insert(entry.id.to_string())).ok();
        }
        room.directory.learn(learned);
        room.wake_sequencer();
        Ok(())
    }
}
