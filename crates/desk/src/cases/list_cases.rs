//! Lists the undecided cases, for leads and auditors. There is no filter by account.

use mamori_model::page::{Page, PageSize};
use mamori_model::{Case, CaseId};
use mamori_store::CaseFilter;

use crate::staff::member::Records;
use crate::{Desk, Error};

impl Desk {
    /// Lists the undecided cases that the assignment of `who` covers, the oldest first. `after` is the
    /// case at which the previous page ended.
    pub async fn undecided_cases(
        &self,
        who: &Records,
        filter: &CaseFilter,
        after: Option<CaseId>,
        size: PageSize,
    ) -> Result<Page<Case, CaseId>, Error> {
        Ok(self.store().undecided_cases(who.assignment(), filter, after, size).await?)
    }
}
