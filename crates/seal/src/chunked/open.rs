//! Opening: one chunk ([`Opener`]) or a stream ([`Decryptor`]).

use aws_lc_rs::aead::Aad;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use zeroize::Zeroize;

use super::{Aead, CHUNK, HEADER, MAX_CHUNKS, SALT, TAG};
use crate::secret::Key;

/// Why a sealed message did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The key or the context is another than the message was sealed with, or its header was changed.
    #[error("sealed under another key or for another place")]
    WrongKey,
    /// A chunk was changed, or is not where it was.
    #[error("chunk {0} is damaged")]
    Damaged(u64),
    /// Bytes are missing, at the end or before.
    #[error("bytes are missing")]
    Truncated,
    /// Longer than the format allows.
    #[error("longer than the format allows")]
    TooLong,
}

/// Opens the chunks of one message, in any order.
pub struct Opener {
    aead: Aead,
}

impl Opener {
    /// Reads the first [`HEADER`] bytes, and checks that they are of this key and this context.
    pub fn new(key: &Key, context: &[u8], header: &[u8]) -> Result<Self, OpenError> {
        let header: &[u8; HEADER] = header.try_into().map_err(|_| OpenError::Truncated)?;
        let (salt, commitment) = header.split_first_chunk::<SALT>().ok_or(OpenError::Truncated)?;
        let (aead, expected) = Aead::derive(key, context, salt);
        verify_slices_are_equal(&expected, commitment).map_err(|_| OpenError::WrongKey)?;
        Ok(Self { aead })
    }

    /// Opens a chunk where it lies, and takes its tag off. `last` says whether it is the message's last: whoever
    /// reads a range knows it from the length ([`super::Span::is_last`]). A chunk that fails is emptied.
    pub fn open_chunk(&self, index: u64, last: bool, chunk: &mut Vec<u8>) -> Result<(), OpenError> {
        let length = check(index, last, chunk.len())?;
        if self.aead.key.open_in_place(self.aead.nonce(index), Aad::empty(), chunk).is_err() {
            chunk.zeroize();
            return Err(OpenError::Damaged(index));
        }
        chunk.truncate(length);
        Ok(())
    }

    /// Opens a chunk and appends its plaintext to `out`. If it fails, `out` is as it was.
    pub fn open_chunk_into(
        &self,
        index: u64,
        last: bool,
        sealed: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), OpenError> {
        let length = check(index, last, sealed.len())?;
        let (body, tag) = sealed.split_at(length);
        let start = out.len();
        out.resize(start + length, 0);
        let target = out.split_at_mut(start).1;
        let opened =
            self.aead.key.open_separate_gather(self.aead.nonce(index), Aad::empty(), body, tag, target);
        if opened.is_err() {
            target.zeroize();
            out.truncate(start);
            return Err(OpenError::Damaged(index));
        }
        Ok(())
    }
}

/// The plaintext length of a sealed chunk of that place and size.
fn check(index: u64, last: bool, sealed: usize) -> Result<usize, OpenError> {
    let length = sealed.checked_sub(TAG).ok_or(OpenError::Truncated)?;
    match (last, length) {
        _ if index >= MAX_CHUNKS => Err(OpenError::TooLong),
        (true, 0..CHUNK) | (false, CHUNK) => Ok(length),
        (true, CHUNK) => Err(OpenError::Truncated),
        (false, 0..CHUNK) => Err(OpenError::Truncated),
        _ => Err(OpenError::Damaged(index)),
    }
}

/// Opens a message piece by piece, header first, in the memory of one chunk. What it has put out is genuine, but
/// only [`Decryptor::finish`] says that it was all.
pub struct Decryptor {
    state: State,
    rest: Vec<u8>,
}

enum State {
    Header { key: Key, context: Vec<u8> },
    Chunks { opener: Opener, index: u64 },
    Failed(OpenError),
}

impl Decryptor {
    /// Begins with nothing read.
    pub fn new(key: &Key, context: &[u8]) -> Self {
        let state = State::Header { key: key.duplicate(), context: context.to_vec() };
        Self { state, rest: Vec::new() }
    }

    /// Takes more of the sealed message, and appends to `out` what is thereby open. Once it has failed it fails
    /// for good, and `out` holds nothing of the chunk that did.
    pub fn push(&mut self, data: &[u8], out: &mut Vec<u8>) -> Result<(), OpenError> {
        let pushed = self.advance(data, out);
        if let Err(error) = pushed {
            self.state = State::Failed(error);
        }
        pushed
    }

    /// Ends the message: appends its last chunk. An error if bytes are missing.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<(), OpenError> {
        match self.state {
            State::Header { .. } => Err(OpenError::Truncated),
            State::Failed(error) => Err(error),
            State::Chunks { opener, index } => opener.open_chunk_into(index, true, &self.rest, out),
        }
    }

    fn advance(&mut self, mut data: &[u8], out: &mut Vec<u8>) -> Result<(), OpenError> {
        if let State::Failed(error) = self.state {
            return Err(error);
        }
        if let State::Header { key, context } = &self.state {
            data = fill(&mut self.rest, HEADER, data);
            if self.rest.len() < HEADER {
                return Ok(());
            }
            let opener = Opener::new(key, context, &self.rest)?;
            self.rest.clear();
            self.state = State::Chunks { opener, index: 0 };
        }
        let State::Chunks { opener, index } = &mut self.state else { return Ok(()) };
        if !self.rest.is_empty() {
            data = fill(&mut self.rest, CHUNK + TAG, data);
            if self.rest.len() < CHUNK + TAG {
                return Ok(());
            }
            opener.open_chunk_into(*index, false, &self.rest, out)?;
            *index += 1;
            self.rest.clear();
        }
        let mut chunks = data.chunks_exact(CHUNK + TAG);
        for chunk in &mut chunks {
            opener.open_chunk_into(*index, false, chunk, out)?;
            *index += 1;
        }
        self.rest.extend_from_slice(chunks.remainder());
        Ok(())
    }
}

/// Moves bytes from the front of `data` until `rest` has `size`; what remains of `data`.
fn fill<'d>(rest: &mut Vec<u8>, size: usize, data: &'d [u8]) -> &'d [u8] {
    let (head, tail) = data.split_at(size.saturating_sub(rest.len()).min(data.len()));
    rest.extend_from_slice(head);
    tail
}
