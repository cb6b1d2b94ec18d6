//! Each act of the story as the operations that it is.

use bytes::Bytes;
use futures_util::StreamExt as _;
use strongroom_domain::features::{client, explain, group, ledger, matter, record, wall};
use strongroom_domain::kernel::actor::Role as FirmRole;
use strongroom_domain::kernel::clock::{DAY, HOUR};
use strongroom_domain::kernel::ctx::Ctx;
use strongroom_domain::kernel::id::{MatterId, RecordId};
use strongroom_domain::kernel::target::Target;
use strongroom_domain::kernel::text::{Name, Reason, Reference, Title};
use strongroom_domain::kernel::verb::Verb;
use strongroom_domain::{Error, Result};
use strongroom_preview::Want;
use tokio::sync::mpsc;

use super::{Driver, missing};
use crate::cast::{GroupKey, MatterKey, PersonKey, WallKey, WallKind};
use crate::papers::{Labels, Paper};
use crate::story::{Act, Event};

/// How wide a page of the preview is.
const WIDTH: u32 = 900;

pub(super) fn labels(of: &Labels) -> Result<record::Labels> {
    record::Labels::parse(&of.words())
}

/// Files a paper as a new record.
pub(super) async fn file(
    ctx: &Ctx,
    matter: MatterId,
    paper: Paper,
    folder: &str,
    labels: Option<record::Labels>,
) -> Result<RecordId> {
    let new = record::NewRecord {
        matter: Some(matter),
        filename: paper.filename,
        title: Some(paper.title),
        folder: Some(folder.to_owned()),
        labels,
        keep_duplicate: true,
    };
    let mut incoming = record::incoming(ctx, new).await?;
    incoming.write(Bytes::from(paper.bytes)).await?;
    Ok(incoming.finish().await?.id)
}

