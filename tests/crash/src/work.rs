//! What people and the program do in a run: one act after the other, each noted in the journal when it is answered.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt as _;
use strongroom_domain::features::ledger;
use strongroom_domain::features::matter::{EndSeat, GiveSeat};
use strongroom_domain::features::record::{self, NewRecord, RenameRecord};
use strongroom_domain::features::upload::{self, NewUpload};
use strongroom_domain::features::wall::{EndWall, MakeWall, WallKind, WallSpec};
use strongroom_domain::kernel::ctx::Ctx;
use strongroom_domain::kernel::id::{RecordId, UploadId, WallId};
use strongroom_domain::kernel::text::{Name, Reason, Title};
use strongroom_domain::{Error, Result, Strongroom};

use crate::chance::Chance;
use crate::journal::{Begun, Journal, Kept, Value};
use crate::world::{Cast, World};

/// See the module.
pub struct Work<'a> {
    world: &'a World,
    room: Arc<Strongroom>,
    cast: &'a Cast,
    chance: &'a Chance,
    /// What was acknowledged.
    pub journal: Journal,
    wall: Option<WallId>,
    /// What was done, for whoever reads a failure.
    pub told: Vec<String>,
}

impl<'a> Work<'a> {
    /// Begins with what the template holds.
    pub fn new(world: &'a World, room: Arc<Strongroom>, cast: &'a Cast, chance: &'a Chance) -> Self {
        let journal = Journal { ben_reads: Some(Value::new(true)), ..Journal::default() };
        Self { world, room, cast, chance, journal, wall: None, told: Vec::new() }
    }

    /// One act. An error is the program's answer, and no fault of the run.
    pub async fn act(&mut self) {
        let turn = self.chance.below(20);
        // boxed: one future that holds all of them would not fit a stack
        let (name, done) = match turn {
            0..=4 => ("add a record", Box::pin(self.add()).await),
            5..=6 => ("add a version", Box::pin(self.version()).await),
            7 => ("rename a record", Box::pin(self.rename()).await),
            8 => ("begin an upload", Box::pin(self.begin_upload()).await),
            9..=11 => ("go on with an upload", Box::pin(self.go_on()).await),
            12 => ("read a record", Box::pin(self.read()).await),
            13 => ("give or end a seat", Box::pin(self.seat()).await),
            14 => ("make or end a wall", Box::pin(self.wall()).await),
            15..=16 => ("number and sign", Box::pin(self.sequence()).await),
            17 => ("keep the checkpoint", Box::pin(self.room.save_checkpoint()).await),
            18 => ("sweep", Box::pin(self.sweep()).await),
            _ => ("count the day, copy the ledger", Box::pin(self.count()).await),
        };
        let how = done.map_or_else(|error| error.to_string(), |()| String::from("done"));
        self.told.push(format!("{name}: {how}"));
    }

    /// Whether answers still count.
    fn counts(&self) -> bool {
        !self.world.disk.is_off()
    }

    /// What comes after the end of the world was never answered.
    fn answered(&mut self, ctx: &Ctx) -> bool {
        if self.counts() {
            self.journal.entries.extend(ctx.last_entry());
        }
        self.counts()
    }

    fn bytes(&self) -> Vec<u8> {
        let most = [10, 3_000, 40_000, 600_000][self.chance.below(4)];
        let len = self.chance.below(most);
        let mut bytes = vec![0; len];
        strongroom_seal::Entropy::fill(self.chance, &mut bytes);
        bytes
    }

    fn some_record(&self) -> Option<RecordId> {
        self.journal.records.keys().nth(self.chance.below(self.journal.records.len())).copied()
    }

    async fn ann(&self) -> Result<Ctx> {
        self.world.request(&self.room, &self.cast.ann).await
    }

    async fn add(&mut self) -> Result<()> {
        let (ann, bytes) = (self.ann().await?, self.bytes());
        let folder = (!self.chance.one_in(3)).then(|| format!("Pleadings/{}", self.chance.below(4)));
        let filename = format!("paper {}.bin", self.chance.below(1000));
        let new = NewRecord {
            matter: Some(self.cast.matter),
            filename,
            folder,
            keep_duplicate: true,
            ..NewRecord::default()
        };
        let mut incoming = record::incoming(&ann, new).await?;
        incoming.write(Bytes::copy_from_slice(&bytes)).await?;
        let view = incoming.finish().await?;
        if self.answered(&ann) {
            let kept = Kept { content: Value::new(bytes), title: Value::new(view.title) };
            self.journal.records.insert(view.id, kept);
        }
        Ok(())
    }

    async fn version(&mut self) -> Result<()> {
        let Some(id) = self.some_record() else { return Ok(()) };
        let (ann, bytes) = (self.ann().await?, self.bytes());
        if let Some(kept) = self.journal.records.get_mut(&id) {
            kept.content.asked(bytes.clone());
        }
        let mut incoming = record::incoming_version(&ann, id, String::from("next.bin"), None).await?;
        incoming.write(Bytes::copy_from_slice(&bytes)).await?;
        incoming.finish().await?;
        if self.answered(&ann)
            && let Some(kept) = self.journal.records.get_mut(&id)
        {
            kept.content.set(bytes);
        }
        Ok(())
    }

