//! Files of rows and sealed files, as taking and putting back read them.

use std::path::Path;

use futures_util::{Stream, stream};
use strongroom_seal::mac;
use strongroom_storage::blob::{BlobName, Reader};
use strongroom_storage::disk::Disk;
use strongroom_storage::sql::Param;
use strongroom_storage::sql::shape::{Table, Values};

use super::manifest::{piece_path, unreadable};
use crate::kernel::copied::from_json;
use crate::kernel::error::{Error, Result};

/// The rows of a file, held against its name.
pub(super) fn rows_of(disk: &Disk, folder: &Path, shape: &Table, hash: &str) -> Result<Vec<Values>> {
    let path = piece_path(folder, hash);
    let bytes = disk.read(&path).map_err(|e| unreadable(&path, e))?;
    if hex::encode(mac::sha256(&bytes)) != *hash {
        return Err(unreadable(&path, "it was changed"));
    }
    let lines = bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).ok().and_then(|row| from_json(&row, &shape.columns)))
        .collect::<Option<Vec<Values>>>()
        .ok_or_else(|| unreadable(&path, "a row cannot be read"))
}

/// The table whose rows name sealed files.
pub(super) const NAMES_FILES: &str = "record_version";

/// The sealed files that its rows name.
pub(super) fn files_of(shape: &Table, rows: &[Values]) -> Result<Vec<BlobName>> {
    let place = shape.columns.iter().position(|(name, _)| name == "blob");
    let named = rows.iter().filter_map(|row| match place.and_then(|place| row.get(place)) {
        Some(Param::Text(Some(blob))) => Some(blob),
        _ => None,
    });
    named.map(|blob| BlobName::parse(blob).map_err(|e| Error::Internal(e.to_string()))).collect()
}

/// Bytes of a sealed file that are read at once.
const BLOCK: usize = 1 << 20;

/// The bytes of a sealed file, in order.
pub(super) fn blocks(reader: &Reader) -> impl Stream<Item = Result<Vec<u8>>> + Unpin + '_ {
    Box::pin(stream::try_unfold(0, move |at| async move {
        let len = usize::try_from(reader.len() - at).unwrap_or(BLOCK).min(BLOCK);
        if len == 0 {
            return Ok(None);
        }
        Ok(Some((reader.read(at, len).await?, at + len as u64)))
    }))
}
