//! Decisions of reviewers, bulk decisions, second approval, undo, and policies.

pub mod bulk;
pub mod decision;
pub mod policy;
