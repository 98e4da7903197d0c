//! How much of the vault the items of a service take, in JSON.

use mamori_desk::evidence::vault_space::VaultShare;
use mamori_model::NotStored;
use serde::Serialize;
use utoipa::ToSchema;

/// How much of the vault the service's items take. The vault stores the bytes of items that policies
/// keep.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Vault)]
pub struct VaultJson {
    /// Whether the operator set up a vault. Without one, no bytes are stored, and the numbers are 0.
    pub exists: bool,
    /// Bytes of the service's items that are stored.
    #[schema(minimum = 0)]
    pub bytes_used: u64,
    /// The most bytes of the service's items that may be stored.
    #[schema(minimum = 0)]
    pub bytes_max: u64,
    /// The most bytes of the items of one account that may be stored.
    #[schema(minimum = 0)]
    pub account_bytes_max: u64,
    /// The limits of which a tenth or less is left: `service` (`bytes_max`), `all` (the items of all
    /// services), `disk` (the vault's disk); of `all` and `disk` also if the largest item no longer fits,
    /// when no item is stored, whatever its size. Empty if no limit is near.
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
