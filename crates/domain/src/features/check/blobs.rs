//! Versions against their blobs; with `deep`, every byte against the hash that was sealed when it came in.

use std::collections::BTreeSet;

use strongroom_seal::chunked::{self, Decryptor};
use strongroom_seal::mac::Sha256;
use strongroom_storage::blob::{BlobError, BlobName};
use strongroom_storage::params;
use strongroom_storage::sql::Row;
use zeroize::Zeroize as _;

use crate::features::record::VersionFacts;
use crate::kernel::clock::HOUR;
use crate::kernel::error::{Error, Result};
use crate::kernel::facts::id_of;
use crate::kernel::id::RecordId;
use crate::kernel::permit::Permit;
use crate::kernel::vault::KeyOf;

use super::rows::PAGE;
use super::{Checker, store};

/// How many bytes of a blob are read at once.
const PIECE: u64 = 256 * 1024;

/// A blob that nothing names is left in peace for this long: it may be on its way into a row.
const GRACE: i64 = HOUR;

/// A blob's length; `None` where there is none of that name.
async fn length(checker: &Checker<'_>, name: &str) -> Result<Option<u64>> {
    let Ok(name) = BlobName::parse(name) else { return Ok(None) };
    match checker.room.blobs.len(&name).await {
        Ok(length) => Ok(Some(length)),
        Err(BlobError::Missing) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Every version has its blob, whole.
pub(super) async fn versions(checker: &mut Checker<'_>, deep: bool) -> Result<()> {
    checker.begin(if deep { "contents" } else { "blobs of records" });
    let (mut record, mut version) = (String::new(), i64::MIN);
    loop {
        let rows = checker.room.db.all(&store::P_VERSION, &params![record.clone(), version, PAGE]).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        (record, version) = (last.get("record_id")?, last.get("version")?);
        let permit = if deep {
            let mut things = Vec::new();
            for row in &rows {
                things.push(id_of::<crate::kernel::id::Record>(row, "record_id")?.any());
            }
            things.dedup();
            Some(checker.permit(things).await?)
        } else {
            None
        };
        for row in &rows {
            let (id, blob) = (name_of(row)?, row.get::<String>("blob")?);
            let size: u64 = row.get("size")?;
            match length(checker, &blob).await? {
                None => {
                    let repair = format!("Put the blob {blob} back from the newest backup.");
                    checker.damage("the blob of a version is missing", id, repair);
                }
                Some(length) if length != chunked::ciphertext_len(size) => {
                    let what = format!(
                        "the blob of a version has {length} bytes instead of {}: it was cut or grew",
                        chunked::ciphertext_len(size)
                    );
                    checker.damage(what, id, format!("Put the blob {blob} back from the newest backup."));
                }
                Some(length) => {
                    if let Some(permit) = &permit
                        && let Err(error) = read_through(checker, permit, row, &blob, length).await
                    {
                        if !super::rows::is_about_data(&error) {
                            return Err(error);
                        }
                        let repair = format!("Put the blob {blob} back from the newest backup.");
                        checker.damage("the content of a version is not what came in", id, repair);
                    }
                }
            }
            checker.looked_at(1);
        }
    }
}

fn name_of(row: &Row) -> Result<String> {
    Ok(format!("{}/{}", row.get::<String>("record_id")?, row.get::<i64>("version")?))
}

/// Decrypts a blob from end to end and holds its hash against the sealed facts. What opens is hashed and
/// wiped, never kept.
async fn read_through(
    checker: &Checker<'_>,
    permit: &Permit,
    row: &Row,
    blob: &str,
    length: u64,
) -> Result<()> {
    let record: RecordId = id_of(row, "record_id")?;
    let damaged = || Error::Damaged(record.any());
    let (branch, leaf): (Option<u32>, Option<u32>) = (row.get("branch")?, row.get("leaf")?);
    let (Some(matter), Some(number)) = (branch, leaf) else { return Err(damaged()) };
    let version: i64 = row.get("version")?;
    let vault = &checker.room.vault;
    let key = vault.key(permit, &record.any(), KeyOf::Record { matter, record: number })?;
    let facts = VersionFacts::open(vault, &key, record, version, &row.get::<Vec<u8>>("sealed_facts")?)?;
    let content = key.derive("content");
    let mut decryptor = Decryptor::new(&content, &vault.content_context(&record.to_string(), version));
    let reader = checker.room.blobs.open(&BlobName::parse(blob).map_err(|_| damaged())?).await?;
    let (mut hash, mut read, mut offset) = (Sha256::new(), 0_u64, 0_u64);
    let mut clear = Vec::new();
    while offset < length {
        let take = PIECE.min(length - offset);
        let piece = reader.read(offset, usize::try_from(take).map_err(|_| damaged())?).await?;
        decryptor.push(&piece, &mut clear).map_err(|_| damaged())?;
        hash.update(&clear);
        read += clear.len() as u64;
        clear.zeroize();
        offset += take;
    }
    decryptor.finish(&mut clear).map_err(|_| damaged())?;
    hash.update(&clear);
    read += clear.len() as u64;
    clear.zeroize();
    let size: u64 = row.get("size")?;
    let right = read == size && hex::encode(hash.finish()) == facts.sha256;
    if right { Ok(()) } else { Err(damaged()) }
}

/// Parts of uploads: there while the upload goes on, gone after.
pub(super) async fn parts(checker: &mut Checker<'_>) -> Result<()> {
    checker.begin("parts of uploads");
    let (mut upload, mut start) = (String::new(), i64::MIN);
    loop {
        let rows = checker.room.db.all(&store::P_PART, &params![upload.clone(), start, PAGE]).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        (upload, start) = (last.get("upload_id")?, last.get("start")?);
        for row in &rows {
            let id = format!("{}/{}", row.get::<String>("upload_id")?, row.get::<i64>("start")?);
            let blob: String = row.get("blob")?;
            let state: Option<String> = row.get("state")?;
            if state.as_deref() != Some("open") {
                checker.warn(
                    "a part of an upload that is over is still there",
                    id,
                    "The server sweeps it up within the hour.",
                );
                continue;
            }
            match length(checker, &blob).await? {
                None => checker.damage(
                    "a part of an upload has lost its blob",
                    id,
                    "Give up the upload and begin it again.",
                ),
                Some(length) if length != chunked::ciphertext_len(row.get("size")?) => {
                    checker.damage(
                        "a part of an upload was cut or grew",
                        id,
                        "Give up the upload and begin it again.",
                    );
                }
                Some(_) => {}
            }
        }
        checker.looked_at(rows.len());
    }
}

/// Blobs that no row names.
pub(super) async fn orphans(checker: &mut Checker<'_>) -> Result<()> {
    checker.begin("blobs that nothing names");
    let mut parts = BTreeSet::new();
    let (mut upload, mut start) = (String::new(), i64::MIN);
    loop {
        let rows = checker.room.db.all(&store::P_PART, &params![upload.clone(), start, PAGE]).await?;
        let Some(last) = rows.last() else { break };
        (upload, start) = (last.get("upload_id")?, last.get("start")?);
        for row in &rows {
            parts.insert(row.get::<String>("blob")?);
        }
    }
    let before = checker.room.now() - GRACE;
    let mut listing = checker.room.blobs.list();
    while let Some(page) = listing.next().await? {
        for blob in &page {
            let name = blob.name.as_str();
            if blob.modified >= before || parts.contains(name) {
                continue;
            }
            if checker.room.db.optional(&store::VERSION_OF_BLOB, &params![name.to_owned()]).await?.is_none() {
                checker.warn("a blob that nothing names", name, "The server sweeps it up within the hour.");
            }
        }
        checker.looked_at(page.len());
    }
    Ok(())
}
