//! The next part of an upload, and its filing when it is whole.

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use strongroom_seal::{Key, chunked};
use strongroom_storage::blob::{BlobError, BlobName};
use strongroom_storage::params;
use strongroom_storage::sql::Turn;

use crate::features::record::{self, Filing, Labels, NewRecord};
use crate::kernel::ctx::Ctx;
use crate::kernel::entry::Facts;
use crate::kernel::error::{Error, Result};
use crate::kernel::id::{RecordId, UploadId};
use crate::kernel::operation::{Done, Operation, WriteTx};
use crate::kernel::permit::Permit;
use crate::kernel::target::{Subject, Target};
use crate::kernel::vault::{KeyOf, SealWatch};
use crate::kernel::verb::Verb;

use super::row::{Meta, UploadRow};
use super::{ops, ops::UploadView, store};

/// The algorithm of a part's checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// SHA-1, which every tus client knows.
    Sha1,
    /// SHA-256.
    Sha256,
}

/// How many bytes are written at once.
const PIECE: usize = 256 * 1024;

/// Takes the next part in. A connection that breaks keeps what had arrived. When the last byte is here the
/// record is filed and named in the answer.
///
/// # Errors
/// Not found, refused, another offset than the server's, a wrong checksum (nothing of the part is kept),
/// more than was announced, sealed, storage.
pub async fn append<E: std::fmt::Display>(
    ctx: &Ctx,
    id: UploadId,
    offset: u64,
    body: impl Stream<Item = std::result::Result<Bytes, E>> + Send + Unpin,
    checksum: Option<(Algorithm, Vec<u8>)>,
) -> Result<UploadView> {
    let row = ops::own(ctx, id).await?;
    if row.state == "done" {
        return ops::status(ctx, id).await;
    }
    let watch = ctx.room.vault.watch();
    let facts = Facts::about([id.any()]).clear("offset", row.received);
    let (permit, subject) = ctx.permit_with(Verb::UploadPart, &Target::Matter(row.matter), facts).await?;
    // said to those only who may know of the matter still
    if u64::try_from(row.received).unwrap_or(0) != offset {
        return Err(elsewhere());
    }
    let key = record_key(ctx, &permit, &subject, &row)?.derive("upload");
    let (blob, size) = receive(ctx, &row, (&key, watch), body, checksum).await?;
    let row = match blob {
        Some(blob) => {
            let done = ctx.perform(AddPart { row, blob: blob.clone(), size }).await;
            if done.as_ref().is_err_and(Error::nothing_was_done) {
                ctx.room.blobs.delete(&blob).await.ok();
            }
            done.map_err(|error| match error {
                // the end of a broken connection's part was put down meanwhile: its sender may go on from there
                Error::Stale => elsewhere(),
                other => other,
            })?;
            ops::own(ctx, id).await?
        }
        None => row,
    };
    if row.received == row.length {
        return complete(ctx, row).await;
    }
    let meta = row.meta(&ctx.room.vault, &key)?;
    Ok(ops::view(&row, meta.filename))
}

fn elsewhere() -> Error {
    Error::conflict("upload.offset", "The server has another number of bytes. Ask it, and go on from there.")
}

/// The key of the record that the upload becomes.
fn record_key(ctx: &Ctx, permit: &Permit, subject: &Subject, row: &UploadRow) -> Result<Key> {
    let of = KeyOf::Record { matter: subject.need_matter()?.number, record: row.number };
    ctx.room.vault.key(permit, &row.id.any(), of)
}

