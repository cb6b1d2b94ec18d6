//! Making, changing, reviewing and ending walls. All stepped up.

use std::collections::BTreeSet;

use strongroom_storage::params;

use crate::kernel::actor::Role;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::{WallFacts, WallPart, bind_wall_part};
use crate::kernel::id::{self, AnyId, WallId};
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::sets::Set;
use crate::kernel::target::{Subject, Target};
use crate::kernel::text::Reason;
use crate::kernel::vault::{Column, KeyOf, Numbered};
use crate::kernel::verb::Verb;

use super::{WallSpec, store};

/// Makes a wall. It holds from the next decision on; running downloads stop.
pub struct MakeWall {
    /// The wall.
    pub spec: WallSpec,
}

impl Operation for MakeWall {
    const VERB: Verb = Verb::WallMake;
    const NUMBERS: Option<Numbered> = Some(Numbered::Client);
    type Output = WallId;

    fn target(&self) -> Target {
        Target::Firm
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<WallId>> {
        check_spec(tx, &self.spec).await?;
        let id: WallId = tx.new_id();
        let mut wall = WallFacts {
            id,
            number: tx.vault().next_number(Numbered::Client)?,
            kind: self.spec.kind.word().to_owned(),
            made_at: tx.now(),
            made_by: tx.ctx().actor().name(),
            ended_at: None,
            reviewed_at: None,
            sealed_name: Vec::new(),
            sealed_reason: Vec::new(),
            row_version: 1,
            parts: Vec::new(),
            members: Vec::new(),
        };
        seal_texts(tx, &mut wall, self.spec.name.as_str(), self.spec.reason.as_str())?;
        let values = params![
            id.to_string(),
            i64::from(wall.number),
            wall.kind.clone(),
            wall.made_at,
            wall.made_by.clone(),
            None::<i64>,
            None::<i64>,
            wall.sealed_name.clone(),
            wall.sealed_reason.clone(),
            wall.row_version,
            wall.bind().mac(tx.vault())?
        ];
        let things = self.spec.things();
        touch(tx, id, &things).await?;
        tx.exec_one(&store::WALL_INSERT, &values).await?;
        for thing in &things {
            add_part(tx, id, thing.clone()).await?;
        }
        Ok(Done::recording(id, told(&wall, &self.spec, things)))
    }
}

/// Changes a wall to what is asked for now. What it named before is kept with its end.
pub struct ChangeWall {
    /// The wall.
    pub wall: WallId,
    /// What it is to be.
    pub spec: WallSpec,
    /// The version that the caller read.
    pub etag: Option<i64>,
}

impl Operation for ChangeWall {
    const VERB: Verb = Verb::WallChange;
    type Output = i64;

    fn target(&self) -> Target {
        Target::Wall(self.wall)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<i64>> {
        let old = standing(on, self.etag)?;
        check_spec(tx, &self.spec).await?;
        let now = tx.now();
        let wanted = self.spec.things();
        let present: Vec<WallPart> = old.parts.iter().filter(|p| p.until.is_none()).cloned().collect();
        let named: BTreeSet<AnyId> = present.iter().map(|p| p.thing.clone()).collect();
        let changed: BTreeSet<AnyId> = named.symmetric_difference(&wanted).cloned().collect();
        touch(tx, old.id, &changed).await?;
        for part in present.iter().filter(|p| !wanted.contains(&p.thing)) {
            let ended = WallPart { until: Some(now), ..part.clone() };
            let mac = bind_wall_part(old.id, &ended).mac(tx.vault())?;
            let values = params![now, mac, old.id.to_string(), part.thing.as_str(), part.since];
            tx.exec_one(&store::WALL_PART_END, &values).await?;
        }
        for thing in wanted.difference(&named) {
            add_part(tx, old.id, thing.clone()).await?;
        }
        let mut wall = old.clone();
        wall.kind = self.spec.kind.word().to_owned();
        let wall = update(tx, old, wall, self.spec.name.as_str(), self.spec.reason.as_str()).await?;
        Ok(Done::recording(wall.row_version, told(&wall, &self.spec, changed)))
    }
}

/// Ends a wall.
pub struct EndWall {
    /// The wall.
    pub wall: WallId,
    /// Why.
    pub reason: Reason,
    /// The version that the caller read.
    pub etag: Option<i64>,
}

impl Operation for EndWall {
    const VERB: Verb = Verb::WallEnd;
    type Output = i64;

