//! Withdraws entries: they no longer match, and are kept for questions about what they matched.
//! Adding or importing a list does not add their hashes again, unless the caller asks for it.

use mamori_model::key::Scope;
use mamori_model::{AuditVerb, BankId, EntryId, Line};
use serde_json::json;

use crate::audit::{self, Change};
use crate::{Admin, Desk, Error};

impl Desk {
    /// Withdraws one entry of a bank; [`Error::NotFound`] if it does not exist, was withdrawn or
    /// has expired.
    ///
    /// When this returns it matches nothing, at no node: the store confirms each hit.
    pub async fn withdraw_entry(
        &self,
        who: &Admin,
        bank: BankId,
        id: EntryId,
    ) -> Result<(), Error> {
        who.require(&[Scope::EntriesWrite])?;
        let now = self.clock().now();

        let mut tx = self.store().begin("withdraw_entry").await?;
        let withdrawn = tx.withdraw_entries(bank, &[id], now).await?;
        if withdrawn == 0 {
            return Err(Error::NotFound("entry"));
        }
        let change = Change::of(who.actor(), AuditVerb::EntriesWithdrawn, bank);
        audit::record(self, &mut tx, change.after(json!({ "entry": id })), now).await?;
        tx.commit().await?;

        self.wait_until_applied().await;
        Ok(())
    }

    /// Withdraws all entries of a bank to which their source gave the id `source`; returns how
    /// many.
    ///
    /// When this returns they match nothing, at no node.
    pub async fn withdraw_source(
        &self,
        who: &Admin,
        bank: BankId,
        source: &Line,
    ) -> Result<u64, Error> {
        who.require(&[Scope::EntriesWrite])?;
        let now = self.clock().now();

        let mut tx = self.store().begin("withdraw_source").await?;
        tx.lock_bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        let withdrawn = tx.withdraw_source(bank, source, now).await?;
        let change = Change::of(who.actor(), AuditVerb::EntriesWithdrawn, bank);
        let change = change.after(json!({ "source_id": source, "withdrawn": withdrawn }));
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        self.wait_until_applied().await;
        Ok(withdrawn)
    }
}
