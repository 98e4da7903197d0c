//! The bytes of items that are in memory at once: as many as the operator allows, of which one
//! service may take a share and no more.
//!
//! A body takes its room before it is read, as much as it declares; one that declares nothing takes
//! it step by step. The room is free again when the last handle to the item's bytes is gone,
//! wherever that is, and however the request ended.

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

/// Room is counted in pieces of this many bytes, so that the largest budget fits into a count.
const PIECE_BYTES: u64 = 1_024;

/// How much may be in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of items in memory at once, whoever sent them. At least one item must fit.
    pub bytes_max: u64,
    /// Of these, what one service may take, or all administrators together. At least one item must
    /// fit; while it is less than `bytes_max`, no service keeps all others out.
    pub service_bytes_max: u64,
    /// How long a body waits for room before it is refused.
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

/// Who sends an item, and whose share it therefore takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// A service.
    Service(ServiceId),
    /// Any administrator; they share one share.
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

/// The room of a process. A clone is another handle to the same room.
#[derive(Clone, Debug)]
pub struct Budget {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    all: Arc<Semaphore>,
    /// One for each sender who ever sent an item; as there are few services, none is removed.
    shares: Mutex<HashMap<Sender, Arc<Semaphore>>>,
    limits: Limits,
}

impl Budget {
    /// A budget of which nothing is taken.
    pub fn new(limits: Limits) -> Self {
        let all = Arc::new(Semaphore::new(pieces_in(limits.bytes_max)));
        Self { inner: Arc::new(Inner { all, shares: Mutex::default(), limits }) }
    }

    /// Room that nobody takes, in bytes.
    pub fn bytes_free(&self) -> u64 {
        let pieces = u64::try_from(self.inner.all.available_permits()).unwrap_or(u64::MAX);
        pieces.saturating_mul(PIECE_BYTES)
    }

    /// Takes room for the body of `request`, which then gives `bytes_max` bytes at most.
    ///
    /// # Errors
    /// [`Cut::TooLarge`] where its head says so; [`Cut::NoRoom`].
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

    /// The whole body of `request`, of `bytes_max` bytes at most, in its room.
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

    /// A room with nothing in it.
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

/// The room of one item. It is free again when the last clone is gone.
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
    /// Of the sender's share, and of all.
    pieces: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
}

impl Room {
    /// `bytes`, for which the room is taken as long as they or a clone of them are there.
    pub fn hold(self, bytes: Bytes) -> Bytes {
        Bytes::from_owner(Held { bytes, _room: self })
    }

    /// Takes what is missing to `bytes`.
    async fn cover(&self, bytes: u64) -> Result<(), Cut> {
        let mut taken = self.inner.taken.lock().await;
        let missing = bytes.saturating_sub(taken.bytes).div_ceil(PIECE_BYTES);
        if missing == 0 {
            return Ok(());
        }
        let pieces = u32::try_from(missing).map_err(|_| Cut::NoRoom)?;
        let Inner { all, limits, .. } = &*self.inner.budget.inner;
        // The share first: who waits for their own is in nobody else's way.
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

/// `chunks`, each given on when there is room for it.
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
