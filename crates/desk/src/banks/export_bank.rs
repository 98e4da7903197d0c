//! Records that the entries of a bank are exported. The pages of the export are read with
//! [`Desk::entries`].

use mamori_model::key::Scope;
use mamori_model::{AuditVerb, BankId};

use crate::audit::{self, Change};
use crate::{Admin, Desk, Error};

impl Desk {
    /// Records that `who` begins to export the entries of a bank, before a hash leaves the system.
    ///
    /// [`Error::NotFound`] if there is no such bank, or the key lacks the scope
    /// [`Scope::EntriesExport`].
    pub async fn begin_export(&self, who: &Admin, bank: BankId) -> Result<(), Error> {
        who.require(&[Scope::EntriesExport])?;
        let now = self.clock().now();

        let bank = self.store().bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        let mut tx = self.store().begin("begin_export").await?;
        let change = Change::of(who.actor(), AuditVerb::EntriesExported, bank.id);
        audit::record(self, &mut tx, change, now).await?;
        tx.commit().await?;

        Ok(())
    }
}
