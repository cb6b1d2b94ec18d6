//! One person's lists on one day, held against the gate and the model.

use std::collections::BTreeSet;
use std::fmt::Debug;

use bytes::Bytes;

use super::model::Firm;
use super::rows::{CONTENTS, Placed};
use crate::features::firm::fixture::Fixture;
use crate::features::record::{NewRecord, incoming, list as records};
use crate::features::{client, matter, staff, today, wall};
use crate::kernel::actor::{Actor, Channel, Role, Via};
use crate::kernel::ctx::Ctx;
use crate::kernel::error::{Error, Result};
use crate::kernel::id::SessionId;
use crate::kernel::target::Target;
use crate::kernel::verb::Verb;

pub(super) type Held = std::result::Result<(), String>;

/// A person on a day, and the firm.
pub(super) struct Asked<'a> {
    pub(super) ctx: Ctx,
    pub(super) firm: &'a Firm,
    pub(super) placed: &'a Placed,
    pub(super) person: usize,
    pub(super) day: u8,
}

pub(super) async fn hold(f: &Fixture, firm: &Firm, placed: &Placed, person: usize, day: u8) -> Held {
    let session = SessionId::new(f.room.now(), f.room.random());
    let via = Via::Session { id: session, stepped_up_at: Some(f.room.now()), presenting: None };
    let actor = Actor::Person { id: placed.people[person], via };
    let ctx = Ctx::new(f.room.clone(), actor, Channel::Web, Fixture::place());
    let asked = Asked { ctx, firm, placed, person, day };
    // pages of every size between one and all come up
    let size = [1, 2, 3, 50][(person + usize::from(day)) % 4];
    asked.clients(size).await?;
    asked.matters(size).await?;
    asked.walls(size).await?;
    asked.staff(size).await?;
    asked.records(size).await?;
    asked.activity(size).await?;
    asked.ledger(size).await?;
    asked.today().await?;
    asked.duplicates().await
}

