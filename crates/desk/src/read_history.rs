//! The full history of a case, a page at a time: what happened to it, and who looked at its items.

use std::collections::BTreeMap;

use mamori_model::case::CaseEvent;
use mamori_model::page::PageSize;
use mamori_model::{Case, CaseId, EventId, Line, Look, LookId, StaffId};

use crate::member::{Records, Reviewer};
use crate::{Desk, Error};

/// How many events, and how many looks, a page shows.
const PAGE: PageSize = PageSize::DEFAULT;

/// Who may read a case's history.
#[derive(Clone, Copy, Debug)]
pub enum HistoryReader<'a> {
    /// Whoever has it in hand.
    InHand(&'a Reviewer),
    /// Whoever reads records.
    Records(&'a Records),
}

/// Where a page of it begins: before these. The newest, where nothing stands here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// The event.
    pub event: Option<EventId>,
    /// The look.
    pub look: Option<LookId>,
}

/// A page of a case's history.
#[derive(Clone, Debug)]
pub struct History {
    /// What happened, the oldest first.
    pub events: Vec<CaseEvent>,
    /// Who looked, the oldest first.
    pub looks: Vec<Look>,
    /// How many looks there were in all.
    pub look_count: u64,
    /// Where what is older begins, if there is any.
    pub older: Before,
    /// How those are called whom it names.
    pub people: BTreeMap<StaffId, Line>,
}

impl Desk {
    /// A page of a case's history. Refused as [`Self::case`] is.
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
