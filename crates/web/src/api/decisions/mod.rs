//! Decisions, as services and administrators read them.

pub mod get_decision;
pub mod list_decisions;
