//! The ledger's lists: a matter's activity, one's own acts, and all of it for those who watch.

use std::collections::BTreeSet;

use strongroom_storage::{params, statements};

use super::lists::{Asked, Held};
use crate::features::ledger::{EntryPage, Filter, entries, matter_activity, own_acts};
use crate::kernel::clock::DAY;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::id_of;
use crate::kernel::id::EntryId;

statements! {
    ENTRIES_OF_MATTER = "SELECT entry_id, at, actor_id, outcome FROM ledger_entry WHERE matter_id = $1";
    ENTRIES_OF_ACTOR = "SELECT entry_id, at, actor_id, outcome FROM ledger_entry WHERE actor_id = $1";
}

/// An entry as the database has it.
struct Logged {
    id: EntryId,
    day: u8,
    actor: String,
    denied: bool,
}

impl Asked<'_> {
    /// The pages of a list of entries, each as its ids; cursors name nothing that was not on the page.
    async fn entry_pages(
        &self,
        ask: impl AsyncFn(Option<EntryId>) -> Result<EntryPage>,
    ) -> std::result::Result<Vec<EntryId>, Error> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = ask(after).await?;
            if page.next.is_some() && page.next != page.items.last().map(|e| e.id) {
                return Err(Error::Internal(String::from(
                    "a page of entries goes on at something it did not show",
                )));
            }
            all.extend(page.items.into_iter().map(|e| e.id));
            after = page.next;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    /// Each matter's activity: all that happened, less what tells the team of a wall.
    pub(super) async fn activity(&self, size: usize) -> Held {
        // the newest instants are this very day's: ask about the days before, which no longer change
        let me = self.placed.people[self.person].to_string();
        for (m, id) in self.placed.matters.iter().enumerate() {
            let all = self.logged("matter_id", &id.to_string()).await?;
            let leads = self.firm.seat(self.person, m, self.day) == 3;
            let shown = |e: &&Logged| {
                let by = self.placed.people.iter().position(|p| p.to_string() == e.actor);
                let walled = by.is_some_and(|p| self.firm.walled(p, m, e.day));
                leads || e.actor == me || !(e.denied && walled)
            };
            let expected: BTreeSet<EntryId> = all.iter().filter(shown).map(|e| e.id).collect();
            let listed =
                self.entry_pages(async |after| matter_activity(&self.ctx, *id, after, size).await).await;
            match listed {
                Ok(found) => {
                    self.same(
                        "opens the activity",
                        &self.firm.opens_matter(self.person, m, self.day),
                        &true,
                    )?;
                    // each page leaves an entry, which the next does not show: those before it must all be there
                    let known: BTreeSet<EntryId> = all.iter().map(|e| e.id).collect();
                    let found: BTreeSet<EntryId> = found.into_iter().filter(|e| known.contains(e)).collect();
                    self.same("the activity", &found, &expected)?;
                }
                Err(Error::Refused(_) | Error::NotFound) => {
                    self.same(
                        "opens the activity",
                        &self.firm.opens_matter(self.person, m, self.day),
                        &false,
                    )?;
                }
                Err(error) => return Err(format!("activity: {error:?}")),
            }
        }
        Ok(())
    }

    /// The whole ledger for who watches, and everyone's own acts.
    pub(super) async fn ledger(&self, size: usize) -> Held {
        let me = self.placed.people[self.person].to_string();
        let mine: BTreeSet<EntryId> = self.logged("actor_id", &me).await?.into_iter().map(|e| e.id).collect();
        let own = self.entry_pages(async |after| own_acts(&self.ctx, after, size.max(2)).await).await;
        match own {
            Ok(found) => {
                let found: BTreeSet<EntryId> = found.into_iter().filter(|e| mine.contains(e)).collect();
                self.same("own acts", &found, &mine)?;
            }
            Err(Error::Refused(_) | Error::NotFound) => self.same("own acts", &self.may_list(), &false)?,
            Err(error) => return Err(format!("own acts: {error:?}")),
        }
        let watches = self.firm.watches(self.person, self.day);
        for (m, id) in self.placed.matters.iter().enumerate() {
            let filter = Filter { matter: Some(*id), ..Filter::default() };
            let all = self.logged("matter_id", &id.to_string()).await?;
            let walled = self.firm.walled(self.person, m, self.day);
            let listed = self.entry_pages(async |after| entries(&self.ctx, &filter, after, 200).await).await;
            match listed {
                Ok(found) => {
                    self.same("watches", &true, &watches)?;
                    let expected: BTreeSet<EntryId> =
                        if walled { BTreeSet::new() } else { all.iter().map(|e| e.id).collect() };
                    let found: BTreeSet<EntryId> = found.into_iter().collect();
                    self.same("the ledger", &found, &expected)?;
                }
                Err(Error::Refused(_) | Error::NotFound) => self.same("watches", &false, &watches)?,
                Err(error) => return Err(format!("the ledger: {error:?}")),
            }
        }
        Ok(())
    }

    async fn logged(&self, column: &'static str, id: &str) -> std::result::Result<Vec<Logged>, String> {
        let statement = if column == "matter_id" { &ENTRIES_OF_MATTER } else { &ENTRIES_OF_ACTOR };
        let rows = self.ctx.room.db.all(statement, &params![id]).await;
        let mut all = Vec::new();
        for row in rows.map_err(|e| e.to_string())? {
            let read = || -> Result<Logged> {
                let at: i64 = row.get("at")?;
                let day = u8::try_from((at - self.placed.first_day) / DAY).unwrap_or(0);
                let outcome: String = row.get("outcome")?;
                let id = id_of(&row, "entry_id")?;
                Ok(Logged { id, day, actor: row.get("actor_id")?, denied: outcome == "denied" })
            };
            all.push(read().map_err(|e| e.to_string())?);
        }
        Ok(all)
    }
}
