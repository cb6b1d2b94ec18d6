//! Fairness between people: so many requests of one person at once, the next ones wait a while, further ones are told
//! when to come back.
//!
//! What must hold: no number of requests of one person keeps others waiting for more than these. What streams (files in
//! and out) has places of its own, held to its last byte, so that long downloads do not lock their own person out.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use axum::http::{HeaderMap, Method, Response};
use http_body::{Frame, SizeHint};
use strongroom_domain::Error;
use strongroom_domain::kernel::id::StaffId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// So many short requests of a person, and so many streams, are answered at once.
const AT_ONCE: usize = 32;
/// So many more wait.
const WAITING: usize = 96;
/// For so long.
const PATIENCE: Duration = Duration::from_secs(10);
/// Whoever waited in vain, or finds no room to wait, comes back after so many seconds.
const COME_AGAIN: u64 = 5;
/// A body that is larger than any form.
const LARGE: u64 = 256 << 10;

/// One person's places.
struct Own {
    short: Arc<Semaphore>,
    long: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

type People = Mutex<HashMap<StaffId, Arc<Own>>>;

/// Everyone's places. Of who asks nothing right now, nothing is kept.
#[derive(Clone, Default)]
pub struct Fair(Arc<People>);

/// A request's place; free again when dropped.
pub(super) struct Seat {
    _place: OwnedSemaphorePermit,
    _coming: Coming,
}

/// A person of whom some request waits or is answered.
struct Coming {
    own: Option<Arc<Own>>,
    who: StaffId,
    people: Fair,
}

impl Drop for Coming {
    fn drop(&mut self) {
        let mut people = self.people.0.lock().unwrap_or_else(PoisonError::into_inner);
        // under the lock nobody else can take it up
        drop(self.own.take());
        if people.get(&self.who).is_some_and(|own| Arc::strong_count(own) == 1) {
            people.remove(&self.who);
        }
    }
}

/// Whether a request carries or brings a file.
pub(super) fn streams(method: &Method, route: &str, headers: &HeaderMap) -> bool {
    let length =
        headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
    let brings = length.map_or(headers.contains_key(TRANSFER_ENCODING), |length| length > LARGE);
    brings || method == Method::PATCH || route.ends_with("/content") || route.ends_with("/export")
}

impl Fair {
    /// A place for a request of this person.
    ///
    /// # Errors
    /// Throttled: so many of theirs are answered and wait already.
    pub(super) async fn seat(&self, who: StaffId, streams: bool) -> Result<Seat, Error> {
        let later = || Error::Throttled { retry_after: COME_AGAIN };
        let own =
            self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(who).or_insert_with(own).clone();
        let (short, long, waiting) = (own.short.clone(), own.long.clone(), own.waiting.clone());
        let coming = Coming { own: Some(own), who, people: self.clone() };
        let places = if streams { long } else { short };
        let place = if let Ok(place) = places.clone().try_acquire_owned() {
            place
        } else {
            let _waits = waiting.try_acquire_owned().map_err(|_| later())?;
            let place = tokio::time::timeout(PATIENCE, places.acquire_owned()).await;
            place.map_err(|_| later())?.map_err(|e| Error::Internal(e.to_string()))?
        };
        Ok(Seat { _place: place, _coming: coming })
    }
}

fn own() -> Arc<Own> {
    let of = |places| Arc::new(Semaphore::new(places));
    Arc::new(Own { short: of(AT_ONCE), long: of(AT_ONCE), waiting: of(WAITING) })
}

/// An answer that keeps its request's place until its last byte was taken.
pub(super) fn seated(response: Response<Body>, seat: Option<Seat>) -> Response<Body> {
    match seat {
        Some(seat) if !response.body().is_end_stream() => {
            response.map(|body| Body::new(Seated { body, _seat: seat }))
        }
        _ => response,
    }
}

struct Seated {
    body: Body,
    _seat: Seat,
}

impl HttpBody for Seated {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn someone(n: u8) -> StaffId {
        StaffId::new(1_772_442_000_000_000, [n; 10])
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_ones_wait_and_further_ones_are_told_to_come_back() {
        let fair = Fair::default();
        let mut seats = Vec::new();
        for _ in 0..AT_ONCE {
            seats.push(fair.seat(someone(1), false).await.unwrap());
        }
        // others, and what streams, are not held up
        drop(fair.seat(someone(2), false).await.unwrap());
        drop(fair.seat(someone(1), true).await.unwrap());
        let mut waits: Vec<_> = (0..WAITING).map(|_| Box::pin(fair.seat(someone(1), false))).collect();
        for wait in &mut waits {
            assert!(futures_util::poll!(wait).is_pending());
        }
        assert!(matches!(fair.seat(someone(1), false).await, Err(Error::Throttled { .. })));
        drop(seats.pop());
        assert!(waits.remove(0).await.is_ok(), "the first that waits comes first");
        drop(seats);
        for wait in waits {
            wait.await.unwrap();
        }
        assert!(fair.0.lock().unwrap().is_empty(), "nothing is kept of who has gone");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let fair = Fair::default();
        let mut seats = Vec::new();
        for _ in 0..AT_ONCE {
            seats.push(fair.seat(someone(1), true).await.unwrap());
        }
        assert!(matches!(fair.seat(someone(1), true).await, Err(Error::Throttled { retry_after: 5 })));
        drop(seats);
        assert!(fair.0.lock().unwrap().is_empty());
    }

    #[test]
    fn files_in_and_out_are_what_streams() {
        let with = |name: &'static str, value: &'static str| {
            HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())])
        };
        let none = HeaderMap::new();
        assert!(streams(&Method::GET, "/api/v1/records/{id}/content", &none));
        assert!(streams(&Method::PATCH, "/api/v1/uploads/{id}", &with("content-length", "5")));
        assert!(streams(&Method::POST, "/x", &with("transfer-encoding", "chunked")));
        assert!(streams(&Method::POST, "/x", &with("content-length", "300000")));
        assert!(!streams(&Method::POST, "/x", &with("content-length", "3000")));
        assert!(!streams(&Method::GET, "/matters/{id}", &none));
    }
}
