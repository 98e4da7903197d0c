//! Banks and disputes about their entries.

pub mod forms;
pub mod page;
