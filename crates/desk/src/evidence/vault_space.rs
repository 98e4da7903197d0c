//! The space in the vault: how much of it is in use, and whether an item still fits.
//!
//! An uploader must not be able to fill the disk, or the share of a service, with large items, and
//! so keep later evidence from being stored. What is in use is read from the database at intervals, and
//! what is free from the disk; what this node stored since is taken into account.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mamori_model::key::Scope;
use mamori_model::matched::Match;
use mamori_model::{NotStored, ServiceId};
use mamori_vault::Vault;

use crate::evidence::disk_probe::{DiskFree, DiskProbe};
use crate::settings::VaultLimits;
use crate::staff::member::Member;
use crate::{Caller, Desk, Error};

/// How long a measured use counts. Where measuring takes long, twenty times as long as that.
const AGE_MAX: Duration = Duration::from_secs(10);

/// How long further refusals by the same limit get no line in the log; a metric counts all.
const LINE_EVERY: Duration = Duration::from_mins(1);

/// The space in the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultSpace {
    /// Bytes of items that are stored.
    pub used: u64,
    /// The most that may be stored.
    pub bytes_max: u64,
    /// Free bytes of the folder's file system, beyond those that stay free.
    pub disk_free: u64,
    /// The largest item, in bytes: when less is left, nothing more is stored.
    pub item_bytes_max: u64,
}

impl VaultSpace {
    /// Checks whether a tenth or less is left, of the limit or of what the disk could still take, or not
    /// enough for the largest item.
    pub fn is_scarce(&self) -> bool {
        !self.scarce().is_empty()
    }

    /// Returns the limits of which a tenth or less is left, or not enough for the largest item.
    fn scarce(&self) -> Vec<NotStored> {
        let whole = self.bytes_max.min(self.used.saturating_add(self.disk_free));
        let left = self.bytes_max.saturating_sub(self.used);
        let is_scarce = |left: u64, most: u64| left <= most / 10 || left < self.item_bytes_max;
        let limits = [
            (NotStored::All, is_scarce(left, self.bytes_max)),
            (NotStored::Disk, is_scarce(self.disk_free, whole)),
        ];
        limits.into_iter().filter_map(|(limit, is_scarce)| is_scarce.then_some(limit)).collect()
    }

    /// Returns how much is in use, in percent of the limit or of what the disk could take; 100 if
    /// nothing is left.
    pub fn percent_used(&self) -> u32 {
        let left = self.bytes_max.saturating_sub(self.used).min(self.disk_free);
        let whole = self.bytes_max.min(self.used.saturating_add(self.disk_free));
        let percent = u128::from(left) * 100 / u128::from(whole.max(1));
        100 - u32::try_from(percent).unwrap_or(100).min(100)
    }
}

/// Checks whether a tenth or less of `most` is left.
fn is_nearly_used(used: u64, most: u64) -> bool {
    most.saturating_sub(used) <= most / 10
}

/// How much of the vault the items of a service take, and its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultShare {
    /// Bytes of the service's items that are stored.
    pub used: u64,
    /// The most bytes of the service's items that may be stored.
    pub bytes_max: u64,
    /// The most bytes of the items of one account that may be stored.
    pub account_bytes_max: u64,
    /// The limits of which a tenth or less is left: of the service, of all items, or of the disk.
    pub scarce: Vec<NotStored>,
}

/// What this node knows of the use.
#[derive(Debug, Default)]
pub(crate) struct VaultUse {
    measured: Mutex<Option<Measured>>,
    measuring: tokio::sync::Mutex<()>,
    disk: DiskProbe,
    /// When each refusal was last logged.
    logged: Mutex<HashMap<NotStored, Instant>>,
}

#[derive(Debug)]
struct Measured {
    by_service: HashMap<ServiceId, u64>,
    /// When it is to be measured again.
    until: Instant,
}

impl Measured {
    fn total(&self) -> u64 {
        self.by_service.values().fold(0, |sum, bytes| sum.saturating_add(*bytes))
    }

    fn of(&self, service: ServiceId) -> u64 {
        self.by_service.get(&service).copied().unwrap_or(0)
    }
}

