//! Patience with an end: a connection whose other side takes or sends next to nothing in the middle of a message is
//! closed, so that slow strangers cannot hold what others need.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// So many bytes at least must move within the limit: one who sends or takes a byte now and then stands still too.
const PIECE: usize = 16 << 10;

/// A clock that begins when something is waited for, and stops when enough has moved.
struct Patience {
    limit: Duration,
    moved: usize,
    running: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    const fn new(limit: Duration) -> Self {
        Self { limit, moved: 0, running: None }
    }

    /// True when the wait has lasted too long.
    fn over(&mut self, cx: &mut Context<'_>) -> bool {
        let limit = self.limit;
        self.running.get_or_insert_with(|| Box::pin(sleep(limit))).as_mut().poll(cx).is_ready()
    }

    /// So many bytes have moved.
    fn moved(&mut self, bytes: usize) {
        self.moved += bytes;
        if self.moved >= PIECE {
            self.rest();
        }
    }

    fn rest(&mut self) {
        self.moved = 0;
        self.running = None;
    }
}

fn stalled() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the other side stalled")
}

/// A stream whose writes must go on.
pub(super) struct Paced<S> {
    stream: S,
    patience: Patience,
}

impl<S> Paced<S> {
    pub(super) const fn new(stream: S, limit: Duration) -> Self {
        Self { stream, patience: Patience::new(limit) }
    }

    /// `poll` has moved so many bytes; all there were, where it does not say.
    fn bound<T>(
        &mut self,
        cx: &mut Context<'_>,
        poll: Poll<io::Result<T>>,
        bytes: impl FnOnce(&T) -> Option<usize>,
    ) -> Poll<io::Result<T>> {
        match poll {
            Poll::Ready(done) => {
                match done.as_ref().ok().and_then(bytes) {
                    Some(bytes) => self.patience.moved(bytes),
                    None => self.patience.rest(),
                }
                Poll::Ready(done)
            }
            Poll::Pending if self.patience.over(cx) => Poll::Ready(Err(stalled())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.bound(cx, poll, |bytes| Some(*bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.bound(cx, poll, |bytes| Some(*bytes))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_flush(cx);
        self.bound(cx, poll, |()| None)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.bound(cx, poll, |()| None)
    }
}

/// A request's body whose parts must keep coming.
pub(super) struct PacedBody {
    body: Incoming,
    patience: Patience,
}

impl PacedBody {
    pub(super) const fn new(body: Incoming, limit: Duration) -> Self {
        Self { body, patience: Patience::new(limit) }
    }
}

impl Body for PacedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                let bytes = match &frame {
                    Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
                    _ => 0,
                };
                self.patience.moved(bytes);
                Poll::Ready(frame.map(|f| f.map_err(axum::Error::new)))
            }
            Poll::Pending if self.patience.over(cx) => Poll::Ready(Some(Err(axum::Error::new(stalled())))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
