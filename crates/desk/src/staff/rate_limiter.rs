//! A rate limit: so many operations at once, and as many again within a period. Kept in memory, for
//! one node.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use mamori_model::sign_in::AttemptLimits;

/// The state of one rate limit (generic cell rate algorithm).
#[derive(Debug)]
pub(crate) struct RateLimiter {
    /// How long it takes until one more operation is allowed.
    every: SignedDuration,
    /// How far ahead of the present operations may be taken.
    ahead: SignedDuration,
    /// When the last operation would have been due, had they been evenly spaced.
    next_at: Mutex<Timestamp>,
}

impl RateLimiter {
    /// Creates the limit on failed password attempts of all sign-in names together.
    pub(crate) fn of(limits: &AttemptLimits) -> Self {
        let most = i32::try_from(limits.of_all.max(1)).unwrap_or(i32::MAX);
        let every = limits.of_all_in / most;
        let ahead = limits.of_all_in - every;
        Self { every, ahead, next_at: Mutex::new(Timestamp::MIN) }
    }

    /// Takes one operation; returns false if none is left at `now`.
    pub(crate) fn take(&self, now: Timestamp) -> bool {
        let mut next_at = self.next_at.lock().unwrap_or_else(PoisonError::into_inner);
        let next = (*next_at).max(now);
        if next.duration_since(now) > self.ahead {
            return false;
        }
        *next_at = next.checked_add(self.every).unwrap_or(next);
        true
    }

    /// Gives one operation back that does not count, such as a successful sign-in.
    pub(super) fn refund(&self) {
        let mut next_at = self.next_at.lock().unwrap_or_else(PoisonError::into_inner);
        *next_at = next_at.checked_sub(self.every).unwrap_or(*next_at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_burst_up_to_the_limit_is_allowed_and_then_one_per_interval() {
        let limits = AttemptLimits {
            of_name: 1,
            of_name_in: SignedDuration::from_mins(1),
            of_all: 3,
            of_all_in: SignedDuration::from_mins(1),
        };
        let limiter = RateLimiter::of(&limits);

        let taken =
            [100, 100, 100, 100, 119, 120, 120, 139, 140].map(|second| limiter.take(at(second)));
        assert_eq!(taken, [true, true, true, false, false, true, false, false, true]);
        limiter.refund();
        assert_eq!([140, 140].map(|second| limiter.take(at(second))), [true, false]);
        let after_pause = [9_999, 9_999, 9_999, 9_999].map(|second| limiter.take(at(second)));
        assert_eq!(after_pause, [true, true, true, false], "a long pause does not raise the limit");
    }
}
