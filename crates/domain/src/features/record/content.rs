//! Content going out: decided, written into the ledger, and only then opened, chunk by chunk.
//!
//! A range reads and opens only the chunks it needs. Before every group of chunks the stream is held against its
//! guard (`guard.rs`): a revocation or a wall stops a running download. A chunk that does not verify ends the
//! stream; not a byte of it leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _};
use strongroom_preview::{Kind, Preview, Refusal, Request, Want, sniff};
use strongroom_seal::chunked::{CHUNK, HEADER, Opener, Span, TAG};
use strongroom_storage::blob::{BlobError, BlobName, Reader};
use strongroom_storage::params;

use crate::kernel::ctx::Ctx;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::{MatterFacts, RecordFacts};
use crate::kernel::id::RecordId;
use crate::kernel::permit::Permit;
use crate::kernel::target::Target;
use crate::kernel::vault::{Column, KeyOf};
use crate::kernel::verb::Verb;

use super::guard::Guard;
use super::model::{RecordView, VersionFacts};
use super::queries;
use super::store::{self, VersionRow};

/// Bytes of a version, on their way out.
pub struct Content {
    /// The record; file name, type, size and hash are the asked version's.
    pub view: RecordView,
    /// Bytes of the whole version.
    pub total: u64,
    /// Where the range starts.
    pub start: u64,
    /// How many bytes come.
    pub len: u64,
    /// The bytes.
    pub stream: BoxStream<'static, Result<Bytes>>,
    /// How many chunks were opened so far.
    pub chunks_read: Arc<AtomicU64>,
}

/// Chunks that are read at once.
const GROUP: u64 = 16;

/// The content of a version, or a range of it (first and last byte).
///
/// # Errors
/// Not found, refused, a range that begins after the end, damaged, sealed, storage.
pub async fn content(
    ctx: &Ctx,
    id: RecordId,
    version: Option<u32>,
    range: Option<(u64, u64)>,
) -> Result<Content> {
    content_by(ctx, id, version, |_| range).await
}

/// As [`content`], where the range depends on what the version is (its size, its hash).
///
/// # Errors
/// As [`content`].
pub async fn content_by(
    ctx: &Ctx,
    id: RecordId,
    version: Option<u32>,
    range: impl FnOnce(&RecordView) -> Option<(u64, u64)> + Send,
) -> Result<Content> {
    let guard = Guard::new(ctx, Verb::RecordDownload, Target::Record(id));
    let (permit, subject) = ctx.permit(Verb::RecordDownload, &Target::Record(id)).await?;
    let (matter, record) = (subject.need_matter()?, subject.need_record()?);
    let opened = open_version(ctx, &permit, matter, record, version).await?;
    let total = opened.view.size;
    let (start, len) = match range(&opened.view) {
        Some((first, _)) if first >= total => {
            return Err(Error::invalid("range", format!("The record has {total} bytes.")));
        }
        Some((first, last)) => (first, last.min(total - 1) - first + 1),
        None => (0, total),
    };
    let view = opened.view.clone();
    let chunks_read = Arc::new(AtomicU64::new(0));
    let stream = opened.stream(guard, start, len, chunks_read.clone()).await?;
    Ok(Content { view, total, start, len, stream, chunks_read })
}

/// A harmless picture or text of a version, made in a limited process; or why there is none.
///
/// # Errors
/// Not found, refused, damaged, sealed, storage.
pub async fn preview(
    ctx: &Ctx,
    id: RecordId,
    version: Option<u32>,
    want: Want,
) -> Result<(RecordView, std::result::Result<Preview, Refusal>, Kind)> {
    let guard = Guard::new(ctx, Verb::RecordPreview, Target::Record(id));
    let (permit, subject) = ctx.permit(Verb::RecordPreview, &Target::Record(id)).await?;
    let (matter, record) = (subject.need_matter()?, subject.need_record()?);
    let opened = open_version(ctx, &permit, matter, record, version).await?;
    let view = opened.view.clone();
    let counted = Arc::new(AtomicU64::new(0));
    let mut stream = opened.stream(guard, 0, view.size, counted).await?;
    let first = match stream.next().await {
        Some(first) => first?,
        None => Bytes::new(),
    };
    let kind = sniff(first.get(..8192.min(first.len())).unwrap_or_default(), &view.filename).kind;
    let Some(previewer) = ctx.room.settings.previewer.clone() else {
        return Ok((view, Err(Refusal::Unavailable), kind));
    };
    let whole = stream::once(async move { Ok(first) }).chain(stream);
    let answer = previewer.run(Request { kind, want }, whole.boxed()).await;
    Ok((view, answer, kind))
}

/// A version whose header has verified.
pub(super) struct Opened {
    pub(super) view: RecordView,
    record: RecordId,
    opener: Opener,
    reader: Reader,
}

