//! Entries are withdrawn: they match no more, and are kept for questions about what they matched.
//! No list brings their hashes back by itself.

use mamori_model::{BankId, EntryId, Line};

use crate::{Admin, Desk, Error};

impl Desk {
    /// Withdraws one entry of a bank; [`Error::NotFound`] if it is not there or was withdrawn.
    ///
    /// When this returns it matches nothing, at no node: each hit is confirmed by the store.
    pub async fn withdraw_entry(&self, _: &Admin, bank: BankId, id: EntryId) -> Result<(), Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("withdraw_entry").await?;
        let withdrawn = tx.withdraw_entries(bank, &[id], now).await?;
        if withdrawn == 0 {
            return Err(Error::NotFound("entry"));
        }
        tx.commit().await?;

        self.settle().await;
        Ok(())
    }

    /// Withdraws all entries of a bank that their source calls `source`; returns how many.
    ///
    /// When this returns they match nothing, at no node.
    pub async fn withdraw_source(
        &self,
        _: &Admin,
        bank: BankId,
        source: &Line,
    ) -> Result<u64, Error> {
        let now = self.clock().now();

        let mut tx = self.store().begin("withdraw_source").await?;
        tx.lock_bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        let withdrawn = tx.withdraw_source(bank, source, now).await?;
        tx.commit().await?;

        self.settle().await;
        Ok(withdrawn)
    }
}
