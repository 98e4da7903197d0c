//! Times as the database stores them: whole microseconds since 1970-01-01 UTC.

use jiff::Timestamp;

use crate::error::{Error, OrCorrupt};

/// Returns the microseconds of `time`, truncated.
pub fn to_micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// Returns the time of `micros`, which was read from `column`.
pub fn from_micros(micros: i64, column: &'static str) -> Result<Timestamp, Error> {
    Timestamp::from_microsecond(micros).or_corrupt(column)
}

/// Returns the time of `micros`, if it is set.
pub fn maybe_from_micros(
    micros: Option<i64>,
    column: &'static str,
) -> Result<Option<Timestamp>, Error> {
    micros.map(|micros| from_micros(micros, column)).transpose()
}
