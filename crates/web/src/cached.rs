//! A cached answer that is refreshed at most once in a while, however many clients ask: requests
//! that need no key must not be able to keep the database busy.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// The greatest age of an answer for probes and metrics.
pub const PROBE_AGE_MAX: Duration = Duration::from_secs(1);

/// The last answer and its time.
#[derive(Debug)]
pub struct Cached<T> {
    age_max: Duration,
    last: Mutex<Option<(Instant, T)>>,
}

impl<T: Clone> Cached<T> {
    /// Creates an empty cache; each answer is reused until it is `age_max` old.
    pub fn new(age_max: Duration) -> Self {
        Self { age_max, last: Mutex::new(None) }
    }

    /// Returns the last answer, or that of `load` if the last one is too old. While one caller
    /// loads, all others wait for the same answer.
    pub async fn get(&self, load: impl Future<Output = T>) -> T {
        let mut last = self.last.lock().await;
        if let Some((at, answer)) = &*last
            && at.elapsed() < self.age_max
        {
            return answer.clone();
        }
        let answer = load.await;
        *last = Some((Instant::now(), answer.clone()));
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::FutureExt;
    use futures_util::future::{join_all, pending};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_requests_loads_once_a_second() {
        let cached = Cached::new(PROBE_AGE_MAX);
        let loads = Cell::new(0);
        let load = || async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            loads.set(loads.get() + 1);
            loads.get()
        };

        let first = join_all((0..1_000).map(|_| cached.get(load()))).await;
        tokio::time::advance(Duration::from_millis(999)).await;
        let still = cached.get(load()).await;
        tokio::time::advance(Duration::from_millis(1)).await;
        let second = join_all((0..1_000).map(|_| cached.get(load()))).await;

        assert!(first.iter().all(|answer| *answer == 1) && still == 1);
        assert!(second.iter().all(|answer| *answer == 2));
    }

    #[tokio::test]
    async fn a_request_that_is_cancelled_leaves_the_query_to_the_next() {
        let cached = Cached::new(PROBE_AGE_MAX);

        let gone = cached.get(pending::<u32>()).now_or_never();
        let next = cached.get(async { 7 }).await;

        assert_eq!((gone, next), (None, 7));
    }
}
