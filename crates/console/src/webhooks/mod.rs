//! Webhook deliveries, endpoints, and unanswered actions.

pub mod forms;
pub mod page;
