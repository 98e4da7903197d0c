//! Times as the database keeps them: whole microseconds since 1970-01-01 UTC.

use jiff::Timestamp;

use crate::error::{Error, OrCorrupt};

/// The microseconds of `time`; what is finer is cut off.
pub fn to_micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// The time of `micros`, which stood in `column`.
pub fn from_micros(micros: i64, column: &'static str) -> Result<Timestamp, Error> {
    Timestamp::from_microsecond(micros).or_corrupt(column)
}

/// The time of `micros`, if there is one.
pub fn maybe_from_micros(
    micros: Option<i64>,
    column: &'static str,
) -> Result<Option<Timestamp>, Error> {
    micros.map(|micros| from_micros(micros, column)).transpose()
}
