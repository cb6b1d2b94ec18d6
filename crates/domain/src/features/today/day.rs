//! The page of the day, put together under one permit.

use std::collections::{BTreeMap, BTreeSet};

use strongroom_storage::params;

use crate::features::ledger::{record_title, refusals_on};
use crate::features::matter::view_of;
use crate::features::record::kind_under;
use crate::features::upload::UploadRow;
use crate::kernel::actor::{Role, Via};
use crate::kernel::clock::{DAY, Micros};
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::Result;
use crate::kernel::facts::{MatterFacts, RecordFacts, SeatFacts, id_of};
use crate::kernel::id::{AnyId, MatterId, SessionId, StaffId};
use crate::kernel::permit::Permit;
use crate::kernel::target::Target;
use crate::kernel::vault::{Column, KeyOf};
use crate::kernel::verb::Verb;

use super::{EndingSeat, MatterLine, NewRecord, NewSignIn, StoppedUpload, Today, roles, store};

/// How many matters are shown.
const SHOWN: usize = 8;
/// How many matters are looked through for what is new, by last activity.
const LOOKED_THROUGH: usize = 30;

/// So many refusals are looked through, the newest first.
const REFUSALS: usize = 200;

/// What is known before anything is opened.
struct Gathered {
    /// My matters that the gate lets me open, by last activity, with when that was.
    mine: Vec<(MatterFacts, Option<Micros>)>,
    more: bool,
    records: Vec<RecordFacts>,
    ending: Vec<SeatFacts>,
    uploads: Vec<UploadRow>,
}

/// My day.
///
/// # Errors
/// Refused, sealed, storage.
pub async fn today(ctx: &Ctx) -> Result<Today> {
    let (me, now) = (ctx.me()?, ctx.now());
    let role = ctx.role().await?;
    let (since, sign_ins) = sessions(ctx, me).await?;
    let gathered = gather(ctx, me, since).await?;
    let led: Vec<MatterFacts> =
        gathered.mine.iter().filter(|(m, _)| m.seat_of(me, now) == "lead").map(|(m, _)| m.clone()).collect();
    let refusals = refusals_on(ctx, &led, now - 30 * DAY, REFUSALS).await?;
    let walls = if role == Role::ComplianceOfficer { roles::walls(ctx).await? } else { Vec::new() };
    let kept = if role == Role::RecordsManager { roles::kept(ctx).await? } else { roles::Kept::default() };

    let mut things: Vec<AnyId> = refusals.things();
    things.extend(gathered.records.iter().map(|r| r.id.any()));
    things.extend(gathered.uploads.iter().map(|u| u.id.any()));
    things.extend(walls.iter().map(|w| w.id.any()));
    let matters: BTreeSet<MatterId> = gathered.mine.iter().map(|(m, _)| m.id).chain(kept.all()).collect();
    let candidates = matters.iter().copied().map(Target::Matter).collect();
    let page = ctx
        .permit_page(Verb::TodayRead, &Target::Firm, Verb::MatterSee, candidates, Facts::about(things))
        .await?;
    let (permit, seen) = page;
    // what the gate no longer lets me see drops out here
    let seen: BTreeMap<MatterId, MatterFacts> =
        seen.into_iter().filter_map(|(_, s)| s.matter).map(|m| (m.id, m)).collect();

    let show = Show { ctx, permit: &permit, seen: &seen };
    let open: Vec<&(MatterFacts, Option<Micros>)> = gathered.mine.iter().filter(|(m, _)| m.open).collect();
    let lines = open.iter().take(SHOWN).filter_map(|(matter, last_activity)| {
        let view = view_of(ctx, &permit, seen.get(&matter.id)?)?;
        Some(MatterLine { view, last_activity: *last_activity })
    });
    let mut new_records = Vec::with_capacity(gathered.records.len());
    for record in &gathered.records {
        new_records.extend(show.record(record).await?);
    }
    Ok(Today {
        role,
        at: now,
        since,
        matters: lines.collect(),
        more_matters: gathered.more || open.len() > SHOWN,
        new_records,
        refusals: {
            let mut views = refusals.views(ctx, &permit).await?;
            views.retain(|view| !view.asked_for_a_code());
            views
        },
        ending: gathered.ending.iter().filter_map(|s| show.seat(s)).collect(),
        uploads: gathered.uploads.iter().filter_map(|u| show.upload(u)).collect(),
        sign_ins,
        to_decide: roles::to_decide(ctx, role, me).await?,
        compliance: if role == Role::ComplianceOfficer {
            Some(roles::compliance(ctx, &permit, &walls).await?)
        } else {
            None
        },
        administrator: if role == Role::Administrator {
            Some(roles::administrator(ctx).await?)
        } else {
            None
        },
        records_manager: (role == Role::RecordsManager)
            .then(|| kept.day(|id| view_of(ctx, &permit, seen.get(&id)?))),
        auditor: if role == Role::Auditor { Some(roles::auditor(ctx).await?) } else { None },
    })
}

