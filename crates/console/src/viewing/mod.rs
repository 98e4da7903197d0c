//! Views of items, and of their pages at the service.

pub mod context_form;
pub mod forms;
