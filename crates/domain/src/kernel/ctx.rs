//! One request's context: who acts, through what, when; and the two ways to do anything.
//!
//! [`Ctx::permit`] answers a read: it decides, writes the entry, waits until it is durable, and only
//! then hands out a [`Permit`]. [`Ctx::perform`](super::operation) does a change. There is no third way.

use std::sync::{Arc, Mutex};

use super::actor::{Actor, Channel, Role, Via};
use super::blind;
use super::clock::Micros;
use super::entry::{Facts, Outcome};
use super::error::{Error, Result};
use super::facts::{Loader, PersonFacts};
use super::gate::{Decision, Principal, Situation};
use super::id::{ClientId, EntryId, RequestId, StaffId};
use super::permit::Permit;
use super::reader::Reader;
use super::repeat::Asked;
use super::strongroom::Strongroom;
use super::target::{Subject, Target, principal};
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

/// What the request has left in the ledger.
#[derive(Clone, Copy, Default)]
struct Last {
    entry: Option<EntryId>,
    acted_at: Option<Micros>,
}

/// See the module.
pub struct Ctx {
    pub(crate) room: Arc<Strongroom>,
    pub(crate) actor: Actor,
    pub(crate) channel: Channel,
    pub(crate) request: RequestId,
    pub(crate) place: Place,
    last: Mutex<Last>,
    pub(super) asked: Mutex<Option<Asked>>,
}

/// An answer of the gate with all that led to it.
pub struct Judged {
    /// The facts.
    pub subject: Subject,
    /// The answer.
    pub decision: Decision,
    /// True where the actor may know that the thing exists.
    pub known: bool,
    /// For a thing that does not exist, the facts of another: see [`Subject::stand_in`].
    pub(super) stand_in: Option<Subject>,
}

/// A yes of the gate that nothing has been opened on yet. Only [`Ctx::ask`] makes one.
#[must_use]
pub(crate) struct Allowed<'a> {
    ctx: &'a Ctx,
    verb: Verb,
    target: &'a Target,
    judged: Judged,
}

impl Allowed<'_> {
    /// The facts it was decided on.
    pub(crate) const fn on(&self) -> &Subject {
        &self.judged.subject
    }

    /// The permit, over the target and what the facts name. The entry is durable when this returns.
    ///
    /// # Errors
    /// Sealed or storage.
    pub(crate) async fn permit(self, facts: Facts) -> Result<(Permit, Subject)> {
        let Self { ctx, verb, target, judged } = self;
        let facts = ctx.complete(facts, target, &judged);
        let things = facts.about.clone();
        let entry = ctx.entry(verb, Outcome::Allowed, facts)?;
        let id = entry.id;
        ctx.room.append(entry).await?;
        ctx.left_reading(id);
        Ok((Permit::over(verb, id, things), judged.subject))
    }

    /// A permit over a matter and every record of it; its entry names the matter and how many records.
    ///
    /// # Errors
    /// As [`Allowed::permit`].
    pub(crate) async fn permit_whole(self, facts: Facts) -> Result<(Permit, Subject)> {
        let verb = self.verb;
        let (permit, subject) = self.permit(facts).await?;
        let matter = subject.need_matter()?;
        let whole = Permit::whole_matter(verb, permit.entry(), matter.id.any(), matter.number);
        Ok((whole, subject))
    }
}

impl Ctx {
    /// A context for one request. The actor must have been established by sign-in (`features::session`).
    #[must_use]
    pub fn new(room: Arc<Strongroom>, actor: Actor, channel: Channel, place: Place) -> Self {
        let request = RequestId::new(room.clock.now(), room.random());
        let place = place.cut();
        Self { room, actor, channel, request, place, last: Mutex::default(), asked: Mutex::new(None) }
    }

    /// The same request of a browser in which a client is being presented. A token presents nothing.
    #[must_use]
    pub fn presenting(mut self, client: Option<ClientId>) -> Self {
        if let Actor::Person { via: Via::Session { presenting, .. }, .. } = &mut self.actor {
            *presenting = client;
        }
        self
    }

    /// The client that is being presented in the browser that asks.
    #[must_use]
    pub fn presents(&self) -> Option<ClientId> {
        match self.via() {
            Some(Via::Session { presenting, .. }) => *presenting,
            _ => None,
        }
    }