/// When I came before, and my sign-ins of the last week from devices that I had not used.
async fn sessions(ctx: &Ctx, me: StaffId) -> Result<(Micros, Vec<NewSignIn>)> {
    let now = ctx.now();
    let current = match &ctx.actor {
        crate::kernel::actor::Actor::Person { via: Via::Session { id, .. }, .. } => Some(*id),
        _ => None,
    };
    let mut mine = Vec::new();
    for row in ctx.room.db.all(&store::MY_SESSIONS, &params![me.to_string()]).await? {
        let id: SessionId = id_of(&row, "session_id")?;
        let text = id.to_string();
        let at = Column { table: "session", row: &text, column: "place", version: 1 };
        // a place that does not open is named by `check`; it must not keep the page away
        let place =
            ctx.room.vault.open_system_text(at, &row.get::<Vec<u8>>("sealed_place")?).unwrap_or_default();
        let place: serde_json::Value = serde_json::from_str(&place).unwrap_or_default();
        let part = |name: &str| place.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        mine.push(NewSignIn {
            session: id,
            at: row.get("created_at")?,
            device: part("device"),
            address: part("address"),
            current: Some(id) == current,
        });
    }
    let since = mine.iter().find(|s| !s.current && s.at < now).map_or(now - 7 * DAY, |s| s.at);
    Ok((since, unfamiliar(&mine, now - 7 * DAY)))
}

/// The sign-ins, newest first in and out, since an instant from devices that no earlier one came from. The
/// very first sign-in of all is no surprise.
pub(super) fn unfamiliar(all: &[NewSignIn], since: Micros) -> Vec<NewSignIn> {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let mut new = Vec::new();
    for (place, sign_in) in all.iter().rev().enumerate() {
        if known.insert(&sign_in.device) && place > 0 && sign_in.at >= since {
            new.push(sign_in.clone());
        }
    }
    new.reverse();
    new
}