impl Desk {
    /// Returns the space in the vault; `None` if there is no vault, and for a staff member who is
    /// limited to some services or policies: it is in use by the items of all.
    pub async fn vault_space(&self, who: &Member) -> Result<Option<VaultSpace>, Error> {
        if who.assignment().is_limited() {
            return Ok(None);
        }
        self.vault_space_in_all().await
    }

    /// Returns how much of the vault the items of the caller's service take; `None` if there is no vault.
    /// Bytes that other nodes stored within the last seconds may not be included.
    pub async fn vault_share(&self, caller: &Caller) -> Result<Option<VaultShare>, Error> {
        caller.require(&[Scope::Checks])?;
        let Some(space) = self.vault_space_in_all().await? else { return Ok(None) };
        let limits = self.settings().vault_limits;
        let used = self.measured().as_ref().map_or(0, |measured| measured.of(caller.service()));
        let bytes_max = limits.service_bytes_max.min(limits.bytes_max);
        let own = is_nearly_used(used, bytes_max).then_some(NotStored::Service);
        let account_bytes_max = limits.account_bytes_max.min(bytes_max);
        let scarce = own.into_iter().chain(space.scarce()).collect();
        Ok(Some(VaultShare { used, bytes_max, account_bytes_max, scarce }))
    }

    /// Returns the space in the vault for the operator's metrics; `None` if there is no vault.
    pub async fn vault_space_in_all(&self) -> Result<Option<VaultSpace>, Error> {
        let Some(vault) = &self.settings().vault else { return Ok(None) };
        let used = self.vault_bytes().await?;
        let disk_free = match self.disk_free(vault).await {
            DiskFree::Bytes(free) => free,
            DiskFree::Unknown | DiskFree::Hangs => 0,
        };
        let VaultLimits { bytes_max, item_bytes_max, .. } = self.settings().vault_limits;
        Ok(Some(VaultSpace { used, bytes_max, disk_free, item_bytes_max }))
    }

    /// Returns how many bytes of items are stored, as this node last read it.
    pub(crate) async fn vault_bytes(&self) -> Result<u64, Error> {
        self.measure_vault().await?;
        Ok(self.measured().as_ref().map_or(0, Measured::total))
    }

    /// Checks whether `bytes` of the item of `found` fit into the vault. If they fit, counts them as
    /// used; if not, logs and counts the refusal, and returns the limit. For the limits that all services
    /// share, the largest item must fit, whatever the size of this one.
    pub(super) async fn reserve_in_vault(
        &self,
        vault: &Vault,
        found: &Match,
        bytes: u64,
    ) -> Result<Result<(), NotStored>, Error> {
        let shortage = self.shortage(vault, found, bytes).await?;
        if let Some(shortage) = shortage {
            self.log_shortage(shortage, found.service);
        }
        Ok(shortage.map_or(Ok(()), Err))
    }

    async fn shortage(
        &self,
        vault: &Vault,
        found: &Match,
        bytes: u64,
    ) -> Result<Option<NotStored>, Error> {
        let limits = self.settings().vault_limits;
        match self.disk_free(vault).await {
            DiskFree::Bytes(free) if free < bytes.max(limits.item_bytes_max) => {
                return Ok(Some(NotStored::Disk));
            }
            // A disk that cannot be examined fails no check: sealing will tell.
            DiskFree::Bytes(_) | DiskFree::Unknown => {}
            // Sealing would not end, nor would the check.
            DiskFree::Hangs => return Ok(Some(NotStored::Failed)),
        }
        if let Some(account) = &found.item.account {
            let used = self.store().evidence_bytes_of_account(found.service, account).await?;
            if used.saturating_add(bytes) > limits.account_bytes_max {
                return Ok(Some(NotStored::Account));
            }
        }
        self.measure_vault().await?;
        let mut measured = self.measured();
        let Some(measured) = measured.as_mut() else { return Ok(None) };
        let largest = bytes.max(limits.item_bytes_max);
        if measured.total().saturating_add(largest) > limits.bytes_max {
            return Ok(Some(NotStored::All));
        }
        let of_service = measured.by_service.entry(found.service).or_default();
        if of_service.saturating_add(bytes) > limits.service_bytes_max {
            return Ok(Some(NotStored::Service));
        }
        *of_service = of_service.saturating_add(bytes);
        self.inner.vault_use.disk.reserve(bytes);
        Ok(None)
    }

