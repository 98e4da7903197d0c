//! Banks as the console shows them to staff: their purpose, their reach and the number of their
//! entries, but never a hash.

use mamori_model::page::{Page, PageSize};
use mamori_model::{Bank, BankId};
use mamori_store::ClearedChecks;

use crate::staff::member::Member;
use crate::{Desk, Error};

impl Desk {
    /// Lists the banks, oldest first. Every staff member may read them.
    pub async fn banks_for_staff(
        &self,
        _: &Member,
        after: Option<BankId>,
        size: PageSize,
    ) -> Result<Page<Bank, BankId>, Error> {
        Ok(self.store().banks(after, size).await?)
    }

    /// Returns a bank and how many of its entries match now; [`Error::NotFound`] if it does
    /// not exist.
    pub async fn bank_for_staff(&self, _: &Member, id: BankId) -> Result<(Bank, u64), Error> {
        let bank = self.store().bank(id).await?.ok_or(Error::NotFound("bank"))?;
        let entries = self.store().count_entries(id, self.clock().now()).await?;
        Ok((bank, entries))
    }

    /// Returns how many checks a bank of known benign pictures cleared on each day of its term, the
    /// newest day first; `None` for every other bank. Totals that a node counted within the last
    /// minute may be missing. They do not say of which service a check was, so a staff member who is
    /// limited to some services or policies gets none either.
    pub async fn cleared_checks(
        &self,
        who: &Member,
        bank: &Bank,
    ) -> Result<Option<Vec<ClearedChecks>>, Error> {
        if !bank.purpose.is_negative() || who.assignment().is_limited() {
            return Ok(None);
        }
        self.store().cleared_checks(bank.id).await.map(Some).map_err(Error::from)
    }
}
