//! The audit record, for auditors: read, filtered, exported.

pub mod export;
pub mod page;
