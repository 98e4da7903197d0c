//! Services and their API keys.

pub mod change_service;
pub mod create_service;
pub mod delete_service;
pub mod issue_key;
pub mod proof;
pub mod revoke_key;