    fn target(&self) -> Target {
        Target::Wall(self.wall)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<i64>> {
        let old = standing(on, self.etag)?;
        let mut wall = old.clone();
        wall.ended_at = Some(tx.now());
        let (name, reason) = texts(tx, old)?;
        let things: BTreeSet<AnyId> = old.parts.iter().map(|p| p.thing.clone()).collect();
        touch(tx, old.id, &things).await?;
        let wall = update(tx, old, wall, &name, &reason).await?;
        let key = KeyOf::Client(wall.number);
        let facts = Facts::about([wall.id.any()]).told(wall.id.any(), key, "reason", self.reason.as_str());
        Ok(Done::recording(wall.row_version, facts))
    }
}

/// Says that a wall was looked at and is still needed.
pub struct ReviewWall {
    /// The wall.
    pub wall: WallId,
    /// What was found.
    pub note: Option<Reason>,
    /// The version that the caller read.
    pub etag: Option<i64>,
}

impl Operation for ReviewWall {
    const VERB: Verb = Verb::WallChange;
    type Output = i64;

    fn target(&self) -> Target {
        Target::Wall(self.wall)
    }

    async fn run(self, tx: &mut WriteTx<'_>, on: &Subject) -> Result<Done<i64>> {
        let old = standing(on, self.etag)?;
        let mut wall = old.clone();
        wall.reviewed_at = Some(tx.now());
        let (name, reason) = texts(tx, old)?;
        touch(tx, old.id, &BTreeSet::new()).await?;
        let wall = update(tx, old, wall, &name, &reason).await?;
        let mut facts = Facts::default().clear("reviewed", true);
        if let Some(note) = self.note {
            facts = facts.told(wall.id.any(), KeyOf::Client(wall.number), "note", note.as_str());
        }
        Ok(Done::recording(wall.row_version, facts))
    }
}

fn standing(on: &Subject, etag: Option<i64>) -> Result<&WallFacts> {
    let wall = on.need_wall()?;
    if etag.is_some_and(|e| e != wall.row_version) {
        return Err(Error::Stale);
    }
    if wall.ended_at.is_some() {
        return Err(Error::conflict("wall.ended", "This wall has ended. Make a new one."));
    }
    Ok(wall)
}

/// Every named thing must exist; a wall must cover something, and one that bars must name someone.
async fn check_spec(tx: &mut WriteTx<'_>, spec: &WallSpec) -> Result<()> {
    if spec.clients.is_empty() && spec.matters.is_empty() {
        return Err(Error::invalid("covers", "Name at least one client or matter that the wall covers."));
    }
    if spec.staff.is_empty() && spec.groups.is_empty() {
        return Err(Error::invalid("staff", "Name at least one person or group."));
    }
    let (spec, now) = (spec.clone(), tx.now());
    tx.load(async |loader| {
        for client in &spec.clients {
            loader
                .client(*client)
                .await?
                .ok_or_else(|| Error::invalid("covers", "There is no such client."))?;
        }
        for matter in &spec.matters {
            loader
                .matter(*matter)
                .await?
                .ok_or_else(|| Error::invalid("covers", "There is no such matter."))?;
        }
        for person in &spec.staff {
            let known = loader.person(*person).await?;
            // a person at a client opens nothing that a wall could keep from them, and is not known here
            known
                .filter(|p| p.at(now).is_some_and(|s| s.role != Role::ClientContact))
                .ok_or_else(|| Error::invalid("staff", "There is no such person."))?;
        }
        for group in &spec.groups {
            loader.members(*group).await?;
        }
        Ok(())
    })
    .await?;
    for group in &spec.groups {
        if tx.ctx().room().directory().group(*group).is_none() {
            return Err(Error::invalid("groups", "There is no such group."));
        }
    }
    Ok(())
}

async fn add_part(tx: &mut WriteTx<'_>, wall: WallId, thing: AnyId) -> Result<()> {
    let part = WallPart { thing, since: tx.now(), until: None };
    let mac = bind_wall_part(wall, &part).mac(tx.vault())?;
    let values = params![wall.to_string(), part.thing.as_str(), part.since, None::<i64>, mac];
    tx.exec_one(&store::WALL_PART_INSERT, &values).await
}

async fn touch(tx: &mut WriteTx<'_>, wall: WallId, things: &BTreeSet<AnyId>) -> Result<()> {
    tx.touch(Set::Wall(wall)).await?;
    for thing in things {
        if let Some(matter) = thing.typed::<id::Matter>() {
            tx.touch(Set::WallsOfMatter(matter)).await?;
        }
        if let Some(client) = thing.typed::<id::Client>() {
            tx.touch(Set::WallsOfClient(client)).await?;
        }
    }
    Ok(())
}

async fn update(
    tx: &mut WriteTx<'_>,
    old: &WallFacts,
    mut wall: WallFacts,
    name: &str,
    reason: &str,
) -> Result<WallFacts> {
    wall.row_version = old.row_version + 1;
    seal_texts(tx, &mut wall, name, reason)?;
    let values = params![
        wall.kind.clone(),
        wall.ended_at,
        wall.reviewed_at,
        wall.sealed_name.clone(),
        wall.sealed_reason.clone(),
        wall.row_version,
        wall.bind().mac(tx.vault())?,
        wall.id.to_string(),
        old.row_version
    ];
    tx.exec_one(&store::WALL_UPDATE, &values).await?;
    Ok(wall)
}

fn seal_texts(tx: &WriteTx<'_>, wall: &mut WallFacts, name: &str, reason: &str) -> Result<()> {
    let key = tx.key(&wall.id.any(), KeyOf::Client(wall.number))?;
    let row = wall.id.to_string();
    let at = |column| Column { table: "wall", row: &row, column, version: wall.row_version };
    wall.sealed_name = tx.seal(&key, at("name"), name);
    wall.sealed_reason = tx.seal(&key, at("reason"), reason);
    Ok(())
}

fn texts(tx: &WriteTx<'_>, wall: &WallFacts) -> Result<(String, String)> {
    let key = tx.key(&wall.id.any(), KeyOf::Client(wall.number))?;
    let row = wall.id.to_string();
    let at = |column| Column { table: "wall", row: &row, column, version: wall.row_version };
    let name = tx.vault().open_text(&key, at("name"), &wall.sealed_name)?;
    Ok((name, tx.vault().open_text(&key, at("reason"), &wall.sealed_reason)?))
}

fn told(wall: &WallFacts, spec: &WallSpec, things: BTreeSet<AnyId>) -> Facts {
    // whom a wall names and what a change took in or left out is the wall's own affair: sealed under its key. The
    // ids of what it covers stand in clear beside it, in the sets that the change renewed: a decision holds them
    // against the ledger
    let named: Vec<String> = spec.things().iter().map(ToString::to_string).collect();
    let key = KeyOf::Client(wall.number);
    let changed: Vec<String> = things.iter().map(ToString::to_string).collect();
    Facts::about([wall.id.any()])
        .clear("kind", wall.kind.as_str())
        .told(wall.id.any(), key, "name", spec.name.as_str())
        .told(wall.id.any(), key, "reason", spec.reason.as_str())
        .told(wall.id.any(), key, "names", named)
        .told(wall.id.any(), key, "changed", changed)
}
