//! Lists: candidates that SQL or the directory found go in, those that pass the gate come out, under one permit
//! and one entry.
//!
//! What must hold: each candidate is judged once, all of a page in one moment of the database. Whether a list goes
//! on is said of what passes the gate: a page that ends before something hidden ends like one before nothing.

use super::blind;
use super::ctx::Ctx;
use super::entry::Facts;
use super::error::Result;
use super::facts::Loader;
use super::permit::Permit;
use super::target::{Subject, Target};
use super::verb::Verb;

/// What passed the gate, with the facts it passed on.
pub(crate) type Seen = Vec<(Target, Subject)>;

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
        let candidates = candidates.into_iter();
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
        candidates: impl Iterator<Item = Target>,
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
        candidates: impl Iterator<Item = Target>,
        limit: usize,
    ) -> Result<(Seen, bool)> {
        let mut seen = Vec::new();
        for candidate in candidates {
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
