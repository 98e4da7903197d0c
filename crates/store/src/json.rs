//! Values as JSON: lists that a query takes apart, and columns that hold one.

use mamori_model::EntryId;
use serde::Serialize;
use uuid::Uuid;

use crate::error::{Error, Fault};

/// An id as the queries read it.
pub fn hex(id: impl Into<Uuid>) -> String {
    id.into().simple().to_string()
}

/// A list of ids.
pub fn ids<I: Into<Uuid>>(ids: impl IntoIterator<Item = I>) -> String {
    let ids: Vec<String> = ids.into_iter().map(hex).collect();
    // Hex digits: nothing in them can fail to be written.
    serde_json::to_string(&ids).unwrap_or_default()
}

/// A list of entries' numbers.
pub fn numbers(entries: &[EntryId]) -> String {
    let numbers: Vec<i64> = entries.iter().map(|entry| entry.number()).collect();
    // Numbers: nothing in them can fail to be written.
    serde_json::to_string(&numbers).unwrap_or_default()
}

/// Anything else.
pub fn write(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value)
        .map_err(|error| Error::Other(Fault { code: None, message: error.to_string() }))
}