impl Driver<'_> {
    /// Does what an event says.
    pub(super) async fn one(&mut self, event: &Event, papers: &mut mpsc::Receiver<Paper>) -> Result<()> {
        let by = event.who;
        match &event.act {
            Act::InviteStaff { person, seconded_by } => self.invite(by, *person, *seconded_by).await,
            Act::MakeGroup { group, .. } => self.make_group(by, *group).await,
            Act::SignIn => self.sign_in(by).await,
            Act::SignInFails => self.sign_in_fails(by).await,
            Act::MakeWall { wall } => self.make_wall(by, *wall).await,
            Act::TryRefused { attempt, .. } => self.refused(by, *attempt).await,
            Act::AddRecord { record, matter, folder, labels: with, .. } => {
                let paper = self.next_paper(papers).await?;
                let ctx = self.ctx(by).await?;
                let id = file(&ctx, self.matter(*matter)?, paper, folder, Some(labels(with)?)).await?;
                self.records.insert(*record, id);
                Ok(())
            }
            Act::AddVersion { record, .. } => {
                let paper = self.next_paper(papers).await?;
                let ctx = self.ctx(by).await?;
                let id = self.record(*record)?;
                let mut incoming = record::incoming_version(&ctx, id, paper.filename, None).await?;
                incoming.write(Bytes::from(paper.bytes)).await?;
                incoming.finish().await.map(drop)
            }
            Act::CreateClient { .. } | Act::OpenMatter { .. } | Act::MakeFolder { .. } => {
                self.register(event).await
            }
            Act::GiveSeat { .. } | Act::EndSeat { .. } | Act::CloseMatter { .. } => self.team(event).await,
            Act::RaiseLabel { .. }
            | Act::LowerLabel { .. }
            | Act::RenameRecord { .. }
            | Act::MoveToFolder { .. } => self.change_record(event).await,
            _ => self.look(event).await,
        }
    }

    async fn register(&mut self, event: &Event) -> Result<()> {
        let ctx = self.ctx(event.who).await?;
        match &event.act {
            Act::CreateClient { client } => {
                let known = self.firm.client(*client).ok_or_else(|| missing("client", client.0.into()))?;
                let name = Name::parse(known.name)?;
                let reference = Reference::parse(known.code)?;
                let id = ctx.perform(client::CreateClient { name, reference }).await?;
                self.clients.insert(*client, id);
            }
            Act::OpenMatter { matter, lead } => {
                let known = self.firm.matter(*matter).ok_or_else(|| missing("matter", matter.0.into()))?;
                let open = matter::OpenMatter {
                    client: self.client(known.client)?,
                    name: Name::parse(known.name)?,
                    reference: Reference::parse(&known.reference)?,
                    lead: if *lead == event.who { None } else { Some(self.staff(*lead)?) },
                };
                let id = ctx.perform(open).await?;
                self.matters.insert(*matter, id);
            }
            Act::MakeFolder { matter, folder } => {
                let matter = self.matter(*matter)?;
                ctx.perform(record::MakeFolder { matter, path: (*folder).to_owned(), labels: None }).await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn team(&mut self, event: &Event) -> Result<()> {
        let ctx = self.ctx(event.who).await?;
        match &event.act {
            Act::GiveSeat { matter, person, seat, until } => {
                // until the end of that day's work
                let until = until.map(|day| (self.firm.today + day) * DAY + 18 * HOUR);
                let give = matter::GiveSeat {
                    matter: self.matter(*matter)?,
                    staff: self.staff(*person)?,
                    seat: seat.word(),
                    until,
                };
                ctx.perform(give).await
            }
            Act::EndSeat { matter, person } => {
                let (matter, staff) = (self.matter(*matter)?, self.staff(*person)?);
                ctx.perform(matter::EndSeat { matter, staff }).await
            }
            Act::CloseMatter { matter } => {
                let reason = Some(Reason::parse("The work is done and the file was reviewed.")?);
                let close = matter::CloseMatter { matter: self.matter(*matter)?, reason, version: None };
                ctx.perform(close).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    async fn change_record(&mut self, event: &Event) -> Result<()> {
        let ctx = self.ctx(event.who).await?;
        let etag = None;
        match &event.act {
            Act::RaiseLabel { record, labels: to } => {
                let raise = record::RaiseLabel { record: self.record(*record)?, labels: labels(to)?, etag };
                ctx.perform(raise).await.map(drop)
            }
            Act::LowerLabel { record, labels: to, reason } => {
                let (record, reason) = (self.record(*record)?, Reason::parse(reason)?);
                ctx.perform(record::LowerLabel { record, labels: labels(to)?, reason, etag }).await.map(drop)
            }
            Act::RenameRecord { record, title } => {
                let (record, title) = (self.record(*record)?, Title::parse(title)?);
                ctx.perform(record::RenameRecord { record, title, etag }).await.map(drop)
            }
            Act::MoveToFolder { record, folder } => {
                let (record, folder) = (self.record(*record)?, Some((*folder).to_owned()));
                ctx.perform(record::MoveRecord { record, folder, etag }).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    async fn look(&mut self, event: &Event) -> Result<()> {
        let by = event.who;
        if let Act::ExportMatter { matter } = &event.act {
            return self.export(by, *matter).await;
        }
        let ctx = self.ctx(by).await?;
        match &event.act {
            Act::ReadRecord { record } => record::read(&ctx, self.record(*record)?).await.map(drop),
            Act::PreviewRecord { record } => {
                let want = Want::Summary { width: WIDTH };
                record::preview(&ctx, self.record(*record)?, None, want).await.map(drop)
            }
            Act::DownloadRecord { record } => download(&ctx, self.record(*record)?).await,
            Act::ListMatter { matter } => {
                record::list(&ctx, self.matter(*matter)?, None, None, 50).await.map(drop)
            }
            Act::ReadActivity { matter: Some(matter) } => {
                ledger::matter_activity(&ctx, self.matter(*matter)?, None, 50).await.map(drop)
            }
            Act::ReadActivity { matter: None } => match ctx.role().await? {
                FirmRole::Auditor | FirmRole::ComplianceOfficer => {
                    ledger::entries(&ctx, &ledger::Filter::default(), None, 50).await.map(drop)
                }
                _ => ledger::own_acts(&ctx, None, 50).await.map(drop),
            },
            Act::Explain { person, matter } => {
                let ask = explain::Ask {
                    person: Some(self.staff(*person)?),
                    action: Verb::RecordList,
                    thing: Target::Matter(self.matter(*matter)?),
                    at: None,
                };
                explain::explain(&ctx, ask).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    async fn make_group(&mut self, by: PersonKey, key: GroupKey) -> Result<()> {
        let known = self.firm.group(key).ok_or_else(|| missing("group", key.0.into()))?;
        let ctx = self.stepped_up(by).await?;
        let id = ctx.perform(group::MakeGroup { name: Name::parse(known.name)? }).await?;
        self.groups.insert(key, id);
        for member in &known.members {
            self.tick();
            let staff = self.staff(*member)?;
            let ctx = self.stepped_up(by).await?;
            ctx.perform(group::AddMember { group: id, staff }).await?;
        }
        Ok(())
    }

    async fn make_wall(&mut self, by: PersonKey, key: WallKey) -> Result<()> {
        let known = self.firm.wall(key).ok_or_else(|| missing("wall", key.0.into()))?;
        let spec = wall::WallSpec {
            name: Name::parse(known.name)?,
            reason: Reason::parse(known.reason)?,
            kind: match known.kind {
                WallKind::Bars => wall::WallKind::Bars,
                WallKind::Admits => wall::WallKind::Admits,
            },
            clients: known.clients.iter().map(|c| self.client(*c)).collect::<Result<_>>()?,
            matters: known.matters.iter().map(|m| self.matter(*m)).collect::<Result<_>>()?,
            staff: known.people.iter().map(|p| self.staff(*p)).collect::<Result<_>>()?,
            groups: known.groups.iter().map(|g| self.group(*g)).collect::<Result<_>>()?,
        };
        let ctx = self.stepped_up(by).await?;
        ctx.perform(wall::MakeWall { spec }).await.map(drop)
    }

    async fn export(&mut self, by: PersonKey, key: MatterKey) -> Result<()> {
        let ctx = self.stepped_up(by).await?;
        let reason = Some(Reason::parse("Copy for the client's own archive, as agreed in the engagement.")?);
        let mut export = record::export(&ctx, self.matter(key)?, reason).await?;
        while let Some(file) = export.files.next().await {
            let mut bytes = file?.bytes;
            while let Some(part) = bytes.next().await {
                part?;
            }
        }
        Ok(())
    }
}

/// Takes all of it, as a browser would.
pub(super) async fn download(ctx: &Ctx, record: RecordId) -> Result<()> {
    let mut content = record::content(ctx, record, None, None).await?;
    while let Some(part) = content.stream.next().await {
        part?;
    }
    Ok(())
}

/// What was refused is an error of the story where it was not.
pub(super) fn not_refused() -> Error {
    Error::Internal(String::from("what must be refused was allowed"))
}
