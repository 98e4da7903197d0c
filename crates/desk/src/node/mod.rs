//! What one node holds in memory: the banks, the keys and the index, and how it keeps them current.

pub mod clock_guard;
pub mod compact;
pub mod directory;
pub(crate) mod expire;
pub mod follow_changes;
pub(crate) mod shared_secret;
pub mod write_probe;
