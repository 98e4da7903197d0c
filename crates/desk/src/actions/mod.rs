//! What a service is asked to do after a decision, and its answers.

pub mod answer_action;
pub mod ask_again;
pub(crate) mod ask_service;
pub(crate) mod remind_service;
pub mod service_record;
