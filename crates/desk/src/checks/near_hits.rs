//! Limits checks by PDQ hash alone that come near an entry, for each API key, in the memory of this
//! node.
//!
//! A service that flips single bits of a hash, and sees when the answer changes, can compute the
//! hash of an entry, however coarse the answer is. What it needs is some hundred checks around one
//! hash. So these are counted: hashes that come near an entry, and hashes that do not but resemble
//! one that did, because "no" is an answer too. A hash is counted once, so that a picture that many
//! accounts post costs no more than one.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use mamori_model::{Bank, Distance, HashKind, KeyId, Pdq};
use uuid::Uuid;

use crate::checks::fingerprints::{Fingerprints, FramePrint};
use crate::checks::search_banks::{ItemOrigin, SearchResult};
use crate::settings::NearHitLimits;
use crate::{Desk, Error};

/// Up to which distance two hashes resemble each other: the greatest that a bank may have, because
/// beyond it an answer about one says nothing about the other.
const RESEMBLING_MAX: Distance = Distance::LIMIT_MAX;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The checks that were counted within the last day, by API key.
#[derive(Debug, Default)]
pub(crate) struct NearHits {
    keys: Mutex<HashMap<KeyId, Recent>>,
    /// Makes the numbers of [`Recent::counted`]; its key is random and never leaves the process.
    numbers: RandomState,
}

/// What one API key checked within the last day.
#[derive(Debug, Default)]
struct Recent {
    /// When each counted hash was first checked, and a number by which it is recognised. The hash
    /// cannot be computed from the number: it may be of an item that matched nothing.
    counted: VecDeque<(Timestamp, u64)>,
    /// The hashes that came near an entry, counted or refused.
    near: VecDeque<(Timestamp, Pdq)>,
}

/// The refusal of a check, and how long to wait until one more is permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wait(SignedDuration);

/// Whether a check was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    /// It came near no entry and resembles no hash that did, or its hash is counted already.
    No,
    /// It was counted.
    Yes,
    /// It was counted, and is the last one before the limit.
    Last,
}

impl Recent {
    fn forget_before(&mut self, now: Timestamp) {
        let is_over = |at: Timestamp| now.duration_since(at) >= DAY;
        while self.counted.front().is_some_and(|(at, _)| is_over(*at)) {
            self.counted.pop_front();
        }
        while self.near.front().is_some_and(|(at, _)| is_over(*at)) {
            self.near.pop_front();
        }
    }

    fn is_counted(&self, number: u64) -> bool {
        self.counted.iter().any(|(_, counted)| *counted == number)
    }

    fn resembles(&self, pdq: &Pdq) -> bool {
        self.near.iter().any(|(_, near)| near.distance(pdq) <= RESEMBLING_MAX)
    }

    /// Returns how long to wait if no more checks may be counted at `now`.
    fn wait(&self, limits: NearHitLimits, now: Timestamp) -> Option<Wait> {
        let window = |most: usize, length: SignedDuration| {
            let first = self.counted.len().checked_sub(most)?;
            let (at, _) = self.counted.get(first)?;
            let left = length - now.duration_since(*at);
            left.is_positive().then_some(Wait(left))
        };
        let waits = [window(limits.hour_max, HOUR), window(limits.day_max, DAY)];
        waits.into_iter().flatten().max_by_key(|wait| wait.0)
    }

    /// Remembers a hash that came near an entry.
    fn remember(&mut self, pdq: Pdq, limits: NearHitLimits, now: Timestamp) {
        // Refused hashes come in addition to the counted ones.
        while self.near.len() >= limits.day_max.saturating_mul(2) {
            self.near.pop_front();
        }
        self.near.push_back((now, pdq));
    }
}

impl NearHits {
    /// Refuses a check before the search if no more may be counted and its hash resembles one that
    /// came near: whether it would have come near too must not show.
    fn admit(
        &self,
        key: KeyId,
        pdq: &Pdq,
        limits: NearHitLimits,
        now: Timestamp,
    ) -> Result<(), Wait> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(recent) = keys.get_mut(&key) else { return Ok(()) };
        recent.forget_before(now);
        if recent.near.is_empty() && recent.counted.is_empty() {
            keys.remove(&key);
            return Ok(());
        }
        match recent.wait(limits, now) {
            Some(wait) if !recent.is_counted(self.number(pdq)) && recent.resembles(pdq) => {
                Err(wait)
            }
            _ => Ok(()),
        }
    }

    /// Counts a check after the search, or refuses it.
    fn count(
        &self,
        key: KeyId,
        (pdq, is_near): (&Pdq, bool),
        limits: NearHitLimits,
        now: Timestamp,
    ) -> Result<Counted, Wait> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_near && !keys.contains_key(&key) {
            return Ok(Counted::No);
        }
        let recent = keys.entry(key).or_default();
        let number = self.number(pdq);
        if recent.is_counted(number) || !(is_near || recent.resembles(pdq)) {
            return Ok(Counted::No);
        }
        let wait = recent.wait(limits, now);
        if is_near {
            recent.remember(*pdq, limits, now);
        }
        if let Some(wait) = wait {
            return Err(wait);
        }
        recent.counted.push_back((now, number));
        let is_last = recent.wait(limits, now).is_some();
        Ok(if is_last { Counted::Last } else { Counted::Yes })
    }

    fn number(&self, pdq: &Pdq) -> u64 {
        self.numbers.hash_one(pdq)
    }
}

impl Desk {
    /// Searches `banks` as [`Self::search_for`] does, for a check of which only hashes were sent
    /// with the API key `key`; clients without a key share one count. [`Error::NearHits`] if the key came near entries too often.
    pub async fn search_by_hashes(
        &self,
        key: Option<KeyId>,
        origin: Option<ItemOrigin<'_>>,
        prints: &Fingerprints,
        banks: &[&Bank],
    ) -> Result<SearchResult, Error> {
        let key = key.unwrap_or(Uuid::nil().into());
        let Some(pdq) = prints.frames.first().and_then(FramePrint::stored) else {
            return self.search_for(origin, prints, banks).await;
        };
        let (limits, near_hits) = (self.settings().near_hits, &self.inner.near_hits);
        near_hits.admit(key, &pdq, limits, self.clock().now()).map_err(refused)?;

        let found = self.search_for(origin, prints, banks).await?;

        let is_near = found
            .hits
            .iter()
            .any(|hit| hit.kind == HashKind::Pdq && hit.distance > Distance::default());
        let now = self.clock().now();
        let counted = near_hits.count(key, (&pdq, is_near), limits, now).map_err(refused)?;
        if counted != Counted::No {
            metrics::counter!("mamori_near_hits_total").increment(1);
        }
        if counted == Counted::Last {
            tracing::warn!(target: "security", %key, "an API key reached the limit on near hits");
        }
        Ok(found)
    }
}

fn refused(Wait(left): Wait) -> Error {
    metrics::counter!("mamori_near_hits_refused_total").increment(1);
    // Rounded up, so that a client that waits as long is not refused again.
    let seconds = left.as_secs().saturating_add(i64::from(left.subsec_nanos() > 0));
    Error::NearHits { retry_after_s: u64::try_from(seconds).unwrap_or(1).max(1) }
}

#[cfg(test)]
mod tests;
