//! The bytes of items, sealed in the vault, and their terms.

pub(crate) mod expire_evidence;
pub(crate) mod keep_item;
pub mod rewrap_vault;