pub(super) async fn open_version(
    ctx: &Ctx,
    permit: &Permit,
    matter: &MatterFacts,
    record: &RecordFacts,
    version: Option<u32>,
) -> Result<Opened> {
    let id = record.id;
    let number = version.map_or(record.version, i64::from);
    let row = ctx.room.db.optional(&store::VERSION, &params![id.to_string(), number]).await?;
    let row = VersionRow::read(&row.ok_or(Error::NotFound)?, &ctx.room.vault)?;
    let key_of = KeyOf::Record { matter: matter.number, record: record.number };
    let key = ctx.room.vault.key(permit, &id.any(), key_of)?;
    let facts = VersionFacts::open(&ctx.room.vault, &key, id, number, &row.sealed_facts)?;
    let text = id.to_string();
    let at = Column { table: "record", row: &text, column: "title", version: record.row_version };
    let title = ctx.room.vault.open_text(&key, at, &record.sealed_title)?;
    let mut shown = record.clone();
    shown.version = number;
    shown.size = row.size;
    let view = queries::view(&shown, title, facts, String::new())?;
    let damaged = || Error::Damaged(id.any());
    let blob = BlobName::parse(&row.blob).map_err(|_| damaged())?;
    let reader = ctx.room.blobs.open(&blob).await.map_err(|e| blob_error(e, id))?;
    let expected = strongroom_seal::chunked::ciphertext_len(view.size);
    if reader.len() != expected {
        tracing::error!(record = %id, "a blob is {} bytes long where {expected} were written", reader.len());
        return Err(damaged());
    }
    let header = reader.read(0, HEADER).await.map_err(|e| blob_error(e, id))?;
    let context = ctx.room.vault.content_context(&text, number);
    let opener = Opener::new(&key.derive("content"), &context, &header).map_err(|_| {
        tracing::error!(record = %id, "a blob is not the one that was written: changed or exchanged");
        damaged()
    })?;
    Ok(Opened { view, record: id, opener, reader })
}

/// An error of the blob store, told of the record: a missing or short blob is damage, the rest passes.
fn blob_error(error: BlobError, record: RecordId) -> Error {
    match error {
        BlobError::Missing | BlobError::Short => {
            tracing::error!(%record, "a blob is missing or cut");
            Error::Damaged(record.any())
        }
        other => other.into(),
    }
}

impl Opened {
    /// The plaintext of a range. The first group is read and verified before this returns, so that damage
    /// is a clear answer and not a broken download.
    pub(super) async fn stream(
        self,
        guard: Guard,
        start: u64,
        len: u64,
        chunks_read: Arc<AtomicU64>,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        let span = Span::of(start, len, self.view.size);
        let mut walk = Walk {
            opened: self,
            guard,
            next: span.first_chunk,
            skip: span.skip,
            left: span.take,
            span,
            chunks_read,
        };
        let first = walk.group().await?;
        let rest =
            stream::try_unfold(
                walk,
                |mut walk| async move { Ok(walk.group().await?.map(|bytes| (bytes, walk))) },
            );
        Ok(stream::iter(first.map(Ok)).chain(rest).boxed())
    }
}

struct Walk {
    opened: Opened,
    guard: Guard,
    span: Span,
    next: u64,
    skip: usize,
    left: u64,
    chunks_read: Arc<AtomicU64>,
}

impl Walk {
    /// Opens the next group of chunks; `None` at the end.
    async fn group(&mut self) -> Result<Option<Bytes>> {
        let end = self.span.first_chunk + self.span.chunks;
        if self.next >= end || (self.left == 0 && self.next > self.span.first_chunk) {
            return Ok(None);
        }
        self.guard.holds().await?;
        let count = GROUP.min(end - self.next);
        let sealed_chunk = (CHUNK + TAG) as u64;
        let from = HEADER as u64 + self.next * sealed_chunk;
        let to = (from + count * sealed_chunk).min(self.opened.reader.len());
        let id = self.opened.record;
        let length = usize::try_from(to - from).map_err(|_| Error::Damaged(id.any()))?;
        let sealed = self.opened.reader.read(from, length).await.map_err(|e| blob_error(e, id))?;
        let mut plain = Vec::with_capacity(length);
        for (place, chunk) in sealed.chunks(CHUNK + TAG).enumerate() {
            let index = self.next + place as u64;
            let last = self.span.is_last(index);
            self.opened.opener.open_chunk_into(index, last, chunk, &mut plain).map_err(|_| {
                tracing::error!(record = %id, chunk = index, "a chunk of a blob does not verify");
                Error::Damaged(id.any())
            })?;
            self.chunks_read.fetch_add(1, Ordering::Relaxed);
        }
        // an empty message is one empty chunk
        self.next += count;
        let skip = self.skip.min(plain.len());
        self.skip -= skip;
        plain.drain(..skip);
        plain.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left -= plain.len() as u64;
        Ok((!plain.is_empty()).then(|| Bytes::from(plain)))
    }
}

/// The whole content of a version as a stream, for an export under a permit over the matter.
pub(super) async fn whole(
    ctx: &Ctx,
    permit: &Permit,
    matter: &MatterFacts,
    record: &RecordFacts,
    version: Option<u32>,
    guard: Guard,
) -> Result<(RecordView, impl Stream<Item = Result<Bytes>> + Send + use<>)> {
    let opened = open_version(ctx, permit, matter, record, version).await?;
    let view = opened.view.clone();
    let size = view.size;
    Ok((view, opened.stream(guard, 0, size, Arc::new(AtomicU64::new(0))).await?))
}
