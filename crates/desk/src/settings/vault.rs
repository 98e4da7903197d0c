//! How much of items' bytes is stored.

/// The limits on the bytes of items in the vault. What is beyond them is not stored: the item is
/// held or blocked nevertheless, and reviewers are shown that there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultLimits {
    /// The largest item, in bytes. When less than that is left for all items, or on the disk, nothing
    /// more is stored, so that a service cannot find out by items of other sizes how much others store.
    pub item_bytes_max: u64,
    /// The most bytes of all items.
    pub bytes_max: u64,
    /// The part of these bytes that the items of one service may take.
    pub service_bytes_max: u64,
    /// The most bytes of the items of one account. Items that belong to no account have no such
    /// limit.
    pub account_bytes_max: u64,
    /// How many bytes of the file system of the vault's folder stay free.
    pub disk_free_min: u64,
}

impl Default for VaultLimits {
    fn default() -> Self {
        Self {
            item_bytes_max: 50 << 20,
            bytes_max: 100 << 30,
            service_bytes_max: 50 << 30,
            account_bytes_max: 1 << 30,
            disk_free_min: 1 << 30,
        }
    }
}
