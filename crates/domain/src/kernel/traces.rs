//! What a request leaves in the ledger: the entry of what was allowed, refused, or came to nothing.

use super::actor::Actor;
use super::ctx::{Ctx, Judged};
use super::entry::{CameIn, EntryRow, Facts, Frame, Outcome, compose};
use super::error::{Error, Refusal, Result};
use super::id::{AnyId, EntryId};
use super::target::{Subject, Target};
use super::vault::KeyOf;
use super::verb::Verb;

impl Ctx {
    /// Writes the refusal down and says how it is to be answered.
    pub(super) async fn refuse(&self, verb: Verb, target: &Target, judged: &Judged) -> Result<Error> {
        if self.actor == Actor::Anonymous {
            self.room.strangers.count();
            return Ok(Error::SignedOut);
        }
        let facts = self.complete(Facts::default(), target, judged);
        if let Some((_, key)) = judged.stand_in.as_ref().and_then(Subject::narrowest) {
            // a hidden thing's key is walked to for its entry: so is this one, for nothing
            self.room.vault.any_key(key).ok();
        }
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
        if let Some(client) = &subject.client {
            facts.client.get_or_insert(client.id.any());
        }
        if let Some(matter) = &subject.matter {
            facts.about.push(matter.id.any());
            facts.about.push(matter.client.any());
            facts.client.get_or_insert(matter.client.any());
            facts.matter.get_or_insert(matter.id.any());
        }
        if let (Some(record), Some(_)) = (&subject.record, &subject.matter) {
            facts.record.get_or_insert(record.id.any());
        }
        facts.about.sort();
        facts.about.dedup();
        let about_actor = self.actor.person().map_or_else(|| self.room.firm.id.any(), |id| id.any());
        let (about, key) = subject.narrowest().unwrap_or((about_actor, KeyOf::System));
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
        let came_in = facts.came_in.take();
        let (kind, name, person, carrier) = match came_in {
            Some(CameIn { staff, session }) => {
                ("person", staff.to_string(), Some(staff), session.map(|id| id.any()))
            }
            None => (self.actor.kind(), self.actor.name(), self.actor.person(), self.actor.carrier()),
        };
        let about: AnyId = person.map_or_else(|| self.room.firm.id.any(), |id| id.any());
        if let Some(carrier) = carrier {
            facts.tell(about.clone(), KeyOf::System, "carrier", carrier.to_string().into());
        }
        if !self.place.address.is_empty() {
            facts.tell(about.clone(), KeyOf::System, "address", self.place.address.clone().into());
        }
        if !self.place.device.is_empty() {
            facts.tell(about, KeyOf::System, "device", self.place.device.clone().into());
        }
        let frame = Frame {
            actor_kind: kind,
            actor_id: &name,
            channel: self.channel.word(),
            request: &self.request.to_string(),
            at: self.now(),
            entry,
        };
        compose(&self.room.vault, self.room.entropy.as_ref(), &frame, verb, outcome, facts, sets)
    }
}
