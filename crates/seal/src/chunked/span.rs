//! From a range of the plaintext to the sealed bytes that hold it.

use std::ops::Range;

use super::{CHUNK, HEADER, TAG};

/// What to read, and what to leave out of it, for a range of the plaintext.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The sealed bytes to read: whole chunks, without the header.
    pub ciphertext: Range<u64>,
    /// The number of the first of those chunks.
    pub first_chunk: u64,
    /// How many chunks they are; none for an empty range.
    pub chunks: u64,
    /// How many bytes of the first chunk's plaintext come before the range.
    pub skip: usize,
    /// How many bytes the range has, once cut off at the end of the message.
    pub take: u64,
    last: u64,
}

impl Span {
    /// The range of `length` bytes from `start`, in a message of `total` bytes. What lies past its end is cut
    /// off. `total` need not be trusted: with a wrong one the chunks do not open.
    pub fn of(start: u64, length: u64, total: u64) -> Self {
        let chunk = CHUNK as u64;
        let sealed = (CHUNK + TAG) as u64;
        let last = total / chunk;
        let end = start.saturating_add(length).min(total);
        let take = end.saturating_sub(start);
        if take == 0 {
            let nothing = HEADER as u64..HEADER as u64;
            return Self { ciphertext: nothing, first_chunk: 0, chunks: 0, skip: 0, take, last };
        }
        let first = start / chunk;
        let final_chunk = (end - 1) / chunk;
        let until = if final_chunk == last {
            super::ciphertext_len(total)
        } else {
            (final_chunk + 1).saturating_mul(sealed).saturating_add(HEADER as u64)
        };
        Self {
            ciphertext: first.saturating_mul(sealed).saturating_add(HEADER as u64)..until,
            first_chunk: first,
            chunks: final_chunk - first + 1,
            skip: usize::try_from(start % chunk).unwrap_or_default(),
            take,
            last,
        }
    }

    /// Whether that chunk is the message's last, as [`super::Opener::open_chunk`] asks.
    pub fn is_last(&self, chunk: u64) -> bool {
        chunk == self.last
    }
}
