//! The places of a listener's connections, shared fairly by the addresses of their peers.
//!
//! If all places are taken, a new connection takes the place of an idle one, on which no request is
//! being answered and no answer waits to be read. The idle one must belong to the peer that has the
//! most connections, or to the same peer as the new one. If all of theirs are busy, the new connection
//! waits. Behind a proxy all connections have one peer.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use mamori_model::key::network_of;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// How long a new connection waits before it looks for an idle one again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The places of a listener.
#[derive(Debug)]
pub struct Places {
    permits: Arc<Semaphore>,
    open: Mutex<HashMap<u64, Open>>,
    next_number: AtomicU64,
    /// The time from which [`Activity`] counts.
    begun: Instant,
}

/// An open connection.
#[derive(Debug)]
struct Open {
    peer: IpAddr,
    activity: Arc<Activity>,
    close: CancellationToken,
}

/// What happens on a connection.
#[derive(Debug, Default)]
struct Activity {
    /// Since when no request is being answered: milliseconds after the start of the listener, plus
    /// one; 0 while one is.
    idle_since: AtomicU64,
    /// Whether the client has yet to read what was written.
    is_blocked: AtomicBool,
}

/// The stream of a connection, which records whether its client reads what is written.
#[derive(Debug)]
pub struct Watched {
    stream: TcpStream,
    activity: Arc<Activity>,
}

/// The place of one connection, which is free again when it is dropped.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    number: u64,
    activity: Arc<Activity>,
    close: CancellationToken,
    _permit: OwnedSemaphorePermit,
}

/// A request that is being answered on a connection, until this is dropped.
#[derive(Debug)]
pub struct Request {
    places: Arc<Places>,
    activity: Arc<Activity>,
}

impl Places {
    /// Creates `count` free places.
    pub fn new(count: usize) -> Arc<Self> {
        Arc::new(Self {
            permits: Arc::new(Semaphore::new(count)),
            open: Mutex::default(),
            next_number: AtomicU64::new(0),
            begun: Instant::now(),
        })
    }

    /// Waits for a place for a connection of `peer`. If none is free, closes an idle connection.
    pub async fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let peer = network_of(peer);
        let permit = loop {
            if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
                break permit;
            }
            self.make_room(peer);
            let permit = Arc::clone(&self.permits).acquire_owned();
            // Looks again after a moment: a connection may become idle meanwhile.
            if let Ok(permit) = tokio::time::timeout(LOOK_AGAIN, permit).await {
                break permit.ok()?;
            }
        };
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        let activity = Arc::new(Activity::default());
        activity.set_idle(self);
        let close = CancellationToken::new();
        let open = Open { peer, activity: Arc::clone(&activity), close: close.clone() };
        self.open().insert(number, open);
        Some(Place { places: Arc::clone(self), number, activity, close, _permit: permit })
    }

    /// Asks the connection that has been idle longest to end, of the peer that has the most of all or
    /// of `newcomer` itself, unless one is ending already.
    fn make_room(&self, newcomer: IpAddr) {
        let open = self.open();
        // One that was asked while it was idle ends at once; one that has a request since, later.
        let is_ending = |each: &Open| each.close.is_cancelled() && each.activity.is_idle();
        if open.values().any(is_ending) {
            return;
        }
        let mut counts: HashMap<IpAddr, usize> = HashMap::new();
        for each in open.values() {
            let count = counts.entry(each.peer).or_default();
            *count = count.saturating_add(1);
        }
        let count = |peer: IpAddr| counts.get(&peer).copied().unwrap_or(0);
        let most = counts.values().copied().max().unwrap_or(0);
        let may_close =
            |peer: IpAddr| peer == newcomer || (count(peer) == most && most > count(newcomer));
        let idle = open.values().filter(|each| may_close(each.peer) && !each.close.is_cancelled());
        let idle = idle.filter_map(|each| Some((each, each.activity.idle_since()?)));
        let chosen = idle.max_by_key(|(each, since)| (count(each.peer), Reverse(*since)));
        if let Some((each, _)) = chosen {
            each.close.cancel();
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX - 1)
    }
}

impl Place {
    /// Checks whether a request is being answered, or its answer waits to be read.
    pub fn is_busy(&self) -> bool {
        !self.activity.is_idle()
    }

    /// Waits until the connection is to be closed, because a new one needs its place.
    pub async fn is_needed(&self) {
        self.close.cancelled().await;
    }

    /// Returns the connection's stream, which from now on records whether its client reads.
    pub fn watch(&self, stream: TcpStream) -> Watched {
        Watched { stream, activity: Arc::clone(&self.activity) }
    }

