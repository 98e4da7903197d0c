//! The audit record: every change with its actor, in one hash chain.

pub(crate) mod expire;
pub mod line;
pub mod read_claims;
mod read_record;
mod record;
mod sequence;
pub(crate) mod values;
pub mod verify;

pub use read_record::{AuditPage, AuditReader};
pub(crate) use record::{Change, record};
