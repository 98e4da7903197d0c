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
use mamori_media::Sender;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::body::{self, BodyError};

/// The unit in which the budget is counted, in bytes, so that the largest budget fits into a
/// semaphore.
const PERMIT_BYTES: u64 = 1_024;

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
        let all = Arc::new(Semaphore::new(permits_for(limits.bytes_max)));
        Self { inner: Arc::new(Inner { all, shares: Mutex::default(), limits }) }
    }

    /// Returns the bytes that are not reserved.
    pub fn bytes_free(&self) -> u64 {
        let permits = u64::try_from(self.inner.all.available_permits()).unwrap_or(u64::MAX);
        permits.saturating_mul(PERMIT_BYTES)
    }

    /// Reserves memory for the body of `request`, which then yields at most `bytes_max` bytes.
    ///
    /// # Errors
    /// [`BodyError::TooLarge`] if its headers declare more; [`BodyError::BudgetExhausted`].
    pub async fn admit(
        &self,
        sender: Sender,
        request: Request,
        bytes_max: u64,
    ) -> Result<(Request, Reservation), BodyError> {
        let declared = body::check_declared(request.headers(), bytes_max)?;
        let reservation = self.empty_reservation(sender);
        reservation.reserve_up_to(declared.unwrap_or(0)).await?;
        let (parts, body) = request.into_parts();
        let chunks = reserve_as_received(body::limited(body, bytes_max), reservation.clone());
        Ok((Request::from_parts(parts, Body::from_stream(chunks)), reservation))
    }

    /// Reads the whole body of `request`, at most `bytes_max` bytes, within the budget.
    ///
    /// # Errors
    /// Those of [`Self::admit`], and any other [`BodyError`].
    pub async fn read(
        &self,
        sender: Sender,
        request: Request,
        bytes_max: u64,
    ) -> Result<Bytes, BodyError> {
        let (request, reservation) = self.admit(sender, request, bytes_max).await?;
        let (parts, body) = request.into_parts();
        Ok(reservation.attach_to(body::read(body, &parts.headers, bytes_max).await?))
    }

    /// Creates an empty reservation.
    fn empty_reservation(&self, sender: Sender) -> Reservation {
        let mut shares = self.inner.shares.lock().unwrap_or_else(PoisonError::into_inner);
        let permits = permits_for(self.inner.limits.service_bytes_max);
        let share = shares.entry(sender).or_insert_with(|| Arc::new(Semaphore::new(permits)));
        let reserved = tokio::sync::Mutex::new(Reserved::default());
        Reservation {
            inner: Arc::new(ReservationInner {
                budget: self.clone(),
                share: Arc::clone(share),
                reserved,
            }),
        }
    }
}

/// The reservation for one item. It ends when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Reservation {
    inner: Arc<ReservationInner>,
}

#[derive(Debug)]
struct ReservationInner {
    budget: Budget,
    share: Arc<Semaphore>,
    reserved: tokio::sync::Mutex<Reserved>,
}

#[derive(Debug, Default)]
struct Reserved {
    bytes: u64,
    /// Permits of the sender's share, and of the whole budget.
    permits: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
}

impl Reservation {
    /// Returns `bytes` as a handle that keeps the reservation until it and all its clones are
    /// dropped.
    pub fn attach_to(self, bytes: Bytes) -> Bytes {
        Bytes::from_owner(ReservedBytes { bytes, _reservation: self })
    }

    /// Reserves what is missing up to `bytes`.
    async fn reserve_up_to(&self, bytes: u64) -> Result<(), BodyError> {
        let mut reserved = self.inner.reserved.lock().await;
        let missing = bytes.saturating_sub(reserved.bytes).div_ceil(PERMIT_BYTES);
        if missing == 0 {
            return Ok(());
        }
        let permits = u32::try_from(missing).map_err(|_| BodyError::BudgetExhausted)?;
        let Inner { all, limits, .. } = &*self.inner.budget.inner;
        // Acquires the sender's semaphore before the global one, so that a sender waiting for its
        // own share holds no global permits.
        let acquired = async {
            let share = Arc::clone(&self.inner.share).acquire_many_owned(permits).await?;
            let all = Arc::clone(all).acquire_many_owned(permits).await?;
            Ok::<_, tokio::sync::AcquireError>((share, all))
        };
        let acquired = tokio::time::timeout(limits.wait_max, acquired).await;
        let Ok(Ok((share, all))) = acquired else { return Err(BodyError::BudgetExhausted) };
        match &mut reserved.permits {
            Some(permits) => {
                permits.0.merge(share);
                permits.1.merge(all);
            }
            none => *none = Some((share, all)),
        }
        reserved.bytes = reserved.bytes.saturating_add(missing.saturating_mul(PERMIT_BYTES));
        Ok(())
    }
}

/// Passes `chunks` on, each when memory is reserved for it.
fn reserve_as_received(
    chunks: impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static,
    reservation: Reservation,
) -> impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static {
    let mut received = 0_u64;
    chunks.and_then(move |chunk| {
        received = received.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        let (reservation, received) = (reservation.clone(), received);
        async move { reservation.reserve_up_to(received).await.map(|()| chunk) }
    })
}

struct ReservedBytes {
    bytes: Bytes,
    _reservation: Reservation,
}

impl AsRef<[u8]> for ReservedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn permits_for(bytes: u64) -> usize {
    let permits = usize::try_from(bytes / PERMIT_BYTES).unwrap_or(usize::MAX);
    permits.min(Semaphore::MAX_PERMITS)
}

#[cfg(test)]
mod tests;
