//! A rate limit: so many operations at once, and as many again within a period. Kept in memory, for
//! one node, and counted by the running time of its clock, which no change of the system's time
//! affects.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;

/// What a rate limit still allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// How many operations are allowed within the period.
    pub limit: u32,
    /// Length of the period.
    pub period: SignedDuration,
    /// How many more are allowed at the moment.
    pub remaining: u32,
    /// How long until one more is allowed than now; zero if all are.
    pub next_in: SignedDuration,
}

/// The state of one rate limit (generic cell rate algorithm).
#[derive(Debug)]
pub(crate) struct RateLimiter {
    limit: u32,
    period: SignedDuration,
    /// How long it takes until one more operation is allowed.
    every: SignedDuration,
    /// How far ahead of the present operations may be taken.
    ahead: SignedDuration,
    /// The running time at which the next operation would be due, had they been evenly spaced.
    next_at: Mutex<SignedDuration>,
}

impl RateLimiter {
    /// Creates a limit of `limit` operations within each `period`; at least one.
    pub(crate) fn new(limit: u32, period: SignedDuration) -> Self {
        let limit = limit.max(1);
        let every = period / i32::try_from(limit).unwrap_or(i32::MAX);
        Self { limit, period, every, ahead: period - every, next_at: Mutex::default() }
    }

    /// Takes one operation; returns false if none is left at the running time `now`.
    pub(crate) fn take(&self, now: Duration) -> bool {
        self.take_with_quota(now).is_ok()
    }

    /// Takes one operation, and returns what is left; `Err` with the same if none is left at `now`.
    pub(crate) fn take_with_quota(&self, now: Duration) -> Result<Quota, Quota> {
        let now = SignedDuration::try_from(now).unwrap_or(SignedDuration::MAX);
        let mut next_at = self.next_at.lock().unwrap_or_else(PoisonError::into_inner);
        let used = next_at.saturating_sub(now).max(SignedDuration::ZERO);
        if used > self.ahead {
            return Err(self.quota(used));
        }
        let used = used.saturating_add(self.every);
        *next_at = now.saturating_add(used);
        Ok(self.quota(used))
    }

    /// Returns the quota when operations are taken for the time `used` ahead of the present.
    fn quota(&self, used: SignedDuration) -> Quota {
        let left = self.period.saturating_sub(used).as_nanos();
        let remaining = left.checked_div(self.every.as_nanos()).unwrap_or(0);
        let until_more = used.as_nanos().checked_rem(self.every.as_nanos()).unwrap_or(0);
        let is_used = !used.is_zero();
        // Operations that are taken for a whole number of intervals become free one interval later.
        let until_more =
            if until_more == 0 && is_used { self.every.as_nanos() } else { until_more };
        Quota {
            limit: self.limit,
            period: self.period,
            remaining: u32::try_from(remaining).unwrap_or(0),
            next_in: SignedDuration::from_nanos_i128(until_more),
        }
    }

    /// Gives one operation back that does not count, such as a successful sign-in.
    pub(crate) fn refund(&self) {
        let mut next_at = self.next_at.lock().unwrap_or_else(PoisonError::into_inner);
        *next_at = next_at.saturating_sub(self.every);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn a_burst_up_to_the_limit_is_allowed_and_then_one_per_interval() {
        let limiter = RateLimiter::new(3, SignedDuration::from_mins(1));

        let taken =
            [100, 100, 100, 100, 119, 120, 120, 139, 140].map(|second| limiter.take(secs(second)));
        assert_eq!(taken, [true, true, true, false, false, true, false, false, true]);
        limiter.refund();
        assert_eq!([140, 140].map(|second| limiter.take(secs(second))), [true, false]);
        let after_pause = [9_999, 9_999, 9_999, 9_999].map(|second| limiter.take(secs(second)));
        assert_eq!(after_pause, [true, true, true, false], "a long pause does not raise the limit");
    }

    #[test]
    fn the_quota_counts_down_and_says_when_one_more_is_allowed() {
        let limiter = RateLimiter::new(3, SignedDuration::from_secs(30));
        let left = |quota: Quota| (quota.remaining, quota.next_in.as_secs());

        let taken =
            [100, 100, 104, 104, 106, 110].map(|second| limiter.take_with_quota(secs(second)));

        let expected =
            [Ok((2, 10)), Ok((1, 10)), Ok((0, 6)), Err((0, 6)), Err((0, 4)), Ok((0, 10))];
        assert_eq!(taken.map(|quota| quota.map(left).map_err(left)), expected);
    }
}
