//! Banks and disputes about their entries.

pub mod disputes_page;
pub mod forms;
pub mod page;
