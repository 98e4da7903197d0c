//! Decisions of reviewers, bulk decisions, second approval, undo, and policies.

pub mod approve_bulk;
pub mod approve_decision;
pub mod change_policy;
pub mod confirm_bulk;
pub mod decide_case;
pub mod decided_before;
pub mod list_decisions;
pub mod prepare_bulk;
pub mod read_bulk;
pub(crate) mod second_person;
pub(crate) mod stand;
pub mod undo_bulk;
pub mod undo_decision;
