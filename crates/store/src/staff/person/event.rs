//! Queries for events of staff accounts. Rows are added and never changed.

use jiff::Timestamp;
use mamori_model::page::{Page, PageSize};
use mamori_model::sign_in::{StaffEvent, StaffEventKind};
use mamori_model::{EventId, StaffId};
use uuid::Uuid;

use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::queries;
use crate::row::row;
use crate::time::from_micros;
use crate::tx::Tx;

queries! {
    STAFF_EVENTS_PAGE = "-- staff_events_page
        SELECT id, staff_id, by_id, kind, about, happened_at
          FROM staff_event
         WHERE id < $1
         ORDER BY id DESC LIMIT $2";
    COUNT_CHANGES_BY_COLLEAGUES = "-- count_changes_by_colleagues
        SELECT count(*) FROM staff_event
         WHERE staff_id = $1 AND by_id <> $1 AND kind IN ('added', 'roles', 'link')
           AND happened_at > $2";
    INSERT_STAFF_EVENT = "-- insert_staff_event
        INSERT INTO staff_event (id, staff_id, by_id, kind, about, happened_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    DELETE_STAFF_EVENTS = "-- delete_staff_events
        DELETE FROM staff_event
         WHERE id IN (SELECT id FROM staff_event WHERE happened_at < $1
                       ORDER BY happened_at LIMIT $2)";
}

row! {
    struct EventRow {
        id: Uuid,
        staff_id: Uuid,
        by_id: Option<Uuid>,
        kind: String,
        about: Option<String>,
        happened_at: i64,
    }
}

impl EventRow {
    fn read(self) -> Result<StaffEvent, Error> {
        Ok(StaffEvent {
            id: self.id.into(),
            staff: self.staff_id.into(),
            by: self.by_id.map(StaffId::from),
            kind: StaffEventKind::parse(&self.kind).or_corrupt("staff_event.kind")?,
            about: self.about,
            at: from_micros(self.happened_at, "staff_event.happened_at")?,
        })
    }
}

impl Store {
    /// Returns a page of the events of all staff accounts, the newest first; `before` is the last
    /// event of the previous page.
    pub async fn staff_events(
        &self,
        before: Option<EventId>,
        size: PageSize,
    ) -> Result<Page<StaffEvent, EventId>, Error> {
        let before = before.map_or(Uuid::max(), Uuid::from);
        let call = STAFF_EVENTS_PAGE.bind(before).bind(size.rows().saturating_add(1));
        let rows: Vec<EventRow> = self.rows(call).await?;
        let events = rows.into_iter().map(EventRow::read).collect::<Result<_, _>>()?;
        Ok(Page::of(events, size, |event: &StaffEvent| event.id))
    }
}

impl Tx {
    /// Records an event of a staff account.
    pub async fn insert_staff_event(&mut self, event: &StaffEvent) -> Result<(), Error> {
        let call = INSERT_STAFF_EVENT
            .bind(event.id)
            .bind(event.staff)
            .bind(event.by)
            .bind(event.kind.as_str())
            .bind(event.about.as_deref())
            .bind(event.at)
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("staff", "event"))?;
        Ok(())
    }

    /// Checks whether a colleague created this account, or gave it roles or a link, after `since`.
    /// Changes from the command line do not count.
    pub async fn was_changed_by_colleague(
        &mut self,
        staff: StaffId,
        since: Timestamp,
    ) -> Result<bool, Error> {
        let count: Option<(i64,)> =
            self.row(COUNT_CHANGES_BY_COLLEAGUES.bind(staff).bind(since)).await?;
        Ok(count.is_some_and(|(count,)| count > 0))
    }

    /// Removes events from before `before`, at most `limit`; returns how many.
    pub async fn delete_staff_events_before(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, Error> {
        self.run(DELETE_STAFF_EVENTS.bind(before).bind(limit)).await
    }
}