    /// The same person, come in the same way: for what goes on when the request has been answered.
    pub(crate) fn going_on(&self) -> Self {
        Self::new(self.room.clone(), self.actor.clone(), self.channel, self.place.clone())
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

    /// The entry that this request left last: that of its act, where reading only followed it.
    #[must_use]
    pub fn last_entry(&self) -> Option<EntryId> {
        self.last.lock().ok().and_then(|last| last.entry)
    }

    /// When the act of this request was done: earlier than now where it is answered again.
    #[must_use]
    pub fn acted_at(&self) -> Micros {
        self.last.lock().ok().and_then(|last| last.acted_at).unwrap_or_else(|| self.now())
    }

    pub(super) fn left(&self, entry: EntryId) {
        if let Ok(mut last) = self.last.lock() {
            *last = Last { entry: Some(entry), ..*last };
        }
    }

    fn left_reading(&self, entry: EntryId) {
        if let Ok(mut last) = self.last.lock()
            && last.acted_at.is_none()
        {
            last.entry = Some(entry);
        }
    }

    pub(super) fn acted(&self, entry: EntryId, at: Micros) {
        if let Ok(mut last) = self.last.lock() {
            *last = Last { entry: Some(entry), acted_at: Some(at) };
        }
    }

    fn via(&self) -> Option<&Via> {
        match &self.actor {
            Actor::Person { via, .. } => Some(via),
            _ => None,
        }
    }

    /// What this node keeps in memory is new enough to answer by. Asked before a transaction begins: whoever holds a
    /// connection must not wait for another. The system itself is what looks.
    pub(super) async fn fresh(&self) -> Result<()> {
        if matches!(self.actor, Actor::System(_)) {
            return Ok(());
        }
        // boxed, as it is seldom more than two comparisons
        Box::pin(self.room.fresh()).await
    }

    /// Decides, without writing anything down. For the kernel; see `permit` and `perform`.
    pub(crate) async fn judge(
        &self,
        loader: &mut Loader<'_, '_>,
        verb: Verb,
        target: &Target,
        own: Option<bool>,
    ) -> Result<Judged> {
        let person = self.actor.person();
        let subject = Subject::load(loader, target, person).await?;
        let me = match person {
            Some(id) => Some(loader.person(id).await?.ok_or(Error::SignedOut)?),
            None => None,
        };
        let decision = self.decide(me.as_ref(), verb, target, &subject, own, false)?;
        if decision.allowed && subject.exists {
            return Ok(Judged { subject, decision, known: true, stand_in: None });
        }
        // what is not there and what may not be known answer alike, and after the same work
        let stand_in = if subject.exists { None } else { Subject::stand_in(loader, target, person).await? };
        let known = match target.known_by() {
            _ if blind::to("known") => true,
            None => subject.exists,
            Some(see) => {
                let over = stand_in.as_ref().unwrap_or(&subject);
                // a record is known where its matter is; the matter's facts are the record's
                let seen_as = match (target, &over.matter) {
                    (Target::Record(_), Some(matter)) => Target::Matter(matter.id),
                    _ => target.clone(),
                };
                let any_scope = !blind::to("known-any-scope");
                let sees = self.decide(me.as_ref(), see, &seen_as, over, own, any_scope)?;
                sees.allowed && subject.exists
            }
        };
        if subject.exists && !known {
            loader.as_if_missed(target).await?;
        }
        Ok(Judged { subject, decision, known, stand_in })
    }

    fn decide(
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
            None => (Principal::of_system(&self.actor).ok_or(Error::SignedOut)?, Situation::default()),
        };
        if let Some(own) = own {
            how.own = own;
        }
        if any_scope {
            how.scoped = true;
        }
        how.aside = self.presents().is_some_and(|client| !subject.is_of(target, client));
        self.room.gate().decide(&who, verb, target.kind(), &id, &how)
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
        self.ask(verb, target).await?.permit(facts).await
    }

    /// The gate's answer to a read, once; a refusal leaves its entry and is the error. What was allowed becomes a
    /// permit when it is known which things it covers.
    ///
    /// # Errors
    /// As [`Ctx::permit`].
    pub(crate) async fn ask<'a>(&'a self, verb: Verb, target: &'a Target) -> Result<Allowed<'a>> {
        let judged = self.load(async |loader| self.judge(loader, verb, target, None).await).await?;
        if !judged.decision.allowed || !judged.subject.exists {
            return Err(self.refuse(verb, target, &judged).await?);
        }
        Ok(Allowed { ctx: self, verb, target, judged })
    }

    /// Whether the gate would allow it, leaving no entry: for buttons that would only be refused.
    ///
    /// # Errors
    /// Sealed or storage.
    pub async fn may(&self, verb: Verb, target: &Target) -> Result<bool> {
        let judged = self.load(async |loader| self.judge(loader, verb, target, None).await).await?;
        Ok(judged.subject.exists && (judged.decision.allowed || judged.decision.wants_step_up()))
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
        self.fresh().await?;
        let since = self.room.marks.moment();
        let mut moment = self.room.db.snapshot().await?;
        let loaded = {
            let mut reader = Reader::Tx(&mut moment);
            let mut loader = self.room.loader_at(&mut reader, self.room.marks.as_of(since));
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

    /// A request for an id that names nothing takes the same path as a refusal.
    ///
    /// # Errors
    /// Always: not found, or why the entry could not be written.
    pub async fn unknown<T>(&self, verb: Verb) -> Result<T> {
        let (_, _) = self.permit(verb, &Target::Unknown).await?;
        Err(Error::NotFound)
    }
}
