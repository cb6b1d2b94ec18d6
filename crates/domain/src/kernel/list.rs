//! Lists: candidates that SQL or the directory found go in, those that pass the gate come out, under one permit
//! and one entry.
//!
//! What must hold: each candidate is judged once, all of a page in one moment of the database. Whether a list goes
//! on is said of what passes the gate: a page that ends before something hidden ends like one before nothing.

use strongroom_storage::{params, statements};

use super::blind;
use super::ctx::Ctx;
use super::entry::Facts;
use super::error::Result;
use super::facts::Loader;
use super::id::StaffId;
use super::permit::Permit;
use super::target::{Subject, Target};
use super::verb::Verb;

/// What passed the gate, with the facts it passed on.
pub(crate) type Seen = Vec<(Target, Subject)>;

statements! {
    pub SEATED = "SELECT 1 AS sits FROM seat WHERE staff_id = $1 AND matter_id = $2 LIMIT 1";
}

/// What may come into a list, in its order.
pub(crate) struct Candidates<I> {
    /// All that could.
    pub all: I,
    /// Of matters, only those on which this person has or had a seat: looked at before their facts are read.
    pub seated: Option<StaffId>,
}

impl<I: Iterator<Item = Target>> Candidates<I> {
    /// Nothing is looked at before.
    pub(crate) const fn of(all: I) -> Self {
        Self { all, seated: None }
    }
}

impl Ctx {
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
    ) -> Result<(Permit, Seen)> {
        let candidates = Candidates::of(candidates.into_iter());
        let (page, _) = self.fill_page(verb, of, see, candidates, usize::MAX, facts).await?;
        Ok(page)
    }

    /// As [`Ctx::permit_page`] over matters, and over every record of those that passed: a search in them. The
    /// entry names the matters.
    ///
    /// # Errors
    /// As [`Ctx::permit_page`].
    pub(crate) async fn permit_matters(
        &self,
        verb: Verb,
        of: &Target,
        see: Verb,
        candidates: Vec<Target>,
        facts: Facts,
    ) -> Result<(Permit, Seen)> {
        let (permit, seen) = self.permit_page(verb, of, see, candidates, facts).await?;
        let matters = seen.iter().filter_map(|(_, s)| s.matter.as_ref()).map(|m| (m.id.any(), m.number));
        Ok((permit.whole_matters(matters.collect()), seen))
    }

    /// Takes candidates in their order until `limit` of them have passed the gate. The flag says whether another
    /// would pass.
    ///
    /// # Errors
    /// The list itself is refused; sealed; storage.
    pub(crate) async fn fill_page(
        &self,
        verb: Verb,
        of: &Target,
        see: Verb,
        candidates: Candidates<impl Iterator<Item = Target>>,
        limit: usize,
        mut facts: Facts,
    ) -> Result<((Permit, Seen), bool)> {
        // the list itself first: what hangs on a hidden thing must not make its refusal slower
        let allowed = self.ask(verb, of).await?;
        let (seen, more) =
            self.load(async |loader| self.passing(loader, see, candidates, limit).await).await?;
        for (candidate, subject) in &seen {
            facts.about.extend(candidate.id());
            facts.about.extend(subject.matter.as_ref().map(|m| m.client.any()));
        }
        facts.about.sort();
        facts.about.dedup();
        let (permit, _) = allowed.permit(facts.clear("count", seen.len())).await?;
        Ok(((permit, seen), more))
    }

    async fn passing(
        &self,
        loader: &mut Loader<'_, '_>,
        see: Verb,
        candidates: Candidates<impl Iterator<Item = Target>>,
        limit: usize,
    ) -> Result<(Seen, bool)> {
        let mut seen = Vec::new();
        for candidate in candidates.all {
            if let (Some(staff), Some(id)) = (candidates.seated, candidate.id())
                && loader
                    .reader
                    .optional(&SEATED, &params![staff.to_string(), id.to_string()])
                    .await?
                    .is_none()
            {
                continue;
            }
            if seen.len() == limit && blind::to("list-more") {
                return Ok((seen, true));
            }
            let judged = self.judge(loader, see, &candidate, None).await?;
            if (judged.decision.allowed || blind::to("list-gate")) && judged.subject.exists {
                if seen.len() == limit {
                    return Ok((seen, true));
                }
                seen.push((candidate, judged.subject));
            }
        }
        Ok((seen, false))
    }
}
