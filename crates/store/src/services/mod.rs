//! Services and their API keys.

pub mod key;
pub mod leaving;
pub mod service;
