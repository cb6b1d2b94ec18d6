//! Pages of lists: every row passes the gate by itself, one permit and one entry cover the page.

use super::ctx::Ctx;
use super::entry::Facts;
use super::error::Result;
use super::permit::Permit;
use super::target::{Subject, Target};
use super::verb::Verb;

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
    ) -> Result<(Permit, Vec<(Target, Subject)>)> {
        let (permit, seen) = self.permit_page(verb, of, see, candidates, facts).await?;
        let matters = seen.iter().filter_map(|(_, s)| s.matter.as_ref()).map(|m| (m.id.any(), m.number));
        Ok((permit.whole_matters(matters.collect()), seen))
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
}
