//! Reads the full history of a case page by page: its events, and the views of its items.

use std::collections::BTreeMap;

use mamori_model::case::CaseEvent;
use mamori_model::page::PageSize;
use mamori_model::{Case, CaseId, EventId, Line, Look, LookId, StaffId};

use crate::staff::member::{Records, Reviewer};
use crate::{Desk, Error};

/// How many events, and how many views, a page has at most.
const PAGE: PageSize = PageSize::DEFAULT;

/// Proof of the right to read a case's history.
#[derive(Clone, Copy, Debug)]
pub enum HistoryReader<'a> {
    /// The reviewer who has claimed the case.
    InHand(&'a Reviewer),
    /// A lead or an auditor, for any case.
    Records(&'a Records),
}

/// Where a page of the history begins: it has what is older than these. `None` begins with the
/// newest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// Shows events older than this one.
    pub event: Option<EventId>,
    /// Shows views older than this one.
    pub look: Option<LookId>,
}

/// A page of a case's history.
#[derive(Clone, Debug)]
pub struct History {
    /// Events of the case, oldest first.
    pub events: Vec<CaseEvent>,
    /// Views of the case's items, oldest first.
    pub looks: Vec<Look>,
    /// How many views of the case's items there were in total.
    pub look_count: u64,
    /// Where the next older page begins; a part is `None` if there is nothing older.
    pub older: Before,
    /// Display names of the staff members that the page mentions, by id.
    pub people: BTreeMap<StaffId, Line>,
}

impl Desk {
    /// Returns a page of a case's history. Refused as [`Self::case`] is.
    pub async fn history(
        &self,
        who: HistoryReader<'_>,
        case: CaseId,
        before: Before,
    ) -> Result<History, Error> {
        let case = match who {
            HistoryReader::InHand(reviewer) => self.case_in_hand(reviewer, case).await?,
            HistoryReader::Records(_) => {
                self.store().case(case).await?.ok_or(Error::NotFound("case"))?
            }
        };
        self.history_of(&case, before).await
    }

    pub(crate) async fn history_of(&self, case: &Case, before: Before) -> Result<History, Error> {
        let store = self.store();
        let mut events = store.case_events_page(case.id, before.event, PAGE).await?;
        let mut looks = store.looks_of_case(case.id, before.look, PAGE).await?;
        events.rows.reverse();
        looks.rows.reverse();
        let named = events.rows.iter().flat_map(|event| [event.by, event.about.to]);
        let named = named.chain(looks.rows.iter().map(|look| Some(look.by)));
        let named = named.chain([case.claim.map(|claim| claim.by)]);
        Ok(History {
            look_count: store.count_looks_of_case(case.id).await?,
            people: store.staff_shown(&named.flatten().collect()).await?,
            older: Before { event: events.next, look: looks.next },
            events: events.rows,
            looks: looks.rows,
        })
    }
}
