//! Adds hashes to a bank in one call. Large lists are imported: see
//! [`crate::banks::import_entries`].

use mamori_model::key::Scope;
use mamori_model::{AuditVerb, BankId};
use mamori_store::{Added, NewEntry};

use crate::audit::{self, Change, values};
use crate::{Admin, Desk, Error};

/// The largest number of entries in one call; a larger list is imported.
pub const ENTRIES_MAX: usize = 1_000;

impl Desk {
    /// Adds `entries`. If the bank already has a hash, no second entry is added: the existing entry
    /// takes over the fields that are set. Hashes that were withdrawn from the bank are left out.
    ///
    /// When this returns, the entries match at this node; at other nodes within a second.
    /// [`Error::Invalid`] for more than [`ENTRIES_MAX`] entries, [`Error::NotFound`] if there is no
    /// such bank.
    pub async fn add_entries(
        &self,
        who: &Admin,
        bank: BankId,
        entries: &[NewEntry],
    ) -> Result<Added, Error> {
        who.require(&[Scope::EntriesWrite])?;
        check_count(entries)?;
        let now = self.clock().now();

        let mut tx = self.store().begin("add_entries").await?;
        tx.lock_bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        let added = tx.add_entries(bank, entries, now).await?;
        let change = Change::of(who.actor(), AuditVerb::EntriesAdded, bank);
        audit::record(self, &mut tx, change.after(values::added(&added)), now).await?;
        tx.commit().await?;

        self.wait_until_applied().await;
        Ok(added)
    }

    /// Adds `entries` like [`Self::add_entries`], and also adds hashes that were withdrawn from the
    /// bank, each as a new entry.
    pub async fn restore_entries(
        &self,
        who: &Admin,
        bank: BankId,
        entries: &[NewEntry],
    ) -> Result<Added, Error> {
        who.require(&[Scope::EntriesWrite])?;
        check_count(entries)?;
        let now = self.clock().now();

        let mut tx = self.store().begin("restore_entries").await?;
        tx.lock_bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        let added = tx.restore_entries(bank, entries, now).await?;
        let change = Change::of(who.actor(), AuditVerb::EntriesRestored, bank);
        audit::record(self, &mut tx, change.after(values::added(&added)), now).await?;
        tx.commit().await?;

        self.wait_until_applied().await;
        Ok(added)
    }
}

fn check_count(entries: &[NewEntry]) -> Result<(), Error> {
    if entries.len() > ENTRIES_MAX {
        return Err(Error::invalid("at most 1,000 entries at once; send more as an import"));
    }
    Ok(())
}