/// Seals what arrives into a blob of its own; none where nothing arrived.
async fn receive<E: std::fmt::Display>(
    ctx: &Ctx,
    row: &UploadRow,
    (key, watch): (&Key, SealWatch),
    mut body: impl Stream<Item = std::result::Result<Bytes, E>> + Send + Unpin,
    checksum: Option<(Algorithm, Vec<u8>)>,
) -> Result<(Option<BlobName>, i64)> {
    let context = ctx.room.vault.part_context(&row.id.to_string(), row.received);
    let mut sealer = record::Sealer::begin(&ctx.room, watch, key, &context).await?;
    let mut hash = checksum.as_ref().map(|(algorithm, _)| Hash::new(*algorithm));
    let (mut size, room_left) = (0_i64, row.length - row.received);
    let mut broken = false;
    while let Some(piece) = body.next().await {
        let Ok(piece) = piece else {
            broken = true;
            break;
        };
        size += i64::try_from(piece.len()).unwrap_or(i64::MAX);
        if size > room_left {
            return Err(Error::TooLarge { limit: u64::try_from(room_left).unwrap_or(0) });
        }
        if let Some(hash) = &mut hash {
            hash.update(&piece);
        }
        sealer.write(&piece).await?;
    }
    if let (Some(hash), Some((_, expected))) = (hash, &checksum)
        && (broken || hash.finish() != *expected)
    {
        return Err(Error::conflict("upload.checksum", "The part arrived damaged. Send it again."));
    }
    if size == 0 {
        return Ok((None, 0));
    }
    Ok((Some(sealer.finish().await?), size))
}

enum Hash {
    Sha1(Box<sha1::Sha1>),
    Sha256(strongroom_seal::mac::Sha256),
}

impl Hash {
    fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha1 => Self::Sha1(Box::default()),
            Algorithm::Sha256 => Self::Sha256(strongroom_seal::mac::Sha256::new()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        use sha1::Digest as _;
        match self {
            Self::Sha1(hash) => hash.update(bytes),
            Self::Sha256(hash) => hash.update(bytes),
        }
    }

    fn finish(self) -> Vec<u8> {
        use sha1::Digest as _;
        match self {
            Self::Sha1(hash) => hash.finalize().to_vec(),
            Self::Sha256(hash) => hash.finish().to_vec(),
        }
    }
}

struct AddPart {
    row: UploadRow,
    blob: BlobName,
    size: i64,
}

impl Operation for AddPart {
    const VERB: Verb = Verb::UploadPart;
    const TURN: Turn = Turn::Beside;
    type Output = ();

    fn target(&self) -> Target {
        Target::Matter(self.row.matter)
    }

    async fn run(self, tx: &mut WriteTx<'_>, _: &Subject) -> Result<Done<()>> {
        let mut row = self.row;
        let start = row.received;
        row.received += self.size;
        row.expires_at = tx.now() + ops::KEPT;
        row.save(tx, start).await?;
        let values = params![row.id.to_string(), start, self.size, self.blob.as_str()];
        tx.exec_one(&store::UPLOAD_PART_INSERT, &values).await?;
        let facts = Facts::about([row.id.any()]).clear("size", self.size).clear("offset", row.received);
        Ok(Done::recording((), facts))
    }
}

/// Files an upload that is whole. Two requests may come to do it at once: the second finds it done, at its end or
/// when the parts are gone under its hands, which is no damage then.
pub(super) async fn complete(ctx: &Ctx, row: UploadRow) -> Result<UploadView> {
    let id = row.id;
    match file(ctx, row).await {
        Err(Error::Stale | Error::Damaged(_) | Error::NotFound)
            if ops::own(ctx, id).await?.state == "done" =>
        {
            Box::pin(ops::status(ctx, id)).await
        }
        outcome => outcome,
    }
}

