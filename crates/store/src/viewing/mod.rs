//! Views of items by reviewers.

pub mod item_facts;
pub mod item_view;