    async fn rename(&mut self) -> Result<()> {
        let Some(record) = self.some_record() else { return Ok(()) };
        let ann = self.ann().await?;
        let title = format!("Paper {}", self.chance.below(1000));
        if let Some(kept) = self.journal.records.get_mut(&record) {
            kept.title.asked(title.clone());
        }
        ann.perform(RenameRecord { record, title: Title::parse(&title)?, etag: None }).await?;
        if self.answered(&ann)
            && let Some(kept) = self.journal.records.get_mut(&record)
        {
            kept.title.set(title);
        }
        Ok(())
    }

    async fn begin_upload(&mut self) -> Result<()> {
        let (ann, whole) = (self.ann().await?, self.bytes());
        let new = NewUpload {
            matter: self.cast.matter,
            filename: String::from("big.bin"),
            folder: None,
            labels: None,
            length: whole.len() as u64,
            version_of: None,
            sha256: None,
            keep_duplicate: true,
            sample: None,
        };
        let view = upload::create(&ann, new).await?;
        if self.answered(&ann) && view.record.is_none() {
            self.journal.uploads.insert(view.id, Begun { whole, offset: 0 });
        }
        Ok(())
    }

    async fn go_on(&mut self) -> Result<()> {
        let waiting: Vec<UploadId> = self.journal.uploads.keys().copied().collect();
        let Some(id) = waiting.get(self.chance.below(waiting.len())).copied() else { return Ok(()) };
        let ann = self.ann().await?;
        let stands = upload::status(&ann, id).await?;
        let Some(begun) = self.journal.uploads.get(&id).cloned() else { return Ok(()) };
        if let (Some(record), true) = (stands.record, self.counts()) {
            self.filed(id, record, begun.whole);
            return Ok(());
        }
        let at = usize::try_from(stands.offset).unwrap_or(0);
        let rest = &begun.whole[at..];
        let piece = if self.chance.one_in(2) { rest } else { &rest[..self.chance.below(rest.len() + 1)] };
        let pieces: Vec<_> =
            piece.chunks(20_000).map(|p| Ok::<_, std::io::Error>(Bytes::copy_from_slice(p))).collect();
        let view = upload::append(&ann, id, stands.offset, futures_util::stream::iter(pieces), None).await?;
        if self.answered(&ann) {
            match view.record {
                Some(record) => self.filed(id, record, begun.whole),
                None => {
                    if let Some(begun) = self.journal.uploads.get_mut(&id) {
                        begun.offset = view.offset;
                    }
                }
            }
        }
        Ok(())
    }

    fn filed(&mut self, id: UploadId, record: RecordId, whole: Vec<u8>) {
        self.journal.uploads.remove(&id);
        let title = Value::new(String::from("big"));
        self.journal.records.insert(record, Kept { content: Value::new(whole), title });
    }

    async fn read(&mut self) -> Result<()> {
        let Some(id) = self.some_record() else { return Ok(()) };
        let ann = self.ann().await?;
        let mut content = record::content(&ann, id, None, None).await?;
        while let Some(piece) = content.stream.next().await {
            piece?;
        }
        self.answered(&ann);
        Ok(())
    }

    async fn seat(&mut self) -> Result<()> {
        if self.wall.is_some() {
            return Ok(());
        }
        let (ann, matter, staff) = (self.ann().await?, self.cast.matter, self.cast.ben.id);
        let gives = self.chance.one_in(2);
        self.ben(|reads| reads.asked(gives));
        if gives {
            ann.perform(GiveSeat { matter, staff, seat: "member", until: None }).await?;
        } else {
            ann.perform(EndSeat { matter, staff }).await?;
        }
        if self.answered(&ann) {
            self.ben(|reads| reads.set(gives));
        }
        Ok(())
    }

    fn ben(&mut self, change: impl FnOnce(&mut Value<bool>)) {
        if let Some(reads) = &mut self.journal.ben_reads {
            change(reads);
        }
    }

    async fn wall(&mut self) -> Result<()> {
        let ines = self.world.request(&self.room, &self.cast.ines).await?;
        let reason = Reason::parse("He acted for the other side.")?;
        if let Some(wall) = self.wall {
            // whether he has a seat as well, the run no longer knows
            self.ben(|reads| reads.asked(true));
            ines.perform(EndWall { wall, reason, etag: None }).await?;
            if self.answered(&ines) {
                self.wall = None;
            }
            return Ok(());
        }
        self.ben(|reads| reads.asked(false));
        let spec = WallSpec {
            name: Name::parse("Earlier retainer")?,
            reason,
            kind: WallKind::Bars,
            clients: Vec::new(),
            matters: vec![self.cast.matter],
            staff: vec![self.cast.ben.id],
            groups: Vec::new(),
        };
        let wall = ines.perform(MakeWall { spec }).await?;
        if self.answered(&ines) {
            self.wall = Some(wall);
            self.ben(|reads| reads.set(false));
        }
        Ok(())
    }

    async fn sequence(&mut self) -> Result<()> {
        self.room.sequence().await?;
        let head = self.room.ledger_head().await?;
        if self.counts() && head.size == head.signed_size {
            self.journal.shown.push((head.size, head.root));
        }
        Ok(())
    }

    async fn sweep(&mut self) -> Result<()> {
        upload::sweep(&self.room).await.map(drop)
    }

    async fn count(&mut self) -> Result<()> {
        ledger::count_if_due(&self.room).await?;
        if self.room.copy_to_replicas().await {
            Ok(())
        } else {
            Err(Error::Unavailable(String::from("a replica was not kept up")))
        }
    }
}