/// Opens the parts in a stream, writes them as the record's one blob, and files it. One entry covers the
/// reading of what was announced and of every part; the filing leaves its own.
async fn file(ctx: &Ctx, row: UploadRow) -> Result<UploadView> {
    let watch = ctx.room.vault.watch();
    let facts = Facts::about([row.id.any()]).clear("offset", row.received);
    let (permit, subject) = ctx.permit_with(Verb::UploadPart, &Target::Matter(row.matter), facts).await?;
    let record_key = record_key(ctx, &permit, &subject, &row)?;
    let key = record_key.derive("upload");
    let meta = row.meta(&ctx.room.vault, &key)?;
    let record = match meta.version_of.as_deref().and_then(RecordId::parse) {
        Some(record) => record,
        None => RecordId::new(ctx.now(), ctx.room.random()),
    };
    let (version, filing) = filing(ctx, &row, &meta, record).await?;
    let context = ctx.room.vault.content_context(&record.to_string(), version);
    let mut sink = record::Sink::begin(&ctx.room, watch, &record_key, &context).await?;
    let mut blobs = Vec::new();
    let mut whole = 0_i64;
    for part in ctx.room.db.all(&store::PARTS, &params![row.id.to_string()]).await? {
        let (start, size, blob): (i64, i64, String) =
            (part.get("start")?, part.get("size")?, part.get("blob")?);
        // a part that is missing would make a shorter record of it: never
        if start != whole {
            return Err(Error::Damaged(row.id.any()));
        }
        copy_part(ctx, &row, &key, start, &blob, &mut sink).await?;
        whole += size;
        blobs.push(blob);
    }
    if whole != row.length || sink.size() != u64::try_from(row.length).unwrap_or(0) {
        return Err(Error::Damaged(row.id.any()));
    }
    let filed = record::finish_upload(ctx, filing, sink).await?;
    drop_blobs(ctx, blobs).await;
    let mut done = row;
    done.record = Some(filed.id.to_string());
    Ok(ops::view(&done, meta.filename))
}

async fn filing(ctx: &Ctx, row: &UploadRow, meta: &Meta, record: RecordId) -> Result<(i64, Filing)> {
    let upload = Some(row.clone());
    if meta.version_of.is_some() {
        let facts = ctx.load(async |loader| loader.record(record).await).await?.ok_or(Error::NotFound)?;
        let version = facts.version + 1;
        let (filename, etag, keep_duplicate) = (meta.filename.clone(), Some(facts.row_version), true);
        return Ok((version, Filing::Version { record, version, filename, etag, keep_duplicate, upload }));
    }
    let labels = meta.labels.as_ref().map(|words| Labels::parse(words)).transpose()?;
    let new = NewRecord {
        matter: Some(row.matter),
        filename: meta.filename.clone(),
        title: None,
        folder: meta.folder.clone(),
        labels,
        keep_duplicate: meta.keep_duplicate,
    };
    Ok((1, Filing::New { record, number: row.number, new, upload }))
}

async fn copy_part(
    ctx: &Ctx,
    row: &UploadRow,
    key: &Key,
    start: i64,
    blob: &str,
    sink: &mut record::Sink,
) -> Result<()> {
    let damaged = || Error::Damaged(row.id.any());
    let name = BlobName::parse(blob).map_err(|_| damaged())?;
    let reader = ctx.room.blobs.open(&name).await.map_err(|error| match error {
        BlobError::Missing | BlobError::Short => damaged(),
        other => other.into(),
    })?;
    let context = ctx.room.vault.part_context(&row.id.to_string(), start);
    let mut decryptor = chunked::Decryptor::new(key, &context);
    let (mut at, total) = (0_u64, reader.len());
    let mut plain = Vec::with_capacity(PIECE * 2);
    while at < total {
        let take = usize::try_from((total - at).min(PIECE as u64)).unwrap_or(PIECE);
        let sealed = reader.read(at, take).await?;
        at += take as u64;
        decryptor.push(&sealed, &mut plain).map_err(|_| damaged())?;
        sink.write(&plain).await?;
        plain.clear();
    }
    decryptor.finish(&mut plain).map_err(|_| damaged())?;
    sink.write(&plain).await
}

pub(super) async fn part_blobs(ctx: &Ctx, id: UploadId) -> Result<Vec<String>> {
    let rows = ctx.room.db.all(&store::PARTS, &params![id.to_string()]).await?;
    rows.iter().map(|r| Ok(r.get("blob")?)).collect()
}

/// Best effort: what stays is swept later.
pub(super) async fn drop_blobs(ctx: &Ctx, blobs: Vec<String>) {
    for blob in blobs {
        if let Ok(name) = BlobName::parse(&blob) {
            ctx.room.blobs.delete(&name).await.ok();
        }
    }
}
