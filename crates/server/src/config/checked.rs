//! Deserialisers that check values, so that an error names their line.

use std::time::Duration;

use jiff::SignedDuration;
use mamori_model::Sensitive;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// Reads a whole number from `MIN` to `MAX`.
pub fn within<'de, const MIN: u64, const MAX: u64, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: TryFrom<u64>,
    D: Deserializer<'de>,
{
    let expected = || D::Error::custom(format!("expected a whole number from {MIN} to {MAX}"));
    let number = i64::deserialize(deserializer)?;
    let number = u64::try_from(number).map_err(|_| expected())?;
    if !(MIN..=MAX).contains(&number) {
        return Err(expected());
    }
    T::try_from(number).map_err(|_| expected())
}

/// Reads text that `Debug` does not show.
pub fn sensitive<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Sensitive<String>, D::Error> {
    String::deserialize(deserializer).map(Sensitive::new)
}

/// The same for a key that may be absent.
pub fn maybe_sensitive<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Sensitive<String>>, D::Error> {
    sensitive(deserializer).map(Some)
}

/// The same for a list.
pub fn sensitive_list<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Sensitive<String>>, D::Error> {
    let list: Vec<String> = Vec::deserialize(deserializer)?;
    Ok(list.into_iter().map(Sensitive::new).collect())
}

/// Returns `duration` in whole seconds: the default of a key is that of the crate that it sets.
pub fn seconds(duration: Duration) -> u32 {
    duration.as_secs().try_into().unwrap_or(u32::MAX)
}

/// Returns `duration` in whole minutes.
pub fn minutes(duration: SignedDuration) -> u32 {
    duration.as_mins().try_into().unwrap_or(u32::MAX)
}

/// Returns `duration` in whole hours.
pub fn hours(duration: SignedDuration) -> u32 {
    duration.as_hours().try_into().unwrap_or(u32::MAX)
}

/// Returns `duration` in days of 24 hours.
pub fn days(duration: SignedDuration) -> u32 {
    hours(duration) / 24
}
