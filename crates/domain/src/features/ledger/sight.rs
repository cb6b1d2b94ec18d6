//! What the viewer may know of the things that entries tell of, and the opening of sealed parts.
//!
//! The gate answers for each thing first; then one permit names all that passed; only then a part opens.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use strongroom_seal::Key;

use crate::kernel::blind;
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::open_part;
use crate::kernel::error::Result;
use crate::kernel::facts::{MatterFacts, RecordFacts, WallAnswer};
use crate::kernel::id::{
    AnyId, Client, ClientId, EntryId, Matter, MatterId, Record, RecordId, Staff, StaffId, Wall, WallId,
};
use crate::kernel::permit::Permit;
use crate::kernel::target::Target;
use crate::kernel::vault::{Column, KeyOf};
use crate::kernel::verb::Verb;

use super::model::{Covered, EntryView, Raw};
use super::refused::knows_of;
use super::words;

/// A matter as the viewer may see it.
struct MatterSight {
    number: u32,
    client: ClientId,
    /// The viewer may open what is in it.
    opens: bool,
    /// The viewer may know of the walls over it.
    walls: bool,
}

/// See the module.
#[derive(Default)]
pub(super) struct Sight {
    me: Option<StaffId>,
    compliance: bool,
    matters: BTreeMap<MatterId, MatterSight>,
    records: BTreeMap<RecordId, RecordFacts>,
    clients: BTreeMap<ClientId, u32>,
    walls: BTreeMap<WallId, u32>,
    /// Things of the viewer's own acts that are sealed under the system key.
    own: BTreeSet<AnyId>,
    /// Own refusals of what the viewer may not know of: no reason is said.
    hidden: BTreeSet<EntryId>,
}

/// A part that was opened: what it tells of, its bytes with the 32 random ones in front, what it says.
pub(super) struct OpenPart {
    pub(super) about: AnyId,
    pub(super) bytes: Vec<u8>,
    pub(super) body: Map<String, Value>,
}

/// True where the viewer leads the matter and no wall keeps them from it: then the walls over it are known. While a
/// client is presented none is, to anyone: others look on.
pub(crate) fn knows_walls(ctx: &Ctx, matter: &MatterFacts) -> bool {
    let (Some(me), at) = (ctx.actor().person(), ctx.now()) else { return false };
    ctx.presents().is_none()
        && matter.seat_of(me, at) == "lead"
        && matter.wall_for(me, at) == WallAnswer::None
}

/// True where a member of the team who may not know of walls may see that the entry exists.
pub(super) fn plain_to_the_team(matter: &MatterFacts, raw: &Raw) -> bool {
    let by_wall = || {
        AnyId::parse(&raw.actor_id)
            .and_then(|id| id.typed::<Staff>())
            .is_some_and(|person| matter.wall_for(person, raw.at) != WallAnswer::None)
    };
    let of_a_wall = raw.verb.starts_with("wall.") || (raw.denied() && by_wall());
    !of_a_wall || blind::to("entry-plain")
}

