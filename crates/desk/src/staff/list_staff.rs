//! Lists staff accounts.

use mamori_model::StaffId;
use mamori_model::page::{Page, PageSize};
use mamori_model::staff::{Staff, StaffName};

use crate::staff::member::{Administrator, Auditor, LocalCli};
use crate::{Desk, Error};

/// Proof of a role that may read the list of staff.
#[derive(Clone, Copy, Debug)]
pub enum StaffReader<'a> {
    /// An administrator, who manages staff accounts.
    Administrator(&'a Administrator),
    /// An auditor, who reads records.
    Auditor(&'a Auditor),
    /// The operator, on the command line.
    LocalCli(&'a LocalCli),
}

impl Desk {
    /// Lists the staff accounts, deactivated ones included, oldest first.
    pub async fn staff_page(
        &self,
        _: StaffReader<'_>,
        after: Option<StaffId>,
        size: PageSize,
    ) -> Result<Page<Staff, StaffId>, Error> {
        Ok(self.store().staff_page(after, size).await?)
    }

    /// Returns a staff account, also a deactivated one; [`Error::NotFound`] if it does not
    /// exist.
    pub async fn staff(&self, _: StaffReader<'_>, who: StaffId) -> Result<Staff, Error> {
        self.store().staff(who).await?.ok_or(Error::NotFound("staff"))
    }

    /// Returns the active staff account with this sign-in name; [`Error::NotFound`] if there is
    /// none.
    pub async fn staff_by_name(
        &self,
        _: StaffReader<'_>,
        name: &StaffName,
    ) -> Result<Staff, Error> {
        self.store().staff_by_name(name).await?.ok_or(Error::NotFound("staff"))
    }

    /// Checks whether there is a reviewer but no lead, and the operator does not work alone:
    /// decisions that need a lead, such as every suspension, would then never be resolved.
    pub async fn lacks_lead(&self, _: StaffReader<'_>) -> Result<bool, Error> {
        let colleagues = self.store().colleagues().await?;
        let reviews = colleagues.iter().any(|who| who.roles.is_reviewer());
        let has_lead = colleagues.iter().any(|who| who.roles.is_lead());
        Ok(reviews && !self.settings().is_single_person && !has_lead)
    }

    /// Returns how many staff accounts are active, for the log line at the start.
    pub async fn count_staff(&self) -> Result<u64, Error> {
        Ok(self.store().count_staff().await?)
    }
}
