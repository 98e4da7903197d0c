//! An entry is withdrawn: it matches no more, and is kept for questions about what it matched.

use mamori_model::{BankId, EntryId};

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
}
