//! A request that is answered before its body was read to the end. Closing at once would break the connection under the
//! hands of whoever still sends, and the answer (no room, too large, not for you) would be lost with it. So what is left
//! is read on for a while, and thrown away; and the answer says that the connection closes, since a client that stops in
//! the middle of its body cannot send another request after it, and must not wait to.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody as _};
use axum::http::header::{CONNECTION, EXPECT};
use axum::http::{HeaderMap, HeaderValue, Request};
use futures_util::{Stream, StreamExt as _};

/// So much is thrown away at most: a client that takes the answer in stops long before.
const AT_MOST: usize = 8 << 20;
/// And for so long.
const A_WHILE: Duration = Duration::from_secs(5);

/// The body, of which what its reader leaves is read on.
struct Lingering {
    rest: Option<BodyDataStream>,
    /// False while the client waits to be told that it may send (`Expect: 100-continue`): nothing is under way then.
    sends: bool,
    read: Arc<AtomicBool>,
}

/// Whether a request's body was read to its end.
pub(super) struct Rest(Arc<AtomicBool>);

impl Rest {
    /// Says in an answer that nothing follows on this connection, where the body was not read to its end.
    pub(super) fn closes(&self, headers: &mut HeaderMap) {
        if !self.0.load(Ordering::SeqCst) {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

/// The request with its body wrapped.
pub(super) fn linger(request: Request<Body>) -> (Request<Body>, Rest) {
    let sends = !request.headers().contains_key(EXPECT);
    let read = Arc::new(AtomicBool::new(request.body().is_end_stream()));
    let rest = Rest(read.clone());
    let request = request.map(|body| {
        if body.is_end_stream() {
            return body;
        }
        Body::from_stream(Lingering { rest: Some(body.into_data_stream()), sends, read })
    });
    (request, rest)
}

impl Stream for Lingering {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.sends = true;
        let Some(rest) = &mut self.rest else { return Poll::Ready(None) };
        let piece = std::task::ready!(rest.poll_next_unpin(cx));
        if !matches!(piece, Some(Ok(_))) {
            self.read.store(piece.is_none(), Ordering::SeqCst);
            self.rest = None;
        }
        Poll::Ready(piece)
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let (Some(mut rest), true) = (self.rest.take(), self.sends) else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(tokio::time::timeout(A_WHILE, async move {
            let mut thrown = 0;
            while let Some(Ok(piece)) = rest.next().await {
                thrown += piece.len();
                if thrown > AT_MOST {
                    return;
                }
            }
        }));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    fn body(pieces: usize, taken: &Arc<AtomicUsize>) -> Body {
        let taken = taken.clone();
        let piece = move |_| {
            taken.fetch_add(1, Ordering::SeqCst);
            Ok::<_, std::io::Error>(Bytes::from(vec![0; 1 << 20]))
        };
        Body::from_stream(futures_util::stream::iter(0..pieces).map(piece))
    }

    async fn left(pieces: usize, read: usize, expects: bool) -> usize {
        let taken = Arc::new(AtomicUsize::new(0));
        let mut request = Request::new(body(pieces, &taken));
        if expects {
            request.headers_mut().insert(EXPECT, axum::http::HeaderValue::from_static("100-continue"));
        }
        let (request, rest) = linger(request);
        let mut stream = request.into_body().into_data_stream();
        for _ in 0..read {
            stream.next().await.transpose().unwrap();
        }
        drop(stream);
        let mut headers = HeaderMap::new();
        rest.closes(&mut headers);
        assert_eq!(headers.get(CONNECTION).is_some(), read <= pieces, "read to its end, it stays open");
        // what was spawned runs before whoever comes after it
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        taken.load(Ordering::SeqCst)
    }

    #[tokio::test]
    async fn what_is_left_is_read_on_up_to_a_bound_and_nothing_where_nothing_was_sent() {
        assert_eq!(left(5, 1, false).await, 5, "all of a little");
        assert_eq!(left(5, 0, false).await, 5);
        assert_eq!(left(50, 1, false).await, 10, "eight more, and the one that was too much");
        assert_eq!(left(5, 0, true).await, 0, "the client was never told to send");
        assert_eq!(left(5, 1, true).await, 5);
        assert_eq!(left(5, 6, false).await, 5, "to the end");
    }
}
