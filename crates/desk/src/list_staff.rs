//! People, and the record of who gave whom what.

use std::collections::BTreeMap;

use mamori_model::page::{Page, PageSize};
use mamori_model::sign_in::StaffEvent;
use mamori_model::staff::{Staff, StaffName};
use mamori_model::{EventId, Line, StaffId};

use crate::member::{Administrator, AtTheMachine, Auditor};
use crate::{Desk, Error};

/// Who may read the list of people.
#[derive(Clone, Copy, Debug)]
pub enum StaffReader<'a> {
    /// Whoever lets people in.
    Administrator(&'a Administrator),
    /// Whoever reads records.
    Auditor(&'a Auditor),
    /// Whoever sits at the machine.
    AtTheMachine(&'a AtTheMachine),
}

/// What happened to people.
#[derive(Clone, Debug)]
pub struct StaffRecord {
    /// The events, the newest first.
    pub events: Page<StaffEvent, EventId>,
    /// How those are called whom they name.
    pub people: BTreeMap<StaffId, Line>,
}

impl Desk {
    /// Everybody, who left too; who came first comes first.
    pub async fn staff_page(
        &self,
        _: StaffReader<'_>,
        after: Option<StaffId>,
        size: PageSize,
    ) -> Result<Page<Staff, StaffId>, Error> {
        Ok(self.store().staff_page(after, size).await?)
    }

    /// Somebody; [`Error::NotFound`] if there is nobody such.
    pub async fn staff(&self, _: StaffReader<'_>, who: StaffId) -> Result<Staff, Error> {
        self.store().staff(who).await?.ok_or(Error::NotFound("staff"))
    }

    /// Somebody who did not leave, by what they sign in with; [`Error::NotFound`] if there is
    /// nobody such.
    pub async fn staff_by_name(
        &self,
        _: StaffReader<'_>,
        name: &StaffName,
    ) -> Result<Staff, Error> {
        self.store().staff_by_name(name).await?.ok_or(Error::NotFound("staff"))
    }

    /// What happened to people, the newest first; `before` goes on where a page ended.
    pub async fn staff_events(
        &self,
        _: StaffReader<'_>,
        before: Option<EventId>,
        size: PageSize,
    ) -> Result<StaffRecord, Error> {
        let events = self.store().staff_events(before, size).await?;
        let who = events.rows.iter().flat_map(|event| [Some(event.staff), event.by]);
        let people = self.store().staff_shown(&who.flatten().collect()).await?;
        Ok(StaffRecord { events, people })
    }

    /// Whether somebody decides cases and nobody is a lead, nor alone: what waits for a lead, such
    /// as each suspension, would wait for nobody.
    pub async fn lacks_lead(&self, _: StaffReader<'_>) -> Result<bool, Error> {
        let reviews = !self.store().reviewers_shown().await?.is_empty();
        Ok(reviews && !self.settings().is_alone && !self.store().has_lead().await?)
    }

    /// How many people may enter: for the start's log line.
    pub async fn count_staff(&self) -> Result<u64, Error> {
        Ok(self.store().count_staff().await?)
    }
}
