//! Decisions of reviewers, bulk decisions, second approval, undo, and policies.

pub(crate) mod apply_decision;
pub(crate) mod approval;
pub mod approve_bulk;
pub mod approve_decision;
pub mod case_faces;
pub mod change_policy;
pub mod confirm_bulk;
pub mod decide_case;
pub(crate) mod expire;
pub mod list_decisions;
pub mod prepare_bulk;
pub mod previous_decision;
pub mod read_bulk;
pub mod saved_reasons;
pub mod summarise;
pub mod undo_bulk;
pub mod undo_decision;
pub mod views_needed;
