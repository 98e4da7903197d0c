//! The audit record and its hash chain.

pub mod chain;
pub mod event;