async fn gather(ctx: &Ctx, me: StaffId, since: Micros) -> Result<Gathered> {
    let now = ctx.now();
    let mut seats: Vec<(Option<Micros>, MatterId)> = Vec::new();
    for row in ctx.room.db.all(&store::MY_MATTERS, &params![me.to_string(), now]).await? {
        seats.push((row.get("last_at")?, id_of(&row, "matter_id")?));
    }
    seats.sort_by(|a, b| b.cmp(a));
    let more = seats.len() > LOOKED_THROUGH;
    let mut mine = Vec::new();
    for (last, id) in seats.into_iter().take(LOOKED_THROUGH) {
        mine.extend(opened(ctx, id).await?.map(|m| (m, last)));
    }
    let mut records = Vec::new();
    for (matter, _) in mine.iter().filter(|(_, last)| last.is_some_and(|at| at > since)) {
        let values = params![matter.id.to_string(), since, me.to_string()];
        for row in ctx.room.db.all(&store::NEW_RECORDS, &values).await? {
            records.push(RecordFacts::read(&row, &ctx.room.vault)?);
        }
    }
    records.sort_by_key(|r: &RecordFacts| std::cmp::Reverse((r.created_at, r.id)));
    records.truncate(20);
    let mut ending = Vec::new();
    for row in ctx.room.db.all(&store::MY_SEATS_ENDING, &params![me.to_string(), now, now + 14 * DAY]).await?
    {
        ending.push(SeatFacts::read(&row, &ctx.room.vault)?);
    }
    let mut uploads = Vec::new();
    for row in ctx.room.db.all(&store::MY_UPLOADS, &params![me.to_string(), now]).await? {
        uploads.push(UploadRow::read(&row, &ctx.room.vault)?);
    }
    // the same gate for the matters of what ends or has stopped, where they were not looked at above
    let known: BTreeSet<MatterId> = mine.iter().map(|(m, _)| m.id).collect();
    let others: BTreeSet<MatterId> =
        ending.iter().map(|s| s.matter).chain(uploads.iter().map(|u| u.matter)).collect();
    for id in others.difference(&known) {
        mine.extend(opened(ctx, *id).await?.map(|m| (m, None)));
    }
    let known: BTreeSet<MatterId> = mine.iter().map(|(m, _)| m.id).collect();
    ending.retain(|s| known.contains(&s.matter));
    uploads.retain(|u| known.contains(&u.matter));
    Ok(Gathered { mine, more, records, ending, uploads })
}

/// The matter, where the gate lets me list its records.
async fn opened(ctx: &Ctx, id: MatterId) -> Result<Option<MatterFacts>> {
    let judged =
        ctx.load(async |loader| ctx.judge(loader, Verb::RecordList, &Target::Matter(id), None).await).await?;
    Ok(judged.subject.matter.filter(|_| judged.decision.allowed))
}

/// Opens what the permit names.
struct Show<'a> {
    ctx: &'a Ctx,
    permit: &'a Permit,
    seen: &'a BTreeMap<MatterId, MatterFacts>,
}

impl Show<'_> {
    fn name(&self, id: MatterId) -> Option<String> {
        self.seen.get(&id)?;
        self.ctx.room.directory.matter(self.permit, id).map(|m| m.name)
    }

    async fn record(&self, record: &RecordFacts) -> Result<Option<NewRecord>> {
        let Some(matter) = self.seen.get(&record.matter) else { return Ok(None) };
        let title = record_title(self.ctx, self.permit, record, matter.number);
        let (Some(title), Some(matter_name)) = (title, self.name(record.matter)) else { return Ok(None) };
        Ok(Some(NewRecord {
            record: record.id,
            matter: record.matter,
            title,
            kind: kind_under(self.ctx, self.permit, record, matter.number).await?,
            matter_name,
            added_at: record.created_at,
            added_by: self.ctx.room.directory.name_of_actor(&record.created_by),
        }))
    }

    fn seat(&self, seat: &SeatFacts) -> Option<EndingSeat> {
        let matter_name = self.name(seat.matter)?;
        Some(EndingSeat { matter: seat.matter, matter_name, seat: seat.seat, until: seat.until? })
    }

    fn upload(&self, upload: &UploadRow) -> Option<StoppedUpload> {
        let matter = self.seen.get(&upload.matter)?.number;
        let vault = &self.ctx.room.vault;
        let of = KeyOf::Record { matter, record: upload.number };
        let filename = vault
            .key(self.permit, &upload.id.any(), of)
            .and_then(|key| upload.meta(vault, &key.derive("upload")))
            .ok()
            .map(|meta| meta.filename);
        Some(StoppedUpload {
            upload: upload.id,
            matter: upload.matter,
            matter_name: self.name(upload.matter)?,
            filename,
            received: u64::try_from(upload.received).ok()?,
            length: u64::try_from(upload.length).ok()?,
            created_at: upload.created_at,
            expires_at: upload.expires_at,
        })
    }
}
