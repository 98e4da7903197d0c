//! The queue, and the page of a case.

pub mod forms;
mod history;
pub mod item;
pub mod list_page;
pub mod page;
pub mod queue_forms;
pub mod queue_page;
pub mod read;
pub mod urgency_forms;
