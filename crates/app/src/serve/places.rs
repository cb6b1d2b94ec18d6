//! Places for connections: so many in all, and of those a quarter at most for one address.
//!
//! What must hold: nobody who holds connections open keeps others out for longer than [`GRACE`]. When all places are taken,
//! every connection that is between two requests is let go, and so are strangers who do not come to an end; an address
//! that has its share gets no more.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::futures::Notified;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// When all places are taken, strangers in the middle of something have so long to come to its end.
pub(super) const GRACE: Duration = Duration::from_secs(2);

/// All places of a listener.
#[derive(Clone)]
pub(super) struct Places(Arc<Inner>);

struct Inner {
    free: Arc<Semaphore>,
    at_most: u32,
    /// How many one address may have.
    share: u32,
    held: Mutex<HashMap<IpAddr, u32>>,
    crowded: Notify,
}

/// A place that is free again when it is dropped.
pub(super) struct Place(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

/// One address's hold of one of its places.
pub(super) struct Share {
    places: Places,
    of: IpAddr,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.places.held();
        if let Some(count) = held.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.of);
            }
        }
    }
}

impl Places {
    pub(super) fn new(at_most: usize) -> Self {
        let at_most = u32::try_from(at_most).unwrap_or(u32::MAX).clamp(1, 1 << 20);
        Self(Arc::new(Inner {
            free: Arc::new(Semaphore::new(usize::try_from(at_most).unwrap_or(1))),
            at_most,
            share: at_most.div_ceil(4),
            held: Mutex::default(),
            crowded: Notify::new(),
        }))
    }

    fn held(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, u32>> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a place. Where there is none, those who only keep theirs are asked to leave.
    pub(super) async fn take(&self) -> Option<Place> {
        if let Ok(place) = self.0.free.clone().try_acquire_owned() {
            return Some(Place(place));
        }
        let mut waits = pin!(self.0.free.clone().acquire_owned());
        loop {
            self.0.crowded.notify_waiters();
            // who was shaking hands just now did not hear it
            if let Ok(place) = tokio::time::timeout(Duration::from_secs(1), waits.as_mut()).await {
                return place.ok().map(Place);
            }
        }
    }

    /// One more connection of an address; none where it has its share.
    pub(super) fn share(&self, of: IpAddr) -> Option<Share> {
        let of = of.to_canonical();
        let mut held = self.held();
        let count = held.entry(of).or_default();
        if *count >= self.0.share {
            return None;
        }
        *count += 1;
        drop(held);
        Some(Share { places: self.clone(), of })
    }

    /// Comes when somebody has waited for a place for a while.
    pub(super) async fn crowded_out(&self) {
        self.crowded().await;
        tokio::time::sleep(GRACE).await;
    }

    /// Comes when somebody waits for a place.
    pub(super) fn crowded(&self) -> Notified<'_> {
        self.0.crowded.notified()
    }

    /// Waits until every connection has ended, so long at most; true if they have.
    pub(super) async fn drained(&self, at_most: Duration) -> bool {
        tokio::time::timeout(at_most, self.0.free.acquire_many(self.0.at_most)).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Places;

    #[test]
    fn an_address_has_a_quarter_and_gets_it_back() {
        let places = Places::new(8);
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let first = places.share(one).unwrap();
        let second = places.share("::ffff:192.0.2.1".parse().unwrap()).unwrap();
        assert!(places.share(one).is_none());
        assert!(places.share(other).is_some());
        drop(first);
        let third = places.share(one).unwrap();
        drop((second, third));
        assert!(places.held().is_empty(), "nothing is kept of who has gone");
    }

    #[tokio::test]
    async fn whoever_waits_is_noticed_by_whoever_idles() {
        let places = Places::new(1);
        let place = places.take().await.unwrap();
        let idler = async {
            places.crowded().await;
            drop(place);
        };
        let ((), next) = tokio::join!(idler, places.take());
        assert!(next.is_some());
    }
}
