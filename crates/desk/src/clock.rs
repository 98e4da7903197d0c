//! The clock, new ids and random secrets. The clock is passed in, so that a test can set the time;
//! random bytes always come from the operating system.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mamori_model::Sensitive;
use rustix::time::{ClockId, clock_gettime};
use uuid::Uuid;

use crate::Error;

/// The source of the current time and of new ids.
#[derive(Debug)]
pub struct Clock {
    source: Source,
    /// The position of the last id in time: its Unix time in milliseconds, then 12 bits that count
    /// within that millisecond.
    last: AtomicU64,
}

#[derive(Debug)]
enum Source {
    System {
        /// The time since the machine's start when the clock was created.
        started: Duration,
    },
    Manual {
        /// Microseconds since the Unix epoch.
        time: AtomicI64,
        /// Microseconds since the clock was created.
        running: AtomicI64,
    },
}

impl Clock {
    /// Creates a clock that reads the system's time.
    pub fn system() -> Self {
        let source = Source::System { started: since_boot() };
        Self { source, last: AtomicU64::new(0) }
    }

    /// Creates a clock that stands still until [`Self::advance`] moves it.
    pub fn manual(start: Timestamp) -> Self {
        let time = AtomicI64::new(start.as_microsecond());
        let source = Source::Manual { time, running: AtomicI64::new(0) };
        Self { source, last: AtomicU64::new(0) }
    }

    /// Returns the time in whole microseconds, which is the precision of the store.
    pub fn now(&self) -> Timestamp {
        let microseconds = match &self.source {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that reads time")]
            Source::System { .. } => Timestamp::now().as_microsecond(),
            Source::Manual { time, .. } => time.load(Ordering::SeqCst),
        };
        Timestamp::from_microsecond(microseconds).unwrap_or_default()
    }

    /// Returns the time since this clock was created, by a monotonic source, which no change of the
    /// system's time affects. Like the system's time, it includes the time for which the machine was
    /// suspended.
    pub fn running(&self) -> Duration {
        match &self.source {
            Source::System { started } => since_boot().saturating_sub(*started),
            Source::Manual { running, .. } => {
                let micros = running.load(Ordering::SeqCst);
                Duration::from_micros(u64::try_from(micros).unwrap_or(0))
            }
        }
    }

    /// Checks whether this is the system's clock, which the clock of a database can be compared with.
    pub fn is_system(&self) -> bool {
        matches!(self.source, Source::System { .. })
    }

    /// Lets time pass for a manual clock; does nothing to the system's clock.
    pub fn advance(&self, by: SignedDuration) {
        match &self.source {
            Source::System { .. } => {}
            Source::Manual { time, running } => {
                let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
                time.fetch_add(by, Ordering::SeqCst);
                running.fetch_add(by, Ordering::SeqCst);
            }
        }
    }

    /// Sets a manual clock forward or back without letting time pass, as a wrong time server does;
    /// does nothing to the system's clock.
    pub fn jump(&self, by: SignedDuration) {
        match &self.source {
            Source::System { .. } => {}
            Source::Manual { time, .. } => {
                let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
                time.fetch_add(by, Ordering::SeqCst);
            }
        }
    }

    /// Creates an id, a UUID of version 7. The ids of one node sort in the order of their creation,
    /// also within a millisecond, so that the events of one transaction are listed in order.
    pub fn mint(&self) -> Result<Uuid, Error> {
        let millis = u64::try_from(self.now().as_millisecond()).unwrap_or(0);
        let next = |last: u64| last.saturating_add(1).max(millis << 12);
        let place =
            self.last.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| Some(next(last)));
        let place = next(place.unwrap_or_else(|last| last));
        let mut random: [u8; 10] = random_bytes()?;
        let [.., high, low] = place.to_be_bytes();
        // The first four bits are replaced by the version.
        let [first, second, ..] = &mut random;
        (*first, *second) = (high & 0x0f, low);
        Ok(uuid::Builder::from_unix_timestamp_millis(place >> 12, &random).into_uuid())
    }
}

/// Returns the time since the machine's start, including that for which it was suspended.
fn since_boot() -> Duration {
    Duration::try_from(clock_gettime(ClockId::Boottime)).unwrap_or_default()
}

/// Returns 32 random bytes from the operating system, for a secret.
pub fn secret() -> Result<Sensitive<[u8; 32]>, Error> {
    random_bytes().map(Sensitive::new)
}

/// Returns a random number for what need not be secret, such as the spread of retries.
pub fn chance() -> Result<u32, Error> {
    random_bytes().map(u32::from_ne_bytes)
}

fn random_bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|cause| Error::internal("no randomness", cause))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clock that leaves out suspension differs from the uptime only where a machine was suspended.
    #[test]
    fn the_time_since_boot_is_the_uptime_of_the_machine() {
        let text = std::fs::read_to_string("/proc/uptime").unwrap();
        let uptime: f64 = text.split(' ').next().unwrap().parse().unwrap();

        let difference = since_boot().as_secs_f64() - uptime;

        assert!(difference.abs() < 5.0, "{difference}");
    }

    #[test]
    fn a_later_id_sorts_after_an_earlier_one() {
        let clock = Clock::manual(Timestamp::from_second(1_700_000_000).unwrap());

        let earlier = clock.mint().unwrap();
        clock.advance(SignedDuration::from_millis(1));
        let later = clock.mint().unwrap();

        assert!(earlier < later);
        assert_eq!(later.get_version_num(), 7);
    }

    #[test]
    fn ids_of_one_instant_sort_in_order_of_creation() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);

        let ids: Vec<Uuid> = (0..10_000).map(|_| clock.mint().unwrap()).collect();

        assert!(ids.is_sorted_by(|earlier, later| earlier < later));
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
    }
}
