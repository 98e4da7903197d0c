//! Time and chance, handed in, so that a test can replay both.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use mamori_model::Sensitive;
use uuid::Uuid;

use crate::Error;

/// Tells what time it is.
#[derive(Debug)]
pub struct Clock {
    source: Source,
    /// The place of the last id in time: its millisecond, and 12 bits that count within one.
    last: AtomicU64,
}

#[derive(Debug)]
enum Source {
    System,
    /// Microseconds since the Unix epoch.
    Manual(AtomicI64),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self { source: Source::System, last: AtomicU64::new(0) }
    }

    /// A clock that stands still until [`Self::advance`] moves it.
    pub fn manual(start: Timestamp) -> Self {
        let source = Source::Manual(AtomicI64::new(start.as_microsecond()));
        Self { source, last: AtomicU64::new(0) }
    }

    /// The time, to the microsecond, which is what the store keeps.
    pub fn now(&self) -> Timestamp {
        let microseconds = match &self.source {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that reads time")]
            Source::System => Timestamp::now().as_microsecond(),
            Source::Manual(microseconds) => microseconds.load(Ordering::SeqCst),
        };
        Timestamp::from_microsecond(microseconds).unwrap_or_default()
    }

    /// Moves a manual clock; does nothing to the machine's.
    pub fn advance(&self, by: SignedDuration) {
        match &self.source {
            Source::System => {}
            Source::Manual(microseconds) => {
                let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
                microseconds.fetch_add(by, Ordering::SeqCst);
            }
        }
    }

    /// A new id that sorts by age: at one node after every earlier one, also within a
    /// millisecond, so that what happened in one transaction reads in its order.
    pub fn mint(&self) -> Result<Uuid, Error> {
        let millis = u64::try_from(self.now().as_millisecond()).unwrap_or(0);
        let next = |last: u64| last.saturating_add(1).max(millis << 12);
        let place =
            self.last.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| Some(next(last)));
        let place = next(place.unwrap_or_else(|last| last));
        let mut random: [u8; 10] = chance()?;
        let [.., high, low] = place.to_be_bytes();
        // The first four bits become the version.
        let [first, second, ..] = &mut random;
        (*first, *second) = (high & 0x0f, low);
        Ok(uuid::Builder::from_unix_timestamp_millis(place >> 12, &random).into_uuid())
    }
}

/// 32 bytes that nobody can guess.
pub fn secret() -> Result<Sensitive<[u8; 32]>, Error> {
    chance().map(Sensitive::new)
}

fn chance<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|cause| Error::internal("no randomness", cause))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn ids_of_one_instant_sort_as_they_were_made() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);

        let ids: Vec<Uuid> = (0..10_000).map(|_| clock.mint().unwrap()).collect();

        assert!(ids.is_sorted_by(|earlier, later| earlier < later));
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
    }
}