    /// Returns the free bytes of the vault's disk beyond those that stay free, as this node last read
    /// them.
    async fn disk_free(&self, vault: &Vault) -> DiskFree {
        let vault = vault.clone();
        match self.inner.vault_use.disk.free(|| read_disk_free(vault)).await {
            DiskFree::Bytes(free) => {
                let kept = self.settings().vault_limits.disk_free_min;
                DiskFree::Bytes(free.saturating_sub(kept))
            }
            other @ (DiskFree::Unknown | DiskFree::Hangs) => other,
        }
    }

    /// Reads the use from the database if it was not read for a while.
    async fn measure_vault(&self) -> Result<(), Error> {
        if self.is_measured() {
            return Ok(());
        }
        // One at a time: the others then find what it read.
        let _measuring = self.inner.vault_use.measuring.lock().await;
        if self.is_measured() {
            return Ok(());
        }
        let begun = Instant::now();
        let by_service = self.store().evidence_bytes_by_service().await?;
        let until = Instant::now() + AGE_MAX.max(begun.elapsed().saturating_mul(20));
        *self.measured() = Some(Measured { by_service, until });
        Ok(())
    }

    fn is_measured(&self) -> bool {
        self.measured().as_ref().is_some_and(|measured| Instant::now() < measured.until)
    }

    fn log_shortage(&self, shortage: NotStored, service: ServiceId) {
        metrics::counter!("mamori_evidence_refused_total", "limit" => shortage.as_str())
            .increment(1);
        let now = Instant::now();
        let mut logged = self.inner.vault_use.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.get(&shortage).is_some_and(|at| now.duration_since(*at) < LINE_EVERY) {
            return;
        }
        logged.insert(shortage, now);
        let limit = shortage.as_str();
        if shortage == NotStored::Failed {
            tracing::error!(
                limit, %service,
                "the vault's disk does not answer: the bytes of matches are not stored"
            );
            return;
        }
        tracing::error!(limit, %service, "the vault is full: the bytes of matches are not stored");
    }

    fn measured(&self) -> MutexGuard<'_, Option<Measured>> {
        self.inner.vault_use.measured.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the free bytes of the vault's disk; `None`, and a line in the log, if they cannot be read.
async fn read_disk_free(vault: Vault) -> Option<u64> {
    match vault.disk_free().await {
        Ok(free) => Some(free),
        Err(error) => {
            let logged: &(dyn std::error::Error + 'static) = &error;
            tracing::error!(error = logged, "the disk of the vault cannot be examined");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(used: u64, disk_free: u64, item_bytes_max: u64) -> VaultSpace {
        VaultSpace { used, bytes_max: 1_000, disk_free, item_bytes_max }
    }

    #[test]
    fn space_is_scarce_when_a_tenth_is_left_of_the_limit_or_of_the_disk() {
        for (used, disk_free, is_scarce, percent_used) in [
            (0, 5_000, false, 0),
            (899, 5_000, false, 90),
            (900, 5_000, true, 90),
            (0, 500, false, 0),
            (450, 50, true, 90),
            (450, 51, false, 90),
            (0, 0, true, 100),
        ] {
            let space = space(used, disk_free, 0);
            assert_eq!(space.is_scarce(), is_scarce, "{used} {disk_free}");
            assert_eq!(space.percent_used(), percent_used, "{used} {disk_free}");
        }
    }

    #[test]
    fn the_limits_that_are_scarce_are_named() {
        let scarce = |used, disk_free| space(used, disk_free, 0).scarce();

        assert_eq!(scarce(0, 5_000), []);
        assert_eq!(scarce(950, 5_000), [NotStored::All]);
        assert_eq!(scarce(450, 50), [NotStored::Disk]);
        assert_eq!(scarce(950, 50), [NotStored::All, NotStored::Disk]);
    }

    #[test]
    fn space_is_scarce_when_the_largest_item_does_not_fit() {
        let scarce = |used, disk_free| space(used, disk_free, 300).scarce();

        assert_eq!(scarce(700, 300), []);
        assert_eq!(scarce(701, 5_000), [NotStored::All]);
        assert_eq!(scarce(0, 299), [NotStored::Disk]);
    }
}
