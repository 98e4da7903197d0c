//! What the items of a service take of the vault, in JSON.

use mamori_desk::evidence::vault_space::VaultShare;
use mamori_model::NotStored;
use serde::Serialize;
use utoipa::ToSchema;

/// What the service's items take of the vault, in which the bytes of items are that policies keep.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Vault)]
pub struct VaultJson {
    /// Whether there is a vault. Without one, the operator keeps no bytes, and the numbers are 0.
    pub exists: bool,
    /// Bytes of the service's items that are stored.
    #[schema(minimum = 0)]
    pub bytes_used: u64,
    /// The most of them.
    #[schema(minimum = 0)]
    pub bytes_max: u64,
    /// The most of the items of one account.
    #[schema(minimum = 0)]
    pub account_bytes_max: u64,
    /// The limits of which a tenth or less is left, before items are no longer stored: `service` (the
    /// one above), `all` (of the items of all services), `disk`. Empty if there is room.
    pub scarce: Vec<NotStored>,
}

impl From<Option<VaultShare>> for VaultJson {
    fn from(share: Option<VaultShare>) -> Self {
        let exists = share.is_some();
        let share = share.unwrap_or(VaultShare {
            used: 0,
            bytes_max: 0,
            account_bytes_max: 0,
            scarce: Vec::new(),
        });
        Self {
            exists,
            bytes_used: share.used,
            bytes_max: share.bytes_max,
            account_bytes_max: share.account_bytes_max,
            scarce: share.scarce,
        }
    }
}
