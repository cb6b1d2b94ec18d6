//! Bodies of requests that are longer than memory should hold, or that stop half-way until they are told to go on.

use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use strongroom_client::http::Sent;
use tokio::sync::oneshot;

use crate::served::Talk;

/// So much comes at once.
pub(crate) const PIECE: usize = 64 << 10;

/// Piece number `n` of the long content with this seed: no two are alike.
pub(crate) fn piece(seed: u64, n: u64) -> Bytes {
    let mut state = (seed << 40) ^ n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(PIECE);
    while bytes.len() < PIECE {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    Bytes::from(bytes)
}

/// The SHA-256 of so many pieces.
pub(crate) fn digest(seed: u64, pieces: u64) -> String {
    let mut hash = Context::new(&SHA256);
    for n in 0..pieces {
        hash.update(&piece(seed, n));
    }
    hex::encode(hash.finish())
}

/// A body from pieces.
pub(crate) fn body(pieces: impl Stream<Item = Bytes> + Send + 'static) -> Sent {
    StreamBody::new(pieces.map(|p| Ok(Frame::data(p)))).boxed_unsync()
}

/// Pieces one after the other, made as they are sent.
pub(crate) fn pieces(seed: u64, range: std::ops::Range<u64>) -> impl Stream<Item = Bytes> + Send {
    stream::iter(range).map(move |n| piece(seed, n))
}

/// A body that sends the first half, says so, and waits for the word to send the rest.
pub(crate) fn halting(first: Bytes, rest: Bytes) -> (Sent, oneshot::Receiver<()>, oneshot::Sender<()>) {
    let (say, half) = oneshot::channel();
    let (go_on, word) = oneshot::channel();
    let halted = stream::once(async move {
        // asked for only when the first half has been taken over
        let _ = say.send(());
        let _ = word.await;
        rest
    });
    (body(stream::once(async { first }).chain(halted)), half, go_on)
}

/// A record of many pieces, large enough that no buffer between us and the server holds it: its id and bytes.
pub(crate) async fn large_record(api: &mut Talk, path: &str) -> (String, Vec<u8>) {
    let large: Vec<u8> = (0..400).flat_map(|n| piece(5, n)).collect();
    let added = api.files(path, &[(b"large.bin", &large)]).await.unwrap().expect(201).json();
    (added["items"][0]["id"].as_str().unwrap().to_owned(), large)
}
