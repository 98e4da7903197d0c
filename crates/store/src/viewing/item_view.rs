//! Queries for views ([`View`]): which staff member viewed which item. A view is recorded before
//! the first byte of the picture is sent.

use jiff::{SignedDuration, Timestamp};
use mamori_model::page::{Page, PageSize};
use mamori_model::view::{Clarity, View};
use mamori_model::{CaseId, EntryId, MatchId, ServiceId, StaffId, ViewId};
use uuid::Uuid;

use crate::call::Call;
use crate::error::{Error, OrCorrupt};
use crate::open::Store;
use crate::query::{Query, queries};
use crate::row::row;
use crate::time::{from_micros, maybe_from_micros};
use crate::tx::Tx;

macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- ",
            $name,
            "
        SELECT id, case_id, match_id, staff_id, clarity, severity, opened_at, seen_at, shown_at,
               closed_at
          FROM item_view
         WHERE ",
            $rest
        )
    };
}

/// Ends views at the earliest of three times: now, the end of the silence after the last report of
/// the page, and the longest duration. `$1` is now, `$2` the silence, `$3` the duration.
macro_rules! close {
    ($name:literal, $which:literal) => {
        concat!(
            "-- ",
            $name,
            "
        UPDATE item_view
           SET closed_at = CASE WHEN $1 <= seen_at + $2 AND $1 <= opened_at + $3 THEN $1
                                WHEN seen_at + $2 <= opened_at + $3 THEN seen_at + $2
                                ELSE opened_at + $3 END,
               changed_by = $4
         WHERE closed_at IS NULL AND ",
            $which
        )
    };
}