    /// Records that a request is being answered, until the returned value is dropped.
    pub fn begin_request(&self) -> Request {
        self.activity.idle_since.store(0, Ordering::Relaxed);
        Request { places: Arc::clone(&self.places), activity: Arc::clone(&self.activity) }
    }
}

impl Watched {
    fn record<T>(&self, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        self.activity.is_blocked.store(written.is_pending(), Ordering::Relaxed);
        written
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.record(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, pieces);
        self.record(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.open().remove(&self.number);
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.activity.set_idle(&self.places);
    }
}

impl Activity {
    fn set_idle(&self, places: &Places) {
        self.idle_since.store(places.now().saturating_add(1), Ordering::Relaxed);
    }

    fn is_idle(&self) -> bool {
        self.idle_since().is_some()
    }

    /// Returns since when no request is being answered; `None` while one is, or while the answer
    /// waits to be read.
    fn idle_since(&self) -> Option<u64> {
        let since = self.idle_since.load(Ordering::Relaxed);
        (since > 0 && !self.is_blocked.load(Ordering::Relaxed)).then_some(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    /// Takes a place, if there is one soon.
    async fn take(places: &Arc<Places>, last: u8) -> Option<Place> {
        tokio::time::timeout(Duration::from_millis(120), places.take(peer(last))).await.ok()?
    }

    fn is_closed(place: &Place) -> bool {
        place.close.is_cancelled()
    }

    #[tokio::test]
    async fn a_new_connection_takes_the_place_of_the_peer_that_has_the_most() {
        let places = Places::new(4);
        let other = take(&places, 1).await.unwrap();
        let mut many = Vec::new();
        for _ in 0..3 {
            many.push(take(&places, 2).await.unwrap());
        }

        assert!(take(&places, 3).await.is_none(), "the one that is closed has not ended yet");

        assert!(!is_closed(&other));
        assert_eq!(many.iter().filter(|place| is_closed(place)).count(), 1);
        many.retain(|place| !is_closed(place));
        assert!(take(&places, 3).await.is_some());
    }

    #[tokio::test]
    async fn a_peer_with_many_busy_connections_takes_no_place_of_one_with_few() {
        let places = Places::new(4);
        let other = take(&places, 1).await.unwrap();
        let mut many = Vec::new();
        for _ in 0..3 {
            many.push(take(&places, 2).await.unwrap());
        }
        let busy: Vec<Request> = many.iter().map(Place::begin_request).collect();

        assert!(take(&places, 2).await.is_none());
        assert!(!is_closed(&other), "it has fewer than the newcomer's peer");
        assert!(many.iter().all(|place| !is_closed(place)));

        // A connection that becomes idle while another waits makes room.
        let waiting = tokio::spawn({
            let places = Arc::clone(&places);
            async move { places.take(peer(3)).await.is_some() }
        });
        tokio::time::sleep(Duration::from_millis(5)).await;
        drop(busy);
        while many.iter().all(|place| !is_closed(place)) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        many.retain(|place| !is_closed(place));
        assert!(waiting.await.unwrap());
        assert!(!is_closed(&other));
    }

    #[tokio::test]
    async fn a_connection_that_was_asked_and_answers_a_request_first_delays_no_newcomer() {
        let places = Places::new(2);
        let first = take(&places, 1).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
        let second = take(&places, 1).await.unwrap();
        assert!(take(&places, 2).await.is_none());
        assert!(is_closed(&first) && !is_closed(&second));

        let _request = first.begin_request();

        assert!(take(&places, 2).await.is_none());
        assert!(is_closed(&second));
    }

    #[tokio::test]
    async fn a_connection_on_which_a_request_is_answered_keeps_its_place() {
        let places = Places::new(2);
        let (first, second) = (take(&places, 1).await.unwrap(), take(&places, 1).await.unwrap());
        let (one, other) = (first.begin_request(), second.begin_request());

        assert!(take(&places, 2).await.is_none());
        assert!(!is_closed(&first) && !is_closed(&second));

        drop(other);
        assert!(take(&places, 2).await.is_none());
        assert!(!is_closed(&first));
        assert!(is_closed(&second));
        drop(one);
    }

    #[tokio::test]
    async fn of_one_peer_the_connection_that_was_idle_longest_is_closed() {
        let places = Places::new(2);
        let first = take(&places, 1).await.unwrap();
        let second = take(&places, 1).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
        drop(first.begin_request());

        assert!(take(&places, 1).await.is_none());

        assert!(is_closed(&second) && !is_closed(&first));
    }
}
