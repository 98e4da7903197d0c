//! The queue, and the page of a case.

pub mod forms;
pub mod page;
pub mod queue_forms;
pub mod queue_page;
pub mod read;
pub mod urgency_forms;
