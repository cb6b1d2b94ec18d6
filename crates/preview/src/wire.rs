//! The frames between server and child.
//!
//! Request: `SRPQ`, length of the header (u32 LE), header (JSON), then the document until end of file.
//! Answer: `SRPA`, length of the header (u32 LE), header (JSON), length of the image (u32 LE), image.
//! The server treats the answer as foreign too: a child that was taken over can write anything.

use crate::{
    confine::Confinement,
    model::{Kind, Preview, Refusal, Want},
};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};

const ASK: &[u8; 4] = b"SRPQ";
const ANSWER: &[u8; 4] = b"SRPA";
const HEADER_MAX: usize = 4 * 1024;

/// What to do with the bytes that follow, and within which bounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ask {
    pub(crate) want: Want,
    pub(crate) kind: Kind,
    pub(crate) memory: u64,
    pub(crate) cpu_seconds: u64,
    pub(crate) max_input: u64,
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) confinement: Confinement,
    pub(crate) outcome: Result<Preview, Refusal>,
}

fn bad() -> io::Error {
    io::Error::from(io::ErrorKind::InvalidData)
}

/// Encodes the head of a request.
pub(crate) fn ask_bytes(ask: &Ask) -> io::Result<Vec<u8>> {
    let header = serde_json::to_vec(ask)?;
    let mut out = ASK.to_vec();
    out.extend(u32::try_from(header.len()).map_err(|_| bad())?.to_le_bytes());
    out.extend(header);
    Ok(out)
}

/// Reads the head of a request; the document remains in `from`.
pub(crate) fn read_ask(from: &mut impl Read) -> io::Result<Ask> {
    let mut magic = [0; 4];
    from.read_exact(&mut magic)?;
    let mut len = [0; 4];
    from.read_exact(&mut len)?;
    let len = u32::from_le_bytes(len) as usize;
    if &magic != ASK || len > HEADER_MAX {
        return Err(bad());
    }
    let mut header = vec![0; len];
    from.read_exact(&mut header)?;
    Ok(serde_json::from_slice(&header)?)
}

/// Writes an answer.
pub(crate) fn write_answer(to: &mut impl Write, mut answer: Answer) -> io::Result<()> {
    let image = answer.outcome.as_mut().map(Preview::take_png).unwrap_or_default();
    let header = serde_json::to_vec(&answer)?;
    to.write_all(ANSWER)?;
    to.write_all(&u32::try_from(header.len()).map_err(|_| bad())?.to_le_bytes())?;
    to.write_all(&header)?;
    to.write_all(&u32::try_from(image.len()).map_err(|_| bad())?.to_le_bytes())?;
    to.write_all(&image)?;
    to.flush()
}

/// Decodes an answer, whole and exact, or nothing. An image must at least begin as a PNG does.
pub(crate) fn parse_answer(bytes: &[u8]) -> Option<Answer> {
    let rest = bytes.strip_prefix(ANSWER)?;
    let (header, rest) = framed(rest)?;
    let (image, rest) = framed(rest)?;
    if !rest.is_empty() {
        return None;
    }
    let mut answer: Answer = serde_json::from_slice(header).ok()?;
    if let Ok(preview) = &mut answer.outcome {
        let wants_image = preview.png().is_some();
        if wants_image != image.starts_with(b"\x89PNG\r\n\x1a\n") || (!wants_image && !image.is_empty()) {
            return None;
        }
        preview.put_png(image.to_vec());
    }
    Some(answer)
}

fn framed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_le_bytes(*len) as usize)
}
