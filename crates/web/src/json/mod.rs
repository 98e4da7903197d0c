//! What the nouns look like in JSON: one file a noun, and the shapes of their texts.

pub mod bank;
pub mod delivery;
pub mod endpoint;
pub mod entry;
pub mod import;
pub mod item;
pub mod key;
pub mod matched;
pub mod text;

use std::fmt::Display;
use std::str::FromStr;

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
