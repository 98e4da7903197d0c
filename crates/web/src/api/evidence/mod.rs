//! The bytes of items that policies keep: how much of them is stored. The bytes themselves have no
//! endpoint.

pub mod get_vault;
pub mod vault_json;
