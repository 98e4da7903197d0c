//! Limits what each service requests for its endpoints, in the memory of this node: test messages,
//! finished deliveries again, enablings, and new secrets. Without a limit, the holder of a service's
//! key could use Mamori to flood a receiver that is not theirs, or fill the audit record.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use mamori_model::ServiceId;

use crate::Error;

const MINUTE: Duration = Duration::from_mins(1);

/// When each service made its requests of the last minute.
#[derive(Debug, Default)]
pub(crate) struct Resends {
    services: Mutex<HashMap<ServiceId, VecDeque<Duration>>>,
}

impl Resends {
    /// Counts a request of `service` at `now`, the running time of the clock, which no change of the
    /// system's time affects. [`Error::Resends`] if it made `minute_max` within the last
    /// minute; such a request is not counted.
    pub(crate) fn take(
        &self,
        service: ServiceId,
        minute_max: usize,
        now: Duration,
    ) -> Result<(), Error> {
        let mut services = self.services.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = services.entry(service).or_default();
        while recent.front().is_some_and(|at| now.saturating_sub(*at) >= MINUTE) {
            recent.pop_front();
        }
        if let Some(first) = recent.front().filter(|_| recent.len() >= minute_max) {
            let left = MINUTE.saturating_sub(now.saturating_sub(*first));
            // Rounded up, so that a client that waits as long is not refused again.
            let seconds = left.as_secs().saturating_add(u64::from(left.subsec_nanos() > 0));
            let retry_after_s = seconds.max(1);
            return Err(Error::Resends { retry_after_s });
        }
        recent.push_back(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_service_makes_as_many_requests_as_allowed_within_any_minute() {
        let resends = Resends::default();
        let [one, other] = [1, 2].map(|number| ServiceId::from(Uuid::from_u128(number)));
        let take = |service, milliseconds: u64| {
            let now = Duration::from_millis(milliseconds);
            match resends.take(service, 2, now) {
                Ok(()) => None,
                Err(Error::Resends { retry_after_s }) => Some(retry_after_s),
                Err(other) => panic!("{other}"),
            }
        };

        assert_eq!([take(one, 0), take(one, 20_000)], [None, None]);
        assert_eq!(take(one, 30_500), Some(30));
        assert_eq!(take(other, 30_500), None, "services do not share the limit");
        assert_eq!(take(one, 60_000), None);
        assert_eq!(take(one, 60_000), Some(20));
    }
}