queries! {
    VIEW_BY_ID = select!("view_by_id", "id = $1");
    VIEWS_SINCE = select!("views_since", "staff_id = $1 AND opened_at > $2
         ORDER BY opened_at, id");
    VIEWS_OF_CASE =
        select!("views_of_case", "case_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    COUNT_VIEWS_OF_CASE = "-- count_views_of_case
        SELECT count(*), count(CASE WHEN clarity <> 'blurred' THEN 1 END)
          FROM item_view
         WHERE case_id = $1";
    INSERT_VIEW = "-- insert_view
        INSERT INTO item_view (id, case_id, match_id, staff_id, clarity, severity, opened_at, seen_at,
                          changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)";
    MARK_VIEW_SHOWN = "-- mark_view_shown
        UPDATE item_view
           SET shown_at = $2, changed_by = $3
         WHERE id = $1 AND shown_at IS NULL AND closed_at IS NULL";
    VIEW_HEARTBEAT = "-- view_heartbeat
        UPDATE item_view
           SET seen_at = $2, changed_by = $5
         WHERE id = $1 AND closed_at IS NULL AND seen_at > $3 AND opened_at > $4";
    CLOSE_VIEW = close!("close_view", "id = $5");
    CLOSE_VIEWS_OF_CASE = close!("close_views_of_case", "case_id = $5");
    CLOSE_VIEWS_OF_SERVICE = close!(
        "close_views_of_service",
        "case_id IN (SELECT id FROM review_case WHERE service_id = $5)"
    );
    CLOSE_VIEWS_BY = close!("close_views_by", "staff_id = $5");
    CLOSE_SILENT_VIEWS = close!("close_silent_views", "seen_at + $2 <= $1");
    COUNT_CLEAR_VIEWS_OF_ENTRY = "-- count_clear_views_of_entry
        SELECT count(*)
          FROM item_view
         WHERE case_id = $1 AND staff_id = $2 AND clarity = 'clear' AND shown_at IS NOT NULL
           AND match_id IN (SELECT match_id FROM hit WHERE entry_id = $3)";
    FIRST_VIEWED = "-- first_viewed
        SELECT min(shown_at) FROM item_view WHERE match_id = $1 AND clarity = 'clear'";
}

row! {
    struct ViewRow {
        id: Uuid,
        case_id: Uuid,
        match_id: Uuid,
        staff_id: Uuid,
        clarity: String,
        severity: i64,
        opened_at: i64,
        seen_at: i64,
        shown_at: Option<i64>,
        closed_at: Option<i64>,
    }
}

impl ViewRow {
    fn read(self) -> Result<View, Error> {
        Ok(View {
            id: self.id.into(),
            case: self.case_id.into(),
            item: self.match_id.into(),
            by: self.staff_id.into(),
            clarity: Clarity::parse(&self.clarity).or_corrupt("item_view.clarity")?,
            severity: u8::try_from(self.severity).or_corrupt("item_view.severity")?,
            opened_at: from_micros(self.opened_at, "item_view.opened_at")?,
            seen_at: from_micros(self.seen_at, "item_view.seen_at")?,
            shown_at: maybe_from_micros(self.shown_at, "item_view.shown_at")?,
            closed_at: maybe_from_micros(self.closed_at, "item_view.closed_at")?,
        })
    }

    fn read_all(rows: Vec<Self>) -> Result<Vec<View>, Error> {
        rows.into_iter().map(Self::read).collect()
    }
}

fn micros(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl Store {
    /// Returns a view.
    pub async fn view(&self, view: ViewId) -> Result<Option<View>, Error> {
        let row: Option<ViewRow> = self.row(VIEW_BY_ID.bind(view)).await?;
        row.map(ViewRow::read).transpose()
    }

    /// Returns the views of a staff member that began after `since`, the oldest first.
    pub async fn views_since(&self, by: StaffId, since: Timestamp) -> Result<Vec<View>, Error> {
        ViewRow::read_all(self.rows(VIEWS_SINCE.bind(by).bind(since)).await?)
    }

    /// Returns a page of the views of a case's items, the newest first; `before` is the last view
    /// of the previous page.
    pub async fn views_of_case(
        &self,
        case: CaseId,
        before: Option<ViewId>,
        size: PageSize,
    ) -> Result<Page<View, ViewId>, Error> {
        let call = VIEWS_OF_CASE
            .bind(case)
            .bind(before.map_or(Uuid::max(), Uuid::from))
            .bind(size.rows().saturating_add(1));
        let views = ViewRow::read_all(self.rows(call).await?)?;
        Ok(Page::of(views, size, |view: &View| view.id))
    }

    /// Returns the number of views of a case's items, and how many of them were not blurred.
    pub async fn count_views_of_case(&self, case: CaseId) -> Result<(u64, u64), Error> {
        let row: Option<(i64, i64)> = self.row(COUNT_VIEWS_OF_CASE.bind(case)).await?;
        let (all, clear) = row.unwrap_or_default();
        let count = |number: i64| u64::try_from(number).or_corrupt("item_view.id");
        Ok((count(all)?, count(clear)?))
    }

    /// Returns when the first clear picture of an item was sent.
    pub async fn first_viewed(&self, item: MatchId) -> Result<Option<Timestamp>, Error> {
        let row: Option<(Option<i64>,)> = self.row(FIRST_VIEWED.bind(item)).await?;
        maybe_from_micros(row.and_then(|(at,)| at), "item_view.shown_at")
    }
}

impl Tx {
    /// Records the beginning of a view. The caller has locked the case.
    pub async fn insert_view(&mut self, view: &View) -> Result<(), Error> {
        let call = INSERT_VIEW
            .bind(view.id)
            .bind(view.case)
            .bind(view.item)
            .bind(view.by)
            .bind(view.clarity.as_str())
            .bind(u32::from(view.severity))
            .bind(view.opened_at)
            .bind(self.name());
        self.run(call).await.map_err(|error| error.or_taken("case", "view")).map(drop)
    }

    /// Returns the views of a staff member that began after `since`, the oldest first.
    pub async fn views_since(&mut self, by: StaffId, since: Timestamp) -> Result<Vec<View>, Error> {
        ViewRow::read_all(self.rows(VIEWS_SINCE.bind(by).bind(since)).await?)
    }

    /// Records that a view's picture is being sent; returns `false` if it was sent before, or if
    /// the view has ended.
    pub async fn mark_view_shown(&mut self, view: ViewId, now: Timestamp) -> Result<bool, Error> {
        Ok(self.run(MARK_VIEW_SHOWN.bind(view).bind(now).bind(self.name())).await? == 1)
    }

    /// Records that a view goes on; returns `false` if it has ended: closed, silent for too long,
    /// or at its longest duration.
    pub async fn view_heartbeat(&mut self, view: ViewId, now: Timestamp) -> Result<bool, Error> {
        let begin = |back| now.checked_sub(back).unwrap_or(Timestamp::MIN);
        let call = VIEW_HEARTBEAT
            .bind(view)
            .bind(now)
            .bind(begin(View::SILENCE_MAX))
            .bind(begin(View::LASTS_MAX))
            .bind(self.name());
        Ok(self.run(call).await? == 1)
    }

    /// Ends a view. A view that has ended keeps its end.
    pub async fn close_view(&mut self, view: ViewId, now: Timestamp) -> Result<(), Error> {
        self.run(self.closing(CLOSE_VIEW, now).bind(view)).await.map(drop)
    }

    /// Ends the open views of a case's items.
    pub async fn close_views_of(&mut self, case: CaseId, now: Timestamp) -> Result<(), Error> {
        self.run(self.closing(CLOSE_VIEWS_OF_CASE, now).bind(case)).await.map(drop)
    }

    /// Ends the open views of the items of a service.
    pub async fn close_views_of_service(
        &mut self,
        service: ServiceId,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.run(self.closing(CLOSE_VIEWS_OF_SERVICE, now).bind(service)).await.map(drop)
    }

    /// Ends all open views of a staff member.
    pub async fn close_views_by(&mut self, by: StaffId, now: Timestamp) -> Result<(), Error> {
        self.run(self.closing(CLOSE_VIEWS_BY, now).bind(by)).await.map(drop)
    }

    /// Ends the views whose page has been silent for too long; returns how many.
    pub async fn close_silent_views(&mut self, now: Timestamp) -> Result<u64, Error> {
        self.run(self.closing(CLOSE_SILENT_VIEWS, now)).await
    }

    fn closing(&self, query: Query, now: Timestamp) -> Call {
        query
            .bind(now)
            .bind(micros(View::SILENCE_MAX))
            .bind(micros(View::LASTS_MAX))
            .bind(self.name())
    }

    /// Checks whether the staff member was sent a clear picture of an item of this case that has a
    /// hit on this entry.
    pub async fn has_clear_view_of_entry(
        &mut self,
        case: CaseId,
        by: StaffId,
        entry: EntryId,
    ) -> Result<bool, Error> {
        let call = COUNT_CLEAR_VIEWS_OF_ENTRY.bind(case).bind(by).bind(entry);
        let row: Option<(i64,)> = self.row(call).await?;
        Ok(row.is_some_and(|(count,)| count > 0))
    }
}
