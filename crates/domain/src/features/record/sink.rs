//! Where bytes go: encrypted as they come, into a blob of their own. A part of an upload is sealed and no more;
//! the content of a version is hashed, counted and held against the limit too.

use std::sync::Arc;

use strongroom_seal::{Key, chunked, mac};
use strongroom_storage::blob::{BlobName, Writer};

use crate::kernel::error::{Error, Result};
use crate::kernel::strongroom::Strongroom;
use crate::kernel::vault::SealWatch;

/// How many sealed bytes go to the blob store at once.
const PIECE: usize = 256 * 1024;
/// How many bytes the media type is found from.
const HEAD: usize = 8 * 1024;

/// Seals a stream into one blob. Dropping it leaves nothing.
pub(crate) struct Sealer {
    watch: SealWatch,
    encryptor: chunked::Encryptor,
    blob: BlobName,
    writer: Writer,
    pending: Vec<u8>,
}

impl Sealer {
    /// `watch` was taken before the permit was asked for, so that a sealing in between is seen.
    pub(crate) async fn begin(
        room: &Arc<Strongroom>,
        watch: SealWatch,
        key: &Key,
        context: &[u8],
    ) -> Result<Self> {
        let (encryptor, header) = chunked::Encryptor::begin(key, context, room.random::<24>());
        let blob = BlobName::from_random(room.random());
        let writer = room.blobs.create(&blob);
        // a small file is never as much as a piece
        let pending = header.to_vec();
        Ok(Self { watch, encryptor, blob, writer, pending })
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if !self.watch.holds() {
            return Err(Error::Sealed);
        }
        for piece in bytes.chunks(PIECE) {
            self.encryptor.push(piece, &mut self.pending);
            if self.pending.len() >= PIECE {
                let full =
                    std::mem::replace(&mut self.pending, Vec::with_capacity(PIECE + chunked::CHUNK + 64));
                self.writer.write(full).await?;
            }
        }
        Ok(())
    }

    /// The blob is durable when this returns.
    pub(crate) async fn finish(mut self) -> Result<BlobName> {
        if !self.watch.holds() {
            return Err(Error::Sealed);
        }
        self.encryptor.finish(&mut self.pending);
        self.writer.write(self.pending).await?;
        self.writer.commit().await?;
        Ok(self.blob)
    }
}

/// Where the bytes of one version go.
pub(crate) struct Sink {
    sealer: Sealer,
    limit: u64,
    hasher: mac::Sha256,
    head: Vec<u8>,
    size: u64,
}

/// What a finished sink knows.
pub(crate) struct Sunk {
    pub(crate) blob: BlobName,
    pub(crate) size: u64,
    pub(crate) sha256: [u8; 32],
    pub(crate) head: Vec<u8>,
}

impl Sink {
    /// See [`Sealer::begin`].
    pub(crate) async fn begin(
        room: &Arc<Strongroom>,
        watch: SealWatch,
        record_key: &Key,
        context: &[u8],
    ) -> Result<Self> {
        let sealer = Sealer::begin(room, watch, &record_key.derive("content"), context).await?;
        let limit = room.settings.record_limit;
        Ok(Self { sealer, limit, hasher: mac::Sha256::new(), head: Vec::new(), size: 0 })
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.size += bytes.len() as u64;
        if self.size > self.limit {
            return Err(Error::TooLarge { limit: self.limit });
        }
        if self.head.len() < HEAD {
            let wanted = HEAD - self.head.len();
            self.head.extend_from_slice(bytes.get(..wanted.min(bytes.len())).unwrap_or_default());
        }
        self.hasher.update(bytes);
        self.sealer.write(bytes).await
    }

    /// Bytes taken in so far.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    pub(crate) async fn finish(self) -> Result<Sunk> {
        let blob = self.sealer.finish().await?;
        Ok(Sunk { blob, size: self.size, sha256: self.hasher.finish(), head: self.head })
    }
}
