//! The bytes of items, sealed in the vault, and their terms.

pub mod object;
pub mod space;
