//! Decisions of reviewers, bulk decisions, second approval, undo, and policies.

pub mod bulk;
pub mod decision;
pub mod earlier_outcomes;
pub mod policy;
pub mod saved_reasons;
