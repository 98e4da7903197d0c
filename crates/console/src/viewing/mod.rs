//! Views of items.

pub mod forms;
