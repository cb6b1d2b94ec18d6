//! One request's context: who acts, through what, when; and the two ways to do anything.
//!
//! [`Ctx::permit`] answers a read: it decides, writes the entry, waits until it is durable, and only
//! then hands out a [`Permit`]. [`Ctx::perform`](super::operation) does a change. There is no third way.

use std::sync::{Arc, Mutex};

use super::actor::{Actor, Channel, Role, Via};
use super::clock::Micros;
use super::entry::{EntryRow, Facts, Frame, Outcome, compose};
use super::error::{Error, Refusal, Result};
use super::facts::{Loader, PersonFacts};
use super::gate::{Decision, Situation};
use super::id::{AnyId, EntryId, RequestId, StaffId};
use super::permit::Permit;
use super::reader::Reader;
use super::strongroom::Strongroom;
use super::target::{Subject, Target, principal, system_principal};
use super::vault::KeyOf;
use super::verb::Verb;

/// Where a request came from; sealed in the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The network address.
    pub address: String,
    /// What the browser or program calls itself.
    pub device: String,
}

impl Place {
    /// What programs call themselves can be long; an entry has room for a line.
    fn cut(mut self) -> Self {
        for text in [&mut self.address, &mut self.device] {
            if let Some((end, _)) = text.char_indices().nth(200) {
                text.truncate(end);
            }
        }
        self
    }
}

/// See the module.
pub struct Ctx {
    pub(crate) room: Arc<Strongroom>,
    pub(crate) actor: Actor,
    pub(crate) channel: Channel,
    pub(crate) request: RequestId,
    pub(crate) place: Place,
    last_entry: Mutex<Option<EntryId>>,
}

/// An answer of the gate with all that led to it.
pub struct Judged {
    /// The facts.
    pub subject: Subject,
    /// The answer.
    pub decision: Decision,
    /// True where the actor may know that the thing exists.
    pub known: bool,
}

impl Ctx {
    /// A context for one request. The actor must have been established by sign-in (`features::session`).
    #[must_use]
    pub fn new(room: Arc<Strongroom>, actor: Actor, channel: Channel, place: Place) -> Self {
        let request = RequestId::new(room.clock.now(), room.random());
        let place = place.cut();
        Self { room, actor, channel, request, place, last_entry: Mutex::new(None) }
    }

    /// The firm's strongroom.
    #[must_use]
    pub fn room(&self) -> &Arc<Strongroom> {
        &self.room
    }

