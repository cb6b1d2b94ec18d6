//! What people tried in vain. The refusal must be the gate's own: a refusal, or "not found" where the person may
//! not know of the thing.

use strongroom_domain::features::{matter, record, wall};
use strongroom_domain::kernel::text::{Name, Reason};
use strongroom_domain::{Error, Result};

use super::Driver;
use super::acts::{download, file, labels, not_refused};
use crate::cast::PersonKey;
use crate::papers::{Labels, Level, Paper};
use crate::story::Attempt;

impl Driver<'_> {
    pub(super) async fn refused(&mut self, by: PersonKey, attempt: Attempt) -> Result<()> {
        match self.attempt(by, attempt).await {
            Err(Error::Refused(_) | Error::NotFound) => Ok(()),
            Err(other) => Err(other),
            Ok(()) => Err(not_refused()),
        }
    }

    async fn attempt(&mut self, by: PersonKey, attempt: Attempt) -> Result<()> {
        let ctx = match attempt {
            Attempt::ExportMatter(_) | Attempt::MakeWall => self.stepped_up(by).await?,
            _ => self.ctx(by).await?,
        };
        match attempt {
            Attempt::ReadRecord(record) => record::read(&ctx, self.record(record)?).await.map(drop),
            Attempt::DownloadRecord(record) => download(&ctx, self.record(record)?).await,
            Attempt::ListMatter(matter) => {
                record::list(&ctx, self.matter(matter)?, None, None, 50).await.map(drop)
            }
            Attempt::ExportMatter(matter) => record::export(&ctx, self.matter(matter)?, None).await.map(drop),
            Attempt::LowerLabel(record) => {
                let to = Labels { level: Level::Internal, marks: Vec::new() };
                let lower = record::LowerLabel {
                    record: self.record(record)?,
                    labels: labels(&to)?,
                    reason: Reason::parse("It need not be so secret.")?,
                    etag: None,
                };
                ctx.perform(lower).await.map(drop)
            }
            Attempt::GiveSeat(matter, person) => {
                let (matter, staff) = (self.matter(matter)?, self.staff(person)?);
                ctx.perform(matter::GiveSeat { matter, staff, seat: "member", until: None }).await
            }
            Attempt::MakeWall => {
                let spec = wall::WallSpec {
                    name: Name::parse("A wall of my own")?,
                    reason: Reason::parse("To see whether I may.")?,
                    kind: wall::WallKind::Bars,
                    clients: Vec::new(),
                    matters: self.matters.values().take(1).copied().collect(),
                    staff: vec![self.staff(by)?],
                    groups: Vec::new(),
                };
                ctx.perform(wall::MakeWall { spec }).await.map(drop)
            }
            Attempt::AddRecord(matter) => {
                let paper = Paper {
                    filename: String::from("Note.txt"),
                    bytes: b"A note for this file.\n".to_vec(),
                    title: String::from("Note"),
                    media_type: "text/plain",
                };
                file(&ctx, self.matter(matter)?, paper, "", None).await.map(drop)
            }
        }
    }
}
