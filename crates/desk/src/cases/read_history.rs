//! Reads the full history of a case page by page: its events, and the views of its items.

use std::collections::BTreeMap;

use mamori_model::case::CaseEvent;
use mamori_model::page::PageSize;
use mamori_model::{Case, CaseId, EventId, Line, StaffId, View, ViewId};

use crate::staff::member::{Records, Reviewer};
use crate::{Desk, Error};

/// How many events, and how many views, a page has at most.
const PAGE: PageSize = PageSize::DEFAULT;

/// Proof of the right to read a case's history.
#[derive(Clone, Copy, Debug)]
pub enum HistoryReader<'a> {
    /// The reviewer who has claimed the case.
    Claimant(&'a Reviewer),
    /// A lead or an auditor, for any case.
    Records(&'a Records),
}

/// Where a page of the history begins: it has what is older than these. `None` begins with the
/// newest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryCursor {
    /// Shows events older than this one.
    pub event: Option<EventId>,
    /// Shows views older than this one.
    pub view: Option<ViewId>,
}

/// A page of a case's history.
#[derive(Clone, Debug)]
pub struct History {
    /// Events of the case, oldest first.
    pub events: Vec<CaseEvent>,
    /// Views of the case's items, oldest first.
    pub views: Vec<View>,
    /// How many views of the case's items there were in total.
    pub view_count: u64,
    /// How many of them were not blurred.
    pub clear_view_count: u64,
    /// Where the next older page begins; a part is `None` if there is nothing older.
    pub older: HistoryCursor,
    /// Display names of the staff members that the page mentions, by id.
    pub people: BTreeMap<StaffId, Line>,
}

impl Desk {
    /// Returns a page of a case's history. Refused as [`Self::case`] is.
    pub async fn history(
        &self,
        who: HistoryReader<'_>,
        case: CaseId,
        before: HistoryCursor,
    ) -> Result<History, Error> {
        let case = match who {
            HistoryReader::Claimant(reviewer) => self.claimed_case(reviewer, case).await?,
            HistoryReader::Records(records) => {
                let case = self.store().case(case, records.assignment()).await?;
                case.ok_or(Error::NotFound("case"))?
            }
        };
        self.history_of(&case, before).await
    }

    pub(super) async fn history_of(
        &self,
        case: &Case,
        before: HistoryCursor,
    ) -> Result<History, Error> {
        let store = self.store();
        let mut events = store.case_events_page(case.id, before.event, PAGE).await?;
        let mut views = store.views_of_case(case.id, before.view, PAGE).await?;
        events.rows.reverse();
        views.rows.reverse();
        let named = events.rows.iter().flat_map(|event| [event.by, event.about.to]);
        let named = named.chain(views.rows.iter().map(|view| Some(view.by)));
        let named = named.chain([case.claim.map(|claim| claim.by)]);
        let (view_count, clear_view_count) = store.count_views_of_case(case.id).await?;
        Ok(History {
            view_count,
            clear_view_count,
            people: store.display_names(&named.flatten().collect()).await?,
            older: HistoryCursor { event: events.next, view: views.next },
            events: events.rows,
            views: views.rows,
        })
    }
}
