//! The audit record, for auditors: read, filtered, exported; and how cases are claimed.

pub mod claims_page;
pub mod export;
pub mod page;
