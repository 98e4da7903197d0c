//! What an installation still lacks before cases are reviewed as intended, for administrators.

use mamori_model::Assignment;
use mamori_model::page::PageSize;
use mamori_model::staff::StaffRole;

use crate::staff::member::Administrator;
use crate::{Desk, Error};

/// A step of setting up an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupStep {
    /// A service, whose items are checked.
    Service,
    /// A bank that is switched on, with which they are compared.
    Bank,
    /// A webhook endpoint, through which a service learns what was decided.
    Endpoint,
    /// A reviewer, who decides cases.
    Reviewer,
    /// A lead, who gives second approval.
    Lead,
    /// A policy editor, who edits policies and resolves disputes.
    PolicyEditor,
    /// An auditor, who reads the records.
    Auditor,
    /// A second administrator, who can help the first one back in.
    SecondAdministrator,
    /// A policy that keeps the pictures of cases, in a vault that has a key.
    Pictures,
}

impl Desk {
    /// Returns the steps that are still to be done, in the order in which they are useful. In
    /// single-person operation one person has every role, and no step is about roles.
    pub async fn missing_setup(&self, _: &Administrator) -> Result<Vec<SetupStep>, Error> {
        let one = PageSize::new(1).unwrap_or(PageSize::DEFAULT);
        let services = self.store().all_services().await?;
        let endpoints = self.store().endpoints_overview(&Assignment::EVERYTHING, None, one).await?;
        let staff = self.store().colleagues().await?;
        let count = |role: StaffRole| staff.iter().filter(|who| who.roles.has(role)).count();
        let reviews = staff.iter().any(|who| who.roles.is_reviewer());
        let leads = staff.iter().any(|who| who.roles.is_lead());
        let is_team = !self.settings().is_single_person;
        let keeps_pictures = self.keeps_pictures(&Assignment::EVERYTHING).await?;
        let done = [
            (SetupStep::Service, !services.is_empty()),
            (SetupStep::Bank, self.directory().banks().any(|bank| bank.is_enabled)),
            (SetupStep::Endpoint, !endpoints.rows.is_empty()),
            (SetupStep::Reviewer, reviews),
            (SetupStep::Lead, leads || !is_team),
            (SetupStep::PolicyEditor, count(StaffRole::PolicyEditor) > 0 || !is_team),
            (SetupStep::Auditor, count(StaffRole::Auditor) > 0 || !is_team),
            (SetupStep::SecondAdministrator, count(StaffRole::Administrator) > 1 || !is_team),
            (SetupStep::Pictures, keeps_pictures),
        ];
        Ok(done.into_iter().filter(|(_, is_done)| !is_done).map(|(step, _)| step).collect())
    }
}
