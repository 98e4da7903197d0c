//! The memory budget for items: how many bytes of items may be in memory at once, in total and for
//! one service.
//!
//! The declared length of a body is reserved before it is read; a body that declares none reserves
//! step by step. The reservation ends when the last handle to the item's bytes is dropped, wherever
//! that is, and however the request ended.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use mamori_desk::Proof;
use mamori_model::ServiceId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::body::{self, Cut};

/// The unit in which the budget is counted, in bytes, so that the largest budget fits into a
/// semaphore.
const PIECE_BYTES: u64 = 1_024;

/// The limits of the budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of items in memory at once, from all senders. At least one item must fit.
    pub bytes_max: u64,
    /// The part of these bytes that one service, or all administrators together, may use. At least
    /// one item must fit; while it is less than `bytes_max`, no service can shut out all others.
    pub service_bytes_max: u64,
    /// How long a body waits for memory before it is refused.
    pub wait_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes_max: 512 << 20,
            service_bytes_max: 256 << 20,
            wait_max: Duration::from_secs(1),
        }
    }
}

/// The sender of an item, whose share of the budget it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// A service.
    Service(ServiceId),
    /// Any administrator; all administrators use one share.
    Administrators,
}

impl From<Proof> for Sender {
    fn from(proof: Proof) -> Self {
        match proof {
            Proof::Admin(_) => Self::Administrators,
            Proof::Caller(caller) => Self::Service(caller.service()),
        }
    }
}

/// The budget of a process. A clone is a handle to the same budget.
#[derive(Clone, Debug)]
pub struct Budget {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    all: Arc<Semaphore>,
    /// One semaphore for each sender that ever sent an item; there are few services, so none is
    /// removed.
    shares: Mutex<HashMap<Sender, Arc<Semaphore>>>,
    limits: Limits,
}

impl Budget {
    /// Creates a budget of which nothing is reserved.
    pub fn new(limits: Limits) -> Self {
        let all = Arc::new(Semaphore::new(pieces_in(limits.bytes_max)));
        Self { inner: Arc::new(Inner { all, shares: Mutex::default(), limits }) }
    }

    /// Returns the bytes that are not reserved.
    pub fn bytes_free(&self) -> u64 {
        let pieces = u64::try_from(self.inner.all.available_permits()).unwrap_or(u64::MAX);
        pieces.saturating_mul(PIECE_BYTES)
    }

    /// Reserves memory for the body of `request`, which then yields at most `bytes_max` bytes.
    ///
    /// # Errors
    /// [`Cut::TooLarge`] if its headers declare more; [`Cut::NoRoom`].
    pub async fn admit(
        &self,
        sender: Sender,
        request: Request,
        bytes_max: u64,
    ) -> Result<(Request, Room), Cut> {
        let declared = body::check_declared(request.headers(), bytes_max)?;
        let room = self.room(sender);
        room.cover(declared.unwrap_or(0)).await?;
        let (parts, body) = request.into_parts();
        let chunks = covered(body::limited(body, bytes_max), room.clone());
        Ok((Request::from_parts(parts, Body::from_stream(chunks)), room))
    }

    /// Reads the whole body of `request`, at most `bytes_max` bytes, within the budget.
    ///
    /// # Errors
    /// Those of [`Self::admit`], and any other [`Cut`].
    pub async fn read(
        &self,
        sender: Sender,
        request: Request,
        bytes_max: u64,
    ) -> Result<Bytes, Cut> {
        let (request, room) = self.admit(sender, request, bytes_max).await?;
        let (parts, body) = request.into_parts();
        Ok(room.hold(body::read(body, &parts.headers, bytes_max).await?))
    }

    /// Creates an empty reservation.
    fn room(&self, sender: Sender) -> Room {
        let mut shares = self.inner.shares.lock().unwrap_or_else(PoisonError::into_inner);
        let pieces = pieces_in(self.inner.limits.service_bytes_max);
        let share = shares.entry(sender).or_insert_with(|| Arc::new(Semaphore::new(pieces)));
        let taken = tokio::sync::Mutex::new(Taken::default());
        Room {
            inner: Arc::new(RoomInner { budget: self.clone(), share: Arc::clone(share), taken }),
        }
    }
}

/// The reservation for one item. It ends when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Room {
    inner: Arc<RoomInner>,
}

#[derive(Debug)]
struct RoomInner {
    budget: Budget,
    share: Arc<Semaphore>,
    taken: tokio::sync::Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    bytes: u64,
    /// Permits of the sender's share, and of the whole budget.
    pieces: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
}

impl Room {
    /// Returns `bytes` as a handle that keeps the reservation until it and all its clones are
    /// dropped.
    pub fn hold(self, bytes: Bytes) -> Bytes {
        Bytes::from_owner(Held { bytes, _room: self })
    }

    /// Reserves what is missing up to `bytes`.
    async fn cover(&self, bytes: u64) -> Result<(), Cut> {
        let mut taken = self.inner.taken.lock().await;
        let missing = bytes.saturating_sub(taken.bytes).div_ceil(PIECE_BYTES);
        if missing == 0 {
            return Ok(());
        }
        let pieces = u32::try_from(missing).map_err(|_| Cut::NoRoom)?;
        let Inner { all, limits, .. } = &*self.inner.budget.inner;
        // Acquires the sender's semaphore before the global one, so that a sender waiting for its
        // own share holds no global permits.
        let acquired = async {
            let share = Arc::clone(&self.inner.share).acquire_many_owned(pieces).await?;
            let all = Arc::clone(all).acquire_many_owned(pieces).await?;
            Ok::<_, tokio::sync::AcquireError>((share, all))
        };
        let acquired = tokio::time::timeout(limits.wait_max, acquired).await;
        let Ok(Ok((share, all))) = acquired else { return Err(Cut::NoRoom) };
        match &mut taken.pieces {
            Some(pieces) => {
                pieces.0.merge(share);
                pieces.1.merge(all);
            }
            none => *none = Some((share, all)),
        }
        taken.bytes = taken.bytes.saturating_add(missing.saturating_mul(PIECE_BYTES));
        Ok(())
    }
}

/// Passes `chunks` on, each when memory is reserved for it.
fn covered(
    chunks: impl Stream<Item = Result<Bytes, Cut>> + Send + 'static,
    room: Room,
) -> impl Stream<Item = Result<Bytes, Cut>> + Send + 'static {
    let mut come = 0_u64;
    chunks.and_then(move |chunk| {
        come = come.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        let (room, come) = (room.clone(), come);
        async move { room.cover(come).await.map(|()| chunk) }
    })
}

struct Held {
    bytes: Bytes,
    _room: Room,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn pieces_in(bytes: u64) -> usize {
    let pieces = usize::try_from(bytes / PIECE_BYTES).unwrap_or(usize::MAX);
    pieces.min(Semaphore::MAX_PERMITS)
}

#[cfg(test)]
mod tests;