    /// Who acts.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The person who acts.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub fn me(&self) -> Result<StaffId> {
        self.actor.person().ok_or(Error::SignedOut)
    }

    /// The request's id: in the log, the ledger and the answer.
    #[must_use]
    pub const fn request(&self) -> RequestId {
        self.request
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Micros {
        self.room.clock.now()
    }

    /// The entry that this request left last.
    #[must_use]
    pub fn last_entry(&self) -> Option<EntryId> {
        self.last_entry.lock().ok().and_then(|e| *e)
    }

    pub(super) fn left(&self, entry: EntryId) {
        if let Ok(mut last) = self.last_entry.lock() {
            *last = Some(entry);
        }
    }

    fn via(&self) -> Option<&Via> {
        match &self.actor {
            Actor::Person { via, .. } => Some(via),
            _ => None,
        }
    }

    /// Decides, without writing anything down. For the kernel; see `permit` and `perform`.
    pub(crate) async fn judge(
        &self,
        loader: &mut Loader<'_, '_>,
        verb: Verb,
        target: &Target,
        own: Option<bool>,
    ) -> Result<Judged> {
        let subject = Subject::load(loader, target, self.actor.person()).await?;
        let me = match self.actor.person() {
            Some(id) => Some(loader.person(id).await?.ok_or(Error::SignedOut)?),
            None => None,
        };
        let decision = self.decide(me.as_ref(), verb, target, &subject, own)?;
        let known = match target.known_by() {
            _ if !subject.exists => false,
            None => true,
            Some(_) if decision.allowed => true,
            Some(see) => {
                // a record is known where its matter is; the matter's facts are the record's
                let seen_as = match (target, &subject.matter) {
                    (Target::Record(_), Some(matter)) => Target::Matter(matter.id),
                    _ => target.clone(),
                };
                let situation_free = self.decide_as(me.as_ref(), see, &seen_as, &subject, own, true)?;
                situation_free.allowed
            }
        };
        Ok(Judged { subject, decision, known })
    }

    fn decide(
        &self,
        me: Option<&PersonFacts>,
        verb: Verb,
        target: &Target,
        subject: &Subject,
        own: Option<bool>,
    ) -> Result<Decision> {
        self.decide_as(me, verb, target, subject, own, false)
    }

    fn decide_as(
        &self,
        me: Option<&PersonFacts>,
        verb: Verb,
        target: &Target,
        subject: &Subject,
        own: Option<bool>,
        any_scope: bool,
    ) -> Result<Decision> {
        let at = self.now();
        let id = target.id().map_or_else(|| String::from("firm"), |id| id.to_string());
        let (who, mut how) = match me {
            Some(person) => {
                let mut how = subject.situation(target, person.id, at);
                let who = principal(person, self.via(), verb, at, &mut how);
                (who, how)
            }
            None => (system_principal(&self.actor).ok_or(Error::SignedOut)?, Situation::default()),
        };
        if let Some(own) = own {
            how.own = own;
        }
        if any_scope {
            how.scoped = true;
        }
        self.room.gate.decide(&who, verb, target.kind(), &id, &how)
    }

    /// A permit to read, and the facts it was decided on. The entry is durable when this returns.
    ///
    /// # Errors
    /// Refused or not found (both leave an entry), sealed, storage.
    pub async fn permit(&self, verb: Verb, target: &Target) -> Result<(Permit, Subject)> {
        self.permit_with(verb, target, Facts::default()).await
    }

    /// As [`Ctx::permit`], with further things that the permit covers and facts for the entry.
    ///
    /// # Errors
    /// As [`Ctx::permit`].
    pub async fn permit_with(&self, verb: Verb, target: &Target, facts: Facts) -> Result<(Permit, Subject)> {
        self.permit_own(verb, target, facts, None).await
    }

    /// As [`Ctx::permit_with`], saying whether the thing is the actor's own.
    ///
    /// # Errors
    /// As [`Ctx::permit`].
    pub async fn permit_own(
        &self,
        verb: Verb,
        target: &Target,
        facts: Facts,
        own: Option<bool>,
    ) -> Result<(Permit, Subject)> {
        let judged = self.load(async |loader| self.judge(loader, verb, target, own).await).await?;
        if !judged.decision.allowed || !judged.subject.exists {
            return Err(self.refuse(verb, target, &judged).await?);
        }
        let facts = self.complete(facts, target, &judged);
        let things = facts.about.clone();
        let entry = self.entry(verb, Outcome::Allowed, facts)?;
        let id = entry.id;
        self.room.append(entry).await?;
        self.left(id);
        Ok((Permit::over(verb, id, things), judged.subject))
    }

    /// A permit over a matter and every record of it; its entry names the matter and how many records.
    ///
    /// # Errors
    /// As [`Ctx::permit`].
    pub(crate) async fn permit_whole(
        &self,
        verb: Verb,
        target: &Target,
        facts: Facts,
    ) -> Result<(Permit, Subject)> {
        let (permit, subject) = self.permit_with(verb, target, facts).await?;
        let matter = subject.need_matter()?;
        let whole = Permit::whole_matter(verb, permit.entry(), matter.id.any(), matter.number);
        Ok((whole, subject))
    }

    /// Decides `see` for each candidate and gives one permit over those that passed: a page of a list.
    ///
    /// # Errors
    /// The list itself is refused; sealed; storage.
    pub async fn permit_page(
        &self,
        verb: Verb,
        of: &Target,
        see: Verb,
        candidates: Vec<Target>,
        facts: Facts,
    ) -> Result<(Permit, Vec<(Target, Subject)>)> {
        let mut facts = facts;
        let seen = self
            .load(async |loader| {
                let mut seen = Vec::with_capacity(candidates.len());
                for candidate in candidates {
                    let judged = self.judge(loader, see, &candidate, None).await?;
                    if judged.decision.allowed && judged.subject.exists {
                        seen.push((candidate, judged.subject));
                    }
                }
                Ok(seen)
            })
            .await?;
        for (candidate, subject) in &seen {
            facts.about.extend(candidate.id());
            facts.about.extend(subject.matter.as_ref().map(|m| m.client.any()));
        }
        facts.about.sort();
        facts.about.dedup();
        let count = seen.len();
        let (permit, _) = self.permit_with(verb, of, facts.clear("count", count)).await?;
        Ok((permit, seen))
    }

    /// Whether the gate would allow it, leaving no entry: for buttons that would only be refused.
    ///
    /// # Errors
    /// Sealed or storage.
    pub async fn may(&self, verb: Verb, target: &Target) -> Result<bool> {
        let judged = self.load(async |loader| self.judge(loader, verb, target, None).await).await?;
        Ok(judged.subject.exists && (judged.decision.allowed || judged.decision.wants_step_up()))
    }

    /// Whether the session or token that carries this request still stands: for running streams.
    pub(crate) async fn still_signed_in(&self) -> Result<bool> {
        let (statement, id) = match self.via() {
            Some(Via::Session { id, .. }) => (&super::facts::SESSION_STANDS, id.to_string()),
            Some(Via::Token { id, .. }) => (&super::facts::TOKEN_STANDS, id.to_string()),
            None => return Ok(true),
        };
        Ok(self.room.db.optional(statement, &strongroom_storage::params![id]).await?.is_some())
    }

    /// Whether the gate allows it right now, leaving no entry.
    ///
    /// # Errors
    /// Sealed or storage.
    pub(crate) async fn may_now(&self, verb: Verb, target: &Target) -> Result<bool> {
        let judged = self.load(async |loader| self.judge(loader, verb, target, None).await).await?;
        Ok(judged.subject.exists && judged.decision.allowed)
    }

    /// Facts from rows of one moment: a change that commits meanwhile is seen whole or not at all, so that a
    /// set and its digest are always of the same state.
    pub(crate) async fn load<T, F>(&self, f: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Loader<'_, '_>) -> Result<T>,
    {
        let since = self.room.marks.moment();
        let mut moment = self.room.db.snapshot().await?;
        let loaded = {
            let mut reader = Reader::Tx(&mut moment);
            let mut loader = self.room.loader_since(&mut reader, since);
            f(&mut loader).await
        };
        moment.rollback().await?;
        loaded
    }

    /// The person's present role.
    ///
    /// # Errors
    /// Nobody is signed in; sealed; storage.
    pub async fn role(&self) -> Result<Role> {
        let me = self.me()?;
        let person = self.load(async |loader| loader.person(me).await).await?.ok_or(Error::SignedOut)?;
        Ok(person.at(self.now()).ok_or(Error::SignedOut)?.role)
    }

    /// True for the roles for which SQL does not narrow lists of clients and matters.
    pub(crate) async fn sees_all(&self) -> Result<bool> {
        Ok(self.role().await?.sees_all_matters())
    }

    /// True for a compliance officer.
    pub(crate) async fn is_compliance(&self) -> Result<bool> {
        Ok(self.role().await? == Role::ComplianceOfficer)
    }

    /// Takes candidates in their order until `limit` of them have passed the gate: a page of a list, one
    /// permit and one entry over it. The flag says whether more may follow.
    ///
    /// # Errors
    /// The list itself is refused; sealed; storage.
    #[expect(clippy::too_many_arguments, reason = "a page is these seven things")]
    pub(crate) async fn fill_page<T: Copy>(
        &self,
        verb: Verb,
        of: &Target,
        see: Verb,
        candidates: Vec<T>,
        limit: usize,
        target: impl Fn(T) -> Target,
        facts: Facts,
    ) -> Result<((Permit, Vec<(Target, Subject)>), bool)> {
        let mut passed = Vec::with_capacity(limit);
        let mut rest = candidates.into_iter();
        let mut more = false;
        for candidate in rest.by_ref() {
            if passed.len() == limit {
                more = true;
                break;
            }
            let candidate = target(candidate);
            if self.may_now(see, &candidate).await? {
                passed.push(candidate);
            }
        }
        Ok((self.permit_page(verb, of, see, passed, facts).await?, more))
    }

    /// A request for an id that names nothing takes the same path as a refusal.
    ///
    /// # Errors
    /// Always: not found, or why the entry could not be written.
    pub async fn unknown<T>(&self, verb: Verb) -> Result<T> {
        let (_, _) = self.permit(verb, &Target::Unknown).await?;
        Err(Error::NotFound)
    }

    /// Writes the refusal down and says how it is to be answered.
    pub(super) async fn refuse(&self, verb: Verb, target: &Target, judged: &Judged) -> Result<Error> {
        if self.actor == Actor::Anonymous {
            self.room.strangers.count();
            return Ok(Error::SignedOut);
        }
        let facts = self.complete(Facts::default(), target, judged);
        let entry = self.entry(verb, Outcome::Denied, facts)?;
        let id = entry.id;
        self.room.append(entry).await?;
        self.left(id);
        if !judged.known {
            return Ok(Error::NotFound);
        }
        Ok(Error::Refused(Refusal {
            because: judged.decision.because.clone(),
            step_up: judged.decision.wants_step_up(),
            ask: self
                .whom_to_ask(self.actor.person(), &judged.decision.because, judged.subject.matter.as_ref())
                .await?,
        }))
    }

    /// Writes down that what the gate allows came to nothing: a wrong password.
    pub(crate) async fn failed(&self, verb: Verb, facts: Facts) -> Result<()> {
        let entry = self.entry(verb, Outcome::Failed, facts)?;
        let id = entry.id;
        self.room.append(entry).await?;
        self.left(id);
        Ok(())
    }

    /// Adds the target, its matter and client, and the deciding rules to an entry's facts.
    pub(super) fn complete(&self, mut facts: Facts, target: &Target, judged: &Judged) -> Facts {
        let subject = &judged.subject;
        facts.about.extend(target.id());
        let mut narrowest = None;
        if let Some(client) = &subject.client {
            facts.client.get_or_insert(client.id.any());
            narrowest = Some((client.id.any(), KeyOf::Client(client.number)));
        }
        if let Some(wall) = &subject.wall {
            narrowest = Some((wall.id.any(), KeyOf::Client(wall.number)));
        }
        if let Some(matter) = &subject.matter {
            facts.about.push(matter.id.any());
            facts.about.push(matter.client.any());
            facts.client.get_or_insert(matter.client.any());
            facts.matter.get_or_insert(matter.id.any());
            narrowest = Some((matter.id.any(), KeyOf::Matter(matter.number)));
            if let Some(record) = &subject.record {
                facts.record.get_or_insert(record.id.any());
                let key = KeyOf::Record { matter: matter.number, record: record.number };
                narrowest = Some((record.id.any(), key));
            }
        }
        facts.about.sort();
        facts.about.dedup();
        let about_actor = self.actor.person().map_or_else(|| self.room.firm.id.any(), |id| id.any());
        let (about, key) = narrowest.unwrap_or((about_actor, KeyOf::System));
        facts.tell(about, key, "rules", judged.decision.rules().into());
        facts
    }

    /// Writes an entry of this request (not yet stored).
    pub(super) fn entry(&self, verb: Verb, outcome: Outcome, facts: Facts) -> Result<EntryRow> {
        let id = EntryId::new(self.now(), self.room.random());
        self.entry_with_sets(id, verb, outcome, facts, Vec::new())
    }

    pub(super) fn entry_with_sets(
        &self,
        entry: EntryId,
        verb: Verb,
        outcome: Outcome,
        mut facts: Facts,
        sets: Vec<super::sets::SetChange>,
    ) -> Result<EntryRow> {
        let about: AnyId = self.actor.person().map_or_else(|| self.room.firm.id.any(), |id| id.any());
        if let Some(carrier) = self.actor.carrier() {
            facts.tell(about.clone(), KeyOf::System, "carrier", carrier.to_string().into());
        }
        if !self.place.address.is_empty() {
            facts.tell(about.clone(), KeyOf::System, "address", self.place.address.clone().into());
        }
        if !self.place.device.is_empty() {
            facts.tell(about, KeyOf::System, "device", self.place.device.clone().into());
        }
        let frame = Frame {
            actor_kind: self.actor.kind(),
            actor_id: &self.actor.name(),
            channel: self.channel.word(),
            request: &self.request.to_string(),
            at: self.now(),
            entry,
        };
        compose(&self.room.vault, self.room.entropy.as_ref(), &frame, verb, outcome, facts, sets)
    }
}
