//! What a service is asked to do: list, read, answer.

pub mod action_json;
pub mod answer_action;
pub mod get_action;
pub mod list_actions;
