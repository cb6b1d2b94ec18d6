//! Where the bytes of one version go: encrypted as they come, hashed, counted, into a blob of their own.

use std::sync::Arc;

use strongroom_seal::{Key, chunked, mac};
use strongroom_storage::blob::{BlobName, Writer};

use crate::kernel::error::{Error, Result};
use crate::kernel::strongroom::Strongroom;
use crate::kernel::vault::SealWatch;

/// Where the bytes of one version go: encrypted under the version's key, hashed, counted.
pub(crate) struct Sink {
    room: Arc<Strongroom>,
    watch: SealWatch,
    encryptor: chunked::Encryptor,
    writer: Writer,
    hasher: mac::Sha256,
    head: Vec<u8>,
    pending: Vec<u8>,
    size: u64,
}

/// What a finished sink knows.
pub(crate) struct Sunk {
    pub(crate) blob: BlobName,
    pub(crate) size: u64,
    pub(crate) sha256: [u8; 32],
    pub(crate) head: Vec<u8>,
}

/// How many sealed bytes go to the blob store at once.
const PIECE: usize = 256 * 1024;
/// How many bytes the media type is found from.
const HEAD: usize = 8 * 1024;

impl Sink {
    /// `watch` was taken before the permit was asked for, so that a sealing in between is seen.
    pub(crate) async fn begin(
        room: &Arc<Strongroom>,
        watch: SealWatch,
        record_key: &Key,
        context: &[u8],
    ) -> Result<Self> {
        let (encryptor, header) =
            chunked::Encryptor::begin(&record_key.derive("content"), context, room.random::<24>());
        let writer = room.blobs.create().await?;
        let mut pending = Vec::with_capacity(PIECE + chunked::CHUNK + chunked::TAG);
        pending.extend_from_slice(&header);
        Ok(Self {
            room: room.clone(),
            watch,
            encryptor,
            writer,
            hasher: mac::Sha256::new(),
            head: Vec::new(),
            pending,
            size: 0,
        })
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if !self.watch.holds() {
            return Err(Error::Sealed);
        }
        let limit = self.room.settings.record_limit;
        self.size += bytes.len() as u64;
        if self.size > limit {
            return Err(Error::TooLarge { limit });
        }
        if self.head.len() < HEAD {
            let wanted = HEAD - self.head.len();
            self.head.extend_from_slice(bytes.get(..wanted.min(bytes.len())).unwrap_or_default());
        }
        for piece in bytes.chunks(PIECE) {
            self.hasher.update(piece);
            self.encryptor.push(piece, &mut self.pending);
            if self.pending.len() >= PIECE {
                let full =
                    std::mem::replace(&mut self.pending, Vec::with_capacity(PIECE + chunked::CHUNK + 64));
                self.writer.write(full).await?;
            }
        }
        Ok(())
    }

    /// Bytes taken in so far.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    pub(crate) async fn finish(mut self) -> Result<Sunk> {
        if !self.watch.holds() {
            return Err(Error::Sealed);
        }
        self.encryptor.finish(&mut self.pending);
        self.writer.write(self.pending).await?;
        let blob = BlobName::from_random(self.room.random());
        self.writer.commit(&blob).await?;
        Ok(Sunk { blob, size: self.size, sha256: self.hasher.finish(), head: self.head })
    }
}