impl Sight {
    /// Asks the gate about everything that the entries tell of.
    pub(super) async fn of(ctx: &Ctx, rows: &[Raw]) -> Result<Self> {
        let me = ctx.me()?;
        let compliance = ctx.presents().is_none() && ctx.is_compliance().await?;
        let mut sight = Self { me: Some(me), compliance, ..Self::default() };
        let (mut matters, mut records) = (BTreeSet::new(), BTreeSet::new());
        let (mut clients, mut walls) = (BTreeSet::new(), BTreeSet::new());
        for raw in rows {
            matters.extend(raw.matter);
            records.extend(raw.record);
            clients.extend(raw.client);
            let own = raw.actor_id == me.to_string();
            if own && raw.denied() && !knows_of(ctx, raw).await? {
                sight.hidden.insert(raw.id);
            }
            for (about, _) in raw.parts() {
                matters.extend(about.typed::<Matter>());
                records.extend(about.typed::<Record>());
                clients.extend(about.typed::<Client>());
                walls.extend(about.typed::<Wall>());
                if own {
                    sight.own.insert(about);
                }
            }
        }
        for id in matters {
            sight.see_matter(ctx, id).await?;
        }
        for id in records {
            if let Some(record) = ctx.load(async |loader| loader.record(id).await).await?
                && sight.matters.get(&record.matter).is_some_and(|m| m.opens)
            {
                sight.records.insert(id, record);
            }
        }
        for id in clients {
            let judged = ctx
                .load(async |loader| ctx.judge(loader, Verb::ClientSee, &Target::Client(id), None).await)
                .await?;
            if let (true, Some(client)) = (judged.decision.allowed, judged.subject.client) {
                sight.clients.insert(id, client.number);
            }
        }
        for id in walls {
            let judged = ctx
                .load(async |loader| ctx.judge(loader, Verb::WallSee, &Target::Wall(id), None).await)
                .await?;
            if let (true, Some(wall)) = (judged.decision.allowed, judged.subject.wall) {
                sight.walls.insert(id, wall.number);
            }
        }
        Ok(sight)
    }

    async fn see_matter(&mut self, ctx: &Ctx, id: MatterId) -> Result<()> {
        let target = Target::Matter(id);
        let judged = ctx.load(async |loader| ctx.judge(loader, Verb::MatterSee, &target, None).await).await?;
        let (true, Some(matter)) = (judged.decision.allowed, judged.subject.matter) else { return Ok(()) };
        let opens = blind::to("sight-opens") || ctx.may_now(Verb::MatterActivity, &target).await?;
        let walls = self.compliance || knows_walls(ctx, &matter);
        self.matters.insert(id, MatterSight { number: matter.number, client: matter.client, opens, walls });
        Ok(())
    }

    /// All that the permit must name.
    pub(super) fn things(&self) -> Vec<AnyId> {
        let mut things: Vec<AnyId> = self.own.iter().filter(|id| self.is_own(id)).cloned().collect();
        things.extend(self.matters.keys().map(|id| id.any()));
        things.extend(self.matters.values().map(|m| m.client.any()));
        things.extend(self.records.keys().map(|id| id.any()));
        things.extend(self.clients.keys().map(|id| id.any()));
        things.extend(self.walls.keys().map(|id| id.any()));
        things.sort();
        things.dedup();
        things
    }

    /// Of one's own acts: not what tells of a client's affairs, for which the gate answered above.
    fn is_own(&self, id: &AnyId) -> bool {
        id.typed::<Matter>().is_none()
            && id.typed::<Record>().is_none()
            && id.typed::<Client>().is_none()
            && id.typed::<Wall>().is_none()
            && self.own.contains(id)
    }

    fn key_of(&self, about: &AnyId, own: bool) -> Option<KeyOf> {
        if let Some(id) = about.typed::<Matter>() {
            return self.matters.get(&id).filter(|m| m.opens).map(|m| KeyOf::Matter(m.number));
        }
        if let Some(id) = about.typed::<Record>() {
            let record = self.records.get(&id)?;
            let matter = self.matters.get(&record.matter)?.number;
            return Some(KeyOf::Record { matter, record: record.number });
        }
        if let Some(id) = about.typed::<Client>() {
            return self.clients.get(&id).map(|n| KeyOf::Client(*n));
        }
        if let Some(id) = about.typed::<Wall>() {
            return self.walls.get(&id).map(|n| KeyOf::Client(*n));
        }
        (own && self.is_own(about)).then_some(KeyOf::System)
    }

