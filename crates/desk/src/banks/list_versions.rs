//! Lists the versions of a bank's settings.

use mamori_model::BankId;
use mamori_model::bank::BankVersion;
use mamori_model::page::{Page, PageSize};

use crate::{Admin, Desk, Error};

impl Desk {
    /// Lists the versions of a bank's settings, newest first; `before` is the number at which the
    /// previous page ended. [`Error::NotFound`] if there is no such bank.
    pub async fn bank_versions(
        &self,
        _: &Admin,
        bank: BankId,
        before: Option<u32>,
        size: PageSize,
    ) -> Result<Page<BankVersion, u32>, Error> {
        self.store().bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        Ok(self.store().bank_versions(bank, before, size).await?)
    }
}
