//! Views of items by reviewers.

pub mod open_look;
pub mod show_item;
