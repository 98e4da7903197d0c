//! The bytes of items, sealed in the vault, and their terms.

mod disk_probe;
pub(crate) mod expire;
pub(crate) mod expire_evidence;
pub mod rewrap_vault;
pub(crate) mod store_evidence;
pub mod vault_space;
