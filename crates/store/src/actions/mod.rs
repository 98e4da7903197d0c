//! What a service is asked to do after a decision, and its answers.

pub mod action;
