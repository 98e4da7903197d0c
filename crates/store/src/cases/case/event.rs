//! Queries for case events, the history of cases. Rows are added and never changed.

use jiff::Timestamp;
use mamori_model::case::{About, CaseEvent, CaseEventKind};
use mamori_model::page::{Page, PageSize};
use mamori_model::{CaseId, EventId, StaffId};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

queries! {
    INSERT_CASE_EVENT = "-- insert_case_event
        INSERT INTO case_event (id, case_id, kind, staff_id, note, about, happened_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    CASE_EVENTS = "-- case_events
        SELECT id, case_id, kind, staff_id, note, about, happened_at
          FROM case_event
         WHERE case_id = $1 AND id < $2
         ORDER BY id DESC LIMIT $3";
    LAST_OPENED = "-- last_opened
        SELECT max(happened_at)
          FROM case_event
         WHERE case_id = $1 AND staff_id = $2 AND kind = 'decision_opened'";
}

row! {
    struct EventRow {
        id: Uuid,
        case_id: Uuid,
        kind: String,
        staff_id: Option<Uuid>,
        note: Option<String>,
        about: Option<String>,
        happened_at: i64,
    }
}

impl EventRow {
    fn read(self) -> Result<CaseEvent, Error> {
        let note = self.note.map(|note| note.parse()).transpose();
        let about: Option<About> = self
            .about
            .as_deref()
            .map(serde_json::from_str)
            .transpose()
            .or_corrupt("case_event.about")?;
        Ok(CaseEvent {
            id: self.id.into(),
            case: self.case_id.into(),
            kind: CaseEventKind::parse(&self.kind).or_corrupt("case_event.kind")?,
            by: self.staff_id.map(Into::into),
            note: note.or_corrupt("case_event.note")?,
            about: about.unwrap_or_default(),
            at: from_micros(self.happened_at, "case_event.happened_at")?,
        })
    }
}

impl Store {
    /// Returns the newest `limit` events of a case, the oldest of them first.
    pub async fn case_events(&self, case: CaseId, limit: u32) -> Result<Vec<CaseEvent>, Error> {
        let call = CASE_EVENTS.bind(case).bind(Uuid::max()).bind(limit);
        let rows: Vec<EventRow> = self.rows(call).await?;
        rows.into_iter().rev().map(EventRow::read).collect()
    }

    /// Returns a page of the events of a case, the newest first; `before` is the last event of the
    /// previous page.
    pub async fn case_events_page(
        &self,
        case: CaseId,
        before: Option<EventId>,
        size: PageSize,
    ) -> Result<Page<CaseEvent, EventId>, Error> {
        let call = CASE_EVENTS
            .bind(case)
            .bind(before.map_or(Uuid::max(), Uuid::from))
            .bind(size.rows().saturating_add(1));
        let rows: Vec<EventRow> = self.rows(call).await?;
        let events = rows.into_iter().map(EventRow::read).collect::<Result<_, _>>()?;
        Ok(Page::of(events, size, |event: &CaseEvent| event.id))
    }
}

impl Tx {
    /// Records an event of a case.
    pub async fn insert_case_event(&mut self, event: &CaseEvent) -> Result<(), Error> {
        let is_about = event.about != About::default();
        let about = is_about.then(|| serde_json::to_string(&event.about)).transpose();
        let call = INSERT_CASE_EVENT
            .bind(event.id)
            .bind(event.case)
            .bind(event.kind.as_str())
            .bind(event.by)
            .bind(event.note.as_ref().map(mamori_model::FreeText::as_str))
            .bind(about.or_corrupt("case_event.about")?)
            .bind(event.at)
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("case", "event")).map(drop)
    }

    /// Returns when the staff member, as the second approver, last opened the decision of a case.
    pub async fn last_opened(
        &mut self,
        case: CaseId,
        by: StaffId,
    ) -> Result<Option<Timestamp>, Error> {
        let row: Option<(Option<i64>,)> = self.row(LAST_OPENED.bind(case).bind(by)).await?;
        maybe_from_micros(row.and_then(|(at,)| at), "case_event.happened_at")
    }
}
