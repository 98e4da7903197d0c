//! Encodes values as JSON: lists that a query takes apart, and columns that hold JSON.

use mamori_model::EntryId;
use serde::Serialize;
use uuid::Uuid;

use crate::error::{Error, Fault};

/// Encodes an id in the form that the queries read.
pub fn hex(id: impl Into<Uuid>) -> String {
    id.into().simple().to_string()
}

/// Encodes a list of ids.
pub fn ids<I: Into<Uuid>>(ids: impl IntoIterator<Item = I>) -> String {
    let ids: Vec<String> = ids.into_iter().map(hex).collect();
    // Hex digits always serialise.
    serde_json::to_string(&ids).unwrap_or_default()
}

/// Encodes a list of entry ids as numbers.
pub fn numbers(entries: &[EntryId]) -> String {
    let numbers: Vec<i64> = entries.iter().map(|entry| entry.number()).collect();
    // Numbers always serialise.
    serde_json::to_string(&numbers).unwrap_or_default()
}

/// Encodes any other value.
pub fn write(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Other(Fault::of_value(&error)))
}
