//! Restores an earlier version of a bank's settings.

use mamori_model::key::Scope;
use mamori_model::{Bank, BankId};

use crate::{Admin, Desk, Error};

impl Desk {
    /// Gives a bank the settings that it had in `version`, which makes a new version.
    ///
    /// [`Error::NotFound`] if there is no such bank or version; otherwise as
    /// [`Self::change_bank`].
    pub async fn restore_bank_version(
        &self,
        who: &Admin,
        bank: BankId,
        version: u32,
    ) -> Result<Bank, Error> {
        who.require(&[Scope::BanksWrite])?;
        let now = self.clock().now();

        let mut tx = self.store().begin("restore_bank_version").await?;
        let before = tx.lock_bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        let version = tx.bank_version(bank, version).await?.ok_or(Error::NotFound("version"))?;
        let after = version.settings.applied_to(&before, now).map_err(Error::invalid)?;
        self.change_locked_bank(tx, who, &before, &after, now).await?;

        self.wait_until_applied().await;
        Ok(after)
    }
}
