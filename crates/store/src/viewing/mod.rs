//! Views of items by reviewers.

pub mod look;
