//! Reads the audit record.

use std::collections::{BTreeMap, BTreeSet};

use mamori_model::audit::LinkedEvent;
use mamori_model::page::{Page, PageSize};
use mamori_model::{AuditId, Line, StaffId};
use mamori_store::{AuditFilter, StaffEventFilter};

use crate::staff::list_staff::StaffReader;
use crate::staff::member::{Auditor, LocalCli};
use crate::{Desk, Error};

/// Proof of a role that may read the audit record.
#[derive(Clone, Copy, Debug)]
pub enum AuditReader<'a> {
    /// An auditor, in the console.
    Auditor(&'a Auditor),
    /// The operator, on the command line.
    LocalCli(&'a LocalCli),
}

/// A page of the audit record.
#[derive(Clone, Debug)]
pub struct AuditPage {
    /// The events of the page, newest first.
    pub events: Page<LinkedEvent, AuditId>,
    /// Display names of the staff members that the events mention, by id.
    pub people: BTreeMap<StaffId, Line>,
}

impl Desk {
    /// Lists the audit record, newest first. `before` is the id at which the previous page ended;
    /// `None` starts with the newest.
    pub async fn audit_events(
        &self,
        _: AuditReader<'_>,
        filter: &AuditFilter,
        before: Option<AuditId>,
        size: PageSize,
    ) -> Result<AuditPage, Error> {
        let events = self.store().audit_events(filter, before, size).await?;
        self.named(events).await
    }

    /// Lists the changes to staff accounts, newest first; otherwise as [`Self::audit_events`].
    pub async fn staff_events(
        &self,
        _: StaffReader<'_>,
        filter: &StaffEventFilter,
        before: Option<AuditId>,
        size: PageSize,
    ) -> Result<AuditPage, Error> {
        let events = self.store().staff_changes(filter, before, size).await?;
        self.named(events).await
    }

    async fn named(&self, events: Page<LinkedEvent, AuditId>) -> Result<AuditPage, Error> {
        let mut who = BTreeSet::new();
        for linked in &events.rows {
            who.extend(linked.event.actor.staff());
            who.extend(linked.event.target.as_str().parse::<StaffId>());
        }
        let people = self.store().display_names(&who).await?;
        Ok(AuditPage { events, people })
    }
}
