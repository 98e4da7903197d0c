//! Deserialisers that check values, so that an error names their line.

use mamori_model::Sensitive;
use mamori_model::retention::{self, Term};
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

/// Reads the days of `retention.matches_days`.
pub fn matches_days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    days(deserializer, retention::MATCHES)
}

/// Reads the days of `retention.deliveries_days`.
pub fn deliveries_days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    days(deserializer, retention::DELIVERIES)
}

/// Reads the days of `retention.ended_entries_days`.
pub fn ended_entries_days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    days(deserializer, retention::ENDED_ENTRIES)
}

/// Reads the days of `retention.imports_days`.
pub fn imports_days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    days(deserializer, retention::IMPORTS)
}

/// Reads the days of `retention.cases_days`.
pub fn cases_days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    days(deserializer, retention::CASES)
}

/// Reads the days of `retention.sign_ins_days`.
pub fn sign_ins_days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    days(deserializer, retention::SIGN_INS)
}

/// Reads the days of `retention.staff_events_days`.
pub fn staff_events_days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    days(deserializer, retention::STAFF_EVENTS)
}

fn days<'de, D: Deserializer<'de>>(deserializer: D, term: Term) -> Result<u32, D::Error> {
    let days = u32::deserialize(deserializer)?;
    if (1..=term.days_max).contains(&days) {
        return Ok(days);
    }
    Err(D::Error::custom(format!(
        "`{}`: {} are kept for 1 to {} days, not {days} ({})",
        term.key, term.what, term.days_max, term.source
    )))
}
