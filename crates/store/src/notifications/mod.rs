//! Notifications to the people on duty: what waits, and which messages were sent.

pub mod danger_alert;
pub mod notification;
pub mod waiting;
