//! Services and their keys.

pub mod change_service;
pub mod create_key;
pub mod create_service;
pub mod delete_service;
pub mod key_json;
pub mod list_keys;
pub mod list_services;
pub mod revoke_key;
