//! The JSON forms of the objects: one file for each noun, and the shapes of their texts.

pub mod text;

use std::fmt::Display;
use std::str::FromStr;

use mamori_model::{Distance, Quality};
use serde::{Deserialize, Deserializer, de};

/// Reads an optional text as a `T` that has no serde of its own; `null` counts as absent.
pub fn optional_text<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: FromStr,
    T::Err: Display,
    D: Deserializer<'de>,
{
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(de::Error::custom)).transpose()
}

/// A whole number in the sense of JSON Schema: `4` and also `4.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Whole(u32);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        let text = number.to_string();
        let digits = text.strip_suffix(".0").unwrap_or(&text);
        digits.parse().map(Self).map_err(|_| de::Error::custom("not a whole number from 0"))
    }
}

/// Reads a distance.
pub fn distance<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Distance, D::Error> {
    Whole::deserialize(deserializer).map(|whole| Distance(whole.0))
}

/// Reads an optional distance.
pub fn optional_distance<'de, D>(deserializer: D) -> Result<Option<Distance>, D::Error>
where
    D: Deserializer<'de>,
{
    let whole = Option::<Whole>::deserialize(deserializer)?;
    Ok(whole.map(|whole| Distance(whole.0)))
}

/// Reads a quality.
pub fn quality<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Quality, D::Error> {
    let Whole(value) = Whole::deserialize(deserializer)?;
    let quality = u8::try_from(value).ok().and_then(Quality::new);
    quality.ok_or_else(|| de::Error::custom("a quality is 0 to 100"))
}

/// Reads an optional quality.
pub fn optional_quality<'de, D>(deserializer: D) -> Result<Option<Quality>, D::Error>
where
    D: Deserializer<'de>,
{
    #[derive(Deserialize)]
    struct Inner(#[serde(deserialize_with = "quality")] Quality);
    let inner = Option::<Inner>::deserialize(deserializer)?;
    Ok(inner.map(|inner| inner.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_accepted_in_every_form_of_json() {
        for (text, expected) in
            [("4", Some(4)), ("4.0", Some(4)), ("0.0", Some(0)), ("4e0", Some(4))]
        {
            assert_eq!(serde_json::from_str::<Whole>(text).ok(), expected.map(Whole), "{text}");
        }
        for text in ["4.5", "-1", "1e300", "4294967296", "\"4\"", "null", "-0.0"] {
            assert!(serde_json::from_str::<Whole>(text).is_err(), "{text}");
        }
    }
}
