//! Changes that wait for a second actor, and notices of changes that narrowed.

pub mod change_table;
pub mod forms;
pub mod page;
