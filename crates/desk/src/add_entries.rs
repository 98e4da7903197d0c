//! Hashes are put into a bank.

use mamori_model::BankId;
use mamori_store::{Added, NewEntry};

use crate::{Admin, Desk, Error};

/// The most entries that one call adds; more go in by an import.
pub const ENTRIES_MAX: usize = 1_000;

impl Desk {
    /// Adds `entries`. What the bank has already is not added again: its entry becomes what is said
    /// anew of it. Hashes that were withdrawn from the bank are left out.
    ///
    /// When this returns they match at this node; at the others within a second.
    pub async fn add_entries(
        &self,
        _: &Admin,
        bank: BankId,
        entries: &[NewEntry],
    ) -> Result<Added, Error> {
        check_count(entries)?;
        let now = self.clock().now();

        let mut tx = self.store().begin("add_entries").await?;
        tx.lock_bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        let added = tx.add_entries(bank, entries, now).await?;
        tx.commit().await?;

        self.settle().await;
        Ok(added)
    }

    /// As [`Self::add_entries`], and hashes that were withdrawn come back, each as a new entry.
    pub async fn restore_entries(
        &self,
        _: &Admin,
        bank: BankId,
        entries: &[NewEntry],
    ) -> Result<Added, Error> {
        check_count(entries)?;
        let now = self.clock().now();

        let mut tx = self.store().begin("restore_entries").await?;
        tx.lock_bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        let added = tx.restore_entries(bank, entries, now).await?;
        tx.commit().await?;

        self.settle().await;
        Ok(added)
    }
}

fn check_count(entries: &[NewEntry]) -> Result<(), Error> {
    if entries.len() > ENTRIES_MAX {
        return Err(Error::invalid("at most 1,000 entries at once; send more as an import"));
    }
    Ok(())
}
