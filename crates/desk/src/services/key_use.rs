//! The day on which each API key was last used: noted in memory, stored beside the requests.
//!
//! A request writes nothing: it notes the day, and a task stores it, once a day for each key and
//! node at most. No time, address or number of uses is kept. Also limits how often the log says that
//! a key was refused.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use mamori_model::KeyId;
use mamori_model::key::Key;
use tokio_util::sync::CancellationToken;

use crate::{Desk, Error};

/// How often the days that were noted are stored.
const INTERVAL: Duration = Duration::from_mins(10);

/// How often the log repeats that a key is refused, so that a client that goes on with an ended key
/// does not fill it.
const REFUSALS_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// What a node has noted about keys since it started.
#[derive(Debug, Default)]
pub(crate) struct KeyUse {
    days: Mutex<HashMap<KeyId, UsedOn>>,
    refusals: Mutex<HashMap<KeyId, Timestamp>>,
}

#[derive(Clone, Copy, Debug)]
struct UsedOn {
    day: Date,
    is_stored: bool,
}

impl KeyUse {
    /// Notes that `key` was used on `day`.
    pub(super) fn note(&self, key: &Key, day: Date) {
        let mut days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        if days.get(&key.id).is_none_or(|used| used.day < day) {
            let is_stored = key.last_used_on.is_some_and(|stored| stored >= day);
            days.insert(key.id, UsedOn { day, is_stored });
        }
    }

    /// Checks whether a refusal of `key` at `now` is worth a log line.
    pub(super) fn is_refusal_due(&self, key: KeyId, now: Timestamp) -> bool {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        let last = refusals.get(&key);
        let is_due = last.is_none_or(|last| now.duration_since(*last) >= REFUSALS_EVERY);
        if is_due {
            refusals.insert(key, now);
        }
        is_due
    }

    fn unstored(&self) -> Vec<(KeyId, Date)> {
        let days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        let unstored = days.iter().filter(|(_, used)| !used.is_stored);
        unstored.map(|(key, used)| (*key, used.day)).collect()
    }

    fn mark_stored(&self, stored: &[(KeyId, Date)]) {
        let mut days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, day) in stored {
            if let Some(used) = days.get_mut(key).filter(|used| used.day == *day) {
                used.is_stored = true;
            }
        }
    }
}

impl Desk {
    /// Stores at intervals, and once more at the end, on which days keys were used; until `stop`.
    pub async fn store_key_use(&self, stop: CancellationToken) {
        let mut is_running = true;
        while is_running {
            is_running = stop.run_until_cancelled(tokio::time::sleep(INTERVAL)).await.is_some();
            if let Err(error) = self.store_key_use_once().await {
                tracing::warn!(error = error.logged(), "the days of last use cannot be stored");
            }
        }
    }

    /// Stores on which days keys were used, as far as that is not stored yet; returns of how many
    /// keys.
    pub async fn store_key_use_once(&self) -> Result<u64, Error> {
        let unstored = self.inner.key_use.unstored();
        if unstored.is_empty() {
            return Ok(0);
        }
        let mut tx = self.store().begin("store_key_use").await?;
        let mut stored = 0_u64;
        for (key, day) in &unstored {
            stored = stored.saturating_add(u64::from(tx.set_last_used_on(*key, *day).await?));
        }
        tx.commit().await?;

        self.inner.key_use.mark_stored(&unstored);
        Ok(stored)
    }
}
