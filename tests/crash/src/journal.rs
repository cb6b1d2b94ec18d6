//! What the program has said is done, and what must therefore be found after any end of the world.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::StreamExt as _;
use strongroom_domain::features::{matter, record, upload};
use strongroom_domain::kernel::ctx::Ctx;
use strongroom_domain::kernel::id::{EntryId, RecordId, UploadId};
use strongroom_domain::{Error, Strongroom};
use strongroom_tlog::tile::{needed_tiles_for_root, root};

use crate::world::{Cast, World};

/// A value that was acknowledged, and those that were asked for without an answer since.
#[derive(Clone, Debug)]
pub struct Value<T> {
    known: T,
    maybe: Vec<T>,
}

impl<T: PartialEq + Clone> Value<T> {
    /// Acknowledged.
    pub const fn new(known: T) -> Self {
        Self { known, maybe: Vec::new() }
    }

    /// Asked for; nobody knows.
    pub fn asked(&mut self, value: T) {
        self.maybe.push(value);
    }

    /// Acknowledged: whatever was asked before is decided.
    pub fn set(&mut self, value: T) {
        *self = Self::new(value);
    }

    fn holds(&self, found: &T) -> bool {
        *found == self.known || self.maybe.contains(found)
    }
}

/// A record as it must be.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Bytes of its newest version.
    pub content: Value<Vec<u8>>,
    /// Its title.
    pub title: Value<String>,
}

/// An upload that goes on.
#[derive(Clone, Debug)]
pub struct Begun {
    /// All that it is to be.
    pub whole: Vec<u8>,
    /// So much was acknowledged.
    pub offset: u64,
}

/// See the module.
#[derive(Default)]
pub struct Journal {
    /// Records that were acknowledged.
    pub records: BTreeMap<RecordId, Kept>,
    /// Uploads that were acknowledged and are not finished.
    pub uploads: BTreeMap<UploadId, Begun>,
    /// Entries under which something was answered.
    pub entries: Vec<EntryId>,
    /// Whether Ben may read: his seat, and no wall.
    pub ben_reads: Option<Value<bool>>,
    /// Checkpoints that were shown: size and root.
    pub shown: Vec<(u64, [u8; 32])>,
}

async fn bytes_of(ctx: &Ctx, id: RecordId) -> Result<Vec<u8>, Error> {
    let mut content = record::content(ctx, id, None, None).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = content.stream.next().await {
        bytes.extend_from_slice(&piece?);
    }
    Ok(bytes)
}

fn said<T>(what: &str, result: Result<T, Error>) -> Result<T, String> {
    result.map_err(|error| format!("{what}: {error}"))
}

impl Journal {
    /// All of it holds.
    ///
    /// # Errors
    /// What does not, in a sentence.
    pub async fn holds(&mut self, world: &World, room: &Arc<Strongroom>, cast: &Cast) -> Result<(), String> {
        let ann = said("Ann's token", world.request(room, &cast.ann).await)?;
        for (id, kept) in &self.records {
            let found = said(&format!("{id} was acknowledged"), bytes_of(&ann, *id).await)?;
            if !kept.content.holds(&found) {
                return Err(format!("{id} came back as {} other bytes", found.len()));
            }
            let title = said(&format!("{id} was acknowledged"), record::read(&ann, *id).await)?.record.title;
            if !kept.title.holds(&title) {
                return Err(format!("{id} is called {title:?}, and {:?} was acknowledged", kept.title));
            }
        }
        self.uploads_go_on(&ann).await?;
        for entry in &self.entries {
            if !said("entries", world.has_entry(*entry).await)? {
                return Err(format!("something was answered under {entry}, and it is not there"));
            }
        }
        self.ben_is_as_told(world, room, cast).await?;
        self.checkpoints_hold(room).await
    }

    /// Each unfinished upload goes on from where the server says it is, and becomes what it was to be.
    async fn uploads_go_on(&mut self, ann: &Ctx) -> Result<(), String> {
        for (id, begun) in std::mem::take(&mut self.uploads) {
            let view = said(&format!("{id} was acknowledged"), upload::status(ann, id).await)?;
            if view.offset < begun.offset {
                return Err(format!(
                    "{id}: {} bytes were acknowledged, {} are there",
                    begun.offset, view.offset
                ));
            }
            let at = usize::try_from(view.offset).map_err(|e| e.to_string())?;
            let rest = bytes::Bytes::copy_from_slice(&begun.whole[at..]);
            let body = futures_util::stream::iter([Ok::<_, std::io::Error>(rest)]);
            let view = match view.record {
                Some(_) => view,
                None => {
                    said(&format!("{id} goes on"), upload::append(ann, id, view.offset, body, None).await)?
                }
            };
            let record = view.record.ok_or_else(|| format!("{id} is whole and no record"))?;
            if said(&format!("{record} of {id}"), bytes_of(ann, record).await)? != begun.whole {
                return Err(format!("{record} is not what {id} sent"));
            }
        }
        Ok(())
    }

    async fn ben_is_as_told(&self, world: &World, room: &Arc<Strongroom>, cast: &Cast) -> Result<(), String> {
        let Some(reads) = &self.ben_reads else { return Ok(()) };
        let ben = said("Ben's token", world.request(room, &cast.ben).await)?;
        let may = match matter::matter(&ben, cast.matter).await {
            Ok(_) => true,
            Err(Error::NotFound | Error::Refused(_)) => false,
            Err(error) => return Err(format!("Ben asks for the matter: {error}")),
        };
        if reads.holds(&may) { Ok(()) } else { Err(format!("Ben reads: {may}; {reads:?} was acknowledged")) }
    }

    /// Whatever was signed once is the beginning of what is there now.
    async fn checkpoints_hold(&self, room: &Arc<Strongroom>) -> Result<(), String> {
        for (size, shown) in &self.shown {
            let tiles = said("tiles", room.tiles(&needed_tiles_for_root(*size)).await)?;
            if root(*size, &tiles).ok().as_ref() != Some(shown) {
                return Err(format!(
                    "a checkpoint of {size} entries was shown, and the ledger has another past"
                ));
            }
        }
        Ok(())
    }
}
