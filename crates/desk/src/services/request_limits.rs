//! Limits the requests of each API key, in the memory of this node.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::SignedDuration;
use mamori_model::KeyId;

use crate::Desk;
use crate::rate_limiter::{Quota, RateLimiter};

/// The period in which requests are counted.
const PERIOD: SignedDuration = SignedDuration::from_secs(10);

/// The state of each key's limit. Keys are few; that of a revoked key stays until the node ends.
#[derive(Debug, Default)]
pub(crate) struct RequestLimits(Mutex<HashMap<KeyId, Arc<RateLimiter>>>);

impl Desk {
    /// Counts a request that showed the key. Returns what is left of its limit, `None` if there is
    /// no limit; `Err` if none was left.
    pub fn count_request(&self, key: KeyId) -> Result<Option<Quota>, Quota> {
        let per_second = self.settings().key_requests_per_s_max;
        if per_second == 0 {
            return Ok(None);
        }
        let within = u32::try_from(PERIOD.as_secs()).unwrap_or(1);
        let limiter = {
            let limits = &self.inner.request_limits.0;
            let mut limits = limits.lock().unwrap_or_else(PoisonError::into_inner);
            let limiter = limits.entry(key).or_insert_with(|| {
                Arc::new(RateLimiter::new(per_second.saturating_mul(within), PERIOD))
            });
            Arc::clone(limiter)
        };
        limiter.take_with_quota(self.clock().running()).map(Some)
    }
}