    /// Opens the parts of an entry that the viewer may know, under a permit that names [`Sight::things`].
    pub(super) fn open(&self, ctx: &Ctx, permit: &Permit, raw: &Raw) -> Vec<OpenPart> {
        let own = self.me.is_some_and(|me| raw.actor_id == me.to_string());
        let walls =
            self.compliance || raw.matter.and_then(|id| self.matters.get(&id)).is_some_and(|m| m.walls);
        let mut opened = Vec::new();
        for (about, part) in raw.parts() {
            let Some(of) = self.key_of(&about, own) else { continue };
            // a destroyed thing has no key: its part stays sealed for ever
            let Ok(key) = ctx.room.vault.key(permit, &about, of) else { continue };
            let Some((bytes, mut body)) = open_one(ctx, &key, raw, &part) else {
                tracing::error!(entry = %raw.id, about = %about, "a part of an entry does not open");
                continue;
            };
            if self.hidden.contains(&raw.id) {
                body.remove("rules");
            }
            if walls || !words::tells_of_a_wall(&body) {
                opened.push(OpenPart { about, bytes, body });
            }
        }
        opened
    }

    /// The entry as this viewer sees it.
    pub(super) fn view(&self, ctx: &Ctx, permit: &Permit, raw: &Raw, covered: Covered) -> EntryView {
        let opened: Vec<(String, Map<String, Value>)> =
            self.open(ctx, permit, raw).into_iter().map(|p| (p.about.to_string(), p.body)).collect();
        let mut view = bare(ctx, raw, covered, &opened);
        let matter = raw.matter.filter(|id| self.matters.contains_key(id));
        view.matter = matter;
        view.matter_name = matter.and_then(|id| ctx.room.directory.matter(permit, id)).map(|m| m.name);
        // where the matter is hidden, so is everything below and above it
        let named = raw.matter.is_none() || matter.is_some();
        view.client = raw.client.filter(|id| named && (matter.is_some() || self.clients.contains_key(id)));
        view.record = raw.record.filter(|_| matter.is_some());
        view.record_title = raw.record.and_then(|id| self.title(ctx, permit, id));
        view.opened = opened;
        view
    }

    fn title(&self, ctx: &Ctx, permit: &Permit, id: RecordId) -> Option<String> {
        let record = self.records.get(&id)?;
        let matter = self.matters.get(&record.matter)?.number;
        record_title(ctx, permit, record, matter)
    }
}

/// A record's title, for a permit that covers it.
pub(crate) fn record_title(ctx: &Ctx, permit: &Permit, record: &RecordFacts, matter: u32) -> Option<String> {
    let key =
        ctx.room.vault.key(permit, &record.id.any(), KeyOf::Record { matter, record: record.number }).ok()?;
    let row = record.id.to_string();
    let at = Column { table: "record", row: &row, column: "title", version: record.row_version };
    ctx.room.vault.open_text(&key, at, &record.sealed_title).ok()
}

fn open_one(ctx: &Ctx, key: &Key, raw: &Raw, part: &Value) -> Option<(Vec<u8>, Map<String, Value>)> {
    let bytes = open_part(&ctx.room.vault.firm(), key, &raw.id.to_string(), part).ok()?;
    let body = serde_json::from_slice(bytes.get(strongroom_tlog::receipt::SALT..)?).ok()?;
    Some((bytes, body))
}

/// An entry with ids and nothing opened.
pub(super) fn bare(
    ctx: &Ctx,
    raw: &Raw,
    covered: Covered,
    opened: &[(String, Map<String, Value>)],
) -> EntryView {
    let room = &ctx.room;
    EntryView {
        id: raw.id,
        index: raw.index,
        at: raw.at,
        actor: words::who(&room.directory, raw),
        channel: raw.channel.clone(),
        verb: raw.verb.clone(),
        outcome: raw.outcome.clone(),
        says: words::says(&room.gate(), &room.directory, raw, opened),
        client: raw.client,
        matter: raw.matter,
        record: raw.record,
        matter_name: None,
        record_title: None,
        state: raw.state(covered),
        opened: Vec::new(),
    }
}