impl Asked<'_> {
    pub(super) fn same<T: Debug + PartialEq>(&self, what: &str, found: &T, expected: &T) -> Held {
        if found == expected {
            return Ok(());
        }
        let (role, state) = self.firm.role(self.person, self.day);
        Err(format!(
            "{what} for person {} ({state} {}) on day {}: found {found:?}, expected {expected:?}",
            self.person,
            role.word(),
            self.day
        ))
    }

    /// What the gate answers of each thing, held against the model.
    async fn one_by_one(
        &self,
        see: Verb,
        things: impl Iterator<Item = Target>,
        table: impl Fn(usize) -> bool,
    ) -> std::result::Result<BTreeSet<usize>, String> {
        let mut seen = BTreeSet::new();
        for (place, target) in things.enumerate() {
            let allowed = self.ctx.may_now(see, &target).await.map_err(|e| format!("{target:?}: {e:?}"))?;
            self.same(&format!("the gate on {} {target:?}", see.word()), &allowed, &table(place))?;
            if allowed {
                seen.insert(place);
            }
        }
        Ok(seen)
    }

    /// Lists are for whoever may list; the rest are refused, whatever there is.
    pub(super) fn may_list(&self) -> bool {
        let (role, state) = self.firm.role(self.person, self.day);
        state == "active" && role != Role::ClientContact
    }

    /// Holds the pages of a list against what should be on them: the same things, each once, in full pages.
    fn whole<T: Debug + Ord + Clone>(
        &self,
        what: &str,
        size: usize,
        pages: Result<Vec<Vec<T>>>,
        expected: &BTreeSet<T>,
    ) -> Held {
        let pages = match pages {
            Ok(pages) => pages,
            Err(Error::Refused(_) | Error::NotFound | Error::SignedOut) if !self.may_list() => return Ok(()),
            Err(error) => return Err(format!("{what}: {error:?}")),
        };
        let found: Vec<T> = pages.concat();
        let once: BTreeSet<T> = found.iter().cloned().collect();
        self.same(what, &once, expected)?;
        self.same(&format!("{what}, how many"), &found.len(), &expected.len())?;
        let full = |page: &Vec<T>| page.len() == size;
        let (last, before) = pages.split_last().ok_or("no page")?;
        let well_cut =
            before.iter().all(full) && last.len() <= size && (before.is_empty() || !last.is_empty());
        let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
        if well_cut { Ok(()) } else { Err(format!("{what}: pages of {sizes:?}, asked for {size}")) }
    }

    async fn clients(&self, size: usize) -> Held {
        let ids = &self.placed.clients;
        let table = |c| self.firm.sees_client(self.person, c, self.day);
        let seen = self.one_by_one(Verb::ClientSee, ids.iter().copied().map(Target::Client), table).await?;
        let opens = |c| self.firm.opens_for(self.person, c, self.day);
        self.one_by_one(Verb::MatterCreate, ids.iter().copied().map(Target::Client), opens).await?;
        let expected = seen.iter().map(|c| ids[*c]).collect();
        for words in ["", "hold"] {
            let (mut pages, mut after) = (Vec::new(), None);
            let listed = loop {
                match client::clients(&self.ctx, words, after, size).await {
                    Ok((page, more)) => {
                        after = page.last().map(|c| c.id);
                        pages.push(page.into_iter().map(|c| c.id).collect());
                        if !more {
                            break Ok(pages);
                        }
                    }
                    Err(error) => break Err(error),
                }
            };
            self.whole("clients", size, listed, &expected)?;
        }
        Ok(())
    }

    async fn matters(&self, size: usize) -> Held {
        let ids = &self.placed.matters;
        let table = |m| self.firm.sees_matter(self.person, m, self.day);
        let seen = self.one_by_one(Verb::MatterSee, ids.iter().copied().map(Target::Matter), table).await?;
        // by the matter's words, by its client's, and those of one client
        let of_first = self.placed.clients[0];
        for (words, client) in [("", None), ("hold disp", None), ("", Some(of_first))] {
            let asked_for = |m: &&usize| client.is_none() || self.firm.matters[**m].client == 0;
            let expected = seen.iter().filter(asked_for).map(|m| ids[*m]).collect();
            let (mut pages, mut after) = (Vec::new(), None);
            let listed = loop {
                match matter::matters(&self.ctx, words, client, after, size).await {
                    Ok((page, more)) => {
                        after = page.last().map(|m| m.id);
                        pages.push(page.into_iter().map(|m| m.id).collect());
                        if !more {
                            break Ok(pages);
                        }
                    }
                    Err(error) => break Err(error),
                }
            };
            self.whole("matters", size, listed, &expected)?;
        }
        for (place, id) in self.placed.clients.iter().enumerate() {
            let shown = client::client(&self.ctx, *id).await.map(|(_, matters)| matters);
            let of_it = seen.iter().filter(|m| self.firm.matters[**m].client == place).map(|m| ids[*m]);
            let expected = self.firm.sees_client(self.person, place, self.day).then(|| of_it.collect());
            let found: Option<BTreeSet<_>> = shown.ok().map(|all| all.into_iter().map(|m| m.id).collect());
            self.same("a client's matters", &found, &expected)?;
        }
        Ok(())
    }

    async fn walls(&self, size: usize) -> Held {
        let ids = &self.placed.walls;
        let table = |w| self.firm.sees_wall(self.person, w, self.day);
        let seen = self.one_by_one(Verb::WallSee, ids.iter().copied().map(Target::Wall), table).await?;
        let (mut pages, mut after) = (Vec::new(), None);
        let listed = loop {
            match wall::walls(&self.ctx, after, size).await {
                Ok((page, next)) => {
                    pages.push(page.into_iter().map(|w| w.id).collect());
                    after = next;
                    if next.is_none() {
                        break Ok(pages);
                    }
                }
                Err(error) => break Err(error),
            }
        };
        self.whole("walls", size, listed, &seen.iter().map(|w| ids[*w]).collect())
    }

    async fn staff(&self, size: usize) -> Held {
        let ids = &self.placed.people;
        let allowed = |_| self.may_list();
        self.one_by_one(Verb::StaffSee, ids.iter().copied().map(Target::Staff), allowed).await?;
        let shown = |p: &usize| self.firm.sees_staff(self.person, *p, self.day);
        let expected = (0..ids.len()).filter(shown).map(|p| ids[p]).collect();
        let (mut pages, mut after) = (Vec::new(), None);
        let listed = loop {
            match staff::staff_list(&self.ctx, "poole person", after, size).await {
                Ok((page, more)) => {
                    after = page.last().map(|p| p.id);
                    pages.push(page.into_iter().map(|p| p.id).collect());
                    if !more {
                        break Ok(pages);
                    }
                }
                Err(error) => break Err(error),
            }
        };
        self.whole("staff", size, listed, &expected)
    }

    async fn records(&self, size: usize) -> Held {
        for (m, ids) in self.placed.records.iter().enumerate() {
            let opens = self.firm.opens_matter(self.person, m, self.day);
            self.one_by_one(Verb::RecordRead, ids.iter().copied().map(Target::Record), |_| opens).await?;
            let (mut pages, mut after) = (Vec::new(), None);
            let listed = loop {
                match records(&self.ctx, self.placed.matters[m], None, after, size).await {
                    Ok(page) => {
                        pages.push(page.items.into_iter().map(|r| r.id).collect());
                        after = page.next;
                        if page.next.is_none() {
                            break Ok(pages);
                        }
                    }
                    Err(error) => break Err(error),
                }
            };
            match listed {
                Err(Error::Refused(_) | Error::NotFound) if !opens => {}
                listed => {
                    self.same("may list the records", &listed.is_ok(), &opens)?;
                    self.whole("records", size, listed, &ids.iter().copied().collect())?;
                }
            }
        }
        Ok(())
    }

    async fn today(&self) -> Held {
        let day = match today::today(&self.ctx).await {
            Ok(day) => day,
            Err(Error::Refused(_) | Error::NotFound | Error::SignedOut) if !self.may_list() => return Ok(()),
            // a client contact has a day, with nothing of the firm on it
            Err(error) => return Err(format!("today: {error:?}")),
        };
        let (firm, person, on) = (self.firm, self.person, self.day);
        let opened: Vec<usize> =
            (0..firm.matters.len()).filter(|m| firm.opens_matter(person, *m, on)).collect();
        let open: BTreeSet<_> =
            opened.iter().filter(|m| firm.matters[**m].open).map(|m| self.placed.matters[*m]).collect();
        self.same("my matters today", &day.matters.iter().map(|m| m.view.id).collect(), &open)?;
        let soon = |until: u8| until > on && until <= on + 14;
        let ending: BTreeSet<_> = opened
            .iter()
            .flat_map(|m| firm.matters[*m].seats.iter().map(move |s| (*m, s)))
            .filter(|(_, s)| s.person == person && s.span.until.is_some_and(soon))
            .map(|(m, s)| (self.placed.matters[m], s.seat))
            .collect();
        self.same("seats that end", &day.ending.iter().map(|s| (s.matter, s.seat)).collect(), &ending)?;
        let fresh: BTreeSet<_> = day.new_records.iter().map(|r| r.matter).collect();
        let hidden = fresh.iter().any(|id| !opened.iter().any(|m| self.placed.matters[*m] == *id));
        self.same("new records of hidden matters", &hidden, &false)?;
        if let Some(compliance) = &day.compliance {
            let now = self.placed.at(on);
            let waits = |w: &usize| {
                let made = self.placed.at(firm.walls[*w].span.since);
                made < now && firm.walls[*w].span.until.is_none() && firm.sees_wall(person, *w, on)
            };
            let expected: BTreeSet<_> =
                (0..firm.walls.len()).filter(waits).map(|w| self.placed.walls[w]).collect();
            self.same("walls to review", &compliance.walls.iter().map(|w| w.wall).collect(), &expected)?;
        }
        if let Some(kept) = &day.records_manager {
            let sits = |m: &usize| firm.seat(person, *m, on) > 0;
            let expected: BTreeSet<_> =
                firm.without_lead(person, on).into_iter().filter(|m| !sits(m)).collect();
            let found =
                kept.without_lead.iter().filter_map(|v| self.placed.matters.iter().position(|m| *m == v.id));
            self.same("matters without a lead", &found.filter(|m| !sits(m)).collect(), &expected)?;
        }
        Ok(())
    }

    /// The same bytes are said within a matter, and only within it: elsewhere they are nobody's affair.
    async fn duplicates(&self) -> Held {
        for (m, id) in self.placed.matters.iter().enumerate() {
            let content = usize::from(self.day) % CONTENTS.len();
            let new =
                NewRecord { matter: Some(*id), filename: String::from("same.txt"), ..NewRecord::default() };
            let filed = async {
                let mut incoming = incoming(&self.ctx, new).await?;
                incoming.write(Bytes::from_static(CONTENTS[content])).await?;
                // what is not there is not filed either: the model's records stay as they are
                if self.firm.matters[m].records.iter().any(|(c, _)| usize::from(*c) == content) {
                    incoming.finish().await?;
                }
                Ok(())
            };
            match filed.await {
                Err(Error::Duplicate { of }) => {
                    let known = self.placed.records[m].iter().any(|r| r.any() == of);
                    self.same("the duplicate is one of the matter's", &known, &true)?;
                }
                Err(Error::Refused(_) | Error::NotFound) => {
                    self.same("adds", &false, &self.firm.adds_to(self.person, m, self.day))?;
                }
                Ok(()) => self.same("adds", &true, &self.firm.adds_to(self.person, m, self.day))?,
                Err(error) => return Err(format!("adding: {error:?}")),
            }
        }
        Ok(())
    }
}
